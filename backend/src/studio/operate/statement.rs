//! The streams and tables of a ksqlDB entry.

use super::{Place, blank};
use crate::clients::ksqldb::{Client, CommandState, Described, Executed};
use shared::{
    Finding,
    api::{PartKind, PartState, PartStatus},
    config::Pipeline,
    ksql::{self, Object, StatementKind},
    operate,
};

pub(super) async fn status(open: &Pipeline, index: usize, place: &Place) -> Result<PartStatus, Box<Finding>> {
    let found = described(open, index).await?;
    let mut states = Vec::with_capacity(found.len());
    let mut words = Vec::new();
    let mut findings = Vec::new();
    for (name, described) in &found {
        let Some(described) = described else {
            states.push(PartState::Absent);
            if found.len() > 1 {
                let message = format!("`{name}` of this entry is not there.");
                findings
                    .push(Finding::warning(path(index), "ksql-object-absent", message).hint("Launch again: only what is missing is made."));
            }
            continue;
        };
        // without a query of its own it is done when it is there
        let queries: Vec<PartState> = described.write_queries.iter().map(|query| operate::query_state(&query.state)).collect();
        states.push(if queries.is_empty() { PartState::Finished } else { operate::together(&queries) });
        words.extend(described.write_queries.iter().map(|query| query.state.clone()).filter(|word| !word.is_empty()));
        let failed = described.write_queries.iter().filter(|query| operate::query_state(&query.state) == PartState::Failed);
        findings.extend(failed.map(|query| {
            let message = format!("The query `{}` that fills `{name}` is in the state `{}`.", query.id, query.state);
            Finding::error(path(index), "ksql-query-failed", message).hint("`EXPLAIN` of the query, or the ksqlDB server's log, says why.")
        }));
    }
    let state = operate::together(&states);
    words.dedup();
    let has_queries = found.iter().any(|(_, described)| described.as_ref().is_some_and(|described| !described.write_queries.is_empty()));
    let mut actions = operate::actions(PartKind::KsqlStatement, state, false, false);
    actions.retain(|action| has_queries || *action == shared::api::PartAction::Remove);
    Ok(PartStatus { findings, actions, ..blank(place, state, &words.join(", ")) })
}

fn path(index: usize) -> String {
    format!("ksqldb[{index}]")
}

pub(super) fn client(open: &Pipeline) -> Result<Client, Box<Finding>> {
    Client::of_pipeline(open)
}

/// Streams and tables that an entry makes, by stored name.
pub(super) fn made(open: &Pipeline, index: usize) -> Result<Vec<(String, Object)>, Box<Finding>> {
    let Some(entry) = open.ksqldb.get(index) else { return Ok(Vec::new()) };
    let sql = match entry.sql.trim() {
        "" => ksql::generate(open, entry, None).map_err(|finding| Box::new(finding.below(&path(index))))?,
        _ => entry.sql.clone(),
    };
    let statements = ksql::parse(&sql).map_err(|error| {
        let hint = "Correct it: without the names in it nothing can be asked.";
        Box::new(
            Finding::error(format!("{}.sql", path(index)), "ksql-unreadable", format!("The statement cannot be read: {error}.")).hint(hint),
        )
    })?;
    let creates = statements.into_iter().filter_map(|statement| match statement.kind {
        StatementKind::Create(create) => Some((create.name.stored(), create.object)),
        StatementKind::Other(_) => None,
    });
    let made: Vec<_> = creates.collect();
    if made.is_empty() {
        let message = "The entry makes neither a stream nor a table: whether its statements were run cannot be seen.";
        return Err(Box::new(Finding::info(format!("{}.sql", path(index)), "ksql-nothing-to-see", message)));
    }
    Ok(made)
}

/// What the server says of each; `None`: it is not there.
pub(super) async fn described(open: &Pipeline, index: usize) -> Result<Vec<(String, Option<Described>)>, Box<Finding>> {
    let client = client(open)?;
    let mut found = Vec::new();
    for (name, _) in made(open, index)? {
        let described = client.describe(&name).await.map_err(|error| Box::new(error.finding()))?;
        found.push((name, described));
    }
    Ok(found)
}

/// The first command that ksqlDB accepted and then failed at, as a finding.
pub(super) fn failed(path: &str, executed: &[Executed]) -> Option<Finding> {
    let failed = executed.iter().find(|one| one.status == CommandState::Error)?;
    Some(super::explained(path, "ksql-command-failed", "ksqlDB accepted the statement and then failed at it", &failed.message))
}
