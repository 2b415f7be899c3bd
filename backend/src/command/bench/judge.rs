//! TiCDC's own encoder, in the same run: the judge of `tests/oracle`, a program that the user has.

use anyhow::{Context, ensure};
use serde_json::Value;
use shared::row::{Datum, Row};
use std::{path::Path, process::Command, time::Duration};

/// As many rows as the judge encodes again and again.
pub const ROWS: u64 = 1_000;
/// For so long, and says the mean.
pub const MEASURES_FOR: Duration = Duration::from_secs(5);

/// What the judge says of itself: topic, partition, key and value of each row, rows a second.
///
/// # Errors
/// It does not run, or says something else.
pub fn rows_per_second(judge: &Path) -> anyhow::Result<f64> {
    let told = Command::new(judge).arg("bench").output().with_context(|| format!("cannot run {}", judge.display()))?;
    ensure!(told.status.success(), "{} failed: {}", judge.display(), String::from_utf8_lossy(&told.stderr));
    let figures = String::from_utf8_lossy(&told.stdout);
    let rate = figures.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()).find_map(|figure| figure["value"].as_f64());
    rate.with_context(|| format!("{} names no figure", judge.display()))
}

/// The judge's row `i`, value for value (`bench` in `tests/oracle/judge/rows.go`).
pub fn order_line(i: u64) -> Row {
    let number = |n: u64| Datum::Int(n.cast_signed());
    let mut row = Row::with_capacity(10, 64);
    row.push(number(i % 3000));
    row.push(number(i % 10));
    row.push(number(1));
    row.push(number(i % 15));
    row.push(number(i * 7 % 100_000));
    row.push(number(1));
    row.push(Datum::Bytes(b"2024-01-02 03:04:05"));
    row.push(number(5));
    row.push_with(|out| out.extend_from_slice(format!("{}.{:02}", i % 9999, i % 100).as_bytes()));
    row.push(Datum::Bytes(b"abcdefghijklmnopqrstuvwx"));
    row
}
