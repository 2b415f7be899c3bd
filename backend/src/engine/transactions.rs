//! When a Kafka transaction begins and ends, with exactly-once delivery.
//!
//! A transaction ends at the end of a source's transaction only, so that a position goes with it; and it stays open for a moment,
//! so that its price is shared by many rows. The ledger hears of a mark when the transaction that holds it is committed.

use super::{
    definitions::History,
    error::EngineError,
    ledger::{Ledger, Mark},
    pipeline::storage,
    sink::kafka::{KafkaSink, KeptPosition, in_time},
};
use crate::store::Store;
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
    history: Arc<History>,
    /// Up to which epoch definitions are kept.
    kept: Option<u64>,
    /// The sets that positions named before there were epochs are gone.
    cleaned: bool,
    /// The run begins at no kept position, and none is kept yet.
    fresh: bool,
}

impl Transactions {
    pub fn new(name: String, topic: String, launch: String, store: Arc<Store>, history: Arc<History>, fresh: bool) -> Self {
        Self { name, topic, launch, store, open: None, pending: None, within: false, history, kept: None, cleaned: false, fresh }
    }

    /// Before a row is handed to the sink.
    pub fn before_row(&mut self, sink: &KafkaSink) -> Result<(), EngineError> {
        match self.open {
            Some(since) => in_time(since.elapsed())?,
            None => {
                sink.begin()?;
                self.open = Some(Instant::now());
            }
        }
        self.within = true;
        Ok(())
    }

    /// At the end of a source's transaction.
    pub fn boundary(&mut self, mark: Mark, sink: &mut KafkaSink, ledger: &Ledger) -> Result<(), EngineError> {
        sink.hand_over()?;
        if sink.has_halted() {
            // Some of its rows are missing: it must not be committed.
            return Ok(());
        }
        if self.kept != Some(mark.schema_epoch) {
            self.keep_definitions(mark.schema_epoch)?;
        }
        if std::mem::take(&mut self.fresh) && self.open.is_none() {
            // Nothing of ours lies before it: kept here at once, or a run that fails before its first commit would begin at another
            // "now", and nobody would send what lies between.
            ledger.mark(mark.clone());
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

    /// After a failure: gives up what is open, so that readers of committed rows need not wait for it.
    pub fn give_up(&mut self, sink: &KafkaSink) {
        if self.open.take().is_some() {
            sink.abort();
        }
    }

    /// At the run's end: commits what is whole, gives up the rest.
    pub fn close(&mut self, sink: &KafkaSink, ledger: &Ledger) -> Result<(), EngineError> {
        if self.pending.is_some() && !self.within && self.open.is_some() {
            return self.commit(sink, ledger);
        }
        self.give_up(sink);
        Ok(())
    }

    fn commit(&mut self, sink: &KafkaSink, ledger: &Ledger) -> Result<(), EngineError> {
        let Some((mark, _)) = self.pending.take() else { return Ok(()) };
        if self.open.is_none() {
            sink.begin()?;
        }
        let kept = KeptPosition {
            version: 1,
            launch: self.launch.clone(),
            position: mark.position.clone(),
            commit_ts: mark.commit_ts,
            schemas: mark.schema_epoch.to_string(),
        };
        self.open = None;
        sink.commit(&self.topic, &kept)?;
        ledger.mark(mark);
        if !std::mem::replace(&mut self.cleaned, true) {
            self.store.forget_schema_sets(&self.name).map_err(storage)?;
        }
        Ok(())
    }

    /// Definitions are on disk before a position in Kafka needs them. Older ones go with the local checkpoint, which comes later.
    fn keep_definitions(&mut self, epoch: u64) -> Result<(), EngineError> {
        let definitions = self.history.between(self.kept, epoch);
        if !definitions.changes.is_empty() {
            self.store.put_definitions(&self.name, &definitions).map_err(storage)?;
        }
        self.kept = Some(epoch);
        Ok(())
    }
}
