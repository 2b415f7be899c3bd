//! Row changes as SQL.

use super::connection::is_conflict;
use crate::engine::source::tpcc::{Changes, Table, models};
use mysql_async::{Conn, Error, prelude::Queryable};
use shared::{
    row::{Datum, Row},
    schema::TableModel,
};
use std::sync::Arc;

/// Rows of one INSERT at most: well below the smallest usual `max_allowed_packet`, 4 MiB.
const MOST_ROWS: usize = 500;

/// A statement, and how many rows it has to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub sql: String,
    pub rows: u64,
}

/// Collects the changes of a transaction: updates and deletes by key one by one, inserts of a table together.
pub(super) struct Statements {
    models: Vec<Arc<TableModel>>,
    changes: Vec<Statement>,
    inserts: Vec<(Table, Statement)>,
    rows: u64,
}

impl Statements {
    pub fn new() -> Self {
        Self { models: models(), changes: Vec::new(), inserts: Vec::new(), rows: 0 }
    }

    /// Row changes since the last `take`.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The statements in order, and an empty collection again.
    pub fn take(&mut self) -> Vec<Statement> {
        self.rows = 0;
        let mut all = std::mem::take(&mut self.changes);
        all.extend(self.inserts.drain(..).map(|(_, statement)| statement));
        all
    }

    fn insert(&mut self, table: Table, row: &Row) {
        let open = self.inserts.iter_mut().rfind(|(of, statement)| *of == table && statement.rows < MOST_ROWS as u64);
        let statement = match open {
            Some((_, statement)) => {
                statement.sql.push(',');
                statement
            }
            None => {
                self.inserts.push((table, Statement { sql: format!("INSERT INTO {} VALUES ", table.name()), rows: 0 }));
                &mut self.inserts.last_mut().expect("one was just pushed").1
            }
        };
        statement.rows += 1;
        for (at, value) in row.iter().enumerate() {
            statement.sql.push(if at == 0 { '(' } else { ',' });
            push_literal(&mut statement.sql, value);
        }
        statement.sql.push(')');
    }
}

impl Changes for Statements {
    fn wants(&self, _: Table) -> bool {
        true
    }

    fn change(&mut self, table: Table, before: Option<Row>, after: Option<Row>) {
        self.rows += 1;
        let model = &self.models[table as usize];
        let sql = match (before, after) {
            (Some(before), Some(after)) => {
                let mut sql = format!("UPDATE {} SET ", table.name());
                let changed = (0..model.columns.len()).filter(|at| before.get(*at) != after.get(*at));
                push_assignments(&mut sql, model, &after, changed, ", ");
                push_key(&mut sql, model, &before);
                sql
            }
            (Some(before), None) => {
                let mut sql = format!("DELETE FROM {}", table.name());
                push_key(&mut sql, model, &before);
                sql
            }
            (None, Some(after)) => return self.insert(table, &after),
            (None, None) => return,
        };
        self.changes.push(Statement { sql, rows: 1 });
    }
}

fn push_key(sql: &mut String, model: &TableModel, row: &Row) {
    sql.push_str(" WHERE ");
    let key = model.primary_key().map(|key| key.columns.as_slice()).unwrap_or_default();
    push_assignments(sql, model, row, key.iter().copied(), " AND ");
}

fn push_assignments(sql: &mut String, model: &TableModel, row: &Row, columns: impl Iterator<Item = usize>, between: &str) {
    for (count, at) in columns.enumerate() {
        if count > 0 {
            sql.push_str(between);
        }
        sql.push_str(&model.columns[at].name);
        sql.push_str(" = ");
        push_literal(sql, row.get(at).unwrap_or(Datum::Null));
    }
}

fn push_literal(sql: &mut String, value: Datum<'_>) {
    use std::fmt::Write;
    let written = match value {
        Datum::Null => write!(sql, "NULL"),
        Datum::Int(value) => write!(sql, "{value}"),
        Datum::UInt(value) => write!(sql, "{value}"),
        Datum::Float(value) => write!(sql, "{value}"),
        Datum::Double(value) => write!(sql, "{value}"),
        Datum::Bytes(bytes) => {
            sql.push('\'');
            for symbol in String::from_utf8_lossy(bytes).chars() {
                if matches!(symbol, '\'' | '\\') {
                    sql.push(symbol);
                }
                sql.push(symbol);
            }
            write!(sql, "'")
        }
    };
    written.expect("writing to a String does not fail");
}

/// Why a transaction was not applied.
#[derive(Debug, thiserror::Error)]
pub(super) enum NotApplied {
    #[error(
        "`{verb}` changed {changed} rows of `{table}` instead of {expected}: the tables were changed by someone else, or another workload runs on them"
    )]
    Diverged { verb: String, table: String, changed: u64, expected: u64 },
    #[error("the server refused")]
    Server(#[from] Error),
}

/// How often a conflicting transaction is tried again.
const MOST_TRIES: u32 = 20;

/// Applies statements as one transaction, again from its beginning after a deadlock. Says how often that was.
pub(super) async fn apply(conn: &mut Conn, statements: &[Statement]) -> Result<u32, NotApplied> {
    for tried in 0.. {
        match apply_once(conn, statements).await {
            Err(NotApplied::Server(error)) if is_conflict(&error) && tried < MOST_TRIES => {
                conn.query_drop("ROLLBACK").await?;
            }
            Err(error) => {
                // The connection may be gone, and the transaction with it.
                let _ = conn.query_drop("ROLLBACK").await;
                return Err(error);
            }
            Ok(()) => return Ok(tried),
        }
    }
    unreachable!("the tries end before the numbers do")
}

async fn apply_once(conn: &mut Conn, statements: &[Statement]) -> Result<(), NotApplied> {
    conn.query_drop("START TRANSACTION").await?;
    for statement in statements {
        conn.query_drop(&statement.sql).await?;
        let (changed, expected) = (conn.affected_rows(), statement.rows);
        if changed != expected {
            let mut words = statement.sql.split(' ').filter(|word| !matches!(*word, "INTO" | "FROM"));
            let mut word = || words.next().unwrap_or_default().to_owned();
            return Err(NotApplied::Diverged { verb: word(), table: word(), changed, expected });
        }
    }
    Ok(conn.query_drop("COMMIT").await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(values: &[Datum<'_>]) -> Row {
        let mut row = Row::default();
        values.iter().for_each(|value| row.push(*value));
        row
    }

    #[test]
    fn changes_become_statements_by_key_and_inserts_are_gathered() {
        let mut statements = Statements::new();
        let new_order = |o| row(&[Datum::Int(o), Datum::Int(2), Datum::Int(1)]);
        let item =
            |price: &'static [u8]| row(&[Datum::Int(7), Datum::Null, Datum::Bytes(b"a'b\\c"), Datum::Bytes(price), Datum::Bytes(b"d")]);
        statements.change(Table::NewOrder, None, Some(new_order(5)));
        statements.change(Table::Item, Some(item(b"1.00")), Some(item(b"2.50")));
        statements.change(Table::NewOrder, None, Some(new_order(6)));
        statements.change(Table::NewOrder, Some(new_order(4)), None);
        statements.change(Table::Item, None, Some(item(b"1.00")));
        assert_eq!(statements.rows(), 5);
        let sql: Vec<(String, u64)> = statements.take().into_iter().map(|s| (s.sql, s.rows)).collect();
        let expect = [
            ("UPDATE item SET i_price = '2.50' WHERE i_id = 7", 1),
            ("DELETE FROM new_order WHERE no_w_id = 1 AND no_d_id = 2 AND no_o_id = 4", 1),
            ("INSERT INTO new_order VALUES (5,2,1),(6,2,1)", 2),
            (r"INSERT INTO item VALUES (7,NULL,'a''b\\c','1.00','d')", 1),
        ];
        assert_eq!(sql, expect.map(|(sql, rows)| (sql.to_owned(), rows)));
        assert_eq!((statements.rows(), statements.take().len()), (0, 0));
    }
}
