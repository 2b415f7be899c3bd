//! A connector's settings as the plugin will see them.

use super::implied::implied;
use super::{Class, Flavour, Kind, class_named, is_service_made};
use crate::config::{Connector, Pipeline};
use serde_json::{Map, Value};

/// What a rule or a renderer asks of one connector: what the user wrote, over what the document implies (topics, class,
/// formats, Kafka and registry credentials), over the plugin's defaults.
///
/// Secrets are what the document holds: references, values, or a renderer's marks. Made of a document with references,
/// `basic.auth.user.info` is the user and the *reference*, good for nothing but looking at.
pub struct Settings<'a> {
    pub connector: &'a Connector,
    pub kind: Option<Kind>,
    pub flavour: Option<Flavour>,
    pub class: Option<&'static Class>,
    written: Vec<(String, String)>,
    implied: Vec<(&'static str, String)>,
}

/// These come first in a file, as a person would write it.
const HEAD: [&str; 11] = [
    "name",
    "connector.class",
    "tasks.max",
    "kafka.auth.mode",
    "kafka.api.key",
    "kafka.api.secret",
    "kafka.service.account.id",
    "topics",
    "topics.regex",
    "input.data.format",
    "input.key.format",
];

impl<'a> Settings<'a> {
    #[must_use]
    pub fn of(pipeline: &'a Pipeline, connector: &'a Connector) -> Self {
        let mut written = Vec::new();
        flatten("", &connector.config, &mut written);
        let find = |key: &str| value_of(&written, key);
        let (kind, flavour) = (Kind::parse(&connector.kind), Flavour::parse(&connector.flavour));
        let name = find("connector.class").unwrap_or_default();
        let class = kind.zip(flavour).and_then(|(kind, flavour)| class_named(kind, flavour, &name));
        let implied = implied(pipeline, connector, class, &find);
        Self { connector, kind, flavour, class, written, implied }
    }

    /// As the user wrote it, as text: a list is joined by commas, and TOML's `connection.host` without quotes, a table,
    /// is the same as with them. `null` is not written.
    #[must_use]
    pub fn written(&self, key: &str) -> Option<String> {
        value_of(&self.written, key)
    }

    /// Written or implied: what is sent to the server.
    #[must_use]
    pub fn sent(&self, key: &str) -> Option<String> {
        self.written(key).or_else(|| self.implied.iter().find(|(own, _)| *own == key).map(|(_, value)| value.clone()))
    }

    /// What the plugin will work with: sent, or its default.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<String> {
        self.sent(key).or_else(|| self.class?.property(key)?.default.map(str::to_owned))
    }

    /// A boolean that is on.
    #[must_use]
    pub fn is_on(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Everything that the server is sent: name, class and topics first, then what the user wrote in its order, then the
    /// rest of what the document implies. What Confluent Cloud itself adds to a configuration is not sent back.
    #[must_use]
    pub fn to_send(&self) -> Vec<(String, String)> {
        let in_cloud = self.flavour == Some(Flavour::ConfluentCloud);
        let is_left_out = |key: &str| HEAD.contains(&key) || (in_cloud && is_service_made(key));
        let head = HEAD.iter().filter_map(|key| Some(((*key).to_owned(), self.sent(key)?)));
        let written = self.written.iter().filter(|(key, _)| !is_left_out(key)).cloned();
        let implied = self.implied.iter().filter(|(key, _)| !HEAD.contains(key) && self.written(key).is_none());
        head.chain(written).chain(implied.map(|(key, value)| ((*key).to_owned(), value.clone()))).collect()
    }
}

fn value_of(written: &[(String, String)], key: &str) -> Option<String> {
    written.iter().find(|(own, _)| own == key).map(|(_, value)| value.clone())
}

/// Keys with dots and their values as text. Of a key that is there twice, once as a table, the first counts.
fn flatten(prefix: &str, config: &Map<String, Value>, out: &mut Vec<(String, String)>) {
    for (key, value) in config {
        let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Value::Object(inner) => flatten(&key, inner, out),
            Value::Null => {}
            value if out.iter().all(|(own, _)| *own != key) => out.push((key, text(value))),
            _ => {}
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
