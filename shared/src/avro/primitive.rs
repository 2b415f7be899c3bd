//! Avro's primitives, appended to a buffer.

/// Zig-zag, then seven bits a byte, low bits first; all but the last byte have the high bit set.
#[inline(always)]
pub(super) fn long(value: i64, out: &mut Vec<u8>) {
    let number = ((value << 1) ^ (value >> 63)).cast_unsigned();
    // The short ones one by one: stores of a fixed size are the fastest that there is.
    let group = |shift: u32| (number >> shift) as u8;
    if number < 1 << 7 {
        out.push(group(0));
    } else if number < 1 << 14 {
        out.extend_from_slice(&[group(0) | 0x80, group(7)]);
    } else if number < 1 << 21 {
        out.extend_from_slice(&[group(0) | 0x80, group(7) | 0x80, group(14)]);
    } else {
        wide(number, out);
    }
}

fn wide(mut rest: u64, out: &mut Vec<u8>) {
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

/// Length, then bytes: strings and bytes alike.
#[inline(always)]
pub(super) fn text(text: &[u8], out: &mut Vec<u8>) {
    long(text.len() as i64, out);
    out.extend_from_slice(text);
}

/// A number's decimal digits, as text.
pub(super) fn digits(value: u64, out: &mut Vec<u8>) {
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
    text(&digits[at..], out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(value: i64) -> Vec<u8> {
        let mut out = Vec::new();
        long(value, &mut out);
        out
    }

    /// The textbook's way.
    fn simple(value: i64) -> Vec<u8> {
        let mut rest = ((value << 1) ^ (value >> 63)).cast_unsigned();
        let mut out = Vec::new();
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
        out
    }

    #[test]
    fn numbers_at_every_change_of_length_are_right() {
        for bits in 0..63 {
            for near in [-2, -1, 0, 1, 2] {
                for value in [(1_i64 << bits) + near, -(1_i64 << bits) + near] {
                    assert_eq!(written(value), simple(value), "{value}");
                }
            }
        }
        assert_eq!((written(i64::MAX), written(i64::MIN)), (simple(i64::MAX), simple(i64::MIN)));
    }

    proptest! {
        #[test]
        fn any_number_is_right(value in any::<i64>(), shift in 0..64) {
            prop_assert_eq!(written(value >> shift), simple(value >> shift));
        }
    }
}
