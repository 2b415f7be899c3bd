//! Compares `changefeed.config` with the options that TiCDC knows: misspelt keys, keys in the wrong table, wrong types.

use super::shape::{Shape, check as check_value, wrong_type};
use crate::Finding;
use crate::path::join;
use crate::sink_uri::parse_duration;
use crate::spelling::did_you_mean;
use crate::ticdc::{ConfigKey, Place, ValueType, all, by_param, by_path, children, is_section, path_in};
use serde_json::Value;
use std::time::Duration;

/// `path` is where the configuration stands in the document.
pub(super) fn check(config: &Value, path: &str, findings: &mut Vec<Finding>) {
    check_table(config, "", path, findings);
}

/// `at` is the table's path in TiCDC's configuration, lists as `[]`.
fn check_table(table: &Value, at: &str, path: &str, findings: &mut Vec<Finding>) {
    let Some(map) = table.as_object() else { return findings.push(wrong_type(path, "a table")) };
    for (name, value) in map {
        let path = join(path, name);
        // no option is known by an empty path
        let inner = path_in(at, name).unwrap_or_default();
        let list = format!("{inner}[]");
        if let Some(key) = by_path(&inner) {
            if !(value.as_str() == Some("") && may_be_empty(key)) {
                check_value(value, shape_of(key, value), &path, findings);
            }
            findings.extend(short_duration(key, value, &path));
        } else if !inner.is_empty() && is_section(&inner) {
            check_table(value, &inner, &path, findings);
        } else if is_section(&list) {
            match value {
                Value::Array(items) => {
                    for (i, item) in items.iter().enumerate() {
                        check_table(item, &list, &format!("{path}[{i}]"), findings);
                    }
                }
                _ => findings.push(wrong_type(&path, "a list of tables")),
            }
        } else {
            let message = format!("TiCDC's configuration has no key `{name}` here.");
            findings.push(Finding::error(path, "unknown-key", message).hint(advice(at, name)));
        }
    }
}

/// TiCDC refuses a configuration with a key it does not know, so a way out is given for each.
fn advice(at: &str, name: &str) -> String {
    let elsewhere = || all().filter(|key| key.name == name).find_map(ConfigKey::path);
    if by_param(name).is_some_and(|key| key.place == Place::Uri) {
        return format!("Only the sink URI takes it: move it to `kafka.params.{name}`.");
    }
    let near = did_you_mean(name, children(at));
    if !near.is_empty() {
        return near;
    }
    match elsewhere() {
        Some(place) => format!("Move it to `{place}`."),
        None => "Remove it: TiCDC refuses a configuration with a key it does not know.".to_owned(),
    }
}

/// Words that TiCDC takes an empty text for as if they were not there.
fn may_be_empty(key: &ConfigKey) -> bool {
    matches!(key.value_type, ValueType::Word(_)) && key.section != "integrity"
}

/// A text that is no duration, or one below the least that TiCDC takes.
fn short_duration(key: &ConfigKey, value: &Value, path: &str) -> Option<Finding> {
    let least = match key.value_type {
        ValueType::Duration(least) if !is_decoded_elsewhere(key) => least,
        ValueType::Interval => 0,
        _ => return None,
    };
    let Value::String(text) = value else { return None };
    if parse_duration(text).is_some_and(|duration| duration >= Duration::from_secs(least.into())) {
        return None;
    }
    let message = format!("`{}` must be a {}.", key.name, key.value_type);
    Some(Finding::error(path, "duration-invalid", message).hint("Write it as `30s`, `10m` or `1h30m`; days are not known."))
}

/// Options that are decoded with the URI's parameters, in `sink_uri`.
fn is_decoded_elsewhere(key: &ConfigKey) -> bool {
    key.section == "sink.kafka-config" || key.section == "sink.kafka-config.codec-config"
}

/// What to look for in a value. Options with rules of their own, which say more, are left to those.
fn shape_of(key: &ConfigKey, value: &Value) -> Shape {
    if is_decoded_elsewhere(key) {
        return if matches!(key.value_type, ValueType::Texts) { Shape::Texts } else { Shape::Any };
    }
    match key.value_type {
        ValueType::Boolean => Shape::Boolean,
        ValueType::Integer(least, most) => Shape::Integer(least, most),
        ValueType::Number => Shape::Number,
        ValueType::Word(words) if !is_judged_elsewhere(key) => Shape::Word(words),
        ValueType::Duration(_) | ValueType::Text | ValueType::Word(_) => Shape::Text,
        ValueType::Texts | ValueType::Words(_) => Shape::Texts,
        ValueType::Integers => Shape::Integers,
        // a number is nanoseconds, a text is looked at as a duration
        ValueType::Interval if value.is_number() => Shape::Integer(0, i64::MAX),
        ValueType::Interval => Shape::Text,
        ValueType::Section => Shape::AnyTable,
    }
}

fn is_judged_elsewhere(key: &ConfigKey) -> bool {
    ["protocol", "transaction-atomicity", "partition", "dispatcher"].contains(&key.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(config: &Value) -> Vec<(String, String, String)> {
        let mut findings = Vec::new();
        check(config, "changefeed.config", &mut findings);
        findings.into_iter().map(|f| (f.path.replace("changefeed.config.", ""), f.code, f.hint)).collect()
    }

    #[test]
    fn a_key_that_is_not_there_comes_with_the_place_it_belongs_to() {
        for (config, path, hint) in [
            (json!({"sink": {"kafka-config": {"max-retry": 3}}}), "sink.kafka-config.max-retry", "kafka.params.max-retry"),
            (json!({"sink": {"partition-num": 3}}), "sink.partition-num", "sink.kafka-config.partition-num"),
            (json!({"sink": {"kafka_config": {}}}), "sink.kafka_config", "Did you mean `kafka-config`?"),
            (json!({"sink": {"dispatchers": [{"topics": "t"}]}}), "sink.dispatchers[0].topics", "Did you mean `topic`?"),
            (json!({"nonsense": 1}), "nonsense", "Remove it"),
            (json!({"sink.protocol": "avro"}), "\"sink.protocol\"", "Remove it"),
            (json!({"": {}}), "\"\"", "Remove it"),
        ] {
            let all = found(&config);
            assert_eq!((all.len(), all[0].0.as_str(), all[0].1.as_str()), (1, path, "unknown-key"), "{all:?}");
            assert!(all[0].2.contains(hint), "{all:?}");
        }
    }

    #[test]
    fn values_have_the_type_range_and_words_of_their_option() {
        for (config, path, code) in [
            (json!({"memory-quota": "1g"}), "memory-quota", "wrong-type"),
            (json!({"memory-quota": -1}), "memory-quota", "wrong-value"),
            (json!({"event-collector-batch-count": 9000}), "event-collector-batch-count", "wrong-value"),
            (json!({"sink": {"encoder-concurrency": -1}}), "sink.encoder-concurrency", "wrong-value"),
            (json!({"performance-mode": "fast"}), "performance-mode", "wrong-value"),
            (json!({"integrity": {"integrity-check-level": "high"}}), "integrity.integrity-check-level", "wrong-value"),
            (json!({"filter": {"rules": "*.*"}}), "filter.rules", "wrong-type"),
            (json!({"filter": {"ignore-txn-start-ts": [1, "x"]}}), "filter.ignore-txn-start-ts", "wrong-type"),
            (json!({"filter": {"event-filters": {}}}), "filter.event-filters", "wrong-type"),
            (json!({"sync-point-interval": "10s"}), "sync-point-interval", "duration-invalid"),
            (json!({"changefeed-error-stuck-duration": "1d"}), "changefeed-error-stuck-duration", "duration-invalid"),
            (json!({"sync-point-retention": 3600}), "sync-point-retention", "wrong-type"),
            (json!({"sink": 1}), "sink", "wrong-type"),
            (json!({"sink": {"open": {"output-old-value": "no"}}}), "sink.open.output-old-value", "wrong-type"),
            (
                json!({"sink": {"kafka-config": {"large-message-handle": {"large-message-handle-option": "drop"}}}}),
                "sink.kafka-config.large-message-handle.large-message-handle-option",
                "wrong-value",
            ),
        ] {
            let all = found(&config);
            assert_eq!((all.len(), all[0].0.as_str(), all[0].1.as_str()), (1, path, code), "{all:?}");
        }
    }

    #[test]
    fn the_example_of_the_open_api_is_all_known() {
        let config = json!({
            "memory-quota": 1_073_741_824_u32, "case-sensitive": false, "bdr-mode": false, "changefeed-error-stuck-duration": "30m",
            "filter": {"rules": ["app.*"], "ignore-txn-start-ts": [u64::MAX], "event-filters": [{"matcher": ["app.orders"],
                "ignore-event": ["drop table"], "ignore-sql": ["^drop"], "ignore-insert-value-expr": "id < 0", "ignore-update-only-columns": []}]},
            "mounter": {"worker-num": 16},
            "sink": {"protocol": "avro", "column-selectors": [{"matcher": ["app.users"], "columns": ["*", "!ssn"]}],
                "csv": {"quote": "\""}, "file-index-digit": 20, "send-bootstrap-interval-in-sec": -1,
                "kafka-config": {"sasl-oauth-scopes": ["a"], "large-message-handle": {"claim-check-raw-value": false},
                    "glue-schema-registry-config": {"registry-name": "r", "region": "us-east-1"}}},
            "scheduler": {"region-count-refresh-interval": 60_000_000_000_u64, "max-traffic-percentage": 1.25},
            "consistent": {"level": "none", "memory-usage": {"memory-quota-percentage": 50}},
            "synced-status": {"synced-check-interval": 300},
        });
        assert!(found(&config).is_empty(), "{:?}", found(&config));
    }
}
