//! What a value of one of TiCDC's options means, whichever way it is written and wherever it is left out.

use crate::sink_uri::parse_duration;
use crate::ticdc::{Architecture, ConfigKey, Release, Since, ValueType, Version};
use serde_json::Value;
use std::time::Duration;

/// Words that TiCDC compares without their case.
const IN_ANY_CASE: [&str; 3] = ["compression", "sasl-mechanism", "sasl-gssapi-auth-type"];

/// A value without its spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Plain(String),
    List(Vec<String>),
}

/// Below this, `write-key-threshold` is raised to it.
const LEAST_WRITE_KEY_THRESHOLD: u64 = 10_485_760;

/// Before these releases filters looked at case by default.
const CASE_INSENSITIVE: Since = Since::Releases(&[Version::new(6, 5, 6), Version::new(7, 1, 3), Version::new(7, 5, 0)]);

/// Whether two values of an option come to the same in that release.
pub(super) fn is_same(key: &ConfigKey, document: Option<&Value>, running: Option<&Value>, release: Release) -> bool {
    match (key.value_type, document) {
        // what the server has there by default is not known
        (ValueType::Section | ValueType::Interval, None) => return true,
        (ValueType::Section, Some(document)) => return holds(running.unwrap_or(&Value::Null), document),
        _ => {}
    }
    let [document, running] = [document, running].map(|value| effective(key, value, release));
    if document.is_empty() || running.is_empty() {
        return document.is_empty() == running.is_empty();
    }
    document.iter().any(|meaning| running.contains(meaning))
}

/// Whether a value says nothing: empty, or a number that counts as the default.
pub(super) fn says_nothing(key: &ConfigKey, value: &Value) -> bool {
    meaning(key, value).is_none()
}

/// What may come of a value; several where the default depends on what is not known. Empty: nothing is set.
fn effective(key: &ConfigKey, value: Option<&Value>, release: Release) -> Vec<Meaning> {
    match value.and_then(|value| meaning(key, value)) {
        Some(meaning) => vec![meaning],
        None => defaults(key, release).into_iter().filter_map(|text| meaning(key, &Value::from(text))).collect(),
    }
}

/// The texts of the defaults. Defaults that are described in words are no values: left out on both sides, they are equal.
fn defaults(key: &ConfigKey, release: Release) -> Vec<&'static str> {
    match key.name {
        "case-sensitive" if release.version.is_some() && !release.has(CASE_INSENSITIVE) => return vec!["true"],
        "region-threshold" => {
            return match release.architecture {
                Some(Architecture::Classic) => vec!["100000"],
                Some(Architecture::New) => vec!["10000"],
                None => vec!["10000", "100000"],
            };
        }
        "rules" => return vec!["*.*"],
        "terminator" => return vec!["\r\n"],
        _ => {}
    }
    let is_value = match key.value_type {
        ValueType::Boolean => boolean(key.default).is_some(),
        ValueType::Integer(..) | ValueType::Number => key.default.parse::<f64>().is_ok(),
        ValueType::Duration(_) | ValueType::Interval => parse_duration(key.default).is_some(),
        ValueType::Word(words) => words.contains(&key.default),
        // one word: the others are sentences (`generated`, `default topic`)
        ValueType::Text => key.default == "client_credentials",
        ValueType::Texts | ValueType::Words(_) | ValueType::Integers | ValueType::Section => false,
    };
    if is_value { vec![key.default] } else { Vec::new() }
}

/// What a value means; `None` when it says nothing. A value that its option cannot have is its own text.
fn meaning(key: &ConfigKey, value: &Value) -> Option<Meaning> {
    let plain = |text: String| Some(Meaning::Plain(text));
    if is_empty(value) {
        return None;
    }
    if is_duration(key) {
        return plain(nanoseconds(value).map_or_else(|| text(value), |nanoseconds| nanoseconds.to_string()));
    }
    match key.value_type {
        ValueType::Boolean => match value.as_bool().or_else(|| boolean(value.as_str()?)) {
            Some(false) if key.default.is_empty() => None,
            Some(on) => plain(on.to_string()),
            None => plain(text(value)),
        },
        ValueType::Integer(..) => match integer(value) {
            Some(0) if key.default.parse() != Ok(0) => None,
            Some(number) if key.name == "write-key-threshold" && number > 0 => {
                plain(number.max(i128::from(LEAST_WRITE_KEY_THRESHOLD)).to_string())
            }
            Some(number) => plain(number.to_string()),
            None => plain(text(value)),
        },
        ValueType::Number => plain(text(value).parse::<f64>().map_or_else(|_| text(value), |number| number.to_string())),
        ValueType::Word(_) if IN_ANY_CASE.contains(&key.name) => plain(text(value).to_ascii_lowercase()),
        ValueType::Words(_) => list(value, |item| text(item).to_ascii_lowercase()),
        ValueType::Texts | ValueType::Integers => list(value, text),
        _ => plain(text(value)),
    }
}

/// A value as the document writes it: numbers and booleans as such, durations as text.
pub(super) fn document_value(key: &ConfigKey, value: &Value) -> Value {
    if is_duration(key)
        && let Some(nanoseconds) = value.as_u64()
    {
        return Value::String(go_duration(nanoseconds));
    }
    match (key.value_type, value) {
        (ValueType::Boolean, Value::String(text)) => boolean(text).map_or_else(|| value.clone(), Value::Bool),
        (ValueType::Integer(..), Value::String(text)) => text.parse::<i64>().map_or_else(|_| value.clone(), Value::from),
        _ => value.clone(),
    }
}

/// A duration in the largest unit that it is a whole number of.
fn go_duration(nanoseconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms")];
    let unit = UNITS.iter().find(|(unit, _)| nanoseconds % unit == 0);
    unit.map_or_else(|| format!("{nanoseconds}ns"), |(unit, name)| format!("{}{name}", nanoseconds / unit))
}

/// The option that is left uninspected, because file and API write it differently, is one too.
fn is_duration(key: &ConfigKey) -> bool {
    matches!(key.value_type, ValueType::Duration(_) | ValueType::Interval)
}

fn nanoseconds(value: &Value) -> Option<u128> {
    match value {
        Value::Number(number) => number.as_u64().map(u128::from),
        Value::String(text) => parse_duration(text).as_ref().map(Duration::as_nanos),
        _ => None,
    }
}

/// Null, empty text, list or table.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether everything that `part` says is in `whole` too.
fn holds(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (_, part) if is_empty(part) => true,
        (Value::Object(whole), Value::Object(part)) => part.iter().all(|(key, value)| holds(whole.get(key).unwrap_or(&Value::Null), value)),
        (Value::Object(_) | Value::Array(_), _) | (_, Value::Object(_) | Value::Array(_)) => whole == part,
        _ => text(whole) == text(part),
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn list(value: &Value, item: impl Fn(&Value) -> String) -> Option<Meaning> {
    Some(Meaning::List(match value.as_array() {
        Some(items) => items.iter().map(item).collect(),
        None => vec![item(value)],
    }))
}

fn integer(value: &Value) -> Option<i128> {
    match value {
        Value::Number(number) => number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from)),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Go's spellings.
fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ticdc::by_path;
    use serde_json::json;

    #[test]
    fn values_are_compared_by_what_they_mean() {
        let release = Release { version: Version::parse("8.5.4"), architecture: Some(Architecture::Classic) };
        for (path, document, running, expected) in [
            ("changefeed-error-stuck-duration", json!("30m"), json!(1_800_000_000_000_u64), true),
            ("changefeed-error-stuck-duration", json!(null), json!(1_800_000_000_000_u64), true),
            ("changefeed-error-stuck-duration", json!("31m"), json!("30m"), false),
            ("sync-point-interval", json!("1h30m"), json!("90m"), true),
            ("memory-quota", json!(0), json!(1_073_741_824), true),
            ("memory-quota", json!(null), json!(5), false),
            ("sink.kafka-config.compression", json!("ZSTD"), json!("zstd"), true),
            ("sink.kafka-config.compression", json!(null), json!("none"), true),
            ("sink.kafka-config.partition-num", json!("3"), json!(3), true),
            ("sink.kafka-config.partition-num", json!(null), json!(null), true),
            ("sink.kafka-config.partition-num", json!(null), json!(3), false),
            ("sink.kafka-config.enable-tls", json!("T"), json!(true), true),
            ("sink.kafka-config.enable-tls", json!(null), json!(false), false),
            ("sink.kafka-config.sasl-mechanism", json!("PLAIN"), json!("plain"), true),
            ("sink.kafka-config.auto-create-topic", json!(null), json!(false), false),
            ("filter.rules", json!([]), json!(["*.*"]), true),
            ("filter.rules", json!(["a.*", "!a.b"]), json!(["!a.b", "a.*"]), false),
            ("filter.event-filters[].ignore-event", json!(["Drop Table"]), json!(["drop table"]), true),
            ("scheduler.region-threshold", json!(null), json!(100_000), true),
            ("scheduler.region-threshold", json!(null), json!(10_000), false),
            ("scheduler.write-key-threshold", json!(5), json!(10_485_760), true),
            ("scheduler.region-count-refresh-interval", json!("1m"), json!(60_000_000_000_u64), true),
            ("sink.csv", json!({"quote": "\""}), json!({"quote": "\"", "null": "\\N"}), true),
            ("sink.csv", json!({"quote": "\""}), json!({"quote": "'"}), false),
            ("sink.csv", json!(null), json!({"quote": "'"}), true),
            ("sink.csv", json!({}), json!({"quote": "'"}), true),
            ("sink.dispatchers[].partition", json!(""), json!("default"), true),
            ("sink.terminator", json!(null), json!("\r\n"), true),
            ("case-sensitive", json!(null), json!(true), false),
        ] {
            let key = by_path(path).unwrap();
            assert_eq!(is_same(key, Some(&document), Some(&running), release), expected, "{path}: {document} and {running}");
        }
    }

    #[test]
    fn defaults_are_those_of_the_release() {
        let key = by_path("case-sensitive").unwrap();
        for (version, default) in [("6.5.5", true), ("6.5.6", false), ("7.4.0", true), ("8.5.4", false)] {
            let release = Release { version: Version::parse(version), architecture: None };
            assert!(
                is_same(key, None, Some(&json!(default)), release) && !is_same(key, None, Some(&json!(!default)), release),
                "{version}"
            );
        }
    }

    #[test]
    fn values_are_written_as_a_document_has_them() {
        for (path, running, expected) in [
            ("changefeed-error-stuck-duration", json!(90_500_000_000_u64), json!("90500ms")),
            ("sink.kafka-config.partition-num", json!("3"), json!(3)),
            ("sink.kafka-config.enable-tls", json!("true"), json!(true)),
            ("sink.kafka-config.kafka-version", json!("3.0.0"), json!("3.0.0")),
        ] {
            assert_eq!(document_value(by_path(path).unwrap(), &running), expected, "{path}");
        }
    }
}
