//! What a launch makes, in the order in which it is made.

use super::topics::{AwaitedTopic, awaited};
use crate::config::{KsqlStatement, Pipeline, Target};
use crate::ksql;
use crate::schema::TableModel;

/// What a step is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    Changefeed,
    /// A wait for what later steps read.
    Topics(Vec<AwaitedTopic>),
    /// Index into the document's `ksqldb`.
    Statement(usize),
    /// Index into the document's `connectors`.
    Connector(usize),
}

/// The steps' ids with what each is about. Ids are stable as long as names are, and no two are the same.
///
/// The changefeed comes first, because it makes topics and schemas. Statements come before connectors, which may read what
/// they make. A document for export has no changefeed step.
#[must_use]
pub fn parts(pipeline: &Pipeline, tables: &[TableModel]) -> Vec<(String, Part)> {
    let mut found: Vec<(String, Part)> = Vec::new();
    if pipeline.changefeed.target != Target::Export {
        found.push(("changefeed".to_owned(), Part::Changefeed));
        let topics = awaited(pipeline, tables);
        if !topics.is_empty() {
            found.push(("topics".to_owned(), Part::Topics(topics)));
        }
    }
    for (i, entry) in pipeline.ksqldb.iter().enumerate() {
        let id = free(format!("ksqldb:{}", statement_name(entry, i)), &found);
        found.push((id, Part::Statement(i)));
    }
    for (i, connector) in pipeline.connectors.iter().enumerate() {
        let id = free(format!("connector:{}", connector.name), &found);
        found.push((id, Part::Connector(i)));
    }
    found
}

/// What an entry is called: its name, else the first stream or table that it makes, else its place, counted from 1.
pub(super) fn statement_name(entry: &KsqlStatement, index: usize) -> String {
    if !entry.name.trim().is_empty() {
        return entry.name.trim().to_owned();
    }
    let made = ksql::parse(&entry.sql).unwrap_or_default().into_iter().find_map(|statement| match statement.kind {
        ksql::StatementKind::Create(create) => Some(create.name.stored()),
        ksql::StatementKind::Other(_) => None,
    });
    made.unwrap_or_else(|| (index + 1).to_string())
}

fn free(id: String, taken: &[(String, Part)]) -> String {
    let is_free = |id: &String| taken.iter().all(|(other, _)| other != id);
    let mut candidates = std::iter::once(id.clone()).chain((2..).map(|number| format!("{id}-{number}")));
    candidates.find(is_free).unwrap_or(id)
}
