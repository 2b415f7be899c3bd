//! Rows to bytes: straight-line code over a plan's operations.

use super::plan::{ColumnOp, Kind};
use super::schema::Nullability;
use super::{Cause, EncodeError, TablePlan, decimal};
use crate::row::{CommitTs, Datum, Op, Row};

/// The first byte of Confluent's wire format.
const MAGIC: u8 = 0;
/// Branch 0 and branch 1 of a union.
const BRANCH_0: u8 = 0;
const BRANCH_1: u8 = 2;
/// More than any number takes: what a row needs beside its texts.
const BYTES_PER_COLUMN: usize = 12;

impl TablePlan {
    /// Appends a row's key: `00`, schema id, Avro.
    ///
    /// # Errors
    /// When the table has no key, or the row does not fit the table; `out` is then as it was.
    pub fn encode_key(&self, row: &Row, schema_id: u32, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if self.key.is_empty() {
            return Err(EncodeError::NoKey { table: self.table.clone() });
        }
        self.encode(&self.key, row, schema_id, out)
    }

    /// Appends a row's value: `00`, schema id, Avro. `op` and `commit_ts` show with the TiDB extension only. The value of a
    /// delete is a tombstone, that is no bytes at all: a matter of the caller.
    ///
    /// # Errors
    /// When the row does not fit the table; `out` is then as it was.
    pub fn encode_value(&self, op: Op, row: &Row, commit_ts: CommitTs, schema_id: u32, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.encode(&self.value, row, schema_id, out)?;
        if self.extension {
            put_text(op.letter().as_bytes(), out);
            put_long(commit_ts.0.cast_signed(), out);
            put_long(commit_ts.physical_ms().cast_signed(), out);
        }
        Ok(())
    }

    #[inline]
    fn encode(&self, ops: &[ColumnOp], row: &Row, schema_id: u32, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if row.len() != self.columns.len() {
            return Err(EncodeError::ColumnCount { table: self.table.clone(), expected: self.columns.len(), found: row.len() });
        }
        let start = out.len();
        out.reserve(row.memory() + ops.len() * BYTES_PER_COLUMN);
        out.push(MAGIC);
        out.extend_from_slice(&schema_id.to_be_bytes());
        for op in ops {
            let datum = row.get(op.column).unwrap_or(Datum::Null);
            if let Err(cause) = put(op, datum, out) {
                out.truncate(start);
                return Err(self.misfit(op.column, cause));
            }
        }
        Ok(())
    }

    #[cold]
    fn misfit(&self, column: usize, cause: Cause) -> EncodeError {
        let column = self.columns.get(column).cloned().unwrap_or_default();
        EncodeError::Value { table: self.table.clone(), column, cause }
    }
}

#[inline]
fn put(op: &ColumnOp, datum: Datum<'_>, out: &mut Vec<u8>) -> Result<(), Cause> {
    if matches!(datum, Datum::Null) {
        match op.null {
            Nullability::Never => return Err(Cause::Null),
            Nullability::NullFirst => out.push(BRANCH_0),
            Nullability::ValueFirst => out.push(BRANCH_1),
        }
        return Ok(());
    }
    match op.null {
        Nullability::Never => {}
        Nullability::NullFirst => out.push(BRANCH_1),
        Nullability::ValueFirst => out.push(BRANCH_0),
    }
    match (&op.kind, datum) {
        (Kind::Integer { min, max }, Datum::Int(value)) => {
            if value < *min || value > *max {
                return Err(Cause::Range);
            }
            put_long(value, out);
        }
        (Kind::Integer { max, .. }, Datum::UInt(value)) => {
            if value > max.cast_unsigned() {
                return Err(Cause::Range);
            }
            put_long(value.cast_signed(), out);
        }
        (Kind::Text, Datum::Bytes(text)) => {
            if std::str::from_utf8(text).is_err() {
                return Err(Cause::NotUtf8);
            }
            put_text(text, out);
        }
        (Kind::Decimal { precision, scale }, Datum::Bytes(text)) => decimal::write(text, *precision, *scale, out)?,
        (Kind::Bytes, Datum::Bytes(bytes)) => put_text(bytes, out),
        (Kind::UnsignedLong, Datum::UInt(value)) => put_long(value.cast_signed(), out),
        (Kind::UnsignedText, Datum::UInt(value)) => put_digits(value, out),
        (Kind::UnsignedLong | Kind::UnsignedText, Datum::Int(value)) => {
            let value = u64::try_from(value).map_err(|_| Cause::Range)?;
            match op.kind {
                Kind::UnsignedText => put_digits(value, out),
                _ => put_long(value.cast_signed(), out),
            }
        }
        (Kind::Float, Datum::Float(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (Kind::Double, Datum::Double(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (Kind::Bit { bits }, Datum::UInt(value)) => {
            if *bits < 64 && value >> bits != 0 {
                return Err(Cause::Bits(*bits));
            }
            let length = usize::from(bits.div_ceil(8)).min(8);
            put_text(&value.to_be_bytes()[8 - length..], out);
        }
        (Kind::Enum(elements), Datum::UInt(index)) => {
            let position = usize::try_from(index).ok().and_then(|i| i.checked_sub(1));
            let element = position.and_then(|i| elements.get(i)).ok_or(Cause::EnumIndex(index))?;
            put_text(element.as_bytes(), out);
        }
        (Kind::Set(elements), Datum::UInt(mask)) => put_set(elements, mask, out)?,
        (kind, datum) => return Err(Cause::Kind { expected: kind.expected(), found: found(datum) }),
    }
    Ok(())
}

/// Zig-zag, then seven bits a byte.
#[inline]
pub(super) fn put_long(value: i64, out: &mut Vec<u8>) {
    let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
    if rest < 0x80 {
        out.push(rest as u8);
        return;
    }
    if rest < 0x4000 {
        out.extend_from_slice(&[rest as u8 | 0x80, (rest >> 7) as u8]);
        return;
    }
    let mut bytes = [0; 10];
    let mut length = 0;
    while rest >= 0x80 {
        bytes[length] = rest as u8 | 0x80;
        rest >>= 7;
        length += 1;
    }
    bytes[length] = rest as u8;
    out.extend_from_slice(&bytes[..=length]);
}

/// Length, then bytes: strings and bytes alike.
#[inline]
fn put_text(text: &[u8], out: &mut Vec<u8>) {
    // No value reaches 2^63 bytes.
    put_long(text.len() as i64, out);
    out.extend_from_slice(text);
}

fn put_digits(value: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = value;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    put_text(&digits[at..], out);
}

fn put_set(elements: &[Box<str>], mask: u64, out: &mut Vec<u8>) -> Result<(), Cause> {
    if elements.len() < 64 && mask >> elements.len() != 0 {
        return Err(Cause::SetBits(elements.len()));
    }
    let chosen = || elements.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1).map(|(_, e)| e.as_bytes());
    let length: usize = chosen().map(|e| e.len() + 1).sum::<usize>().saturating_sub(1);
    put_long(length as i64, out);
    for (i, element) in chosen().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        out.extend_from_slice(element);
    }
    Ok(())
}

impl Kind {
    fn expected(&self) -> &'static str {
        match self {
            Self::Integer { .. } => "a whole number",
            Self::UnsignedLong | Self::UnsignedText => "an unsigned whole number",
            Self::Float => "a single-precision number",
            Self::Double => "a double-precision number",
            Self::Decimal { .. } => "decimal text",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Bit { .. } => "bits as an unsigned number",
            Self::Enum(_) => "an element's index",
            Self::Set(_) => "a bit mask",
        }
    }
}

fn found(datum: Datum<'_>) -> &'static str {
    match datum {
        Datum::Null => "NULL",
        Datum::Int(_) => "a signed number",
        Datum::UInt(_) => "an unsigned number",
        Datum::Float(_) => "a single-precision number",
        Datum::Double(_) => "a double-precision number",
        Datum::Bytes(_) => "bytes",
    }
}
