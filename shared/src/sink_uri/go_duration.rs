//! Durations as Go writes them: `10s`, `1m30s`, `1.5h`.

use std::time::Duration;

/// Nanoseconds a unit has, and its spellings.
const UNITS: [(&str, f64); 8] = [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("μs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 60e9), ("h", 3600e9)];

/// Reads a Go duration. `Some(None)` is a valid one below zero, `None` is no duration (`1d` is none).
pub(super) fn parse_signed(text: &str) -> Option<Option<Duration>> {
    let (negative, body) = match text.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if body == "0" {
        return Some(Some(Duration::ZERO));
    }
    let mut nanoseconds = 0.0_f64;
    let mut rest = body;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at(number_end);
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(unit_end);
        if !number.contains(|c: char| c.is_ascii_digit()) {
            return None;
        }
        let scale = UNITS.iter().find(|(name, _)| *name == unit)?.1;
        nanoseconds += number.parse::<f64>().ok()? * scale;
        rest = tail;
    }
    // Go's durations are 63 bits of nanoseconds
    #[allow(clippy::cast_precision_loss)]
    if nanoseconds >= i64::MAX as f64 {
        return None;
    }
    if negative && nanoseconds > 0.0 {
        return Some(None);
    }
    Duration::try_from_secs_f64(nanoseconds / 1e9).ok().map(Some)
}

/// Reads a Go duration that is not negative; `None` is anything else.
#[must_use]
pub fn parse_duration(text: &str) -> Option<Duration> {
    parse_signed(text).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_in_go() {
        for (text, expected) in [
            ("10s", Some(Some(Duration::from_secs(10)))),
            ("1m30s", Some(Some(Duration::from_secs(90)))),
            ("1.5h", Some(Some(Duration::from_secs(5400)))),
            ("300ms", Some(Some(Duration::from_millis(300)))),
            ("0", Some(Some(Duration::ZERO))),
            ("0s", Some(Some(Duration::ZERO))),
            ("-1s", Some(None)),
            ("", None),
            ("10", None),
            ("1d", None),
            (".s", None),
            ("s", None),
            ("1..5s", None),
            ("9999999h", None),
        ] {
            assert_eq!(parse_signed(text), expected, "{text}");
        }
    }
}
