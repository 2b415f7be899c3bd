//! Sink connectors: what their properties say about each other and about the changefeed.
//!
//! Findings and fixes of one connector are relative to it (`config."insert.mode"`) until [`check`] puts them in place.

mod any;
mod jdbc;
mod key_format;
mod private_key;
mod properties;
mod snowflake;
mod tables;

use crate::Finding;
use crate::config::{Connector, Pipeline};
use crate::connector::{Flavour, Kind, Settings};
use crate::path::join;
use serde_json::{Map, Value};

pub(super) use tables::{Routed, check_tables};

/// A connector as its rules see it.
struct Site<'a> {
    pipeline: &'a Pipeline,
    connector: &'a Connector,
    settings: Settings<'a>,
    /// The keys in the configuration and where they are; of a table (a dotted key that was not quoted) what is in it.
    written: Vec<(String, String)>,
    /// The topics that are listed, whether in `topics` or in `config.topics`.
    topics: Vec<String>,
    /// `topics.regex`, when it is not empty.
    topics_regex: Option<String>,
}

impl<'a> Site<'a> {
    fn of(pipeline: &'a Pipeline, connector: &'a Connector) -> Self {
        let settings = Settings::of(pipeline, connector);
        let mut topics: Vec<String> = connector.topics.clone();
        if topics.is_empty() {
            topics = list(&settings.written("topics").unwrap_or_default());
        }
        let topics_regex = settings.written("topics.regex").filter(|text| !text.trim().is_empty());
        let mut written = Vec::new();
        keys_of("", "config", &connector.config, &mut written);
        Self { pipeline, connector, settings, written, topics, topics_regex }
    }

    fn is_cloud(&self) -> bool {
        self.settings.flavour == Some(Flavour::ConfluentCloud)
    }

    fn is_sql_server(&self) -> bool {
        self.settings.kind == Some(Kind::SqlServer)
    }

    /// What the plugin works with, trimmed; empty counts as not given.
    fn get(&self, key: &str) -> Option<String> {
        self.settings.get(key).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// A value in lower case, for words whose case does not matter.
    fn word(&self, key: &str) -> Option<String> {
        self.get(key).map(|text| text.to_ascii_lowercase())
    }

    /// Whether the connector may read several topics.
    fn has_many_topics(&self) -> bool {
        self.topics_regex.is_some() || self.topics.len() > 1
    }
}

/// The path of a property, relative to its connector.
fn at(key: &str) -> String {
    join("config", key)
}

/// The dotted names of a table's values, and their paths.
fn keys_of(name: &str, path: &str, table: &Map<String, Value>, found: &mut Vec<(String, String)>) {
    for (key, value) in table {
        let path = join(path, key);
        let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
        match value {
            Value::Object(inner) => keys_of(&name, &path, inner, found),
            _ => found.push((name, path)),
        }
    }
}

/// A comma-separated list, its items trimmed.
fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

pub(super) fn check(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    for (i, connector) in pipeline.connectors.iter().enumerate() {
        let site = Site::of(pipeline, connector);
        let mut own = Vec::new();
        any::check(&site, &mut own);
        properties::check(&site, &mut own);
        match site.settings.kind {
            Some(Kind::Snowflake) => {
                snowflake::check(&site, &mut own);
                private_key::check(&site, &mut own);
            }
            Some(_) => jdbc::check(&site, &mut own),
            None => {}
        }
        key_format::check(&site, &mut own);
        findings.extend(own.into_iter().map(|finding| finding.below(&format!("connectors[{i}]"))));
    }
    check_names(pipeline, findings);
}

/// Connect knows a connector by its name.
fn check_names(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    for (i, connector) in pipeline.connectors.iter().enumerate() {
        let path = format!("connectors[{i}].name");
        if connector.name.trim().is_empty() {
            let message = "The connector has no name.";
            findings.push(Finding::error(path, "connector-name-missing", message).hint("For example `orders-to-sqlserver`."));
        } else if pipeline.connectors[..i].iter().any(|other| other.name == connector.name) {
            let message = format!("Two connectors are called `{}`: the second would replace the first.", connector.name);
            findings.push(Finding::error(path, "connector-name-twice", message).hint("Give each a name of its own."));
        }
    }
}

/// Whether rows can be deleted at the source and the deletes reach the topics: no event filter drops them for all tables.
fn deletes_arrive(pipeline: &Pipeline) -> bool {
    let filters = pipeline.changefeed.config.filter.extra.get("event-filters").and_then(Value::as_array);
    let has = |filter: &Value, key: &str, words: &[&str]| {
        let list = filter.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        list.into_iter().any(|text| words.iter().any(|word| text.eq_ignore_ascii_case(word)))
    };
    !filters.into_iter().flatten().any(|filter| has(filter, "matcher", &["*.*"]) && has(filter, "ignore-event", &["delete", "all dml"]))
}

#[cfg(test)]
mod tests;
