//! Rules that compare a statement with the table behind its topic.

use super::statement::{Formats, is_named, shown, timestamp_format};
use super::topics::{Origin, Topics};
use super::{Fields, creates};
use crate::Finding;
use crate::avro::TablePlan;
use crate::config::Pipeline;
use crate::dispatch::Router;
use crate::ksql::types::columns;
use crate::ksql::{Column, Create, SqlType};
use crate::schema::TableModel;
use crate::sink_uri::KafkaOptions;
use std::collections::HashMap;

/// What a topic's messages hold, as ksqlDB sees it.
struct Messages {
    key: Vec<(String, SqlType)>,
    value: Vec<(String, SqlType)>,
}

/// Findings that need the tables: topics of no table, columns that are not there or of another type. `tables`: those that
/// the filter lets in.
pub(crate) fn check_tables(pipeline: &Pipeline, router: &Router, tables: &[&TableModel], findings: &mut Vec<Finding>) {
    if tables.is_empty() || pipeline.ksqldb.is_empty() {
        return;
    }
    let routed: HashMap<String, &TableModel> = tables.iter().filter_map(|table| Some((router.route(table).ok()?.topic, *table))).collect();
    let topics = Topics::of(pipeline);
    for (i, entry) in pipeline.ksqldb.iter().enumerate() {
        let fields = Fields::of(entry);
        let mut found = Vec::new();
        for create in creates(pipeline, entry).unwrap_or_default().iter().filter(|create| !create.has_query) {
            let Some(topic) = create.property("KAFKA_TOPIC").filter(|topic| topics.origin(topic) == Origin::Changefeed) else { continue };
            match routed.get(topic) {
                Some(table) => {
                    if let Some(messages) = messages(pipeline, table) {
                        check_messages(create, table, &messages, fields, &mut found);
                    }
                }
                None => {
                    let message = format!("No table's rows go to the topic `{topic}`.");
                    found.push(
                        Finding::warning(fields.topic, "ksql-topic-not-produced", message)
                            .hint("Look it up in the routing table; a table that the filter leaves out has no topic."),
                    );
                }
            }
        }
        findings.extend(found.into_iter().map(|finding| finding.below(&format!("ksqldb[{i}]"))));
    }
}

/// `None` for a table without an Avro form, which other findings tell.
fn messages(pipeline: &Pipeline, table: &TableModel) -> Option<Messages> {
    let (options, _) = KafkaOptions::read(pipeline);
    let plan = TablePlan::new(table, &options.avro).ok()?;
    Some(Messages { key: plan.key_schema().map_or_else(Vec::new, columns), value: columns(plan.value_schema()) })
}

fn check_messages(create: &Create, table: &TableModel, messages: &Messages, fields: Fields, findings: &mut Vec<Finding>) {
    let formats = Formats::of(create);
    let mut missing = Vec::new();
    if formats.infers_value() {
        for column in create.value_columns() {
            compare(column.name.text.as_str(), &column.ty, &messages.value, &mut missing, fields, findings);
        }
        if create.value_columns().next().is_none() {
            check_inferred(create, messages, fields, findings);
        }
    }
    if formats.key == "AVRO" {
        match create.key_columns().collect::<Vec<_>>().as_slice() {
            // One key column is the whole record; its own name is free.
            [Column { ty: SqlType::Struct(parts), .. }] => {
                for (name, ty) in parts {
                    compare(name, ty, &messages.key, &mut missing, fields, findings);
                }
            }
            [_] => {}
            several => {
                for column in several {
                    compare(column.name.text.as_str(), &column.ty, &messages.key, &mut missing, fields, findings);
                }
            }
        }
    }
    if !missing.is_empty() {
        let message = format!("{}: the messages of `{}` have no such field.", shown(missing.into_iter()), table.qualified());
        findings.push(
            Finding::warning(fields.statement, "ksql-column-unknown", message)
                .hint("ksqlDB shows NULL for it. Names are the table's, with `_` for what Avro does not take."),
        );
    }
}

/// One declared column or part of a key against the fields of a message.
fn compare<'c>(
    name: &'c str,
    ty: &SqlType,
    messages: &[(String, SqlType)],
    missing: &mut Vec<&'c str>,
    fields: Fields,
    findings: &mut Vec<Finding>,
) {
    let Some((_, inferred)) = messages.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)) else {
        missing.push(name);
        return;
    };
    if ty.reads(inferred) {
        return;
    }
    let message =
        format!("`{name}` is declared {ty}, and the changefeed writes what ksqlDB reads as {inferred}: every message would be skipped.");
    let hint = match (ty, inferred) {
        (SqlType::Date | SqlType::Time | SqlType::Timestamp, SqlType::String) => {
            format!("Declare it STRING, and use `PARSE_{ty}` in a query.")
        }
        _ => format!("Declare it {inferred}."),
    };
    findings.push(Finding::error(fields.statement, "ksql-type-differs", message).hint(hint));
}

/// Inferred value columns have names and types too; they are in upper case.
fn check_inferred(create: &Create, messages: &Messages, fields: Fields, findings: &mut Vec<Finding>) {
    let is_inferred = |name: &str| messages.value.iter().any(|(field, _)| field.to_uppercase() == name);
    if let [only] = create.key_columns().collect::<Vec<_>>().as_slice()
        && matches!(only.ty, SqlType::Struct(_))
        && is_inferred(&only.name.stored())
    {
        let message = format!("The key is named `{}`, as a value column that is inferred: ksqlDB refuses the duplicate.", only.name.text);
        findings.push(Finding::error(fields.statement, "ksql-column-twice", message).hint("Give the key another name, such as `pk`."));
    }
    let Some(time) = create.property("TIMESTAMP").filter(|_| create.property("TIMESTAMP_FORMAT").is_none()) else { return };
    // Declared key columns are told without the table.
    let is_text = |(field, ty): &(String, SqlType)| *ty == SqlType::String && field.to_uppercase() == time.trim_matches('`').to_uppercase();
    if messages.value.iter().any(is_text) && !create.columns.iter().any(|column| is_named(column, time)) {
        findings.push(timestamp_format(time, fields));
    }
}
