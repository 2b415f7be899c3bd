//! The routing table that the page and the `route` command show.

use super::router::Router;
use crate::avro::{key_subject, value_subject};
use crate::config::Pipeline;
use crate::schema::{Ineligible, TableModel};
use crate::{Finding, Fix};
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
    let Some(mut rows) = PreviewInPieces::new(pipeline) else { return Vec::new() };
    rows.add(tables);
    rows.finish()
}

/// [`preview`] in pieces, for a page that must not stand still while many tables are routed.
pub struct PreviewInPieces<'a> {
    pipeline: &'a Pipeline,
    router: Router,
    rows: Vec<RoutePreview>,
}

impl<'a> PreviewInPieces<'a> {
    /// `None` for a document that does not compile.
    #[must_use]
    pub fn new(pipeline: &'a Pipeline) -> Option<Self> {
        Some(Self { pipeline, router: Router::new(pipeline).ok()?, rows: Vec::new() })
    }

    /// Routes some more tables.
    pub fn add(&mut self, tables: &[TableModel]) {
        self.rows.extend(tables.iter().map(|table| preview_table(self.pipeline, &self.router, table)));
    }

    /// The rows of all tables, in the order they were added, with what they have against each other.
    #[must_use]
    pub fn finish(mut self) -> Vec<RoutePreview> {
        report_collisions(&self.router, &mut self.rows);
        self.rows
    }
}

fn preview_table(pipeline: &Pipeline, router: &Router, table: &TableModel) -> RoutePreview {
    let (matched, dispatcher) = router.place(table);
    let rule = router.rule(dispatcher);
    let problem = table.ineligible();
    let mut findings = Vec::new();
    let partition_columns = match rule.columns(table) {
        Ok(columns) => columns.into_iter().map(|c| table.columns[c].name.clone()).collect(),
        Err(finding) => {
            findings.push(finding.below(&dispatcher.map_or_else(String::new, |i| format!("changefeed.config.sink.dispatchers[{i}]"))));
            Vec::new()
        }
    };
    findings.extend(problem.as_ref().map(|problem| ineligible_finding(pipeline, table, problem)));
    if !matched {
        findings.clear();
    }
    let topic = router.topic(dispatcher, table);
    let subject = |name: fn(&str) -> String| if topic.is_empty() { String::new() } else { name(&topic) };
    let key = table.handle_key().map_or_else(Vec::new, |key| key.columns);
    RoutePreview {
        schema: table.schema.clone(),
        table: table.name.clone(),
        matched,
        eligible: problem.is_none(),
        reason: problem.as_ref().map_or_else(String::new, reason),
        dispatcher,
        partition_rule: rule.name().to_owned(),
        partition_columns,
        key_columns: key.into_iter().map(|c| table.columns[c].name.clone()).collect(),
        key_subject: subject(key_subject),
        value_subject: subject(value_subject),
        topic,
        findings,
    }
}

fn reason(problem: &Ineligible) -> String {
    match problem {
        Ineligible::NoKey => "no primary key and no unique index over NOT NULL columns".to_owned(),
        Ineligible::UnsupportedColumn { column, ty } => format!("column `{column}` has the type {ty}, which Avro cannot carry"),
    }
}

/// TiCDC refuses to create a changefeed over such a table, and our engine to start one, unless the document says to ignore it.
fn ineligible_finding(pipeline: &Pipeline, table: &TableModel, problem: &Ineligible) -> Finding {
    let ignored = pipeline.changefeed.config.ignore_ineligible_table == Some(true);
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
        .fix(Fix::new("Leave it out").leave_out(&table.schema, &table.name))
}

/// Two tables in one topic or subject replace each other's schema; TiCDC notices neither.
fn report_collisions(router: &Router, rows: &mut [RoutePreview]) {
    let routed = || rows.iter().enumerate().filter(|(_, row)| row.matched && row.eligible && !row.topic.is_empty());
    let topics = groups(routed().map(|(i, row)| (i, row.topic.as_str())), rows.len());
    // without dots a subject is as unique as its topic
    let dotted = routed().any(|(_, row)| row.topic.contains('.'));
    let subjects = if dotted { groups(routed().map(|(i, row)| (i, row.value_subject.as_str())), rows.len()) } else { Vec::new() };
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

/// Positions that have the same name, where there are several. Names that stand alone, nearly all, cost no allocation.
fn groups<'r>(names: impl Iterator<Item = (usize, &'r str)>, capacity: usize) -> Vec<Vec<usize>> {
    let mut first: HashMap<&str, usize> = HashMap::with_capacity(capacity);
    let mut groups: HashMap<usize, Vec<usize>> = HashMap::new();
    for (i, name) in names {
        let &mut leader = first.entry(name).or_insert(i);
        if leader != i {
            groups.entry(leader).or_insert_with(|| vec![leader]).push(i);
        }
    }
    groups.into_values().collect()
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
