//! Figures as people read them: rates, durations, sizes.

/// Thousands separated by commas: `4,211,904`.
#[must_use]
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 table`, `1,000 tables`. For nouns that take an `s`.
#[must_use]
pub fn counted(value: u64, noun: &str) -> String {
    format!("{} {noun}{}", count(value), if value == 1 { "" } else { "s" })
}

/// A rate per second, as a count; one decimal below ten unless whole. Negative or no number: `0`.
#[must_use]
pub fn rate(value: f64) -> String {
    if !value.is_finite() || value <= 0.0 {
        return "0".to_owned();
    }
    if value < 10.0 && (value - value.round()).abs() >= 0.05 {
        return format!("{value:.1}");
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is above zero here")]
    count(value.round() as u64)
}

/// A duration as value and unit: `38 ms`, `1.4 s`, `4 min`, `1 h 12 min`, `2 d 3 h`.
#[must_use]
pub fn duration_ms(ms: u64) -> (String, &'static str) {
    let (seconds, minutes, hours, days) = (ms / 1_000, ms / 60_000, ms / 3_600_000, ms / 86_400_000);
    #[expect(clippy::cast_precision_loss, reason = "below a hundred thousand here")]
    match () {
        () if ms < 1_000 => (ms.to_string(), "ms"),
        () if ms < 99_950 => (format!("{:.1}", ms as f64 / 1_000.0), "s"),
        () if minutes < 60 => (
            if seconds < 600 { format!("{minutes} min {:02}", seconds % 60) } else { minutes.to_string() },
            if seconds < 600 { "s" } else { "min" },
        ),
        () if hours < 24 => (format!("{hours} h {}", minutes % 60), "min"),
        () => (format!("{days} d {}", hours % 24), "h"),
    }
}

/// Bytes as value and binary unit: `2.9 MiB`.
#[must_use]
pub fn bytes(value: f64) -> (String, &'static str) {
    let mut value = if value.is_finite() && value > 0.0 { value } else { 0.0 };
    for unit in ["B", "KiB", "MiB", "GiB", "TiB"] {
        if value < 1_000.0 || unit == "TiB" {
            let text = if unit == "B" || value >= 100.0 { format!("{value:.0}") } else { format!("{value:.1}") };
            return (text, unit);
        }
        value /= 1_024.0;
    }
    unreachable!("the last unit returns")
}

/// Short text for an axis: `0`, `40`, `2.5k`, `18k`, `1.2M`.
#[must_use]
pub fn axis(value: f64) -> String {
    let (value, unit) = match value.abs() {
        v if v >= 999_500.0 => (value / 1e6, "M"),
        v if v >= 1_000.0 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let text = format!("{value:.1}");
    format!("{}{unit}", text.strip_suffix(".0").unwrap_or(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_named_in_the_singular() {
        let seen = [0, 1, 2, 1_000].map(|value| counted(value, "table"));
        assert_eq!(seen, ["0 tables", "1 table", "2 tables", "1,000 tables"]);
    }

    #[test]
    fn counts_have_their_thousands_apart() {
        assert_eq!([0, 999, 1_000, 4_211_904].map(count), ["0", "999", "1,000", "4,211,904"]);
    }

    #[test]
    fn rates_are_short_and_never_negative() {
        assert_eq!([0.0, 0.4, 9.96, 12_480.3, -3.0, f64::NAN].map(rate), ["0", "0.4", "10", "12,480", "0", "0"]);
    }

    #[test]
    fn durations_choose_their_unit() {
        let text = |ms| {
            let (value, unit) = duration_ms(ms);
            format!("{value} {unit}")
        };
        assert_eq!(
            [0, 38, 1_400, 100_000, 245_000, 720_000, 4_320_000, 183_600_000].map(text),
            ["0 ms", "38 ms", "1.4 s", "1 min 40 s", "4 min 05 s", "12 min", "1 h 12 min", "2 d 3 h"]
        );
    }

    #[test]
    fn sizes_are_binary() {
        assert_eq!(bytes(0.0), ("0".to_owned(), "B"));
        assert_eq!(bytes(3_040_870.4), ("2.9".to_owned(), "MiB"));
        assert_eq!(bytes(f64::INFINITY), ("0".to_owned(), "B"));
        assert_eq!(bytes(9e18).1, "TiB");
    }

    #[test]
    fn axis_labels_are_short() {
        assert_eq!([0.0, 40.0, 0.5, 2_500.0, 18_000.0, 1_200_000.0].map(axis), ["0", "40", "0.5", "2.5k", "18k", "1.2M"]);
    }
}
