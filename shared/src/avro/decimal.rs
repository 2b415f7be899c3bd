//! DECIMAL text to Avro's `decimal`: the unscaled integer, shortest two's complement, big-endian.

use super::Cause;
use super::primitive::{long, text as put_text};

/// Digits that an `i64` holds whatever they are.
const I64_DIGITS: u8 = 18;
/// Digits that an `i128` holds whatever they are.
const I128_DIGITS: u8 = 38;

/// Something that decimal digits can be appended to.
trait Digits: Default {
    fn append(&mut self, digit: u8);
}

impl Digits for u64 {
    fn append(&mut self, digit: u8) {
        *self = *self * 10 + Self::from(digit);
    }
}

impl Digits for u128 {
    fn append(&mut self, digit: u8) {
        *self = *self * 10 + Self::from(digit);
    }
}

/// 256 bits, least significant part first: room for MySQL's 65 digits (216 bits).
#[derive(Default)]
struct Wide([u64; 4]);

impl Digits for Wide {
    fn append(&mut self, digit: u8) {
        let mut carry = u128::from(digit);
        for part in &mut self.0 {
            carry += u128::from(*part) * 10;
            // The low half; the high half is carried on.
            *part = carry as u64;
            carry >>= 64;
        }
    }
}

impl Wide {
    fn negated_be_bytes(mut self, negative: bool) -> [u8; 32] {
        if negative {
            let mut carry = true;
            for part in &mut self.0 {
                (*part, carry) = (!*part).overflowing_add(u64::from(carry));
            }
        }
        let mut bytes = [0; 32];
        for (chunk, part) in bytes.chunks_exact_mut(8).zip(self.0.iter().rev()) {
            chunk.copy_from_slice(&part.to_be_bytes());
        }
        bytes
    }
}

/// Appends length and bytes of a decimal number. Fewer fraction digits than the scale are filled up with zeros; more
/// are taken when they are zeros.
pub(super) fn write(text: &[u8], precision: u8, scale: u8, out: &mut Vec<u8>) -> Result<(), Cause> {
    let (negative, digits) = match text.split_first() {
        Some((b'-', digits)) => (true, digits),
        Some((b'+', digits)) => (false, digits),
        _ => (false, text),
    };
    if precision <= I64_DIGITS {
        let magnitude = parse::<u64>(digits, precision, scale)?.cast_signed();
        let number = if negative { -magnitude } else { magnitude };
        let significant = if number < 0 { !number } else { number };
        // With the sign, in whole bytes.
        let length = (64 - significant.leading_zeros()) as usize / 8 + 1;
        long(length as i64, out);
        // All eight bytes, the wanted ones first, and then back: a copy of a fixed size is a store.
        let end = out.len() + length;
        out.extend_from_slice(&(number << (64 - 8 * length)).to_be_bytes());
        out.truncate(end);
    } else if precision <= I128_DIGITS {
        let magnitude = parse::<u128>(digits, precision, scale)?.cast_signed();
        let number = if negative { -magnitude } else { magnitude };
        let significant = if number < 0 { !number } else { number };
        let length = (128 - significant.leading_zeros()) as usize / 8 + 1;
        let bytes = number.to_be_bytes();
        put_text(&bytes[bytes.len() - length..], out);
    } else {
        let bytes = parse::<Wide>(digits, precision, scale)?.negated_be_bytes(negative);
        let sign = if bytes[0] & 0x80 == 0 { 0 } else { 0xff };
        let redundant = bytes.windows(2).take_while(|pair| pair[0] == sign && (pair[1] ^ sign) & 0x80 == 0).count();
        put_text(&bytes[redundant..], out);
    }
    Ok(())
}

/// The digits as an unscaled integer. Every accumulator has room for `precision` digits, and no more are appended.
#[inline]
fn parse<T: Digits>(digits: &[u8], precision: u8, scale: u8) -> Result<T, Cause> {
    let mut number = T::default();
    let mut room = precision.saturating_sub(scale);
    let mut at = 0;
    let mut significant = false;
    while let Some(&c) = digits.get(at) {
        if c == b'.' {
            break;
        }
        let digit = digit(c)?;
        significant |= digit != 0;
        if significant {
            room = room.checked_sub(1).ok_or(Cause::TooManyDigits)?;
            number.append(digit);
        }
        at += 1;
    }
    let mut missing = scale;
    let mut any = at > 0;
    for &c in digits.get(at + 1..).unwrap_or_default() {
        let digit = digit(c)?;
        any = true;
        if missing > 0 {
            missing -= 1;
            number.append(digit);
        } else if digit != 0 {
            return Err(Cause::TooManyDigits);
        }
    }
    if !any {
        return Err(Cause::NotDecimal);
    }
    for _ in 0..missing {
        number.append(0);
    }
    Ok(number)
}

#[inline]
fn digit(c: u8) -> Result<u8, Cause> {
    let digit = c.wrapping_sub(b'0');
    if digit < 10 { Ok(digit) } else { Err(Cause::NotDecimal) }
}

/// Decimal text of an unscaled big-endian integer: what [`write`] wrote, read back.
pub(super) fn text(bytes: &[u8], scale: u8) -> String {
    let negative = bytes.first().is_some_and(|b| b & 0x80 != 0);
    let mut magnitude: Vec<u8> = bytes.to_vec();
    if negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            (*byte, carry) = (!*byte).overflowing_add(u8::from(carry));
        }
    }
    let mut digits = Vec::new();
    while magnitude.iter().any(|b| *b != 0) {
        let mut rest = 0_u16;
        for byte in &mut magnitude {
            let part = (rest << 8) | u16::from(*byte);
            // `rest` is below ten, so a tenth of `part` is below 256.
            *byte = (part / 10) as u8;
            rest = part % 10;
        }
        digits.push(char::from(b'0' + u8::try_from(rest).unwrap_or_default()));
    }
    while digits.len() <= usize::from(scale) {
        digits.push('0');
    }
    if scale > 0 {
        digits.insert(usize::from(scale), '.');
    }
    if negative {
        digits.push('-');
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn hex(text: &str, precision: u8, scale: u8) -> Result<String, Cause> {
        let out = written(text, precision, scale)?;
        assert_eq!(usize::from(out[0]), (out.len() - 1) * 2);
        Ok(out[1..].iter().map(|b| format!("{b:02x}")).collect())
    }

    fn written(text: &str, precision: u8, scale: u8) -> Result<Vec<u8>, Cause> {
        let mut out = Vec::new();
        write(text.as_bytes(), precision, scale, &mut out)?;
        Ok(out)
    }

    /// Vectors 86 and 87.
    #[test]
    fn unscaled_integers_are_as_short_as_can_be() {
        for (text, expect) in [
            ("0", "00"),
            ("-0", "00"),
            ("-1", "ff"),
            ("127", "7f"),
            ("128", "0080"),
            ("-128", "80"),
            ("-129", "ff7f"),
            ("255", "00ff"),
            ("-255", "ff01"),
            ("12345", "3039"),
            ("2333654321", "008b18bd31"),
        ] {
            for precision in [10, 30, 65] {
                assert_eq!(hex(text, precision, 0).unwrap(), expect, "{text} in {precision} digits");
            }
        }
    }

    #[test]
    fn the_scale_is_the_columns() {
        assert_eq!(hex("123.45", 10, 2).unwrap(), "3039");
        assert_eq!(hex("123.4", 10, 3).unwrap(), hex("123400", 10, 0).unwrap());
        assert_eq!(hex("00001.50", 2, 1).unwrap(), "0f");
        assert_eq!(hex(".5", 2, 1).unwrap(), "05");
        assert_eq!(hex("+5.", 2, 1).unwrap(), "32");
        assert_eq!(hex("-9999", 4, 0).unwrap(), "d8f1");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (text, cause) in [
            ("", Cause::NotDecimal),
            ("-", Cause::NotDecimal),
            (".", Cause::NotDecimal),
            ("1e5", Cause::NotDecimal),
            ("1.2.3", Cause::NotDecimal),
            ("1.234", Cause::TooManyDigits),
            ("123456789.00", Cause::TooManyDigits),
        ] {
            assert_eq!(hex(text, 10, 2), Err(cause), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_decimal_survives(digits in "-?[1-9][0-9]{0,34}", fraction in "[0-9]{30}") {
            let number = format!("{digits}.{fraction}");
            let out = written(&number, 65, 30).unwrap();
            prop_assert_eq!(text(&out[1..], 30), number);
        }

        #[test]
        fn short_and_wide_arithmetic_agree(number in any::<i64>()) {
            let number = number / 10;
            let text = number.to_string();
            let short = hex(&text, 18, 0).unwrap();
            prop_assert_eq!(&short, &hex(&text, 38, 0).unwrap());
            prop_assert_eq!(&short, &hex(&text, 65, 0).unwrap());
        }

        #[test]
        fn any_text_is_taken_or_refused(text in ".{0,80}", precision in 1_u8..=65, scale in 0_u8..=30) {
            let _ = written(&text, precision.max(scale), scale);
        }
    }
}
