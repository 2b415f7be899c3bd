//! Which tables and which of their changes are replicated.

use super::super::key::{ConfigKey, ValueType};
use super::super::release::Version;
use super::super::words;
use ValueType::{Integers, Text, Texts, Words};

const FILTER: &str = "filter";
const EVENT: &str = "filter.event-filters[]";
const EVENT_SINCE: &[Version] = &[Version::new(6, 2, 0)];

pub(super) static KEYS: &[ConfigKey] = &[
    ConfigKey::file(FILTER, "rules", Texts, "[\"*.*\"]")
        .also("table.include.list table.exclude.list tables")
        .doc("Tables to replicate, `schema.table` with wildcards, `!` leaves out; tried from the last rule to the first."),
    ConfigKey::file(FILTER, "ignore-txn-start-ts", Integers, "[]").doc("Start-ts of transactions to leave out whole."),
    ConfigKey::file(EVENT, "matcher", Texts, "").since(EVENT_SINCE).doc("Filter rules for the tables of this entry."),
    ConfigKey::file(EVENT, "ignore-event", Words(words::IGNORE_EVENTS), "")
        .since(EVENT_SINCE)
        .also("skipped.operations deletes")
        .doc("Kinds of change to leave out, lower case; leaving out deletes makes every sink drift from its source."),
    ConfigKey::file(EVENT, "ignore-sql", Texts, "")
        .since(EVENT_SINCE)
        .doc("Regular expressions on the text of schema changes to leave out; later rows may then not fit the sink's table."),
    ConfigKey::file(EVENT, "ignore-insert-value-expr", Text, "")
        .since(EVENT_SINCE)
        .doc("SQL condition on the row: inserts that meet it are left out."),
    ConfigKey::file(EVENT, "ignore-update-new-value-expr", Text, "")
        .since(EVENT_SINCE)
        .doc("SQL condition on the new row: updates that meet it are left out, and the sink keeps the old row."),
    ConfigKey::file(EVENT, "ignore-update-old-value-expr", Text, "")
        .since(EVENT_SINCE)
        .doc("SQL condition on the old row: updates that meet it are left out."),
    ConfigKey::file(EVENT, "ignore-delete-value-expr", Text, "")
        .since(EVENT_SINCE)
        .doc("SQL condition on the row: deletes that meet it are left out, and the sink keeps the row."),
    ConfigKey::file(EVENT, "ignore-update-only-columns", Texts, "")
        .unreleased()
        .doc("Updates that change nothing but these columns are left out; key columns do not count."),
];
