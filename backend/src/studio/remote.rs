//! Pipelines that run on a TiCDC cluster: what start, pause and remove mean for them, and how they are.

use super::{
    Studio, StudioError, check,
    launch::{changefeed_id, explained},
};
use crate::{
    clients::ticdc::{Changefeed, Client, CreateRequest, State},
    engine::error::EngineError,
    store::PipelineRecord,
};
use shared::{
    Finding,
    api::{Checkpoint, PipelineState},
    config::{Pipeline, Target},
    render::open_api_body,
    row::CommitTs,
};
use std::time::Duration;

/// How old the state of a changefeed elsewhere may get.
const LOOK_EVERY: Duration = Duration::from_secs(5);

impl Studio {
    /// Makes the changefeed when it is not there, resumes it when it stands.
    pub(super) async fn start_remote(&self, document: &Pipeline) -> Result<(), StudioError> {
        let (client, open) = self.ticdc(document).await?;
        let id = changefeed_id(&open);
        match client.changefeed(&id).await.map_err(EngineError::from)? {
            None => {
                let request = CreateRequest { body: open_api_body(&open), start_ts: None, target_ts: None };
                client.create(&request).await.map_err(EngineError::from)?;
            }
            Some(found) if found.state.is_running() => {}
            Some(_) => client.resume(&id, None).await.map_err(EngineError::from)?,
        }
        self.mark(&document.name, PipelineState::Running).await
    }

    /// TiCDC knows one kind of rest.
    pub(super) async fn rest_remote(&self, document: &Pipeline, state: PipelineState) -> Result<(), StudioError> {
        let (client, open) = self.ticdc(document).await?;
        client.pause(&changefeed_id(&open)).await.map_err(EngineError::from)?;
        self.mark(&document.name, state).await
    }

    pub(super) async fn remove_remote(&self, document: &Pipeline) -> Result<(), StudioError> {
        let (client, open) = self.ticdc(document).await?;
        Ok(client.remove(&changefeed_id(&open)).await.map_err(EngineError::from)?)
    }

    /// Looks at the launched ones every few seconds, until the studio goes down.
    pub(super) async fn watch_remote(&self) {
        let mut tick = tokio::time::interval(LOOK_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = tick.tick() => self.look_at_remote().await,
                () = self.stop.cancelled() => return,
            }
        }
    }

    async fn look_at_remote(&self) {
        let Ok(records) = self.records().await else { return };
        let launched = records.into_iter().filter(|r| r.document.changefeed.target == Target::Ticdc && r.state != PipelineState::Draft);
        // side by side: a cluster that does not answer must not make the others' states old
        futures::future::join_all(launched.map(|record| self.look_at(record))).await;
    }

    async fn look_at(&self, record: PipelineRecord) {
        let name = record.document.name.clone();
        let found = tokio::select! {
            found = self.remote_changefeed(&record.document) => found,
            () = self.stop.cancelled() => return,
        };
        let Ok(figures) = self.figures(&name).await else { return };
        let (state, message) = match &found {
            Ok(Some(found)) => state_of(found, record.state),
            Ok(None) => (
                PipelineState::Failed,
                Some(
                    Finding::error("changefeed", "changefeed-gone", "The changefeed is not on its TiCDC cluster any more.")
                        .hint("Launch again to make it anew, or look who removed it."),
                ),
            ),
            Err(StudioError::Engine(error)) => (PipelineState::Retrying, Some((*error.finding).clone())),
            Err(_) => return,
        };
        if let Ok(Some(found)) = found {
            let at_ms = found.checkpoint_time.map_or(0, |time| u64::try_from(time.as_millisecond()).unwrap_or(0));
            let position = format!("TSO {}", found.checkpoint_ts);
            figures.set_checkpoint(Checkpoint { commit_ts: CommitTs(found.checkpoint_ts), position, at_ms });
        }
        if figures.state() != (state, message.clone()) {
            figures.set_state(state, message);
            self.changed();
        }
    }

    async fn remote_changefeed(&self, document: &Pipeline) -> Result<Option<Changefeed>, StudioError> {
        let (client, open) = self.ticdc(document).await?;
        Ok(client.changefeed(&changefeed_id(&open)).await.map_err(EngineError::from)?)
    }

    async fn ticdc(&self, document: &Pipeline) -> Result<(Client, Pipeline), StudioError> {
        let open = check::unseal(self.store(), document.clone()).await.map_err(|finding| StudioError::Invalid(vec![finding]))?;
        Ok((Client::of_pipeline(&open).map_err(EngineError::from)?, open))
    }
}

/// In the pipeline's words. `wanted`: how a person left it; TiCDC does not tell a pause from a stop.
fn state_of(found: &Changefeed, wanted: PipelineState) -> (PipelineState, Option<Finding>) {
    match found.state {
        State::Normal => (PipelineState::Running, None),
        State::Warning => (PipelineState::Retrying, Some(explained("TiCDC tries again", found.error.as_ref()))),
        State::Stopped if wanted == PipelineState::Stopped => (PipelineState::Stopped, None),
        State::Stopped => (PipelineState::Paused, None),
        State::Failed => (PipelineState::Failed, Some(explained("The changefeed failed", found.error.as_ref()))),
        State::Finished | State::Removed => (PipelineState::Stopped, None),
        State::Other(_) => (PipelineState::Starting, None),
    }
}
