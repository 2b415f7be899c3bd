//! Statements for ksqlDB, and what they show.

use super::follow;
use shared::{
    config::{KsqlStatement, Pipeline},
    ksql::{self, Derived, Object, RowView, StatementKind},
    row::Op,
    schema::TableModel,
};

pub fn add_statement(document: &mut Pipeline, topic: String) {
    // tidb_tpcc_orders: the table's name is what people call the stream
    let name = topic.rsplit(['_', '.']).next().unwrap_or_default().to_owned();
    document.ksqldb.push(KsqlStatement { name, statement: "stream".to_owned(), topic, ..KsqlStatement::default() });
}

/// A statement as it will be run, written by the user or generated; empty when it cannot be yet.
pub fn statement_text(document: &Pipeline, at: usize, tables: &[TableModel]) -> String {
    let Some(statement) = document.ksqldb.get(at) else { return String::new() };
    let table = ksql::table_of(document, &statement.topic, tables);
    ksql::generate(document, statement, table).unwrap_or_default()
}

/// Statements on top of a generated one that are not in the document yet; none until the topic's table is known.
pub fn derived_statements(document: &Pipeline, at: usize, tables: &[TableModel]) -> Vec<Derived> {
    let Some(statement) = document.ksqldb.get(at).filter(|statement| statement.sql.is_empty()) else { return Vec::new() };
    let Some(table) = ksql::table_of(document, &statement.topic, tables) else { return Vec::new() };
    let found = ksql::derived(document, statement, table).unwrap_or_default();
    found.into_iter().filter(|derived| document.ksqldb.iter().all(|known| known.sql != derived.sql)).collect()
}

/// Appends a statement as the user's own SQL, under the name of what it makes.
pub fn add_own_statement(document: &mut Pipeline, sql: String) {
    let made = ksql::parse(&sql).ok().and_then(|statements| statements.into_iter().next());
    let name = match made.map(|statement| statement.kind) {
        Some(StatementKind::Create(create)) => create.name.stored(),
        _ => String::new(),
    };
    document.ksqldb.push(KsqlStatement { name, sql, ..KsqlStatement::default() });
}

/// What a generated statement of the document shows of the followed event.
#[derive(Clone, Debug, PartialEq)]
pub struct KsqlStory {
    pub name: String,
    /// `STREAM` or `TABLE`.
    pub keyword: &'static str,
    /// One a record, in their order; or why the statement shows nothing at all.
    pub views: Result<Vec<RowView>, String>,
}

/// The last event of a made-up row's life up to `op`, as the document's generated statements over its topic show it.
///
/// # Errors
/// Why this table's rows go nowhere.
pub fn ksql_stories(document: &Pipeline, table: &TableModel, op: Op) -> Result<Vec<KsqlStory>, String> {
    let records = follow::life(document, table, op)?.pop().unwrap_or_default();
    let story = |statement: &KsqlStatement| {
        let object = match statement.statement.as_str() {
            "stream" => Object::Stream,
            "table" => Object::Table,
            _ => return None,
        };
        let is_read = statement.sql.is_empty() && records.iter().any(|record| record.topic == statement.topic);
        let view = |record| ksql::row_view(document, object, table, record).map_err(|finding| finding.message);
        let views = || records.iter().map(view).collect();
        is_read.then(|| KsqlStory { name: statement.name.clone(), keyword: object.keyword(), views: views() })
    };
    Ok(document.ksqldb.iter().filter_map(story).collect())
}
