//! Snowflake's columns, which there are only with schematization.

use super::super::snowflake::Snowflake;
use super::super::{Site, at};
use super::some;
use crate::Finding;
use crate::avro::DecimalMode;
use crate::avro::names::sanitize;
use crate::schema::{ColumnType, TableModel};
use crate::sink_uri::KafkaOptions;
use std::collections::HashMap;

const SCHEMATIZATION: &str = "snowflake.enable.schematization";

pub(super) fn check(site: &Site<'_>, options: &KafkaOptions, tables: &[&TableModel], findings: &mut Vec<Finding>) {
    let snowflake = Snowflake::of(site);
    if !snowflake.schematization {
        return;
    }
    for table in tables {
        let mut seen: HashMap<String, &str> = HashMap::with_capacity(table.columns.len());
        for column in &table.columns {
            if let Some(other) = seen.insert(sanitize(&column.name).to_lowercase(), &column.name) {
                let message = format!("Columns `{other}` and `{}` of `{}` differ in case only.", column.name, table.qualified());
                findings.push(
                    Finding::warning(at(SCHEMATIZATION), "snowflake-column-case", message)
                        .hint("Snowflake upper-cases column names: rename one, or turn schematization off."),
                );
            }
        }
    }
    if snowflake.writes_decimals_as_text() && options.avro.decimal == DecimalMode::Precise {
        let decimals: Vec<String> = tables
            .iter()
            .flat_map(|table| table.columns.iter().map(move |column| (table, column)))
            .filter(|(_, column)| matches!(column.ty, ColumnType::Decimal { .. }))
            .map(|(table, column)| format!("{}.{}", table.name, column.name))
            .collect();
        if !decimals.is_empty() {
            let message = format!("Decimals become VARCHAR columns with schematization: {}.", some(&decimals));
            findings.push(
                Finding::warning(at(SCHEMATIZATION), "snowflake-decimal-as-text", message)
                    .hint("Create the tables with NUMBER columns, or cast in a view."),
            );
        }
    }
}
