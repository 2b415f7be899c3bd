//! Column types of MySQL, TiDB and MariaDB, by every name they go by.

use super::DdlError;
use super::cursor::Cursor;
use crate::schema::{BinaryKind, ColumnType, IntegerWidth, TextKind};
use sqlparser::tokenizer::Token;

/// MySQL's own bounds.
const MAX_DECIMAL_PRECISION: u8 = 65;
const MAX_DECIMAL_SCALE: u8 = 30;
const MAX_BITS: u8 = 64;
const MAX_FSP: u8 = 6;
/// `FLOAT(p)` is a DOUBLE from here on.
const FIRST_DOUBLE_PRECISION: u32 = 25;

/// Reads a column's type with its brackets and `UNSIGNED`, `SIGNED`, `ZEROFILL`.
pub(super) fn column_type(cursor: &mut Cursor<'_>) -> Result<ColumnType, DdlError> {
    let Some(first) = cursor.word_at(0) else {
        return cursor.expected("a column type");
    };
    let start = cursor.position();
    cursor.skip(1);
    let name = full_name(cursor, first);
    if matches!(name.as_str(), "ENUM" | "SET") {
        let elements = elements(cursor)?;
        return Ok(if name == "ENUM" { ColumnType::Enum { elements } } else { ColumnType::Set { elements } });
    }
    let arguments = arguments(cursor)?;
    let mut unsigned = false;
    while let Some(word) = cursor.word_at(0) {
        match word.as_str() {
            "UNSIGNED" | "ZEROFILL" => unsigned = true,
            "SIGNED" => {}
            _ => break,
        }
        cursor.skip(1);
    }
    resolve(&name, &arguments, unsigned).map_err(|message| {
        cursor.rewind(start);
        cursor.error(message)
    })
}

/// Joins the names of several words: `DOUBLE PRECISION`, `NATIONAL CHARACTER VARYING`, `LONG VARBINARY`.
fn full_name(cursor: &mut Cursor<'_>, first: String) -> String {
    let mut name = first;
    loop {
        let joins = match (name.as_str(), cursor.word_at(0).as_deref()) {
            ("DOUBLE", Some("PRECISION")) => "DOUBLE",
            ("NATIONAL", Some("CHAR" | "CHARACTER")) => "CHAR",
            ("NATIONAL" | "NCHAR", Some("VARCHAR" | "VARCHARACTER")) => "VARCHAR",
            ("LONG", Some("VARCHAR" | "VARCHARACTER" | "CHAR")) => "MEDIUMTEXT",
            ("LONG", Some("VARBINARY")) => "MEDIUMBLOB",
            ("CHAR" | "CHARACTER" | "NCHAR", Some("VARYING")) => "VARCHAR",
            _ => return name,
        };
        cursor.skip(1);
        name = joins.to_owned();
    }
}

/// The numbers in brackets after a type; words such as the element type of `VECTOR<FLOAT>` are passed over.
fn arguments(cursor: &mut Cursor<'_>) -> Result<Vec<u32>, DdlError> {
    let mut found = Vec::new();
    if !cursor.take_token(&Token::LParen) {
        return Ok(found);
    }
    loop {
        match cursor.next() {
            Some(Token::Number(text, _)) => match text.parse() {
                Ok(number) => found.push(number),
                Err(_) => {
                    return Err(cursor.error(format!("`{text}` is no length that a column can have")));
                }
            },
            Some(Token::Comma | Token::Word(_)) => {}
            Some(Token::RParen) => return Ok(found),
            _ => return cursor.expected("`)` after the type's length"),
        }
    }
}

fn elements(cursor: &mut Cursor<'_>) -> Result<Vec<String>, DdlError> {
    cursor.expect_token(&Token::LParen)?;
    let mut elements = Vec::new();
    loop {
        if cursor.word_at(0).is_some_and(|word| word.starts_with('_')) {
            cursor.skip(1);
        }
        let element = match cursor.peek() {
            Some(Token::HexStringLiteral(digits)) => {
                let text = super::literal::hex(digits).and_then(|bytes| String::from_utf8(bytes).ok());
                cursor.skip(1);
                text
            }
            _ => cursor.string(),
        };
        let Some(element) = element else {
            return cursor.expected("an element in quotes");
        };
        // Trailing spaces are never part of an element (MySQL reference manual, "The ENUM Type").
        elements.push(element.trim_end_matches(' ').to_owned());
        if cursor.take_token(&Token::RParen) {
            return Ok(elements);
        }
        cursor.expect_token(&Token::Comma)?;
    }
}

fn resolve(name: &str, arguments: &[u32], unsigned: bool) -> Result<ColumnType, String> {
    let integer = |width| Ok(ColumnType::Integer { width, unsigned });
    let text = |kind| Ok(ColumnType::Text { kind, length: arguments.first().copied() });
    let binary = |kind| Ok(ColumnType::Binary { kind, length: arguments.first().copied() });
    let fsp = || bounded(arguments.first().copied().unwrap_or(0), MAX_FSP, "digits of the second's fraction");
    match name {
        "TINYINT" | "INT1" | "BOOL" | "BOOLEAN" => integer(IntegerWidth::Tiny),
        "SMALLINT" | "INT2" => integer(IntegerWidth::Small),
        "MEDIUMINT" | "MIDDLEINT" | "INT3" => integer(IntegerWidth::Medium),
        "INT" | "INTEGER" | "INT4" => integer(IntegerWidth::Int),
        "BIGINT" | "INT8" => integer(IntegerWidth::Big),
        "SERIAL" => Ok(ColumnType::Integer { width: IntegerWidth::Big, unsigned: true }),
        "FLOAT" | "FLOAT4" => match arguments {
            [precision] if *precision >= FIRST_DOUBLE_PRECISION => Ok(ColumnType::Double { unsigned }),
            _ => Ok(ColumnType::Float { unsigned }),
        },
        "DOUBLE" | "REAL" | "FLOAT8" => Ok(ColumnType::Double { unsigned }),
        "DECIMAL" | "NUMERIC" | "DEC" | "FIXED" => decimal(arguments, unsigned),
        "BIT" => match bounded(arguments.first().copied().unwrap_or(1), MAX_BITS, "bits")? {
            0 => Err("a BIT column has at least 1 bit".to_owned()),
            bits => Ok(ColumnType::Bit { bits }),
        },
        "CHAR" | "CHARACTER" | "NCHAR" | "NATIONAL" => text(TextKind::Char),
        "VARCHAR" | "VARCHARACTER" | "NVARCHAR" => text(TextKind::VarChar),
        "TINYTEXT" => text(TextKind::TinyText),
        "TEXT" => text(TextKind::Text),
        "MEDIUMTEXT" | "LONG" => text(TextKind::MediumText),
        "LONGTEXT" => text(TextKind::LongText),
        "BINARY" => binary(BinaryKind::Binary),
        "VARBINARY" => binary(BinaryKind::VarBinary),
        "TINYBLOB" => binary(BinaryKind::TinyBlob),
        "BLOB" => binary(BinaryKind::Blob),
        "MEDIUMBLOB" => binary(BinaryKind::MediumBlob),
        "LONGBLOB" => binary(BinaryKind::LongBlob),
        "JSON" => Ok(ColumnType::Json),
        "DATE" => Ok(ColumnType::Date),
        "DATETIME" => Ok(ColumnType::DateTime { fsp: fsp()? }),
        "TIMESTAMP" => Ok(ColumnType::Timestamp { fsp: fsp()? }),
        "TIME" => Ok(ColumnType::Time { fsp: fsp()? }),
        "YEAR" => Ok(ColumnType::Year),
        "VECTOR" => Ok(ColumnType::Vector),
        other => Ok(ColumnType::Unsupported { name: other.to_owned() }),
    }
}

fn decimal(arguments: &[u32], unsigned: bool) -> Result<ColumnType, String> {
    let precision = match bounded(arguments.first().copied().unwrap_or(10), MAX_DECIMAL_PRECISION, "digits")? {
        0 => 10,
        digits => digits,
    };
    let scale = bounded(arguments.get(1).copied().unwrap_or(0), MAX_DECIMAL_SCALE, "digits after the point")?;
    if scale > precision {
        return Err(format!("a DECIMAL of {precision} digits cannot have {scale} of them after the point"));
    }
    Ok(ColumnType::Decimal { precision, scale, unsigned })
}

fn bounded(value: u32, most: u8, what: &str) -> Result<u8, String> {
    match u8::try_from(value) {
        Ok(value) if value <= most => Ok(value),
        _ => Err(format!("{value} is more than the {most} {what} that the type can have")),
    }
}

/// The binary type that a text type becomes with character set `binary`.
pub(super) fn as_binary(kind: TextKind) -> BinaryKind {
    match kind {
        TextKind::Char => BinaryKind::Binary,
        TextKind::VarChar => BinaryKind::VarBinary,
        TextKind::TinyText => BinaryKind::TinyBlob,
        TextKind::Text => BinaryKind::Blob,
        TextKind::MediumText => BinaryKind::MediumBlob,
        TextKind::LongText => BinaryKind::LongBlob,
    }
}
