//! A JDBC sink at work: record by record, with the tables that it would leave behind.

use super::column::Column;
use super::fields::Fields;
use super::identifier::TableId;
use super::settings::{InsertMode, JdbcSettings, KeyMode};
use super::statements;
use crate::downstream::connect::Struct;
use crate::downstream::record::{Part, Record, SinkTable};
use crate::downstream::step::{Bound, End, SinkRows, Statement, Step};
use serde_json::{Map, Value, json};

/// A connector with the tables that it has made so far; it starts on an empty database.
#[derive(Clone, Debug)]
pub struct JdbcSink {
    settings: JdbcSettings,
    tables: Vec<Table>,
    stopped: bool,
}

#[derive(Clone, Debug, Default)]
struct Table {
    name: String,
    columns: Vec<Column>,
    rows: Vec<Map<String, Value>>,
    /// Of the last record that had a value: deletes are bound with it too.
    value_schema: Option<Struct>,
}

/// Why a record was not written.
enum Refused {
    /// By the connector: its task fails.
    Connector(String),
    /// By the database.
    Database(String),
}

impl JdbcSink {
    #[must_use]
    pub fn new(settings: JdbcSettings) -> Self {
        Self { settings, tables: Vec::new(), stopped: false }
    }

    /// Writes a record.
    pub fn apply(&mut self, record: &Record) -> Step {
        if self.stopped {
            return Step::without_statement(End::NotReached);
        }
        if record.value.is_none() && self.settings.skips_deletes {
            let why = "delete.enabled is off: Debezium's sink passes over deletes, and the row stays".to_owned();
            return Step::without_statement(End::Ignored(why));
        }
        let mut run = Vec::new();
        let end = match self.write(record, &mut run) {
            Ok(()) => End::Written,
            Err(Refused::Database(why)) if self.settings.tolerant => End::DeadLetter(why),
            Err(Refused::Database(why) | Refused::Connector(why)) => {
                self.stopped = true;
                End::Stopped(why)
            }
        };
        Step { statements: run, row: None, end }
    }

    /// What is in the database now.
    #[must_use]
    pub fn tables(&self) -> Vec<SinkRows> {
        let rows = |table: &Table| SinkRows {
            table: table.name.clone(),
            columns: table.columns.iter().map(|column| column.name.clone()).collect(),
            rows: table.rows.clone(),
        };
        self.tables.iter().filter(|table| !table.columns.is_empty()).map(rows).collect()
    }

    fn write(&mut self, record: &Record, run: &mut Vec<Statement>) -> Result<(), Refused> {
        check(&self.settings, record).map_err(Refused::Connector)?;
        let settings = &self.settings;
        let name = TableId::of(&record.topic, settings).sql(settings);
        let at = self.tables.iter().position(|table| table.name == name).unwrap_or_else(|| {
            self.tables.push(Table { name, ..Table::default() });
            self.tables.len() - 1
        });
        let table = &mut self.tables[at];
        if let Some(value) = &record.value {
            table.value_schema = Some(value.schema.clone());
        }
        let key_schema = record.key.as_ref().map(|key| &key.schema);
        let fields = Fields::of(settings, key_schema, table.value_schema.as_ref()).map_err(Refused::Connector)?;
        table.create_or_widen(&fields, settings, run)?;
        match &record.value {
            Some(_) => table.store(record, &fields, settings, run),
            None => {
                table.delete(record, &fields, settings, run);
                Ok(())
            }
        }
    }
}

/// What a sink does to its table when the schemas of the topic change.
#[derive(Clone, Debug)]
pub(in crate::downstream) struct Widened {
    /// Full name, as in statements.
    pub table: String,
    /// As the connector would have made them under the earlier schemas, and under the later ones.
    pub before: Vec<Column>,
    pub after: Vec<Column>,
    pub statements: Vec<Statement>,
    /// Why the first record of the later schema is not written.
    pub refusal: Option<String>,
}

impl Widened {
    /// # Errors
    /// The connector refuses records of the earlier schema already, or has no type for a field.
    pub fn of(before: &SinkTable, after: &SinkTable, settings: &JdbcSettings) -> Result<Self, String> {
        let fields = |table: &SinkTable| Fields::of(settings, table.key.as_ref(), Some(&table.value));
        let name = TableId::of(&before.topic, settings).sql(settings);
        let old = statements::columns(&fields(before)?, settings)?;
        let later = fields(after)?;
        let mut table = Table { name: name.clone(), columns: old.clone(), ..Table::default() };
        let mut run = Vec::new();
        let refusal = match table.create_or_widen(&later, settings, &mut run) {
            Ok(()) => None,
            Err(Refused::Connector(why) | Refused::Database(why)) => Some(why),
        };
        Ok(Self { table: name, before: old, after: statements::columns(&later, settings)?, statements: run, refusal })
    }
}

/// The connector's check of a record, before anything else.
fn check(settings: &JdbcSettings, record: &Record) -> Result<(), String> {
    if settings.deletes && settings.key != KeyMode::RecordKey {
        return Err("delete.enabled=true is allowed with pk.mode=record_key only".to_owned());
    }
    if settings.key == KeyMode::RecordKey && record.key.is_none() {
        return Err("pk.mode=record_key requires records with a key, and this table has none".to_owned());
    }
    if settings.key == KeyMode::RecordKey && !settings.avro_key {
        return Err("pk.mode=record_key finds no fields in the key, which is not read as Avro: set input.key.format=AVRO".to_owned());
    }
    if record.value.is_none() && !settings.deletes {
        return Err("the record is a delete (null value) and delete.enabled is false: the task fails".to_owned());
    }
    Ok(())
}

impl Table {
    fn create_or_widen(&mut self, fields: &Fields, settings: &JdbcSettings, run: &mut Vec<Statement>) -> Result<(), Refused> {
        let wanted = statements::columns(fields, settings).map_err(Refused::Connector)?;
        if self.columns.is_empty() {
            if !settings.auto_create {
                return Err(Refused::Connector(format!("table {} is missing and auto.create is off", self.name)));
            }
            run.push(Statement::definition(statements::create(&self.name, &wanted, settings)));
            if let Some(why) = wanted.iter().find_map(|column| settings.dialect.refuses(column)) {
                return Err(Refused::Database(why));
            }
            self.columns = wanted;
            return Ok(());
        }
        let missing: Vec<Column> = wanted.into_iter().filter(|column| self.column(&column.name).is_none()).collect();
        if missing.is_empty() {
            return Ok(());
        }
        if let Some(column) = missing.iter().find(|c| !c.field.optional && c.field.default.is_none()) {
            return Err(Refused::Connector(format!(
                "cannot ALTER table {} to add missing field `{}`: it is not optional and does not have a default value",
                self.name, column.name
            )));
        }
        if !settings.auto_evolve {
            let names: Vec<_> = missing.iter().map(|column| format!("`{}`", column.name)).collect();
            return Err(Refused::Connector(format!("table {} is missing {} and auto.evolve is off", self.name, names.join(", "))));
        }
        run.push(Statement::definition(statements::alter(&self.name, &missing, settings)));
        if let Some(why) = missing.iter().find_map(|column| settings.dialect.refuses(column)) {
            return Err(Refused::Database(why));
        }
        for row in &mut self.rows {
            row.extend(missing.iter().map(|column| (column.name.clone(), settings.dialect.in_old_rows(column))));
        }
        self.columns.extend(missing);
        Ok(())
    }

    /// By name, else without regard to case, as the connector looks.
    fn column(&self, name: &str) -> Option<&Column> {
        let same = |column: &&Column| column.name.to_lowercase() == name.to_lowercase();
        self.columns.iter().find(|column| column.name == name).or_else(|| self.columns.iter().find(same))
    }

    fn store(&mut self, record: &Record, fields: &Fields, settings: &JdbcSettings, run: &mut Vec<Statement>) -> Result<(), Refused> {
        let sql = statements::write(&self.name, fields, settings).map_err(Refused::Connector)?;
        let keys = key_values(record, fields, settings);
        let others: Vec<Bound> = fields.others.iter().map(|name| bound(name, record.value.as_ref())).collect();
        let values = match settings.insert {
            InsertMode::Update => [others, keys.clone()].concat(),
            InsertMode::Insert | InsertMode::Upsert => [keys.clone(), others].concat(),
        };
        if let Some(Bound { column, value }) = values.iter().find(|bound| is_no_epoch(bound, settings)) {
            return Err(Refused::Connector(format!(
                "NumberFormatException: timestamp.fields.list names `{column}`, and {value} is no number"
            )));
        }
        run.push(Statement { sql, values: values.clone() });

        let at = self.find(&keys);
        if settings.insert == InsertMode::Insert && at.is_some() {
            return Err(Refused::Database("duplicate key: a row with this key is there already".to_owned()));
        }
        let mut written = Map::new();
        for Bound { column, value } in &values {
            let Some(column) = self.column(column) else { continue };
            written.insert(column.name.clone(), column.stored(value).map_err(Refused::Database)?);
        }
        match at {
            Some(at) => self.rows[at].extend(written),
            // An update that finds no row changes nothing, and is no error.
            None if settings.insert == InsertMode::Update => {}
            None => {
                let mut row = Map::new();
                for column in &self.columns {
                    let value = written.remove(&column.name).or_else(|| column.absent());
                    let left_out =
                        || Refused::Database(format!("NULL in `{}`, which is NOT NULL and no longer in the records", column.name));
                    row.insert(column.name.clone(), value.ok_or_else(left_out)?);
                }
                self.rows.push(row);
            }
        }
        Ok(())
    }

    fn delete(&mut self, record: &Record, fields: &Fields, settings: &JdbcSettings, run: &mut Vec<Statement>) {
        let keys = key_values(record, fields, settings);
        if let Some(at) = self.find(&keys) {
            self.rows.remove(at);
        }
        run.push(Statement { sql: statements::delete(&self.name, &fields.keys, settings), values: keys });
    }

    /// The row with this key. Text is compared exactly, which the database's collation may see otherwise.
    fn find(&self, keys: &[Bound]) -> Option<usize> {
        if keys.is_empty() {
            return None;
        }
        let is_it = |row: &Map<String, Value>| {
            keys.iter().all(|key| {
                let Some(column) = self.column(&key.column) else { return false };
                let wanted = column.stored(&key.value).unwrap_or_else(|_| key.value.clone());
                row.get(&column.name) == Some(&wanted)
            })
        };
        self.rows.iter().position(is_it)
    }
}

/// Fields of `timestamp.fields.list` are read as whole numbers since 1970; TiCDC's times are text such as
/// `2024-01-02 03:04:05`.
fn is_no_epoch(bound: &Bound, settings: &JdbcSettings) -> bool {
    let text = bound.value.as_str().filter(|_| settings.timestamp_fields.contains(&bound.column));
    text.is_some_and(|text| text.trim().parse::<i64>().is_err())
}

fn key_values(record: &Record, fields: &Fields, settings: &JdbcSettings) -> Vec<Bound> {
    let part = match settings.key {
        KeyMode::None => return Vec::new(),
        KeyMode::Kafka => {
            let place = [json!(record.topic), json!(record.partition), json!(record.offset)];
            return fields.keys.iter().cloned().zip(place).map(|(column, value)| Bound { column, value }).collect();
        }
        KeyMode::RecordKey => record.key.as_ref(),
        KeyMode::RecordValue => record.value.as_ref(),
    };
    fields.keys.iter().map(|name| bound(name, part)).collect()
}

fn bound(name: &str, part: Option<&Part>) -> Bound {
    let value = part.and_then(|part| part.values.get(name)).cloned().unwrap_or_default();
    Bound { column: name.to_owned(), value }
}
