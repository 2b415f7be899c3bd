//! A change of a table, tried out before anybody runs it.

use shared::{
    Finding,
    avro::compatibility::Level,
    config::Pipeline,
    downstream::{self, Rehearsal, SchemaChange},
    sample,
    schema::{ColumnType, IntegerWidth, TableModel},
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
    let alter = |change: String| format!("ALTER TABLE {} {change};", quoted(&table.name));
    let mut examples = vec![
        ("Add a column", alter("ADD COLUMN `note` VARCHAR(64)".to_owned())),
        ("Add one that is NOT NULL", alter("ADD COLUMN `note` VARCHAR(64) NOT NULL".to_owned())),
    ];
    if let Some(column) = sample::changed_column(table).and_then(|at| table.columns.get(at)) {
        let name = quoted(&column.name);
        examples.push(("Drop a column", alter(format!("DROP COLUMN {name}"))));
        examples.push(("Rename a column", alter(format!("RENAME COLUMN {name} TO {}", quoted(&format!("{}_2", column.name))))));
    }
    let narrow = |ty: &ColumnType| matches!(ty, ColumnType::Integer { width, unsigned: false } if *width != IntegerWidth::Big);
    let key = table.handle_key().map(|key| key.columns).unwrap_or_default();
    let widened = table.columns.iter().enumerate().find(|(at, column)| narrow(&column.ty) && !key.contains(at));
    if let Some((_, column)) = widened {
        let null = if column.nullable { "" } else { " NOT NULL" };
        examples.push(("Widen a column", alter(format!("MODIFY COLUMN {} BIGINT{null}", quoted(&column.name)))));
    }
    examples.push(("Rename the table", alter(format!("RENAME TO {}", quoted(&format!("{}_2", table.name))))));
    examples
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
