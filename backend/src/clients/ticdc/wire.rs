//! JSON of any release to our types: numbers that may be text, lists that may be null, times in Go's forms, names that changed.

use super::model::{
    Capture, Changefeed, ChangefeedError, ChangefeedId, Liveness, Processor, ServerStatus, State, Synced, TableName, TaskStatus,
    VerifiedTables,
};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::Value;
use shared::explain::redact;

/// Bits of a TSO that count within a millisecond.
const LOGICAL_BITS: u32 = 18;

/// A list: bare in v1, `{ total, items }` in v2, and `null` when Go's slice was empty.
pub(super) fn list<T>(value: &Value, read: fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    let items = if value.is_object() { value.get("items")? } else { value };
    items_of(Some(items), read)
}

fn items_of<T>(value: Option<&Value>, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    match value {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(items)) => items.iter().map(read).collect(),
        Some(_) => None,
    }
}

pub(super) fn server_status(value: &Value) -> Option<ServerStatus> {
    Some(ServerStatus {
        version: value.get("version")?.as_str()?.to_owned(),
        git_hash: text(value, "git_hash"),
        id: text(value, "id"),
        cluster_id: text(value, "cluster_id"),
        pid: integer(value, "pid"),
        is_owner: value.get("is_owner").and_then(Value::as_bool).unwrap_or_default(),
        liveness: match integer(value, "liveness") {
            0 => Liveness::Alive,
            // In the classic architecture that is stopping; whose answer this is shows later.
            1 => Liveness::Draining,
            _ => Liveness::Stopping,
        },
        architecture: None,
    })
}

pub(super) fn capture(value: &Value) -> Option<Capture> {
    Some(Capture {
        id: value.get("id")?.as_str()?.to_owned(),
        address: text(value, "address"),
        is_owner: value.get("is_owner").and_then(Value::as_bool).unwrap_or_default(),
    })
}

pub(super) fn processor(value: &Value) -> Option<Processor> {
    let id = value.get("changefeed_id")?.as_str()?.to_owned();
    Some(Processor { changefeed: ChangefeedId { keyspace: keyspace(value), id }, capture_id: text(value, "capture_id") })
}

pub(super) fn changefeed(value: &Value) -> Option<Changefeed> {
    let id = value.get("id").or_else(|| value.get("changefeed_id"))?.as_str()?.to_owned();
    // Lists and v1 call it `checkpoint_tso`.
    let checkpoint_ts = integer(value, "checkpoint_ts").max(integer(value, "checkpoint_tso"));
    let resolved_ts = integer(value, "resolved_ts");
    Some(Changefeed {
        id: ChangefeedId { keyspace: keyspace(value), id },
        state: State::parse(&text(value, "state")),
        checkpoint_ts,
        resolved_ts: if resolved_ts == 0 { checkpoint_ts } else { resolved_ts },
        start_ts: integer(value, "start_ts"),
        target_ts: Some(integer(value, "target_ts")).filter(|target| *target != 0),
        checkpoint_time: time_of_tso(checkpoint_ts),
        create_time: time(&text(value, "create_time")),
        creator_version: text(value, "creator_version"),
        error: value.get("error").and_then(changefeed_error),
        sink_uri: text(value, "sink_uri"),
        config: value.get("config").cloned().unwrap_or_default(),
        task_status: items_of(value.get("task_status"), task_status).unwrap_or_default(),
    })
}

fn changefeed_error(value: &Value) -> Option<ChangefeedError> {
    let message = text(value, "message");
    let code = text(value, "code");
    (!message.is_empty() || !code.is_empty()).then(|| ChangefeedError {
        code,
        message: redact(&message),
        addr: text(value, "addr"),
        time: time(&text(value, "time")),
    })
}

fn task_status(value: &Value) -> Option<TaskStatus> {
    let table_ids = items_of(value.get("table_ids"), Value::as_i64).unwrap_or_default();
    Some(TaskStatus { capture_id: text(value, "capture_id"), table_ids })
}

pub(super) fn synced(value: &Value) -> Option<Synced> {
    Some(Synced {
        synced: value.get("synced")?.as_bool()?,
        sink_checkpoint_ts: text(value, "sink_checkpoint_ts"),
        puller_resolved_ts: text(value, "puller_resolved_ts"),
        last_synced_ts: text(value, "last_synced_ts"),
        now_ts: text(value, "now_ts"),
        info: text(value, "info"),
    })
}

pub(super) fn verified_tables(value: &Value) -> Option<VerifiedTables> {
    value.is_object().then_some(())?;
    let tables = |key: &str| items_of(value.get(key), table_name);
    Some(VerifiedTables { ineligible: tables("ineligible_tables")?, eligible: tables("eligible_tables")? })
}

fn table_name(value: &Value) -> Option<TableName> {
    Some(TableName {
        schema: text(value, "database_name"),
        table: value.get("table_name")?.as_str()?.to_owned(),
        table_id: value.get("table_id").and_then(Value::as_i64).unwrap_or_default(),
        is_partition: value.get("is_partition").and_then(Value::as_bool).unwrap_or_default(),
    })
}

pub(super) fn tso(value: &Value) -> Option<u64> {
    value.get("timestamp")?;
    Some((integer(value, "timestamp") << LOGICAL_BITS) | integer(value, "logic_time"))
}

fn keyspace(value: &Value) -> String {
    let named = text(value, "keyspace");
    if named.is_empty() { text(value, "namespace") } else { named }
}

/// Text, or a number as text; empty without one.
fn text(value: &Value, key: &str) -> String {
    match value.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// A number, or text with one; 0 without one.
fn integer(value: &Value, key: &str) -> u64 {
    match value.get(key) {
        Some(Value::Number(number)) => number.as_u64().unwrap_or_default(),
        Some(Value::String(text)) => text.trim().parse().unwrap_or_default(),
        _ => 0,
    }
}

fn time_of_tso(tso: u64) -> Option<Timestamp> {
    let milliseconds = i64::try_from(tso >> LOGICAL_BITS).ok().filter(|ms| *ms > 0)?;
    Timestamp::from_millisecond(milliseconds).ok()
}

/// Go's RFC 3339 with or without fractions, or its `2006-01-02 15:04:05.000`, which is taken for UTC. Go's zero time is none.
fn time(text: &str) -> Option<Timestamp> {
    let parsed = text.parse::<Timestamp>().ok().or_else(|| {
        let civil: DateTime = text.parse().ok()?;
        Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })?;
    (parsed > Timestamp::UNIX_EPOCH).then_some(parsed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn both_architectures_and_v1_give_one_changefeed() {
        let new = json!({
            "id": "a", "keyspace": "default", "state": "warning", "checkpoint_ts": 451_234_567_890_123_999_u64, "resolved_ts": "451234567890124000",
            "start_ts": 1, "create_time": "2026-08-20T08:17:08.123456789Z", "checkpoint_time": "2026-08-20 08:17:09.000",
            "error": {"time": "0001-01-01T00:00:00Z", "addr": "n:8300", "code": "CDC:ErrKafkaSendMessage", "message": "m sasl-password=hunter2"},
            "gid": {"low": 1, "high": 2}, "task_status": [{"capture_id": "c", "table_ids": [108]}], "unheard_of": true,
        });
        let read = changefeed(&new).unwrap();
        assert_eq!((read.checkpoint_ts, read.resolved_ts), (451_234_567_890_123_999, 451_234_567_890_124_000));
        assert_eq!(read.checkpoint_time.unwrap().as_millisecond(), 451_234_567_890_123_999_i64 >> 18);
        assert_eq!(read.create_time.unwrap().to_string(), "2026-08-20T08:17:08.123456789Z");
        let error = read.error.unwrap();
        assert_eq!((error.code.as_str(), error.time), ("CDC:ErrKafkaSendMessage", None));
        assert!(!error.message.contains("hunter2"), "{}", error.message);
        assert_eq!(read.task_status, [TaskStatus { capture_id: "c".into(), table_ids: vec![108] }]);

        let v1 = json!([{"id": "b", "namespace": "n", "state": "error", "checkpoint_tso": 5, "checkpoint_time": "x", "error": null}]);
        let read = list(&v1, changefeed).unwrap().remove(0);
        assert_eq!((read.id.keyspace.as_str(), read.checkpoint_ts, read.resolved_ts), ("n", 5, 5));
        assert_eq!((read.state, read.error), (State::Failed, None));
    }

    #[test]
    fn empty_go_slices_are_empty_lists_and_other_answers_are_none() {
        for (value, expected) in [
            (json!({"total": 0, "items": null}), Some(0)),
            (json!({"total": 0, "items": []}), Some(0)),
            (json!(null), Some(0)),
            (json!({"html": "yes"}), None),
            (json!("text"), None),
            (json!({"items": [{"no": "id"}]}), None),
        ] {
            assert_eq!(list(&value, capture).map(|list| list.len()), expected, "{value}");
        }
    }

    #[test]
    fn go_writes_times_in_several_ways() {
        for (text, expected) in [
            ("2026-08-20T08:17:08Z", Some("2026-08-20T08:17:08Z")),
            ("2026-08-20T16:17:08.5+08:00", Some("2026-08-20T08:17:08.5Z")),
            ("2026-08-20 08:17:09.000", Some("2026-08-20T08:17:09Z")),
            ("0001-01-01T00:00:00Z", None),
            ("", None),
        ] {
            assert_eq!(time(text).map(|time| time.to_string()).as_deref(), expected, "{text}");
        }
    }
}
