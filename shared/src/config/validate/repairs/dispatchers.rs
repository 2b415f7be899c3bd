//! Dispatchers, event filters and where the registry is given.

use super::{Document, sibling};
use crate::{Finding, Fix};

const PER_TABLE: &str = "tidb_{schema}_{table}";

pub(super) fn fix(document: &Document<'_>, finding: &Finding) -> Option<Fix> {
    let path = finding.path.as_str();
    match finding.code.as_str() {
        "dispatcher-deprecated" => document.rename("Rename it to `partition`", path, sibling(path, "partition")?),
        "dispatcher-columns-missing" | "partition-reorders-keys" | "partition-may-reorder-keys" => by_index_value(path),
        // a word that is meant is suggested, and written elsewhere
        "partition-unknown" if finding.hint.starts_with("It is one of") => by_index_value(path),
        "split-table-reorders-rows" if path.ends_with(".partition") => by_index_value(path),
        "split-table-reorders-rows" => Some(Fix::new("Leave tables whole").remove(path)),
        "topic-not-per-table" | "topic-shared" | "topic-expression-invalid" => one_topic_per_table(path),
        "topic-with-dot" if path.contains("dispatchers[") => plain_default_topic(document, path),
        "matcher-empty" => Some(empty_matcher(document, path)),
        "deletes-left-out" => let_deletes_through(document, path),
        "registry-misplaced" => {
            let is_there = document.pipeline.schema_registry.as_ref().is_some_and(|registry| !registry.url.is_empty());
            Some(if is_there {
                Fix::new("Remove it").remove(path)
            } else {
                Fix::new("Move it to `schema_registry`").rename(path, "schema_registry.url")
            })
        }
        _ => None,
    }
}

/// Whatever rule the dispatcher has, in either spelling, becomes `index-value`.
pub(super) fn by_index_value(path: &str) -> Option<Fix> {
    Some(
        Fix::new("Use `index-value`")
            .remove(sibling(path, "dispatcher")?)
            .remove(sibling(path, "columns")?)
            .set(sibling(path, "partition")?, "index-value"),
    )
}

/// Whether it is a dispatcher's topic, or that there is no dispatcher for these tables.
fn one_topic_per_table(path: &str) -> Option<Fix> {
    let fix = Fix::new(format!("Use `{PER_TABLE}`"));
    if path.ends_with(".topic") && path.contains("dispatchers[") {
        Some(fix.set(path, PER_TABLE))
    } else if path.ends_with(".dispatchers") {
        Some(fix.set(path, serde_json::json!([{ "matcher": ["*.*"], "topic": PER_TABLE, "partition": "index-value" }])))
    } else {
        None
    }
}

/// The dot of a dispatcher without a topic is the default topic's.
fn plain_default_topic(document: &Document<'_>, path: &str) -> Option<Fix> {
    let topic = &document.pipeline.kafka.topic;
    if !topic.contains('.') || !document.is_free(path) {
        return None;
    }
    let plain = topic.replace('.', "_");
    Some(Fix::new(format!("Name the default topic `{plain}`")).set("kafka.topic", plain))
}

/// What matches no table does nothing and can go; a document's only dispatcher was meant for its tables.
fn empty_matcher(document: &Document<'_>, path: &str) -> Fix {
    let entry = path.strip_suffix(".matcher").unwrap_or(path);
    if !entry.contains("dispatchers[") {
        Fix::new("Remove the event filter").remove(entry)
    } else if document.pipeline.changefeed.config.sink.dispatchers.len() > 1 {
        Fix::new("Remove the dispatcher").remove(entry)
    } else {
        Fix::new("Match all tables: `*.*`").set(path, serde_json::json!(["*.*"]))
    }
}

/// Only the word for deletes alone: `all dml` leaves out more, which may be meant.
fn let_deletes_through(document: &Document<'_>, path: &str) -> Option<Fix> {
    let words = document.at(path)?.as_array()?;
    let is = |value: &serde_json::Value, word: &str| value.as_str().is_some_and(|text| text.eq_ignore_ascii_case(word));
    if words.iter().any(|value| is(value, "all dml")) {
        return None;
    }
    // from the end, so that the places before stay what they are
    let deletes = (0..words.len()).rev().filter(|&i| is(&words[i], "delete"));
    Some(deletes.fold(Fix::new("Send deletes"), |fix, i| fix.remove(format!("{path}[{i}]"))))
}
