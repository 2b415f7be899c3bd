//! Statements for ksqlDB.

use shared::{
    config::{self, Pipeline},
    ksql,
    schema::TableModel,
};

pub fn add_statement(document: &mut Pipeline, topic: String) {
    // tidb_tpcc_orders: the table's name is what people call the stream
    let name = topic.rsplit(['_', '.']).next().unwrap_or_default().to_owned();
    document.ksqldb.push(config::KsqlStatement { name, statement: "stream".to_owned(), topic, ..config::KsqlStatement::default() });
}

/// A statement as it will be run, written by the user or generated; empty when it cannot be yet.
pub fn statement_text(document: &Pipeline, at: usize, tables: &[TableModel]) -> String {
    let Some(statement) = document.ksqldb.get(at) else { return String::new() };
    let table = ksql::table_of(document, &statement.topic, tables);
    ksql::generate(document, statement, table).unwrap_or_default()
}
