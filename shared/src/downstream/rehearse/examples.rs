//! Statements to begin with.

use crate::sample;
use crate::schema::{ColumnType, IntegerWidth, TableModel};

/// Changes that teach something, written for this table: what each does, and the statement, ended by `;`. Those that need
/// a column which the table does not have are left out.
#[must_use]
pub fn ddl_examples(table: &TableModel) -> Vec<(&'static str, String)> {
    let alter = |change: String| format!("ALTER TABLE {} {change};", quoted(&table.name));
    let note = quoted(&free_name(table, "note"));
    let mut examples = vec![
        ("Add a column", alter(format!("ADD COLUMN {note} VARCHAR(64)"))),
        ("Add one that is NOT NULL", alter(format!("ADD COLUMN {note} VARCHAR(64) NOT NULL"))),
    ];
    if let Some(column) = sample::changed_column(table).and_then(|at| table.columns.get(at)) {
        let name = quoted(&column.name);
        let other = quoted(&free_name(table, &format!("{}_2", column.name)));
        examples.push(("Drop a column", alter(format!("DROP COLUMN {name}"))));
        examples.push(("Rename a column", alter(format!("RENAME COLUMN {name} TO {other}"))));
    }
    let is_narrow = |ty: &ColumnType| matches!(ty, ColumnType::Integer { width, unsigned: false } if *width != IntegerWidth::Big);
    let key = table.handle_key().map(|key| key.columns).unwrap_or_default();
    let mut columns = table.columns.iter().enumerate();
    if let Some((_, column)) = columns.find(|(at, column)| is_narrow(&column.ty) && column.generated.is_none() && !key.contains(at)) {
        let null = if column.nullable { "" } else { " NOT NULL" };
        examples.push(("Widen a column", alter(format!("MODIFY COLUMN {} BIGINT{null}", quoted(&column.name)))));
    }
    examples.push(("Rename the table", alter(format!("RENAME TO {}", quoted(&format!("{}_2", table.name))))));
    examples
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// The name, with as many `_` at its end as it takes to be a new one.
fn free_name(table: &TableModel, name: &str) -> String {
    let mut name = name.to_owned();
    while table.columns.iter().any(|column| column.name.eq_ignore_ascii_case(&name)) {
        name.push('_');
    }
    name
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::avro::compatibility::Level;
    use crate::downstream::testing::{pipeline, table};
    use crate::downstream::{Mark, rehearse};

    #[test]
    fn every_example_can_be_followed_and_changes_something() {
        for (ddl, count) in [
            ("CREATE TABLE t (id INT PRIMARY KEY, note VARCHAR(9), n SMALLINT NOT NULL)", 6),
            ("CREATE TABLE `odd ``name` (id INT PRIMARY KEY, `a b` TEXT, NOTE INT AS (id) STORED)", 5),
            ("CREATE TABLE t (a INT, b INT, PRIMARY KEY (a, b))", 3),
        ] {
            let table = table(ddl);
            let examples = ddl_examples(&table);
            assert_eq!(examples.len(), count, "{examples:?}");
            for (title, sql) in examples {
                let found = rehearse(&pipeline(), &table, &sql, Level::None).unwrap();
                let marks = found.value.unwrap().fields();
                assert!(marks.iter().any(|field| field.mark() != Mark::Same), "{title}: {sql}");
            }
        }
    }
}
