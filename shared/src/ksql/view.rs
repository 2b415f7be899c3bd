//! What ksqlDB shows of a record: the row of a stream, the row of a table, or nothing.

use super::generate::{Object, declare};
use super::types::SqlType;
use crate::Finding;
use crate::avro::names::sanitize;
use crate::config::Pipeline;
use crate::follow::Followed;
use crate::schema::{ColumnType, TableModel};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::{Map, Value};

/// What a record does to a stream or table.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowView {
    /// A stream's next event; a table's row, new or in place of the one with the same key.
    Row(Vec<Cell>),
    /// The table's row with this key is gone.
    Removed(Vec<Cell>),
    /// ksqlDB passes over the record, and why.
    Nothing(&'static str),
}

/// A column's value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    pub column: String,
    /// As declared, e.g. `DECIMAL(12, 2)`.
    #[serde(rename = "type")]
    pub ty: String,
    /// As ksqlDB answers queries, with one exception: DECIMAL is text, so that no digit is lost.
    pub value: Value,
}

/// What the statement that [`generate`](super::generate()) gives for the record's table shows of it.
///
/// # Errors
/// As [`generate`](super::generate()): a table that cannot be declared.
pub fn row_view(pipeline: &Pipeline, object: Object, table: &TableModel, record: &Followed) -> Result<RowView, Finding> {
    let declared = declare(pipeline, object, table)?;
    let value = record.value.as_ref().map(|side| cells(table, &declared.value, &side.json));
    if object == Object::Stream {
        return Ok(value.map_or(RowView::Nothing("a stream passes over a record without a value"), RowView::Row));
    }
    let Some(key) = &record.key else { return Ok(RowView::Nothing("a table passes over a record without a key")) };
    let mut row = match declared.key.as_slice() {
        // The record is the column's value; its own name stands nowhere in it.
        [(name, ty @ SqlType::Struct(_))] => {
            vec![Cell { column: name.clone(), ty: ty.to_string(), value: shown(table, name, ty, &key.json) }]
        }
        several => cells(table, several, &key.json),
    };
    Ok(match value {
        Some(value) => {
            row.extend(value);
            RowView::Row(row)
        }
        None => RowView::Removed(row),
    })
}

fn cells(table: &TableModel, columns: &[(String, SqlType)], record: &Value) -> Vec<Cell> {
    let cell = |(name, ty): &(String, SqlType)| Cell {
        column: name.clone(),
        ty: ty.to_string(),
        value: shown(table, name, ty, field(record, name)),
    };
    columns.iter().map(cell).collect()
}

/// A field of a record, whatever its case; null when it is not there.
fn field<'r>(record: &'r Value, name: &str) -> &'r Value {
    let found = record.as_object().and_then(|fields| fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)));
    found.map_or(&Value::Null, |(_, value)| value)
}

/// A value that was read back from Avro, as a column of this type shows it.
fn shown(table: &TableModel, name: &str, ty: &SqlType, value: &Value) -> Value {
    match (ty, value) {
        (SqlType::Struct(parts), Value::Object(_)) => {
            let part = |(name, ty): &(String, SqlType)| (name.clone(), shown(table, name, ty, field(value, name)));
            Value::Object(parts.iter().map(part).collect::<Map<String, Value>>())
        }
        (SqlType::String, Value::Number(number)) => Value::from(number.to_string()),
        // BIGINT UNSIGNED as an Avro long: from 2^63 on it is negative.
        (SqlType::Bigint, Value::Number(number)) => number.as_u64().map_or_else(|| value.clone(), |n| Value::from(n.cast_signed())),
        (SqlType::Bytes, Value::Number(number)) => {
            let bytes = number.as_u64().unwrap_or(0).to_be_bytes();
            let first = bytes.len() - bit_bytes(table, name).min(bytes.len());
            Value::from(STANDARD.encode(&bytes[first..]))
        }
        (SqlType::Bytes, Value::Object(bytes)) => bytes.get("base64").cloned().unwrap_or(Value::Null),
        _ => value.clone(),
    }
}

/// Bytes that a BIT column has in Avro.
fn bit_bytes(table: &TableModel, name: &str) -> usize {
    let column = table.columns.iter().find(|column| sanitize(&column.name).eq_ignore_ascii_case(name));
    match column.map(|column| &column.ty) {
        Some(ColumnType::Bit { bits }) => usize::from(bits.div_ceil(8)),
        _ => size_of::<u64>(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::parse;
    use crate::follow::{Follower, Outcome};
    use crate::row_event::RowEvent;
    use crate::schema::ddl::parse_create_table;
    use serde_json::json;

    const DOCUMENT: &str = r#"
version = 1
name = "shop"
[[changefeed.config.sink.dispatchers]]
matcher = ["*.*"]
topic = "tidb_{schema}_{table}"
partition = "index-value"
[kafka]
brokers = ["127.0.0.1:9092"]
topic = "meta"
[kafka.params]
protocol = "avro"
[schema_registry]
url = "http://127.0.0.1:8081"
"#;

    /// The views of an event's records as JSON; cells as `column: value`.
    fn views(object: Object, ddl: &str, event: Value) -> Vec<Value> {
        let pipeline = parse(DOCUMENT).unwrap();
        let table = parse_create_table(ddl, "app").unwrap();
        let mut follower = Follower::new(&pipeline, vec![table.clone()], 1).unwrap();
        let outcomes = follower.follow(&RowEvent::parse(&event.to_string()).unwrap()).unwrap();
        let map = |cells: Vec<Cell>| Value::Object(cells.into_iter().map(|cell| (cell.column, cell.value)).collect());
        let view = |outcome: &Outcome| {
            let Outcome::Record(record) = outcome else { panic!("skipped: {outcome:?}") };
            match row_view(&pipeline, object, &table, record).unwrap() {
                RowView::Row(cells) => json!({"row": map(cells)}),
                RowView::Removed(cells) => json!({"removed": map(cells)}),
                RowView::Nothing(_) => Value::Null,
            }
        };
        outcomes.iter().map(view).collect()
    }

    const ORDERS: &str = "CREATE TABLE orders (id int PRIMARY KEY, total decimal(8,2))";

    fn event(op: &str, before: Value, after: Value) -> Value {
        let mut event = json!({"schema": "app", "table": "orders", "op": op, "commit_ts": 5});
        for (name, image) in [("before", before), ("after", after)] {
            if !image.is_null() {
                event[name] = image;
            }
        }
        event
    }

    #[test]
    fn a_table_follows_inserts_updates_and_deletes() {
        let (old, new) = (json!({"id": 1, "total": "1.50"}), json!({"id": 1, "total": "2.50"}));
        let table = |event| views(Object::Table, ORDERS, event);
        let row = |total: &str| json!({"row": {"pk": {"id": 1}, "id": 1, "total": total}});
        assert_eq!(table(event("c", Value::Null, old.clone())), [row("1.50")]);
        assert_eq!(table(event("u", old.clone(), new.clone())), [row("2.50")]);
        assert_eq!(table(event("d", new, Value::Null)), [json!({"removed": {"pk": {"id": 1}}})]);
        let moved = json!({"id": 2, "total": "1.50"});
        assert_eq!(
            table(event("u", old, moved)),
            [json!({"removed": {"pk": {"id": 1}}}), json!({"row": {"pk": {"id": 2}, "id": 2, "total": "1.50"}})]
        );
    }

    #[test]
    fn a_stream_shows_rows_and_no_deletes() {
        let row = json!({"id": 1, "total": null});
        assert_eq!(views(Object::Stream, ORDERS, event("c", Value::Null, row.clone())), [json!({"row": {"id": 1, "total": null}})]);
        assert_eq!(views(Object::Stream, ORDERS, event("d", row, Value::Null)), [Value::Null]);
    }

    #[test]
    fn several_key_columns_come_first_and_values_have_ksqldb_s_forms() {
        let ddl = "CREATE TABLE orders (v bigint unsigned, a int, b int, bits bit(9), bin varbinary(3), PRIMARY KEY (b, a))";
        let row = json!({"v": u64::MAX, "a": 1, "b": 2, "bits": 257, "bin": {"base64": "AQI="}});
        assert_eq!(
            views(Object::Table, ddl, event("c", Value::Null, row)),
            [json!({"row": {"a": 1, "b": 2, "v": -1, "bits": "AQE=", "bin": "AQI="}})]
        );
    }
}
