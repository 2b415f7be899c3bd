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

/// Whether a key of checkpoints or schemas is a pipeline's: names have no slash.
pub(super) fn is_of(key: &str, pipeline: &str) -> bool {
    key.strip_prefix(pipeline).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
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

    /// Who sends exactly once under this pipeline's name: made at the first call, gone with the checkpoint. A position in Kafka
    /// that another launch left behind has another one.
    ///
    /// # Errors
    /// The disk cannot be read or written.
    pub fn exactly_once_id(&self, pipeline: &str) -> Result<String, StoreError> {
        let key = format!("{pipeline}/exactly-once");
        if let Some(bytes) = self.get(CHECKPOINTS, &key)? {
            return decode(&key, &bytes);
        }
        let mut random = [0_u8; 8];
        // Without randomness the time still tells launches apart.
        if getrandom::fill(&mut random).is_err() {
            random = crate::engine::figures::now_ms().to_be_bytes();
        }
        let id = format!("{:016x}", u64::from_be_bytes(random));
        self.put(CHECKPOINTS, &key, &encode(&id))?;
        Ok(id)
    }

    /// Keeps a set of table definitions under a name of its own, before a position that needs it is in Kafka.
    ///
    /// # Errors
    /// The disk cannot be written.
    pub fn put_schema_set(&self, pipeline: &str, digest: &str, schemas: &[TableModel]) -> Result<(), StoreError> {
        self.put(SCHEMAS, &format!("{pipeline}/{digest}"), &encode(&schemas))
    }

    /// A set kept by [`Store::put_schema_set`].
    ///
    /// # Errors
    /// The disk cannot be read or the record is damaged.
    pub fn schema_set(&self, pipeline: &str, digest: &str) -> Result<Option<Vec<TableModel>>, StoreError> {
        let key = format!("{pipeline}/{digest}");
        self.get(SCHEMAS, &key)?.map(|bytes| decode(&key, &bytes)).transpose()
    }

    /// Forgets all sets but one: no position needs them any more.
    ///
    /// # Errors
    /// The disk cannot be written.
    pub fn keep_schema_set(&self, pipeline: &str, digest: &str) -> Result<(), StoreError> {
        let (prefix, kept) = (format!("{pipeline}/"), format!("{pipeline}/{digest}"));
        self.with_database(|database| {
            let transaction = database.begin_write()?;
            transaction.open_table(SCHEMAS)?.retain(|key, _| !key.starts_with(&prefix) || key == kept)?;
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
            for table in [CHECKPOINTS, SCHEMAS] {
                transaction.open_table(table)?.retain(|key, _| !is_of(key, pipeline))?;
            }
            transaction.commit()?;
            Ok(())
        })
    }
}
