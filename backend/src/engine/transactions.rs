//! When a Kafka transaction begins and ends, with exactly-once delivery.
//!
//! A transaction ends at the end of a source's transaction only, so that a position goes with it; and it stays open for a moment,
//! so that its price is shared by many rows. The ledger hears of a mark when the transaction that holds it is committed.

use super::{
    error::EngineError,
    figures::now_ms,
    ledger::{Ledger, Mark},
    pipeline::storage,
    sink::kafka::{KafkaSink, KeptPosition},
};
use crate::store::Store;
use shared::schema::TableModel;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a transaction takes rows: the delay that a consumer of committed rows sees.
const OPEN_FOR: Duration = Duration::from_millis(100);
/// How long a position without rows may wait to be kept: other tables' changes move the binlog on, too.
const IDLE: Duration = Duration::from_secs(5);

/// The transactions of one run.
pub(super) struct Transactions {
    pub name: String,
    pub topic: String,
    pub launch: String,
    pub store: Arc<Store>,
    /// Since when rows are in the open transaction; `None`: none is open.
    open: Option<Instant>,
    /// The end of the last whole source transaction, if it is not kept yet; and since when it waits.
    pending: Option<(Mark, Instant)>,
    /// Rows have come after `pending`.
    within: bool,
    /// Which definitions are kept: their epoch and the name of the set.
    schemas: Option<(u64, String)>,
    /// Tells the sets of this run from those of others.
    run: u64,
    /// The set that the last committed position needs; older ones are gone.
    cleaned: String,
}

impl Transactions {
    pub fn new(name: String, topic: String, launch: String, store: Arc<Store>) -> Self {
        Self { name, topic, launch, store, open: None, pending: None, within: false, schemas: None, run: now_ms(), cleaned: String::new() }
    }

    /// Before a row is handed to the sink.
    pub fn before_row(&mut self, sink: &KafkaSink) -> Result<(), EngineError> {
        if self.open.is_none() {
            sink.begin()?;
            self.open = Some(Instant::now());
        }
        self.within = true;
        Ok(())
    }

    /// At the end of a source's transaction. `tables` are the definitions that hold there.
    pub fn boundary<'a>(
        &mut self,
        mark: Mark,
        sink: &KafkaSink,
        ledger: &Ledger,
        tables: impl Iterator<Item = &'a TableModel>,
    ) -> Result<(), EngineError> {
        if self.schemas.as_ref().is_none_or(|(epoch, _)| *epoch != mark.schema_epoch) {
            self.keep_schemas(mark.schema_epoch, tables)?;
        }
        let since = self.pending.take().map_or_else(Instant::now, |(_, since)| since);
        self.pending = Some((mark, since));
        self.within = false;
        self.commit_if_due(sink, ledger)
    }

    /// How long the writer may wait for more before it has to call [`Transactions::commit_if_due`]; `None`: for ever.
    pub fn patience(&self) -> Option<Duration> {
        let (_, since) = self.pending.as_ref().filter(|_| !self.within)?;
        Some(self.open.map_or(IDLE.saturating_sub(since.elapsed()), |open| OPEN_FOR.saturating_sub(open.elapsed())))
    }

    /// Commits when it is time.
    pub fn commit_if_due(&mut self, sink: &KafkaSink, ledger: &Ledger) -> Result<(), EngineError> {
        if self.patience().is_some_and(|left| left.is_zero()) { self.commit(sink, ledger) } else { Ok(()) }
    }

    /// At the run's end: commits what is whole, gives up the rest.
    pub fn close(&mut self, sink: &KafkaSink, ledger: &Ledger) -> Result<(), EngineError> {
        if self.pending.is_some() && !self.within && self.open.is_some() {
            return self.commit(sink, ledger);
        }
        if self.open.take().is_some() {
            sink.abort();
        }
        Ok(())
    }

    fn commit(&mut self, sink: &KafkaSink, ledger: &Ledger) -> Result<(), EngineError> {
        let Some((mark, _)) = self.pending.take() else { return Ok(()) };
        if self.open.is_none() {
            sink.begin()?;
        }
        let schemas = self.schemas.as_ref().map(|(_, set)| set.clone()).unwrap_or_default();
        let kept = KeptPosition {
            version: 1,
            launch: self.launch.clone(),
            position: mark.position.clone(),
            commit_ts: mark.commit_ts,
            schemas: schemas.clone(),
        };
        self.open = None;
        sink.commit(&self.topic, &kept)?;
        ledger.mark(mark);
        if self.cleaned != schemas {
            self.store.keep_schema_set(&self.name, &schemas).map_err(storage)?;
            self.cleaned = schemas;
        }
        Ok(())
    }

    /// The definitions are on disk before a position in Kafka needs them; those of positions before are kept until then.
    fn keep_schemas<'a>(&mut self, epoch: u64, tables: impl Iterator<Item = &'a TableModel>) -> Result<(), EngineError> {
        let tables: Vec<TableModel> = tables.cloned().collect();
        let set = format!("{}-{epoch}", self.run);
        self.store.put_schema_set(&self.name, &set, &tables).map_err(storage)?;
        self.schemas = Some((epoch, set));
        Ok(())
    }
}
