//! Which topic and partition a row goes to, and which of its columns.

use super::super::key::{ConfigKey, ValueType};
use super::super::release::Version;
use super::super::words;
use ValueType::{Text, Texts, Word};

const DISPATCHER: &str = "sink.dispatchers[]";
const SELECTOR: &str = "sink.column-selectors[]";

pub(super) static KEYS: &[ConfigKey] = &[
    ConfigKey::file(DISPATCHER, "matcher", Texts, "")
        .also("tables topics")
        .doc("Filter rules for the tables of this entry; the first entry that matches decides both topic and partition."),
    ConfigKey::file(DISPATCHER, "topic", Text, "default topic")
        .since(&[Version::new(6, 1, 0)])
        .also("topic name topic expression topics")
        .doc("Topic expression such as `tidb_{schema}_{table}`; Avro needs both parts, and a dot in it becomes `_` in the subject."),
    ConfigKey::file(DISPATCHER, "partition", Word(words::PARTITIONS), "default")
        .since(&[Version::new(6, 1, 0)])
        .also("partitioner message key ordering")
        .doc("Rule for the partition: `index-value` keeps a row's changes in order; a word that is not known counts as `table` without a message."),
    ConfigKey::file(DISPATCHER, "dispatcher", Word(words::PARTITIONS), "")
        .deprecated("Rename it to `partition`.")
        .doc("Old name of `partition`; both together are refused, and the Open API does not take it."),
    ConfigKey::file(DISPATCHER, "index", Text, "")
        .since_about(Version::new(7, 5, 0))
        .doc("With `index-value`: the unique index whose columns choose the partition, instead of the handle key."),
    ConfigKey::file(DISPATCHER, "columns", Texts, "")
        .since_about(Version::new(7, 5, 0))
        .doc("With `columns`: whose values choose the partition; an update of one of them moves the row to another partition."),
    ConfigKey::file(DISPATCHER, "target-schema", Text, "")
        .unreleased()
        .also("rename schema route")
        .doc("Template with `{schema}` and `{table}` that renames the schema in messages; topics follow the source's name still."),
    ConfigKey::file(DISPATCHER, "target-table", Text, "")
        .unreleased()
        .also("rename table route table.name.format")
        .doc("Template with `{schema}` and `{table}` that renames the table in messages; topics follow the source's name still."),
    ConfigKey::file(SELECTOR, "matcher", Texts, "")
        .since(&[Version::new(7, 5, 0)])
        .also("column.include.list")
        .doc("Filter rules for the tables of this entry; the first entry that matches decides, other tables keep all columns."),
    ConfigKey::file(SELECTOR, "columns", Texts, "")
        .since(&[Version::new(7, 5, 0)])
        .also("fields.whitelist column.exclude.list mask PII")
        .doc("Column patterns, the last match wins and `!` leaves out; a key of the table must be left, and every column a dispatcher names."),
];
