//! Partition dispatchers, with TiCDC's hash.
//! Source: `pingcap/ticdc` downstreamadapter/sink/eventrouter/partition, pkg/hash/position_inertia.go.

use super::checksum::ColumnChecksum;
use crate::Finding;
use crate::config::Dispatcher;
use crate::go_float;
use crate::row::{Datum, Row, RowChange};
use crate::schema::{Generated, TableModel};
use crate::spelling::did_you_mean;

/// The words of `partition`, for suggestions and forms. `rowid` is the old spelling of `index-value`.
pub const PARTITION_WORDS: [&str; 6] = ["default", "table", "ts", "index-value", "rowid", "columns"];

/// What a dispatcher's partition settings say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartitionRule {
    /// All rows of a table to one partition. Also `default`, and any word TiCDC does not know.
    Table,
    /// By commit timestamp.
    Ts,
    /// By the values of the handle key, or of a named index.
    IndexValue { index: Option<String> },
    /// By the values of the listed columns.
    Columns(Vec<String>),
}

impl PartitionRule {
    /// Reads a dispatcher; an unknown word means `table`, as in TiCDC (validation reports it).
    #[must_use]
    pub fn of(dispatcher: &Dispatcher) -> Self {
        let word = if dispatcher.partition.is_empty() { &dispatcher.dispatcher } else { &dispatcher.partition };
        match word.to_ascii_lowercase().as_str() {
            "ts" => Self::Ts,
            "index-value" | "rowid" => Self::IndexValue { index: (!dispatcher.index.is_empty()).then(|| dispatcher.index.clone()) },
            "columns" => Self::Columns(dispatcher.columns.clone()),
            _ => Self::Table,
        }
    }

    /// The rule's name, in its current spelling.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Ts => "ts",
            Self::IndexValue { .. } => "index-value",
            Self::Columns(_) => "columns",
        }
    }

    /// Positions of the columns whose values decide in one table; empty when none do.
    ///
    /// # Errors
    /// As [`Self::plan`].
    pub(super) fn columns(&self, table: &TableModel) -> Result<Vec<usize>, Finding> {
        Ok(match self {
            Self::Table | Self::Ts => Vec::new(),
            Self::IndexValue { index: None } => table.handle_key().map_or_else(Vec::new, |key| key.columns),
            Self::IndexValue { index: Some(name) } => index_columns(table, name)?,
            Self::Columns(names) => named_columns(table, names)?,
        })
    }

    /// Prepares the rule for one table.
    ///
    /// # Errors
    /// A finding, its path relative to the dispatcher: `index` or `columns` that the table does not have or that cannot
    /// be used.
    pub fn plan(&self, table: &TableModel) -> Result<PartitionPlan, Finding> {
        if matches!(self, Self::Ts) {
            return Ok(PartitionPlan { by: By::CommitTs, base: 0, columns: Vec::new() });
        }
        let columns = self.columns(table)?;
        let mut base = crc32fast::Hasher::new();
        base.update(table.schema.as_bytes());
        base.update(table.name.as_bytes());
        let columns = columns
            .into_iter()
            .filter_map(|position| Some(HashedColumn { position, checksum: ColumnChecksum::of(&table.columns.get(position)?.name) }))
            .collect();
        Ok(PartitionPlan { by: By::Hash, base: base.finalize(), columns })
    }
}

fn index_columns(table: &TableModel, name: &str) -> Result<Vec<usize>, Finding> {
    let wanted = name.to_lowercase();
    let index = table.indexes.iter().find(|index| index.name.to_lowercase() == wanted).ok_or_else(|| {
        Finding::error("index", "dispatcher-index-not-found", format!("Table `{}` has no index `{name}`.", table.qualified()))
            .hint(did_you_mean(name, table.indexes.iter().map(|index| index.name.as_str())))
    })?;
    if !index.unique && !index.primary {
        let message = format!("Index `{name}` of table `{}` is not unique.", table.qualified());
        return Err(Finding::error("index", "dispatcher-index-not-unique", message)
            .hint("Only a unique index keeps the changes of one row in one partition."));
    }
    if index.columns.is_empty() {
        let message = format!("Index `{name}` of table `{}` is over an expression.", table.qualified());
        return Err(Finding::error("index", "dispatcher-index-expression", message).hint("Name an index over plain columns."));
    }
    Ok(index.columns.clone())
}

fn named_columns(table: &TableModel, names: &[String]) -> Result<Vec<usize>, Finding> {
    names
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let path = format!("columns[{i}]");
            let position = table.column_index(name).ok_or_else(|| {
                Finding::error(&path, "dispatcher-column-not-found", format!("Table `{}` has no column `{name}`.", table.qualified()))
                    .hint(did_you_mean(name, table.columns.iter().map(|column| column.name.as_str())))
            })?;
            if table.columns[position].generated == Some(Generated::Virtual) {
                let message = format!("Column `{name}` of table `{}` is virtual: changes do not carry its value.", table.qualified());
                return Err(Finding::error(&path, "dispatcher-column-virtual", message).hint("Name a stored column."));
            }
            Ok(position)
        })
        .collect()
}

/// A partition rule prepared for one table. Nothing is allocated per row once `scratch` has its size.
#[derive(Clone, Debug)]
pub struct PartitionPlan {
    by: By,
    /// CRC-32 of schema and table name, as they are written.
    base: u32,
    columns: Vec<HashedColumn>,
}

#[derive(Clone, Copy, Debug)]
enum By {
    Hash,
    CommitTs,
}

#[derive(Clone, Debug)]
struct HashedColumn {
    position: usize,
    checksum: ColumnChecksum,
}

impl PartitionPlan {
    /// Positions of the columns whose values decide; empty when none do.
    pub fn columns(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().map(|column| column.position)
    }

    /// The partition of a change among `partitions` (0 counts as 1): by its new row, for deletes by the old one.
    /// `scratch` is overwritten.
    pub fn partition(&self, change: &RowChange, partitions: u32, scratch: &mut Vec<u8>) -> u32 {
        let partitions = partitions.max(1);
        match self.by {
            // the remainder is below a u32
            #[allow(clippy::cast_possible_truncation)]
            By::CommitTs => (change.commit_ts.0 % u64::from(partitions)) as u32,
            By::Hash => match change.after.as_ref().or(change.before.as_ref()) {
                Some(row) => self.hash(row, scratch) % partitions,
                None => self.base % partitions,
            },
        }
    }

    /// The raw hash of a row. The XOR means that column order does not matter; NULL is skipped, as TiCDC's new
    /// architecture does (the old one hashes the text `null`).
    fn hash(&self, row: &Row, scratch: &mut Vec<u8>) -> u32 {
        self.columns.iter().fold(self.base, |hash, column| {
            hash ^ match row.get(column.position) {
                None | Some(Datum::Null) => return hash,
                Some(Datum::UInt(number)) => column.checksum.with_number(number),
                Some(Datum::Int(number)) if number >= 0 => column.checksum.with_number(number.cast_unsigned()),
                Some(Datum::Bytes(text)) => column.checksum.with_text(text),
                Some(number) => {
                    scratch.clear();
                    write_number(number, scratch);
                    column.checksum.with_text(scratch)
                }
            }
        })
    }
}

/// Decimal text; floats shortest and without exponent (Go's `'f', -1`), NaN and infinities as `0`.
fn write_number(number: Datum<'_>, out: &mut Vec<u8>) {
    match number {
        Datum::Int(v) => {
            if v < 0 {
                out.push(b'-');
            }
            write_decimal(v.unsigned_abs(), out);
        }
        Datum::UInt(v) => write_decimal(v, out),
        Datum::Float(v) if v.is_finite() => go_float::write_f32(v, out),
        Datum::Double(v) if v.is_finite() => go_float::write_f64(v, out),
        Datum::Float(_) | Datum::Double(_) => out.push(b'0'),
        Datum::Null | Datum::Bytes(_) => {}
    }
}

fn write_decimal(mut value: u64, out: &mut Vec<u8>) {
    // 20 digits hold u64::MAX
    let mut digits = [0_u8; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests;
