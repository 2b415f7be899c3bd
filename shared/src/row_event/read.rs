//! JSON to events, and JSON values to a row's.

use super::{KEYS, RowEvent, closest, temporal};
use crate::Finding;
use crate::row::{CommitTs, Datum, Op, Row};
use crate::schema::{Column, ColumnType, IntegerWidth};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// Digits that every `f64` keeps: a longer decimal written as a JSON number has lost some already.
const EXACT_DIGITS: usize = 15;

pub(super) fn event(mut object: Map<String, Value>) -> Result<RowEvent, Vec<Finding>> {
    let mut findings = Vec::new();
    for key in object.keys().filter(|key| !KEYS.contains(&key.as_str())) {
        let finding = Finding::error(key, "event-unknown-key", format!("an event has no `{key}`"));
        findings.push(match closest(key, KEYS.into_iter()) {
            Some(near) => finding.hint(format!("Did you mean `{near}`?")),
            None => finding.hint(format!("It has {}.", KEYS.map(|k| format!("`{k}`")).join(", "))),
        });
    }
    let mut text = |key: &str, findings: &mut Vec<Finding>| match object.remove(key) {
        Some(Value::String(text)) => text,
        _ => {
            findings.push(Finding::error(key, "event-field", format!("`{key}` is no text, or missing")));
            String::new()
        }
    };
    let (schema, table) = (text("schema", &mut findings), text("table", &mut findings));
    let op = match text("op", &mut findings).as_str() {
        "c" => Op::Insert,
        "u" => Op::Update,
        "d" => Op::Delete,
        _ => {
            findings.push(Finding::error("op", "event-field", "`op` is one of `c` (insert), `u` (update), `d` (delete)"));
            Op::Insert
        }
    };
    let commit_ts = object.remove("commit_ts").and_then(|v| v.as_u64()).unwrap_or_else(|| {
        findings.push(
            Finding::error("commit_ts", "event-field", "`commit_ts` is no unsigned 64-bit number, or missing")
                .hint("TiDB's TSO: milliseconds since 1970, times 262144, plus a counter."),
        );
        0
    });
    let mut image = |key: &str, wanted: bool| match object.remove(key) {
        Some(Value::Object(values)) if wanted => Some(values),
        None | Some(Value::Null) if !wanted => None,
        _ => {
            let needs = if wanted { "needs" } else { "has no" };
            findings.push(Finding::error(key, "event-image", format!("an event with `op` `{}` {needs} `{key}`", op.letter())));
            None
        }
    };
    let before = image("before", op != Op::Insert);
    let after = image("after", op != Op::Delete);
    if findings.is_empty() { Ok(RowEvent { schema, table, op, commit_ts: CommitTs(commit_ts), before, after }) } else { Err(findings) }
}

/// Appends a value to the row; on error nothing, with the cause, which never quotes the value.
pub(super) fn value(row: &mut Row, column: &Column, value: &Value) -> Result<(), String> {
    if value.is_null() {
        if !column.nullable {
            return Err("`null` in a NOT NULL column".to_owned());
        }
        row.push(Datum::Null);
        return Ok(());
    }
    match &column.ty {
        ColumnType::Integer { width, unsigned: true } => {
            let number = value.as_u64().filter(|n| *n <= u64::MAX >> (64 - width_bits(*width)));
            row.push(Datum::UInt(number.ok_or("expected an unsigned whole number within the type's range")?));
        }
        ColumnType::Integer { width, unsigned: false } => {
            let shift = 64 - width_bits(*width);
            let number = value.as_i64().filter(|n| (i64::MIN >> shift..=i64::MAX >> shift).contains(n));
            row.push(Datum::Int(number.ok_or("expected a whole number within the type's range")?));
        }
        ColumnType::Year => {
            let number = value.as_i64().filter(|n| *n == 0 || (1901..=2155).contains(n));
            row.push(Datum::Int(number.ok_or("expected a year: 0, or 1901 to 2155")?));
        }
        ColumnType::Float { .. } => {
            let number = value.as_f64().map(|n| n as f32).filter(|n| n.is_finite());
            row.push(Datum::Float(number.ok_or("expected a number that single precision can hold")?));
        }
        ColumnType::Double { .. } => row.push(Datum::Double(value.as_f64().ok_or("expected a number")?)),
        ColumnType::Decimal { precision, scale, unsigned } => {
            let text = decimal(value, *precision, *scale, *unsigned)?;
            row.push(Datum::Bytes(text.as_bytes()));
        }
        ColumnType::Bit { bits } => {
            let number = value.as_u64().filter(|n| *n <= u64::MAX >> (64 - u32::from(*bits)));
            row.push(Datum::UInt(number.ok_or_else(|| format!("expected a whole number of at most {bits} bits"))?));
        }
        ColumnType::Enum { elements } => {
            let text = text(value)?;
            let index = match elements.iter().position(|e| e == text) {
                Some(position) => position as u64 + 1,
                // MySQL's "invalid value".
                None if text.is_empty() => 0,
                None => return Err("expected one of the enumeration's elements".to_owned()),
            };
            row.push(Datum::UInt(index));
        }
        ColumnType::Set { elements } => {
            let mut mask = 0;
            for part in text(value)?.split(',').filter(|part| !part.is_empty()) {
                let position = elements.iter().take(64).position(|e| e == part).ok_or("expected elements of the set, joined by commas")?;
                mask |= 1 << position;
            }
            row.push(Datum::UInt(mask));
        }
        ColumnType::Binary { .. } => row.push(Datum::Bytes(&binary(value)?)),
        ColumnType::Json => {
            let text = text(value)?;
            serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|_| "expected JSON, as text")?;
            row.push(Datum::Bytes(text.as_bytes()));
        }
        ColumnType::Date => row.push(Datum::Bytes(temporal::date(text(value)?)?.as_bytes())),
        ColumnType::DateTime { fsp } | ColumnType::Timestamp { fsp } => {
            row.push(Datum::Bytes(temporal::date_time(text(value)?, *fsp)?.as_bytes()));
        }
        ColumnType::Time { fsp } => row.push(Datum::Bytes(temporal::time(text(value)?, *fsp)?.as_bytes())),
        ColumnType::Text { .. } | ColumnType::Vector => row.push(Datum::Bytes(text(value)?.as_bytes())),
        ColumnType::Unsupported { name } => return Err(format!("type {name} has no form in events")),
    }
    Ok(())
}

fn width_bits(width: IntegerWidth) -> u32 {
    match width {
        IntegerWidth::Tiny => 8,
        IntegerWidth::Small => 16,
        IntegerWidth::Medium => 24,
        IntegerWidth::Int => 32,
        IntegerWidth::Big => 64,
    }
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| "expected text".to_owned())
}

fn binary(value: &Value) -> Result<Vec<u8>, String> {
    let wanted = || "expected `{\"base64\": \"…\"}`".to_owned();
    let object = value.as_object().filter(|object| object.len() == 1).ok_or_else(wanted)?;
    let encoded = object.get("base64").and_then(Value::as_str).ok_or_else(wanted)?;
    STANDARD.decode(encoded).map_err(|_| "the text in `base64` is no base64".to_owned())
}

/// Decimal text of exactly the column's scale.
fn decimal(value: &Value, precision: u8, scale: u8, unsigned: bool) -> Result<String, String> {
    let written = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => {
            let text = number.to_string();
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            if number.is_f64() && (digits > EXACT_DIGITS || text.contains(['e', 'E'])) {
                return Err("the number has more digits than JSON numbers keep; write it as text".to_owned());
            }
            text
        }
        _ => return Err("expected a decimal number, as text".to_owned()),
    };
    let (negative, digits) = match written.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, written.strip_prefix('+').unwrap_or(&written)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + fraction.len() == 0 || !all_digits(whole) || !all_digits(fraction) {
        return Err("expected a decimal number".to_owned());
    }
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    if whole.len() > usize::from(precision.saturating_sub(scale)) || fraction.len() > usize::from(scale) {
        return Err(format!("the number has more digits than DECIMAL({precision},{scale})"));
    }
    let zero = whole.is_empty() && fraction.is_empty();
    if negative && unsigned && !zero {
        return Err("a negative number in an UNSIGNED column".to_owned());
    }
    let sign = if negative && !zero { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    Ok(match scale {
        0 => format!("{sign}{whole}"),
        scale => format!("{sign}{whole}.{fraction:0<width$}", width = usize::from(scale)),
    })
}
