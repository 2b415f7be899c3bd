//! The steps of a move that are not those of a launch.

use super::super::moving::{DOCUMENT, REST};
use super::super::{Actor, Found, Sign, Trouble, Undo};
use super::native::trouble;
use crate::{store::LaunchRecord, studio::Studio};
use async_trait::async_trait;
use shared::{
    api::PipelineState,
    config::{Pipeline, Target},
};
use std::sync::Arc;

/// Where TiCDC goes on for a pipeline that is moved: what our engine had acknowledged. `None`: it is no move.
pub(super) fn start_ts(studio: &Studio, record: &LaunchRecord) -> Option<u64> {
    record.report.steps.iter().find(|step| step.step.id == REST)?;
    // it was there when the move was begun, and rests since
    studio.store().checkpoint(&record.document.name).ok().flatten().map(|(checkpoint, _)| checkpoint.commit_ts.0)
}

pub(super) fn actor(studio: &Arc<Studio>, record: &LaunchRecord, id: &str) -> Option<Box<dyn Actor>> {
    let studio = Arc::clone(studio);
    match id {
        REST => Some(Box::new(Rest { studio, name: record.document.name.clone(), before: record.before })),
        DOCUMENT => Some(Box::new(Retarget { studio, document: record.document.clone() })),
        _ => None,
    }
}

/// Our engine rests before TiCDC begins: never both.
struct Rest {
    studio: Arc<Studio>,
    name: String,
    before: PipelineState,
}

#[async_trait]
impl Actor for Rest {
    async fn look(&self) -> Result<Found, Trouble> {
        let state = self.studio.record(&self.name).await.map_err(trouble)?.state;
        let runs = matches!(state, PipelineState::Starting | PipelineState::Running | PipelineState::Retrying);
        Ok(if runs { Found::Absent } else { Found::Same })
    }

    async fn make(&self) -> Result<(), Trouble> {
        self.studio.rest_engine(&self.name, PipelineState::Paused).await.map_err(trouble)
    }

    async fn sign(&self) -> Result<Sign, Trouble> {
        Ok(Sign::Ready)
    }

    async fn undo(&self) -> Result<Undo, Trouble> {
        if matches!(self.before, PipelineState::Starting | PipelineState::Running | PipelineState::Retrying) {
            self.studio.start_engine(&self.name).await.map_err(trouble)?;
        }
        Ok(Undo::Undone)
    }

    fn path(&self) -> String {
        "changefeed.target".to_owned()
    }
}

/// The saved document says who runs the changefeed from now on.
struct Retarget {
    studio: Arc<Studio>,
    document: Pipeline,
}

#[async_trait]
impl Actor for Retarget {
    async fn look(&self) -> Result<Found, Trouble> {
        let saved = self.studio.record(&self.document.name).await.map_err(trouble)?.document;
        Ok(if saved.changefeed.target == self.document.changefeed.target { Found::Same } else { Found::Absent })
    }

    async fn make(&self) -> Result<(), Trouble> {
        self.studio.set_target(&self.document.name, self.document.changefeed.target, PipelineState::Running).await.map_err(trouble)
    }

    async fn sign(&self) -> Result<Sign, Trouble> {
        Ok(Sign::Ready)
    }

    async fn undo(&self) -> Result<Undo, Trouble> {
        self.studio.set_target(&self.document.name, Target::Native, PipelineState::Paused).await.map_err(trouble)?;
        Ok(Undo::Undone)
    }

    fn path(&self) -> String {
        "changefeed.target".to_owned()
    }
}
