//! `changefeed.toml`: TiCDC's changefeed configuration.

use super::secrets::{Prepared, Secrets};
use crate::config::{Pipeline, render_value};
use serde_json::{Value, json};

/// The configuration with every key of the document's `changefeed.config`, known or not, and the registry. Read by
/// `cdc cli changefeed create --config`.
#[must_use]
pub fn changefeed_toml(pipeline: &Pipeline, secrets: Secrets<'_>) -> String {
    let prepared = Prepared::new(pipeline, secrets);
    let mut config = serde_json::to_value(&prepared.pipeline.changefeed.config).unwrap_or_else(|_| json!({}));
    if let (Some(url), Some(sink)) = (prepared.registry_url(), sink_of(&mut config)) {
        sink.insert("schema-registry".to_owned(), Value::String(url));
    }
    let body = prepared.fill(&render_value(&config));
    format!("# TiCDC changefeed configuration of the pipeline {}.\n\n{body}", comment(&pipeline.name))
}

fn sink_of(config: &mut Value) -> Option<&mut serde_json::Map<String, Value>> {
    config.as_object_mut()?.entry("sink").or_insert_with(|| json!({})).as_object_mut()
}

/// A name inside a comment: it must not end the line.
pub(super) fn comment(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
