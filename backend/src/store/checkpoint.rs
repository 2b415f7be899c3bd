//! Checkpoints: the place from which a pipeline goes on, and the tables as they were there.

use super::{CHECKPOINTS, SCHEMAS, Store, StoreError, decode, encode};
use crate::engine::position::Position;
use serde::{Deserialize, Serialize};
use shared::{row::CommitTs, schema::TableModel};

/// Everything up to here is acknowledged by Kafka.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCheckpoint {
    pub position: Position,
    pub commit_ts: CommitTs,
    /// Milliseconds since 1970.
    pub at_ms: u64,
}

impl Store {
    /// The checkpoint with the tables that hold there.
    ///
    /// # Errors
    /// The disk cannot be read or a record is damaged.
    pub fn checkpoint(&self, pipeline: &str) -> Result<Option<(StoredCheckpoint, Vec<TableModel>)>, StoreError> {
        let Some(bytes) = self.get(CHECKPOINTS, pipeline)? else { return Ok(None) };
        let schemas = self.get(SCHEMAS, pipeline)?.map(|bytes| decode(pipeline, &bytes)).transpose()?;
        Ok(Some((decode(pipeline, &bytes)?, schemas.unwrap_or_default())))
    }

    /// Moves a checkpoint; `schemas` only when they changed since the last call. Both become durable together.
    ///
    /// # Errors
    /// The disk cannot be written; the old checkpoint still holds.
    pub fn put_checkpoint(&self, pipeline: &str, checkpoint: &StoredCheckpoint, schemas: Option<&[TableModel]>) -> Result<(), StoreError> {
        let bytes = encode(checkpoint);
        let schemas = schemas.map(|s| encode(&s));
        self.with_database(|database| {
            let transaction = database.begin_write()?;
            transaction.open_table(CHECKPOINTS)?.insert(pipeline, bytes.as_slice())?;
            if let Some(schemas) = &schemas {
                transaction.open_table(SCHEMAS)?.insert(pipeline, schemas.as_slice())?;
            }
            transaction.commit()?;
            Ok(())
        })
    }

    /// Forgets the checkpoint: the next start is a fresh one.
    ///
    /// # Errors
    /// The disk cannot be written.
    pub fn remove_checkpoint(&self, pipeline: &str) -> Result<(), StoreError> {
        self.with_database(|database| {
            let transaction = database.begin_write()?;
            transaction.open_table(CHECKPOINTS)?.remove(pipeline)?;
            transaction.open_table(SCHEMAS)?.remove(pipeline)?;
            transaction.commit()?;
            Ok(())
        })
    }
}
