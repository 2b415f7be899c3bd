//! A row's values to JSON.

use crate::row::{Datum, Row};
use crate::schema::{ColumnType, TableModel};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// All columns by name.
pub(super) fn image(table: &TableModel, row: &Row) -> Map<String, Value> {
    table.columns.iter().zip(row.iter()).map(|(column, datum)| (column.name.clone(), value(&column.ty, datum))).collect()
}

fn value(ty: &ColumnType, datum: Datum<'_>) -> Value {
    match (ty, datum) {
        (_, Datum::Null) => Value::Null,
        (ColumnType::Enum { elements }, Datum::UInt(index)) => {
            let element = usize::try_from(index).ok().and_then(|i| i.checked_sub(1)).and_then(|i| elements.get(i));
            Value::from(element.map_or("", String::as_str))
        }
        (ColumnType::Set { elements }, Datum::UInt(mask)) => {
            let chosen: Vec<&str> =
                elements.iter().take(64).enumerate().filter(|(i, _)| mask >> i & 1 == 1).map(|(_, e)| e.as_str()).collect();
            Value::from(chosen.join(","))
        }
        (_, Datum::Int(number)) => Value::from(number),
        (_, Datum::UInt(number)) => Value::from(number),
        // The shortest digits that mean this single-precision number, not those of its double.
        (_, Datum::Float(number)) => number.to_string().parse::<f64>().map_or(Value::Null, Value::from),
        (_, Datum::Double(number)) => Value::from(number),
        (ColumnType::Binary { .. }, Datum::Bytes(bytes)) => json!({ "base64": STANDARD.encode(bytes) }),
        (_, Datum::Bytes(bytes)) => match std::str::from_utf8(bytes) {
            Ok(text) => Value::from(text),
            Err(_) => json!({ "base64": STANDARD.encode(bytes) }),
        },
    }
}
