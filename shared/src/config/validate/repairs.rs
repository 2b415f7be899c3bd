//! Fixes that follow from a finding's code and place alone: most are one value at the finding's own path. Rules that know
//! more when they speak bring their fix themselves.

use crate::config::{Pipeline, SchemaRegistry};
use crate::secret::cleaned;
use crate::spelling::suggested;
use crate::{Edit, Finding, Fix};

/// What is done at the finding's path.
#[derive(Clone, Copy)]
enum Repair {
    Number(i64),
    Word(&'static str),
    On,
    Remove,
    /// Removes a codec option from both places that it can be in: in the sink URI alone `false` would not override the file.
    RemoveOption,
}

use Repair::{Number, On, Remove, RemoveOption, Word};

const PER_TABLE: &str = "tidb_{schema}_{table}";

const REPAIRS: &[(&str, &str, Repair)] = &[
    ("confluent-needs-tls", "Turn TLS on", On),
    ("confluent-needs-plain", "Log in with PLAIN", Word("plain")),
    ("confluent-replication-factor", "Set it to 3", Number(3)),
    ("tls-option-ignored", "Remove it", Remove),
    ("tls-not-verified", "Verify certificates", Remove),
    ("tls-files-without-tls", "Turn TLS on", On),
    ("acks-may-lose-rows", "Wait for all replicas", Number(-1)),
    ("required-acks-invalid", "Wait for all replicas", Number(-1)),
    ("max-batch-size-invalid", "Use the default", Remove),
    ("timeout-invalid", "Use the default", Remove),
    ("partition-num-invalid", "Use the default", Remove),
    ("replication-factor-invalid", "Use the default", Remove),
    ("max-message-bytes-invalid", "Use the default", Remove),
    ("kafka-version-invalid", "Ask the brokers", Remove),
    ("kafka-client-id-invalid", "Use the default", Remove),
    ("param-does-not-override", "Remove it", Remove),
    ("transaction-atomicity-unsupported", "Remove it", Remove),
    ("large-message-unsupported", "Remove it", Remove),
    ("protocol-missing", "Use Avro", Word("avro")),
    ("protocol-spelling", "Write `avro`", Word("avro")),
    ("protocol-not-avro", "Use Avro", Word("avro")),
    ("protocol-unknown", "Use Avro", Word("avro")),
    ("watermark-without-extension", "Remove it", RemoveOption),
    ("watermark-with-sink", "Remove it", RemoveOption),
    ("before-value-with-sink", "Remove it", RemoveOption),
    ("extension-with-sink", "Remove it", RemoveOption),
    ("decimal-as-text", "Send numbers", Word("precise")),
    ("bigint-unsigned-overflow", "Send text", Word("string")),
    ("force-replicate-with-avro", "Remove it", Remove),
    ("sync-point-with-kafka", "Remove it", Remove),
    ("redo-log-with-kafka", "Remove it", Remove),
    ("kafka-version-too-old", "Ask the brokers", Remove),
    ("write-key-threshold-raised", "Write 10485760", Number(10_485_760)),
    ("option-ignored-by-architecture", "Remove it", Remove),
    ("option-ignored-by-protocol", "Remove it", Remove),
    ("ticdc-architecture-too-new", "Run it classic", Word("classic")),
    ("dispatcher-and-partition", "Keep `partition`", Remove),
    ("dispatcher-option-unused", "Remove it", Remove),
    ("partition-unknown", "Use `index-value`", Word("index-value")),
    ("partition-reorders-keys", "Use `index-value`", Word("index-value")),
    ("partition-may-reorder-keys", "Use `index-value`", Word("index-value")),
    ("topic-expression-invalid", "Use `tidb_{schema}_{table}`", Word(PER_TABLE)),
    ("source-field-unused", "Remove it", Remove),
    ("start-invalid", "Start now", Word("now")),
    ("start-does-not-fit", "Start now", Word("now")),
    ("ticdc-has-no-snapshot", "Start now", Word("now")),
    ("target-needs-tidb", "Run it with our engine", Word("native")),
];

/// Findings whose hint suggests another word for the value.
const MISSPELT: [&str; 8] = [
    "wrong-value",
    "compression-unknown",
    "codec-mode-invalid",
    "partition-unknown",
    "ignore-event-unknown",
    "sasl-mechanism-unknown",
    "connector-kind-unknown",
    "connector-flavour-unknown",
];

/// Findings of a pasted secret that is not quite the secret, and their buttons.
const CLEANED: [(&str, &str); 7] = [
    ("secret-looks-encoded", "Decode it"),
    ("white-space-around-secret", "Remove the white space"),
    ("secret-line-break", "Join the lines"),
    ("secret-invisible-character", "Remove it"),
    ("secret-in-quotes", "Remove the quotes"),
    ("snowflake-key-lines", "Make it one line"),
    ("snowflake-key-pkcs1", "Convert it"),
];

/// Gives each finding its fix, if it has none yet and there is one.
pub(super) fn offer(pipeline: &Pipeline, findings: &mut [Finding]) {
    for finding in findings.iter_mut().filter(|finding| finding.fix.is_none()) {
        finding.fix = fix_of(pipeline, finding).map(Box::new);
    }
}

fn fix_of(pipeline: &Pipeline, finding: &Finding) -> Option<Fix> {
    let (code, path) = (finding.code.as_str(), finding.path.as_str());
    let meant = suggested(&finding.hint);
    match (code, meant) {
        ("unknown-key" | "unknown-param", Some(meant)) => {
            let fix = Fix::new(format!("Rename it to `{meant}`")).rename(path, sibling(path, meant)?);
            return is_free(pipeline, &fix).then_some(fix);
        }
        // TiCDC refuses the file; elsewhere an unknown key does no harm and may be somebody's
        ("unknown-key", None) if path.starts_with("changefeed.config.") => return Some(Fix::new("Remove it").remove(path)),
        ("unknown-param", None) => return Some(Fix::new("Remove it").remove(path)),
        (_, Some(meant)) if MISSPELT.contains(&code) => return Some(Fix::new(format!("Write `{meant}`")).set(path, meant)),
        ("dispatcher-deprecated", _) => {
            let fix = Fix::new("Rename it to `partition`").rename(path, sibling(path, "partition")?);
            return is_free(pipeline, &fix).then_some(fix);
        }
        ("dispatcher-columns-missing", _) => {
            return Some(Fix::new("Use `index-value`").set(sibling(path, "partition")?, "index-value"));
        }
        ("sasl-ignored", _) => return Some(Fix::new("Log in with PLAIN").set(sibling(path, "sasl-mechanism")?, "plain")),
        ("topic-not-per-table", _) => return Some(one_topic_per_table(path)),
        ("snowflake-key-passphrase-unused", _) => {
            return Some(Fix::new("Remove the passphrase").remove(sibling(path, "snowflake.private.key.passphrase")?));
        }
        ("key-and-secret-swapped", _) => return swap(path),
        _ if CLEANED.iter().any(|(own, _)| *own == code) => return clean(pipeline, code, path),
        ("registry-misplaced", _) => {
            let is_there = pipeline.schema_registry.as_ref().is_some_and(|registry: &SchemaRegistry| !registry.url.is_empty());
            return Some(if is_there {
                Fix::new("Remove it").remove(path)
            } else {
                Fix::new("Move it to `schema_registry`").rename(path, "schema_registry.url")
            });
        }
        _ => {}
    }
    let &(_, label, repair) = REPAIRS.iter().find(|(own, ..)| *own == code)?;
    let fix = Fix::new(label);
    Some(match repair {
        Number(number) => fix.set(path, number),
        Word(word) => fix.set(path, word),
        On => fix.set(path, true),
        Remove => fix.remove(path),
        RemoveOption => {
            let name = path.rsplit('.').next()?;
            fix.remove(format!("kafka.params.{name}")).remove(format!("changefeed.config.sink.kafka-config.codec-config.{name}"))
        }
    })
}

/// Only for a secret that can be cleaned: a key in an old encryption, for one, cannot be converted here.
fn clean(pipeline: &Pipeline, code: &str, path: &str) -> Option<Fix> {
    let (_, label) = CLEANED.iter().find(|(own, _)| *own == code)?;
    let document = serde_json::to_value(pipeline).ok()?;
    cleaned(crate::fix::value_at(&document, path)?.as_str()?)?;
    Some(Fix::new(*label).clean_secret(path))
}

/// Key and secret change places, by way of a third.
fn swap(key: &str) -> Option<Fix> {
    let secret = if key.ends_with("sasl-user") { sibling(key, "sasl-password")? } else { sibling(key, "password")? };
    let aside = sibling(key, "swapped")?;
    Some(Fix::new("Swap them").rename(key, aside.clone()).rename(secret.clone(), key).rename(aside, secret))
}

/// The place of another key beside this one.
fn sibling(path: &str, key: &str) -> Option<String> {
    let steps = crate::path::parse(path)?;
    let Some(crate::path::Step::Key(last)) = steps.last() else { return None };
    let table = path.strip_suffix(&crate::path::join("", last))?;
    Some(crate::path::join(table.strip_suffix('.').unwrap_or(table), key))
}

/// Whether nothing is at the place that a value is moved to: a rename must not write over another setting.
fn is_free(pipeline: &Pipeline, fix: &Fix) -> bool {
    let Ok(document) = serde_json::to_value(pipeline) else { return false };
    fix.edits.iter().all(|edit| match edit {
        Edit::Move { path, .. } => crate::fix::value_at(&document, path).is_none_or(|value| value.is_null() || value == ""),
        _ => true,
    })
}

/// Whether it is a dispatcher's topic, or that there is no dispatcher at all.
fn one_topic_per_table(path: &str) -> Fix {
    let fix = Fix::new(format!("Use `{PER_TABLE}`"));
    if path.ends_with(".topic") {
        fix.set(path, PER_TABLE)
    } else {
        fix.set(path, serde_json::json!([{ "matcher": ["*.*"], "topic": PER_TABLE, "partition": "index-value" }]))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn repairs_are_for_codes_that_there_are() {
        let documented = include_str!("../../../../docs/FINDINGS.md");
        for code in REPAIRS.iter().map(|(code, ..)| *code).chain(MISSPELT).chain(CLEANED.map(|(code, _)| code)) {
            assert!(documented.contains(&format!("`{code}`")), "{code}");
        }
    }

    #[test]
    fn a_sibling_is_in_the_same_table() {
        for (path, key, expected) in [
            ("kafka.params.x", "y", Some("kafka.params.y")),
            ("x", "y", Some("y")),
            (r#"c[0].config."a.b""#, "d.e", Some(r#"c[0].config."d.e""#)),
            ("kafka.brokers[0]", "y", None),
        ] {
            assert_eq!(sibling(path, key).as_deref(), expected, "{path}");
        }
    }
}
