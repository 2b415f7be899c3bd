//! Binlog row images to rows: each table's columns are matched once against its definition, each row then decoded
//! straight into its `Row`.

use super::charset::Charset;
use super::table_map::{TableMap, WireType};
use super::wire::{Malformed, Reader, big_endian, bit, little_endian};
use super::{decimal, json, temporal};
use shared::{
    row::{Datum, Row},
    schema::{BinaryKind, ColumnType, IntegerWidth, TableModel, TextKind},
};
use std::sync::Arc;

/// Decodes rows of one table, as one TABLE_MAP laid them out.
#[derive(Debug)]
pub(super) struct Mounter {
    pub table: Arc<TableModel>,
    columns: Vec<Plan>,
}

#[derive(Clone, Copy, Debug)]
struct Plan {
    wire: WireType,
    value: Conversion,
}

/// What makes a datum of a value's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Conversion {
    Signed,
    /// Integers, ENUM and SET.
    Unsigned,
    Bit,
    Float,
    Double,
    Decimal,
    Year,
    Date,
    DateTime,
    Timestamp,
    Time,
    Bytes,
    /// BINARY(n): the server cuts zeros off the end.
    Padded(usize),
    Text(Charset),
    Json,
    Vector,
}

/// Why a table's rows cannot be decoded under the definition at hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// Rows and definition disagree.
    Drift { column: String, defined: String, found: String },
    /// The column's character set cannot be converted.
    Charset { column: String, charset: String },
    /// MariaDB's compressed columns and types of servers to come.
    Unreadable { column: String, code: u8 },
}

impl Mounter {
    /// Matches a layout with a definition.
    ///
    /// # Errors
    /// The first column that does not fit.
    pub fn new(map: &TableMap, table: Arc<TableModel>) -> Result<Self, Misfit> {
        let columns = table
            .columns
            .iter()
            .enumerate()
            .map(|(index, column)| {
                let name = || column.name.clone();
                let Some(&wire) = map.columns.get(index) else {
                    return Err(Misfit::Drift { column: name(), defined: type_name(&column.ty), found: "no such column".into() });
                };
                if let WireType::Unknown(code) = wire {
                    return Err(Misfit::Unreadable { column: name(), code });
                }
                let drift =
                    || Misfit::Drift { column: name(), defined: type_name(&column.ty), found: wire_name(wire, map.is_unsigned(index)) };
                if let Some(found) = map.names.as_ref().and_then(|names| names.get(index)).filter(|found| **found != column.name) {
                    return Err(Misfit::Drift { column: name(), defined: name(), found: format!("column `{found}`") });
                }
                let charset = column.charset.as_deref().or(table.charset.as_deref()).unwrap_or("utf8mb4");
                let value = match &column.ty {
                    ColumnType::Text { .. } => {
                        let known = Charset::by_name(charset);
                        Conversion::Text(known.ok_or_else(|| Misfit::Charset { column: name(), charset: charset.to_owned() })?)
                    }
                    ty => conversion(ty, wire),
                };
                if fits(&column.ty, wire, map.is_unsigned(index)) { Ok(Plan { wire, value }) } else { Err(drift()) }
            })
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(&extra) = map.columns.get(columns.len()) {
            let column = map.names.as_ref().and_then(|n| n.get(columns.len()).cloned());
            let column = column.unwrap_or_else(|| format!("number {}", columns.len() + 1));
            return Err(Misfit::Drift { column, defined: "no such column".into(), found: wire_name(extra, None) });
        }
        Ok(Self { table, columns })
    }

    /// Takes the next image, which must hold all columns, off `images`. `expected_bytes` saves reallocation.
    pub fn row(&self, images: &mut Reader<'_>, expected_bytes: usize) -> Result<Row, Malformed> {
        let nulls = images.take(self.columns.len().div_ceil(8))?;
        let mut row = Row::with_capacity(self.columns.len(), expected_bytes);
        for (index, column) in self.columns.iter().enumerate() {
            if bit(nulls, index) {
                row.push(Datum::Null);
            } else {
                column.push(column.wire.take(images)?, &mut row)?;
            }
        }
        Ok(row)
    }
}

impl Plan {
    fn push(self, bytes: &[u8], row: &mut Row) -> Result<(), Malformed> {
        let mut result = Ok(());
        match self.value {
            Conversion::Signed => row.push(Datum::Int(signed(bytes))),
            Conversion::Unsigned => row.push(Datum::UInt(little_endian(bytes))),
            Conversion::Bit => row.push(Datum::UInt(big_endian(bytes))),
            Conversion::Float => row.push(Datum::Float(f32::from_bits(little_endian(bytes) as u32))),
            Conversion::Double => row.push(Datum::Double(f64::from_bits(little_endian(bytes)))),
            Conversion::Year => {
                let stored = i64::try_from(little_endian(bytes)).unwrap_or(0);
                row.push(Datum::Int(if stored == 0 { 0 } else { 1900 + stored }));
            }
            Conversion::Bytes => row.push(Datum::Bytes(bytes)),
            Conversion::Text(Charset::Utf8) => row.push(Datum::Bytes(bytes)),
            Conversion::Text(charset) => row.push_with(|out| charset.write(bytes, out)),
            Conversion::Padded(len) => row.push_with(|out| {
                let end = out.len() + len;
                out.extend_from_slice(bytes);
                out.resize(end.max(out.len()), 0);
            }),
            Conversion::Decimal => row.push_with(|out| {
                if let WireType::Decimal { precision, scale } = self.wire {
                    result = decimal::write(bytes, precision, scale, out);
                }
            }),
            Conversion::Date => row.push_with(|out| temporal::date(bytes, out)),
            Conversion::DateTime => row.push_with(|out| match self.wire {
                WireType::DateTime { fsp } => temporal::date_time(bytes, fsp, out),
                _ => temporal::old_date_time(bytes, out),
            }),
            Conversion::Timestamp => row.push_with(|out| match self.wire {
                WireType::Timestamp { fsp } => temporal::timestamp(bytes, fsp, out),
                _ => temporal::old_timestamp(bytes, out),
            }),
            Conversion::Time => row.push_with(|out| match self.wire {
                WireType::Time { fsp } => temporal::time(bytes, fsp, out),
                _ => temporal::old_time(bytes, out),
            }),
            Conversion::Json => row.push_with(|out| match self.wire {
                WireType::Json { .. } => result = json::write(bytes, out),
                _ => out.extend_from_slice(bytes),
            }),
            Conversion::Vector => row.push_with(|out| result = json::write_vector(bytes, out)),
        }
        result
    }
}

fn signed(bytes: &[u8]) -> i64 {
    let unused = 64 - 8 * bytes.len().clamp(1, 8) as u32;
    ((little_endian(bytes) << unused) as i64) >> unused
}

fn conversion(ty: &ColumnType, wire: WireType) -> Conversion {
    match ty {
        ColumnType::Integer { unsigned: true, .. } | ColumnType::Enum { .. } | ColumnType::Set { .. } => Conversion::Unsigned,
        ColumnType::Integer { unsigned: false, .. } => Conversion::Signed,
        ColumnType::Float { .. } => Conversion::Float,
        ColumnType::Double { .. } => Conversion::Double,
        ColumnType::Decimal { .. } => Conversion::Decimal,
        ColumnType::Bit { .. } => Conversion::Bit,
        ColumnType::Text { .. } => Conversion::Text(Charset::Utf8),
        ColumnType::Binary { kind: BinaryKind::Binary, length } => match (length, wire) {
            (Some(length), _) => Conversion::Padded(*length as usize),
            (None, WireType::Char { max }) => Conversion::Padded(usize::from(max)),
            (None, _) => Conversion::Padded(1),
        },
        ColumnType::Binary { .. } | ColumnType::Unsupported { .. } => Conversion::Bytes,
        ColumnType::Json => Conversion::Json,
        ColumnType::Date => Conversion::Date,
        ColumnType::DateTime { .. } => Conversion::DateTime,
        ColumnType::Timestamp { .. } => Conversion::Timestamp,
        ColumnType::Time { .. } => Conversion::Time,
        ColumnType::Year => Conversion::Year,
        ColumnType::Vector => Conversion::Vector,
    }
}

/// Whether rows laid out like `wire` can be rows of a column defined as `ty`, as far as the binlog tells.
fn fits(ty: &ColumnType, wire: WireType, wire_unsigned: Option<bool>) -> bool {
    let sign_fits = |unsigned: bool| wire_unsigned.is_none_or(|found| found == unsigned);
    match (ty, wire) {
        (ColumnType::Integer { width, unsigned }, WireType::Integer { bytes }) => bytes == integer_bytes(*width) && sign_fits(*unsigned),
        (ColumnType::Float { .. }, WireType::Float) | (ColumnType::Double { .. }, WireType::Double) => true,
        (ColumnType::Decimal { precision, scale, .. }, WireType::Decimal { precision: p, scale: s }) => (*precision, *scale) == (p, s),
        (ColumnType::Bit { bits }, WireType::Bit { bits: found }) => *bits == found,
        (ColumnType::Text { kind: TextKind::Char, .. }, WireType::Char { .. })
        | (ColumnType::Text { kind: TextKind::VarChar, .. }, WireType::VarChar { .. })
        | (ColumnType::Binary { kind: BinaryKind::VarBinary, .. }, WireType::VarChar { .. }) => true,
        (ColumnType::Binary { kind: BinaryKind::Binary, length }, WireType::Char { max }) => length.unwrap_or(1) == u32::from(max),
        (ColumnType::Text { kind, .. }, WireType::Blob { prefix }) => text_prefix(*kind) == Some(prefix),
        (ColumnType::Binary { kind, .. }, WireType::Blob { prefix }) => binary_prefix(*kind) == Some(prefix),
        (ColumnType::Enum { elements }, WireType::Enum { bytes }) => bytes == if elements.len() < 256 { 1 } else { 2 },
        (ColumnType::Set { elements }, WireType::Set { bytes }) => match elements.len().div_ceil(8) {
            few @ 0..=4 => usize::from(bytes) == few.max(1),
            _ => bytes == 8,
        },
        // MariaDB's JSON is a LONGTEXT.
        (ColumnType::Json, WireType::Json { .. } | WireType::Blob { prefix: 4 }) => true,
        (ColumnType::DateTime { fsp }, WireType::DateTime { fsp: found })
        | (ColumnType::Timestamp { fsp }, WireType::Timestamp { fsp: found })
        | (ColumnType::Time { fsp }, WireType::Time { fsp: found }) => *fsp == found,
        (ColumnType::DateTime { fsp: 0 }, WireType::OldDateTime)
        | (ColumnType::Timestamp { fsp: 0 }, WireType::OldTimestamp)
        | (ColumnType::Time { fsp: 0 }, WireType::OldTime)
        | (ColumnType::Date, WireType::Date)
        | (ColumnType::Year, WireType::Year)
        // MariaDB's VECTOR is a VARBINARY.
        | (ColumnType::Vector, WireType::Vector { .. } | WireType::VarChar { .. })
        | (ColumnType::Unsupported { .. }, _) => true,
        _ => false,
    }
}

fn integer_bytes(width: IntegerWidth) -> u8 {
    match width {
        IntegerWidth::Tiny => 1,
        IntegerWidth::Small => 2,
        IntegerWidth::Medium => 3,
        IntegerWidth::Int => 4,
        IntegerWidth::Big => 8,
    }
}

fn text_prefix(kind: TextKind) -> Option<u8> {
    match kind {
        TextKind::TinyText => Some(1),
        TextKind::Text => Some(2),
        TextKind::MediumText => Some(3),
        TextKind::LongText => Some(4),
        TextKind::Char | TextKind::VarChar => None,
    }
}

fn binary_prefix(kind: BinaryKind) -> Option<u8> {
    match kind {
        BinaryKind::TinyBlob => Some(1),
        BinaryKind::Blob => Some(2),
        BinaryKind::MediumBlob => Some(3),
        BinaryKind::LongBlob => Some(4),
        BinaryKind::Binary | BinaryKind::VarBinary => None,
    }
}

/// A type for people, as in a definition.
fn type_name(ty: &ColumnType) -> String {
    let sign = |unsigned: bool| if unsigned { " unsigned" } else { "" };
    let sized = |name: &str, length: Option<u32>| length.map_or_else(|| name.to_owned(), |n| format!("{name}({n})"));
    match ty {
        ColumnType::Integer { width, unsigned } => format!("{}{}", integer_name(integer_bytes(*width)), sign(*unsigned)),
        ColumnType::Decimal { precision, scale, unsigned } => format!("decimal({precision},{scale}){}", sign(*unsigned)),
        ColumnType::Bit { bits } => format!("bit({bits})"),
        ColumnType::Text { kind, length } => sized(&format!("{kind:?}").to_lowercase(), *length),
        ColumnType::Binary { kind, length } => sized(&format!("{kind:?}").to_lowercase(), *length),
        ColumnType::Enum { elements } => format!("enum of {}", elements.len()),
        ColumnType::Set { elements } => format!("set of {}", elements.len()),
        ColumnType::DateTime { fsp } => format!("datetime({fsp})"),
        ColumnType::Timestamp { fsp } => format!("timestamp({fsp})"),
        ColumnType::Time { fsp } => format!("time({fsp})"),
        ColumnType::Unsupported { name } => name.to_lowercase(),
        ColumnType::Float { .. } => "float".into(),
        ColumnType::Double { .. } => "double".into(),
        ColumnType::Json => "json".into(),
        ColumnType::Date => "date".into(),
        ColumnType::Year => "year".into(),
        ColumnType::Vector => "vector".into(),
    }
}

fn wire_name(wire: WireType, unsigned: Option<bool>) -> String {
    match wire {
        WireType::Integer { bytes } => {
            format!("{}{}", integer_name(bytes), if unsigned == Some(true) { " unsigned" } else { "" })
        }
        WireType::Float => "float".into(),
        WireType::Double => "double".into(),
        WireType::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
        WireType::Year => "year".into(),
        WireType::Date => "date".into(),
        WireType::DateTime { fsp } => format!("datetime({fsp})"),
        WireType::Timestamp { fsp } => format!("timestamp({fsp})"),
        WireType::Time { fsp } => format!("time({fsp})"),
        WireType::OldDateTime => "datetime of before MySQL 5.6".into(),
        WireType::OldTimestamp => "timestamp of before MySQL 5.6".into(),
        WireType::OldTime => "time of before MySQL 5.6".into(),
        WireType::VarChar { max } => format!("varchar or varbinary of {max} bytes"),
        WireType::Char { max } => format!("char or binary of {max} bytes"),
        WireType::Blob { prefix } => format!("{}text or {0}blob", ["", "tiny", "", "medium", "long"][usize::from(prefix.min(4))]),
        WireType::Json { .. } => "json".into(),
        WireType::Geometry { .. } => "geometry".into(),
        WireType::Vector { .. } => "vector".into(),
        WireType::Bit { bits } => format!("bit({bits})"),
        WireType::Enum { bytes } => format!("enum of {bytes} bytes"),
        WireType::Set { bytes } => format!("set of {bytes} bytes"),
        WireType::Unknown(code) => format!("type number {code}"),
    }
}

fn integer_name(bytes: u8) -> &'static str {
    match bytes {
        1 => "tinyint",
        2 => "smallint",
        3 => "mediumint",
        4 => "int",
        _ => "bigint",
    }
}

#[cfg(test)]
mod tests;
