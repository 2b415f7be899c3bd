//! TABLE_MAP events: which table the following rows belong to, and how its columns lie in them.
//!
//! Layout: MySQL source `libs/mysql/binlog/event/rows_event.h`, class `Table_map_event`.

use super::wire::{Malformed, Reader, little_endian};

/// How one column's value lies in a row image, with the metadata that reading it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WireType {
    /// 1, 2, 3, 4 or 8 bytes.
    Integer {
        bytes: u8,
    },
    Float,
    Double,
    Decimal {
        precision: u8,
        scale: u8,
    },
    Year,
    Date,
    /// The encodings of MySQL 5.6 and later, `fsp` digits of fraction.
    DateTime {
        fsp: u8,
    },
    Timestamp {
        fsp: u8,
    },
    Time {
        fsp: u8,
    },
    /// The encodings before MySQL 5.6, whole seconds: columns never rebuilt since then.
    OldDateTime,
    OldTimestamp,
    OldTime,
    /// `max` is in bytes; decides whether the length before each value takes one byte or two.
    VarChar {
        max: u16,
    },
    Char {
        max: u16,
    },
    /// `prefix`: bytes of the length before each value, 1 to 4. Text, blobs and MariaDB's JSON.
    Blob {
        prefix: u8,
    },
    /// MySQL's binary JSON.
    Json {
        prefix: u8,
    },
    Geometry {
        prefix: u8,
    },
    Vector {
        prefix: u8,
    },
    Bit {
        bits: u8,
    },
    Enum {
        bytes: u8,
    },
    Set {
        bytes: u8,
    },
    /// A type whose values cannot be read, by its number.
    Unknown(u8),
}

/// One TABLE_MAP event, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TableMap {
    pub table_id: u64,
    pub schema: String,
    pub name: String,
    pub columns: Vec<WireType>,
    /// Signedness of each numeric column in order (`true`: unsigned), when the server sends it
    /// (MySQL 8 always, MariaDB with `binlog_row_metadata`).
    pub unsigned: Option<Vec<bool>>,
    /// Column names, with `binlog_row_metadata=FULL`.
    pub names: Option<Vec<String>>,
}

/// Only the table id, to find a known map again without parsing the rest.
pub(super) fn table_id(data: &[u8]) -> Result<u64, Malformed> {
    Reader::new(data).uint(6)
}

impl TableMap {
    /// From an event's data, header and checksum taken off.
    pub fn parse(data: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(data);
        let table_id = reader.uint(6)?;
        reader.u16()?;
        let schema = reader.short_text()?.to_owned();
        let name = reader.short_text()?.to_owned();
        let count = reader.lenenc_len()?;
        let types = reader.take(count)?;
        let metadata_len = reader.lenenc_len()?;
        let mut metadata = Reader::new(reader.take(metadata_len)?);
        let columns = types.iter().map(|&code| wire_type(code, &mut metadata)).collect::<Result<Vec<_>, _>>()?;
        reader.take(count.div_ceil(8))?;

        let (mut unsigned, mut names) = (None, None);
        while !reader.is_empty() {
            let field = reader.u8()?;
            let len = reader.lenenc_len()?;
            let value = reader.take(len)?;
            match field {
                1 => unsigned = Some(signedness(&columns, value)),
                4 => names = Some(column_names(value)?),
                _ => {}
            }
        }
        Ok(Self { table_id, schema, name, columns, unsigned, names })
    }

    /// Whether column `index` is unsigned, when the event says.
    pub fn is_unsigned(&self, index: usize) -> Option<bool> {
        self.unsigned.as_ref()?.get(index).copied()
    }
}

fn wire_type(code: u8, metadata: &mut Reader<'_>) -> Result<WireType, Malformed> {
    Ok(match code {
        1 => WireType::Integer { bytes: 1 },
        2 => WireType::Integer { bytes: 2 },
        3 => WireType::Integer { bytes: 4 },
        8 => WireType::Integer { bytes: 8 },
        9 => WireType::Integer { bytes: 3 },
        4 | 5 => {
            metadata.u8()?;
            if code == 4 { WireType::Float } else { WireType::Double }
        }
        7 => WireType::OldTimestamp,
        10 | 14 => WireType::Date,
        11 => WireType::OldTime,
        12 => WireType::OldDateTime,
        13 => WireType::Year,
        15 | 253 => WireType::VarChar { max: metadata.u16()? },
        16 => {
            let [bits, bytes] = metadata.array()?;
            WireType::Bit { bits: bytes.saturating_mul(8).saturating_add(bits) }
        }
        17 => WireType::Timestamp { fsp: fsp(metadata)? },
        18 => WireType::DateTime { fsp: fsp(metadata)? },
        19 => WireType::Time { fsp: fsp(metadata)? },
        242 => WireType::Vector { prefix: prefix(metadata)? },
        245 => WireType::Json { prefix: prefix(metadata)? },
        246 => {
            let [precision, scale] = metadata.array()?;
            if precision > 65 || scale > precision {
                return Err(Malformed("a decimal column has an impossible precision"));
            }
            WireType::Decimal { precision, scale }
        }
        247 => WireType::Enum { bytes: enum_bytes(metadata.array::<2>()?[1])? },
        248 => WireType::Set { bytes: set_bytes(metadata.array::<2>()?[1])? },
        249..=252 => WireType::Blob { prefix: prefix(metadata)? },
        254 => string_type(metadata.array()?)?,
        255 => WireType::Geometry { prefix: prefix(metadata)? },
        // MariaDB's compressed columns: known metadata, unreadable values.
        140 => {
            metadata.u8()?;
            WireType::Unknown(code)
        }
        141 => {
            metadata.u16()?;
            WireType::Unknown(code)
        }
        _ => WireType::Unknown(code),
    })
}

/// CHAR, ENUM and SET share a type number. The first byte is the real type, two of its bits borrowed, inverted, for
/// lengths above 255 (MySQL bug 37426).
fn string_type([first, second]: [u8; 2]) -> Result<WireType, Malformed> {
    if first & 0x30 != 0x30 {
        let max = u16::from(second) | u16::from((first & 0x30) ^ 0x30) << 4;
        return match first | 0x30 {
            254 => Ok(WireType::Char { max }),
            _ => Err(Malformed("a string column has an impossible type")),
        };
    }
    Ok(match first {
        247 => WireType::Enum { bytes: enum_bytes(second)? },
        248 => WireType::Set { bytes: set_bytes(second)? },
        254 => WireType::Char { max: u16::from(second) },
        _ => return Err(Malformed("a string column has an impossible type")),
    })
}

fn fsp(metadata: &mut Reader<'_>) -> Result<u8, Malformed> {
    metadata.u8().and_then(|fsp| if fsp <= 6 { Ok(fsp) } else { Err(Malformed("a time column has more than 6 digits of fraction")) })
}

fn prefix(metadata: &mut Reader<'_>) -> Result<u8, Malformed> {
    metadata.u8().and_then(|n| if (1..=4).contains(&n) { Ok(n) } else { Err(Malformed("a blob column has an impossible length")) })
}

fn enum_bytes(bytes: u8) -> Result<u8, Malformed> {
    if matches!(bytes, 1 | 2) { Ok(bytes) } else { Err(Malformed("an enum column has an impossible width")) }
}

fn set_bytes(bytes: u8) -> Result<u8, Malformed> {
    if (1..=8).contains(&bytes) { Ok(bytes) } else { Err(Malformed("a set column has an impossible width")) }
}

/// One bit for each numeric column, most significant first; the others have none.
fn signedness(columns: &[WireType], bits: &[u8]) -> Vec<bool> {
    let mut numeric = 0;
    columns
        .iter()
        .map(|column| {
            let counted =
                matches!(column, WireType::Integer { .. } | WireType::Float | WireType::Double | WireType::Decimal { .. } | WireType::Year);
            if !counted {
                return false;
            }
            let set = bits.get(numeric / 8).is_some_and(|byte| byte >> (7 - numeric % 8) & 1 == 1);
            numeric += 1;
            set
        })
        .collect()
}

fn column_names(value: &[u8]) -> Result<Vec<String>, Malformed> {
    let mut reader = Reader::new(value);
    let mut names = Vec::new();
    while !reader.is_empty() {
        let len = reader.lenenc_len()?;
        names.push(String::from_utf8_lossy(reader.take(len)?).into_owned());
    }
    Ok(names)
}

/// Bytes of a packed decimal: nine digits take four bytes, fewer take less.
pub(super) fn decimal_bytes(precision: u8, scale: u8) -> usize {
    const LEFTOVER: [usize; 10] = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];
    let side = |digits: u8| usize::from(digits / 9) * 4 + LEFTOVER[usize::from(digits % 9)];
    side(precision - scale) + side(scale)
}

impl WireType {
    /// Takes this column's value off a row image, without its length prefix.
    pub fn take<'a>(self, row: &mut Reader<'a>) -> Result<&'a [u8], Malformed> {
        let fraction = |fsp: u8| usize::from(fsp.div_ceil(2));
        let len = match self {
            Self::Integer { bytes } | Self::Enum { bytes } | Self::Set { bytes } => usize::from(bytes),
            Self::Float | Self::OldTimestamp => 4,
            Self::Double | Self::OldDateTime => 8,
            Self::Decimal { precision, scale } => decimal_bytes(precision, scale),
            Self::Year => 1,
            Self::Date | Self::OldTime => 3,
            Self::DateTime { fsp } => 5 + fraction(fsp),
            Self::Timestamp { fsp } => 4 + fraction(fsp),
            Self::Time { fsp } => 3 + fraction(fsp),
            Self::Bit { bits } => usize::from(bits.div_ceil(8)),
            Self::VarChar { max } | Self::Char { max } => {
                let prefix = if max < 256 { row.take(1)? } else { row.take(2)? };
                little_endian(prefix) as usize
            }
            Self::Blob { prefix } | Self::Json { prefix } | Self::Geometry { prefix } | Self::Vector { prefix } => {
                little_endian(row.take(usize::from(prefix))?) as usize
            }
            Self::Unknown(_) => return Err(Malformed("a column has a type that cannot be read")),
        };
        row.take(len)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn event(types: &[u8], metadata: &[u8], optional: &[u8]) -> Vec<u8> {
        let mut data = vec![7, 0, 0, 0, 0, 0, 1, 0, 4];
        data.extend_from_slice(b"shop\0\x05items\0");
        data.push(types.len() as u8);
        data.extend_from_slice(types);
        data.push(metadata.len() as u8);
        data.extend_from_slice(metadata);
        data.resize(data.len() + types.len().div_ceil(8), 0);
        data.extend_from_slice(optional);
        data
    }

    #[test]
    fn a_table_map_gives_the_layout_of_every_column() {
        let types = [3, 15, 246, 18, 254, 254, 252, 16, 10];
        let metadata = [40, 0, 10, 2, 3, 0xfe, 80, 0xf7, 1, 2, 1, 1];
        let map = TableMap::parse(&event(&types, &metadata, &[])).unwrap();
        assert_eq!((map.table_id, map.schema.as_str(), map.name.as_str()), (7, "shop", "items"));
        assert_eq!(
            map.columns,
            [
                WireType::Integer { bytes: 4 },
                WireType::VarChar { max: 40 },
                WireType::Decimal { precision: 10, scale: 2 },
                WireType::DateTime { fsp: 3 },
                WireType::Char { max: 80 },
                WireType::Enum { bytes: 1 },
                WireType::Blob { prefix: 2 },
                WireType::Bit { bits: 9 },
                WireType::Date,
            ]
        );
        assert_eq!((map.unsigned, map.names), (None, None));
    }

    #[test]
    fn optional_metadata_tells_signs_and_names() {
        // Columns: int unsigned, varchar, bigint.
        let optional = [1, 1, 0b1000_0000, 4, 7, 1, b'a', 1, b'b', 2, b'c', b'd', 9, 1, 0];
        let map = TableMap::parse(&event(&[3, 15, 8], &[40, 0], &optional)).unwrap();
        assert_eq!(map.unsigned, Some(vec![true, false, false]));
        assert_eq!(map.names, Some(vec!["a".into(), "b".into(), "cd".into()]));
    }

    #[test]
    fn long_chars_borrow_bits_of_the_type() {
        // CHAR(255) of utf8mb4 is 1020 bytes: 0x3fc.
        assert_eq!(string_type([0xfe ^ 0x30, 0xfc]), Ok(WireType::Char { max: 0x3fc }));
        assert!(string_type([0x12, 1]).is_err());
    }

    #[test]
    fn no_prefix_of_an_event_makes_it_panic() {
        let whole = event(&[3, 15, 246, 254, 245], &[40, 0, 10, 2, 0xfe, 80, 4], &[1, 1, 0x80]);
        for len in 0..whole.len() {
            let _ = TableMap::parse(&whole[..len]);
        }
        assert!(TableMap::parse(&event(&[246], &[2, 10], &[])).is_err());
    }
}
