//! Statements for the document's `[[ksqldb]]` entries.

use super::types::{SqlType, columns};
use super::words::{is_system_column, quote, text};
use crate::Finding;
use crate::avro::TablePlan;
use crate::config::{KsqlStatement, Pipeline};
use crate::dispatch::Router;
use crate::schema::TableModel;
use crate::sink_uri::KafkaOptions;
use crate::spelling::did_you_mean;

/// What a statement makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Object {
    /// Every change as an event; deletes do not show.
    Stream,
    /// The rows as they are now.
    Table,
}

impl Object {
    /// `STREAM` or `TABLE`.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Stream => "STREAM",
            Self::Table => "TABLE",
        }
    }
}

/// What a complete entry asks for.
pub(super) struct Wanted<'a> {
    pub object: Object,
    pub name: &'a str,
    pub topic: &'a str,
}

/// The columns of a topic as a statement declares them.
pub(super) struct Declared {
    /// Of the message's key: one record, or several bare columns.
    pub key: Vec<(String, SqlType)>,
    /// Without those that the key has under the same name.
    pub value: Vec<(String, SqlType)>,
}

/// `CREATE STREAM` or `CREATE TABLE` over the entry's topic, ended by `;`.
///
/// Without `table` ksqlDB takes the columns from the registry when the statement runs; with it they are spelt out, as the
/// changefeed's Avro options make them. Never says `PARTITIONS`: the topic is there already.
///
/// # Errors
/// A finding relative to the entry: its kind, name or topic is missing, or the table has no Avro form.
pub fn generate(pipeline: &Pipeline, statement: &KsqlStatement, table: Option<&TableModel>) -> Result<String, Finding> {
    let wanted = wanted(statement)?;
    let (keyword, name, topic) = (wanted.object.keyword(), quote(wanted.name), text(wanted.topic));
    let Some(table) = table else {
        return Ok(format!("CREATE {keyword} IF NOT EXISTS {name}\n  WITH (KAFKA_TOPIC={topic}, KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO');"));
    };
    let declared = declare(pipeline, wanted.object, table)?;
    let key = declared.key.iter().map(|(name, ty)| format!("  {} {ty} PRIMARY KEY", quote(name)));
    let value = declared.value.iter().map(|(name, ty)| format!("  {} {ty}", quote(name)));
    let lines: Vec<String> = key.chain(value).collect();
    let key_format = match wanted.object {
        Object::Stream => "NONE",
        Object::Table => "AVRO",
    };
    Ok(format!(
        "CREATE {keyword} IF NOT EXISTS {name} (\n{}\n) WITH (KAFKA_TOPIC={topic}, KEY_FORMAT='{key_format}', VALUE_FORMAT='AVRO');",
        lines.join(",\n")
    ))
}

/// The table whose rows go to the topic; `None` when no table's do, or the document's routing does not compile.
#[must_use]
pub fn table_of<'t>(pipeline: &Pipeline, topic: &str, tables: &'t [TableModel]) -> Option<&'t TableModel> {
    let router = Router::new(pipeline).ok()?;
    tables
        .iter()
        .filter(|table| router.wants(&table.schema, &table.name))
        .find(|table| router.route(table).is_ok_and(|route| route.topic == topic))
}

pub(super) fn wanted(statement: &KsqlStatement) -> Result<Wanted<'_>, Finding> {
    let object = match statement.statement.as_str() {
        "stream" => Object::Stream,
        "table" => Object::Table,
        "" => {
            return Err(Finding::error("statement", "ksql-entry-empty", "The entry has neither `sql` nor `statement`.")
                .hint("Set `statement` to `stream` or `table`, or write the statement in `sql`."));
        }
        word => {
            let hint = match did_you_mean(word, ["stream", "table"]) {
                hint if hint.is_empty() => "Use `stream` for all changes, `table` for the rows as they are now.".to_owned(),
                hint => hint,
            };
            return Err(
                Finding::error("statement", "ksql-statement-unknown", format!("`{word}` is neither `stream` nor `table`.")).hint(hint)
            );
        }
    };
    if statement.name.is_empty() {
        let message = format!("The {} has no name.", statement.statement);
        return Err(Finding::error("name", "ksql-name-missing", message).hint("Give it one, such as `orders`."));
    }
    if statement.topic.is_empty() {
        let message = format!("`{}` has no topic to read.", statement.name);
        return Err(
            Finding::error("topic", "ksql-topic-missing", message).hint("Name a topic of the changefeed, such as `tidb_tpcc_orders`.")
        );
    }
    Ok(Wanted { object, name: &statement.name, topic: &statement.topic })
}

/// The columns for a table's topic, from the Avro schemas that its rows are written with.
pub(super) fn declare(pipeline: &Pipeline, object: Object, table: &TableModel) -> Result<Declared, Finding> {
    let (options, _) = KafkaOptions::read(pipeline);
    let plan = TablePlan::new(table, &options.avro).map_err(|error| {
        Finding::error("topic", "table-not-encodable", format!("Table `{}` has no Avro schema: {error}.", table.qualified()))
            .hint("Leave the table out, and this entry with it.")
    })?;
    let mut value: Vec<(String, SqlType)> = columns(plan.value_schema()).into_iter().map(|(name, ty)| (storable(name), ty)).collect();
    if object == Object::Stream {
        return Ok(Declared { key: Vec::new(), value });
    }
    let Some(key_schema) = plan.key_schema() else {
        let message = format!("Table `{}` has no key, which a ksqlDB table must have.", table.qualified());
        return Err(Finding::error("statement", "ksql-table-without-key", message).hint("Make it a `stream`."));
    };
    let key = columns(key_schema);
    // ksqlDB makes a record of several key columns by itself. When they are all that the table has, there would be no
    // value column left to declare, and ksqlDB would infer those it already has.
    if key.len() > 1 && key.len() < value.len() {
        let key: Vec<(String, SqlType)> = key.into_iter().map(|(name, ty)| (storable(name), ty)).collect();
        value.retain(|(name, _)| key.iter().all(|(other, _)| other != name));
        return Ok(Declared { key, value });
    }
    let mut name = "pk".to_owned();
    while value.iter().any(|(other, _)| other.eq_ignore_ascii_case(&name)) {
        name.push('_');
    }
    Ok(Declared { key: vec![(name, SqlType::Struct(key))], value })
}

/// Names of ksqlDB's own columns are taken in upper case only, and it finds a field whatever its case.
fn storable(name: String) -> String {
    if is_system_column(&name) { name.to_lowercase() } else { name }
}

#[cfg(test)]
mod tests;
