//! The view of a table's present state over the history that the connector appends.

use super::names::{identifier, table_name};
use super::settings::SnowflakeSettings;
use super::value::cast;
use crate::downstream::connect::{ConnectType, Field};
use crate::downstream::record::SinkTable;

/// `CREATE OR REPLACE VIEW …_CURRENT`: the newest row of each key, deleted ones left out, columns with their types.
/// `None` for a table without key: its history has no rows that belong together.
///
/// The newest is the one with the highest offset, which holds while a key stays in its partition. A commit timestamp
/// would not do: a delete carries none.
#[must_use]
pub fn current_state_view(table: &SinkTable, settings: &SnowflakeSettings) -> Option<String> {
    let key = table.key.as_ref()?.fields.first()?;
    let source = settings.qualified(&table_name(&table.topic, &settings.topic_to_table).stored);
    let view = settings.qualified(&view_name(table));
    let columns: Vec<String> = table.value.fields.iter().map(|field| column(field, settings.schematized)).collect();
    let present = if settings.schematized {
        format!("{} IS NOT NULL", identifier(&key.name.to_uppercase()))
    } else {
        format!("RECORD_CONTENT IS NOT NULL AND RECORD_CONTENT:{} IS NOT NULL", key.name)
    };
    Some(format!(
        "CREATE OR REPLACE VIEW {view} AS\n\
         SELECT {}\n\
         FROM (SELECT * FROM {source}\n      \
         QUALIFY ROW_NUMBER() OVER (PARTITION BY RECORD_METADATA:key\n              \
         ORDER BY RECORD_METADATA:offset::NUMBER DESC) = 1)\n\
         WHERE {present};\n",
        columns.join(",\n       ")
    ))
}

/// The table's name in TiDB with `_CURRENT`.
pub(super) fn view_name(table: &SinkTable) -> String {
    format!("{}_CURRENT", table.value.name.to_uppercase())
}

fn column(field: &Field, schematized: bool) -> String {
    let name = identifier(&field.name.to_uppercase());
    let is_json = field.tidb_type == "JSON";
    if schematized {
        return match cast(field) {
            _ if is_json => format!("PARSE_JSON({name}) AS {name}"),
            Some(ty) if needs_cast(field) => format!("{name}::{ty} AS {name}"),
            _ => name,
        };
    }
    let path = format!("RECORD_CONTENT:{}", field.name);
    match cast(field) {
        _ if is_json => format!("PARSE_JSON({path}::VARCHAR) AS {name}"),
        _ if field.ty == ConnectType::Bytes => format!("TO_BINARY({path}::VARCHAR, 'BASE64') AS {name}"),
        Some(ty) => format!("{path}::{ty} AS {name}"),
        None => format!("{path} AS {name}"),
    }
}

/// Columns that schematization makes VARCHAR though they hold numbers and times.
fn needs_cast(field: &Field) -> bool {
    match field.ty {
        ConnectType::Decimal { .. } => true,
        ConnectType::String => matches!(field.tidb_type.as_str(), "DATE" | "DATETIME" | "TIMESTAMP"),
        _ => false,
    }
}
