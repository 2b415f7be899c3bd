//! What does not arrive as it was: a report per table and connector, each with the way out.

mod grouped;
mod jdbc;
mod snowflake;
#[cfg(test)]
mod tests;

pub use grouped::{LossGroup, grouped};

use super::jdbc::JdbcSettings;
use super::snowflake::SnowflakeSettings;
use crate::avro::{AvroOptions, BigintUnsignedMode, names};
use crate::connector::Settings;
use crate::schema::{Column, ColumnType, Generated, IntegerWidth, TableModel};
use serde::Serialize;

/// Something that a sink's table does not have as TiDB has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Loss {
    /// `None` for the whole table.
    pub column: Option<String>,
    /// Stable, kebab-case.
    pub code: &'static str,
    /// A sentence: what becomes of it.
    pub what: String,
    /// A sentence: what to do about it.
    pub remedy: String,
}

/// What a table loses on its way into this connector's target; empty when nothing is known of the target.
#[must_use]
pub fn losses(table: &TableModel, options: &AvroOptions, settings: &Settings<'_>) -> Vec<Loss> {
    let mut report = Report { table, options, losses: Vec::new() };
    if let Some(jdbc) = JdbcSettings::of(settings) {
        report.on_the_way();
        jdbc::losses(&mut report, &jdbc);
    } else if let Some(snowflake) = SnowflakeSettings::of(settings) {
        report.on_the_way();
        snowflake::losses(&mut report, &snowflake);
    }
    report.losses
}

struct Report<'a> {
    table: &'a TableModel,
    options: &'a AvroOptions,
    losses: Vec<Loss>,
}

impl<'a> Report<'a> {
    /// Columns that are in the records.
    fn columns(&self) -> impl Iterator<Item = &'a Column> + use<'a> {
        self.table.columns.iter().filter(|column| column.generated != Some(Generated::Virtual))
    }

    fn of_table(&mut self, code: &'static str, what: impl Into<String>, remedy: impl Into<String>) {
        self.losses.push(Loss { column: None, code, what: what.into(), remedy: remedy.into() });
    }

    fn of_column(&mut self, column: &Column, code: &'static str, what: impl Into<String>, remedy: impl Into<String>) {
        self.losses.push(Loss { column: Some(column.name.clone()), code, what: what.into(), remedy: remedy.into() });
    }

    /// Whether the column is a part of the key that records have.
    fn is_key(&self, column: &Column) -> bool {
        let key = self.table.handle_key().map(|key| key.columns).unwrap_or_default();
        key.iter().filter_map(|at| self.table.columns.get(*at)).any(|key| key.name == column.name)
    }

    /// What is lost before any sink: between TiDB and the topic.
    fn on_the_way(&mut self) {
        let table = self.table;
        for column in &table.columns {
            if column.generated == Some(Generated::Virtual) {
                self.of_column(
                    column,
                    "virtual-column",
                    "A virtual generated column is not in the records.",
                    "Make it STORED, or compute it in the target.",
                );
                continue;
            }
            let unsigned_long = matches!(column.ty, ColumnType::Integer { width: IntegerWidth::Big, unsigned: true });
            if unsigned_long && self.options.bigint_unsigned == BigintUnsignedMode::Long {
                self.of_column(
                    column,
                    "bigint-unsigned",
                    "Values from 2^63 (9223372036854775808) on arrive as negative numbers.",
                    "Set avro-bigint-unsigned-handling-mode=string, or rule such values out.",
                );
            }
            let clean = names::sanitize(&column.name);
            if clean != column.name {
                self.of_column(
                    column,
                    "column-renamed",
                    format!("The column is called `{clean}` from the topic on."),
                    "Rename the column, or read it by that name.",
                );
            }
        }
        if table.handle_key().is_none() {
            self.of_table(
                "no-key",
                "The table has no primary key and no unique index over NOT NULL columns: its records have no key.",
                "Add a primary key; without one no sink can update or delete a row.",
            );
        }
    }
}

/// Dates and times travel as text.
fn is_time(ty: &ColumnType) -> bool {
    matches!(ty, ColumnType::Date | ColumnType::DateTime { .. } | ColumnType::Timestamp { .. } | ColumnType::Time { .. })
}

/// Whether the column holds text in a sink.
fn is_text(ty: &ColumnType) -> bool {
    matches!(ty, ColumnType::Text { .. } | ColumnType::Enum { .. } | ColumnType::Set { .. } | ColumnType::Json)
}
