//! Saved pipelines.

use super::{CHECKPOINTS, DEFINITIONS, LAUNCHES, PIPELINES, SCHEMAS, SECRETS, Store, StoreError, decode, encode};
use redb::{ReadableDatabase, ReadableTable};
use serde::{Deserialize, Serialize};
use shared::{Finding, api::PipelineState, config::Pipeline};

/// A pipeline as it is kept. Secrets are references.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PipelineRecord {
    pub document: Pipeline,
    /// As the user wrote it, comments and all; equals `document` in meaning.
    pub toml: String,
    /// What it should be doing; `Running` starts again with the studio.
    pub state: PipelineState,
    /// Why it failed, for `Failed`.
    pub message: Option<Finding>,
}

impl Store {
    /// All saved pipelines, by name.
    ///
    /// # Errors
    /// The disk cannot be read or a record is damaged.
    pub fn pipelines(&self) -> Result<Vec<PipelineRecord>, StoreError> {
        let rows = self.with_database(|database| {
            let transaction = database.begin_read()?;
            let table = transaction.open_table(PIPELINES)?;
            table
                .iter()?
                .map(|row| row.map(|(k, v)| (k.value().to_owned(), v.value().to_vec())).map_err(Into::into))
                .collect::<Result<Vec<_>, redb::Error>>()
        })?;
        rows.iter().map(|(key, bytes)| decode(key, bytes)).collect()
    }

    /// # Errors
    /// The disk cannot be read or the record is damaged.
    pub fn pipeline(&self, name: &str) -> Result<Option<PipelineRecord>, StoreError> {
        self.get(PIPELINES, name)?.map(|bytes| decode(name, &bytes)).transpose()
    }

    /// # Errors
    /// The disk cannot be written.
    pub fn put_pipeline(&self, record: &PipelineRecord) -> Result<(), StoreError> {
        self.put(PIPELINES, &record.document.name, &encode(record))
    }

    /// Forgets a pipeline, its checkpoint, its launch and the secrets that were sealed for it, all or nothing.
    ///
    /// # Errors
    /// The disk cannot be written.
    pub fn remove_pipeline(&self, name: &str) -> Result<(), StoreError> {
        let prefix = format!("{name}/");
        self.with_database(|database| {
            let transaction = database.begin_write()?;
            for table in [PIPELINES, LAUNCHES] {
                transaction.open_table(table)?.remove(name)?;
            }
            for table in [CHECKPOINTS, SCHEMAS] {
                transaction.open_table(table)?.retain(|key, _| !super::checkpoint::is_of(key, name))?;
            }
            super::definitions::remove(&mut transaction.open_table(DEFINITIONS)?, name)?;
            transaction.open_table(SECRETS)?.retain(|key, _| !key.starts_with(&prefix))?;
            transaction.commit()?;
            Ok(())
        })
    }
}
