//! Packed DECIMAL values as decimal text with the stored scale.
//!
//! Format: MySQL source `strings/decimal.cc` (`decimal2bin`): groups of nine digits in four bytes, big-endian, the
//! left-over digits of each side in fewer; the first bit says positive, and negative values have all bits inverted.

use super::table_map::decimal_bytes;
use super::wire::{Malformed, big_endian};

const LEFTOVER: [usize; 10] = [0, 1, 1, 2, 2, 3, 3, 4, 4, 4];
/// DECIMAL(65) with scale 0 is the longest: eight groups.
const MAX_BYTES: usize = 32;

/// Appends the value's text, e.g. `-12.50`: no leading zeros but the one before the point, all digits of the scale.
pub(super) fn write(bytes: &[u8], precision: u8, scale: u8, out: &mut Vec<u8>) -> Result<(), Malformed> {
    if scale > precision || bytes.len() != decimal_bytes(precision, scale) || bytes.is_empty() || bytes.len() > MAX_BYTES {
        return Err(Malformed("a decimal has a wrong length"));
    }
    let negative = bytes[0] & 0x80 == 0;
    let mut plain = [0u8; MAX_BYTES];
    let plain = &mut plain[..bytes.len()];
    plain.copy_from_slice(bytes);
    plain[0] ^= 0x80;
    if negative {
        plain.iter_mut().for_each(|byte| *byte = !*byte);
    }

    let mut rest = &*plain;
    let mut group = |digits: usize| {
        let (head, tail) = rest.split_at(LEFTOVER[digits]);
        rest = tail;
        (big_endian(head), digits)
    };
    if negative {
        out.push(b'-');
    }
    let whole_start = out.len();
    let whole = usize::from(precision - scale);
    let mut shown = false;
    let mut whole_group = |(value, digits): (u64, usize), out: &mut Vec<u8>| {
        if shown {
            write_digits(out, value, digits);
        } else if value != 0 {
            out.extend_from_slice(value.to_string().as_bytes());
            shown = true;
        }
    };
    if !whole.is_multiple_of(9) {
        whole_group(group(whole % 9), out);
    }
    for _ in 0..whole / 9 {
        whole_group(group(9), out);
    }
    if out.len() == whole_start {
        out.push(b'0');
    }
    let scale = usize::from(scale);
    if scale > 0 {
        out.push(b'.');
        for _ in 0..scale / 9 {
            let (value, digits) = group(9);
            write_digits(out, value, digits);
        }
        if !scale.is_multiple_of(9) {
            let (value, digits) = group(scale % 9);
            write_digits(out, value, digits);
        }
    }
    Ok(())
}

fn write_digits(out: &mut Vec<u8>, mut value: u64, width: usize) {
    let start = out.len();
    out.resize(start + width, b'0');
    for place in out[start..].iter_mut().rev() {
        *place = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn text(bytes: &[u8], precision: u8, scale: u8) -> String {
        let mut out = Vec::new();
        write(bytes, precision, scale, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_manuals_example_reads_both_ways() {
        // MySQL source, decimal2bin: 1234567890.1234 as DECIMAL(14,4).
        let positive = [0x81, 0x0d, 0xfb, 0x38, 0xd2, 0x04, 0xd2];
        assert_eq!(text(&positive, 14, 4), "1234567890.1234");
        let negative = positive.map(|byte| !byte);
        assert_eq!(text(&negative, 14, 4), "-1234567890.1234");
    }

    #[test]
    fn the_scale_is_kept_and_leading_zeros_are_not() {
        assert_eq!(text(&[0x80, 0, 0, 0, 0], 10, 2), "0.00");
        assert_eq!(text(&[0x80, 0, 0, 0, 5], 10, 2), "0.05");
        assert_eq!(text(&[0x80, 0, 0, 1, 50], 10, 2), "1.50");
        assert_eq!(text(&[0x80 | 0x63], 2, 2), "0.99");
    }

    #[test]
    fn a_wrong_length_is_an_error() {
        assert!(write(&[0x80], 10, 2, &mut Vec::new()).is_err());
        assert!(write(&[], 0, 0, &mut Vec::new()).is_err());
    }
}
