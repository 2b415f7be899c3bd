//! What the words of remote systems come to, and what can be asked of a part in its state.

use crate::api::{PartAction, PartKind, PartState, PipelineState};

/// A changefeed's state in TiCDC's words.
#[must_use]
pub fn changefeed_state(word: &str) -> PartState {
    match word {
        // one that was just made has none yet
        "" | "normal" => PartState::Running,
        "warning" | "pending" => PartState::Pending,
        "stopped" => PartState::Paused,
        "failed" | "error" => PartState::Failed,
        "finished" => PartState::Finished,
        "removed" => PartState::Absent,
        _ => PartState::Unknown,
    }
}

/// A connector's state in the words of Connect and Confluent Cloud, with those of its tasks.
#[must_use]
pub fn connector_state(word: &str, tasks: &[&str]) -> PartState {
    let is_failed = |task: &&str| matches!(*task, "FAILED" | "USER_ACTIONABLE_ERROR" | "SYSTEM_ERROR");
    match word {
        "RUNNING" | "DEGRADED" if !tasks.is_empty() && tasks.iter().all(is_failed) => PartState::Failed,
        "DEGRADED" => PartState::Degraded,
        "RUNNING" if tasks.iter().any(is_failed) => PartState::Degraded,
        // it has work for nobody yet, or its tasks are moving
        "RUNNING" if tasks.is_empty() || tasks.iter().any(|task| matches!(*task, "UNASSIGNED" | "RESTARTING")) => PartState::Pending,
        "RUNNING" => PartState::Running,
        "PROVISIONING" | "UNASSIGNED" | "NONE" | "RESTARTING" | "" => PartState::Pending,
        "PAUSED" | "STOPPED" => PartState::Paused,
        "FAILED" => PartState::Failed,
        "DELETED" | "DESTROYED" => PartState::Absent,
        _ => PartState::Unknown,
    }
}

/// A query's state in ksqlDB's words; old servers have none.
#[must_use]
pub fn query_state(word: &str) -> PartState {
    match word {
        "" | "RUNNING" => PartState::Running,
        "PAUSED" => PartState::Paused,
        "ERROR" | "UNRESPONSIVE" => PartState::Failed,
        "CREATED" | "REBALANCING" => PartState::Pending,
        _ => PartState::Unknown,
    }
}

/// A changefeed of our own engine.
#[must_use]
pub fn native_state(state: PipelineState) -> PartState {
    match state {
        PipelineState::Draft => PartState::Absent,
        PipelineState::Starting | PipelineState::Retrying => PartState::Pending,
        PipelineState::Running => PartState::Running,
        PipelineState::Paused | PipelineState::Stopped => PartState::Paused,
        PipelineState::Failed => PartState::Failed,
    }
}

/// One state of several things: the worst, and [`PartState::Degraded`] where some run and some do not.
#[must_use]
pub fn together(states: &[PartState]) -> PartState {
    let Some(first) = states.first() else { return PartState::Unknown };
    let has = |state: PartState| states.contains(&state);
    match () {
        () if states.iter().all(|state| state == first) => *first,
        () if has(PartState::Unknown) => PartState::Unknown,
        () if has(PartState::Failed) || has(PartState::Absent) || has(PartState::Degraded) => PartState::Degraded,
        () if has(PartState::Pending) => PartState::Pending,
        // a statement that has been executed does not keep another one's query from running
        () if has(PartState::Paused) => PartState::Paused,
        () => PartState::Running,
    }
}

/// What makes sense in that state. `has_failed_tasks`: some of a connector's tasks stand until they are restarted; `is_native`:
/// a changefeed of our own engine, which is removed with its pipeline.
#[must_use]
pub fn actions(kind: PartKind, state: PartState, has_failed_tasks: bool, is_native: bool) -> Vec<PartAction> {
    use PartAction::{Pause, Remove, Restart, RestartFailed, Resume};
    let mut actions = match (kind, state) {
        (_, PartState::Absent | PartState::Unknown) => return Vec::new(),
        (_, PartState::Paused) => vec![Resume],
        (PartKind::Connector, PartState::Failed) => vec![Restart],
        (PartKind::Connector, _) => vec![Pause, Restart],
        (PartKind::Changefeed, PartState::Failed | PartState::Finished) => vec![Resume],
        (PartKind::KsqlStatement, PartState::Failed | PartState::Finished) => Vec::new(),
        _ => vec![Pause],
    };
    if kind == PartKind::Connector && has_failed_tasks && state != PartState::Paused {
        actions.push(RestartFailed);
    }
    if !is_native {
        actions.push(Remove);
    }
    actions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_to_states() {
        for (word, state) in [
            ("normal", PartState::Running),
            ("warning", PartState::Pending),
            ("stopped", PartState::Paused),
            ("failed", PartState::Failed),
            ("finished", PartState::Finished),
            ("strange", PartState::Unknown),
        ] {
            assert_eq!(changefeed_state(word), state, "{word}");
        }
        for (word, tasks, state) in [
            ("RUNNING", &["RUNNING", "RUNNING"][..], PartState::Running),
            ("RUNNING", &["RUNNING", "FAILED"], PartState::Degraded),
            ("RUNNING", &["FAILED"], PartState::Failed),
            ("RUNNING", &[], PartState::Pending),
            ("RUNNING", &["RUNNING", "RESTARTING"], PartState::Pending),
            ("DEGRADED", &["RUNNING", "USER_ACTIONABLE_ERROR"], PartState::Degraded),
            ("FAILED", &["RUNNING"], PartState::Failed),
            ("PROVISIONING", &[], PartState::Pending),
            ("PAUSED", &["PAUSED"], PartState::Paused),
            ("strange", &[], PartState::Unknown),
        ] {
            assert_eq!(connector_state(word, tasks), state, "{word} {tasks:?}");
        }
        assert_eq!(
            ["RUNNING", "ERROR", "PAUSED", "x"].map(query_state),
            [PartState::Running, PartState::Failed, PartState::Paused, PartState::Unknown]
        );
    }

    #[test]
    fn several_states_are_one() {
        use PartState::{Absent, Degraded, Failed, Finished, Paused, Running, Unknown};
        for (states, expected) in [
            (&[][..], Unknown),
            (&[Absent, Absent], Absent),
            (&[Running, Absent], Degraded),
            (&[Running, Failed], Degraded),
            (&[Finished, Running], Running),
            (&[Finished, Paused], Paused),
            (&[Finished, Unknown], Unknown),
        ] {
            assert_eq!(together(states), expected, "{states:?}");
        }
    }

    #[test]
    fn only_what_makes_sense_is_offered() {
        use PartAction::{Pause, Remove, Restart, RestartFailed, Resume};
        use PartKind::{Changefeed, Connector, KsqlStatement};
        for (kind, state, failed, native, expected) in [
            (Changefeed, PartState::Running, false, false, &[Pause, Remove][..]),
            (Changefeed, PartState::Running, false, true, &[Pause]),
            (Changefeed, PartState::Failed, false, false, &[Resume, Remove]),
            (Changefeed, PartState::Absent, false, false, &[]),
            (Connector, PartState::Degraded, true, false, &[Pause, Restart, RestartFailed, Remove]),
            (Connector, PartState::Failed, true, false, &[Restart, RestartFailed, Remove]),
            (Connector, PartState::Paused, true, false, &[Resume, Remove]),
            (KsqlStatement, PartState::Finished, false, false, &[Remove]),
            (KsqlStatement, PartState::Running, false, false, &[Pause, Remove]),
            (KsqlStatement, PartState::Unknown, false, false, &[]),
        ] {
            assert_eq!(actions(kind, state, failed, native), expected, "{kind:?} {state:?}");
        }
    }
}
