//! What the run page knows of a pipeline's parts: asked for again and again, since other systems tell nothing by themselves.

use super::RunState;
use crate::{
    api::{self, Failure},
    browser,
    state::Load,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{
    prelude::*,
    task::{spawn_local, spawn_local_scoped_with_cancellation},
};
use shared::{
    api::{DriftReport, LagPoint, PartKind, PartStatus},
    config::Pipeline,
};

const EVERY_MS: u32 = 3_000;
#[derive(Clone, Copy)]
pub struct Operate {
    name: StoredValue<String>,
    run: RunState,
    pub document: RwSignal<Load<Pipeline>>,
    pub parts: RwSignal<Load<Vec<PartStatus>>>,
    pub drift: RwSignal<Load<DriftReport>>,
}

impl Operate {
    /// Fetches, and goes on fetching the parts until the calling component goes away.
    pub fn open(name: String, run: RunState) -> Self {
        let operate = Self {
            name: StoredValue::new(name),
            run,
            document: RwSignal::new(Load::Waiting),
            parts: RwSignal::new(Load::Waiting),
            drift: RwSignal::new(Load::Waiting),
        };
        spawn_local_scoped_with_cancellation(async move {
            operate.fetch_document().await;
            if !operate.has_parts() {
                return;
            }
            operate.compare();
            loop {
                operate.fetch_parts().await;
                TimeoutFuture::new(EVERY_MS).await;
            }
        });
        operate
    }

    pub fn name(self) -> String {
        self.name.get_value()
    }

    async fn fetch_document(self) {
        let answer = api::pipeline(&self.name()).await.map(|detail| detail.document);
        let _ = self.document.try_set(answer.into());
    }

    /// Whether there is more than our own engine.
    pub fn has_parts(self) -> bool {
        self.document.try_with_untracked(|document| document.ready().is_some_and(crate::rules::has_remote_parts)).unwrap_or(false)
    }

    async fn fetch_parts(self) {
        let answer = api::parts(&self.name()).await;
        let known = self.parts.try_with_untracked(|parts| parts.ready().is_some()).unwrap_or(false);
        match answer {
            Ok(parts) => {
                self.note_lags(&parts);
                let _ = self.parts.try_set(Load::Ready(parts));
            }
            // The last figures stay: the next answer comes soon.
            Err(_) if known => {}
            Err(failure) => {
                let _ = self.parts.try_set(Load::Failed(failure));
            }
        }
    }

    pub fn fetch_parts_now(self) {
        spawn_local(self.fetch_parts());
    }

    fn note_lags(self, parts: &[PartStatus]) {
        let Some(changefeed) = parts.iter().find(|part| part.kind == PartKind::Changefeed) else { return };
        if changefeed.checkpoint_lag_ms.is_none() && changefeed.resolved_lag_ms.is_none() {
            return;
        }
        self.run.note_lag(LagPoint {
            at_ms: browser::unix_millis(),
            checkpoint_ms: changefeed.checkpoint_lag_ms,
            resolved_ms: changefeed.resolved_lag_ms,
        });
    }

    /// An action's answer: newer than what was fetched.
    pub fn acted(self, status: PartStatus) {
        let _ = self.parts.try_update(|parts| {
            if let Load::Ready(parts) = parts
                && let Some(known) = parts.iter_mut().find(|part| part.id == status.id)
            {
                *known = status;
            }
        });
        self.compare();
    }

    /// Compares the document with what runs.
    pub fn compare(self) {
        spawn_local(async move {
            let Some(name) = self.name.try_get_value() else { return };
            self.compared(api::drift(&name).await);
        });
    }

    pub fn compared(self, answer: Result<DriftReport, Failure>) {
        let _ = self.drift.try_set(answer.into());
    }

    /// After the document was changed behind the page.
    pub fn document_changed(self) {
        spawn_local(async move { self.fetch_document().await });
    }
}
