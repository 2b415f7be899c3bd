//! Words that options take, where several places need the list or a word is younger than its option.

use super::protocol::Protocol;
use super::release::{Since, Version};

/// Spellings of `protocol`.
pub(super) const PROTOCOLS: &[&str] = &[
    "avro",
    "flat-avro",
    "debezium-avro",
    "open-protocol",
    "default",
    "canal",
    "canal-json",
    "maxwell",
    "craft",
    "csv",
    "debezium",
    "simple",
];

/// Ways to choose a partition.
pub(super) const PARTITIONS: &[&str] = &["default", "table", "ts", "index-value", "rowid", "columns"];

/// Words of `ignore-event`, which are compared exactly. `add foreign key`, `drop foreign key`, `add fulltext index` and
/// `create hybrid index` are not among them: TiCDC lists them, and fails to make a filter of them.
/// Source: `pingcap/ticdc` pkg/filter, pkg/binlog-filter, asked by `tests/oracle`.
pub const IGNORE_EVENTS: &[&str] = &[
    "all dml",
    "all ddl",
    "insert",
    "update",
    "delete",
    "alter table",
    "create schema",
    "drop schema",
    "create database",
    "drop database",
    "modify schema charset and collate",
    "create table",
    "drop table",
    "truncate table",
    "rename table",
    "recover table",
    "modify table comment",
    "modify table charset and collate",
    "create view",
    "drop view",
    "add table partition",
    "drop table partition",
    "truncate table partition",
    "exchange table partition",
    "reorganize table partition",
    "alter table partitioning",
    "remove table partitioning",
    "add column",
    "drop column",
    "modify column",
    "set default value",
    "rebase auto id",
    "add primary key",
    "drop primary key",
    "create index",
    "drop index",
    "rename index",
    "alter index visibility",
    "alter ttl info",
    "alter ttl remove",
    "multi schema change",
];

const CSV: Since = Since::Releases(&[Version::new(6, 5, 0)]);
const SIMPLE: Since = Since::Releases(&[Version::new(8, 0, 0)]);
const HANDLE_KEY_ONLY: Since = Since::Releases(&[Version::new(7, 1, 2), Version::new(7, 3, 0)]);

/// When a word came to an option that was there before; [`Since::Always`] for all others. `protocol` words may be in any case.
#[must_use]
pub fn word_since(option: &str, word: &str) -> Since {
    match (option, word) {
        ("protocol", word) => match Protocol::parse(word) {
            Some(Protocol::Csv) => CSV,
            Some(Protocol::Simple) => SIMPLE,
            Some(Protocol::DebeziumAvro) => Since::Unreleased,
            _ => Since::Always,
        },
        ("partition", "columns") => Since::About(Version::new(7, 5, 0)),
        ("large-message-handle-option", "handle-key-only") => HANDLE_KEY_ONLY,
        ("large-message-handle-option", "claim-check") => Since::About(Version::new(7, 4, 0)),
        _ => Since::Always,
    }
}
