//! Dates and times of the binlog as the text MySQL would print, in UTC, with exactly the declared digits of fraction.
//!
//! Encodings: MySQL source `mysys/my_time.cc` (`my_datetime_packed_from_binary` and its neighbours).

use super::wire::{big_endian, little_endian};

/// `DATE`: 3 bytes, day 5 bits, month 4 bits, year above. Zero and part-zero dates stay as they are.
pub(super) fn date(bytes: &[u8], out: &mut Vec<u8>) {
    let packed = little_endian(bytes);
    write_date(out, packed >> 9, packed >> 5 & 0xf, packed & 0x1f);
}

/// `DATETIME(fsp)`: 5 bytes and the fraction.
pub(super) fn date_time(bytes: &[u8], fsp: u8, out: &mut Vec<u8>) {
    let (whole, fraction) = bytes.split_at(bytes.len().min(5));
    let packed = big_endian(whole).wrapping_sub(0x80_0000_0000);
    let (day_part, time_part) = (packed >> 17, packed & 0x1_ffff);
    let year_month = day_part >> 5;
    write_date(out, year_month / 13, year_month % 13, day_part & 0x1f);
    out.push(b' ');
    write_time(out, time_part >> 12, time_part >> 6 & 0x3f, time_part & 0x3f);
    write_stored_fraction(out, fraction, fsp);
}

/// `DATETIME` as it was before MySQL 5.6: the digits `YYYYMMDDhhmmss` as one number.
pub(super) fn old_date_time(bytes: &[u8], out: &mut Vec<u8>) {
    let digits = little_endian(bytes);
    let (date, time) = (digits / 1_000_000, digits % 1_000_000);
    write_date(out, date / 10_000, date / 100 % 100, date % 100);
    out.push(b' ');
    write_time(out, time / 10_000, time / 100 % 100, time % 100);
}

/// `TIMESTAMP(fsp)`: seconds since 1970 and the fraction. Zero is MySQL's zero date, not 1970.
pub(super) fn timestamp(bytes: &[u8], fsp: u8, out: &mut Vec<u8>) {
    let (whole, fraction) = bytes.split_at(bytes.len().min(4));
    write_epoch(out, big_endian(whole));
    write_stored_fraction(out, fraction, fsp);
}

/// `TIMESTAMP` as it was before MySQL 5.6.
pub(super) fn old_timestamp(bytes: &[u8], out: &mut Vec<u8>) {
    write_epoch(out, little_endian(bytes));
}

/// `TIME(fsp)`: `[-]hh:mm:ss[.f]`, up to 838 hours.
pub(super) fn time(bytes: &[u8], fsp: u8, out: &mut Vec<u8>) {
    // Whole and fraction are one offset number: only so do negative times come out right.
    let fraction_bits = 8 * bytes.len().saturating_sub(3) as u32;
    let packed = big_endian(bytes) as i64 - (0x80_0000_i64 << fraction_bits);
    if packed < 0 {
        out.push(b'-');
    }
    let magnitude = packed.unsigned_abs();
    let whole = magnitude >> fraction_bits;
    write_time(out, whole >> 12 & 0x3ff, whole >> 6 & 0x3f, whole & 0x3f);
    write_fraction(out, magnitude & ((1 << fraction_bits) - 1), fraction_bits / 8 * 2, fsp);
}

/// `TIME` as it was before MySQL 5.6: the digits `hhmmss` as one signed number.
pub(super) fn old_time(bytes: &[u8], out: &mut Vec<u8>) {
    let raw = little_endian(bytes) as i64;
    let digits = if raw & 0x80_0000 != 0 { raw - 0x100_0000 } else { raw };
    if digits < 0 {
        out.push(b'-');
    }
    let digits = digits.unsigned_abs();
    write_time(out, digits / 10_000, digits / 100 % 100, digits % 100);
}

/// MySQL's in-memory form of DATE, DATETIME and TIMESTAMP, as binary JSON holds them.
pub(super) fn packed_date_time(packed: u64, date_only: bool, out: &mut Vec<u8>) {
    let (whole, micros) = (packed >> 24, packed & 0xff_ffff);
    let (day_part, time_part) = (whole >> 17, whole & 0x1_ffff);
    write_date(out, (day_part >> 5) / 13, (day_part >> 5) % 13, day_part & 0x1f);
    if !date_only {
        out.push(b' ');
        write_time(out, time_part >> 12, time_part >> 6 & 0x3f, time_part & 0x3f);
        write_fraction(out, micros, 6, 6);
    }
}

/// MySQL's in-memory form of TIME, as binary JSON holds it.
pub(super) fn packed_time(packed: i64, out: &mut Vec<u8>) {
    if packed < 0 {
        out.push(b'-');
    }
    let magnitude = packed.unsigned_abs();
    let whole = magnitude >> 24;
    write_time(out, whole >> 12 & 0x3ff, whole >> 6 & 0x3f, whole & 0x3f);
    write_fraction(out, magnitude & 0xff_ffff, 6, 6);
}

pub(super) fn write_date(out: &mut Vec<u8>, year: u64, month: u64, day: u64) {
    digits(out, year, 4);
    out.push(b'-');
    digits(out, month, 2);
    out.push(b'-');
    digits(out, day, 2);
}

/// Hours may take three digits.
pub(super) fn write_time(out: &mut Vec<u8>, hours: u64, minutes: u64, seconds: u64) {
    digits(out, hours, if hours > 99 { 3 } else { 2 });
    out.push(b':');
    digits(out, minutes, 2);
    out.push(b':');
    digits(out, seconds, 2);
}

/// `value` counts units of ten to the minus `stored` seconds; `fsp` digits are printed.
pub(super) fn write_fraction(out: &mut Vec<u8>, value: u64, stored: u32, fsp: u8) {
    if fsp == 0 {
        return;
    }
    let fsp = u32::from(fsp);
    let shown = if stored >= fsp { value / 10u64.pow(stored - fsp) } else { value * 10u64.pow(fsp - stored) };
    out.push(b'.');
    digits(out, shown, fsp as usize);
}

/// A stored fraction has two digits in each byte, whatever odd `fsp` says.
fn write_stored_fraction(out: &mut Vec<u8>, fraction: &[u8], fsp: u8) {
    write_fraction(out, big_endian(fraction), 2 * fraction.len() as u32, fsp);
}

fn write_epoch(out: &mut Vec<u8>, seconds: u64) {
    if seconds == 0 {
        out.extend_from_slice(b"0000-00-00 00:00:00");
        return;
    }
    let (year, month, day) = civil(seconds / 86_400);
    let of_day = seconds % 86_400;
    write_date(out, year, month, day);
    out.push(b' ');
    write_time(out, of_day / 3600, of_day / 60 % 60, of_day % 60);
}

/// Year, month and day of the Gregorian calendar from days since 1970. Method: Howard Hinnant, `civil_from_days`.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, of_year - (153 * from_march + 2) / 5 + 1)
}

/// `width` decimal digits; higher ones are cut off, which only damaged data can have.
fn digits(out: &mut Vec<u8>, mut value: u64, width: usize) {
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

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    /// As `my_time_packed_to_binary` writes it.
    fn stored_time(negative: bool, (h, m, s): (i64, i64, i64), fraction: i64, bytes: usize) -> Vec<u8> {
        let bits = 8 * (bytes - 3);
        let value = (((h << 12) | (m << 6) | s) << bits) | fraction;
        let packed = (0x80_0000_i64 << bits) + if negative { -value } else { value };
        packed.to_be_bytes()[8 - bytes..].to_vec()
    }

    #[test]
    fn dates_keep_zero_parts() {
        let stored = |y: u32, m: u32, d: u32| (y << 9 | m << 5 | d).to_le_bytes()[..3].to_vec();
        for (ymd, expected) in
            [((2024, 2, 29), "2024-02-29"), ((0, 0, 0), "0000-00-00"), ((2024, 0, 0), "2024-00-00"), ((9999, 12, 31), "9999-12-31")]
        {
            assert_eq!(text(|out| date(&stored(ymd.0, ymd.1, ymd.2), out)), expected);
        }
    }

    #[test]
    fn date_times_print_the_declared_digits() {
        let stored = |fraction: &[u8]| {
            let packed = 0x80_0000_0000_u64 + (((2024 * 13 + 5) << 5 | 17) << 17 | 23 << 12 | 59 << 6 | 58);
            [&packed.to_be_bytes()[3..], fraction].concat()
        };
        assert_eq!(text(|out| date_time(&stored(&[]), 0, out)), "2024-05-17 23:59:58");
        assert_eq!(text(|out| date_time(&stored(&[50]), 1, out)), "2024-05-17 23:59:58.5");
        assert_eq!(text(|out| date_time(&stored(&[0x04, 0xce]), 3, out)), "2024-05-17 23:59:58.123");
        assert_eq!(text(|out| date_time(&stored(&[0x01, 0xe2, 0x40]), 6, out)), "2024-05-17 23:59:58.123456");
        assert_eq!(text(|out| date_time(&[0x80, 0, 0, 0, 0], 0, out)), "0000-00-00 00:00:00");
    }

    #[test]
    fn timestamps_are_utc_and_zero_is_the_zero_date() {
        assert_eq!(text(|out| timestamp(&1_709_210_096u32.to_be_bytes(), 0, out)), "2024-02-29 12:34:56");
        assert_eq!(text(|out| timestamp(&[0, 0, 0, 1, 99], 2, out)), "1970-01-01 00:00:01.99");
        assert_eq!(text(|out| timestamp(&[0, 0, 0, 0, 0, 0, 0], 6, out)), "0000-00-00 00:00:00.000000");
        assert_eq!(text(|out| timestamp(&u32::MAX.to_be_bytes(), 0, out)), "2106-02-07 06:28:15");
        assert_eq!(text(|out| old_timestamp(&951_782_400u32.to_le_bytes(), out)), "2000-02-29 00:00:00");
    }

    #[test]
    fn times_are_right_on_both_sides_of_zero() {
        assert_eq!(text(|out| time(&stored_time(false, (838, 59, 59), 0, 3), 0, out)), "838:59:59");
        assert_eq!(text(|out| time(&stored_time(true, (838, 59, 59), 0, 3), 0, out)), "-838:59:59");
        assert_eq!(text(|out| time(&stored_time(true, (0, 0, 1), 10, 4), 2, out)), "-00:00:01.10");
        assert_eq!(text(|out| time(&stored_time(true, (0, 0, 0), 1, 6), 6, out)), "-00:00:00.000001");
        assert_eq!(text(|out| time(&stored_time(false, (1, 2, 3), 4560, 5), 3, out)), "01:02:03.456");
        assert_eq!(text(|out| old_time(&(-10_203_i32).to_le_bytes()[..3], out)), "-01:02:03");
    }

    #[test]
    fn old_date_times_are_their_digits() {
        assert_eq!(text(|out| old_date_time(&20_110_203_040_506u64.to_le_bytes(), out)), "2011-02-03 04:05:06");
    }
}
