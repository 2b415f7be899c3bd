//! The options that a document writes, wherever it writes them.

use super::key::ConfigKey;
use super::keys::{by_param, by_path, path_in};
use serde_json::{Map, Value};

/// One option as a document has it. `Debug` shows no value, which may be a secret.
#[derive(Clone)]
pub struct Written<'a> {
    pub key: &'static ConfigKey,
    /// Where it stands: `kafka.params.compression`, `changefeed.config.sink.dispatchers[0].topic`.
    pub path: String,
    pub value: &'a Value,
    /// In the sink URI, where a value is text and a name that is not known is ignored.
    pub in_uri: bool,
}

impl std::fmt::Debug for Written<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Written").field("path", &self.path).field("in_uri", &self.in_uri).finish_non_exhaustive()
    }
}

impl Written<'_> {
    /// The value as the URI would have it; `None` for lists and tables.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self.value {
            Value::String(text) => Some(text.clone()),
            Value::Bool(_) | Value::Number(_) => Some(self.value.to_string()),
            _ => None,
        }
    }

    /// Whether it changes nothing: the default, or a value that counts as none.
    #[must_use]
    pub fn is_default(&self) -> bool {
        match self.value {
            Value::Null => true,
            Value::Array(items) => items.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => self.text().is_some_and(|text| text == self.key.default || (self.key.default.is_empty() && is_falsy(&text))),
        }
    }
}

fn is_falsy(text: &str) -> bool {
    matches!(text, "" | "0" | "false")
}

/// Every known option among a document's URI parameters and in its changefeed configuration, in the document's order.
#[must_use]
pub fn written<'a>(params: &'a Map<String, Value>, config: &'a Value) -> Vec<Written<'a>> {
    let mut found: Vec<Written<'a>> = params
        .iter()
        .filter_map(|(name, value)| Some(Written { key: by_param(name)?, path: format!("kafka.params.{name}"), value, in_uri: true }))
        .collect();
    walk(config, "", "changefeed.config", &mut found);
    found
}

/// `at` is the place in TiCDC's configuration, `path` the one in the document.
fn walk<'a>(value: &'a Value, at: &str, path: &str, found: &mut Vec<Written<'a>>) {
    match value {
        Value::Object(map) => {
            for (name, value) in map {
                let Some(at) = path_in(at, name) else { continue };
                let path = format!("{path}.{name}");
                match by_path(&at) {
                    Some(key) => found.push(Written { key, path, value, in_uri: false }),
                    None => walk(value, &at, &path, found),
                }
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                walk(item, &format!("{at}[]"), &format!("{path}[{i}]"), found);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn options_are_found_in_both_places_and_in_lists() {
        let params = json!({"compression": "lz4", "nonsense": 1, "max-batch-size": 16});
        let config = json!({
            "sink": {"dispatchers": [{"matcher": [], "topic": "t"}], "kafka-config": {"compression": "zstd", "other": 1}},
            "memory-quota": 5,
            "sink.protocol": "a key with a dot is no path",
        });
        let found = written(params.as_object().unwrap(), &config);
        assert!(!format!("{found:?}").contains("lz4"), "a value may be a secret");
        let shown: Vec<(&str, bool, bool)> = found.iter().map(|o| (o.path.as_str(), o.in_uri, o.is_default())).collect();
        assert_eq!(
            shown,
            [
                ("kafka.params.compression", true, false),
                ("kafka.params.max-batch-size", true, true),
                ("changefeed.config.sink.dispatchers[0].matcher", false, true),
                ("changefeed.config.sink.dispatchers[0].topic", false, false),
                ("changefeed.config.sink.kafka-config.compression", false, false),
                ("changefeed.config.memory-quota", false, false),
            ]
        );
    }
}
