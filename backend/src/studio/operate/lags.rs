//! How far changefeeds on TiCDC were behind, for the plots: in memory, as often as somebody asked.

use shared::api::{LagPoint, PartStatus};
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

/// Ten minutes.
const SPAN_MS: u64 = 600_000;
/// Several pages may ask at once; a plot has no room for more.
const LEAST_APART_MS: u64 = 1_000;

/// Points by pipeline, oldest first; 600 at most each.
#[derive(Default)]
pub(in crate::studio) struct Lags(Mutex<HashMap<String, VecDeque<LagPoint>>>);

impl Lags {
    pub(super) fn record(&self, pipeline: &str, at_ms: u64, status: &PartStatus) {
        let (checkpoint_ms, resolved_ms) = (status.checkpoint_lag_ms, status.resolved_lag_ms);
        if checkpoint_ms.is_none() && resolved_ms.is_none() {
            return;
        }
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let points = all.entry(pipeline.to_owned()).or_default();
        if points.back().is_some_and(|last| at_ms < last.at_ms.saturating_add(LEAST_APART_MS)) {
            return;
        }
        points.push_back(LagPoint { at_ms, checkpoint_ms, resolved_ms });
        while points.front().is_some_and(|first| first.at_ms.saturating_add(SPAN_MS) < at_ms) {
            points.pop_front();
        }
    }

    pub(in crate::studio) fn of(&self, pipeline: &str) -> Vec<LagPoint> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(pipeline).map(|points| points.iter().cloned().collect()).unwrap_or_default()
    }

    pub(in crate::studio) fn forget(&self, pipeline: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(pipeline);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::api::{PartKind, PartState};

    #[test]
    fn ten_minutes_are_kept_at_a_point_a_second() {
        let status = |lag: Option<u64>| PartStatus {
            id: String::new(),
            kind: PartKind::Changefeed,
            name: String::new(),
            place: String::new(),
            state: PartState::Running,
            state_text: String::new(),
            tasks: Vec::new(),
            dead_letters: None,
            checkpoint_lag_ms: lag,
            resolved_lag_ms: None,
            checkpoint_ts: None,
            records_behind: None,
            findings: Vec::new(),
            actions: Vec::new(),
        };
        let lags = Lags::default();
        for at in [0, 500, 1_000, 600_000, 700_000] {
            lags.record("a", at, &status(Some(at)));
        }
        lags.record("a", 800_000, &status(None));
        assert_eq!(lags.of("a").iter().map(|point| point.at_ms).collect::<Vec<_>>(), [600_000, 700_000]);
        assert!(lags.of("b").is_empty());
        lags.forget("a");
        assert!(lags.of("a").is_empty());
    }
}
