//! A row costs no allocation: its partition, key and value are written into buffers that are used again for the next one.
//! Prints its figure for `cargo xtask bench`.
#![allow(clippy::unwrap_used)]

use shared::{
    avro::{AvroOptions, BigintUnsignedMode, DecimalMode, TablePlan},
    config::{Dispatcher, Pipeline},
    dispatch::{Route, Router},
    fixtures::TPCC_DDL,
    row::{CommitTs, Datum, Row, RowChange},
    schema::{TableModel, ddl},
};
use std::{hint::black_box, sync::Arc};

const ROWS: u64 = 2_000;
const PARTITIONS: u32 = 12;
/// A column of each kind that the encoder and the partition rules tell apart; one of them is always NULL.
const EVERY_KIND: &str = "CREATE TABLE every_kind (
    id BIGINT NOT NULL PRIMARY KEY, tiny TINYINT, count INT UNSIGNED NOT NULL, big BIGINT UNSIGNED, ratio FLOAT, amount DOUBLE,
    price DECIMAL(30,10), flags BIT(12), ascii VARCHAR(40), word VARCHAR(40), doc JSON, body VARBINARY(40), day DATE,
    made DATETIME(6), seen TIMESTAMP NULL, took TIME(3), born YEAR, colour ENUM('red','green'), traits SET('a','b','c'), note TEXT)";

/// Reused from row to row.
#[derive(Default)]
struct Buffers {
    key: Vec<u8>,
    value: Vec<u8>,
    scratch: Vec<u8>,
}

/// Rows of one table, and what is prepared for them once.
struct Prepared<'a> {
    route: Route,
    plan: TablePlan,
    changes: &'a [RowChange],
}

impl<'a> Prepared<'a> {
    fn new(rule: &Dispatcher, options: &AvroOptions, changes: &'a [RowChange]) -> Self {
        let table = &changes[0].table;
        let mut pipeline = Pipeline::named("allocations");
        pipeline.changefeed.config.sink.dispatchers = vec![rule.clone()];
        let route = Router::new(&pipeline).unwrap().route(table).unwrap();
        Self { route, plan: TablePlan::new(table, options).unwrap(), changes }
    }

    /// Partition, key and value of each change.
    fn encode(&self, Buffers { key, value, scratch }: &mut Buffers) {
        for change in self.changes {
            key.clear();
            value.clear();
            let row = change.after.as_ref().or(change.before.as_ref()).unwrap();
            self.plan.encode_key(row, 1, key).unwrap();
            // A delete's value is a tombstone: no bytes.
            if change.after.is_some() {
                self.plan.encode_value(change.op().unwrap(), row, change.commit_ts, 2, value).unwrap();
            }
            black_box((self.route.partition.partition(change, PARTITIONS, scratch), &*key, &*value));
        }
    }

    fn allocations(&self, buffers: &mut Buffers) -> u64 {
        allocation_counter::measure(|| self.encode(buffers)).count_total
    }

    fn allocations_when_warm(&self) -> u64 {
        let mut buffers = Buffers::default();
        self.encode(&mut buffers);
        self.allocations(&mut buffers)
    }
}

/// Every partition rule; `columns` are for that one.
fn rules(columns: &[&str]) -> Vec<Dispatcher> {
    let rule = |partition: &str| Dispatcher {
        matcher: vec!["*.*".to_owned()],
        topic: "{schema}_{table}".to_owned(),
        partition: partition.to_owned(),
        ..Dispatcher::default()
    };
    let columns = columns.iter().map(|&column| column.to_owned()).collect();
    vec![
        rule("table"),
        rule("ts"),
        rule("index-value"),
        Dispatcher { index: "PRIMARY".to_owned(), ..rule("index-value") },
        Dispatcher { columns, ..rule("columns") },
    ]
}

/// Inserts, updates and deletes in turn.
fn changes(table: &Arc<TableModel>, row: impl Fn(u64) -> Row) -> Vec<RowChange> {
    let change = |i| {
        let (before, after) = match i % 3 {
            0 => (None, Some(row(i))),
            1 => (Some(row(i + 1)), Some(row(i))),
            _ => (Some(row(i)), None),
        };
        RowChange { table: Arc::clone(table), before, after, commit_ts: CommitTs::new(1_700_000_000_000 + i, i) }
    };
    (0..ROWS).map(change).collect()
}

/// Rows of TPC-C, in the magnitudes of a loaded warehouse.
fn order_lines() -> Vec<RowChange> {
    let table = ddl::parse_create_tables(TPCC_DDL, "tpcc").unwrap().into_iter().find(|table| table.name == "order_line").unwrap();
    changes(&Arc::new(table), |i| {
        let mut row = Row::default();
        for number in [1 + i % 3000, 1 + i % 10, 1, 1 + i % 15, 1 + i * 7919 % 100_000, 1] {
            row.push(Datum::Int(number.cast_signed()));
        }
        row.push(if i.is_multiple_of(3) { Datum::Null } else { Datum::Bytes(b"2024-01-02 03:04:05") });
        row.push(Datum::Int(5));
        row.push(Datum::Bytes(format!("{}.{:02}", i * 31 % 9999, i % 100).as_bytes()));
        row.push(Datum::Bytes(format!("{i:024}").as_bytes()));
        row
    })
}

fn rows_of_every_kind() -> Vec<RowChange> {
    let table = ddl::parse_create_table(EVERY_KIND, "shop").unwrap();
    changes(&Arc::new(table), |i| {
        let signed = i.cast_signed();
        let mut row = Row::default();
        row.push(Datum::Int(-signed));
        row.push(Datum::Int(signed % 128));
        row.push(Datum::UInt(i));
        row.push(Datum::UInt(u64::MAX - i));
        row.push(Datum::Float(i as f32 / 7.0));
        row.push(Datum::Double(i as f64 * -1e300));
        row.push(Datum::Bytes(format!("-{i}2345678901234567.0123456789").as_bytes()));
        row.push(Datum::UInt(i % 4096));
        row.push(Datum::Bytes(format!("row {i}").as_bytes()));
        row.push(Datum::Bytes(format!("Zeile {i} übergrößer").as_bytes()));
        row.push(Datum::Bytes(format!(r#"{{"n": {i}}}"#).as_bytes()));
        row.push(Datum::Bytes(&[0xff; 33]));
        row.push(Datum::Bytes(b"2024-02-29"));
        row.push(Datum::Bytes(b"2024-02-29 23:59:59.123456"));
        row.push(Datum::Bytes(b"2024-02-29 23:59:59"));
        row.push(Datum::Bytes(b"-838:59:59.000"));
        row.push(Datum::Int(1901 + signed % 255));
        row.push(Datum::UInt(1 + i % 2));
        row.push(Datum::UInt(i % 8));
        row.push(Datum::Null);
        row
    })
}

#[test]
fn rows_of_tpcc_cost_no_allocation_under_any_partition_rule() {
    let rows = order_lines();
    let counted = rules(&["ol_i_id", "ol_delivery_d", "ol_amount", "ol_dist_info"]).into_iter().map(|rule| {
        let count = Prepared::new(&rule, &AvroOptions::default(), &rows).allocations_when_warm();
        (rule.partition, count)
    });
    let counted: Vec<_> = counted.collect();
    let worst = counted.iter().map(|(_, count)| *count).max().unwrap_or_default();
    // Rounding towards nought would hide one allocation among many rows: `met` is of the count.
    let figure = serde_json::json!({
        "name": "allocations_per_row", "value": worst as f64 / ROWS as f64, "unit": "allocations", "goal": 0.0, "met": worst == 0,
    });
    println!("{figure}");
    assert!(counted.iter().all(|(_, count)| *count == 0), "allocations of {ROWS} rows: {counted:?}");
}

#[test]
fn columns_of_every_kind_cost_no_allocation_in_any_mode() {
    let rows = rows_of_every_kind();
    let names: Vec<_> = rows[0].table.columns.iter().map(|column| column.name.as_str()).collect();
    let as_text = AvroOptions { tidb_extension: true, decimal: DecimalMode::String, bigint_unsigned: BigintUnsignedMode::String };
    for rule in rules(&names) {
        for options in [AvroOptions::default(), as_text] {
            let count = Prepared::new(&rule, &options, &rows).allocations_when_warm();
            assert_eq!(count, 0, "allocations of {ROWS} rows by {} with {options:?}", rule.partition);
        }
    }
}

#[test]
fn the_counter_sees_what_cold_buffers_need() {
    let rows = order_lines();
    let prepared = Prepared::new(&rules(&["ol_i_id"])[2], &AvroOptions::default(), &rows);
    assert!(prepared.allocations(&mut Buffers::default()) >= 2, "the key's and the value's buffer");
}
