//! Bytes back to values, for the page's messages and for tests: fields by name, in the forms of row events.

use super::plan::{BRANCH_0, BRANCH_1, ColumnOp, Kind};
use super::schema;
use super::{TablePlan, decimal, names};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// Bytes that are no row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    #[error("the bytes end before the row does")]
    Short,
    #[error("the bytes do not begin with a zero byte and a schema id")]
    Header,
    #[error("a union has no such branch")]
    Branch,
    #[error("a length or number is out of range")]
    Number,
    #[error("a text is not UTF-8")]
    NotUtf8,
    #[error("there are bytes after the row")]
    Trailing,
    #[error("the table has no key")]
    NoKey,
}

impl TablePlan {
    /// Reads what `encode_key` wrote.
    ///
    /// # Errors
    /// When the bytes are something else.
    pub fn decode_key(&self, bytes: &[u8]) -> Result<Value, DecodeError> {
        if self.key.is_empty() {
            return Err(DecodeError::NoKey);
        }
        self.decode(&self.key, bytes, false)
    }

    /// Reads what `encode_value` wrote.
    ///
    /// # Errors
    /// When the bytes are something else.
    pub fn decode_value(&self, bytes: &[u8]) -> Result<Value, DecodeError> {
        self.decode(&self.value, bytes, self.extension)
    }

    fn decode(&self, ops: &[ColumnOp], bytes: &[u8], extension: bool) -> Result<Value, DecodeError> {
        let mut reader = Reader(match bytes {
            [0, _, _, _, _, body @ ..] => body,
            _ => return Err(DecodeError::Header),
        });
        let mut record = Map::with_capacity(ops.len() + 3);
        for op in ops {
            let name = self.columns.get(op.column).map(|c| names::sanitize(c)).unwrap_or_default();
            record.insert(name, reader.column(op)?);
        }
        if extension {
            for (i, field) in schema::extension_fields().enumerate() {
                let value = if i == 0 { Value::from(reader.text()?) } else { Value::from(reader.long()?) };
                record.insert(field.to_owned(), value);
            }
        }
        if reader.0.is_empty() { Ok(Value::Object(record)) } else { Err(DecodeError::Trailing) }
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn column(&mut self, op: &ColumnOp) -> Result<Value, DecodeError> {
        if let Some(null) = op.null_branch {
            match self.take(1)?[0] {
                branch if branch == null => return Ok(Value::Null),
                BRANCH_0 | BRANCH_1 => {}
                _ => return Err(DecodeError::Branch),
            }
        }
        Ok(match &op.kind {
            Kind::Integer { .. } => Value::from(self.long()?),
            Kind::UnsignedLong => Value::from(self.long()?.cast_unsigned()),
            Kind::UnsignedText => Value::from(self.text()?.parse::<u64>().map_err(|_| DecodeError::Number)?),
            Kind::Float => json!(f32::from_le_bytes(self.array()?)),
            Kind::Double => json!(f64::from_le_bytes(self.array()?)),
            Kind::Decimal { scale, .. } => Value::from(decimal::text(self.bytes()?, *scale)),
            Kind::Text | Kind::Enum(_) | Kind::Set(_) => Value::from(self.text()?),
            Kind::Bytes => json!({ "base64": STANDARD.encode(self.bytes()?) }),
            Kind::Bit { .. } => Value::from(self.bytes()?.iter().fold(0_u64, |n, b| (n << 8) | u64::from(*b))),
        })
    }

    fn long(&mut self) -> Result<i64, DecodeError> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or(DecodeError::Short)?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed());
            }
        }
        Err(DecodeError::Number)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(DecodeError::Short)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        self.take(N)?.try_into().map_err(|_| DecodeError::Short)
    }

    fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = usize::try_from(self.long()?).map_err(|_| DecodeError::Number)?;
        self.take(length)
    }

    fn text(&mut self) -> Result<&'a str, DecodeError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| DecodeError::NotUtf8)
    }
}
