//! State on disk: documents, checkpoints, journals of launches and sealed secrets, in one redb file below the data directory.
//!
//! Every write is one transaction, durable before the call returns. After an I/O error (a full disk) redb refuses
//! further work on the open database; `Store` then opens it anew on the next call, so that a disk made free again
//! needs no restart.

mod checkpoint;
mod definitions;
mod key;
mod launches;
mod pipelines;
mod secrets;

pub use checkpoint::StoredCheckpoint;
pub use definitions::{DefinitionChanges, Definitions};
pub use launches::{Act, LaunchRecord};
pub use pipelines::PipelineRecord;
pub use secrets::{ResolveError, resolve_outside};

use redb::{Database, DatabaseError, ReadableDatabase, TableDefinition};
use std::{
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

const FILE: &str = "studio.redb";
/// The database keeps this much of itself in memory, bytes. redb's default is 1 GiB, which is all that a pipeline may use.
const CACHE: usize = 32 << 20;

const PIPELINES: TableDefinition<&str, &[u8]> = TableDefinition::new("pipelines");
const CHECKPOINTS: TableDefinition<&str, &[u8]> = TableDefinition::new("checkpoints");
const SCHEMAS: TableDefinition<&str, &[u8]> = TableDefinition::new("schemas");
/// By pipeline and table, and epoch.
const DEFINITIONS: TableDefinition<(&str, u64), &[u8]> = TableDefinition::new("definitions");
const SECRETS: TableDefinition<&str, &[u8]> = TableDefinition::new("secrets");
const LAUNCHES: TableDefinition<&str, &[u8]> = TableDefinition::new("launches");

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("cannot use the data directory `{}`", path.display())]
    Directory { path: PathBuf, source: std::io::Error },
    #[error("`{}` is in use by another changefeed-studio; stop it or choose another --data-dir", path.display())]
    InUse { path: PathBuf },
    #[error("cannot open `{}`", path.display())]
    Open { path: PathBuf, source: Box<DatabaseError> },
    #[error("cannot write the studio's state; is the disk full or read-only?")]
    Write(#[source] Box<redb::Error>),
    #[error("the stored record `{key}` cannot be read")]
    Damaged { key: String, source: serde_json::Error },
    #[error("the stored record `{key}` was written by a newer changefeed-studio (its form is {version})")]
    Newer { key: String, version: u32 },
    #[error("the secret key in `{origin}` is not usable: {reason}")]
    Key { origin: String, reason: String },
    #[error("the stored secret `{name}` cannot be opened with this key")]
    Sealed { name: String },
}

/// The studio's state. Cheap calls, but they block on the disk: call from `spawn_blocking` where it matters.
pub struct Store {
    directory: PathBuf,
    database: Mutex<Option<Database>>,
    key: key::SealingKey,
}

impl Store {
    /// Opens (or makes) the state below `directory`.
    ///
    /// # Errors
    /// The directory cannot be made or written, another process has it, the file is damaged, or the key is unusable.
    pub fn open(directory: &Path) -> Result<Self, StoreError> {
        make_private_directory(directory).map_err(|source| StoreError::Directory { path: directory.to_owned(), source })?;
        let database = open_database(directory)?;
        let key = key::SealingKey::load(directory)?;
        Ok(Self { directory: directory.to_owned(), database: Mutex::new(Some(database)), key })
    }

    /// Where the state is; embedded services and sources keep their own files below it.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn with_database<T>(&self, work: impl Fn(&Database) -> Result<T, redb::Error>) -> Result<T, StoreError> {
        let mut slot = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = slot.as_ref() {
            match work(database) {
                Ok(value) => return Ok(value),
                Err(redb::Error::PreviousIo) => {}
                Err(error) => return Err(StoreError::Write(Box::new(error))),
            }
        }
        // Closed before it is opened again: redb holds a file lock.
        *slot = None;
        let database = slot.insert(open_database(&self.directory)?);
        work(database).map_err(|error| StoreError::Write(Box::new(error)))
    }

    fn put(&self, table: TableDefinition<&str, &[u8]>, key: &str, value: &[u8]) -> Result<(), StoreError> {
        self.with_database(|database| {
            let transaction = database.begin_write()?;
            transaction.open_table(table)?.insert(key, value)?;
            transaction.commit()?;
            Ok(())
        })
    }

    fn get(&self, table: TableDefinition<&str, &[u8]>, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.with_database(|database| Ok(database.begin_read()?.open_table(table)?.get(key)?.map(|v| v.value().to_vec())))
    }
}

fn open_database(directory: &Path) -> Result<Database, StoreError> {
    let path = directory.join(FILE);
    let database = Database::builder().set_cache_size(CACHE).create(&path).map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::InUse { path: path.clone() },
        DatabaseError::Storage(redb::StorageError::Io(source)) => StoreError::Directory { path: directory.to_owned(), source },
        error => StoreError::Open { path: path.clone(), source: Box::new(error) },
    })?;
    // All tables exist from the start, so that reading never meets a missing one. A file that has them is not written
    // to: a full disk must not keep the studio from starting and saying so.
    let tables = [PIPELINES, CHECKPOINTS, SCHEMAS, SECRETS, LAUNCHES];
    let complete = || -> Result<(), redb::Error> {
        let transaction = database.begin_read()?;
        tables.into_iter().try_for_each(|table| transaction.open_table(table).map(drop))?;
        transaction.open_table(DEFINITIONS)?;
        Ok(())
    };
    let make_tables = || -> Result<(), redb::Error> {
        let transaction = database.begin_write()?;
        for table in tables {
            transaction.open_table(table)?;
        }
        transaction.open_table(DEFINITIONS)?;
        transaction.commit()?;
        Ok(())
    };
    if complete().is_err() {
        make_tables().map_err(|error| StoreError::Write(Box::new(error)))?;
    }
    Ok(database)
}

/// The data directory holds keys and rows' places: nobody else needs to look.
fn make_private_directory(directory: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

fn decode<T: serde::de::DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(|source| StoreError::Damaged { key: key.to_owned(), source })
}

fn encode<T: serde::Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("records have string keys and no failing Serialize")
}
