//! The registry's state in memory with a redb file behind it. A change is on disk before anyone sees it.

use std::path::Path;
use std::sync::{Arc, Mutex, RwLock, RwLockReadGuard};

use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{ApiError, Result};
use super::state::{Change, Settings, State, StoredSchema, Version};

/// Of the rows below; raised when they change shape.
const FORMAT: u32 = 1;

const META: TableDefinition<&str, u32> = TableDefinition::new("meta");
const SCHEMAS: TableDefinition<u32, &[u8]> = TableDefinition::new("schemas");
const VERSIONS: TableDefinition<(&str, u32), &[u8]> = TableDefinition::new("versions");
const SETTINGS: TableDefinition<&str, &[u8]> = TableDefinition::new("settings");

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database failed")]
    Database(#[from] redb::Error),
    #[error("a stored row cannot be read")]
    Row(#[from] serde_json::Error),
    #[error("the file has format {0}, which this version does not know")]
    Format(u32),
}

/// redb has an error type per step; they all convert into its general one.
macro_rules! redb_errors {
    ($($step:ident),*) => { $(impl From<redb::$step> for StoreError {
        fn from(error: redb::$step) -> Self { Self::Database(error.into()) }
    })* };
}
redb_errors!(DatabaseError, TransactionError, TableError, StorageError, CommitError);

#[derive(Clone)]
pub(super) struct Store(Arc<Inner>);

struct Inner {
    database: Database,
    state: RwLock<State>,
    /// Held from decision to application, so that decisions are made one after the other.
    writing: Mutex<()>,
}

impl Store {
    pub fn open(path: &Path) -> std::result::Result<Self, StoreError> {
        let database = Database::create(path)?;
        let begin = database.begin_write()?;
        {
            let mut meta = begin.open_table(META)?;
            let format = meta.get("format")?.map(|format| format.value());
            match format {
                None => drop(meta.insert("format", FORMAT)?),
                Some(FORMAT) => {}
                Some(other) => return Err(StoreError::Format(other)),
            }
            begin.open_table(SCHEMAS)?;
            begin.open_table(VERSIONS)?;
            begin.open_table(SETTINGS)?;
        }
        begin.commit()?;
        let state = RwLock::new(load(&database)?);
        Ok(Self(Arc::new(Inner { database, state, writing: Mutex::new(()) })))
    }

    pub fn read(&self) -> RwLockReadGuard<'_, State> {
        self.0.state.read().expect("no code panics while it changes the state")
    }

    /// Decides on the current state, makes the decision durable, then visible.
    ///
    /// # Errors
    /// The decision's own, or 50001 when the disk refuses; then nothing has changed.
    pub async fn change<T: Send + 'static>(&self, decide: impl FnOnce(&State) -> Result<(T, Vec<Change>)> + Send + 'static) -> Result<T> {
        let store = self.clone();
        // A commit waits for the disk.
        let done = tokio::task::spawn_blocking(move || {
            let _one_at_a_time = store.0.writing.lock().expect("no code panics while it decides");
            let (answer, changes) = decide(&store.read())?;
            if !changes.is_empty() {
                store.persist(&changes).map_err(|error| ApiError::store(&error))?;
                let mut state = store.0.state.write().expect("no code panics while it changes the state");
                changes.into_iter().for_each(|change| state.apply(change));
            }
            Ok(answer)
        });
        done.await.map_err(|error| ApiError::store(&error))?
    }

    fn persist(&self, changes: &[Change]) -> std::result::Result<(), StoreError> {
        let write = self.0.database.begin_write()?;
        {
            let mut schemas = write.open_table(SCHEMAS)?;
            let mut versions = write.open_table(VERSIONS)?;
            let mut settings = write.open_table(SETTINGS)?;
            for change in changes {
                match change {
                    Change::Schema(id, row) => drop(schemas.insert(id, encode(row)?.as_slice())?),
                    Change::Version(subject, number, Some(row)) => {
                        drop(versions.insert((subject.as_str(), *number), encode(row)?.as_slice())?)
                    }
                    Change::Version(subject, number, None) => drop(versions.remove((subject.as_str(), *number))?),
                    Change::Settings(subject, Some(row)) => drop(settings.insert(subject.as_str(), encode(row)?.as_slice())?),
                    Change::Settings(subject, None) => drop(settings.remove(subject.as_str())?),
                }
            }
        }
        Ok(write.commit()?)
    }
}

fn load(database: &Database) -> std::result::Result<State, StoreError> {
    let mut state = State::default();
    let read = database.begin_read()?;
    for row in read.open_table(SCHEMAS)?.iter()? {
        let (id, schema) = row?;
        state.apply(Change::Schema(id.value(), decode::<StoredSchema>(schema.value())?));
    }
    for row in read.open_table(VERSIONS)?.iter()? {
        let (key, version) = row?;
        let (subject, number) = key.value();
        state.apply(Change::Version(subject.to_owned(), number, Some(decode::<Version>(version.value())?)));
    }
    for row in read.open_table(SETTINGS)?.iter()? {
        let (subject, settings) = row?;
        state.apply(Change::Settings(subject.value().to_owned(), Some(decode::<Settings>(settings.value())?)));
    }
    Ok(state)
}

fn encode(row: &impl Serialize) -> std::result::Result<Vec<u8>, serde_json::Error> {
    serde_json::to_vec(row)
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> std::result::Result<T, serde_json::Error> {
    serde_json::from_slice(bytes)
}
