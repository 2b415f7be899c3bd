//! How far changefeeds were behind, for the plots, and what the last minutes say: in memory, as often as somebody looked. The
//! watcher looks all the time.

use super::trend::Trend;
use shared::{
    Finding,
    api::{LagPoint, PartStatus},
};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Trends by pipeline.
#[derive(Default)]
pub(in crate::studio) struct Lags(Mutex<HashMap<String, Trend>>);

impl Lags {
    /// Keeps a look, and answers why the changefeed is degraded, if it is. `moves_when_idle`: its checkpoint goes on without rows.
    pub(super) fn record(&self, pipeline: &str, at_ms: u64, status: &PartStatus, moves_when_idle: bool) -> Option<Finding> {
        let mut all = self.all();
        let trend = all.entry(pipeline.to_owned()).or_default();
        trend.note(at_ms, status, moves_when_idle);
        trend.judge(at_ms)
    }

    pub(in crate::studio) fn of(&self, pipeline: &str) -> Vec<LagPoint> {
        self.all().get(pipeline).map(Trend::points).unwrap_or_default()
    }

    pub(in crate::studio) fn forget(&self, pipeline: &str) {
        self.all().remove(pipeline);
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Trend>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
