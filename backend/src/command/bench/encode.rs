//! Dispatch and encode on one core, against apache-avro.

use super::Figure;
use apache_avro::{Decimal, Schema, types::Value, writer::datum::GenericDatumWriter};
use shared::{
    avro::{AvroOptions, TablePlan},
    config::{Dispatcher, Pipeline},
    dispatch::Router,
    row::{CommitTs, Datum, Op, Row, RowChange},
    schema::{TableModel, ddl},
};
use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

/// Distinct rows of a pass: more than fit into the first-level cache, and few enough that a pass is over before the machine
/// turns to something else.
const ROWS: usize = 2_000;
/// Passes of each side in turn. The best one counts: other work on the machine only ever slows down.
const PASSES: usize = 200;
const PARTITIONS: u32 = 12;
const TABLE: &str = "order_line";

/// Dispatch and encode of TPC-C `order_line` rows on one core, against apache-avro's generic writer, prepared once, on the
/// same rows.
///
/// # Errors
/// apache-avro refuses a row or schema, or the two sides write different bytes.
pub fn figures() -> anyhow::Result<Vec<Figure>> {
    let tables = ddl::parse_create_tables(shared::fixtures::TPCC_DDL, "tpcc")?;
    let table = tables.into_iter().find(|t| t.name == TABLE).ok_or_else(|| anyhow::anyhow!("the fixture has no table {TABLE}"))?;
    let ours = Ours::new(Arc::new(table))?;
    let schema = Schema::parse_str(ours.plan.value_schema())?;
    let key_schema = Schema::parse_str(ours.plan.key_schema().unwrap_or_default())?;
    let theirs = Theirs {
        value: GenericDatumWriter::builder(&schema).build()?,
        key: GenericDatumWriter::builder(&key_schema).build()?,
        records: ours.changes.iter().filter_map(|c| c.after.as_ref()).map(|row| (key_record(row), value_record(row))).collect(),
    };
    check_same(&ours, &theirs)?;
    let (mut our_best, mut their_best) = (Duration::MAX, Duration::MAX);
    for _ in 0..PASSES {
        our_best = our_best.min(time(|| ours.pass())?);
        their_best = their_best.min(time(|| theirs.pass())?);
    }
    let rate = |pass: Duration| ROWS as f64 / pass.as_secs_f64();
    Ok(vec![
        Figure::new("apache_avro_rows_per_second", rate(their_best), "rows/s"),
        Figure::new("dispatch_encode_rows_per_second", rate(our_best), "rows/s"),
        Figure::at_least("dispatch_encode_vs_apache_avro", rate(our_best) / rate(their_best), "x", 20.0),
    ])
}

fn time(pass: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let start = Instant::now();
    pass()?;
    Ok(start.elapsed())
}

struct Ours {
    route: shared::dispatch::Route,
    plan: TablePlan,
    changes: Vec<RowChange>,
}

impl Ours {
    fn new(table: Arc<TableModel>) -> anyhow::Result<Self> {
        let mut pipeline = Pipeline::named("bench");
        pipeline.changefeed.config.sink.dispatchers = vec![Dispatcher {
            matcher: vec!["tpcc.*".to_owned()],
            topic: "{schema}_{table}".to_owned(),
            partition: "index-value".to_owned(),
            ..Dispatcher::default()
        }];
        let refused = |findings: Vec<shared::Finding>| anyhow::anyhow!("the router refuses the document: {findings:?}");
        let route = Router::new(&pipeline).map_err(refused)?.route(&table).map_err(refused)?;
        let plan = TablePlan::new(&table, &AvroOptions::default())?;
        let change = |i| RowChange {
            table: Arc::clone(&table),
            before: None,
            after: Some(order_line(i)),
            commit_ts: CommitTs::new(1_700_000_000_000, i),
        };
        Ok(Self { route, plan, changes: (0..ROWS as u64).map(change).collect() })
    }

    /// All rows once: partition, key and value.
    fn pass(&self) -> anyhow::Result<()> {
        let (mut key, mut value, mut scratch) = (Vec::with_capacity(256), Vec::with_capacity(1024), Vec::with_capacity(64));
        for change in &self.changes {
            self.record(change, &mut key, &mut value)?;
            black_box((self.route.partition.partition(change, PARTITIONS, &mut scratch), &key, &value));
        }
        Ok(())
    }

    fn record(&self, change: &RowChange, key: &mut Vec<u8>, value: &mut Vec<u8>) -> anyhow::Result<()> {
        key.clear();
        value.clear();
        if let Some(row) = &change.after {
            self.plan.encode_key(row, 1, key)?;
            self.plan.encode_value(Op::Insert, row, change.commit_ts, 2, value)?;
        }
        Ok(())
    }
}

struct Theirs<'a> {
    key: GenericDatumWriter<'a>,
    value: GenericDatumWriter<'a>,
    records: Vec<(Value, Value)>,
}

impl Theirs<'_> {
    /// All rows once: key and value, without any routing.
    fn pass(&self) -> anyhow::Result<()> {
        let (mut key, mut value) = (Vec::with_capacity(256), Vec::with_capacity(1024));
        for record in &self.records {
            self.record(record, &mut key, &mut value)?;
            black_box((&key, &value));
        }
        Ok(())
    }

    fn record(&self, record: &(Value, Value), key: &mut Vec<u8>, value: &mut Vec<u8>) -> anyhow::Result<()> {
        key.clear();
        value.clear();
        self.key.write_value_ref(key, &record.0)?;
        self.value.write_value_ref(value, &record.1)?;
        Ok(())
    }
}

fn check_same(ours: &Ours, theirs: &Theirs<'_>) -> anyhow::Result<()> {
    let mut buffers = [Vec::new(), Vec::new(), Vec::new(), Vec::new()];
    let [key, value, their_key, their_value] = &mut buffers;
    for (change, record) in ours.changes.iter().zip(&theirs.records) {
        ours.record(change, key, value)?;
        theirs.record(record, their_key, their_value)?;
        // Ours have the five bytes of the wire format before.
        anyhow::ensure!(key[5..] == their_key[..] && value[5..] == their_value[..], "the two sides write different bytes");
    }
    Ok(())
}

/// The row `i`, in the magnitudes of a loaded warehouse.
fn order_line(i: u64) -> Row {
    let number = |n: u64| Datum::Int(n.cast_signed());
    let mut row = Row::with_capacity(10, 64);
    row.push(number(1 + i % 3000));
    row.push(number(1 + i % 10));
    row.push(number(1));
    row.push(number(1 + i % 15));
    row.push(number(1 + i * 7919 % 100_000));
    row.push(number(1));
    row.push(if i.is_multiple_of(3) { Datum::Null } else { Datum::Bytes(b"2024-01-02 03:04:05") });
    row.push(number(5));
    row.push_with(|out| out.extend_from_slice(format!("{}.{:02}", i * 31 % 9999, i % 100).as_bytes()));
    row.push_with(|out| out.extend_from_slice(format!("{i:024}").as_bytes()));
    row
}

const FIELDS: [&str; 10] = [
    "ol_o_id",
    "ol_d_id",
    "ol_w_id",
    "ol_number",
    "ol_i_id",
    "ol_supply_w_id",
    "ol_delivery_d",
    "ol_quantity",
    "ol_amount",
    "ol_dist_info",
];
/// The first four are the primary key, and the fifth is NOT NULL as well.
const KEY_FIELDS: usize = 4;
const NOT_NULL_FIELDS: usize = 5;

fn key_record(row: &Row) -> Value {
    Value::Record(fields(row).take(KEY_FIELDS).collect())
}

fn value_record(row: &Row) -> Value {
    let wrapped = fields(row).enumerate().map(|(i, (name, value))| match value {
        value if i < NOT_NULL_FIELDS => (name, value),
        Value::Null => (name, Value::Union(0, Box::new(Value::Null))),
        value => (name, Value::Union(1, Box::new(value))),
    });
    Value::Record(wrapped.collect())
}

fn fields(row: &Row) -> impl Iterator<Item = (String, Value)> {
    row.iter().zip(FIELDS).map(|(datum, name)| {
        let value = match (name, datum) {
            (_, Datum::Int(n)) => Value::Int(n as i32),
            ("ol_amount", Datum::Bytes(text)) => Value::Decimal(Decimal::from(unscaled(text))),
            (_, Datum::Bytes(text)) => Value::String(String::from_utf8_lossy(text).into_owned()),
            _ => Value::Null,
        };
        (name.to_owned(), value)
    })
}

fn unscaled(text: &[u8]) -> Vec<u8> {
    let number = text.iter().filter(|c| **c != b'.').fold(0_i64, |n, c| n * 10 + i64::from(c - b'0'));
    let bytes = number.to_be_bytes();
    let redundant = bytes.windows(2).take_while(|pair| pair[0] == 0 && pair[1] < 0x80).count();
    bytes[redundant..].to_vec()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn both_sides_write_the_same_bytes_for_the_rows_measured() {
        let tables = ddl::parse_create_tables(shared::fixtures::TPCC_DDL, "tpcc").unwrap();
        let table = tables.into_iter().find(|t| t.name == TABLE).unwrap();
        let names: Vec<_> = table.columns.iter().map(|c| c.name.clone()).collect();
        assert_eq!(names, FIELDS);
        let ours = Ours::new(Arc::new(table)).unwrap();
        let schema = Schema::parse_str(ours.plan.value_schema()).unwrap();
        let key_schema = Schema::parse_str(ours.plan.key_schema().unwrap()).unwrap();
        let rows = ours.changes.iter().filter_map(|c| c.after.as_ref());
        let theirs = Theirs {
            value: GenericDatumWriter::builder(&schema).build().unwrap(),
            key: GenericDatumWriter::builder(&key_schema).build().unwrap(),
            records: rows.map(|row| (key_record(row), value_record(row))).collect(),
        };
        check_same(&ours, &theirs).unwrap();
    }
}
