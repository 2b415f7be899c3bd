//! Many made-up rows that differ where it matters: in the columns that choose a partition.

use super::{COMMITTED_MS, push};
use crate::row::{CommitTs, Datum, Row, RowChange};
use crate::schema::{Column, ColumnType, IntegerWidth, TableModel};
use std::sync::Arc;

/// Timestamps that the oracle gives out before its milliseconds move on, here.
const PER_TICK: u64 = 20;
/// The oracle's milliseconds move on in steps of this.
const TICK_MS: u64 = 50;

/// Values of each column before the last, as of a tenant or a warehouse.
const LEADING: u64 = 4;

/// `count` inserts. Of the columns `varied` the last one counts, as ids do, and those before it run through combinations
/// of few values, as the leading columns of composite keys do; types with few values repeat them. Everything else is as
/// in [`change`](super::change).
pub fn inserts<'t>(table: &'t Arc<TableModel>, varied: &'t [usize], count: u32) -> impl Iterator<Item = RowChange> + 't {
    (0..u64::from(count)).map(move |at| {
        let mut row = Row::with_capacity(table.columns.len(), 16 * table.columns.len());
        for (position, column) in table.columns.iter().enumerate() {
            match varied.iter().rev().position(|one| *one == position) {
                Some(place) => push_numbered(&mut row, column, nth(at, place) + 1),
                None => push(&mut row, column, position, false),
            }
        }
        let commit_ts = CommitTs::new(COMMITTED_MS + TICK_MS * (at / PER_TICK), at % PER_TICK + 1);
        RowChange { table: Arc::clone(table), before: None, after: Some(row), commit_ts }
    })
}

/// The value of row `at` in a column, `place` columns before the last one.
fn nth(at: u64, place: usize) -> u64 {
    if place == 0 { at } else { (1..place).fold(at, |rest, _| rest / LEADING) % LEADING }
}

/// The `number`th value of a column, from 1.
fn push_numbered(row: &mut Row, column: &Column, number: u64) {
    let small = |most: u64| number % (most + 1);
    let of_elements = |count: usize| u64::try_from(count).unwrap_or(1).max(1);
    let zeros = |digits: u8| if digits == 0 { String::new() } else { format!(".{}", "0".repeat(usize::from(digits.min(6)))) };
    match &column.ty {
        ColumnType::Integer { width, unsigned } => {
            let value = match width {
                IntegerWidth::Tiny => small(127),
                IntegerWidth::Small => small(32_767),
                _ => number,
            };
            row.push(if *unsigned { Datum::UInt(value) } else { Datum::Int(value.cast_signed()) });
        }
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        ColumnType::Float { .. } => row.push(Datum::Float(number as f32)),
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        ColumnType::Double { .. } => row.push(Datum::Double(number as f64)),
        ColumnType::Decimal { precision, scale, .. } => row.push(Datum::Bytes(decimal(number, *precision, *scale).as_bytes())),
        ColumnType::Bit { bits } => row.push(Datum::UInt(if *bits >= 64 { number } else { number % (1 << bits) })),
        ColumnType::Enum { elements } => row.push(Datum::UInt(number % of_elements(elements.len()) + 1)),
        ColumnType::Set { elements } => row.push(Datum::UInt(number % (1 << elements.len().min(32)))),
        ColumnType::Text { length, .. } => {
            let text = format!("sample-{number}");
            // The end tells rows apart.
            let most = length.map_or(text.len(), |length| usize::try_from(length).unwrap_or(text.len()).min(text.len()));
            row.push(Datum::Bytes(&text.as_bytes()[text.len() - most..]));
        }
        ColumnType::Binary { length, .. } => {
            let bytes = number.to_be_bytes();
            let most = length.map_or(bytes.len(), |length| usize::try_from(length).unwrap_or(bytes.len()).min(bytes.len()));
            row.push(Datum::Bytes(&bytes[bytes.len() - most..]));
        }
        ColumnType::Json => row.push(Datum::Bytes(number.to_string().as_bytes())),
        ColumnType::Date => row.push(Datum::Bytes(format!("2026-{:02}-{:02}", number / 28 % 12 + 1, number % 28 + 1).as_bytes())),
        ColumnType::DateTime { fsp } | ColumnType::Timestamp { fsp } => {
            let text = format!("2026-01-02 03:{:02}:{:02}{}", number / 60 % 60, number % 60, zeros(*fsp));
            row.push(Datum::Bytes(text.as_bytes()));
        }
        ColumnType::Time { fsp } => {
            let text = format!("03:{:02}:{:02}{}", number / 60 % 60, number % 60, zeros(*fsp));
            row.push(Datum::Bytes(text.as_bytes()));
        }
        ColumnType::Year => row.push(Datum::Int(1970 + small(99).cast_signed())),
        ColumnType::Vector => row.push(Datum::Bytes(format!("[{number},0]").as_bytes())),
        ColumnType::Unsupported { .. } => row.push(Datum::Null),
    }
}

/// With the column's scale; in the fraction where there are no digits before the point.
fn decimal(number: u64, precision: u8, scale: u8) -> String {
    let digits = u32::from(precision.saturating_sub(scale)).min(18);
    let whole = number % 10_u64.pow(digits);
    match (usize::from(scale), digits) {
        (0, _) => whole.to_string(),
        (scale, 0) => {
            let text = format!("{number:0scale$}");
            format!("0.{}", &text[text.len() - scale..])
        }
        (scale, _) => format!("{whole}.{}", "0".repeat(scale)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::row_event::RowEvent;
    use crate::schema::ddl::parse_create_table;
    use std::collections::HashSet;

    fn table(columns: &str) -> Arc<TableModel> {
        Arc::new(parse_create_table(&format!("CREATE TABLE t ({columns})"), "s").unwrap())
    }

    fn number(row: &RowChange, at: usize) -> i64 {
        let Some(Datum::Int(value)) = row.after.as_ref().and_then(|row| row.get(at)) else { panic!("no number") };
        value
    }

    #[test]
    fn the_last_column_counts_and_those_before_it_are_combined() {
        let one = table("id INT PRIMARY KEY, a INT");
        let ids: Vec<i64> = inserts(&one, &[0], 200).map(|row| number(&row, 0)).collect();
        assert_eq!(ids, (1..=200).collect::<Vec<_>>());
        assert!(inserts(&one, &[0], 9).all(|row| number(&row, 1) == 2), "other columns stay");

        let three = table("w INT, d INT, o INT, PRIMARY KEY (w, d, o)");
        let keys: Vec<[i64; 3]> = inserts(&three, &[0, 1, 2], 200).map(|row| [0, 1, 2].map(|at| number(&row, at))).collect();
        assert_eq!([keys[0], keys[1], keys[4], keys[199]], [[1, 1, 1], [1, 2, 2], [2, 1, 5], [2, 4, 200]]);
        assert_eq!(keys.iter().map(|key| (key[0], key[1])).collect::<HashSet<_>>().len(), 16);
    }

    #[test]
    fn every_type_has_values_that_fit_it() {
        for ty in [
            "TINYINT",
            "TINYINT UNSIGNED",
            "BIGINT UNSIGNED",
            "FLOAT",
            "DOUBLE",
            "DECIMAL(9,2)",
            "DECIMAL(2,2)",
            "DECIMAL(3,0)",
            "BIT(1)",
            "BIT(64)",
            "ENUM('a','b')",
            "SET('a','b')",
            "CHAR(2)",
            "VARCHAR(64)",
            "BINARY(1)",
            "VARBINARY(16)",
            "JSON",
            "DATE",
            "DATETIME(3)",
            "TIMESTAMP",
            "TIME(6)",
            "YEAR",
        ] {
            let table = table(&format!("c {ty}"));
            let mut texts = HashSet::new();
            for row in inserts(&table, &[0], 200) {
                let event = RowEvent::from_change(&row);
                texts.insert(crate::sample::text(&table.columns[0], row.after.as_ref().unwrap().get(0).unwrap()));
                // Reading the event back holds the value to its column's type.
                assert_eq!(event.to_change(Arc::clone(&table)).unwrap().after, row.after, "{ty}");
            }
            assert!(texts.len() > 1, "{ty}");
        }
    }

    #[test]
    fn commits_follow_each_other() {
        let table = table("id INT PRIMARY KEY");
        let commits: Vec<CommitTs> = inserts(&table, &[], 50).map(|row| row.commit_ts).collect();
        assert!(commits.is_sorted_by(|a, b| a < b));
    }
}
