//! The statements for one table.

use super::column::Column;
use super::fields::Fields;
use super::identifier::TableId;
use super::settings::{InsertMode, JdbcSettings};
use crate::downstream::record::SinkTable;
use serde::Serialize;

/// Every statement that the connector has for a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Statements {
    /// The table's full name, as in the statements.
    pub table: String,
    /// Run when the table is not there and `auto.create` is on.
    pub create: String,
    /// For inserted and updated rows, by `insert.mode`.
    pub write: String,
    /// For deleted rows; `None` when `delete.enabled` is off.
    pub delete: Option<String>,
}

impl Statements {
    /// # Errors
    /// Why the connector refuses the table's records.
    pub fn of(table: &SinkTable, settings: &JdbcSettings) -> Result<Self, String> {
        let fields = Fields::of(settings, table.key.as_ref(), Some(&table.value))?;
        let name = TableId::of(&table.topic, settings).sql(settings);
        let columns = columns(&fields, settings)?;
        Ok(Self {
            create: create(&name, &columns, settings),
            write: write(&name, &fields, settings)?,
            delete: settings.deletes.then(|| delete(&name, &fields.keys, settings)),
            table: name,
        })
    }
}

/// # Errors
/// A field without column type.
pub(super) fn columns(fields: &Fields, settings: &JdbcSettings) -> Result<Vec<Column>, String> {
    fields.all.iter().map(|(field, primary)| Column::new(field, *primary, settings)).collect()
}

pub(super) fn create(table: &str, columns: &[Column], settings: &JdbcSettings) -> String {
    let mut lines: Vec<String> = columns.iter().map(|column| column.declaration(settings)).collect();
    // Quoted whatever the settings say.
    let (open, close) = settings.dialect.quotes();
    let keys: Vec<String> = columns.iter().filter(|c| c.primary).map(|c| format!("{open}{}{close}", c.name)).collect();
    if !keys.is_empty() {
        lines.push(format!("PRIMARY KEY({})", keys.join(",")));
    }
    format!("CREATE TABLE {table} (\n{})", lines.join(",\n"))
}

pub(super) fn alter(table: &str, columns: &[Column], settings: &JdbcSettings) -> String {
    let declarations: Vec<String> = columns.iter().map(|column| column.declaration(settings)).collect();
    settings.dialect.alter(table, &declarations)
}

/// # Errors
/// An upsert without key.
pub(super) fn write(table: &str, fields: &Fields, settings: &JdbcSettings) -> Result<String, String> {
    let (keys, others) = (identifiers(&fields.keys, settings), identifiers(&fields.others, settings));
    Ok(match settings.insert {
        InsertMode::Insert => settings.dialect.insert(table, &[keys, others].concat()),
        InsertMode::Upsert if keys.is_empty() => {
            return Err("insert.mode=upsert needs a primary key: set pk.mode=record_key".to_owned());
        }
        InsertMode::Upsert => settings.dialect.upsert(table, &keys, &others, settings.hold_lock),
        InsertMode::Update => {
            let set: Vec<String> = others.iter().map(|column| format!("{column} = ?")).collect();
            format!("UPDATE {table} SET {}{}", set.join(", "), condition(&keys))
        }
    })
}

pub(super) fn delete(table: &str, keys: &[String], settings: &JdbcSettings) -> String {
    format!("DELETE FROM {table}{}", condition(&identifiers(keys, settings)))
}

fn condition(keys: &[String]) -> String {
    let equal: Vec<String> = keys.iter().map(|column| format!("{column} = ?")).collect();
    if equal.is_empty() { String::new() } else { format!(" WHERE {}", equal.join(" AND ")) }
}

fn identifiers(names: &[String], settings: &JdbcSettings) -> Vec<String> {
    names.iter().map(|name| settings.identifier(name)).collect()
}
