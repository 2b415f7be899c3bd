//! Values in a row: what the connector writes and which types the columns have.

use crate::downstream::connect::{ConnectType, Field};
use serde_json::{Number, Value};

/// Digits of Snowflake's widest NUMBER.
const MAX_DIGITS: usize = 38;

/// A value as it stands in the row's JSON: bytes are base64 text, decimals numbers up to 38 digits and text beyond.
pub(super) fn in_json(field: &Field, value: &Value) -> Value {
    if let Some(base64) = value.get("base64") {
        return base64.clone();
    }
    match (&field.ty, value) {
        (ConnectType::Decimal { .. }, Value::String(text)) => number(text).unwrap_or_else(|| value.clone()),
        _ => value.clone(),
    }
}

/// The decimal as a number where JSON numbers of the page can show all its digits; else its text.
fn number(text: &str) -> Option<Value> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits > MAX_DIGITS {
        return None;
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(Value::from(whole));
    }
    let float: f64 = text.parse().ok()?;
    let trimmed = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text };
    let exact = format!("{float}") == trimmed;
    Number::from_f64(float).filter(|_| exact).map(Value::Number)
}

/// The type of the column that schematization adds (line 3 of the connector).
pub(in crate::downstream) fn column_type(field: &Field) -> &'static str {
    match &field.ty {
        ConnectType::Boolean => "BOOLEAN",
        ConnectType::Int32 => "INT",
        ConnectType::Int64 => "BIGINT",
        ConnectType::Float32 => "FLOAT",
        ConnectType::Float64 => "DOUBLE",
        ConnectType::Decimal { .. } | ConnectType::String => "VARCHAR",
        ConnectType::Bytes => "BINARY",
        ConnectType::Nested(kind) if kind == "ARRAY" => "ARRAY",
        ConnectType::Nested(_) => "VARIANT",
    }
}

/// The type that a TiDB column should have in the end; `None` when the value stays as it came.
pub(super) fn cast(field: &Field) -> Option<String> {
    Some(match &field.ty {
        ConnectType::Boolean => "BOOLEAN".to_owned(),
        ConnectType::Int32 | ConnectType::Int64 => format!("NUMBER({MAX_DIGITS},0)"),
        ConnectType::Float32 | ConnectType::Float64 => "FLOAT".to_owned(),
        ConnectType::Decimal { precision, scale } if *precision as usize <= MAX_DIGITS => format!("NUMBER({precision},{scale})"),
        ConnectType::Decimal { .. } => "VARCHAR".to_owned(),
        ConnectType::String => match field.tidb_type.as_str() {
            "DATE" => "DATE",
            "DATETIME" | "TIMESTAMP" => "TIMESTAMP_NTZ",
            // Also TIME: TiDB's goes beyond 24 hours.
            _ => "VARCHAR",
        }
        .to_owned(),
        ConnectType::Bytes | ConnectType::Nested(_) => return None,
    })
}
