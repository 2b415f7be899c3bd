//! The Snowflake connector at work: record by record, with the tables that it would leave behind.

use super::settings::SnowflakeSettings;
use super::value::{column_type, in_json};
use super::view;
use crate::downstream::connect::{Field, Struct};
use crate::downstream::record::{Part, Record, SinkTable};
use crate::downstream::step::{Bound, End, SinkRows, Statement, Step};
use serde_json::{Map, Value, json};

const METADATA: &str = "RECORD_METADATA";
const CONTENT: &str = "RECORD_CONTENT";
const CREATED: &str = "created by automatic table creation from Snowflake Kafka Connector";
const EVOLVED: &str = "column created by schema evolution from Snowflake Kafka Connector";

/// A connector with the tables that it has made so far; it starts on an empty schema.
#[derive(Clone, Debug)]
pub struct SnowflakeSink {
    settings: SnowflakeSettings,
    tables: Vec<Table>,
    stopped: bool,
}

#[derive(Clone, Debug)]
struct Table {
    /// As stored.
    name: String,
    columns: Vec<String>,
    rows: Vec<Arrived>,
    /// Of the last record that had a value: what the view knows.
    seen: Option<SinkTable>,
}

#[derive(Clone, Debug)]
struct Arrived {
    offset: u64,
    key: Value,
    value: Option<Map<String, Value>>,
    row: Map<String, Value>,
}

impl SnowflakeSink {
    #[must_use]
    pub fn new(settings: SnowflakeSettings) -> Self {
        Self { settings, tables: Vec::new(), stopped: false }
    }

    /// Takes a record in.
    pub fn apply(&mut self, record: &Record) -> Step {
        if self.stopped {
            return Step::without_statement(End::NotReached);
        }
        if record.value.is_none() && self.settings.ignore_deletes {
            let why = "behavior.on.null.values=IGNORE drops the delete: the row stays in Snowflake".to_owned();
            return Step::without_statement(End::Ignored(why));
        }
        if let Some(why) = self.settings.schematized.then(|| same_but_for_case(record)).flatten() {
            if self.settings.tolerant {
                return Step::without_statement(End::DeadLetter(why));
            }
            self.stopped = true;
            return Step::without_statement(End::Stopped(why));
        }
        let mut run = Vec::new();
        let name = self.settings.topic_to_table.table_name(&record.topic).stored;
        let at = self.tables.iter().position(|table| table.name == name).unwrap_or_else(|| {
            let (statements, columns) = create(&name, &self.settings);
            run.extend(statements);
            self.tables.push(Table { name, columns, rows: Vec::new(), seen: None });
            self.tables.len() - 1
        });
        let table = &mut self.tables[at];
        if self.settings.schematized {
            run.extend(record.value.as_ref().and_then(|value| table.widen(&value.schema, self.settings.line_4)));
        }
        let row = row(record, &self.settings);
        let values = |part: &Part| part.schema.fields.iter().map(|f| (f.name.clone(), in_json(f, &part.values[&f.name]))).collect();
        table.rows.push(Arrived {
            offset: record.offset,
            key: key_json(record),
            value: record.value.as_ref().map(values),
            row: row.clone(),
        });
        if let Some(value) = &record.value {
            let key = record.key.as_ref().map(|key| key.schema.clone());
            table.seen = Some(SinkTable { topic: record.topic.clone(), key, value: value.schema.clone() });
        }
        Step { statements: run, row: Some(row), end: End::Written }
    }

    /// The tables: every change that arrived.
    #[must_use]
    pub fn tables(&self) -> Vec<SinkRows> {
        let rows = |table: &Table| SinkRows {
            table: self.settings.qualified(&table.name),
            columns: table.columns.clone(),
            rows: table.rows.iter().map(|arrived| arrived.row.clone()).collect(),
        };
        self.tables.iter().map(rows).collect()
    }

    /// What the current-state views show: of each key the newest row, unless it is a delete.
    #[must_use]
    pub fn views(&self) -> Vec<SinkRows> {
        self.tables.iter().filter_map(|table| table.view(&self.settings)).collect()
    }
}

impl Table {
    /// Adds a column for each new field. Line 4 leaves that to the server, which takes the types from the data.
    fn widen(&mut self, value: &Struct, line_4: bool) -> Option<Statement> {
        let missing: Vec<&Field> = value.fields.iter().filter(|field| !self.columns.contains(&field.name.to_uppercase())).collect();
        if missing.is_empty() {
            return None;
        }
        let added: Vec<String> = missing
            .iter()
            .map(|field| format!("if not exists \"{}\" {} comment '{EVOLVED}' ", field.name.to_uppercase(), column_type(field)))
            .collect();
        self.columns.extend(missing.iter().map(|field| field.name.to_uppercase()));
        let sql = format!("alter table identifier(?) add column {}", added.join(", "));
        (!line_4).then(|| on_table(&self.name, sql.trim_end()))
    }

    fn view(&self, settings: &SnowflakeSettings) -> Option<SinkRows> {
        let seen = self.seen.as_ref().filter(|seen| seen.key.is_some())?;
        let mut newest: Vec<&Arrived> = Vec::new();
        for arrived in &self.rows {
            match newest.iter_mut().find(|other| other.key == arrived.key) {
                // As the view: offsets of different partitions say nothing, and it compares them all the same.
                Some(other) if other.offset <= arrived.offset => *other = arrived,
                Some(_) => {}
                None => newest.push(arrived),
            }
        }
        let columns: Vec<String> = seen.value.fields.iter().map(|field| field.name.to_uppercase()).collect();
        let shown = |value: &Map<String, Value>| {
            let of = |field: &Field| (field.name.to_uppercase(), value.get(&field.name).cloned().unwrap_or_default());
            seen.value.fields.iter().map(of).collect()
        };
        let rows = newest.iter().filter_map(|arrived| arrived.value.as_ref()).map(shown).collect();
        Some(SinkRows { table: settings.qualified(&view::view_name(seen)), columns, rows })
    }
}

/// The statement with which schematization widens the table of a topic; line 4 has none.
pub(in crate::downstream) fn widening(before: &SinkTable, after: &SinkTable, settings: &SnowflakeSettings) -> Option<Statement> {
    let columns = before.value.fields.iter().map(|field| field.name.to_uppercase()).collect();
    let name = settings.topic_to_table.table_name(&before.topic).stored;
    Table { name, columns, rows: Vec::new(), seen: None }.widen(&after.value, settings.line_4)
}

fn on_table(name: &str, sql: &str) -> Statement {
    Statement { sql: sql.to_owned(), values: vec![Bound { column: "table".to_owned(), value: json!(name) }] }
}

/// The statements that make a table, and its columns.
fn create(name: &str, settings: &SnowflakeSettings) -> (Vec<Statement>, Vec<String>) {
    let metadata_only = vec![METADATA.to_owned()];
    if settings.line_4 && settings.schematized {
        let sql = format!(
            "create table if not exists identifier(?) (record_metadata variant comment '{CREATED} High Performance') \
             enable_schema_evolution = true error_logging = true"
        );
        return (vec![on_table(name, &sql)], metadata_only);
    }
    if settings.schematized {
        let create = format!("create table if not exists identifier(?) (record_metadata variant comment '{CREATED}')");
        let evolve = "alter table identifier(?) set ENABLE_SCHEMA_EVOLUTION = true";
        return (vec![on_table(name, &create), on_table(name, evolve)], metadata_only);
    }
    let sql = "create table if not exists identifier(?) (record_metadata variant, record_content variant);";
    (vec![on_table(name, sql)], vec![METADATA.to_owned(), CONTENT.to_owned()])
}

fn key_json(record: &Record) -> Value {
    let Some(key) = &record.key else { return Value::Null };
    key.schema.fields.iter().map(|field| (field.name.clone(), in_json(field, &key.values[&field.name]))).collect::<Map<_, _>>().into()
}

fn row(record: &Record, settings: &SnowflakeSettings) -> Map<String, Value> {
    let mut metadata = Map::new();
    if settings.topic {
        metadata.insert("topic".to_owned(), json!(record.topic));
    }
    if settings.offset_and_partition {
        metadata.insert("partition".to_owned(), json!(record.partition));
        metadata.insert("offset".to_owned(), json!(record.offset));
    }
    if settings.create_time {
        metadata.insert("CreateTime".to_owned(), json!(record.timestamp_ms));
    }
    if settings.key_and_schemas {
        if let Some(key) = &record.key {
            metadata.insert("key".to_owned(), key_json(record));
            metadata.insert("key_schema_id".to_owned(), json!(key.schema_id));
        }
        if let Some(value) = &record.value {
            metadata.insert("schema_id".to_owned(), json!(value.schema_id));
        }
        metadata.insert("headers".to_owned(), json!({}));
    }
    let mut row = Map::new();
    row.insert(METADATA.to_owned(), Value::Object(metadata));
    let fields = record.value.iter().flat_map(|value| value.schema.fields.iter().map(|field| (field, &value.values[&field.name])));
    if settings.schematized {
        // Decimals go into VARCHAR columns: their text.
        let cell = |(field, value): (&Field, &Value)| {
            let value = if column_type(field) == "VARCHAR" { value.clone() } else { in_json(field, value) };
            (field.name.to_uppercase(), value)
        };
        row.extend(fields.map(cell));
    } else {
        let content: Map<String, Value> = fields.map(|(field, value)| (field.name.clone(), in_json(field, value))).collect();
        row.insert(CONTENT.to_owned(), Value::Object(content));
    }
    row
}

/// Schematization writes names in upper case; two fields that become one are refused (error 0025).
fn same_but_for_case(record: &Record) -> Option<String> {
    let fields = &record.value.as_ref()?.schema.fields;
    let twice = |(at, field): (usize, &Field)| {
        let other = fields[..at].iter().find(|other| other.name.to_uppercase() == field.name.to_uppercase())?;
        Some(format!("columns `{}` and `{}` differ in case only (error 0025)", other.name, field.name))
    };
    fields.iter().enumerate().find_map(twice)
}
