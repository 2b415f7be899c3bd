//! Default values: literals in all their spellings, and expressions.

use super::DdlError;
use super::cursor::Cursor;
use crate::schema::{ColumnType, DefaultValue};
use sqlparser::tokenizer::Token;

/// What stands after `DEFAULT`, before the column's type is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Default {
    Null,
    /// A number or a string.
    Literal(String),
    /// A bit or hex literal.
    Bytes(Vec<u8>),
    Expression(String),
}

impl Default {
    /// The default as a column of this type keeps it.
    pub fn for_type(self, ty: &ColumnType) -> Option<DefaultValue> {
        Some(match (self, ty) {
            (Self::Null, _) => return None,
            (Self::Expression(text), _) => DefaultValue::Expression(text),
            (Self::Literal(text), ColumnType::Bit { bits }) => match text.parse::<u64>() {
                Ok(number) => DefaultValue::Bytes(trimmed(number.to_be_bytes().to_vec(), width(*bits))),
                Err(_) => DefaultValue::Literal(text),
            },
            (Self::Literal(text), _) => DefaultValue::Literal(text),
            (Self::Bytes(bytes), ColumnType::Bit { bits }) => DefaultValue::Bytes(trimmed(bytes, width(*bits))),
            (Self::Bytes(bytes), ColumnType::Binary { .. }) => DefaultValue::Bytes(bytes),
            (Self::Bytes(bytes), ty) if is_number(ty) => {
                DefaultValue::Literal(bytes.iter().fold(0_u64, |n, b| (n << 8) | u64::from(*b)).to_string())
            }
            (Self::Bytes(bytes), _) => match String::from_utf8(bytes) {
                Ok(text) => DefaultValue::Literal(text),
                Err(error) => DefaultValue::Bytes(error.into_bytes()),
            },
        })
    }
}

fn is_number(ty: &ColumnType) -> bool {
    matches!(
        ty,
        ColumnType::Integer { .. } | ColumnType::Float { .. } | ColumnType::Double { .. } | ColumnType::Decimal { .. } | ColumnType::Year
    )
}

fn width(bits: u8) -> usize {
    usize::from(bits.div_ceil(8))
}

/// Reads what stands after `DEFAULT`.
pub(super) fn default_value(cursor: &mut Cursor<'_>) -> Result<Default, DdlError> {
    // A character set introducer (`_utf8mb4'x'`) changes nothing: the text that we read is UTF-8.
    if cursor.word_at(0).is_some_and(|word| word.starts_with('_')) && cursor.peek_at(1).is_some_and(is_literal) {
        cursor.skip(1);
    }
    if let Some(text) = cursor.string() {
        return Ok(Default::Literal(text));
    }
    let start = cursor.position();
    match cursor.next() {
        Some(Token::Number(digits, _)) => Ok(Default::Literal(digits)),
        Some(sign @ (Token::Minus | Token::Plus)) => match cursor.next() {
            Some(Token::Number(digits, _)) if sign == Token::Minus => Ok(Default::Literal(format!("-{digits}"))),
            Some(Token::Number(digits, _)) => Ok(Default::Literal(digits)),
            _ => {
                cursor.rewind(start + 1);
                cursor.expected("a number")
            }
        },
        Some(Token::SingleQuotedByteStringLiteral(digits) | Token::DoubleQuotedByteStringLiteral(digits)) => {
            bytes(cursor, start, bits(&digits))
        }
        Some(Token::HexStringLiteral(digits)) => bytes(cursor, start, hex(&digits)),
        Some(Token::LParen) => {
            cursor.rewind(start);
            cursor.skip_group();
            let text = cursor.text_since(start);
            let inner = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text).trim();
            Ok(Default::Expression(current_timestamp(inner).unwrap_or_else(|| inner.to_owned())))
        }
        Some(Token::Word(word)) if word.quote_style.is_none() => named(cursor, start, &word.value),
        _ => {
            cursor.rewind(start);
            cursor.expected("a default value")
        }
    }
}

fn named(cursor: &mut Cursor<'_>, start: usize, word: &str) -> Result<Default, DdlError> {
    match word.to_ascii_uppercase().as_str() {
        "NULL" => return Ok(Default::Null),
        "TRUE" => return Ok(Default::Literal("1".to_owned())),
        "FALSE" => return Ok(Default::Literal("0".to_owned())),
        // DATE '2024-01-02'
        "DATE" | "TIME" | "TIMESTAMP" => {
            if let Some(text) = cursor.string() {
                return Ok(Default::Literal(text));
            }
        }
        // NEXT VALUE FOR sequence
        "NEXT" if cursor.take(&["VALUE", "FOR"]) => {
            cursor.table_name("")?;
        }
        // The tokenizer takes `0b0101` for a name.
        number if number.starts_with("0B") => return bytes(cursor, start, word.get(2..).and_then(bits)),
        _ => {}
    }
    cursor.skip_group();
    let text = cursor.text_since(start);
    Ok(Default::Expression(current_timestamp(text).unwrap_or_else(|| text.to_owned())))
}

fn is_literal(token: &Token) -> bool {
    matches!(
        token,
        Token::SingleQuotedString(_)
            | Token::DoubleQuotedString(_)
            | Token::HexStringLiteral(_)
            | Token::SingleQuotedByteStringLiteral(_)
            | Token::DoubleQuotedByteStringLiteral(_)
    )
}

fn bytes(cursor: &mut Cursor<'_>, start: usize, bytes: Option<Vec<u8>>) -> Result<Default, DdlError> {
    bytes.map(Default::Bytes).ok_or_else(|| {
        cursor.rewind(start);
        cursor.error("the bit or hex literal has a digit that is none")
    })
}

/// Drops leading zero bytes beyond `width`.
fn trimmed(bytes: Vec<u8>, width: usize) -> Vec<u8> {
    let beyond = bytes.len().saturating_sub(width);
    let zeros = bytes.iter().take(beyond).take_while(|b| **b == 0).count();
    bytes[zeros..].to_vec()
}

/// `1010` as bytes, big-endian, as many as the digits need.
fn bits(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    if !digits.iter().all(|d| matches!(d, b'0' | b'1')) {
        return None;
    }
    Some(digits.rchunks(8).rev().map(|byte| byte.iter().fold(0, |value, digit| (value << 1) | (digit - b'0'))).collect())
}

/// `deadbeef` as bytes; an odd digit stands alone at the front.
pub(super) fn hex(digits: &str) -> Option<Vec<u8>> {
    let value = |digit: &u8| char::from(*digit).to_digit(16).and_then(|v| u8::try_from(v).ok());
    digits.as_bytes().rchunks(2).rev().map(|pair| pair.iter().try_fold(0_u8, |byte, digit| Some((byte << 4) | value(digit)?))).collect()
}

/// `CURRENT_TIMESTAMP[(n)]` for any of the names that mean it.
fn current_timestamp(text: &str) -> Option<String> {
    let text = text.trim();
    let (name, arguments) = match text.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.trim_end().strip_suffix(')')?.trim()),
        None => (text, ""),
    };
    let known = ["CURRENT_TIMESTAMP", "NOW", "LOCALTIME", "LOCALTIMESTAMP"].iter().any(|known| name.eq_ignore_ascii_case(known));
    match (known, arguments) {
        (true, "" | "0") => Some("CURRENT_TIMESTAMP".to_owned()),
        (true, fsp) if fsp.len() == 1 && fsp.as_bytes()[0].is_ascii_digit() => Some(format!("CURRENT_TIMESTAMP({fsp})")),
        _ => None,
    }
}
