//! The watcher of launched pipelines: it asks every part again and again, so that plots are whole when a page opens, and so that
//! what broke is told in the list of pipelines and in `/metrics` while nobody looks.

use super::{Place, now_ms, places, unknown};
use crate::{
    store::PipelineRecord,
    studio::{Studio, StudioError, blocking},
};
use futures::{StreamExt as _, stream};
use shared::{
    Finding, Severity,
    api::{LaunchState, PartKind, PartState, PartStatus, PipelineState},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::{Instant, MissedTickBehavior};

/// Pipelines asked at once.
const AT_ONCE: usize = 4;
/// For one part; the clients' own limits are shorter but for waits that a server asks for.
const ASK_LIMIT: Duration = Duration::from_secs(30);
/// A part that cannot be asked so many times in a row is told: one time is a hiccup.
const FAILURES_TOLD: u32 = 3;
/// A list has no room for more.
const MOST_REASONS: usize = 8;

/// How often the parts of launched pipelines are asked.
#[derive(Clone, Copy, Debug)]
pub struct WatchPace {
    pub every: Duration,
    /// Those on Confluent Cloud, whose API counts an account's requests.
    pub cloud_every: Duration,
    /// Between looks at a part that cannot be asked: doubled with each failure, up to this.
    pub longest: Duration,
}

impl Default for WatchPace {
    fn default() -> Self {
        Self { every: Duration::from_secs(10), cloud_every: Duration::from_mins(1), longest: Duration::from_mins(5) }
    }
}

impl WatchPace {
    fn wait(&self, place: &str, failures: u32) -> Duration {
        let is_cloud = place.contains("Confluent Cloud") || place.contains(".confluent.cloud");
        let wait = if is_cloud { self.cloud_every } else { self.every };
        wait.saturating_mul(1 << failures.min(16)).min(self.longest.max(wait))
    }
}

/// What was last seen of launched pipelines: as many entries as they have parts.
#[derive(Default)]
pub(in crate::studio) struct Watched(Mutex<HashMap<String, BTreeMap<String, Seen>>>);

/// A part as it was last seen.
struct Seen {
    status: PartStatus,
    /// When the watcher asks next, unless a page asks before.
    due: Instant,
    /// In a row.
    failures: u32,
    /// Since it was launched.
    was_there: bool,
}

impl Watched {
    /// Only launched pipelines are kept.
    fn keep(&self, launched: &HashSet<&str>) {
        let mut all = self.all();
        all.retain(|name, _| launched.contains(name.as_str()));
        for name in launched {
            all.entry((*name).to_owned()).or_default();
        }
    }

    /// Parts to be asked now; those that the document no longer has are forgotten.
    fn due(&self, pipeline: &str, places: Vec<Place>, now: Instant) -> Vec<Place> {
        let mut all = self.all();
        let Some(parts) = all.get_mut(pipeline) else { return Vec::new() };
        parts.retain(|id, _| places.iter().any(|place| place.id == *id));
        places.into_iter().filter(|place| parts.get(&place.id).is_none_or(|seen| seen.due <= now)).collect()
    }

    /// Whoever asked. Answers whether what is told of the pipeline changed.
    pub(super) fn note(&self, pipeline: &str, status: &PartStatus, pace: &WatchPace) -> bool {
        let mut all = self.all();
        let Some(parts) = all.get_mut(pipeline) else { return false };
        let before = reasons(parts);
        let last = parts.get(&status.id);
        let is_known = status.state != PartState::Unknown;
        let failures = if is_known { 0 } else { last.map_or(0, |seen| seen.failures).saturating_add(1) };
        let was_there = last.is_some_and(|seen| seen.was_there) || (is_known && status.state != PartState::Absent);
        // half a tick early is in time: else a look that took a moment would be put off for a whole one
        let due = Instant::now() + pace.wait(&status.place, failures) - pace.every / 2;
        // traces are long, and nobody asks for them here
        let status = PartStatus { tasks: Vec::new(), ..status.clone() };
        parts.insert(status.id.clone(), Seen { status, due, failures, was_there });
        before != reasons(parts)
    }

    /// After a person removed it: that it is gone is no news.
    pub(super) fn forget_part(&self, pipeline: &str, part: &str) {
        if let Some(parts) = self.all().get_mut(pipeline) {
            parts.remove(part);
        }
    }

    pub(in crate::studio) fn forget(&self, pipeline: &str) {
        self.all().remove(pipeline);
    }

    /// Why a pipeline is degraded; empty when it is not.
    pub(in crate::studio) fn reasons(&self, pipeline: &str) -> Vec<Finding> {
        self.all().get(pipeline).map(reasons).unwrap_or_default()
    }

    fn parts(&self, pipeline: &str) -> Vec<PartStatus> {
        self.all().get(pipeline).map(|parts| parts.values().map(|seen| seen.status.clone()).collect()).unwrap_or_default()
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, BTreeMap<String, Seen>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn reasons(parts: &BTreeMap<String, Seen>) -> Vec<Finding> {
    parts.values().filter_map(reason).take(MOST_REASONS).collect()
}

/// The first is enough for a list; the run page has them all.
fn reason(seen: &Seen) -> Option<Finding> {
    let status = &seen.status;
    let first = || status.findings.iter().find(|finding| finding.severity != Severity::Info).cloned();
    match status.state {
        // a changefeed that failed is the pipeline's own state
        PartState::Failed if status.kind == PartKind::Changefeed => None,
        PartState::Failed | PartState::Degraded => Some(first().unwrap_or_else(|| {
            let message = format!("`{}` is in the state `{}`.", status.id, status.state_text);
            Finding::warning("", "part-degraded", message).hint("The run page has what its system tells of it.")
        })),
        PartState::Absent if seen.was_there && status.kind != PartKind::Changefeed => {
            let message = format!("`{}` was at {} and is gone.", status.id, status.place);
            Some(Finding::warning("", "part-gone", message).hint("Launch again: only what is missing is made. Or look who removed it."))
        }
        PartState::Unknown if seen.failures >= FAILURES_TOLD => first(),
        _ => None,
    }
}

impl Studio {
    /// As the watcher, or a page, last saw them; empty for one that was not launched.
    #[must_use]
    pub fn watched_parts(&self, name: &str) -> Vec<PartStatus> {
        self.watched.parts(name)
    }

    /// Asks what is due, until the studio goes down.
    pub(in crate::studio) async fn watch_parts(&self) {
        let mut tick = tokio::time::interval(self.watch_pace.every);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let looks = async {
            loop {
                tick.tick().await;
                if let Err(error) = self.look_at_parts().await {
                    tracing::warn!(%error, "the launched pipelines cannot be looked at");
                }
            }
        };
        tokio::select! {
            () = looks => {}
            () = self.stop.cancelled() => {}
        }
    }

    async fn look_at_parts(&self) -> Result<(), StudioError> {
        let launched = self.launched().await?;
        self.watched.keep(&launched.iter().map(|record| record.document.name.as_str()).collect());
        stream::iter(launched).for_each_concurrent(AT_ONCE, |record| self.look_at_parts_of(record)).await;
        Ok(())
    }

    /// Those that were started, and those of which only connectors or statements were launched.
    async fn launched(&self) -> Result<Vec<PipelineRecord>, StudioError> {
        let store = std::sync::Arc::clone(self.store());
        let launches = blocking(move || store.launches()).await?;
        let by_launch: HashSet<String> =
            launches.into_iter().filter(|launch| launch.report.state != LaunchState::Undone).map(|launch| launch.report.pipeline).collect();
        let mut records = self.records().await?;
        records.retain(|record| record.state != PipelineState::Draft || by_launch.contains(&record.document.name));
        Ok(records)
    }

    /// One part after the other: a watcher is no load test.
    async fn look_at_parts_of(&self, record: PipelineRecord) {
        let name = record.document.name.clone();
        // a launch and an undo look for themselves, and what is not there yet is no fault
        if self.is_launching(&name).await {
            return;
        }
        let due = self.watched.due(&name, places(&record.document), Instant::now());
        if due.is_empty() {
            return;
        }
        let opened = match self.unsealed(record).await {
            Ok(opened) => opened,
            Err(finding) => return due.iter().for_each(|place| self.seen(&name, &unknown(place, *finding.clone()))),
        };
        for place in due {
            // a status that came in time has been noted
            if tokio::time::timeout(ASK_LIMIT, self.part_status(&opened, &place)).await.is_err() {
                let message = format!("`{}` gave no answer in {} s.", place.id, ASK_LIMIT.as_secs());
                let finding = Finding::error("", "part-unknown", message).hint("It is asked again, less and less often.");
                self.seen(&name, &unknown(&place, finding));
            }
        }
    }

    /// Keeps a look at a part, whoever asked for it: lag, judgement, and the list's news.
    pub(super) fn judged(&self, name: &str, status: PartStatus, moves_when_idle: bool) -> PartStatus {
        let mut status = status;
        if status.kind == PartKind::Changefeed
            && let Some(finding) = self.lags.record(name, now_ms(), &status, moves_when_idle)
        {
            if matches!(status.state, PartState::Running | PartState::Pending) {
                status.state = PartState::Degraded;
            }
            status.findings.push(finding);
        }
        self.seen(name, &status);
        status
    }

    fn seen(&self, name: &str, status: &PartStatus) {
        if self.watched.note(name, status, &self.watch_pace) {
            self.changed();
        }
    }
}

#[cfg(test)]
mod tests;
