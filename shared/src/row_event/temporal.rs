//! Dates and times as text: checked, and brought to the column's fraction digits.

/// `2024-01-02`; zero parts are MySQL's and pass.
pub(super) fn date(text: &str) -> Result<String, String> {
    if is_date(text) { Ok(text.to_owned()) } else { Err("expected a date such as `2024-01-02`".to_owned()) }
}

/// `2024-01-02 03:04:05[.fff]`.
pub(super) fn date_time(text: &str, fsp: u8) -> Result<String, String> {
    let wanted = || "expected a date and time such as `2024-01-02 03:04:05`".to_owned();
    let (day, clock) = text.split_once([' ', 'T']).ok_or_else(wanted)?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let hours = clock.get(..2).filter(|_| clock.len() == 8).and_then(number).ok_or_else(wanted)?;
    if !is_date(day) || hours > 23 || !is_minutes(&clock[2..]) {
        return Err(wanted());
    }
    Ok(format!("{day} {clock}{}", with_fraction(fraction, fsp)?))
}

/// `[-]HH:MM:SS[.fff]`, up to 838 hours.
pub(super) fn time(text: &str, fsp: u8) -> Result<String, String> {
    let wanted = || "expected a time such as `03:04:05`, at most 838 hours".to_owned();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (clock, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let (hours, minutes) = clock.split_at_checked(clock.find(':').unwrap_or(0)).ok_or_else(wanted)?;
    let hours = number(hours).filter(|h| *h <= 838).ok_or_else(wanted)?;
    if !is_minutes(minutes) {
        return Err(wanted());
    }
    Ok(format!("{sign}{hours:02}{minutes}{}", with_fraction(fraction, fsp)?))
}

fn number(text: &str) -> Option<u32> {
    if text.is_empty() || text.len() > 4 || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let mut part = |length: usize| parts.next().filter(|p| p.len() == length).and_then(number);
    part(4).is_some() && part(2).is_some_and(|m| m <= 12) && part(2).is_some_and(|d| d <= 31)
}

/// `:MM:SS`.
fn is_minutes(text: &str) -> bool {
    let mut parts = text.splitn(3, ':');
    let mut part = |length: usize| parts.next().filter(|p| p.len() == length);
    let nothing_before = part(0).is_some();
    let mut sixty = || part(2).and_then(number).is_some_and(|n| n < 60);
    nothing_before && sixty() && sixty()
}

fn with_fraction(fraction: &str, fsp: u8) -> Result<String, String> {
    let digits = fraction.trim_end_matches('0');
    if !digits.bytes().all(|b| b.is_ascii_digit()) || digits.len() > usize::from(fsp) {
        return Err(format!("expected at most {fsp} digits of the second's fraction"));
    }
    Ok(match fsp {
        0 => String::new(),
        fsp => format!(".{digits:0<width$}", width = usize::from(fsp)),
    })
}
