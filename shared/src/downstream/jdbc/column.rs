//! Columns of a sink's table: how they are declared and what becomes of a value in them.

use super::settings::JdbcSettings;
use crate::downstream::connect::{ConnectType, Field};
use crate::downstream::decimal;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// What a column's type does to values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    None,
    Int,
    BigInt,
    /// Digits before the point; more is an error. Digits after it are rounded to `scale`.
    Decimal {
        digits: u32,
        scale: u32,
    },
    Text,
    /// SQL Server's `varchar` under a Windows-1252 collation, its default: other characters become `?`.
    Latin {
        bytes: Option<usize>,
    },
    Bytes(usize),
}

/// A column as the connector declares it.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    pub ty: String,
    pub primary: bool,
    pub field: Field,
    pub limit: Limit,
}

impl Column {
    /// # Errors
    /// The field has no column type.
    pub(super) fn new(field: &Field, primary: bool, settings: &JdbcSettings) -> Result<Self, String> {
        let (ty, limit) = settings.dialect.column_type(field, primary, settings)?;
        Ok(Self { name: field.name.clone(), ty, primary, field: field.clone(), limit })
    }

    /// `[name] type NULL`, `… NOT NULL` or `… DEFAULT value`: the connector writes one of the three.
    pub(super) fn declaration(&self, settings: &JdbcSettings) -> String {
        let rest = match (&self.field.default, self.field.optional) {
            (Some(default), _) => format!("DEFAULT {}", literal(&self.field, default)),
            (None, true) => "NULL".to_owned(),
            (None, false) => "NOT NULL".to_owned(),
        };
        format!("{} {} {rest}", settings.identifier(&self.name), self.ty)
    }

    /// Whether the database takes NULL: a column with a default is declared without `NOT NULL`.
    pub(in crate::downstream) fn takes_null(&self) -> bool {
        !self.primary && (self.field.optional || self.field.default.is_some())
    }

    /// What the row holds when a statement leaves the column out.
    pub(super) fn absent(&self) -> Option<Value> {
        self.field.default.clone().or_else(|| self.takes_null().then_some(Value::Null))
    }

    /// What the column holds after this value was written to it.
    ///
    /// # Errors
    /// The database refuses the value.
    pub(super) fn stored(&self, value: &Value) -> Result<Value, String> {
        let name = &self.name;
        if value.is_null() {
            return if self.takes_null() { Ok(Value::Null) } else { Err(format!("NULL in `{name}`, which is NOT NULL")) };
        }
        let too_long = |limit: usize| format!("the value of `{name}` is longer than {limit} bytes");
        match self.limit {
            Limit::None => Ok(value.clone()),
            Limit::Int | Limit::BigInt => {
                let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok());
                let number = number.ok_or_else(|| format!("`{name}` is {}, and the value is no whole number", self.ty))?;
                let fits = self.limit == Limit::BigInt || i32::try_from(number).is_ok();
                if fits {
                    Ok(json!(number))
                } else {
                    Err(format!("arithmetic overflow: {number} does not fit `{name}`, which is {}", self.ty))
                }
            }
            Limit::Decimal { digits, scale } => {
                let text = plain(value);
                let rounded =
                    decimal::rounded(&text, scale).ok_or_else(|| format!("`{name}` is {}, and the value is no number", self.ty))?;
                let size = decimal::integer_digits(&rounded);
                if size > digits as usize {
                    return Err(format!(
                        "arithmetic overflow: the value of `{name}` has {size} digits before the point, and {} has {digits}",
                        self.ty
                    ));
                }
                Ok(json!(rounded))
            }
            Limit::Text => Ok(json!(plain(value))),
            Limit::Latin { bytes } => {
                let text = latin(&plain(value));
                match bytes {
                    // One byte a character in this character set.
                    Some(limit) if text.chars().count() > limit => Err(too_long(limit)),
                    _ => Ok(json!(text)),
                }
            }
            Limit::Bytes(limit) => {
                let length = value["base64"].as_str().and_then(|text| STANDARD.decode(text).ok()).map_or(0, |bytes| bytes.len());
                if length > limit { Err(too_long(limit)) } else { Ok(value.clone()) }
            }
        }
    }
}

/// Text of a value of any type.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A default as the connector prints it: text between quotes, whatever it holds.
fn literal(field: &Field, default: &Value) -> String {
    match (&field.ty, default) {
        (ConnectType::String, _) => format!("'{}'", plain(default)),
        // The bytes of an Avro default are the characters' numbers.
        (ConnectType::Bytes, _) => {
            let hex: String = plain(default).chars().map(|c| format!("{:02X}", u32::from(c) & 0xff)).collect();
            format!("x'{hex}'")
        }
        (ConnectType::Float32, Value::Number(number)) => java_float(&format!("{:?}", number.as_f64().unwrap_or_default() as f32)),
        (ConnectType::Float64, Value::Number(number)) => java_float(&format!("{:?}", number.as_f64().unwrap_or_default())),
        _ => plain(default),
    }
}

/// Java prints an exponent below 0.001 and from 10 million on, with a point in the digits.
fn java_float(shortest: &str) -> String {
    let number: f64 = shortest.parse().unwrap_or_default();
    let size = number.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) {
        return shortest.to_owned();
    }
    // Digits of the shortest form, moved behind the first one.
    let mantissa = shortest.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.trim_start_matches('0').trim_end_matches('0');
    let (first, rest) = digits.split_at_checked(1).unwrap_or(("0", ""));
    let exponent = format!("{number:e}").split_once('e').map_or_else(String::new, |(_, exponent)| exponent.to_owned());
    let sign = if number < 0.0 { "-" } else { "" };
    format!("{sign}{first}.{}E{exponent}", if rest.is_empty() { "0" } else { rest })
}

/// Windows-1252's characters outside of Latin-1.
const WINDOWS_1252: &str = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ";

/// Whether a `varchar` column keeps the character under SQL Server's default collation.
fn is_latin(c: char) -> bool {
    matches!(c, '\0'..='\u{7f}' | '\u{a0}'..='\u{ff}') || WINDOWS_1252.contains(c)
}

/// What `varchar` keeps of a text: one `?` for each UTF-16 unit that it has no character for.
fn latin(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        if is_latin(c) {
            kept.push(c);
        } else {
            kept.extend(std::iter::repeat_n('?', c.len_utf16()));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varchar_keeps_western_text_only() {
        assert_eq!(latin("Zürich 5 € – 東京 🙂"), "Zürich 5 € – ?? ??");
    }

    #[test]
    fn floats_are_printed_as_java_prints_them() {
        for (shortest, expect) in
            [("0.0", "0.0"), ("1.5", "1.5"), ("12345678.0", "1.2345678E7"), ("1e-7", "1.0E-7"), ("-0.00025", "-2.5E-4"), ("1e21", "1.0E21")]
        {
            assert_eq!(java_float(shortest), expect);
        }
    }
}
