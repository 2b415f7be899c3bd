//! The changefeed on our own engine.

use super::super::{Actor, Found, Sign, Trouble, Undo};
use crate::{
    engine::error::{EngineError, ErrorKind},
    studio::{Studio, StudioError},
};
use async_trait::async_trait;
use shared::{Finding, api::PipelineState};
use std::sync::Arc;

pub(super) struct NativeChangefeed {
    studio: Arc<Studio>,
    name: String,
    /// What the pipeline did before the launch; undo puts it back.
    before: PipelineState,
}

impl NativeChangefeed {
    pub(super) fn new(studio: &Arc<Studio>, name: &str, before: PipelineState) -> Self {
        Self { studio: Arc::clone(studio), name: name.to_owned(), before }
    }
}

/// The studio's own refusals, as findings.
pub(super) fn trouble(error: StudioError) -> Trouble {
    let message = error.to_string();
    match error {
        StudioError::Engine(error) => error.into(),
        StudioError::Invalid(findings) | StudioError::Unreadable(findings) => {
            let first = findings.into_iter().find(|finding| finding.severity == shared::Severity::Error);
            Trouble::lasting(first.unwrap_or_else(|| Finding::error("", "invalid-pipeline", message)))
        }
        StudioError::Store(error) => EngineError::new(ErrorKind::Storage, Finding::error("", "storage", message)).caused_by(error).into(),
        _ => Trouble::lasting(Finding::error("", "invalid-pipeline", message)),
    }
}

#[async_trait]
impl Actor for NativeChangefeed {
    async fn look(&self) -> Result<Found, Trouble> {
        let state = self.studio.record(&self.name).await.map_err(trouble)?.state;
        let runs = matches!(state, PipelineState::Starting | PipelineState::Running | PipelineState::Retrying);
        Ok(if runs { Found::Same } else { Found::Absent })
    }

    async fn make(&self) -> Result<(), Trouble> {
        self.studio.start_engine(&self.name).await.map_err(trouble)
    }

    async fn sign(&self) -> Result<Sign, Trouble> {
        let progress = self.studio.figures(&self.name).await.map_err(trouble)?.progress();
        let why = || progress.message.as_ref().map_or_else(String::new, |finding| format!(": {}", finding.message));
        Ok(match progress.state {
            PipelineState::Running if progress.checkpoint.is_some() || progress.rows_total > 0 => Sign::Ready,
            PipelineState::Running => Sign::NotYet("it runs; no row was acknowledged yet".to_owned()),
            PipelineState::Starting => Sign::NotYet("it connects".to_owned()),
            PipelineState::Retrying => Sign::NotYet(format!("it tries again{}", why())),
            PipelineState::Failed => Sign::Broken(Box::new(progress.message.clone().unwrap_or_else(|| {
                Finding::error("changefeed", "launch-engine-failed", "The engine stopped.").hint("Its log on the pipeline's page says why.")
            }))),
            PipelineState::Draft | PipelineState::Paused | PipelineState::Stopped => Sign::Broken(Box::new(
                Finding::error("changefeed", "launch-stopped-meanwhile", "Somebody paused or stopped the pipeline while it was launched.")
                    .hint("Launch again to go on."),
            )),
        })
    }

    async fn undo(&self) -> Result<Undo, Trouble> {
        let state = if self.before == PipelineState::Paused { PipelineState::Paused } else { PipelineState::Stopped };
        self.studio.rest_engine(&self.name, state).await.map_err(trouble)?;
        if self.before == PipelineState::Draft {
            self.studio.forget_checkpoint(&self.name).await.map_err(trouble)?;
        }
        Ok(Undo::Undone)
    }

    async fn stir(&self) {
        match self.studio.figures(&self.name).await {
            // any news will do; a reader that is too slow has news too
            Ok(figures) => drop(figures.subscribe().recv().await),
            Err(_) => std::future::pending().await,
        }
    }

    fn path(&self) -> String {
        "changefeed".to_owned()
    }
}
