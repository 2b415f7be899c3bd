//! The view of a table's present state over the history that the connector appends.

use super::names::{identifier, path_element};
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
    let source = settings.qualified(&settings.topic_to_table.table_name(&table.topic).stored);
    let view = settings.qualified(&view_name(table));
    let columns: Vec<String> = table.value.fields.iter().map(|field| column(field, settings.schematized)).collect();
    let present = if settings.schematized {
        format!("{} IS NOT NULL", identifier(&key.name.to_uppercase()))
    } else {
        format!("RECORD_CONTENT IS NOT NULL AND {} IS NOT NULL", in_content(key))
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

/// `MERGE INTO`: brings a table of the present rows, with the table's name in TiDB, up to the history. For a task over a
/// stream, where a view over a long history is too slow. `None` for a table without key, and for schematized tables,
/// whose columns can be merged as they are.
#[must_use]
pub fn merge_into(table: &SinkTable, settings: &SnowflakeSettings) -> Option<String> {
    let key = table.key.as_ref().filter(|key| !key.fields.is_empty() && !settings.schematized)?;
    let source = settings.qualified(&settings.topic_to_table.table_name(&table.topic).stored);
    let target = settings.qualified(&table.value.name.to_uppercase());
    let name = |field: &Field| identifier(&field.name.to_uppercase());
    let list = |fields: &[&Field], of: &dyn Fn(&Field) -> String| fields.iter().map(|field| of(field)).collect::<Vec<_>>();
    let keys: Vec<&Field> = key.fields.iter().collect();
    let others: Vec<&Field> = table.value.fields.iter().filter(|field| key.field(&field.name).is_none()).collect();
    let all = [keys.clone(), others.clone()].concat();
    let in_key = |field: &Field| format!("RECORD_METADATA:key.{}", path_element(&field.name));
    let from_key = list(&keys, &|field| format!("{} {}", typed(field, &in_key(field)), name(field)));
    let from_content = list(&others, &|field| format!("{} {}", typed(field, &in_content(field)), name(field)));
    let first = keys.first().map_or_else(String::new, |field| in_content(field));
    let update = match others.as_slice() {
        [] => String::new(),
        others => format!("WHEN MATCHED THEN UPDATE SET {}\n", list(others, &|field| format!("{0} = S.{0}", name(field))).join(", ")),
    };
    Some(format!(
        "MERGE INTO {target} T\n\
         USING (SELECT {},\n              \
         (RECORD_CONTENT IS NULL OR {first} IS NULL) DEL\n       \
         FROM {source}\n       \
         QUALIFY ROW_NUMBER() OVER (PARTITION BY {}\n               \
         ORDER BY RECORD_METADATA:offset::NUMBER DESC) = 1) S\n\
         ON {}\n\
         WHEN MATCHED AND S.DEL THEN DELETE\n\
         {update}\
         WHEN NOT MATCHED AND NOT S.DEL THEN INSERT ({}) VALUES ({});\n",
        [from_key, from_content].concat().join(", "),
        list(&keys, &in_key).join(", "),
        list(&keys, &|field| format!("T.{0} = S.{0}", name(field))).join(" AND "),
        list(&all, &name).join(", "),
        list(&all, &|field| format!("S.{}", name(field))).join(", "),
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
    format!("{} AS {name}", typed(field, &in_content(field)))
}

/// Where a field is in the history.
fn in_content(field: &Field) -> String {
    format!("RECORD_CONTENT:{}", path_element(&field.name))
}

/// A value of the history with its type.
fn typed(field: &Field, path: &str) -> String {
    match cast(field) {
        _ if field.tidb_type == "JSON" => format!("PARSE_JSON({path}::VARCHAR)"),
        _ if field.ty == ConnectType::Bytes => format!("TO_BINARY({path}::VARCHAR, 'BASE64')"),
        Some(ty) => format!("{path}::{ty}"),
        None => path.to_owned(),
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
