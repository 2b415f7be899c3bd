//! Checkpoints: the place from which a pipeline goes on, and the tables as they were there.

use super::{CHECKPOINTS, DEFINITIONS, SCHEMAS, Store, StoreError, decode, definitions, definitions::Definitions, encode};
use crate::engine::position::Position;
use redb::ReadableTable;
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

/// A checkpoint as it is kept: form 1 had no version and no epoch, and all definitions in one record.
#[derive(Serialize, Deserialize)]
struct Record {
    #[serde(default = "first_form")]
    version: u32,
    #[serde(flatten)]
    checkpoint: StoredCheckpoint,
    /// Which definitions hold there, see `definitions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    epoch: Option<u64>,
}

const FORM: u32 = 2;

fn first_form() -> u32 {
    1
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
        let Record { version, checkpoint, epoch } = decode(pipeline, &bytes)?;
        if version > FORM {
            return Err(StoreError::Newer { key: pipeline.to_owned(), version });
        }
        let tables = match epoch {
            Some(epoch) => self.definitions_at(pipeline, epoch)?,
            None => self.get(SCHEMAS, pipeline)?.map(|bytes| decode(pipeline, &bytes)).transpose()?.unwrap_or_default(),
        };
        Ok(Some((checkpoint, tables)))
    }

    /// Moves a checkpoint; `definitions` only when they changed since the last call. Both become durable together.
    ///
    /// # Errors
    /// The disk cannot be written; the old checkpoint still holds.
    pub fn put_checkpoint(
        &self,
        pipeline: &str,
        checkpoint: &StoredCheckpoint,
        definitions: Option<&Definitions>,
    ) -> Result<(), StoreError> {
        self.with_database(|database| {
            let transaction = database.begin_write()?;
            {
                let mut checkpoints = transaction.open_table(CHECKPOINTS)?;
                let epoch = match definitions {
                    Some(definitions) => Some(definitions.epoch),
                    // A record that cannot be read has no epoch to keep.
                    None => checkpoints.get(pipeline)?.and_then(|old| serde_json::from_slice::<Record>(old.value()).ok()?.epoch),
                };
                let record = Record { version: FORM, checkpoint: checkpoint.clone(), epoch };
                checkpoints.insert(pipeline, encode(&record).as_slice())?;
            }
            if let Some(definitions) = definitions {
                let mut versions = transaction.open_table(DEFINITIONS)?;
                definitions::insert(&mut versions, pipeline, definitions)?;
                definitions::prune(&mut versions, pipeline, definitions)?;
                transaction.open_table(SCHEMAS)?.remove(pipeline)?;
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
            definitions::remove(&mut transaction.open_table(DEFINITIONS)?, pipeline)?;
            transaction.commit()?;
            Ok(())
        })
    }
}
