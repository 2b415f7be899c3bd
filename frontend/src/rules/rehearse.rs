//! A change of a table, tried out before anybody runs it.

use shared::{
    Finding,
    avro::compatibility::Level,
    config::Pipeline,
    downstream::{self, Rehearsal, SchemaChange},
    schema::TableModel,
};

/// What the registry may hold subjects to, by its own names.
pub const LEVELS: [(Level, &str); 7] = Level::ALL;

/// What DDL on the table would do to registry and sinks.
///
/// # Errors
/// Why it cannot be followed.
pub fn rehearse(document: &Pipeline, table: &TableModel, ddl: &str, level: Level) -> Result<Rehearsal, Vec<Finding>> {
    downstream::rehearse(document, table, ddl, level)
}

/// Whether the records are other ones afterwards.
pub fn changes_records(rehearsal: &Rehearsal) -> bool {
    let is_new = |change: &SchemaChange| change.before.as_ref() != Some(&change.after);
    [&rehearsal.key, &rehearsal.value].into_iter().flatten().any(is_new)
}

/// Whether a remedy is SQL to be run, and not a sentence.
pub fn is_statement(remedy: &str) -> bool {
    remedy.trim_end().ends_with(';')
}

/// Statements to begin with, for this table: what they do, and the text.
pub fn ddl_examples(table: &TableModel) -> Vec<(&'static str, String)> {
    downstream::ddl_examples(table)
}
