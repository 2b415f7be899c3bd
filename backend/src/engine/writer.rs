//! The writer: takes rows in commit order, decides topic and partition, encodes, hands over to the sink.
//!
//! Runs on a thread of its own: encoding is pure work, and librdkafka's calls block.

use super::{
    definitions::{Digest, History, digest},
    error::{EngineError, ErrorKind},
    figures::Figures,
    ledger::{Accepted, Ledger, Mark},
    poison,
    prepared::{Prepared, Preparer},
    sink::kafka::{KafkaSink, Outgoing, SendError, TopicId},
    source::{SourceBatch, SourceEvent},
    transactions::Transactions,
};
use crate::store::DefinitionChanges;
use shared::{
    Finding,
    api::LogLevel,
    row::{Op, Row, RowChange},
    schema::{Ineligible, TableModel},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};
use tokio::{runtime::Handle, sync::mpsc};
use tokio_util::sync::CancellationToken;

/// What a writer is made of.
pub(super) struct WriterParts {
    pub preparer: Preparer,
    pub sink: KafkaSink,
    pub ledger: Arc<Ledger>,
    pub figures: Arc<Figures>,
    pub history: Arc<History>,
    pub ignore_ineligible: bool,
    /// With exactly-once delivery.
    pub transactions: Option<Transactions>,
    /// Where rows go that cannot be sent; `None`: they stop the pipeline.
    pub dead_letters: Option<String>,
    pub stop: CancellationToken,
    /// The definitions at the place where the run begins, and their epoch.
    pub known: HashMap<TableName, Digest>,
    pub epoch: u64,
}

/// How long rows in flight are waited for at the end.
const SETTLE: std::time::Duration = std::time::Duration::from_secs(10);
/// Events between two looks at whether to stop.
const LOOK_UP: usize = 64;

/// Schema and name.
pub(super) type TableName = (String, String);

pub(super) struct Writer {
    preparer: Preparer,
    sink: KafkaSink,
    ledger: Arc<Ledger>,
    figures: Arc<Figures>,
    history: Arc<History>,
    ignore_ineligible: bool,
    transactions: Option<Transactions>,
    dead_letters: Option<String>,
    stop: CancellationToken,
    runtime: Handle,
    /// Tables as of now.
    tables: HashMap<TableName, Digest>,
    /// Of the last resolved mark.
    epoch: u64,
    /// What has changed since then.
    changes: DefinitionChanges,
    /// Set by the first row or resolved mark: tables that appear later are created while we run.
    started: bool,
    /// The source has said that it reads: without rows in hand, nothing changes.
    reads: bool,
    /// By the address of the definition, which is kept alive in it.
    prepared: HashMap<usize, Arc<Ready>>,
    /// The one of the last row: rows of a table follow each other mostly.
    current: Option<(usize, Arc<Ready>)>,
    /// Which of them is a table's newest.
    newest: HashMap<TableName, usize>,
    scratch: Vec<u8>,
}

/// A table, with its topic in the sink.
struct Ready {
    prepared: Prepared,
    topic: TopicId,
}

impl Writer {
    pub(super) fn new(parts: WriterParts) -> Self {
        Self {
            preparer: parts.preparer,
            sink: parts.sink,
            ledger: parts.ledger,
            figures: parts.figures,
            history: parts.history,
            ignore_ineligible: parts.ignore_ineligible,
            transactions: parts.transactions,
            dead_letters: parts.dead_letters,
            stop: parts.stop,
            runtime: Handle::current(),
            tables: parts.known,
            epoch: parts.epoch,
            changes: DefinitionChanges::new(),
            started: false,
            reads: false,
            prepared: HashMap::new(),
            current: None,
            newest: HashMap::new(),
            scratch: Vec::with_capacity(256),
        }
    }

    /// Works until the source ends, the pipeline is stopped, or something fails; then waits for what is in flight.
    pub(super) fn run(mut self, mut batches: mpsc::Receiver<SourceBatch>) -> Result<(), EngineError> {
        let worked = self.work(&mut batches);
        self.figures.set_busy(false);
        // Nobody reads any more: a source that waits for room must notice.
        drop(batches);
        // After a row that was refused, those behind it must not arrive before it is sent again: they are given up with the sink.
        let is_refused = self.ledger.has_failed() || (worked.is_err() && self.sink.has_halted());
        let settled = !is_refused && self.sink.settle(SETTLE);
        let worked = match (&mut self.transactions, worked) {
            (Some(transactions), Ok(())) => transactions.close(&self.sink, &self.ledger),
            (Some(transactions), failed) => {
                transactions.give_up(&self.sink);
                failed
            }
            (None, worked) => worked,
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
            self.prepare_ahead(&batch.events)?;
            for (number, event) in batch.events.into_iter().enumerate() {
                if self.sink.has_halted() || (number % LOOK_UP == 0 && self.stop.is_cancelled()) {
                    return Ok(());
                }
                self.event(event)?;
            }
            self.sink.hand_over()?;
            if let Some(failure) = self.ledger.take_failure() {
                return Err(failure);
            }
            self.figures.set_busy(!self.reads);
        }
        Ok(())
    }

    /// Prepares the tables that have their first row in a batch together.
    fn prepare_ahead(&mut self, events: &[SourceEvent]) -> Result<(), EngineError> {
        let mut new: Vec<Arc<TableModel>> = Vec::new();
        let mut seen = HashSet::new();
        let mut last = 0;
        for event in events {
            let SourceEvent::Change(change) = event else { continue };
            let table = &change.table;
            // Rows of a table follow each other mostly.
            if std::mem::replace(&mut last, address(table)) == address(table) || self.prepared.contains_key(&address(table)) {
                continue;
            }
            let name = (table.schema.clone(), table.name.clone());
            // A later version of a table comes after the rows of the one before.
            if !self.newest.contains_key(&name) && seen.insert(name) && table.ineligible().is_none() {
                new.push(Arc::clone(table));
            }
        }
        // A single one is prepared at its row, where its failure counts.
        if new.len() > 1 {
            for prepared in self.runtime.block_on(self.preparer.prepare_all(new, &self.stop)) {
                self.keep(prepared)?;
            }
        }
        Ok(())
    }

    fn keep(&mut self, prepared: Prepared) -> Result<(), EngineError> {
        let (name, address) = ((prepared.table.schema.clone(), prepared.table.name.clone()), address(&prepared.table));
        let topic = self.sink.topic(&prepared.route.topic)?;
        self.prepared.insert(address, Arc::new(Ready { prepared, topic }));
        // Older versions of the table have no rows to come.
        if let Some(older) = self.newest.insert(name, address).filter(|older| *older != address) {
            self.prepared.remove(&older);
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
                    self.figures.set_busy(!self.reads);
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
                let table = (schema, name);
                if let Some(address) = self.newest.remove(&table) {
                    self.prepared.remove(&address);
                }
                if self.tables.remove(&table).is_some() {
                    self.changes.insert(table, None);
                }
                Ok(())
            }
            SourceEvent::Resolved { position, commit_ts } => {
                self.started = true;
                if !self.changes.is_empty() {
                    self.epoch += 1;
                    self.history.put(self.epoch, std::mem::take(&mut self.changes));
                }
                let mark = Mark { position, commit_ts, schema_epoch: self.epoch };
                match &mut self.transactions {
                    Some(transactions) => transactions.boundary(mark, &mut self.sink, &self.ledger)?,
                    None => self.sink.mark(mark),
                }
                Ok(())
            }
            SourceEvent::Reads => {
                self.reads = true;
                Ok(())
            }
            SourceEvent::Note(entry) => {
                self.figures.log_entry(entry);
                Ok(())
            }
        }
    }

    fn table(&mut self, table: Arc<TableModel>) -> Result<(), EngineError> {
        if let Some(reason) = table.ineligible() {
            let finding = ineligible_finding(&table, &reason);
            // A launch is refused, so that nobody learns months later that a table was left out; a table made later is
            // skipped aloud, as TiCDC does, and so it is after a restart, when the checkpoint knows it.
            let known = self.tables.contains_key(&(table.schema.clone(), table.name.clone()));
            if !self.started && !self.ignore_ineligible && !known {
                return Err(EngineError::new(ErrorKind::Schema, finding));
            }
            self.figures.log(LogLevel::Warning, format!("{}; its rows are not sent", finding.message));
        }
        let name = (table.schema.clone(), table.name.clone());
        let now = digest(&table);
        // A source says all definitions again when it starts; those that the checkpoint has are not written again.
        if self.tables.insert(name.clone(), now) != Some(now) {
            self.changes.insert(name, Some(table));
        }
        Ok(())
    }

    fn change(&mut self, change: &RowChange) -> Result<(), EngineError> {
        match self.send_change(change) {
            // With a halted sink the trouble was with rows before this one.
            Err(error) if self.dead_letters.is_some() && poison::is_poison(&error) && !self.sink.has_halted() => self.bury(change, &error),
            sent => sent,
        }
    }

    /// Sends a row that cannot be sent to the dead letter topic.
    fn bury(&mut self, change: &RowChange, error: &EngineError) -> Result<(), EngineError> {
        let Some(topic) = self.dead_letters.clone() else { return Ok(()) };
        let (letters, made) = self.runtime.block_on(self.preparer.topics.ensure(&topic))?;
        if made {
            self.figures.log(LogLevel::Info, format!("topic {topic} created"));
        }
        if let Some(transactions) = &mut self.transactions {
            transactions.before_row(&self.sink)?;
        }
        let (key, value) = poison::letter(change, error, letters.max_message_bytes);
        let to = Outgoing {
            topic: self.sink.topic(&topic)?,
            partition: 0,
            max_message_bytes: letters.max_message_bytes,
            row: Accepted { table: u32::MAX, bytes: 0, commit_ts: change.commit_ts, tombstone: false },
        };
        let append = |part: Vec<u8>| {
            move |out: &mut Vec<u8>| {
                out.extend(part);
                Ok(())
            }
        };
        self.sink.send(to, append(key), append(value)).map_err(|error| sent(&change.table, error))?;
        self.figures.dead_letter();
        self.figures.log(LogLevel::Warning, format!("a row went to {topic}: {}", error.finding.message));
        Ok(())
    }

    fn send_change(&mut self, change: &RowChange) -> Result<(), EngineError> {
        self.turn_to(&change.table)?;
        let Some((_, ready)) = &self.current else { return Ok(()) };
        if let Some(transactions) = &mut self.transactions {
            transactions.before_row(&self.sink)?;
        }
        let mut out = Out { ready, sink: &mut self.sink, scratch: &mut self.scratch };
        match (&change.before, &change.after) {
            (Some(before), Some(after)) if self.preparer.split_updates && ready.prepared.moves_identity(before, after) => {
                // Split in two so that the old key gets its tombstone (TiCDC's default).
                let (delete, insert) = (half(change, true), half(change, false));
                out.send(None, &delete, before)?;
                out.send(Some(Op::Insert), &insert, after)
            }
            (Some(_), Some(after)) => out.send(Some(Op::Update), change, after),
            (None, Some(after)) => out.send(Some(Op::Insert), change, after),
            (Some(before), None) => out.send(None, change, before),
            (None, None) => Ok(()),
        }
    }

    /// Makes this table the current one; none is when its rows are not sent.
    fn turn_to(&mut self, table: &Arc<TableModel>) -> Result<(), EngineError> {
        let address = address(table);
        if self.current.as_ref().is_some_and(|(current, _)| *current == address) {
            return Ok(());
        }
        self.current = None;
        if !self.prepared.contains_key(&address) {
            if table.ineligible().is_some() {
                return Ok(());
            }
            // A registry may take long: the rows before it need not wait.
            self.sink.hand_over()?;
            let prepare = self.stop.run_until_cancelled(self.preparer.prepare(table));
            let Some(prepared) = self.runtime.block_on(prepare) else {
                self.sink.halt();
                return Ok(());
            };
            self.keep(prepared?)?;
        }
        self.current = self.prepared.get(&address).map(|ready| (address, Arc::clone(ready)));
        Ok(())
    }
}

/// Names a definition, as long as it is kept alive.
fn address(table: &Arc<TableModel>) -> usize {
    Arc::as_ptr(table) as usize
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

/// A table's way out.
struct Out<'a> {
    ready: &'a Ready,
    sink: &'a mut KafkaSink,
    scratch: &'a mut Vec<u8>,
}

impl Out<'_> {
    /// Sends a row; without an operation, its tombstone.
    fn send(&mut self, op: Option<Op>, change: &RowChange, row: &Row) -> Result<(), EngineError> {
        let Ready { prepared, topic } = self.ready;
        let to = Outgoing {
            topic: *topic,
            partition: prepared.route.partition.partition(change, prepared.to.partitions, self.scratch),
            max_message_bytes: prepared.to.max_message_bytes,
            row: Accepted { table: prepared.figures_index, bytes: 0, commit_ts: change.commit_ts, tombstone: op.is_none() },
        };
        let key = |out: &mut Vec<u8>| prepared.plan.encode_key(row, prepared.key_id, out);
        let value = |out: &mut Vec<u8>| match op {
            Some(op) => prepared.plan.encode_value(op, row, change.commit_ts, prepared.value_id, out),
            None => Ok(()),
        };
        self.sink.send(to, key, value).map_err(|error| sent(&prepared.table, error))
    }
}

fn sent(table: &TableModel, error: SendError) -> EngineError {
    match error {
        SendError::Encode(error) => encode_error(table, error),
        SendError::Other(error) => error,
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
