//! The sink as a whole, and the parts of it that are for other sinks than Kafka.

use super::super::key::{ConfigKey, ValueType};
use super::super::protocol::Protocol;
use super::super::release::Version;
use ValueType::{Boolean, Integer, Section, Text, Word};

const SECTION: &str = "sink";
const SIMPLE: &[Protocol] = &[Protocol::Simple];
const CSV: &[Protocol] = &[Protocol::Csv];

pub(super) static KEYS: &[ConfigKey] = &[
    ConfigKey::both(SECTION, "transaction-atomicity", Word(&["none"]), "none")
        .also("exactly once transactions")
        .doc("Kafka sinks know `none` only: rows of one transaction arrive one by one."),
    ConfigKey::file(SECTION, "encoder-concurrency", Integer(0, i64::MAX), "32")
        .also("threads parallelism")
        .doc("Encoders that work at once; 0 counts as 32."),
    ConfigKey::file(SECTION, "advance-timeout-in-sec", Integer(0, u32::MAX as i64), "150")
        .doc("Seconds without progress after which a sink is reported as stuck and started anew."),
    ConfigKey::file(SECTION, "send-bootstrap-interval-in-sec", Integer(i64::MIN, i64::MAX), "120")
        .protocols(SIMPLE)
        .since(&[Version::new(8, 0, 0)])
        .doc("Seconds between two messages with a table's schema; none are sent at 0 or below."),
    ConfigKey::file(SECTION, "send-bootstrap-in-msg-count", Integer(i32::MIN as i64, i32::MAX as i64), "10000")
        .protocols(SIMPLE)
        .since(&[Version::new(8, 0, 0)])
        .doc("Rows between two messages with a table's schema; none are sent at 0 or below."),
    ConfigKey::file(SECTION, "send-bootstrap-to-all-partition", Boolean, "true")
        .protocols(SIMPLE)
        .since(&[Version::new(8, 0, 0)])
        .doc("Sends a table's schema to every partition of its topic instead of the first."),
    ConfigKey::file(SECTION, "send-all-bootstrap-at-start", Boolean, "false")
        .protocols(SIMPLE)
        .since(&[Version::new(8, 0, 0)])
        .doc("Sends the schema of every table when the changefeed starts."),
    ConfigKey::file(SECTION, "terminator", Text, "\\r\\n").protocols(CSV).doc("What ends a row in files; not for Kafka."),
    ConfigKey::file(SECTION, "date-separator", Word(&["none", "year", "month", "day"]), "day").doc("Folders by date, for storage sinks."),
    ConfigKey::file(SECTION, "enable-partition-separator", Boolean, "true").doc("Folders by partition, for storage sinks."),
    ConfigKey::file(SECTION, "file-index-digit", Integer(0, 20), "20").doc("Digits of a file's number, for storage sinks."),
    ConfigKey::file(SECTION, "csv", Section, "")
        .protocols(CSV)
        .since(&[Version::new(6, 5, 0)])
        .doc("How CSV is written, for storage sinks."),
    ConfigKey::file(SECTION, "safe-mode", Boolean, "").doc("Writes inserts as REPLACE, for MySQL sinks."),
    ConfigKey::file(SECTION, "mysql-config", Section, "").doc("Settings of MySQL sinks."),
    ConfigKey::file(SECTION, "cloud-storage-config", Section, "").doc("Settings of storage sinks."),
    ConfigKey::file(SECTION, "pulsar-config", Section, "").doc("Settings of Pulsar sinks."),
    ConfigKey::file(SECTION, "enable-kafka-sink-v2", Boolean, "")
        .deprecated("It does nothing any more: remove it.")
        .doc("Chose an experimental producer of earlier releases."),
];
