//! Schema text, byte for byte as TiCDC's Go code writes it: the registry compares texts, so equal text lets our engine and
//! TiCDC take turns on one subject without a new version each time.

use super::names::{namespace, sanitize};
use super::{AvroOptions, BigintUnsignedMode, DecimalMode};
use crate::go_float;
use crate::schema::{Column, ColumnType, DefaultValue, IntegerWidth, TableModel};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;

/// Where NULL stands in a nullable column's union.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Nullability {
    /// No union.
    Never,
    /// `["null", T]`.
    NullFirst,
    /// `[T, "null"]`: the default is of the first branch's type.
    ValueFirst,
}

/// What TiCDC adds to values with `enable-tidb-extension`: name, type, default.
const EXTENSION: [(&str, &str, &str); 3] =
    [("_tidb_op", "string", "\"\""), ("_tidb_commit_ts", "long", "0"), ("_tidb_commit_physical_time", "long", "0")];

/// Names that the extension takes.
pub(super) fn extension_fields() -> impl Iterator<Item = &'static str> {
    EXTENSION.iter().map(|(name, _, _)| *name)
}

/// The record schema over these columns of a table.
pub(super) fn record(table: &TableModel, columns: &[usize], options: &AvroOptions, extension: bool) -> String {
    let mut out = String::with_capacity(64 + columns.len() * 96);
    out.push_str(r#"{"type":"record","name":"#);
    string(&mut out, &sanitize(&table.name));
    out.push_str(r#","namespace":"#);
    string(&mut out, &namespace(&table.schema));
    out.push_str(r#","fields":["#);
    for (i, column) in columns.iter().filter_map(|c| table.columns.get(*c)).enumerate() {
        if i > 0 {
            out.push(',');
        }
        field(&mut out, column, options);
    }
    if extension {
        for (name, ty, default) in EXTENSION {
            // Infallible: writing to a String.
            let _ = write!(out, r#",{{"default":{default},"name":"{name}","type":"{ty}"}}"#);
        }
    }
    out.push_str("]}");
    out
}

/// How a column's value is wrapped: by nullability, and by whether the schema shows a default.
pub(super) fn nullability(column: &Column, options: &AvroOptions) -> Nullability {
    match (column.nullable, default(column, options).is_some()) {
        (false, _) => Nullability::Never,
        (true, false) => Nullability::NullFirst,
        (true, true) => Nullability::ValueFirst,
    }
}

/// Keys in alphabetical order, as Go's maps are written.
fn field(out: &mut String, column: &Column, options: &AvroOptions) {
    out.push('{');
    let default = default(column, options);
    match (&default, column.nullable) {
        (Some(default), _) => {
            out.push_str(r#""default":"#);
            out.push_str(default);
            out.push(',');
        }
        (None, true) => out.push_str(r#""default":null,"#),
        (None, false) => {}
    }
    out.push_str(r#""name":"#);
    string(out, &sanitize(&column.name));
    out.push_str(r#","type":"#);
    match nullability(column, options) {
        Nullability::Never => ty(out, &column.ty, options),
        Nullability::NullFirst => {
            out.push_str(r#"["null","#);
            ty(out, &column.ty, options);
            out.push(']');
        }
        Nullability::ValueFirst => {
            out.push('[');
            ty(out, &column.ty, options);
            out.push_str(r#","null"]"#);
        }
    }
    out.push('}');
}

fn ty(out: &mut String, ty: &ColumnType, options: &AvroOptions) {
    let (avro, tidb) = type_names(ty, options);
    out.push_str(r#"{"type":""#);
    out.push_str(avro);
    out.push_str(r#"","connect.parameters":{"#);
    match ty {
        ColumnType::Enum { elements } | ColumnType::Set { elements } => {
            out.push_str(r#""allowed":"#);
            string(out, &allowed(elements));
            out.push(',');
        }
        ColumnType::Bit { bits } => {
            let _ = write!(out, r#""length":"{bits}","#);
        }
        _ => {}
    }
    out.push_str(r#""tidb_type":""#);
    out.push_str(tidb);
    out.push_str("\"}");
    if let (ColumnType::Decimal { precision, scale, .. }, DecimalMode::Precise) = (ty, options.decimal) {
        let _ = write!(out, r#","logicalType":"decimal","precision":{precision},"scale":{scale}"#);
    }
    out.push('}');
}

/// The Avro type and the name in `connect.parameters`.
fn type_names(ty: &ColumnType, options: &AvroOptions) -> (&'static str, &'static str) {
    match ty {
        ColumnType::Integer { width: IntegerWidth::Big, unsigned: true } => match options.bigint_unsigned {
            BigintUnsignedMode::Long => ("long", "BIGINT UNSIGNED"),
            BigintUnsignedMode::String => ("string", "BIGINT UNSIGNED"),
        },
        ColumnType::Integer { width: IntegerWidth::Big, unsigned: false } => ("long", "BIGINT"),
        ColumnType::Integer { width: IntegerWidth::Int, unsigned: true } => ("long", "INT UNSIGNED"),
        ColumnType::Integer { unsigned: true, .. } => ("int", "INT UNSIGNED"),
        ColumnType::Integer { unsigned: false, .. } => ("int", "INT"),
        ColumnType::Float { .. } => ("float", "FLOAT"),
        ColumnType::Double { .. } => ("double", "DOUBLE"),
        ColumnType::Decimal { .. } => match options.decimal {
            DecimalMode::Precise => ("bytes", "DECIMAL"),
            DecimalMode::String => ("string", "DECIMAL"),
        },
        ColumnType::Bit { .. } => ("bytes", "BIT"),
        ColumnType::Text { .. } => ("string", "TEXT"),
        ColumnType::Binary { .. } => ("bytes", "BLOB"),
        ColumnType::Enum { .. } => ("string", "ENUM"),
        ColumnType::Set { .. } => ("string", "SET"),
        ColumnType::Json => ("string", "JSON"),
        ColumnType::Date => ("string", "DATE"),
        ColumnType::DateTime { .. } => ("string", "DATETIME"),
        ColumnType::Timestamp { .. } => ("string", "TIMESTAMP"),
        ColumnType::Time { .. } => ("string", "TIME"),
        ColumnType::Year => ("int", "YEAR"),
        ColumnType::Vector => ("string", "TiDBVECTORFloat32"),
        // A plan refuses the column before its schema is asked for.
        ColumnType::Unsupported { .. } => ("null", "UNSUPPORTED"),
    }
}

fn allowed(elements: &[String]) -> String {
    let escaped: Vec<String> = elements.iter().map(|e| e.replace(',', "\\,").replace("\\'", "'").replace("''", "'")).collect();
    escaped.join(",")
}

/// The default as JSON; `None` when the field has none of its own (or only `null`).
fn default(column: &Column, options: &AvroOptions) -> Option<String> {
    if column.auto_increment || column.generated.is_some() {
        return None;
    }
    let default = column.default.as_ref()?;
    match &column.ty {
        ColumnType::Decimal { .. } if options.decimal == DecimalMode::Precise => None,
        ColumnType::Integer { width: IntegerWidth::Big, unsigned: true } => {
            let number: u64 = match default {
                DefaultValue::Literal(text) => text.trim().parse().ok().or_else(|| integer(text).and_then(|n| u64::try_from(n).ok()))?,
                _ => return None,
            };
            Some(match options.bigint_unsigned {
                // As Go's int64(uint64) does.
                BigintUnsignedMode::Long => number.cast_signed().to_string(),
                BigintUnsignedMode::String => format!("\"{number}\""),
            })
        }
        ColumnType::Integer { .. } | ColumnType::Year => match default {
            DefaultValue::Literal(text) => integer(text).map(|n| n.to_string()),
            _ => None,
        },
        ColumnType::Float { .. } => match default {
            DefaultValue::Literal(text) => text.trim().parse::<f32>().ok().and_then(|n| json_number(f64::from(n))),
            _ => None,
        },
        ColumnType::Double { .. } => match default {
            DefaultValue::Literal(text) => text.trim().parse::<f64>().ok().and_then(json_number),
            _ => None,
        },
        ColumnType::Bit { .. } | ColumnType::Binary { .. } => match default {
            DefaultValue::Literal(text) => Some(quoted(&STANDARD.encode(text))),
            DefaultValue::Bytes(bytes) => Some(quoted(&STANDARD.encode(bytes))),
            DefaultValue::Expression(_) => None,
        },
        _ => match default {
            DefaultValue::Literal(text) => Some(quoted(text)),
            DefaultValue::Bytes(bytes) => Some(quoted(&String::from_utf8_lossy(bytes))),
            // TiDB stores the word alone; the fraction digits are the column's.
            DefaultValue::Expression(text) if text.starts_with("CURRENT_TIMESTAMP") => Some(quoted("CURRENT_TIMESTAMP")),
            DefaultValue::Expression(text) => Some(quoted(text)),
        },
    }
}

/// A whole number, also when written with a fraction or exponent (`1.0`, `1e3`), as servers round it.
fn integer(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse().ok().or_else(|| {
        let number: f64 = text.parse().ok()?;
        // NaN is within no bounds.
        (-9.2e18..9.2e18).contains(&number).then(|| number.round() as i64)
    })
}

/// A number as Go's `encoding/json` writes it: an exponent below 1e-6 and from 1e21 on. `None` when JSON has none for it.
fn json_number(number: f64) -> Option<String> {
    if !number.is_finite() {
        return None;
    }
    let size = number.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = go_float::scientific(number);
        return Some(match text.split_once('e') {
            Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
            _ => text,
        });
    }
    let mut text = Vec::new();
    go_float::write_f64(number, &mut text);
    String::from_utf8(text).ok()
}

fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    string(&mut out, text);
    out
}

/// A JSON string with Go's escapes, which are also safe inside HTML.
fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(
        clippy::approx_constant,
        clippy::excessive_precision,
        reason = "the reference's own vector, and a number halfway between two texts"
    )]
    fn numbers_are_written_as_go_writes_them() {
        for (number, expect) in [
            (0.0, "0"),
            (-0.5, "-0.5"),
            (100.0, "100"),
            (600_000_000_000_000.25, "600000000000000.2"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e-7, "1.5e-7"),
            (0.000_001, "0.000001"),
            (f64::from(3.14_f32), "3.140000104904175"),
        ] {
            assert_eq!(json_number(number).as_deref(), Some(expect));
        }
        assert_eq!(json_number(f64::NAN), None);
    }

    #[test]
    fn strings_are_escaped_as_go_escapes_them() {
        assert_eq!(quoted("a<b>&\u{2028}\"\\\n\u{1}ü"), r#""a\u003cb\u003e\u0026\u2028\"\\\n\u0001ü""#);
    }
}
