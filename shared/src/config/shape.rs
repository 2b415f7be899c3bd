//! The known keys of a document and the kind of value each takes: what finds misspelt keys and wrong types.

use super::changefeed_shape as changefeed;
use crate::Finding;
use crate::path::join;
use crate::spelling::did_you_mean;
use serde_json::Value;

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// Checked elsewhere, or another system's own.
    Any,
    /// A table whose keys are another sink's.
    AnyTable,
    Text,
    Boolean,
    Integer(i64, i64),
    Number,
    /// One of these words.
    Word(&'static [&'static str]),
    Texts,
    /// A list of whole numbers, 0 and up.
    Integers,
    /// Text, whole numbers and booleans under any name.
    Scalars,
    Table(&'static [Key]),
    Tables(&'static [Key]),
    /// TiCDC's changefeed configuration: what the options of `ticdc` say.
    Changefeed,
}

pub(super) type Key = (&'static str, Shape);

use Shape::{Any, Boolean, Changefeed, Integer, Integers, Number, Scalars, Table, Tables, Text, Texts, Word};

const SERVICE: Shape = Table(&[("url", Text), ("user", Text), ("password", Text), ("ca", Text), ("cert", Text), ("key", Text)]);

const U32: Shape = Integer(0, u32::MAX as i64);

/// A whole document.
pub(super) const DOCUMENT: Shape = Table(&[
    ("version", U32),
    ("name", Text),
    (
        "source",
        Table(&[
            ("kind", Word(&["tidb", "mysql", "tpcc"])),
            ("pd", Texts),
            ("url", Text),
            ("password", Text),
            ("tls", Word(&super::SourceTls::WORDS)),
            ("server_id", U32),
            ("start", Text),
            ("warehouses", U32),
            ("rows_per_second", U32),
            ("ca", Text),
            ("cert", Text),
            ("key", Text),
        ]),
    ),
    (
        "changefeed",
        Table(&[
            ("id", Text),
            ("target", Word(&["native", "ticdc", "export"])),
            ("ticdc_version", Text),
            ("ticdc_server", Text),
            ("ticdc_user", Text),
            ("ticdc_password", Text),
            ("ticdc_ca", Text),
            ("ticdc_cert", Text),
            ("ticdc_key", Text),
            ("ticdc_keyspace", Text),
            ("config", Changefeed),
            ("ticdc_architecture", Word(&["classic", "new"])),
        ]),
    ),
    ("kafka", Table(&[("brokers", Texts), ("topic", Text), ("params", Scalars)])),
    ("schema_registry", Table(&[("url", Text), ("user", Text), ("password", Text)])),
    (
        "engine",
        Table(&[
            ("delivery", Word(&["at-least-once", "exactly-once"])),
            ("poison_rows", Word(&["stop", "dead-letter"])),
            ("dead_letter_topic", Text),
        ]),
    ),
    ("connect", SERVICE),
    ("confluent_cloud", Table(&[("url", Text), ("environment", Text), ("cluster", Text), ("api_key", Text), ("api_secret", Text)])),
    ("ksqldb_server", SERVICE),
    ("connectors", Tables(&[("name", Text), ("kind", Text), ("flavour", Text), ("topics", Texts), ("config", Any)])),
    ("ksqldb", Tables(&[("name", Text), ("statement", Text), ("topic", Text), ("sql", Text)])),
]);

/// Whether TiCDC's configuration has a key of this name at its top.
pub(crate) fn is_changefeed_key(name: &str) -> bool {
    crate::ticdc::children("").any(|child| child == name)
}

/// Compares a value with its shape: `unknown-key`, `wrong-type` and `wrong-value` findings. Values are never shown.
pub(super) fn check(value: &Value, shape: Shape, path: &str, findings: &mut Vec<Finding>) {
    match (shape, value) {
        (Any, _)
        | (Shape::AnyTable, Value::Object(_))
        | (Text, Value::String(_))
        | (Boolean, Value::Bool(_))
        | (Number, Value::Number(_)) => {}
        (Integer(low, high), Value::Number(number)) => {
            if !number.as_i64().is_some_and(|n| (low..=high).contains(&n)) {
                let message = format!("`{path}` must be a whole number from {low} to {high}.");
                findings.push(Finding::error(path, "wrong-value", message));
            }
        }
        (Word(words), Value::String(word)) => {
            if !words.contains(&word.as_str()) {
                let hint = match did_you_mean(word, words.iter().copied()) {
                    hint if hint.is_empty() => format!("It is one of `{}`.", words.join("`, `")),
                    hint => hint,
                };
                findings.push(Finding::error(path, "wrong-value", format!("`{path}` has a word that is not known.")).hint(hint));
            }
        }
        (Texts, Value::Array(items)) => {
            for (i, item) in items.iter().enumerate() {
                check(item, Text, &format!("{path}[{i}]"), findings);
            }
        }
        (Integers, Value::Array(items)) if items.iter().all(Value::is_u64) => {}
        (Scalars, Value::Object(map)) => {
            for (name, value) in map {
                let whole = value.as_number().is_some_and(|n| n.is_i64() || n.is_u64());
                if !(value.is_string() || value.is_boolean() || whole) {
                    let path = join(path, name);
                    findings.push(wrong_type(&path, "text, a whole number or a boolean"));
                }
            }
        }
        (Table(keys), Value::Object(map)) => {
            for (name, value) in map {
                let path = join(path, name);
                match keys.iter().find(|(known, _)| known == name) {
                    Some((_, shape)) => check(value, *shape, &path, findings),
                    None => findings.push(unknown_key(&path, name, keys)),
                }
            }
        }
        (Tables(keys), Value::Array(items)) => {
            for (i, item) in items.iter().enumerate() {
                check(item, Table(keys), &format!("{path}[{i}]"), findings);
            }
        }
        (Changefeed, Value::Object(_)) => changefeed::check(value, path, findings),
        (Text | Word(_), _) => findings.push(wrong_type(path, "text")),
        (Boolean, _) => findings.push(wrong_type(path, "`true` or `false`")),
        (Integer(..), _) => findings.push(wrong_type(path, "a whole number")),
        (Number, _) => findings.push(wrong_type(path, "a number")),
        (Integers, _) => findings.push(wrong_type(path, "a list of whole numbers")),
        (Texts, _) => findings.push(wrong_type(path, "a list of texts")),
        (Shape::AnyTable | Scalars | Table(_) | Changefeed, _) => findings.push(wrong_type(path, "a table")),
        (Tables(_), _) => findings.push(wrong_type(path, "a list of tables")),
    }
}

pub(super) fn wrong_type(path: &str, what: &str) -> Finding {
    Finding::error(path, "wrong-type", format!("`{path}` must be {what}."))
}

/// Nothing of ours is refused for a key too many: it would merely do nothing.
fn unknown_key(path: &str, name: &str, keys: &[Key]) -> Finding {
    let hint = match did_you_mean(name, keys.iter().map(|(known, _)| *known)) {
        hint if hint.is_empty() => "It is kept, but nothing reads it.".to_owned(),
        hint => hint,
    };
    Finding::warning(path, "unknown-key", format!("The document has no key `{name}` here.")).hint(hint)
}
