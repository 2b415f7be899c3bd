//! Made-up rows: what a change of a table looks like before there is one. The same table always gives the same rows.

mod numbered;

pub use numbered::inserts;

use crate::{
    row::{CommitTs, Datum, Op, Row, RowChange},
    schema::{Column, ColumnType, IntegerWidth, TableModel},
};
use std::sync::Arc;

/// 2026-01-02 03:04:05 UTC, the moment all samples happen at.
const COMMITTED_MS: u64 = 1_767_323_045_000;

/// A change of that kind with plausible values. An update changes the first column that is not part of the key.
#[must_use]
pub fn change(table: &Arc<TableModel>, op: Op) -> RowChange {
    let before = || row(table, None);
    let after = || row(table, (op == Op::Update).then(|| changed_column(table)).flatten());
    RowChange {
        table: Arc::clone(table),
        before: (op != Op::Insert).then(before),
        after: (op != Op::Delete).then(after),
        commit_ts: CommitTs::new(COMMITTED_MS, 1),
    }
}

/// The column that a sample update changes; `None` when every column is part of the key.
#[must_use]
pub fn changed_column(table: &TableModel) -> Option<usize> {
    let key = table.handle_key().map(|key| key.columns).unwrap_or_default();
    (0..table.columns.len()).find(|at| !key.contains(at) && table.columns[*at].generated.is_none())
}

/// A value as people read it; binary as hexadecimal.
#[must_use]
pub fn text(column: &Column, value: Datum<'_>) -> String {
    match (value, &column.ty) {
        (Datum::Null, _) => "null".to_owned(),
        (Datum::Int(v), _) => v.to_string(),
        (Datum::UInt(v), ColumnType::Enum { elements }) => {
            usize::try_from(v).ok().and_then(|at| elements.get(at.wrapping_sub(1))).cloned().unwrap_or_default()
        }
        (Datum::UInt(v), _) => v.to_string(),
        (Datum::Float(v), _) => v.to_string(),
        (Datum::Double(v), _) => v.to_string(),
        (Datum::Bytes(bytes), ColumnType::Binary { .. }) => bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
        (Datum::Bytes(bytes), _) => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// One row; the value of column `changed` differs from what it is without.
fn row(table: &TableModel, changed: Option<usize>) -> Row {
    let mut row = Row::with_capacity(table.columns.len(), 16 * table.columns.len());
    for (at, column) in table.columns.iter().enumerate() {
        push(&mut row, column, at, changed == Some(at));
    }
    row
}

fn push(row: &mut Row, column: &Column, at: usize, changed: bool) {
    let number = u64::try_from(at).unwrap_or(0) % 7 + 1 + u64::from(changed);
    #[expect(clippy::cast_possible_wrap, reason = "at most eight")]
    let signed = number as i64;
    let zeros = |digits: u8| if digits == 0 { String::new() } else { format!(".{}", "0".repeat(usize::from(digits.min(6)))) };
    match &column.ty {
        ColumnType::Integer { unsigned: true, .. } => row.push(Datum::UInt(number)),
        ColumnType::Integer { width, .. } => {
            // Wide columns show that they are wide, without ever being the largest value.
            row.push(Datum::Int(if *width == IntegerWidth::Big { 3_000 + signed } else { signed }));
        }
        ColumnType::Float { .. } => row.push(Datum::Float(if changed { 2.5 } else { 1.5 })),
        ColumnType::Double { .. } => row.push(Datum::Double(if changed { 2.25 } else { 1.25 })),
        ColumnType::Decimal { precision, scale, .. } => {
            let whole = if precision > scale { number } else { 0 };
            let text = if *scale == 0 {
                whole.to_string()
            } else {
                format!("{whole}.{}{}", "0".repeat(usize::from(*scale) - 1), if changed { 2 } else { 1 })
            };
            row.push(Datum::Bytes(text.as_bytes()));
        }
        // One bit holds nothing above one.
        ColumnType::Bit { .. } => row.push(Datum::UInt(u64::from(!changed))),
        ColumnType::Enum { elements } => row.push(Datum::UInt(if changed && elements.len() > 1 { 2 } else { 1 })),
        ColumnType::Set { elements } => row.push(Datum::UInt(if changed && elements.len() > 1 { 2 } else { 1 })),
        ColumnType::Text { length, .. } => {
            let word = if changed { "changed" } else { "sample" };
            let most = length.map_or(word.len(), |length| word.len().min(usize::try_from(length).unwrap_or(word.len())));
            row.push(Datum::Bytes(&word.as_bytes()[..most]));
        }
        ColumnType::Binary { length, .. } => {
            let bytes = if changed { [0xbe, 0xef] } else { [0xca, 0xfe] };
            let most = length.map_or(2, |length| usize::try_from(length).unwrap_or(2).min(2));
            row.push(Datum::Bytes(&bytes[..most]));
        }
        ColumnType::Json => row.push(Datum::Bytes(if changed { br#"{"a": 2}"# } else { br#"{"a": 1}"# })),
        ColumnType::Date => row.push(Datum::Bytes(if changed { b"2026-01-03" } else { b"2026-01-02" })),
        ColumnType::DateTime { fsp } | ColumnType::Timestamp { fsp } => {
            let text = format!("2026-01-02 03:04:0{}{}", if changed { 6 } else { 5 }, zeros(*fsp));
            row.push(Datum::Bytes(text.as_bytes()));
        }
        ColumnType::Time { fsp } => {
            let text = format!("03:04:0{}{}", if changed { 6 } else { 5 }, zeros(*fsp));
            row.push(Datum::Bytes(text.as_bytes()));
        }
        ColumnType::Year => row.push(Datum::Int(2026 + i64::from(changed))),
        ColumnType::Vector => row.push(Datum::Bytes(if changed { b"[1,2]" } else { b"[1,0]" })),
        ColumnType::Unsupported { .. } => row.push(Datum::Null),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::schema::{Index, TextKind};

    fn table() -> Arc<TableModel> {
        let column = |name: &str, ty| Column {
            name: name.to_owned(),
            ty,
            nullable: true,
            default: None,
            auto_increment: false,
            generated: None,
            charset: None,
        };
        Arc::new(TableModel {
            schema: "s".to_owned(),
            name: "t".to_owned(),
            columns: vec![
                column("id", ColumnType::Integer { width: IntegerWidth::Int, unsigned: false }),
                column("price", ColumnType::Decimal { precision: 4, scale: 4, unsigned: false }),
                column("word", ColumnType::Text { kind: TextKind::Char, length: Some(3) }),
                column("colour", ColumnType::Enum { elements: vec!["red".to_owned()] }),
            ],
            indexes: vec![Index { name: "PRIMARY".to_owned(), columns: vec![0], unique: true, primary: true }],
            charset: None,
            version: 1,
        })
    }

    fn texts(table: &TableModel, row: &Row) -> Vec<String> {
        table.columns.iter().zip(row.iter()).map(|(column, value)| text(column, value)).collect()
    }

    #[test]
    fn an_insert_has_an_image_after_and_a_delete_one_before() {
        let table = table();
        let (insert, delete) = (change(&table, Op::Insert), change(&table, Op::Delete));
        assert_eq!((insert.op(), delete.op()), (Some(Op::Insert), Some(Op::Delete)));
        assert_eq!(texts(&table, &insert.after.unwrap()), ["1", "0.0001", "sam", "red"]);
    }

    #[test]
    fn an_update_keeps_the_key_and_changes_one_other_column() {
        let table = table();
        let update = change(&table, Op::Update);
        assert_eq!(texts(&table, &update.before.unwrap()), ["1", "0.0001", "sam", "red"]);
        assert_eq!(texts(&table, &update.after.unwrap()), ["1", "0.0002", "sam", "red"]);
    }
}
