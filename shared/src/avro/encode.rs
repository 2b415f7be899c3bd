//! Rows to bytes: straight-line code over a plan's operations.

use super::plan::{ColumnOp, Kind};
use super::primitive::{digits, long, text};
use super::{Cause, EncodeError, TablePlan, decimal};
use crate::row::{CommitTs, Datum, Op, Row};

/// The first byte of Confluent's wire format.
const MAGIC: u8 = 0;

impl TablePlan {
    /// Appends a row's key: `00`, schema id, Avro.
    ///
    /// # Errors
    /// When the table has no key, or the row does not fit the table; `out` is then as it was.
    pub fn encode_key(&self, row: &Row, schema_id: u32, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if self.key.is_empty() {
            return Err(EncodeError::NoKey { table: self.table.clone() });
        }
        self.encode(&self.key, row, schema_id, out, None)
    }

    /// Appends a row's value: `00`, schema id, Avro. `op` and `commit_ts` show with the TiDB extension only. The value of a
    /// delete is a tombstone, that is no bytes at all: a matter of the caller.
    ///
    /// # Errors
    /// When the row does not fit the table; `out` is then as it was.
    pub fn encode_value(&self, op: Op, row: &Row, commit_ts: CommitTs, schema_id: u32, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let extension = self.extension.then_some((op, commit_ts));
        self.encode(&self.value, row, schema_id, out, extension)
    }

    #[inline]
    fn encode(
        &self,
        ops: &[ColumnOp],
        row: &Row,
        schema_id: u32,
        out: &mut Vec<u8>,
        extension: Option<(Op, CommitTs)>,
    ) -> Result<(), EncodeError> {
        if row.len() != self.columns.len() {
            return Err(EncodeError::ColumnCount { table: self.table.clone(), expected: self.columns.len(), found: row.len() });
        }
        let start = out.len();
        let [a, b, c, d] = schema_id.to_be_bytes();
        out.extend_from_slice(&[MAGIC, a, b, c, d]);
        for op in ops {
            if let Err(cause) = put(op, row, out) {
                out.truncate(start);
                return Err(self.misfit(op.column, cause));
            }
        }
        if let Some((op, commit_ts)) = extension {
            text(op.letter().as_bytes(), out);
            long(commit_ts.0.cast_signed(), out);
            long(commit_ts.physical_ms().cast_signed(), out);
        }
        Ok(())
    }

    #[cold]
    fn misfit(&self, column: usize, cause: Cause) -> EncodeError {
        let column = self.columns.get(column).cloned().unwrap_or_default();
        EncodeError::Value { table: self.table.clone(), column, cause }
    }
}

/// Writes a column's value. The common pairs of operation and value are told apart with as few branches as can be; all
/// others take the long way.
#[inline(always)]
fn put(op: &ColumnOp, row: &Row, out: &mut Vec<u8>) -> Result<(), Cause> {
    match &op.kind {
        Kind::Integer { min, max } => {
            if let Some(value) = row.int(op.column).filter(|value| (*min..=*max).contains(value)) {
                branch(op.value_branch, out);
                long(value, out);
                return Ok(());
            }
        }
        Kind::Text => {
            if let Some(bytes) = row.bytes(op.column).filter(|bytes| bytes.is_ascii()) {
                branch(op.value_branch, out);
                text(bytes, out);
                return Ok(());
            }
        }
        Kind::Decimal { precision, scale } => {
            if let Some(text) = row.bytes(op.column) {
                branch(op.value_branch, out);
                return decimal::write(text, *precision, *scale, out);
            }
        }
        _ => {}
    }
    put_any(op, row.get(op.column).unwrap_or(Datum::Null), out)
}

#[inline(always)]
fn branch(branch: Option<u8>, out: &mut Vec<u8>) {
    if let Some(branch) = branch {
        out.push(branch);
    }
}

#[inline(never)]
fn put_any(op: &ColumnOp, datum: Datum<'_>, out: &mut Vec<u8>) -> Result<(), Cause> {
    if matches!(datum, Datum::Null) {
        out.push(op.null_branch.ok_or(Cause::Null)?);
        return Ok(());
    }
    branch(op.value_branch, out);
    match (&op.kind, datum) {
        (Kind::Integer { .. }, Datum::Int(_)) => return Err(Cause::Range),
        (Kind::Integer { max, .. }, Datum::UInt(value)) if value <= max.cast_unsigned() => long(value.cast_signed(), out),
        (Kind::Integer { .. }, Datum::UInt(_)) => return Err(Cause::Range),
        (Kind::Text, Datum::Bytes(bytes)) if std::str::from_utf8(bytes).is_ok() => text(bytes, out),
        (Kind::Text, Datum::Bytes(_)) => return Err(Cause::NotUtf8),
        (Kind::Bytes, Datum::Bytes(bytes)) => text(bytes, out),
        (Kind::UnsignedLong, Datum::UInt(value)) => long(value.cast_signed(), out),
        (Kind::UnsignedText, Datum::UInt(value)) => digits(value, out),
        (Kind::UnsignedLong, Datum::Int(value)) if value >= 0 => long(value, out),
        (Kind::UnsignedText, Datum::Int(value)) if value >= 0 => digits(value.cast_unsigned(), out),
        (Kind::UnsignedLong | Kind::UnsignedText, Datum::Int(_)) => return Err(Cause::Range),
        (Kind::Float, Datum::Float(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (Kind::Double, Datum::Double(value)) => out.extend_from_slice(&value.to_le_bytes()),
        (Kind::Bit { bits }, Datum::UInt(value)) => {
            if *bits < 64 && value >> bits != 0 {
                return Err(Cause::Bits(*bits));
            }
            let length = usize::from(bits.div_ceil(8)).min(8);
            text(&value.to_be_bytes()[8 - length..], out);
        }
        (Kind::Enum(elements), Datum::UInt(index)) => {
            let position = usize::try_from(index).ok().and_then(|i| i.checked_sub(1));
            let element = position.and_then(|i| elements.get(i)).ok_or(Cause::EnumIndex(index))?;
            text(element.as_bytes(), out);
        }
        (Kind::Set(elements), Datum::UInt(mask)) => put_set(elements, mask, out)?,
        (kind, datum) => return Err(Cause::Kind { expected: kind.expected(), found: found(datum) }),
    }
    Ok(())
}

fn put_set(elements: &[Box<str>], mask: u64, out: &mut Vec<u8>) -> Result<(), Cause> {
    if elements.len() < 64 && mask >> elements.len() != 0 {
        return Err(Cause::SetBits(elements.len()));
    }
    let chosen = || elements.iter().enumerate().filter(|(i, _)| mask >> i & 1 == 1).map(|(_, e)| e.as_bytes());
    let length: usize = chosen().map(|e| e.len() + 1).sum::<usize>().saturating_sub(1);
    long(length as i64, out);
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
