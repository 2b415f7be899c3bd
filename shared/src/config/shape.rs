//! The known keys of a document and the kind of value each takes: what finds misspelt keys and wrong types.
//! TiCDC's part follows `pingcap/ticdc` pkg/config and `pingcap/docs` ticdc/ticdc-changefeed-config.md.

use crate::Finding;
use crate::spelling::did_you_mean;
use serde_json::Value;

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// Checked elsewhere, or another system's own.
    Any,
    Text,
    Boolean,
    Integer(i64, i64),
    Number,
    /// One of these words.
    Word(&'static [&'static str]),
    Texts,
    /// Text, whole numbers and booleans under any name.
    Scalars,
    Table(&'static [Key]),
    Tables(&'static [Key]),
}

pub(super) type Key = (&'static str, Shape);

use Shape::{Any, Boolean, Integer, Number, Scalars, Table, Tables, Text, Texts, Word};

const U32: Shape = Integer(0, u32::MAX as i64);
const COUNT: Shape = Integer(0, i64::MAX);

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
            ("config", CHANGEFEED),
        ]),
    ),
    ("kafka", Table(&[("brokers", Texts), ("topic", Text), ("params", Scalars)])),
    ("schema_registry", Table(&[("url", Text), ("user", Text), ("password", Text)])),
    ("connectors", Tables(&[("name", Text), ("kind", Text), ("flavour", Text), ("topics", Texts), ("config", Any)])),
    ("ksqldb", Tables(&[("name", Text), ("statement", Text), ("topic", Text), ("sql", Text)])),
]);

/// TiCDC's changefeed configuration, with its own keys.
const CHANGEFEED: Shape = Table(&[
    ("memory-quota", COUNT),
    ("case-sensitive", Boolean),
    ("force-replicate", Boolean),
    ("ignore-ineligible-table", Boolean),
    ("check-gc-safe-point", Boolean),
    ("enable-sync-point", Boolean),
    ("enable-table-monitor", Boolean),
    ("enable-active-active", Boolean),
    ("bdr-mode", Boolean),
    ("sync-point-interval", Text),
    ("sync-point-retention", Text),
    ("changefeed-error-stuck-duration", Text),
    ("sql-mode", Text),
    ("performance-mode", Word(&["throughput", "low-latency"])),
    ("event-collector-batch-count", Integer(0, 8192)),
    ("event-collector-batch-bytes", COUNT),
    ("filter", Table(&[("rules", Texts), ("ignore-txn-start-ts", Any), ("event-filters", Tables(EVENT_FILTER))])),
    ("mounter", Table(&[("worker-num", COUNT)])),
    ("sink", SINK),
    (
        "scheduler",
        Table(&[
            ("enable-table-across-nodes", Boolean),
            ("region-threshold", COUNT),
            ("region-count-per-span", COUNT),
            ("region-count-refresh-interval", Any),
            ("write-key-threshold", COUNT),
            ("scheduling-task-count-per-node", COUNT),
            ("balance-score-threshold", Number),
            ("min-traffic-percentage", Number),
            ("max-traffic-percentage", Number),
        ]),
    ),
    (
        "integrity",
        Table(&[("integrity-check-level", Word(&["none", "correctness"])), ("corruption-handle-level", Word(&["warn", "error"]))]),
    ),
    ("synced-status", Table(&[("synced-check-interval", COUNT), ("checkpoint-interval", COUNT)])),
    ("consistent", Any),
]);

const EVENT_FILTER: &[Key] = &[
    ("matcher", Texts),
    ("ignore-event", Texts),
    ("ignore-sql", Texts),
    ("ignore-insert-value-expr", Text),
    ("ignore-update-new-value-expr", Text),
    ("ignore-update-old-value-expr", Text),
    ("ignore-delete-value-expr", Text),
    ("ignore-update-only-columns", Texts),
];

const SINK: Shape = Table(&[
    ("protocol", Text),
    ("schema-registry", Text),
    ("transaction-atomicity", Text),
    (
        "dispatchers",
        Tables(&[
            ("matcher", Texts),
            ("topic", Text),
            ("partition", Text),
            ("dispatcher", Text),
            ("index", Text),
            ("columns", Texts),
            ("target-schema", Text),
            ("target-table", Text),
        ]),
    ),
    ("column-selectors", Tables(&[("matcher", Texts), ("columns", Texts)])),
    ("encoder-concurrency", COUNT),
    ("delete-only-output-handle-key-columns", Boolean),
    ("only-output-updated-columns", Boolean),
    ("content-compatible", Boolean),
    ("terminator", Text),
    ("advance-timeout-in-sec", COUNT),
    ("send-bootstrap-interval-in-sec", COUNT),
    ("send-bootstrap-in-msg-count", COUNT),
    ("send-bootstrap-to-all-partition", Boolean),
    ("send-all-bootstrap-at-start", Boolean),
    ("debezium-disable-schema", Boolean),
    ("enable-kafka-sink-v2", Boolean),
    ("csv", Any),
    ("cloud-storage-config", Any),
    ("mysql-config", Any),
    ("pulsar-config", Any),
    ("open", Any),
    ("debezium", Any),
    ("kafka-config", KAFKA_CONFIG),
]);

/// The types of these options are checked where they are decoded, in `sink_uri`.
const KAFKA_CONFIG: Shape = Table(&[
    ("partition-num", Any),
    ("replication-factor", Any),
    ("kafka-version", Any),
    ("max-message-bytes", Any),
    ("compression", Any),
    ("kafka-client-id", Any),
    ("auto-create-topic", Any),
    ("dial-timeout", Any),
    ("write-timeout", Any),
    ("read-timeout", Any),
    ("required-acks", Any),
    ("enable-tls", Any),
    ("ca", Any),
    ("cert", Any),
    ("key", Any),
    ("insecure-skip-verify", Any),
    ("sasl-user", Any),
    ("sasl-password", Any),
    ("sasl-mechanism", Any),
    ("sasl-gssapi-auth-type", Any),
    ("sasl-gssapi-keytab-path", Any),
    ("sasl-gssapi-kerberos-config-path", Any),
    ("sasl-gssapi-service-name", Any),
    ("sasl-gssapi-user", Any),
    ("sasl-gssapi-password", Any),
    ("sasl-gssapi-realm", Any),
    ("sasl-gssapi-disable-pafxfast", Any),
    ("sasl-oauth-client-id", Any),
    ("sasl-oauth-client-secret", Any),
    ("sasl-oauth-token-url", Any),
    ("sasl-oauth-scopes", Texts),
    ("sasl-oauth-grant-type", Any),
    ("sasl-oauth-audience", Any),
    ("output-raw-change-event", Any),
    (
        "codec-config",
        Table(&[
            ("enable-tidb-extension", Any),
            ("max-batch-size", Any),
            ("avro-enable-watermark", Any),
            ("avro-decimal-handling-mode", Any),
            ("avro-bigint-unsigned-handling-mode", Any),
            ("avro-include-before-value", Any),
            ("encoding-format", Any),
            ("output-row-key", Any),
        ]),
    ),
    (
        "large-message-handle",
        Table(&[
            ("large-message-handle-option", Text),
            ("large-message-handle-compression", Text),
            ("claim-check-storage-uri", Text),
            ("claim-check-raw-value", Boolean),
        ]),
    ),
    (
        "glue-schema-registry-config",
        Table(&[("registry-name", Text), ("region", Text), ("access-key", Text), ("secret-access-key", Text), ("token", Text)]),
    ),
]);

/// Whether TiCDC's configuration has a key of this name at its top.
pub(crate) fn is_changefeed_key(name: &str) -> bool {
    matches!(CHANGEFEED, Table(keys) if keys.iter().any(|(known, _)| *known == name))
}

/// Compares a value with its shape: `unknown-key`, `wrong-type` and `wrong-value` findings. Values are never shown.
pub(super) fn check(value: &Value, shape: Shape, path: &str, findings: &mut Vec<Finding>) {
    match (shape, value) {
        (Any, _) | (Text, Value::String(_)) | (Boolean, Value::Bool(_)) | (Number, Value::Number(_)) => {}
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
        (Scalars, Value::Object(map)) => {
            for (name, value) in map {
                let whole = value.as_number().is_some_and(|n| n.is_i64() || n.is_u64());
                if !(value.is_string() || value.is_boolean() || whole) {
                    let path = format!("{path}.{name}");
                    findings.push(wrong_type(&path, "text, a whole number or a boolean"));
                }
            }
        }
        (Table(keys), Value::Object(map)) => {
            for (name, value) in map {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
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
        (Text | Word(_), _) => findings.push(wrong_type(path, "text")),
        (Boolean, _) => findings.push(wrong_type(path, "`true` or `false`")),
        (Integer(..), _) => findings.push(wrong_type(path, "a whole number")),
        (Number, _) => findings.push(wrong_type(path, "a number")),
        (Texts, _) => findings.push(wrong_type(path, "a list of texts")),
        (Scalars | Table(_), _) => findings.push(wrong_type(path, "a table")),
        (Tables(_), _) => findings.push(wrong_type(path, "a list of tables")),
    }
}

fn wrong_type(path: &str, what: &str) -> Finding {
    Finding::error(path, "wrong-type", format!("`{path}` must be {what}."))
}

/// TiCDC refuses a configuration with a key it does not know; elsewhere the key would merely do nothing.
fn unknown_key(path: &str, name: &str, keys: &[Key]) -> Finding {
    let hint = did_you_mean(name, keys.iter().map(|(known, _)| *known));
    if path.starts_with("changefeed.config.") {
        let hint = if hint.is_empty() { "Remove it: TiCDC refuses a configuration with a key it does not know.".to_owned() } else { hint };
        Finding::error(path, "unknown-key", format!("TiCDC's configuration has no key `{name}` here.")).hint(hint)
    } else {
        let hint = if hint.is_empty() { "It is kept, but nothing reads it.".to_owned() } else { hint };
        Finding::warning(path, "unknown-key", format!("The document has no key `{name}` here.")).hint(hint)
    }
}
