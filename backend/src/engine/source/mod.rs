//! Sources: where row changes come from, in commit order.

pub mod mysql;
pub mod tpcc;

use super::{error::EngineError, position::Position};
use async_trait::async_trait;
use shared::{
    api::{LogEntry, TableListing},
    row::{CommitTs, RowChange},
    schema::TableModel,
};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_util::sync::CancellationToken;

/// What a source says, in order.
#[derive(Debug)]
pub enum SourceEvent {
    /// A row; rows of one transaction are consecutive and share a commit-ts.
    Change(RowChange),
    /// The definition that later rows of this table have. Sent for each table before its first row, and after each DDL.
    Table(Arc<TableModel>),
    /// A table is gone (DROP, or renamed away).
    TableGone { schema: String, name: String },
    /// All before this is complete transactions: a restart at `position` sends nothing twice that came before it.
    Resolved { position: Position, commit_ts: CommitTs },
    /// The source reads: from now on its silence means that nothing changes. Said once a run; until then it may still be looking for its
    /// server, or be in the middle of an initial load.
    Reads,
    /// For the pipeline's log.
    Note(LogEntry),
}

/// Events that travel together; their memory is given back when the batch is dropped by its reader.
#[derive(Debug)]
pub struct SourceBatch {
    pub events: Vec<SourceEvent>,
    _memory: Option<OwnedSemaphorePermit>,
}

/// A source's way out. Bounded by memory: a slow sink makes `send` wait, and with it the source.
#[derive(Clone)]
pub struct SourceSender {
    out: mpsc::Sender<SourceBatch>,
    memory: Arc<Semaphore>,
    capacity: u32,
}

/// The pipeline is going down; the source should return `Ok(())`.
#[derive(Debug, thiserror::Error)]
#[error("the pipeline no longer reads")]
pub struct Closed;

impl SourceSender {
    /// A channel that holds at most about `memory_bytes` of rows.
    #[must_use]
    pub fn bounded(memory_bytes: u32) -> (Self, mpsc::Receiver<SourceBatch>) {
        let (out, rows) = mpsc::channel(64);
        (Self { out, memory: Arc::new(Semaphore::new(memory_bytes as usize)), capacity: memory_bytes }, rows)
    }

    /// Sends a batch: best some hundred rows, or what came in together. Waits while the budget is used up.
    ///
    /// # Errors
    /// `Closed` when nobody reads any more.
    pub async fn send(&self, events: Vec<SourceEvent>) -> Result<(), Closed> {
        let bytes: usize = events.iter().map(|e| if let SourceEvent::Change(c) = e { c.memory() } else { 64 }).sum();
        // A batch larger than the whole budget still has to pass: it takes all of it.
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX).min(self.capacity);
        let permit = Arc::clone(&self.memory).acquire_many_owned(bytes).await.map_err(|_| Closed)?;
        self.out.send(SourceBatch { events, _memory: Some(permit) }).await.map_err(|_| Closed)
    }
}

/// Where to begin: the checkpoint, or what the document says when there is none yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begin {
    Checkpoint {
        position: Position,
        commit_ts: CommitTs,
        /// The tables that `Table` and `TableGone` events had built up at this position.
        schemas: Vec<TableModel>,
    },
    Fresh(shared::config::StartFrom),
}

/// One run of a source, from a place until told to stop.
///
/// Implementors guarantee: rows in commit order; every transaction after the starting place, whole, exactly in the
/// order the database committed them; `Resolved` after each transaction or group of them (at least twice a second
/// while idle if the position moves); `Reads` as soon as it does; after `stop` is cancelled, return `Ok` within a second.
#[async_trait]
pub trait Source: Send + 'static {
    /// # Errors
    /// What ended the stream; `EngineError::kind` decides whether it is started again from the checkpoint.
    async fn run(self: Box<Self>, begin: Begin, out: SourceSender, stop: CancellationToken) -> Result<(), EngineError>;
}

/// What can be asked of a source without running it: for the editor and for checks.
#[async_trait]
pub trait Inspect: Send + Sync {
    /// The tables there are, and the server's name and version.
    ///
    /// # Errors
    /// Not reachable, refused, or not usable as a source.
    async fn tables(&self) -> Result<(String, Vec<TableListing>), EngineError>;

    /// Everything that must be right before a launch (rights, binlog settings); empty when all is well.
    async fn check(&self) -> Vec<shared::Finding>;
}

/// Which tables a source should send: `(schema, table)`. The others' rows are skipped as early as possible.
pub type Wanted = Arc<dyn Fn(&str, &str) -> bool + Send + Sync>;
