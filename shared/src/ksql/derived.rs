//! Further statements that a generated one makes possible. Nobody has to take them.

use super::generate::{Object, declare, generate, wanted};
use super::words::quote;
use crate::Finding;
use crate::avro::names::sanitize;
use crate::config::{KsqlStatement, Pipeline};
use crate::schema::{ColumnType, TableModel};

/// A statement on top of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Derived {
    /// What it is for, as a sentence.
    pub title: &'static str,
    /// Ended by `;`.
    pub sql: String,
}

/// Statements on top of [`generate`]'s with the same table, where they make sense: dates and times as such, and the rows
/// of a stream as they are now. Each makes a topic of its own, named as its stream or table.
///
/// # Errors
/// As [`generate`].
pub fn derived(pipeline: &Pipeline, statement: &KsqlStatement, table: &TableModel) -> Result<Vec<Derived>, Finding> {
    generate(pipeline, statement, Some(table))?;
    let wanted = wanted(statement)?;
    let declared = declare(pipeline, wanted.object, table)?;
    let names: Vec<&str> = declared.key.iter().chain(&declared.value).map(|(name, _)| name.as_str()).collect();
    let mut found = Vec::new();
    found.extend(typed(wanted.object, wanted.name, table, &names));
    if wanted.object == Object::Stream {
        found.extend(latest(wanted.name, table, &names));
    }
    Ok(found)
}

/// The same rows with dates and times of ksqlDB's types; `None` when the table has none. TIME stays text: it may be
/// negative, or longer than a day.
fn typed(object: Object, name: &str, table: &TableModel, columns: &[&str]) -> Option<Derived> {
    let mut any = false;
    let items: Vec<String> = columns
        .iter()
        .map(|column| {
            let quoted = quote(column);
            let ty = table.columns.iter().find(|own| sanitize(&own.name).eq_ignore_ascii_case(column)).map(|own| &own.ty);
            match ty {
                Some(ColumnType::Date) => {
                    any = true;
                    format!("PARSE_DATE({quoted}, 'yyyy-MM-dd') AS {quoted}")
                }
                Some(ColumnType::DateTime { fsp } | ColumnType::Timestamp { fsp }) => {
                    any = true;
                    let fraction = if *fsp == 0 { String::new() } else { format!(".{}", "S".repeat(usize::from(*fsp))) };
                    format!("PARSE_TIMESTAMP({quoted}, 'yyyy-MM-dd HH:mm:ss{fraction}', 'UTC') AS {quoted}")
                }
                _ => quoted,
            }
        })
        .collect();
    any.then(|| Derived {
        title: "Dates and times as such, read as UTC.",
        sql: format!(
            "CREATE {} IF NOT EXISTS {} AS\n  SELECT {}\n  FROM {} EMIT CHANGES;",
            object.keyword(),
            quote(&format!("{name}_typed")),
            items.join(",\n    "),
            quote(name)
        ),
    })
}

/// The newest values of each key; `None` without a key, or without a column beside it.
fn latest(name: &str, table: &TableModel, columns: &[&str]) -> Option<Derived> {
    let key: Vec<String> = table.handle_key()?.columns.into_iter().map(|at| sanitize(&table.columns[at].name)).collect();
    let is_key = |column: &str| key.iter().any(|own| own.eq_ignore_ascii_case(column));
    let keys: Vec<String> = columns.iter().filter(|column| is_key(column)).map(|column| quote(column)).collect();
    let mut items = keys.clone();
    items.extend(columns.iter().filter(|column| !is_key(column)).map(|column| {
        let quoted = quote(column);
        // `false`: a NULL counts as a value too.
        format!("LATEST_BY_OFFSET({quoted}, false) AS {quoted}")
    }));
    (items.len() > keys.len()).then(|| Derived {
        title: "The rows as they are now, made from the stream. Rows that were deleted stay: a table over the topic loses them.",
        sql: format!(
            "CREATE TABLE IF NOT EXISTS {} WITH (KEY_FORMAT='AVRO') AS\n  SELECT {}\n  FROM {}\n  GROUP BY {} EMIT CHANGES;",
            quote(&format!("{name}_latest")),
            items.join(",\n    "),
            quote(name),
            keys.join(", ")
        ),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ksql::{StatementKind, parse};
    use crate::schema::ddl::parse_create_table;

    fn statements(kind: &str, ddl: &str) -> Vec<String> {
        let entry =
            KsqlStatement { name: "orders".to_owned(), statement: kind.to_owned(), topic: "t".to_owned(), ..KsqlStatement::default() };
        let table = parse_create_table(ddl, "s").unwrap();
        let found = derived(&Pipeline::named("p"), &entry, &table).unwrap();
        for statement in &found {
            let read = parse(&statement.sql).unwrap();
            assert!(matches!(&read[0].kind, StatementKind::Create(create) if create.has_query), "{}", statement.sql);
        }
        found.into_iter().map(|derived| derived.sql).collect()
    }

    const ORDERS: &str = "CREATE TABLE orders (id int PRIMARY KEY, d date, e datetime, f timestamp(3), g time)";

    #[test]
    fn a_stream_has_typed_times_and_its_latest_rows() {
        assert_eq!(
            statements("stream", ORDERS),
            [
                "CREATE STREAM IF NOT EXISTS `orders_typed` AS\n  SELECT `id`,\n    PARSE_DATE(`d`, 'yyyy-MM-dd') AS `d`,\n    \
                 PARSE_TIMESTAMP(`e`, 'yyyy-MM-dd HH:mm:ss', 'UTC') AS `e`,\n    \
                 PARSE_TIMESTAMP(`f`, 'yyyy-MM-dd HH:mm:ss.SSS', 'UTC') AS `f`,\n    `g`\n  FROM `orders` EMIT CHANGES;",
                "CREATE TABLE IF NOT EXISTS `orders_latest` WITH (KEY_FORMAT='AVRO') AS\n  SELECT `id`,\n    \
                 LATEST_BY_OFFSET(`d`, false) AS `d`,\n    LATEST_BY_OFFSET(`e`, false) AS `e`,\n    \
                 LATEST_BY_OFFSET(`f`, false) AS `f`,\n    LATEST_BY_OFFSET(`g`, false) AS `g`\n  FROM `orders`\n  \
                 GROUP BY `id` EMIT CHANGES;",
            ]
        );
    }

    #[test]
    fn a_table_keeps_its_key_and_has_no_need_of_latest_rows() {
        let found = statements("table", ORDERS);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("CREATE TABLE IF NOT EXISTS `orders_typed` AS\n  SELECT `pk`,\n    `id`,"), "{}", found[0]);
    }

    #[test]
    fn nothing_is_offered_where_it_would_do_nothing() {
        assert!(statements("stream", "CREATE TABLE t (a int, b int, PRIMARY KEY (a, b))").is_empty());
        assert!(statements("stream", "CREATE TABLE t (a int)").is_empty());
    }
}
