//! Rows that cannot be sent, as dead letters: JSON that a person can read and a program can replay.

use super::error::EngineError;
use serde_json::{Map, Value, json};
use shared::{row::RowChange, row_event::RowEvent};

/// Whether the row itself is the trouble, so that the next one may be fine.
pub(super) fn is_poison(error: &EngineError) -> bool {
    matches!(error.finding.code.as_str(), "row-not-encodable" | "message-too-large")
}

/// Key and value of a dead letter: the table, and the reason with the row as an event (`docs/pipeline.md`). A row that is too
/// large for a message is there by its key only.
pub(super) fn letter(change: &RowChange, error: &EngineError, max_bytes: usize) -> (Vec<u8>, Vec<u8>) {
    let table = change.table.qualified();
    let mut letter = json!({
        "table": table,
        "op": change.op().map(|op| op.letter()),
        "commit_ts": change.commit_ts,
        "code": error.finding.code,
        "reason": error.finding.message,
    });
    let event = RowEvent::from_change(change);
    letter["row"] = serde_json::to_value(&event).unwrap_or_default();
    let mut value = letter.to_string();
    if value.len() + table.len() + OVERHEAD > max_bytes {
        letter["row"] = Value::Null;
        letter["key"] = Value::Object(key(change, &event));
        value = letter.to_string();
    }
    (table.into_bytes(), value.into_bytes())
}

/// Room for the record's own fields.
const OVERHEAD: usize = 64;

/// The key columns of the newest image.
fn key(change: &RowChange, event: &RowEvent) -> Map<String, Value> {
    let image = event.after.as_ref().or(event.before.as_ref());
    let columns = change.table.handle_key().map(|key| key.columns).unwrap_or_default();
    let names = columns.iter().map(|&column| change.table.columns[column].name.clone());
    names.filter_map(|name| Some((name.clone(), image?.get(&name)?.clone()))).collect()
}
