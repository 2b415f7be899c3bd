//! A made-up row on its way to Kafka.

use shared::{
    Finding,
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
/// The first of the ids that stand for those of the registry.
const KEY_SCHEMA_ID: u32 = 1;

/// One record on its way, as far as Kafka.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    pub op: Op,
    pub topic: String,
    pub partition_rule: String,
    /// Columns that chose the partition, with their values.
    pub hashed: Vec<(String, String)>,
    pub partition: u32,
    pub partitions: u32,
    /// Column, value before, value after; only what says something.
    pub row: Vec<Cell>,
    /// `None` for a table without a key.
    pub key: Option<Part>,
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
pub fn follow(document: &Pipeline, table: &TableModel, op: Op) -> Result<Vec<Followed>, String> {
    follow_event(document, table, &sample_event(table, op))
}

/// The same with a row that a person wrote, as a row event in JSON. A change of the key is two records.
///
/// # Errors
/// What is wrong with the event, or why the row goes nowhere.
pub fn follow_text(document: &Pipeline, table: &TableModel, text: &str) -> Result<Vec<Followed>, String> {
    follow_event(document, table, &RowEvent::parse(text).map_err(first_message)?)
}

/// The made-up row as a text to change.
pub fn sample_text(table: &TableModel, op: Op) -> String {
    serde_json::to_string_pretty(&sample_event(table, op)).unwrap_or_default()
}

fn sample_event(table: &TableModel, op: Op) -> RowEvent {
    RowEvent::from_change(&sample::change(&Arc::new(table.clone()), op))
}

fn follow_event(document: &Pipeline, table: &TableModel, event: &RowEvent) -> Result<Vec<Followed>, String> {
    let plan = Router::new(document).map_err(first_message)?.route(table).map_err(first_message)?.partition;
    let change = event.to_change(Arc::new(table.clone())).map_err(first_message)?;
    let mut follower = Follower::unfinished(document, vec![table.clone()], KEY_SCHEMA_ID).map_err(first_message)?;
    let outcomes = follower.follow(event).map_err(first_message)?.into_iter();
    let shown = |record: follow::Followed| {
        // A change of the key is a delete of the old row and an insert of the new one.
        let row = if record.op == Op::Delete { &change.before } else { &change.after };
        let text =
            |at: usize| row.as_ref().and_then(|row| row.get(at)).map(|value| sample::text(&table.columns[at], value)).unwrap_or_default();
        Followed {
            op: record.op,
            hashed: plan.columns().map(|at| (table.columns[at].name.clone(), text(at))).collect(),
            row: cells(&change, record.op),
            topic: record.topic,
            partition_rule: record.partition_rule,
            partition: record.partition,
            partitions: partitions(document),
            key: record.key.map(part),
            value: record.value.map(part),
        }
    };
    let records = outcomes.map(|outcome| match outcome {
        Outcome::Record(record) => Ok(shown(*record)),
        Outcome::Skipped { skipped, .. } => Err(skipped),
    });
    records.collect()
}

fn part(side: follow::Side) -> Part {
    let byte = |at: usize| side.hex.get(at..at + 2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
    Part {
        bytes: (0..side.hex.len()).step_by(2).filter_map(byte).collect(),
        json: side.json.to_string(),
        subject: side.subject,
        schema: side.schema,
    }
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

fn cells(change: &RowChange, op: Op) -> Vec<Cell> {
    let read = |row: &Option<shared::row::Row>, at: usize| {
        row.as_ref().and_then(|row| row.get(at)).map(|value| sample::text(&change.table.columns[at], value))
    };
    let cells = change.table.columns.iter().enumerate().map(|(at, column)| Cell {
        column: column.name.clone(),
        before: read(&change.before, at),
        after: read(&change.after, at),
    });
    // Of an update only what it changed is news.
    cells.filter(|cell| op != Op::Update || cell.before != cell.after).collect()
}
