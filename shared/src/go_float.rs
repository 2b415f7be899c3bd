//! Floating-point numbers as Go writes them.
//!
//! Both Go and Rust write the fewest digits that read back as the number. Where two such texts are equally near, as `-1729665.2` and
//! `-1729665.3` are to the single-precision -1729665.25, Go takes the one that ends even and Rust the greater one.

use std::io::Write as _;

/// Digits that no double-precision number has more of.
const MOST_DIGITS: usize = 800;
/// Of such a number: point and exponent (`e-324`) as well.
const MOST_BYTES: usize = MOST_DIGITS + 8;

/// Appends a number without exponent: Go's `strconv`, format `f`, precision -1, 32 bits. Not for NaN and infinities.
pub(crate) fn write_f32(number: f32, out: &mut Vec<u8>) {
    let start = out.len();
    write!(out, "{number}").expect("writing to memory cannot fail");
    even_last_digit(&mut out[start..], number.into(), |text| text.parse() == Ok(number));
}

/// As [`write_f32`], 64 bits.
pub(crate) fn write_f64(number: f64, out: &mut Vec<u8>) {
    let start = out.len();
    write!(out, "{number}").expect("writing to memory cannot fail");
    even_last_digit(&mut out[start..], number, |text| text.parse() == Ok(number));
}

/// A number with exponent: `1.5e-7`, `1e21`.
pub(crate) fn scientific(number: f64) -> String {
    let mut text = format!("{number:e}").into_bytes();
    even_last_digit(&mut text, number, |text| text.parse() == Ok(number));
    String::from_utf8(text).expect("numbers are ASCII")
}

/// Lowers an odd last digit by one where that is exactly as near, and still the same number.
fn even_last_digit(text: &mut [u8], number: f64, reads_back: impl Fn(&str) -> bool) {
    let mantissa = text.iter().position(|&byte| byte == b'e').unwrap_or(text.len());
    let Some(last) = text[..mantissa].iter().rposition(|byte| matches!(byte, b'1'..=b'9')) else { return };
    // without its last digit being above 1 the text would be a shorter one
    if text[last] == b'1' || text[last].is_multiple_of(2) {
        return;
    }
    text[last] -= 1;
    let is_as_near = std::str::from_utf8(text).is_ok_and(reads_back) && is_halfway_above(number, &text[..=last]);
    if !is_as_near {
        text[last] += 1;
    }
}

/// Whether the number's exact digits are those of `text`, then a 5 and nothing more. Rarely asked: hence as slow as it is.
fn is_halfway_above(number: f64, text: &[u8]) -> bool {
    // Not on the heap: partitions of rows are found by way of this.
    let mut exact = [0; MOST_BYTES];
    write!(&mut exact[..], "{:.MOST_DIGITS$e}", number.abs()).expect("no number is longer");
    let mut exact = exact.into_iter().take_while(|&byte| byte != b'e').filter(u8::is_ascii_digit);
    let written = text.iter().copied().filter(u8::is_ascii_digit).skip_while(|&digit| digit == b'0');
    written.into_iter().all(|digit| exact.next() == Some(digit)) && exact.next() == Some(b'5') && exact.all(|digit| digit == b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: what Go writes.
    #[test]
    #[expect(clippy::excessive_precision, clippy::approx_constant, reason = "the numbers are halfway between two texts on purpose")]
    fn of_two_shortest_texts_the_even_one_is_written() {
        for (number, expected) in [
            (-1_729_665.25, "-1729665.2"),
            (1_729_665.75, "1729665.8"),
            (1_729_664.375, "1729664.4"),
            (3.14, "3.14"),
            (0.0, "0"),
            (-0.0, "-0"),
            (1e-45, "0.000000000000000000000000000000000000000000001"),
            (f32::MAX, "340282350000000000000000000000000000000"),
            (16_777_216.0, "16777216"),
            (0.3, "0.3"),
        ] {
            let mut out = b"kept".to_vec();
            write_f32(number, &mut out);
            assert_eq!(String::from_utf8_lossy(&out), format!("kept{expected}"));
        }
        for (number, expected) in [
            (600_000_000_000_000.25, "600000000000000.2"),
            (600_000_000_000_000.75, "600000000000000.8"),
            (5e-324, "5e-324"),
            (1.797_693_134_862_315_7e308, "1.7976931348623157e308"),
            (2.71, "2.71"),
            (-9_007_199_254_740_992.0, "-9007199254740992"),
        ] {
            let mut out = Vec::new();
            write_f64(number, &mut out);
            let text = String::from_utf8_lossy(&out).into_owned();
            assert!(text == expected || scientific(number) == expected, "{text}");
        }
        assert_eq!((scientific(1e21), scientific(-1.5e-7)), ("1e21".to_owned(), "-1.5e-7".to_owned()));
    }
}
