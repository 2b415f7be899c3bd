//! Ten minutes of a changefeed's lag, and whether it falls behind without end. Looks in, judgement out: no clock of its own.

use shared::{
    Finding,
    api::{LagPoint, PartState, PartStatus},
    figures,
};
use std::collections::VecDeque;

const MINUTE_MS: u64 = 60_000;
/// What the plots show.
const SPAN_MS: u64 = 10 * MINUTE_MS;
/// Several pages may ask at once; a plot has no room for more. So 600 points at most.
const LEAST_APART_MS: u64 = 1_000;
/// A running TiCDC moves its checkpoint every second, with or without rows. A first scan of many regions may take minutes.
const STILL_MS: u64 = 5 * MINUTE_MS;
/// Below it a lag is nobody's worry; TiDB's own alert for a resolved-ts begins here too.
const HIGH_MS: u64 = 5 * MINUTE_MS;
/// Over which a lag must have grown.
const WINDOW_MS: u64 = 3 * MINUTE_MS;
/// A changefeed that needs more than 1/10 longer than its source: 6 s a minute are no wobble of the figures.
const GROWTH_PART: u64 = 10;

/// Of one changefeed.
#[derive(Default)]
pub(super) struct Trend {
    /// Oldest first.
    points: VecDeque<LagPoint>,
    /// When it was first seen to run, since it last did not.
    runs_since_ms: Option<u64>,
    /// The checkpoint-ts, and when it was first seen.
    checkpoint: Option<(u64, u64)>,
}

impl Trend {
    pub(super) fn note(&mut self, at_ms: u64, status: &PartStatus, moves_when_idle: bool) {
        match status.state {
            PartState::Running | PartState::Pending | PartState::Degraded => {
                self.runs_since_ms.get_or_insert(at_ms);
                let seen = status.checkpoint_ts.filter(|_| moves_when_idle);
                match (seen, self.checkpoint) {
                    (Some(ts), Some((last, _))) if ts == last => {}
                    (Some(ts), _) => self.checkpoint = Some((ts, at_ms)),
                    (None, _) => self.checkpoint = None,
                }
            }
            // one look that failed says nothing about the changefeed
            PartState::Unknown => {}
            // a pause lets the lag grow, and the checkpoint stand
            _ => (self.runs_since_ms, self.checkpoint) = (None, None),
        }
        self.keep(LagPoint { at_ms, checkpoint_ms: status.checkpoint_lag_ms, resolved_ms: status.resolved_lag_ms });
    }

    fn keep(&mut self, point: LagPoint) {
        let at_ms = point.at_ms;
        let is_empty = point.checkpoint_ms.is_none() && point.resolved_ms.is_none();
        let is_early = self.points.back().is_some_and(|last| at_ms < last.at_ms.saturating_add(LEAST_APART_MS));
        if is_empty || is_early {
            return;
        }
        self.points.push_back(point);
        while self.points.front().is_some_and(|first| first.at_ms.saturating_add(SPAN_MS) < at_ms) {
            self.points.pop_front();
        }
    }

    pub(super) fn points(&self) -> Vec<LagPoint> {
        self.points.iter().cloned().collect()
    }

    /// Why it falls behind without end, if it does.
    pub(super) fn judge(&self, now_ms: u64) -> Option<Finding> {
        let runs_since_ms = self.runs_since_ms?;
        if let Some((ts, seen_ms)) = self.checkpoint
            && now_ms.saturating_sub(seen_ms) >= STILL_MS
        {
            let minutes = figures::counted(now_ms.saturating_sub(seen_ms) / MINUTE_MS, "minute");
            return Some(
                Finding::warning(
                    "changefeed",
                    "checkpoint-stalled",
                    format!("The changefeed runs, and its checkpoint-ts {ts} has not moved for {minutes}."),
                )
                .hint(
                    "When the resolved lag grows too, TiKV holds it back: a region without a leader, a long transaction, a first scan. \
                     When it does not, Kafka takes no messages: look at the brokers, and at TiCDC's log for `ErrKafka`.",
                ),
            );
        }
        let lag_ms = self.points.back()?.checkpoint_ms.filter(|lag| *lag > HIGH_MS)?;
        let from_ms = runs_since_ms.max(now_ms.saturating_sub(WINDOW_MS));
        let (at_ms, first_ms) =
            self.points.iter().filter(|point| point.at_ms >= from_ms).find_map(|point| Some((point.at_ms, point.checkpoint_ms?)))?;
        let over_ms = now_ms.saturating_sub(at_ms);
        let growth_ms = lag_ms.saturating_sub(first_ms);
        // of a window that is not whole yet two thirds are enough: looks are seconds apart
        if over_ms < WINDOW_MS / 3 * 2 || growth_ms <= over_ms / GROWTH_PART {
            return None;
        }
        let message = format!(
            "The changefeed is {} behind, and {} s more than {} s ago: it is slower than its source.",
            figures::counted(lag_ms / MINUTE_MS, "minute"),
            growth_ms / 1_000,
            over_ms / 1_000
        );
        let hint = "More partitions and a partition rule that spreads the rows help a slow sink, `enable-table-across-nodes` one large \
                    table; a backlog of a restart shrinks by itself, this one does not.";
        Some(Finding::warning("changefeed", "checkpoint-lag-grows", message).hint(hint))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use shared::api::PartKind;

    const SECOND: u64 = 1_000;

    fn status(state: PartState, checkpoint_ts: u64, lag: Option<u64>) -> PartStatus {
        PartStatus {
            id: "changefeed".to_owned(),
            kind: PartKind::Changefeed,
            name: String::new(),
            place: String::new(),
            state,
            state_text: String::new(),
            tasks: Vec::new(),
            dead_letters: None,
            checkpoint_lag_ms: lag,
            resolved_lag_ms: None,
            checkpoint_ts: Some(checkpoint_ts),
            records_behind: None,
            findings: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// The codes of looks ten seconds apart: lag and checkpoint as functions of the seconds.
    fn looked(seconds: u64, state: impl Fn(u64) -> PartState, look: impl Fn(u64) -> (u64, u64)) -> Vec<(u64, String)> {
        let mut trend = Trend::default();
        let mut told: Vec<(u64, String)> = Vec::new();
        for second in (0..=seconds).step_by(10) {
            let (ts, lag) = look(second);
            trend.note(second * SECOND, &status(state(second), ts, Some(lag * SECOND)), true);
            let code = trend.judge(second * SECOND).map_or_else(String::new, |finding| finding.code);
            if told.last().is_none_or(|(_, last)| *last != code) {
                told.push((second, code));
            }
        }
        told
    }

    fn told(at: &[(u64, &str)]) -> Vec<(u64, String)> {
        at.iter().map(|(second, code)| (*second, (*code).to_owned())).collect()
    }

    #[test]
    fn ten_minutes_are_kept_at_a_point_a_second() {
        let mut trend = Trend::default();
        for at in [0, 500, 1_000, 600_000, 700_000] {
            trend.note(at, &status(PartState::Running, at, Some(at)), true);
        }
        trend.note(800_000, &status(PartState::Running, 1, None), true);
        assert_eq!(trend.points().iter().map(|point| point.at_ms).collect::<Vec<_>>(), [600_000, 700_000]);
    }

    #[test]
    fn a_checkpoint_that_stands_is_told_after_five_minutes_and_no_more_when_it_moves() {
        let runs = |_| PartState::Running;
        let at = |second: u64| if (100..700).contains(&second) { (100, second - 99) } else { (second, 1) };
        assert_eq!(looked(800, runs, at), told(&[(0, ""), (400, "checkpoint-stalled"), (700, "")]));
    }

    #[test]
    fn a_lag_is_told_when_it_is_high_and_rises_and_not_when_it_shrinks_or_wobbles() {
        let runs = |_| PartState::Running;
        // half as fast as its source: above five minutes from second 610 on
        assert_eq!(looked(700, runs, |second| (second, second / 2)), told(&[(0, ""), (610, "checkpoint-lag-grows")]));
        assert_eq!(looked(700, runs, |second| (second, 2_000 - second)), told(&[(0, "")]), "a backlog is worked off");
        assert_eq!(looked(700, runs, |second| (second, 900 + second % 20)), told(&[(0, "")]), "it keeps pace");
        assert_eq!(looked(200, runs, |second| (second, 600 + second)), told(&[(0, ""), (120, "checkpoint-lag-grows")]));
    }

    #[test]
    fn a_pause_is_no_fault_neither_while_it_lasts_nor_after_it() {
        let paused = |second| if (100..1_000).contains(&second) { PartState::Paused } else { PartState::Running };
        let at = |second: u64| match second {
            0..100 => (second, 1),
            100..1_000 => (100, second - 99),
            _ => (second, 900 - (second - 1_000)),
        };
        assert_eq!(looked(1_400, paused, at), told(&[(0, "")]));
    }

    #[test]
    fn our_own_checkpoint_may_stand_while_no_rows_come() {
        let mut trend = Trend::default();
        for minute in 0..20 {
            trend.note(minute * MINUTE_MS, &status(PartState::Running, 7, None), false);
        }
        assert!(trend.judge(20 * MINUTE_MS).is_none());
    }

    #[test]
    fn a_look_that_failed_does_not_begin_anew() {
        let known = |second| if second == 200 { PartState::Unknown } else { PartState::Running };
        assert_eq!(looked(400, known, |_| (7, 1)), told(&[(0, ""), (300, "checkpoint-stalled")]));
    }
}
