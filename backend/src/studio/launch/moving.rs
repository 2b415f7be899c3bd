//! Moves a pipeline from our engine to TiCDC at its checkpoint: with the journal, the undo and the crash safety of a launch.
//! Never both run: our engine rests before TiCDC's changefeed is made, and a pipeline that is being moved cannot be started.

use super::desk::new_report;
use crate::{
    store::LaunchRecord,
    studio::{Studio, StudioError, blocking},
};
use shared::{
    Finding,
    api::{LaunchReport, PipelineState, PlannedStep, StepKind},
    config::{Pipeline, SourceKind, Target},
    finding::has_errors,
    launch,
};
use std::sync::Arc;

pub(super) const REST: &str = "move:rest";
pub(super) const DOCUMENT: &str = "move:document";

impl Studio {
    /// Hands a pipeline to another engine where it stands.
    ///
    /// # Errors
    /// The source does not allow it, nothing runs that could be moved, something else is going on, or the store fails.
    pub async fn move_pipeline(self: &Arc<Self>, name: &str, target: Target) -> Result<LaunchReport, StudioError> {
        let mut launches = self.launches.lock().await;
        if launches.going_on(name).is_some() {
            return Err(StudioError::LaunchGoesOn);
        }
        let record = self.record(name).await?;
        let (store, key) = (Arc::clone(self.store()), name.to_owned());
        let checkpoint = blocking(move || store.checkpoint(&key)).await?;
        let has_checkpoint = checkpoint.is_some() && record.state != PipelineState::Draft;
        if let Some(finding) = refusal(&record.document, target, has_checkpoint) {
            return Err(StudioError::Invalid(vec![finding]));
        }
        let mut document = record.document;
        document.changefeed.target = target;
        let plan = launch::plan(&document, &[]);
        if has_errors(&plan.findings) {
            return Err(StudioError::Invalid(plan.findings));
        }
        let create = plan
            .steps
            .into_iter()
            .filter(|step| step.id == "changefeed")
            .map(|step| PlannedStep { title: format!("{} where our engine stopped", step.title), ..step });
        let mut steps =
            vec![step(REST, "Pause it on this studio's engine, at its checkpoint", "paused, checkpoint written", "Starts it again.")];
        steps.extend(create);
        steps.push(step(DOCUMENT, "Save the document with the target `ticdc`", "saved", "Saves it with the target `native`."));
        let moved = LaunchRecord::new(document, new_report(name, steps), record.state);
        self.carry_out(&mut launches, moved, &[]).await
    }
}

fn step(id: &str, title: &str, waits_for: &str, undo: &str) -> PlannedStep {
    PlannedStep {
        id: id.to_owned(),
        kind: StepKind::Changefeed,
        title: title.to_owned(),
        place: "this studio".to_owned(),
        waits_for: waits_for.to_owned(),
        undo: undo.to_owned(),
        equivalents: Vec::new(),
    }
}

/// Why a pipeline cannot be moved there.
fn refusal(document: &Pipeline, target: Target, has_checkpoint: bool) -> Option<Finding> {
    let refused =
        |code: &str, message: &str, hint: &str| Some(Finding::new(shared::Severity::Error, "changefeed.target", code, message).hint(hint));
    match (document.changefeed.target, target) {
        (from, to) if from == to => refused("move-nowhere", "That is where it runs already.", "Choose the other engine."),
        (_, Target::Export) | (Target::Export, _) => refused(
            "move-export",
            "The target `export` runs nothing, so there is nothing to hand over.",
            "Change the target in the document and launch.",
        ),
        (_, Target::Ticdc) if document.source.kind != SourceKind::Tidb => refused(
            "move-needs-tidb",
            "TiCDC reads TiDB only, and a position in another database's log means nothing to it.",
            "Keep this pipeline on this studio's engine.",
        ),
        (_, Target::Native) if document.source.kind == SourceKind::Tidb => refused(
            "move-source-not-native",
            "This studio's engine does not read TiDB clusters, so it cannot take over from TiCDC.",
            "Keep this pipeline on TiCDC.",
        ),
        _ if !has_checkpoint => refused(
            "move-without-checkpoint",
            "Nothing was acknowledged yet, so there is no place to go on from.",
            "Change the target in the document and launch.",
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_that_would_lose_rows_is_refused_with_its_reason() {
        use SourceKind::{Mysql, Tidb, Tpcc};
        use Target::{Export, Native, Ticdc};
        for (source, from, to, has_checkpoint, expected) in [
            (Tidb, Native, Ticdc, true, None),
            (Tidb, Native, Ticdc, false, Some("move-without-checkpoint")),
            (Mysql, Native, Ticdc, true, Some("move-needs-tidb")),
            (Tpcc, Native, Ticdc, true, Some("move-needs-tidb")),
            (Tidb, Ticdc, Native, true, Some("move-source-not-native")),
            (Tidb, Ticdc, Ticdc, true, Some("move-nowhere")),
            (Tidb, Native, Export, true, Some("move-export")),
        ] {
            let mut document = Pipeline::named("p");
            document.source.kind = source;
            document.changefeed.target = from;
            let code = refusal(&document, to, has_checkpoint).map(|finding| finding.code);
            assert_eq!(code.as_deref(), expected, "{source:?} {from:?} {to:?}");
        }
    }
}
