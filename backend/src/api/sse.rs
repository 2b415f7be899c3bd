//! Server-sent events: what changes, as it changes.

use super::{AppState, error::Failure};
use crate::{engine::figures::Update, studio};
use axum::{
    extract::{Path, State},
    response::sse::{Event, KeepAlive, Sse},
};
use futures::{Stream, StreamExt, stream};
use shared::api::{PipelineSummary, PreflightCheck, PreflightVerdict, Progress};
use std::{convert::Infallible, pin::Pin, sync::Arc, time::Duration};
use tokio::sync::{broadcast::error::RecvError, mpsc};

/// How old a list may get without a change of state: rates and lags move all the time.
const LIST_EVERY: Duration = Duration::from_secs(1);

pub(super) type Events = Sse<axum::response::sse::KeepAliveStream<std::pin::Pin<Box<dyn Stream<Item = Result<Event, Infallible>> + Send>>>>;

pub(super) fn events(stream: impl Stream<Item = Event> + Send + 'static, state: &AppState) -> Events {
    let stop = state.stop.clone();
    let stream: std::pin::Pin<Box<dyn Stream<Item = _> + Send>> =
        Box::pin(stream.map(Ok).take_until(async move { stop.cancelled().await }));
    Sse::new(stream).keep_alive(KeepAlive::default())
}

pub(super) fn event(name: &str, data: &impl serde::Serialize) -> Event {
    Event::default().event(name).json_data(data).expect("API types have a JSON form")
}

/// `progress` (about once a second and at every change of state) and `log` of one pipeline.
#[utoipa::path(get, path = "/api/v1/pipelines/{name}/events", params(("name" = String, Path)), responses((status = 200, body = Progress, content_type = "text/event-stream")))]
pub(super) async fn follow_pipeline(State(state): State<AppState>, Path(name): Path<String>) -> Result<Events, Failure> {
    let figures = state.studio.figures(&name).await?;
    // Subscribed before the first reading, so that nothing falls in between.
    let updates = figures.subscribe();
    let first = event("progress", &figures.progress());
    let rest = stream::unfold((updates, figures), |(mut updates, figures)| async move {
        let event = match updates.recv().await {
            Ok(Update::Progress(progress)) => event("progress", &*progress),
            Ok(Update::Log(entry)) => event("log", &entry),
            // A slow reader missed some: the newest reading makes up for them.
            Err(RecvError::Lagged(_)) => event("progress", &figures.progress()),
            Err(RecvError::Closed) => return None,
        };
        Some((event, (updates, figures)))
    });
    Ok(events(stream::once(async { first }).chain(rest), &state))
}

/// `pipelines`: the home page's list, about once a second and at every change of state.
#[utoipa::path(get, path = "/api/v1/events", responses((status = 200, body = Vec<PipelineSummary>, content_type = "text/event-stream")))]
pub(super) async fn follow_pipelines(State(state): State<AppState>) -> Events {
    let studio = state.studio.clone();
    let changes = studio.watch();
    let mut tick = tokio::time::interval(LIST_EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let list = stream::unfold((studio, changes, tick), |(studio, mut changes, mut tick)| async move {
        tokio::select! {
            _ = tick.tick() => {}
            changed = changes.changed() => changed.ok()?,
        }
        let event = match studio.summaries().await {
            Ok(list) => event("pipelines", &list),
            Err(error) => {
                tracing::warn!(%error, "the pipelines cannot be listed");
                Event::default().comment("not available")
            }
        };
        Some((event, (studio, changes, tick)))
    });
    events(list, &state)
}

/// A preflight and what it has said and not yet sent.
struct Preflight {
    /// `None` once it is over.
    work: Option<Pin<Box<dyn Future<Output = PreflightVerdict> + Send>>>,
    lines: mpsc::Receiver<PreflightCheck>,
    verdict: Option<PreflightVerdict>,
}

impl Preflight {
    /// The stream's own polling drives the work: closed, it is dropped in the middle, and nothing goes on behind its back.
    async fn next(mut self) -> Option<(Event, Self)> {
        while let Some(work) = &mut self.work {
            tokio::select! {
                biased;
                Some(line) = self.lines.recv() => return Some((event("check", &line), self)),
                verdict = work => {
                    self.verdict = Some(verdict);
                    self.work = None;
                }
            }
        }
        if let Ok(line) = self.lines.try_recv() {
            return Some((event("check", &line), self));
        }
        let verdict = self.verdict.take()?;
        Some((event("verdict", &verdict), self))
    }
}

/// Everything that can be known of a launch before anything is changed: `check` for every line as it changes, at last
/// `verdict`. Closing the stream cancels it.
#[utoipa::path(get, path = "/api/v1/pipelines/{name}/preflight", params(("name" = String, Path)), responses((status = 200, body = PreflightCheck, content_type = "text/event-stream"), (status = 404, body = shared::api::ApiError)))]
pub(super) async fn run_preflight(State(state): State<AppState>, Path(name): Path<String>) -> Result<Events, Failure> {
    let document = state.studio.document(&name).await?;
    let (store, stop) = (Arc::clone(state.studio.store()), state.stop.child_token());
    let (out, lines) = mpsc::channel(studio::PREFLIGHT_QUEUE);
    let work = Box::pin(async move { studio::preflight_sealed(&store, document, out, stop).await });
    let preflight = Preflight { work: Some(work), lines, verdict: None };
    Ok(events(stream::unfold(preflight, Preflight::next), &state))
}
