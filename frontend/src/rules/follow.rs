//! A made-up row on its way to Kafka.

use shared::{
    Finding,
    avro::TablePlan,
    config::Pipeline,
    dispatch::{Router, Spread},
    follow::{self, Follower, Outcome},
    row::{Op, RowChange},
    row_event::RowEvent,
    sample,
    schema::TableModel,
    sink_uri::KafkaOptions,
};
use std::sync::Arc;

/// Partitions of a topic that TiCDC creates, unless `partition-num` says otherwise.
const DEFAULT_PARTITIONS: u32 = 3;
/// Stand for the ids that the registry will give.
const KEY_SCHEMA_ID: u32 = 1;
const VALUE_SCHEMA_ID: u32 = 2;

/// One row on its way, as far as Kafka.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    pub topic: String,
    pub partition_rule: String,
    /// Columns that chose the partition, with their values.
    pub hashed: Vec<(String, String)>,
    pub partition: u32,
    pub partitions: u32,
    /// Column, value before, value after; only what says something.
    pub row: Vec<Cell>,
    pub key: Part,
    /// `None` is a tombstone.
    pub value: Option<Part>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub column: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// Key or value of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub subject: String,
    pub schema: String,
    /// With the five bytes of header: zero, and the schema id.
    pub bytes: Vec<u8>,
    /// What a consumer reads.
    pub json: String,
}

/// Sends a made-up row through dispatch and encoding, as the engine would.
///
/// # Errors
/// Why this table's rows go nowhere.
pub fn follow(document: &Pipeline, table: &TableModel, op: Op) -> Result<Followed, String> {
    let route = Router::new(document).map_err(first_message)?.route(table).map_err(first_message)?;
    let (options, _) = KafkaOptions::read(document);
    let table = Arc::new(table.clone());
    let change = sample::change(&table, op);
    let partitions = partitions(document);
    let plan = TablePlan::new(&table, &options.avro).map_err(|error| error.to_string())?;
    let row = change.after.as_ref().or(change.before.as_ref()).ok_or("the change has no row")?;

    let mut key = Vec::new();
    plan.encode_key(row, KEY_SCHEMA_ID, &mut key).map_err(|error| error.to_string())?;
    let key = Part {
        subject: route.key_subject.clone(),
        schema: plan.key_schema().unwrap_or_default().to_owned(),
        json: plan.decode_key(&key).map_err(|error| error.to_string())?.to_string(),
        bytes: key,
    };
    let value = if op == Op::Delete {
        None
    } else {
        let mut value = Vec::new();
        plan.encode_value(op, row, change.commit_ts, VALUE_SCHEMA_ID, &mut value).map_err(|error| error.to_string())?;
        Some(Part {
            subject: route.value_subject.clone(),
            schema: plan.value_schema().to_owned(),
            json: plan.decode_value(&value).map_err(|error| error.to_string())?.to_string(),
            bytes: value,
        })
    };
    let text = |at: usize| row.get(at).map(|value| sample::text(&table.columns[at], value)).unwrap_or_default();
    Ok(Followed {
        partition: route.partition.partition(&change, partitions, &mut Vec::new()),
        partitions,
        hashed: route.partition.columns().map(|at| (table.columns[at].name.clone(), text(at))).collect(),
        row: cells(&change),
        topic: route.topic,
        partition_rule: route.partition_rule,
        key,
        value,
    })
}

/// Rows that are made up to see how partitions fill.
const SPREAD_ROWS: u32 = 200;

/// How a table's rows spread over its topic, and the columns that decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpreadOf {
    pub columns: Vec<String>,
    pub spread: Spread,
}

/// `None` for a table whose rows go nowhere, which [`follow`] explains.
pub fn spread(document: &Pipeline, table: &TableModel) -> Option<SpreadOf> {
    let plan = Router::new(document).ok()?.route(table).ok()?.partition;
    let columns = plan.columns().map(|at| table.columns[at].name.clone()).collect();
    let spread = Spread::of(&Arc::new(table.clone()), &plan, partitions(document), SPREAD_ROWS);
    Some(SpreadOf { columns, spread })
}

/// Partitions of the document's topics, when TiCDC creates them.
fn partitions(document: &Pipeline) -> u32 {
    let (options, _) = KafkaOptions::read(document);
    options.partition_num.and_then(|count| u32::try_from(count).ok()).unwrap_or(DEFAULT_PARTITIONS)
}

/// A made-up row's life up to `op` (inserted, then updated, then deleted): the records of each event.
///
/// # Errors
/// Why this table's rows go nowhere.
pub(super) fn life(document: &Pipeline, table: &TableModel, op: Op) -> Result<Vec<Vec<follow::Followed>>, String> {
    let mut follower = Follower::unfinished(document, vec![table.clone()], KEY_SCHEMA_ID).map_err(first_message)?;
    let table = Arc::new(table.clone());
    let events = [Op::Insert, Op::Update, Op::Delete];
    let until = events.iter().position(|one| *one == op).map_or(events.len(), |at| at + 1);
    let mut life = Vec::with_capacity(until);
    for one in &events[..until] {
        let event = RowEvent::from_change(&sample::change(&table, *one));
        let outcomes = follower.follow(&event).map_err(first_message)?.into_iter();
        let records = outcomes.map(|outcome| match outcome {
            Outcome::Record(record) => Ok(*record),
            Outcome::Skipped { skipped, .. } => Err(skipped),
        });
        life.push(records.collect::<Result<_, _>>()?);
    }
    Ok(life)
}

fn first_message(findings: Vec<Finding>) -> String {
    findings.into_iter().next().map_or_else(|| "the document does not say where the row goes".to_owned(), |finding| finding.message)
}

fn cells(change: &RowChange) -> Vec<Cell> {
    let read = |row: &Option<shared::row::Row>, at: usize| {
        row.as_ref().and_then(|row| row.get(at)).map(|value| sample::text(&change.table.columns[at], value))
    };
    let cells = change.table.columns.iter().enumerate().map(|(at, column)| Cell {
        column: column.name.clone(),
        before: read(&change.before, at),
        after: read(&change.after, at),
    });
    // Of an update only what it changed is news.
    cells.filter(|cell| change.op() != Some(Op::Update) || cell.before != cell.after).collect()
}
