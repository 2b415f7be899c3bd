//! The routing table that the page and the `route` command show.

use super::router::Router;
use crate::Finding;
use crate::avro::{key_subject, value_subject};
use crate::config::{Pipeline, Target};
use crate::schema::{Ineligible, TableModel};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// What happens to one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoutePreview {
    pub schema: String,
    pub table: String,
    /// Whether the filter lets it in. The other fields are given for tables left out too: what would be.
    pub matched: bool,
    /// Whether it can be replicated as Avro.
    pub eligible: bool,
    /// Why it is not eligible; empty when it is.
    pub reason: String,
    /// Index of the dispatcher that decides; `None` is the implicit last one, with the default topic.
    pub dispatcher: Option<usize>,
    /// Empty while the document has no default topic.
    pub topic: String,
    /// `table`, `ts`, `index-value` or `columns`.
    pub partition_rule: String,
    /// Columns whose values choose the partition.
    pub partition_columns: Vec<String>,
    /// Columns of the handle key, in table order.
    pub key_columns: Vec<String>,
    pub key_subject: String,
    pub value_subject: String,
    /// Only for tables that the filter lets in.
    pub findings: Vec<Finding>,
}

/// Routes every table. A document that does not compile gives no rows: its findings come from
/// [`validate`](crate::config::validate). Fit for a keystroke: everything is compiled once, then a few allocations a table.
#[must_use]
pub fn preview(pipeline: &Pipeline, tables: &[TableModel]) -> Vec<RoutePreview> {
    let Ok(router) = Router::new(pipeline) else { return Vec::new() };
    let path = |i: usize| format!("changefeed.config.sink.dispatchers[{i}]");
    let mut rows: Vec<RoutePreview> = tables
        .iter()
        .map(|table| {
            let dispatcher = router.choose(table);
            let matched = router.wants(&table.schema, &table.name);
            let problem = table.ineligible();
            let mut findings = Vec::new();
            let (topic, partition_columns) = match router.rule(dispatcher).plan(table) {
                Ok(plan) => (router.topic(dispatcher, table), plan.columns().map(|c| table.columns[c].name.clone()).collect()),
                Err(finding) => {
                    findings.push(finding.below(&dispatcher.map_or_else(String::new, path)));
                    (router.topic(dispatcher, table), Vec::new())
                }
            };
            if let Some(problem) = &problem {
                findings.push(ineligible_finding(pipeline, table, problem));
            }
            if !matched {
                findings.clear();
            }
            let subject = |name: fn(&str) -> String| if topic.is_empty() { String::new() } else { name(&topic) };
            RoutePreview {
                schema: table.schema.clone(),
                table: table.name.clone(),
                matched,
                eligible: problem.is_none(),
                reason: problem.as_ref().map_or_else(String::new, reason),
                dispatcher,
                partition_rule: router.rule(dispatcher).name().to_owned(),
                partition_columns,
                key_columns: table
                    .handle_key()
                    .map_or_else(Vec::new, |key| key.columns.iter().map(|&c| table.columns[c].name.clone()).collect()),
                key_subject: subject(key_subject),
                value_subject: subject(value_subject),
                topic,
                findings,
            }
        })
        .collect();
    report_collisions(&router, &mut rows);
    rows
}

fn reason(problem: &Ineligible) -> String {
    match problem {
        Ineligible::NoKey => "no primary key and no unique index over NOT NULL columns".to_owned(),
        Ineligible::UnsupportedColumn { column, ty } => format!("column `{column}` has the type {ty}, which Avro cannot carry"),
    }
}

/// Our engine skips tables it cannot replicate, so there it is a warning; TiCDC refuses to create such a changefeed.
fn ineligible_finding(pipeline: &Pipeline, table: &TableModel, problem: &Ineligible) -> Finding {
    let ignored = pipeline.changefeed.target == Target::Native || pipeline.changefeed.config.ignore_ineligible_table == Some(true);
    let report = if ignored { Finding::warning } else { Finding::error };
    let (code, message) = match problem {
        Ineligible::NoKey => (
            "table-without-key",
            format!(
                "Table `{}` has no primary key and no unique index over NOT NULL columns: its rows cannot be replicated.",
                table.qualified()
            ),
        ),
        Ineligible::UnsupportedColumn { column, ty } => (
            "table-with-unsupported-type",
            format!("Column `{column}` of table `{}` has the type {ty}, which Avro cannot carry.", table.qualified()),
        ),
    };
    report("changefeed.config.filter.rules", code, message)
        .hint(format!("Leave it out with `{}`.", super::exclusion(&table.schema, &table.name)))
}

/// Two tables in one topic or subject replace each other's schema; TiCDC notices neither.
fn report_collisions(router: &Router, rows: &mut [RoutePreview]) {
    let mut topics: HashMap<&str, Vec<usize>> = HashMap::with_capacity(rows.len());
    let mut subjects: HashMap<&str, Vec<usize>> = HashMap::with_capacity(rows.len());
    for (i, row) in rows.iter().enumerate().filter(|(_, row)| row.matched && row.eligible && !row.topic.is_empty()) {
        topics.entry(&row.topic).or_default().push(i);
        subjects.entry(&row.value_subject).or_default().push(i);
    }
    let several = |map: HashMap<&str, Vec<usize>>| -> Vec<Vec<usize>> { map.into_values().filter(|tables| tables.len() > 1).collect() };
    let (topics, subjects) = (several(topics), several(subjects));
    let mut found = Vec::new();
    for tables in topics {
        for &i in &tables {
            let row = &rows[i];
            let others = names(rows, tables.iter().copied().filter(|&other| other != i));
            let message = format!("Table `{}.{}` shares the topic `{}` with {others}.", row.schema, row.table, row.topic);
            found.push((i, topic_collision(router, row, message)));
        }
    }
    for tables in subjects {
        if tables.iter().all(|&i| rows[i].topic == rows[tables[0]].topic) {
            continue;
        }
        for &i in &tables {
            let row = &rows[i];
            let others = names(rows, tables.iter().copied().filter(|&other| rows[other].topic != row.topic));
            let message = format!(
                "Table `{}.{}` shares the subject `{}` with {others}: dots of a topic become underscores.",
                row.schema, row.table, row.value_subject
            );
            let finding = Finding::warning(topic_path(row), "subject-collision", message);
            found.push((i, finding.hint("Use a topic expression without dots, or rename one of the topics.")));
        }
    }
    for (i, finding) in found {
        rows[i].findings.push(finding);
    }
}

fn topic_collision(router: &Router, row: &RoutePreview, message: String) -> Finding {
    if router.is_per_table(row.dispatcher) {
        Finding::warning(topic_path(row), "topic-collision", message).hint(
            "Put a separator that the names do not hold between `{schema}` and `{table}`, or give one of them a dispatcher of its own.",
        )
    } else {
        Finding::error(topic_path(row), "topic-shared", message).hint("Avro needs one topic per table: use `tidb_{schema}_{table}`.")
    }
}

fn topic_path(row: &RoutePreview) -> String {
    row.dispatcher.map_or_else(|| "kafka.topic".to_owned(), |i| format!("changefeed.config.sink.dispatchers[{i}].topic"))
}

/// The first few tables, by name.
fn names(rows: &[RoutePreview], mut tables: impl Iterator<Item = usize>) -> String {
    const SHOWN: usize = 3;
    let names: Vec<String> = tables.by_ref().take(SHOWN).map(|i| format!("`{}.{}`", rows[i].schema, rows[i].table)).collect();
    if tables.next().is_none() { names.join(", ") } else { format!("{} and more", names.join(", ")) }
}
