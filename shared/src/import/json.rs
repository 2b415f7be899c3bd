//! JSON of every kind, told apart by its keys.

use super::understood::{Kind, Understood};
use super::{MOST_PARTS, changefeed, client, connector, document, key_file};
use crate::Finding;
use serde_json::{Deserializer, Map, Value};

/// One JSON value, or several one after the other.
pub(super) fn recognise(text: &str) -> Option<Vec<Understood>> {
    // `cdc cli changefeed create` prints its answer behind a word
    let text = text.split_once("\nInfo: ").map_or(text, |(_, info)| info.split("\nCount: ").next().unwrap_or(info));
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let values: Vec<Value> = Deserializer::from_str(text).into_iter().collect::<Result<_, _>>().ok()?;
    let found: Vec<Understood> = values.iter().filter_map(of).take(MOST_PARTS + 1).collect();
    (!found.is_empty()).then_some(found)
}

/// Text that begins like JSON and is none: the finding has line and column.
pub(super) fn recognise_broken(text: &str) -> Option<Vec<Understood>> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let error = Deserializer::from_str(text).into_iter::<Value>().find_map(Result::err)?;
    let message = format!("The text begins like JSON, but is not (line {}, column {}).", error.line(), error.column());
    let finding =
        Finding::error("", "import-unreadable", message).hint("Check quotes and commas there; a truncated text ends like this too.");
    Some(vec![Understood::new(Kind::Unknown, "JSON that cannot be read", Vec::new(), vec![finding], Vec::new())])
}

/// What a JSON value is; `None` when its keys say nothing.
pub(super) fn of(value: &Value) -> Option<Understood> {
    match value {
        Value::Object(map) => of_object(map),
        Value::Array(items) => connector::from_list(items),
        _ => None,
    }
}

fn of_object(map: &Map<String, Value>) -> Option<Understood> {
    connector::from_json(map)
        .or_else(|| key_file::from_json(map))
        .or_else(|| client::from_json(map))
        .or_else(|| document::document_from_json(map))
        .or_else(|| changefeed::from_open_api(map))
}
