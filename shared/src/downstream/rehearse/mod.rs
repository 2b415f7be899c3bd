//! A change of a table, rehearsed: the new schemas, whether the registry takes them, and what each sink does.

mod examples;
mod fields;
mod jdbc;
mod snowflake;
#[cfg(test)]
mod tests;

pub use examples::ddl_examples;
pub use fields::{FieldChange, Mark};

use super::jdbc::JdbcSettings;
use super::record::SinkTable;
use super::sink::reads;
use super::snowflake::SnowflakeSettings;
use super::step::Statement;
use crate::avro::compatibility::{Earlier, Level, violations};
use crate::avro::{AvroSchema, TablePlan};
use crate::config::Pipeline;
use crate::connector::Settings;
use crate::dispatch::Router;
use crate::schema::{TableModel, ddl};
use crate::sink_uri::KafkaOptions;
use crate::{Finding, Severity};
use serde::Serialize;

/// What a change of a table would do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rehearsal {
    /// The table afterwards; `None` when it is dropped.
    pub table: Option<TableModel>,
    pub topic_before: String,
    /// Differs after a rename where the topic has the table's name.
    pub topic: String,
    /// `None` while the table has no key.
    pub key: Option<SchemaChange>,
    pub value: Option<SchemaChange>,
    /// Whether the registry takes both schemas. If not, the changefeed stops at the first row after the change.
    pub accepted: bool,
    /// What else to know.
    pub notes: Vec<String>,
    pub sinks: Vec<SinkChange>,
}

/// A subject's schema before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SchemaChange {
    pub subject: String,
    /// `None` when the subject is new.
    pub before: Option<String>,
    pub after: String,
    pub accepted: bool,
    /// The registry's own items, one for each rule that is broken.
    pub reasons: Vec<String>,
    /// What to do about them.
    pub advice: Vec<String>,
}

/// What a connector does when the first row after the change arrives.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SinkChange {
    pub connector: String,
    /// Definitions that the connector runs by itself.
    pub statements: Vec<Statement>,
    pub effects: Vec<Effect>,
}

/// A consequence in a sink.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Effect {
    /// `None` for the whole table.
    pub column: Option<String>,
    /// `Error`: the task stops or rows are refused. `Warning`: some values are.
    pub severity: Severity,
    pub what: String,
    /// A statement to run by hand, or a setting; empty when nothing has to be done.
    pub remedy: String,
}

impl Effect {
    fn new(column: Option<&str>, severity: Severity, what: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { column: column.map(str::to_owned), severity, what: what.into(), remedy: remedy.into() }
    }
}

/// Rehearses DDL on a table of the pipeline. The registry is asked under `level`; of earlier schemas only the present one
/// is known.
///
/// # Errors
/// The statement cannot be understood or does not fit the table; the table has no route or no Avro form.
pub fn rehearse(pipeline: &Pipeline, table: &TableModel, sql: &str, level: Level) -> Result<Rehearsal, Vec<Finding>> {
    // What is still missing, such as a registry, has findings of its own.
    let (options, _) = KafkaOptions::read(pipeline);
    let router = Router::new(pipeline)?;
    let plan = |table: &TableModel| {
        TablePlan::new(table, &options.avro).map_err(|error| vec![Finding::error("", "table-not-encodable", error.to_string())])
    };
    let altered = ddl::alter(table, sql).map_err(|error| {
        vec![Finding::error(
            "sql",
            "rehearsal-not-understood",
            format!("the change of `{}` cannot be followed: {error}", table.qualified()),
        )]
    })?;
    let before = router.route(table)?;
    let old = plan(table)?;
    let mut rehearsal = Rehearsal {
        table: altered.clone(),
        topic_before: before.topic.clone(),
        topic: before.topic.clone(),
        key: None,
        value: None,
        accepted: true,
        notes: Vec::new(),
        sinks: Vec::new(),
    };
    let Some(altered) = altered else {
        rehearsal.notes.push("The table is dropped: its topic, subjects and the sinks' tables stay as they are.".to_owned());
        return Ok(rehearsal);
    };
    let (after, new) = (router.route(&altered)?, plan(&altered)?);
    let same_topic = after.topic == before.topic;
    let change = |subject: &str, old: Option<&str>, new: &str| SchemaChange::of(subject, old.filter(|_| same_topic), new, level);
    rehearsal.key = new.key_schema().map(|key| change(&after.key_subject, old.key_schema(), key));
    rehearsal.value = Some(change(&after.value_subject, Some(old.value_schema()), new.value_schema()));
    rehearsal.accepted = [&rehearsal.key, &rehearsal.value].into_iter().flatten().all(|change| change.accepted);
    rehearsal.notes = notes(table, &altered, &router, same_topic, level);
    rehearsal.topic = after.topic;

    let unreadable = |error: &dyn std::fmt::Display| vec![Finding::error("", "table-not-encodable", error.to_string())];
    let sink_table = |table: &TableModel, topic: &str| SinkTable::of(table, &options.avro, topic).map_err(|error| unreadable(&error));
    let (old, new) = (sink_table(table, &rehearsal.topic_before)?, sink_table(&altered, &rehearsal.topic)?);
    let settings = pipeline.connectors.iter().map(|connector| Settings::of(pipeline, connector));
    rehearsal.sinks = settings.filter_map(|settings| sink(&settings, &old, &new)).collect();
    Ok(rehearsal)
}

impl SchemaChange {
    fn of(subject: &str, before: Option<&str>, after: &str, level: Level) -> Self {
        let mut reasons = match (before, AvroSchema::parse(after)) {
            (Some(text), Ok(new)) if text != after => violations(level, &new, &[Earlier { version: 1, text }]),
            _ => Vec::new(),
        };
        // The last items say which schema and level were compared with: known here.
        reasons.retain(|reason| reason.starts_with("{errorType:"));
        let mut advice: Vec<String> = reasons.iter().map(|reason| advice(reason).to_owned()).collect();
        advice.dedup();
        Self {
            subject: subject.to_owned(),
            before: before.map(str::to_owned),
            after: after.to_owned(),
            accepted: reasons.is_empty(),
            reasons,
            advice,
        }
    }
}

/// The way out of a broken rule.
fn advice(reason: &str) -> &'static str {
    let is = |part: &str| reason.contains(part);
    if is("NAME_MISMATCH") {
        "The record has the table's name: let the topic have it too ({schema}_{table}), so that a renamed table gets subjects of its own."
    } else if is("READER_FIELD_MISSING_DEFAULT_VALUE") && is("in the new schema has no default") {
        "Add the column as nullable, or with a default (which a precise DECIMAL cannot carry); or set the subject's level to FORWARD or \
         NONE for this change."
    } else if is("READER_FIELD_MISSING_DEFAULT_VALUE") {
        "Readers of the old schema need the column: make it nullable first, or set the subject's level to BACKWARD or NONE for this change."
    } else if is("compatible with writer type: NULL") {
        "One side knows no NULL: keep the column's nullability, or set the subject's level to NONE for this change."
    } else {
        "The types do not read each other: add a new column instead, or set the subject's level to NONE for this change."
    }
}

fn notes(old: &TableModel, new: &TableModel, router: &Router, same_topic: bool, level: Level) -> Vec<String> {
    let mut notes = Vec::new();
    if new == old {
        notes.push("Nothing of the table's columns and keys changes: the records stay as they are.".to_owned());
    }
    if !same_topic {
        notes.push("The table gets another topic and other subjects; the old ones stay, without new records.".to_owned());
    }
    if !router.wants(&new.schema, &new.name) && router.wants(&old.schema, &old.name) {
        notes.push("The filter leaves the renamed table out: its changes are no longer replicated.".to_owned());
    }
    if old.handle_key().is_some() && new.handle_key().is_none() {
        notes.push("The table loses its key: it is no longer replicated, unless force-replicate is on.".to_owned());
    }
    if matches!(level, Level::BackwardTransitive | Level::ForwardTransitive | Level::FullTransitive) {
        notes.push("A transitive level compares with every earlier version of the subject; only the present one is known here.".to_owned());
    }
    notes
}

fn sink(settings: &Settings<'_>, old: &SinkTable, new: &SinkTable) -> Option<SinkChange> {
    if !reads(settings, &old.topic) && !reads(settings, &new.topic) {
        return None;
    }
    let (statements, effects) = if let Some(jdbc) = JdbcSettings::of(settings) {
        jdbc::change(old, new, &jdbc)
    } else {
        snowflake::change(old, new, &SnowflakeSettings::of(settings)?)
    };
    let mut change = SinkChange { connector: settings.connector.name.clone(), statements, effects };
    if !reads(settings, &new.topic) {
        let what = format!("The connector does not read the new topic `{}`: the rows no longer arrive.", new.topic);
        change.effects.insert(0, Effect::new(None, Severity::Error, what, "Add the topic to the connector's topics."));
    }
    Some(change)
}
