//! What of a configuration may be seen, and what of it is only the mask of a value.

use super::classes;
use crate::explain::redact;
use crate::secret::{REDACTED, is_masked, is_secret_key};
use serde_json::{Map, Value};

/// Whether a property of a configuration is a secret: by its plugin's table, or by its name.
#[must_use]
pub fn is_sensitive(config: &Map<String, Value>, key: &str) -> bool {
    let name = config.get("connector.class").and_then(Value::as_str).unwrap_or_default();
    is_secret_key(key) || classes().iter().find(|class| class.name == name).is_some_and(|class| class.is_sensitive(key))
}

/// The configuration with a mask for every secret, and without credentials inside other values. Two configurations that are
/// compared are both shown first: a mask is a value that is not known.
#[must_use]
pub fn shown(config: &Map<String, Value>) -> Map<String, Value> {
    let show = |key: &String, value: &Value| match value {
        Value::String(text) if text.is_empty() => value.clone(),
        Value::String(_) if is_sensitive(config, key) => Value::from(REDACTED),
        Value::String(text) => Value::from(redact(text)),
        other if is_sensitive(config, key) && !other.is_null() => Value::from(REDACTED),
        other => other.clone(),
    };
    config.iter().map(|(key, value)| (key.clone(), show(key, value))).collect()
}

/// The secrets of a configuration, to be searched for in what its service says about it. Of `user:secret` also the second.
#[must_use]
pub fn secrets_of(config: &Map<String, Value>) -> Vec<&str> {
    let sensitive = config.iter().filter(|(key, _)| is_sensitive(config, key));
    let values = sensitive.filter_map(|(key, value)| Some((key, value.as_str()?)));
    let parts =
        values.flat_map(|(key, text)| [Some(text), text.split_once(':').map(|(_, secret)| secret).filter(|_| key.ends_with("user.info"))]);
    parts.flatten().filter(|text| !text.is_empty() && !is_masked(text)).collect()
}

/// Keys whose value is what a service shows in place of it: written back, the mask would become the value.
#[must_use]
pub fn masked_keys(config: &Map<String, Value>) -> Vec<&str> {
    let is_masked = |key: &str, text: &str| is_mask(text) || (is_sensitive(config, key) && is_masked(text));
    let masked = config.iter().filter(|(key, value)| value.as_str().is_some_and(|text| is_masked(key, text)));
    masked.map(|(key, _)| key.as_str()).collect()
}

/// Confluent Cloud's mask, which it also puts over API keys: nothing but stars.
fn is_mask(text: &str) -> bool {
    text.len() >= 4 && text.bytes().all(|b| b == b'*')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn config(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand_and_the_rest_is_as_it_was() {
        let config = config(json!({
            "connector.class": "MicrosoftSqlServerSink",
            "connection.password": "hunter2-Z9q",
            "ssl.truststorefile": "data:text/plain;base64,Z9q",
            "connection.url": "jdbc:sqlserver://h:1433;databaseName=tpcc;password=Z9q",
            "value.converter.schema.registry.url": "https://key:Z9q@registry.example",
            "topics": "tidb_tpcc_orders,tidb_tpcc_customer",
            "table.name.format": "${topic}",
            "pk.fields": "",
            "tasks.max": "1",
        }));
        let shown = shown(&config);
        assert!(!serde_json::to_string(&shown).unwrap().contains("Z9q"), "{shown:?}");
        assert_eq!(shown["connection.password"], REDACTED);
        for key in ["topics", "table.name.format", "pk.fields", "tasks.max", "connector.class"] {
            assert_eq!(shown[key], config[key], "{key}");
        }
        assert_eq!(shown.keys().collect::<Vec<_>>(), config.keys().collect::<Vec<_>>());
        assert_eq!(super::shown(&shown), shown);
    }

    #[test]
    fn a_mask_is_known_where_a_secret_belongs_and_stars_everywhere() {
        let config = config(json!({
            "connection.password": "****************",
            "kafka.api.key": "****************",
            "snowflake.private.key": "[hidden]",
            "kafka.api.secret": "real",
            "value.converter.basic.auth.user.info": "key:secret",
            "name": "xxxxx",
            "topics": "...",
        }));
        assert_eq!(masked_keys(&config), ["connection.password", "kafka.api.key", "snowflake.private.key"]);
        assert_eq!(secrets_of(&config), ["real", "key:secret", "secret"]);
    }
}
