//! What the steps of a pipeline are like now, asked of each system: the command line's `status`.

use super::{Found, Sign, actors::actors, desk::new_report};
use crate::{
    store::LaunchRecord,
    studio::{Studio, StudioError, check},
};
use serde::Serialize;
use shared::{
    Finding,
    api::{PartState, StepKind},
    launch,
};
use std::sync::Arc;

/// One part in a line.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartLine {
    /// `changefeed`, `ksqldb:NAME`, `connector:NAME`.
    pub id: String,
    pub place: String,
    pub state: PartState,
    /// What it waits for, for people.
    pub text: String,
    pub finding: Option<Finding>,
}

impl Studio {
    /// Every part of a saved pipeline, launched or not.
    ///
    /// # Errors
    /// There is no such pipeline, a secret is missing, or an address cannot be used.
    pub async fn part_lines(self: &Arc<Self>, name: &str) -> Result<Vec<PartLine>, StudioError> {
        let record = self.record(name).await?;
        let plan = launch::plan(&record.document, &[]);
        let open = check::unseal(self.store(), record.document.clone()).await.map_err(|finding| StudioError::Invalid(vec![finding]))?;
        let steps = plan.steps.into_iter().filter(|step| !matches!(step.kind, StepKind::Topics { .. })).collect();
        let record = LaunchRecord::new(record.document, new_report(name, steps), record.state);
        let actors = actors(self, &record, &open, &[]).map_err(|finding| StudioError::Invalid(vec![*finding]))?;
        let mut lines = Vec::with_capacity(actors.len());
        for (step, actor) in record.report.steps.into_iter().zip(actors) {
            let (state, text, finding) = match actor.look().await {
                Ok(Found::Absent) => (PartState::Absent, String::new(), None),
                Ok(Found::Unknown) => (PartState::Unknown, "it leaves no trace".to_owned(), None),
                Ok(Found::Differs(how) | Found::Partly(how)) => (PartState::Degraded, how, None),
                Ok(Found::Same) => match actor.sign().await {
                    Ok(Sign::Ready) => (PartState::Running, String::new(), None),
                    Ok(Sign::NotYet(note)) => (PartState::Pending, note, None),
                    Ok(Sign::Broken(finding)) => (PartState::Failed, String::new(), Some(*finding)),
                    Err(trouble) => (PartState::Unknown, String::new(), Some(*trouble.finding)),
                },
                Err(trouble) => (PartState::Unknown, String::new(), Some(*trouble.finding)),
            };
            lines.push(PartLine { id: step.step.id, place: step.step.place, state, text, finding });
        }
        Ok(lines)
    }
}
