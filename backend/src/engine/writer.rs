//! The writer: takes rows in commit order, decides topic and partition, encodes, hands over to the sink.
//!
//! Runs on a thread of its own: encoding is pure work, and librdkafka's calls block.

use super::{
    error::{EngineError, ErrorKind},
    figures::Figures,
    ledger::{Accepted, Ledger, Mark},
    poison,
    prepared::{Prepared, Preparer},
    sink::kafka::KafkaSink,
    source::{SourceBatch, SourceEvent},
    transactions::Transactions,
};
use shared::{
    Finding,
    api::LogLevel,
    row::{Op, Row, RowChange},
    schema::{Ineligible, TableModel},
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};
use tokio::{runtime::Handle, sync::mpsc};
use tokio_util::sync::CancellationToken;

/// The table definitions as they were at each change of one, for the checkpoint: rows after it must be read with the
/// definitions of then, not of now.
#[derive(Default)]
pub(super) struct SchemaHistory {
    epochs: Mutex<BTreeMap<u64, Arc<Vec<TableModel>>>>,
}

impl SchemaHistory {
    fn put(&self, epoch: u64, tables: Vec<TableModel>) {
        self.epochs.lock().unwrap_or_else(PoisonError::into_inner).insert(epoch, Arc::new(tables));
    }

    /// The definitions of an epoch; forgets older ones, since checkpoints only move on.
    pub(super) fn at(&self, epoch: u64) -> Option<Arc<Vec<TableModel>>> {
        let mut epochs = self.epochs.lock().unwrap_or_else(PoisonError::into_inner);
        *epochs = epochs.split_off(&epoch);
        epochs.get(&epoch).cloned()
    }
}

pub(super) struct Writer {
    pub preparer: Preparer,
    pub sink: KafkaSink,
    pub ledger: Arc<Ledger>,
    pub figures: Arc<Figures>,
    pub history: Arc<SchemaHistory>,
    pub ignore_ineligible: bool,
    /// With exactly-once delivery.
    pub transactions: Option<Transactions>,
    /// Where rows go that cannot be sent; `None`: they stop the pipeline.
    pub dead_letters: Option<String>,
    pub stop: CancellationToken,
    pub runtime: Handle,
    /// Tables as of now, by schema and name.
    pub tables: BTreeMap<(String, String), Arc<TableModel>>,
    pub epoch: u64,
    epoch_stored: bool,
    /// Set by the first row or resolved mark: tables that appear later are created while we run.
    started: bool,
    prepared: HashMap<usize, Prepared>,
    key: Vec<u8>,
    value: Vec<u8>,
    scratch: Vec<u8>,
}

impl Writer {
    #[expect(clippy::too_many_arguments, reason = "wiring, called once")]
    pub(super) fn new(
        preparer: Preparer,
        sink: KafkaSink,
        ledger: Arc<Ledger>,
        figures: Arc<Figures>,
        history: Arc<SchemaHistory>,
        ignore_ineligible: bool,
        transactions: Option<Transactions>,
        dead_letters: Option<String>,
        stop: CancellationToken,
        known: Vec<TableModel>,
    ) -> Self {
        Self {
            preparer,
            sink,
            ledger,
            figures,
            history,
            ignore_ineligible,
            transactions,
            dead_letters,
            stop,
            runtime: Handle::current(),
            tables: known.into_iter().map(|t| ((t.schema.clone(), t.name.clone()), Arc::new(t))).collect(),
            epoch: 0,
            epoch_stored: false,
            started: false,
            prepared: HashMap::new(),
            key: Vec::with_capacity(256),
            value: Vec::with_capacity(4096),
            scratch: Vec::with_capacity(256),
        }
    }

    /// Works until the source ends, the pipeline is stopped, or something fails; then waits for what is in flight.
    pub(super) fn run(mut self, mut batches: mpsc::Receiver<SourceBatch>) -> Result<(), EngineError> {
        let worked = self.work(&mut batches);
        self.figures.set_busy(false);
        // Nobody reads any more: a source that waits for room must notice.
        drop(batches);
        let settled = self.sink.settle(std::time::Duration::from_secs(10));
        let worked = match (&mut self.transactions, worked) {
            (Some(transactions), Ok(())) => transactions.close(&self.sink, &self.ledger),
            (_, worked) => worked,
        };
        worked.and_then(|()| match self.ledger.take_failure() {
            Some(failure) => Err(failure),
            None => {
                if !settled {
                    self.figures.log(LogLevel::Warning, "rows in flight were not acknowledged in time; they will be sent again");
                }
                Ok(())
            }
        })
    }

    fn work(&mut self, batches: &mut mpsc::Receiver<SourceBatch>) -> Result<(), EngineError> {
        while let Some(batch) = self.next(batches)? {
            self.figures.set_busy(true);
            for event in batch.events {
                if self.stop.is_cancelled() {
                    return Ok(());
                }
                self.event(event)?;
            }
            if let Some(failure) = self.ledger.take_failure() {
                return Err(failure);
            }
            self.figures.set_busy(false);
        }
        Ok(())
    }

    /// The next batch; commits meanwhile what is due.
    fn next(&mut self, batches: &mut mpsc::Receiver<SourceBatch>) -> Result<Option<SourceBatch>, EngineError> {
        loop {
            let Some(transactions) = &mut self.transactions else { return Ok(batches.blocking_recv()) };
            let Some(patience) = transactions.patience() else { return Ok(batches.blocking_recv()) };
            match self.runtime.block_on(async { tokio::time::timeout(patience, batches.recv()).await }) {
                Ok(batch) => return Ok(batch),
                Err(_) => {
                    // A commit may take long, and what it holds is not there before.
                    self.figures.set_busy(true);
                    transactions.commit_if_due(&self.sink, &self.ledger)?;
                    self.figures.set_busy(false);
                }
            }
        }
    }

    fn event(&mut self, event: SourceEvent) -> Result<(), EngineError> {
        match event {
            SourceEvent::Change(change) => {
                self.started = true;
                self.change(&change)
            }
            SourceEvent::Table(table) => self.table(table),
            SourceEvent::TableGone { schema, name } => {
                if self.tables.remove(&(schema, name)).is_some() {
                    self.next_epoch();
                }
                Ok(())
            }
            SourceEvent::Resolved { position, commit_ts } => {
                self.started = true;
                if !std::mem::replace(&mut self.epoch_stored, true) {
                    self.history.put(self.epoch, self.tables.values().map(|t| TableModel::clone(t)).collect());
                }
                let mark = Mark { position, commit_ts, schema_epoch: self.epoch };
                match &mut self.transactions {
                    Some(transactions) => {
                        transactions.boundary(mark, &self.sink, &self.ledger, self.tables.values().map(|table| &**table))?;
                    }
                    None => self.ledger.mark(mark),
                }
                Ok(())
            }
            SourceEvent::Note(entry) => {
                self.figures.log_entry(entry);
                Ok(())
            }
        }
    }

    fn next_epoch(&mut self) {
        self.epoch += 1;
        self.epoch_stored = false;
    }

    fn table(&mut self, table: Arc<TableModel>) -> Result<(), EngineError> {
        if let Some(reason) = table.ineligible() {
            let finding = ineligible_finding(&table, &reason);
            // A launch is refused, so that nobody learns months later that a table was left out; a table made later is
            // skipped aloud, as TiCDC does.
            if !self.started && !self.ignore_ineligible {
                return Err(EngineError::new(ErrorKind::Schema, finding));
            }
            self.figures.log(LogLevel::Warning, format!("{}; its rows are not sent", finding.message));
        }
        self.tables.insert((table.schema.clone(), table.name.clone()), table);
        self.next_epoch();
        Ok(())
    }

    fn change(&mut self, change: &RowChange) -> Result<(), EngineError> {
        match self.send_change(change) {
            Err(error) if self.dead_letters.is_some() && poison::is_poison(&error) => self.bury(change, &error),
            sent => sent,
        }
    }

    /// Sends a row that cannot be sent to the dead letter topic.
    fn bury(&mut self, change: &RowChange, error: &EngineError) -> Result<(), EngineError> {
        let Some(topic) = self.dead_letters.clone() else { return Ok(()) };
        let (_, made) = self.runtime.block_on(self.preparer.topics.ensure(&topic))?;
        if made {
            self.figures.log(LogLevel::Info, format!("topic {topic} created"));
        }
        if let Some(transactions) = &mut self.transactions {
            transactions.before_row(&self.sink)?;
        }
        let (key, value) = poison::letter(change, error, self.sink.max_message_bytes());
        let accepted = Accepted { table: u32::MAX, bytes: 0, commit_ts: change.commit_ts, tombstone: false };
        self.sink.send(&topic, 0, &key, Some(&value), accepted, &self.stop)?;
        self.figures.dead_letter();
        self.figures.log(LogLevel::Warning, format!("a row went to {topic}: {}", error.finding.message));
        Ok(())
    }

    fn send_change(&mut self, change: &RowChange) -> Result<(), EngineError> {
        // The definition is kept alive in `Prepared`, so its address names it.
        let address = Arc::as_ptr(&change.table) as usize;
        if !self.prepared.contains_key(&address) {
            if change.table.ineligible().is_some() {
                return Ok(());
            }
            // Older versions of the table have no rows to come.
            self.prepared.retain(|_, p| (&p.table.schema, &p.table.name) != (&change.table.schema, &change.table.name));
            let prepared = self.runtime.block_on(self.preparer.prepare(&change.table))?;
            self.prepared.insert(address, prepared);
        }
        if let Some(transactions) = &mut self.transactions {
            transactions.before_row(&self.sink)?;
        }
        let prepared = &self.prepared[&address];
        let mut out = Outgoing {
            prepared,
            sink: &self.sink,
            stop: &self.stop,
            key: &mut self.key,
            value: &mut self.value,
            scratch: &mut self.scratch,
        };
        match (&change.before, &change.after) {
            (Some(before), Some(after)) if self.preparer.split_updates && prepared.moves_identity(before, after) => {
                // Split in two so that the old key gets its tombstone (TiCDC's default).
                let (delete, insert) = (half(change, true), half(change, false));
                out.tombstone(&delete, before)?;
                out.row(Op::Insert, &insert, after)
            }
            (Some(_), Some(after)) => out.row(Op::Update, change, after),
            (None, Some(after)) => out.row(Op::Insert, change, after),
            (Some(before), None) => out.tombstone(change, before),
            (None, None) => Ok(()),
        }
    }
}

/// One half of a split update, for the partition rule, which looks at one image.
fn half(change: &RowChange, old: bool) -> RowChange {
    RowChange {
        table: Arc::clone(&change.table),
        before: change.before.clone().filter(|_| old),
        after: change.after.clone().filter(|_| !old),
        commit_ts: change.commit_ts,
    }
}

struct Outgoing<'a> {
    prepared: &'a Prepared,
    sink: &'a KafkaSink,
    stop: &'a CancellationToken,
    key: &'a mut Vec<u8>,
    value: &'a mut Vec<u8>,
    scratch: &'a mut Vec<u8>,
}

impl Outgoing<'_> {
    fn row(&mut self, op: Op, change: &RowChange, row: &Row) -> Result<(), EngineError> {
        self.value.clear();
        let prepared = self.prepared;
        prepared
            .plan
            .encode_value(op, row, change.commit_ts, prepared.value_id, self.value)
            .map_err(|error| encode_error(&prepared.table, error))?;
        self.send(change, row, false)
    }

    fn tombstone(&mut self, change: &RowChange, row: &Row) -> Result<(), EngineError> {
        self.send(change, row, true)
    }

    fn send(&mut self, change: &RowChange, key_row: &Row, tombstone: bool) -> Result<(), EngineError> {
        let prepared = self.prepared;
        self.key.clear();
        prepared.plan.encode_key(key_row, prepared.key_id, self.key).map_err(|error| encode_error(&prepared.table, error))?;
        let partition = prepared.route.partition.partition(change, prepared.partitions, self.scratch);
        let accepted = Accepted { table: prepared.figures_index, bytes: 0, commit_ts: change.commit_ts, tombstone };
        let value = (!tombstone).then_some(self.value.as_slice());
        self.sink.send(&prepared.route.topic, partition, self.key, value, accepted, self.stop)?;
        Ok(())
    }
}

fn encode_error(table: &TableModel, error: shared::avro::EncodeError) -> EngineError {
    let message = format!("a row of `{}` cannot be encoded: {error}", table.qualified());
    EngineError::new(ErrorKind::Schema, Finding::error("", "row-not-encodable", message))
}

fn ineligible_finding(table: &TableModel, reason: &Ineligible) -> Finding {
    let name = table.qualified();
    let hint = format!("Leave it out with the filter rule `!{name}`, or set ignore-ineligible-table = true.");
    match reason {
        Ineligible::NoKey => Finding::error(
            "changefeed.config.filter.rules",
            "table-without-key",
            format!("`{name}` has no primary key and no unique index over NOT NULL columns"),
        ),
        Ineligible::UnsupportedColumn { column, ty } => Finding::error(
            "changefeed.config.filter.rules",
            "unsupported-column-type",
            format!("column `{column}` of `{name}` has type {ty}, which Avro cannot carry"),
        ),
    }
    .hint(hint)
}
