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
    sink::kafka::KafkaSink,
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
    /// By the address of the definition, which is kept alive in it.
    prepared: HashMap<usize, Prepared>,
    /// Which of them is a table's newest.
    newest: HashMap<TableName, usize>,
    key: Vec<u8>,
    value: Vec<u8>,
    scratch: Vec<u8>,
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
            prepared: HashMap::new(),
            newest: HashMap::new(),
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
            self.prepare_ahead(&batch.events);
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

    /// Prepares the tables that have their first row in a batch together.
    fn prepare_ahead(&mut self, events: &[SourceEvent]) {
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
                self.keep(prepared);
            }
        }
    }

    fn keep(&mut self, prepared: Prepared) {
        let (name, address) = ((prepared.table.schema.clone(), prepared.table.name.clone()), address(&prepared.table));
        self.prepared.insert(address, prepared);
        // Older versions of the table have no rows to come.
        if let Some(older) = self.newest.insert(name, address).filter(|older| *older != address) {
            self.prepared.remove(&older);
        }
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
                    Some(transactions) => transactions.boundary(mark, &self.sink, &self.ledger)?,
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
        let address = address(&change.table);
        if !self.prepared.contains_key(&address) {
            if change.table.ineligible().is_some() {
                return Ok(());
            }
            let prepared = self.runtime.block_on(self.preparer.prepare(&change.table))?;
            self.keep(prepared);
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
