//! A stream or table of ksqlDB, as the server tells the statement that made it, against the document's.

use super::Difference;
use crate::Finding;
use crate::api::Drift;
use crate::config::{KsqlStatement, Pipeline};
use crate::fix::Edit;
use crate::ksql::{Create, StatementKind, generate, in_place_of, parse, same_query};
use serde_json::{Value, json};

/// Properties that the server writes into a statement: of topics that it makes, of schemas that it finds in the registry.
const ADDED: [&str; 7] = ["KAFKA_TOPIC", "PARTITIONS", "REPLICAS", "RETENTION_MS", "CLEANUP_POLICY", "KEY_SCHEMA_ID", "VALUE_SCHEMA_ID"];

pub(super) fn differences(pipeline: &Pipeline, index: usize, running: &str) -> Result<Vec<Difference>, Finding> {
    let pair = Pair::find(pipeline, index, running)?;
    Ok(pair.compared().into_iter().map(|(key, document, running)| pair.difference(index, key, document, running)).collect())
}

/// The document's statement as ksqlDB takes it in place of the running one: `CREATE OR REPLACE …`.
///
/// # Errors
/// As [`super::drifts`], and for a change that ksqlDB does not make in place: `drift-ksql-not-replaceable`.
pub fn replacement(pipeline: &Pipeline, index: usize, running: &str) -> Result<String, Finding> {
    let pair = Pair::find(pipeline, index, running)?;
    let refused = |why: &str| {
        let message = format!("ksqlDB does not replace `{}` in place: {why}.", pair.running.name.stored());
        let hint = "Drop it and run the document's statement anew, or pull what runs into the document.";
        Finding::warning(pair.path(index), "drift-ksql-not-replaceable", message).hint(hint)
    };
    if let Some(why) = pair.refusal() {
        return Err(refused(why));
    }
    in_place_of(&pair.sql).ok_or_else(|| refused("its statement is none that makes a stream or table"))
}

/// Two statements that make the same stream or table.
struct Pair<'a> {
    entry: &'a KsqlStatement,
    is_generated: bool,
    /// The document's.
    sql: String,
    document: Create,
    running_sql: &'a str,
    running: Create,
}

impl<'a> Pair<'a> {
    fn find(pipeline: &'a Pipeline, index: usize, running_sql: &'a str) -> Result<Self, Finding> {
        let place = format!("ksqldb[{index}]");
        let Some(entry) = pipeline.ksqldb.get(index) else {
            let message = format!("The document has no ksqlDB entry number {}.", index + 1);
            return Err(Finding::error("ksqldb", "drift-part-absent", message).hint("Take what runs over as an entry of its own."));
        };
        let unreadable = |which: &str, error: &dyn std::fmt::Display| {
            Finding::warning(format!("{place}.sql"), "drift-unreadable", format!("The {which} statement cannot be read: {error}."))
                .hint("Compare the two by hand, with `DESCRIBE` in the ksqlDB console.")
        };
        let running = creates(running_sql).map_err(|error| unreadable("running", &error))?.into_iter().next();
        let Some((_, running)) = running else { return Err(unreadable("running", &"it makes neither a stream nor a table")) };
        let is_generated = entry.sql.trim().is_empty();
        let sql = if is_generated { generate(pipeline, entry, None).map_err(|finding| finding.below(&place))? } else { entry.sql.clone() };
        let all = creates(&sql).map_err(|error| unreadable("document's", &error))?;
        let Some((sql, document)) = all.into_iter().find(|(_, create)| create.name.stored() == running.name.stored()) else {
            let message = format!("The document's entry makes no `{}`.", running.name.stored());
            return Err(Finding::warning(format!("{place}.sql"), "drift-part-absent", message)
                .hint("Was it renamed? Names in back-ticks keep their case."));
        };
        Ok(Self { entry, is_generated, sql, document, running_sql, running })
    }

    /// Key, the document's and the running value of everything that differs.
    fn compared(&self) -> Vec<(String, Value, Value)> {
        let (own, other) = (&self.document, &self.running);
        let mut found = Vec::new();
        if own.object != other.object {
            found.push(("object".to_owned(), json!(own.object.keyword()), json!(other.object.keyword())));
        }
        // without columns the server has inferred them
        if !own.columns.is_empty() && columns(own) != columns(other) {
            found.push(("columns".to_owned(), json!(columns(own)), json!(columns(other))));
        }
        for name in self.property_names() {
            let [document, running] = [own, other].map(|create| property(create, &name));
            let is_added = document.is_none() && ADDED.contains(&name.as_str());
            // whether a stream reads its key depends on whether the table's columns were known when it was made
            let is_free = self.is_generated && name == "KEY_FORMAT";
            let is_equal = match (&document, &running) {
                (Some(document), Some(running)) if name == "KAFKA_TOPIC" || name == "TIMESTAMP" => document == running,
                (Some(document), Some(running)) => document.eq_ignore_ascii_case(running),
                (document, running) => document.is_none() && running.is_none(),
            };
            if !is_equal && !is_added && !is_free {
                found.push((format!("with.{name}"), json!(document), json!(running)));
            }
        }
        let [query, running_query] = [own, other].map(|create| create.has_query);
        if query != running_query || (query && !same_query(&self.sql, self.running_sql)) {
            found.push(("query".to_owned(), json!(self.sql.trim()), json!(self.running_sql.trim())));
        }
        found
    }

    fn property_names(&self) -> Vec<String> {
        let mut names = Vec::new();
        for create in [&self.document, &self.running] {
            for property in &create.properties {
                let own: &[&str] = if property.name == "FORMAT" { &["KEY_FORMAT", "VALUE_FORMAT"] } else { &[property.name.as_str()] };
                names.extend(
                    own.iter().filter(|name| !names.contains(&(**name).to_owned())).map(|name| (*name).to_owned()).collect::<Vec<_>>(),
                );
            }
        }
        names
    }

    fn difference(&self, index: usize, key: String, document: Value, running: Value) -> Difference {
        let value = |value: Value| Some(value).filter(|value| !value.is_null());
        let edits = if self.is_generated {
            let own = |key: &str| format!("ksqldb[{index}].{key}");
            vec![
                Edit::Set { path: own("sql"), value: Value::from(ended(self.running_sql)) },
                Edit::Remove { path: own("statement") },
                Edit::Remove { path: own("topic") },
            ]
        } else {
            let sql = self.entry.sql.replacen(self.sql.trim(), self.running_sql.trim().trim_end_matches(';'), 1);
            vec![Edit::Set { path: format!("ksqldb[{index}].sql"), value: Value::from(sql) }]
        };
        let drift = Drift {
            part: format!("ksqldb:{}", self.entry.name),
            key: format!("{}.{key}", self.running.name.stored()),
            path: self.path(index),
            document: value(document),
            running: value(running),
            can_push: self.refusal().is_none(),
            can_pull: true,
        };
        Difference { drift, edits }
    }

    fn path(&self, index: usize) -> String {
        format!("ksqldb[{index}].{}", if self.is_generated { "topic" } else { "sql" })
    }

    /// Why ksqlDB refuses `CREATE OR REPLACE`. Source: ksqlDB's manual, "Create or replace".
    fn refusal(&self) -> Option<&'static str> {
        let (own, other) = (&self.document, &self.running);
        let is_changed = |name: &str| {
            let [document, running] = [own, other].map(|create| property(create, name));
            document.is_some() && !document.unwrap_or_default().eq_ignore_ascii_case(&running.unwrap_or_default())
        };
        let (columns, others) = (columns(own), columns(other));
        match () {
            () if own.object != other.object => Some("a stream cannot become a table, nor a table a stream"),
            () if own.has_query != other.has_query => Some("one of the two has a query and the other has none"),
            () if ["KAFKA_TOPIC", "KEY_FORMAT", "VALUE_FORMAT"].into_iter().any(is_changed) => Some("topic and formats stay what they are"),
            () if !columns.is_empty() && !columns.starts_with(&others) => Some("columns can only be added, behind those that are there"),
            () => None,
        }
    }
}

/// The statements of a text that make a stream or table, each with its own text.
fn creates(sql: &str) -> Result<Vec<(String, Create)>, crate::ksql::ParseError> {
    let statements = parse(sql)?.into_iter();
    Ok(statements
        .filter_map(|statement| if let StatementKind::Create(create) = statement.kind { Some((statement.text, create)) } else { None })
        .collect())
}

fn columns(create: &Create) -> Vec<String> {
    let role = |column: &crate::ksql::Column| match column.role {
        crate::ksql::Role::Value => "",
        crate::ksql::Role::Key => " KEY",
        crate::ksql::Role::PrimaryKey => " PRIMARY KEY",
        crate::ksql::Role::Header => " HEADERS",
    };
    create.columns.iter().map(|column| format!("{} {}{}", column.name.stored(), column.ty, role(column))).collect()
}

/// A property's value; formats also from `FORMAT`, and what ksqlDB does without them.
fn property(create: &Create, name: &str) -> Option<String> {
    let own = create.property(name);
    let implied = || match name {
        "KEY_FORMAT" => create.property("FORMAT").or(Some("KAFKA")),
        "VALUE_FORMAT" => create.property("FORMAT"),
        _ => None,
    };
    own.or_else(implied).map(str::to_owned)
}

fn ended(sql: &str) -> String {
    format!("{};", sql.trim().trim_end_matches(';'))
}
