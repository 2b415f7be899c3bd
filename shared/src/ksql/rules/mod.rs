//! Rules for the document's `[[ksqldb]]` entries: those the user wrote, and those that are generated.
//!
//! What needs a connection is in [`launch`]: how many partitions a topic has, and whether its subjects exist. The second
//! one matters most: a statement that declares columns registers ksqlDB's own schema where there is none yet, and the
//! registry then refuses TiCDC's.

mod launch;
mod statement;
mod tables;
mod topics;

use super::generate::{Object, generate};
use super::read::parse;
use super::statement::{Create, StatementKind};
use crate::Finding;
use crate::config::{KsqlStatement, Pipeline};
use crate::dispatch::TableFilter;
use crate::sink_uri::KafkaOptions;
use serde_json::Value;
use std::collections::HashSet;
use topics::{Origin, Topics};

pub use launch::{Need, SeenTopic, needs};
pub(crate) use tables::check_tables;
pub(crate) use topics::is_changefeed_topic;

/// The fields that findings of a statement point to, relative to its entry.
#[derive(Clone, Copy)]
struct Fields {
    name: &'static str,
    topic: &'static str,
    statement: &'static str,
}

impl Fields {
    fn of(entry: &KsqlStatement) -> Self {
        if is_own(entry) {
            Self { name: "sql", topic: "sql", statement: "sql" }
        } else {
            Self { name: "name", topic: "topic", statement: "statement" }
        }
    }
}

/// Whether the user wrote the statement; then nothing is generated.
fn is_own(entry: &KsqlStatement) -> bool {
    !entry.sql.trim().is_empty()
}

/// The streams and tables that an entry makes. A finding is relative to the entry.
fn creates(pipeline: &Pipeline, entry: &KsqlStatement) -> Result<Vec<Create>, Finding> {
    let generated;
    let sql = if is_own(entry) {
        &entry.sql
    } else {
        generated = generate(pipeline, entry, None)?;
        &generated
    };
    let statements = parse(sql).map_err(|error| {
        Finding::error("sql", "ksql-unreadable", format!("The statement cannot be read: {error}."))
            .hint("Several statements are separated by `;`; texts stand in single quotes, names in back-ticks.")
    })?;
    Ok(statements
        .into_iter()
        .filter_map(|statement| match statement.kind {
            StatementKind::Create(create) => Some(create),
            StatementKind::Other(_) => None,
        })
        .collect())
}

/// Whether an entry makes a table over a topic.
pub(crate) fn creates_table(entry: &KsqlStatement) -> bool {
    if !is_own(entry) {
        return entry.statement == "table";
    }
    let is_table =
        |kind: &StatementKind| matches!(kind, StatementKind::Create(create) if create.object == Object::Table && !create.has_query);
    parse(&entry.sql).is_ok_and(|statements| statements.iter().any(|statement| is_table(&statement.kind)))
}

/// What the document alone tells of its statements.
pub(crate) fn check(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    if pipeline.ksqldb.is_empty() {
        return;
    }
    let topics = Topics::of(pipeline);
    let entries: Vec<Result<Vec<Create>, Finding>> = pipeline.ksqldb.iter().map(|entry| creates(pipeline, entry)).collect();
    let all = || entries.iter().flatten().flatten();
    let context = Context {
        sends_deletes: sends_deletes(pipeline),
        tables: all()
            .filter(|create| create.object == Object::Table && !create.has_query)
            .filter_map(|create| create.property("KAFKA_TOPIC"))
            .collect(),
        made: all().filter(|create| create.has_query).map(made_topic).collect(),
        topics,
    };
    let mut names = HashSet::new();
    for (i, (entry, creates)) in pipeline.ksqldb.iter().zip(&entries).enumerate() {
        let mut found = Vec::new();
        check_forms(entry, &mut found);
        match creates {
            Ok(creates) => {
                for create in creates {
                    check_name(create, Fields::of(entry), &mut names, &mut found);
                    context.check(create, Fields::of(entry), &mut found);
                }
            }
            Err(finding) => found.push(finding.clone()),
        }
        findings.extend(found.into_iter().map(|finding| finding.below(&format!("ksqldb[{i}]"))));
    }
}

fn check_forms(entry: &KsqlStatement, findings: &mut Vec<Finding>) {
    if is_own(entry) && !entry.statement.is_empty() {
        findings.push(
            Finding::warning("statement", "ksql-both-forms", "`sql` is given, so nothing is generated from `statement`.")
                .hint("Remove `statement`, or `sql` to have it generated."),
        );
    }
}

/// Streams and tables share their names. A repeat that says so replaces the first on purpose.
fn check_name(create: &Create, fields: Fields, names: &mut HashSet<String>, findings: &mut Vec<Finding>) {
    let name = create.name.stored();
    let message = format!("There is a stream or table `{name}` already.");
    if !names.insert(name) && !create.or_replace {
        findings.push(Finding::error(fields.name, "ksql-name-twice", message).hint("Give one of them another name."));
    }
}

struct Context<'a> {
    topics: Topics<'a>,
    /// Topics that a table reads.
    tables: HashSet<&'a str>,
    /// Topics that queries write.
    made: HashSet<String>,
    sends_deletes: bool,
}

impl Context<'_> {
    fn check(&self, create: &Create, fields: Fields, findings: &mut Vec<Finding>) {
        let topic = create.property("KAFKA_TOPIC");
        let origin = topic.map(|topic| self.topics.origin(topic));
        let of_changefeed = origin == Some(Origin::Changefeed) && !create.has_query;
        statement::check(create, of_changefeed, fields, findings);
        if create.has_query {
            return;
        }
        match (topic, origin) {
            (None, _) => {
                let message = format!("`{}` has no topic to read.", create.name.text);
                findings.push(Finding::error(fields.topic, "ksql-topic-missing", message).hint("Add `KAFKA_TOPIC='…'` to `WITH`."));
            }
            (Some(topic), Some(Origin::Fallback)) => {
                let message = format!("`{topic}` is the default topic, to which the dispatchers send no table: it has no rows.");
                findings.push(Finding::error(fields.topic, "ksql-topic-fallback", message).hint("Name the topic of a table."));
            }
            (Some(topic), Some(Origin::Foreign)) if !self.made.contains(topic) => {
                let message = format!("No dispatcher sends rows to the topic `{topic}`.");
                findings.push(
                    Finding::warning(fields.topic, "ksql-topic-not-produced", message)
                        .hint("Look it up in the routing table; schema and table stand in it as in the database."),
                );
            }
            (Some(topic), _) if of_changefeed && create.object == Object::Stream && self.sends_deletes && !self.tables.contains(topic) => {
                let message = format!("Deletes do not show in `{}`: a stream passes over messages without a value.", create.name.text);
                findings.push(
                    Finding::warning(fields.statement, "ksql-deletes-invisible", message)
                        .hint("Make a table over the same topic where deletes matter."),
                );
            }
            _ => {}
        }
    }
}

/// The topic that a query's rows go to.
fn made_topic(create: &Create) -> String {
    create.property("KAFKA_TOPIC").map_or_else(|| create.name.stored(), str::to_owned)
}

/// Whether deletes reach the topics as tombstones: no event filter drops them all, and messages have no old row.
fn sends_deletes(pipeline: &Pipeline) -> bool {
    let texts = |entry: &Value, key: &str| -> Vec<String> {
        entry.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let drops_all = |entry: &Value| {
        let ignored = texts(entry, "ignore-event");
        let matcher = texts(entry, "matcher");
        ignored.iter().any(|event| ["delete", "all dml"].contains(&event.to_lowercase().as_str()))
            && TableFilter::parse(&matcher, false).is_ok_and(|matcher| matcher.is_everything())
    };
    let filters = pipeline.changefeed.config.filter.extra.get("event-filters").and_then(Value::as_array);
    !KafkaOptions::read(pipeline).0.include_before_value && !filters.into_iter().flatten().any(drops_all)
}

#[cfg(test)]
mod tests;
