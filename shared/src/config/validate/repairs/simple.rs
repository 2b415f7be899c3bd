//! Fixes that are one value at the finding's own place.

use crate::spelling::suggested;
use crate::{Finding, Fix};

/// What is done at the finding's path.
#[derive(Clone, Copy)]
enum Repair {
    Number(i64),
    Word(&'static str),
    On,
    Off,
    Remove,
    /// Removes a codec option from both places that it can be in: in the sink URI alone `false` would not override the file.
    RemoveOption,
}

use Repair::{Number, Off, On, Remove, RemoveOption, Word};

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
    ("max-message-bytes-large", "Set it to 104857600", Number(104_857_600)),
    ("kafka-version-invalid", "Ask the brokers", Remove),
    ("kafka-version-too-old", "Ask the brokers", Remove),
    ("kafka-client-id-invalid", "Use the default", Remove),
    ("compression-unknown", "Send uncompressed", Word("none")),
    ("param-does-not-override", "Remove it", Remove),
    ("transaction-atomicity-unsupported", "Remove it", Remove),
    ("large-message-unsupported", "Remove it", Remove),
    ("protocol-missing", "Use Avro", Word("avro")),
    ("protocol-spelling", "Write `avro`", Word("avro")),
    ("protocol-not-avro", "Use Avro", Word("avro")),
    ("protocol-unknown", "Use Avro", Word("avro")),
    // the sink URI's wins, and this is the configuration's
    ("protocol-twice", "Remove it", Remove),
    ("codec-mode-invalid", "Use the default", Remove),
    ("watermark-without-extension", "Remove it", RemoveOption),
    ("watermark-with-sink", "Remove it", RemoveOption),
    ("before-value-with-sink", "Remove it", RemoveOption),
    ("extension-with-sink", "Remove it", RemoveOption),
    ("decimal-as-text", "Send numbers", Word("precise")),
    ("bigint-unsigned-overflow", "Send text", Word("string")),
    ("force-replicate-with-avro", "Remove it", Remove),
    ("sync-point-with-kafka", "Remove it", Remove),
    ("redo-log-with-kafka", "Remove it", Remove),
    ("write-key-threshold-raised", "Write 10485760", Number(10_485_760)),
    ("option-ignored-by-architecture", "Remove it", Remove),
    ("option-ignored-by-protocol", "Remove it", Remove),
    ("option-deprecated", "Remove it", Remove),
    ("case-sensitive-default", "Set `case-sensitive = false`", Off),
    ("ticdc-version-invalid", "Take the newest", Remove),
    ("ticdc-architecture-too-new", "Run it classic", Word("classic")),
    ("event-filter-without-condition", "Remove the event filter", Remove),
    ("dispatcher-and-partition", "Keep `partition`", Remove),
    ("dispatcher-option-unused", "Remove it", Remove),
    ("dispatcher-index-not-found", "Partition by the key", Remove),
    ("dispatcher-index-not-unique", "Partition by the key", Remove),
    ("dispatcher-index-expression", "Partition by the key", Remove),
    ("source-field-unused", "Remove it", Remove),
    ("source-tls-unused", "Remove it", Remove),
    ("source-tls-not-verified", "Verify it", Word("verify")),
    ("source-server-id-invalid", "Use the default", Remove),
    ("source-rate-invalid", "Set it to 1000000", Number(1_000_000)),
    ("start-invalid", "Start now", Word("now")),
    ("start-does-not-fit", "Start now", Word("now")),
    ("ticdc-has-no-snapshot", "Start now", Word("now")),
    ("target-needs-tidb", "Run it with our engine", Word("native")),
    ("connector-key-unknown", "Remove it", Remove),
    ("ksql-both-forms", "Remove `statement`", Remove),
];

/// Findings whose hint suggests another word for the value.
const MISSPELT: [&str; 11] = [
    "wrong-value",
    "compression-unknown",
    "codec-mode-invalid",
    "partition-unknown",
    "ignore-event-unknown",
    "sasl-mechanism-unknown",
    "connector-kind-unknown",
    "connector-flavour-unknown",
    "dispatcher-column-not-found",
    "dispatcher-index-not-found",
    "ksql-statement-unknown",
];

pub(super) fn fix(finding: &Finding) -> Option<Fix> {
    let (code, path) = (finding.code.as_str(), finding.path.as_str());
    if let Some(meant) = suggested(&finding.hint).filter(|_| MISSPELT.contains(&code)) {
        return Some(Fix::new(format!("Write `{meant}`")).set(path, meant));
    }
    // another property is meant, and this one's value may belong there
    if code == "connector-key-unknown" && suggested(&finding.hint).is_some() {
        return None;
    }
    let &(_, label, repair) = REPAIRS.iter().find(|(own, ..)| *own == code)?;
    let fix = Fix::new(label);
    Some(match repair {
        Number(number) => fix.set(path, number),
        Word(word) => fix.set(path, word),
        On => fix.set(path, true),
        Off => fix.set(path, false),
        Remove => fix.remove(path),
        RemoveOption => {
            let name = path.rsplit('.').next()?;
            fix.remove(format!("kafka.params.{name}")).remove(format!("changefeed.config.sink.kafka-config.codec-config.{name}"))
        }
    })
}

/// The codes that have a fix here.
#[cfg(test)]
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    REPAIRS.iter().map(|(code, ..)| *code).chain(MISSPELT)
}
