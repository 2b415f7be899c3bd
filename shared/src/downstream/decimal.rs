//! Decimal text: `-12.50`.

/// The number with `scale` digits after the point, rounded half away from zero as databases do; `None` when the text is
/// no plain number. Digits that are not there are not added.
pub(super) fn rounded(text: &str, scale: u32) -> Option<String> {
    let text = text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.chars().chain(fraction.chars()).all(|c| c.is_ascii_digit()) {
        return None;
    }
    let scale = scale as usize;
    if fraction.len() <= scale {
        return Some(text.to_owned());
    }
    let mut kept: Vec<u8> = whole.bytes().chain(fraction.bytes().take(scale)).collect();
    if fraction.as_bytes().get(scale).is_some_and(|digit| *digit >= b'5') {
        let mut carry = true;
        for digit in kept.iter_mut().rev() {
            match (carry, *digit) {
                (true, b'9') => *digit = b'0',
                (true, _) => {
                    *digit += 1;
                    carry = false;
                }
                (false, _) => break,
            }
        }
        if carry {
            kept.insert(0, b'1');
        }
    }
    let kept = String::from_utf8(kept).ok()?;
    let (whole, fraction) = kept.split_at(kept.len() - scale);
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// Digits before the point, leading zeros not counted.
pub(super) fn integer_digits(text: &str) -> usize {
    text.trim_start_matches('-').split('.').next().unwrap_or_default().trim_start_matches('0').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_half_away_from_zero() {
        for (text, scale, expect) in [
            ("12.50", 2, Some("12.50")),
            ("12.5", 4, Some("12.5")),
            ("12.345", 2, Some("12.35")),
            ("-12.344", 2, Some("-12.34")),
            ("99.99", 1, Some("100.0")),
            ("0.5", 0, Some("1")),
            ("x", 2, None),
            ("", 2, None),
        ] {
            assert_eq!(rounded(text, scale).as_deref(), expect, "{text}");
        }
        assert_eq!((integer_digits("-0012.5"), integer_digits("0.5")), (2, 0));
    }
}
