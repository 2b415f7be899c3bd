//! MySQL's binary JSON as the text MySQL prints: `, ` and `: ` as separators, doubles with a point.
//!
//! Format: MySQL source `sql-common/json_binary.h`; text: `Json_wrapper::to_string`.

use super::wire::{Malformed, Reader, big_endian, little_endian};
use super::{decimal, temporal};
use base64::{Engine, engine::general_purpose::STANDARD};
use std::io::Write;

/// MySQL refuses documents nested deeper than this.
const MAX_DEPTH: usize = 100;

/// Appends a document's text.
pub(super) fn write(document: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    // MySQL writes an empty value where a broken document was forced in; it reads it back as null.
    let Some((&kind, value)) = document.split_first() else {
        out.extend_from_slice(b"null");
        return Ok(());
    };
    value_text(kind, value, 0, out)
}

fn value_text(kind: u8, value: &[u8], depth: usize, out: &mut Vec<u8>) -> Result<(), Malformed> {
    if depth > MAX_DEPTH {
        return Err(Malformed("JSON is nested too deep"));
    }
    let mut reader = Reader::new(value);
    match kind {
        0 | 1 => container(value, kind == 1, true, depth, out)?,
        2 | 3 => container(value, kind == 3, false, depth, out)?,
        4 => out.extend_from_slice(match reader.u8()? {
            0 => b"null",
            1 => b"true",
            2 => b"false",
            _ => return Err(Malformed("JSON has an unknown literal")),
        }),
        5 => number(out, i16::from_le_bytes(reader.array()?)),
        6 => number(out, reader.u16()?),
        7 => number(out, i32::from_le_bytes(reader.array()?)),
        8 => number(out, reader.u32()?),
        9 => number(out, i64::from_le_bytes(reader.array()?)),
        10 => number(out, reader.u64()?),
        11 => double(f64::from_le_bytes(reader.array()?), out),
        12 => {
            let len = variable_length(&mut reader)?;
            quoted(reader.take(len)?, out);
        }
        15 => {
            let field_type = reader.u8()?;
            let len = variable_length(&mut reader)?;
            opaque(field_type, reader.take(len)?, out)?;
        }
        _ => return Err(Malformed("JSON has an unknown type")),
    }
    Ok(())
}

/// An object or array: counts and offsets take two bytes, in the large form four.
fn container(bytes: &[u8], large: bool, object: bool, depth: usize, out: &mut Vec<u8>) -> Result<(), Malformed> {
    let width = if large { 4 } else { 2 };
    let at = |offset: usize, len: usize| bytes.get(offset..offset.saturating_add(len)).ok_or(Malformed("JSON points outside itself"));
    let count = little_endian(at(0, width)?) as usize;
    let (key_entry, value_entry) = (width + 2, width + 1);
    let values_at = 2 * width + if object { count.saturating_mul(key_entry) } else { 0 };

    out.push(if object { b'{' } else { b'[' });
    for index in 0..count {
        if index > 0 {
            out.extend_from_slice(b", ");
        }
        if object {
            let entry = at(2 * width + index * key_entry, key_entry)?;
            let (offset, len) = (little_endian(&entry[..width]) as usize, little_endian(&entry[width..]) as usize);
            quoted(at(offset, len)?, out);
            out.extend_from_slice(b": ");
        }
        let entry = at(values_at.saturating_add(index * value_entry), value_entry)?;
        let (kind, place) = (entry[0], &entry[1..]);
        let inlined = matches!(kind, 4..=6) || large && matches!(kind, 7 | 8);
        let value = if inlined {
            place
        } else {
            // Values lie behind the entries: one that points back would make the document endless.
            let offset = little_endian(place) as usize;
            let behind = offset >= values_at.saturating_add(count.saturating_mul(value_entry));
            bytes.get(offset..).filter(|_| behind).ok_or(Malformed("JSON points outside itself"))?
        };
        value_text(kind, value, depth + 1, out)?;
    }
    out.push(if object { b'}' } else { b']' });
    Ok(())
}

/// Seven bits a byte, least significant first.
fn variable_length(reader: &mut Reader<'_>) -> Result<usize, Malformed> {
    let mut len = 0usize;
    for shift in (0..35).step_by(7) {
        let byte = reader.u8()?;
        len |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(len);
        }
    }
    Err(Malformed("JSON has an impossible length"))
}

fn number(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    write!(out, "{value}").expect("writing to memory does not fail");
}

/// Shortest digits that read back the same; plain notation between 1e-15 and 1e15, and always a sign that it is a double.
fn double(value: f64, out: &mut Vec<u8>) {
    let exponent = format!("{value:e}");
    let power: i32 = exponent.split_once('e').and_then(|(_, power)| power.parse().ok()).unwrap_or(0);
    if (-15..=14).contains(&power) {
        let plain = value.to_string();
        out.extend_from_slice(plain.as_bytes());
        if !plain.contains('.') {
            out.extend_from_slice(b".0");
        }
    } else {
        out.extend_from_slice(exponent.as_bytes());
    }
}

fn quoted(text: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => number(out, format_args!("\\u{byte:04x}")),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

/// SQL values inside JSON: decimals are numbers, times are text, all else is base64 with its type.
fn opaque(field_type: u8, data: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    let packed = || data.first_chunk::<8>().map(|b| u64::from_le_bytes(*b)).ok_or(Malformed("a time in JSON is too short"));
    match field_type {
        246 => {
            let ([precision, scale], digits) = data.split_first_chunk().ok_or(Malformed("a decimal in JSON is too short"))?;
            decimal::write(digits, *precision, *scale, out)?;
        }
        10 | 7 | 12 | 11 => {
            out.push(b'"');
            match field_type {
                11 => temporal::packed_time(packed()? as i64, out),
                _ => temporal::packed_date_time(packed()?, field_type == 10, out),
            }
            out.push(b'"');
        }
        _ => number(out, format_args!("\"base64:type{field_type}:{}\"", STANDARD.encode(data))),
    }
    Ok(())
}

/// MySQL's and MariaDB's VECTOR: 32-bit floats, printed as a JSON array.
pub(super) fn write_vector(data: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    let (floats, rest) = data.as_chunks::<4>();
    if !rest.is_empty() {
        return Err(Malformed("a vector has a broken length"));
    }
    out.push(b'[');
    for (index, bytes) in floats.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        number(out, f32::from_bits(big_endian(&[bytes[3], bytes[2], bytes[1], bytes[0]]) as u32));
    }
    out.push(b']');
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn text(document: &[u8]) -> String {
        let mut out = Vec::new();
        write(document, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// `{"a": 1, "b": [true, "x\n"]}` in the small format.
    const OBJECT: &[u8] = &[
        0, 2, 0, 33, 0, 18, 0, 1, 0, 19, 0, 1, 0, 5, 1, 0, 2, 20, 0, b'a', b'b', // value of b: a small array
        2, 0, 13, 0, 4, 1, 0, 12, 10, 0, 2, b'x', b'\n',
    ];

    #[test]
    fn objects_and_arrays_print_with_mysqls_separators() {
        assert_eq!(text(OBJECT), r#"{"a": 1, "b": [true, "x\n"]}"#);
        assert_eq!(text(&[0, 0, 0, 4, 0]), "{}");
        assert_eq!(text(&[2, 0, 0, 4, 0]), "[]");
        assert_eq!(text(&[]), "null");
    }

    #[test]
    fn scalars_print_as_mysql_prints_them() {
        assert_eq!(text(&[4, 2]), "false");
        assert_eq!(text(&[10, 255, 255, 255, 255, 255, 255, 255, 255]), "18446744073709551615");
        assert_eq!(text(&[5, 0xff, 0xff]), "-1");
        for (value, expected) in [
            (1.0, "1.0"),
            (0.1, "0.1"),
            (1e20, "1e20"),
            (1.5e-20, "1.5e-20"),
            (-0.00001, "-0.00001"),
            (1e14, "100000000000000.0"),
            (1e15, "1e15"),
        ] {
            let mut document = vec![11];
            document.extend_from_slice(&f64::to_le_bytes(value));
            assert_eq!(text(&document), expected);
        }
        assert_eq!(text(&[12, 3, b'"', 1, b'\\']), r#""\"\u0001\\""#);
    }

    #[test]
    fn sql_values_inside_json_are_printed_as_sql_values() {
        assert_eq!(text(&[15, 246, 4, 3, 2, 0x81, 50]), "1.50");
        let packed: u64 = ((((2015 * 13 + 1) << 5 | 15) << 17 | 23 << 12 | 24 << 6 | 25) << 24) | 12;
        let mut document = vec![15, 12, 8];
        document.extend_from_slice(&packed.to_le_bytes());
        assert_eq!(text(&document), r#""2015-01-15 23:24:25.000012""#);
        assert_eq!(text(&[15, 252, 2, 1, 2]), r#""base64:type252:AQI=""#);
    }

    #[test]
    fn documents_are_read_as_deep_as_mysql_lets_them_be() {
        let nested = |levels: usize| {
            let mut document = vec![1, 0, 7, 0, 5, 1, 0];
            for _ in 1..levels {
                let size = (document.len() as u16 + 7).to_le_bytes();
                document = [&[1, 0, size[0], size[1], 2, 7, 0], &document[..]].concat();
            }
            [&[2], &document[..]].concat()
        };
        assert_eq!(text(&nested(MAX_DEPTH)), format!("{}1{}", "[".repeat(100), "]".repeat(100)));
        assert!(write(&nested(MAX_DEPTH + 1), &mut Vec::new()).is_err());
    }

    #[test]
    fn broken_documents_are_errors_and_never_panics() {
        for len in 1..OBJECT.len() {
            let _ = write(&OBJECT[..len], &mut Vec::new());
        }
        for index in 0..OBJECT.len() {
            let mut broken = OBJECT.to_vec();
            broken[index] ^= 0xff;
            let _ = write(&broken, &mut Vec::new());
        }
        // An array that holds itself.
        assert!(write(&[2, 1, 0, 7, 0, 2, 0, 0], &mut Vec::new()).is_err());
    }
}
