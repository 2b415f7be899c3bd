//! Dispatch and encode on one core, against apache-avro.

use super::{Figure, judge};
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
    ops::Range,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

/// Distinct rows: more than fit into the first-level cache.
const ROWS: usize = 2_000;
/// Rows between two looks at the clock: few enough that either side is done with them before the machine turns to something else.
const PIECE: usize = 100;
/// Passes of each side in turn. The best time of each piece counts: other work on the machine only ever slows down.
const PASSES: usize = 200;
const PARTITIONS: u32 = 12;
const TABLE: &str = "order_line";

/// Dispatch and encode of TPC-C `order_line` rows on one core, against apache-avro's generic writer, prepared once, on the
/// same rows: checking them as it does by default, and trusting them; and against TiCDC's own encoder when its judge is given
/// (`tests/oracle/README.md`).
///
/// # Errors
/// apache-avro refuses a row or schema, the two sides write different bytes, or the judge does not answer.
pub fn figures(judge: Option<&Path>) -> anyhow::Result<Vec<Figure>> {
    let tables = ddl::parse_create_tables(shared::fixtures::TPCC_DDL, "tpcc")?;
    let table = tables.into_iter().find(|t| t.name == TABLE).ok_or_else(|| anyhow::anyhow!("the fixture has no table {TABLE}"))?;
    let table = Arc::new(table);
    let ours = Ours::new(&table, (0..ROWS as u64).map(order_line))?;
    let schema = Schema::parse_str(ours.plan.value_schema())?;
    let key_schema = Schema::parse_str(ours.plan.key_schema().unwrap_or_default())?;
    let records = ours.records();
    let theirs = Theirs::new(&schema, &key_schema, &records, true)?;
    let trusting = Theirs::new(&schema, &key_schema, &records, false)?;
    check_same(&ours, &theirs)?;
    let (mut our_best, mut their_best, mut trusting_best) = (Best::of(ROWS), Best::of(ROWS), Best::of(ROWS));
    for _ in 0..PASSES {
        our_best.pass(|rows, buffers| ours.encode(rows, buffers))?;
        their_best.pass(|rows, buffers| theirs.encode(rows, buffers))?;
        trusting_best.pass(|rows, buffers| trusting.encode(rows, buffers))?;
    }
    let mut figures = vec![
        Figure::new("apache_avro_rows_per_second", their_best.rate(), "rows/s"),
        Figure::new("dispatch_encode_rows_per_second", our_best.rate(), "rows/s"),
        Figure::at_least("dispatch_encode_vs_apache_avro", our_best.rate() / their_best.rate(), "x", 20.0),
        Figure::new("dispatch_encode_vs_apache_avro_unchecked", our_best.rate() / trusting_best.rate(), "x"),
    ];
    if let Some(judge) = judge {
        let theirs = judge::rows_per_second(judge)?;
        let ours = Ours::new(&table, (0..judge::ROWS).map(judge::order_line))?.mean_rate()?;
        figures.push(Figure::new("ticdc_rows_per_second", theirs, "rows/s"));
        figures.push(Figure::new("dispatch_encode_vs_ticdc", ours / theirs, "x"));
    }
    Ok(figures)
}

/// The best time of each piece of the rows.
struct Best {
    rows: usize,
    pieces: Vec<Duration>,
    buffers: Buffers,
}

/// Reused from row to row.
#[derive(Default)]
struct Buffers {
    key: Vec<u8>,
    value: Vec<u8>,
    scratch: Vec<u8>,
}

impl Best {
    fn of(rows: usize) -> Self {
        Self { rows, pieces: vec![Duration::MAX; rows.div_ceil(PIECE)], buffers: Buffers::default() }
    }

    fn pass(&mut self, mut encode: impl FnMut(Range<usize>, &mut Buffers) -> anyhow::Result<()>) -> anyhow::Result<()> {
        for (i, best) in self.pieces.iter_mut().enumerate() {
            let start = Instant::now();
            encode(i * PIECE..self.rows.min((i + 1) * PIECE), &mut self.buffers)?;
            *best = start.elapsed().min(*best);
        }
        Ok(())
    }

    /// Rows a second.
    fn rate(&self) -> f64 {
        self.rows as f64 / self.pieces.iter().sum::<Duration>().as_secs_f64()
    }
}

struct Ours {
    route: shared::dispatch::Route,
    plan: TablePlan,
    changes: Vec<RowChange>,
}

impl Ours {
    fn new(table: &Arc<TableModel>, rows: impl Iterator<Item = Row>) -> anyhow::Result<Self> {
        let mut pipeline = Pipeline::named("bench");
        pipeline.changefeed.config.sink.dispatchers = vec![Dispatcher {
            matcher: vec!["tpcc.*".to_owned()],
            topic: "{schema}_{table}".to_owned(),
            partition: "index-value".to_owned(),
            ..Dispatcher::default()
        }];
        let refused = |findings: Vec<shared::Finding>| anyhow::anyhow!("the router refuses the document: {findings:?}");
        let route = Router::new(&pipeline).map_err(refused)?.route(table).map_err(refused)?;
        let plan = TablePlan::new(table, &AvroOptions::default())?;
        let change =
            |row| RowChange { table: Arc::clone(table), before: None, after: Some(row), commit_ts: CommitTs::new(1_700_000_000_000, 5) };
        Ok(Self { route, plan, changes: rows.map(change).collect() })
    }

    /// The rows as apache-avro wants them: key and value.
    fn records(&self) -> Vec<(Value, Value)> {
        self.changes.iter().filter_map(|c| c.after.as_ref()).map(|row| (key_record(row), value_record(row))).collect()
    }

    /// Partition, key and value of each row.
    fn encode(&self, rows: Range<usize>, Buffers { key, value, scratch }: &mut Buffers) -> anyhow::Result<()> {
        for change in &self.changes[rows] {
            self.record(change, key, value)?;
            black_box((self.route.partition.partition(change, PARTITIONS, scratch), &*key, &*value));
        }
        Ok(())
    }

    /// Rows a second over some seconds, whatever else the machine does: that is how the judge measures.
    fn mean_rate(&self) -> anyhow::Result<f64> {
        let (mut buffers, mut rows, start) = (Buffers::default(), 0, Instant::now());
        while start.elapsed() < judge::MEASURES_FOR {
            self.encode(0..self.changes.len(), &mut buffers)?;
            rows += self.changes.len();
        }
        Ok(rows as f64 / start.elapsed().as_secs_f64())
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
    records: &'a [(Value, Value)],
}

impl<'a> Theirs<'a> {
    /// With `check`, its default, the writer looks whether each value fits the schema, as ours always does.
    fn new(value: &'a Schema, key: &'a Schema, records: &'a [(Value, Value)], check: bool) -> anyhow::Result<Self> {
        Ok(Self {
            value: GenericDatumWriter::builder(value).validate(check).build()?,
            key: GenericDatumWriter::builder(key).validate(check).build()?,
            records,
        })
    }

    /// Key and value of each row, without any routing.
    fn encode(&self, rows: Range<usize>, Buffers { key, value, .. }: &mut Buffers) -> anyhow::Result<()> {
        for record in &self.records[rows] {
            self.record(record, key, value)?;
            black_box((&*key, &*value));
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
    for (change, record) in ours.changes.iter().zip(theirs.records) {
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
        let ours = Ours::new(&Arc::new(table), (0..ROWS as u64).map(order_line)).unwrap();
        let schema = Schema::parse_str(ours.plan.value_schema()).unwrap();
        let key_schema = Schema::parse_str(ours.plan.key_schema().unwrap()).unwrap();
        let records = ours.records();
        let theirs = Theirs::new(&schema, &key_schema, &records, true).unwrap();
        check_same(&ours, &theirs).unwrap();
    }
}
