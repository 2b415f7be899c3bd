//! Saving documents: secrets sealed first, so that no half of a save is ever on disk in clear.

use super::{Studio, StudioError, blocking};
use crate::store::PipelineRecord;
use shared::{
    Finding,
    api::{PipelineDetail, PipelineState, SavePipeline},
    config::{self, Pipeline},
};
use std::sync::Arc;

impl Studio {
    /// Saves a new pipeline (`replaces` is `None`) or another version of one. Findings do not prevent a draft.
    pub async fn save(&self, body: SavePipeline, replaces: Option<&str>) -> Result<PipelineDetail, StudioError> {
        let (mut document, text) = read(body)?;
        if let Some(name) = replaces {
            self.record(name).await?;
            if document.name != name {
                let finding = Finding::error("name", "name-fixed", format!("a saved pipeline keeps its name `{name}`"))
                    .hint("Save it as a new pipeline instead.");
                return Err(StudioError::Unreadable(vec![finding]));
            }
        }
        if let Some(finding) = config::validate(&document).into_iter().find(|f| f.path == "name" && f.severity == shared::Severity::Error) {
            return Err(StudioError::Unreadable(vec![finding]));
        }
        // Two saves of a new name at once: the lock makes the second one see the first.
        let guard = self.live.lock().await;
        let known = match self.record(&document.name).await {
            Ok(record) if replaces.is_some() => Some(record),
            Ok(record) => return Err(StudioError::NameTaken(record.document.name)),
            Err(StudioError::NoSuchPipeline(_)) => None,
            Err(error) => return Err(error),
        };
        let moved = !document.normalise().is_empty();
        let store = Arc::clone(&self.store);
        let (document, sealed) = blocking(move || {
            let sealed = store.seal_inline(&mut document);
            sealed.map(|sealed| (document, sealed))
        })
        .await?;
        // Text that held a secret is not kept.
        let toml = match text {
            Some(text) if !sealed && !moved => text,
            _ => config::render(&document),
        };
        let name = document.name.clone();
        let (state, message) = known.map_or((PipelineState::Draft, None), |r| (r.state, r.message));
        self.put(PipelineRecord { document, toml, state, message }).await?;
        drop(guard);
        self.detail(&name).await
    }
}

fn read(body: SavePipeline) -> Result<(Pipeline, Option<String>), StudioError> {
    match body {
        SavePipeline::Document { document } => Ok((*document, None)),
        SavePipeline::Toml { toml } => match config::parse(&toml) {
            Ok(document) => Ok((document, Some(toml))),
            Err(error) => Err(StudioError::Unreadable(error.findings)),
        },
    }
}

/// The document of a request that is not saved.
pub(super) fn document(body: SavePipeline) -> Result<Pipeline, StudioError> {
    read(body).map(|(document, _)| document)
}
