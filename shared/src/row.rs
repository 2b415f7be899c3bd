//! A row on its way: compact, reusable, without one allocation per column.

use crate::schema::TableModel;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// TiDB's timestamp oracle value: milliseconds since 1970 in the upper 46 bits, a logical counter in the lower 18.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct CommitTs(pub u64);

impl CommitTs {
    /// From milliseconds since 1970 and a logical part (below 2^18; higher values carry into the milliseconds).
    #[must_use]
    pub fn new(physical_ms: u64, logical: u64) -> Self {
        Self((physical_ms << 18).saturating_add(logical))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn physical_ms(self) -> u64 {
        self.0 >> 18
    }
}

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Op {
    #[serde(rename = "c")]
    Insert,
    #[serde(rename = "u")]
    Update,
    #[serde(rename = "d")]
    Delete,
}

impl Op {
    /// The letter of `_tidb_op` and of row events.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::Insert => "c",
            Self::Update => "u",
            Self::Delete => "d",
        }
    }
}

/// One column's value, borrowed from its row. Which variant a column type uses is fixed:
///
/// | column type | variant |
/// |---|---|
/// | signed integers, YEAR | `Int` |
/// | unsigned integers, BIT, ENUM (1-based index, 0 = invalid), SET (bit mask) | `UInt` |
/// | FLOAT / DOUBLE | `Float` / `Double` |
/// | DECIMAL (decimal text with the stored scale), text, JSON text, DATE `2024-01-02`, DATETIME and TIMESTAMP (UTC) `2024-01-02 03:04:05[.fff]`, TIME `[-]HH:MM:SS[.fff]`, VECTOR text, binary | `Bytes` |
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Datum<'a> {
    Null,
    Int(i64),
    UInt(u64),
    Float(f32),
    Double(f64),
    Bytes(&'a [u8]),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Cell {
    Null,
    Int(i64),
    UInt(u64),
    Float(f32),
    Double(f64),
    Bytes { start: u32, len: u32 },
}

/// The values of one row in table column order. Two allocations whatever the width, none when reused through `clear`.
#[derive(Clone, Default, PartialEq)]
pub struct Row {
    cells: Vec<Cell>,
    heap: Vec<u8>,
}

impl Row {
    #[must_use]
    pub fn with_capacity(columns: usize, bytes: usize) -> Self {
        Self { cells: Vec::with_capacity(columns), heap: Vec::with_capacity(bytes) }
    }

    /// Empties the row, keeping its memory.
    pub fn clear(&mut self) {
        self.cells.clear();
        self.heap.clear();
    }

    /// Appends the next column's value.
    ///
    /// # Panics
    /// When a row's bytes pass 4 GiB, which no MySQL packet can hold (`max_allowed_packet` ends at 1 GiB).
    pub fn push(&mut self, value: Datum<'_>) {
        self.cells.push(match value {
            Datum::Null => Cell::Null,
            Datum::Int(v) => Cell::Int(v),
            Datum::UInt(v) => Cell::UInt(v),
            Datum::Float(v) => Cell::Float(v),
            Datum::Double(v) => Cell::Double(v),
            Datum::Bytes(bytes) => {
                let start = u32::try_from(self.heap.len()).expect("a row is smaller than 4 GiB");
                let len = u32::try_from(bytes.len()).expect("a value is smaller than 4 GiB");
                self.heap.extend_from_slice(bytes);
                Cell::Bytes { start, len }
            }
        });
    }

    /// Appends a `Bytes` value written by `write` straight into the row's memory (no intermediate buffer).
    pub fn push_with(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let start = self.heap.len();
        write(&mut self.heap);
        let len = u32::try_from(self.heap.len() - start).expect("a value is smaller than 4 GiB");
        let start = u32::try_from(start).expect("a row is smaller than 4 GiB");
        self.cells.push(Cell::Bytes { start, len });
    }

    /// The value of column `index`, or `None` past the end.
    #[inline]
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Datum<'_>> {
        Some(match *self.cells.get(index)? {
            Cell::Null => Datum::Null,
            Cell::Int(v) => Datum::Int(v),
            Cell::UInt(v) => Datum::UInt(v),
            Cell::Float(v) => Datum::Float(v),
            Cell::Double(v) => Datum::Double(v),
            Cell::Bytes { start, len } => Datum::Bytes(&self.heap[start as usize..(start + len) as usize]),
        })
    }

    /// The value of column `index` when it is a signed number: for the encoder, which knows what to expect and is spared
    /// a choice among all variants.
    #[inline]
    pub(crate) fn int(&self, index: usize) -> Option<i64> {
        match self.cells.get(index) {
            Some(Cell::Int(value)) => Some(*value),
            _ => None,
        }
    }

    /// The value of column `index` when it is bytes.
    #[inline]
    pub(crate) fn bytes(&self, index: usize) -> Option<&[u8]> {
        match self.cells.get(index) {
            Some(Cell::Bytes { start, len }) => self.heap.get(*start as usize..(*start + *len) as usize),
            _ => None,
        }
    }

    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = Datum<'_>> {
        (0..self.len()).filter_map(|i| self.get(i))
    }

    /// Bytes of all `Bytes` values together.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.heap.len()
    }

    /// Memory held, in bytes: what the engine's budgets count.
    #[inline]
    #[must_use]
    pub fn memory(&self) -> usize {
        self.cells.len() * size_of::<Cell>() + self.heap.len()
    }
}

impl std::fmt::Debug for Row {
    /// Row values never reach a log: only the shape is shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Row({} columns, {} bytes)", self.cells.len(), self.heap.len())
    }
}

/// One change of one row: insert has `after`, delete has `before`, update has both.
#[derive(Clone, Debug)]
pub struct RowChange {
    /// The definition the row was written under; a DDL makes a new one.
    pub table: Arc<TableModel>,
    pub before: Option<Row>,
    pub after: Option<Row>,
    pub commit_ts: CommitTs,
}

impl RowChange {
    /// What happened; `None` when neither image is there (a source never sends that).
    #[must_use]
    pub fn op(&self) -> Option<Op> {
        match (&self.before, &self.after) {
            (None, Some(_)) => Some(Op::Insert),
            (Some(_), Some(_)) => Some(Op::Update),
            (Some(_), None) => Some(Op::Delete),
            (None, None) => None,
        }
    }

    /// Memory held, in bytes.
    #[must_use]
    pub fn memory(&self) -> usize {
        64 + self.before.as_ref().map_or(0, Row::memory) + self.after.as_ref().map_or(0, Row::memory)
    }
}
