//! The journal of launches: what was begun and what was done, so that a launch goes on after the studio went down at any point.

use super::{LAUNCHES, Store, StoreError, decode, encode};
use redb::{ReadableDatabase, ReadableTable};
use serde::{Deserialize, Serialize};
use shared::{
    api::{LaunchReport, PipelineState},
    config::Pipeline,
};

/// The form of a record that this studio writes, and the newest that it reads.
const VERSION: u32 = 1;

/// What is known of one step's act. Written before the act begins and after it is over; what lies between the two is asked of
/// the system itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Nothing was begun, or what was begun was refused.
    #[default]
    Nothing,
    /// Making it was begun. Whether it was made is not known: look first.
    MakeBegun,
    /// This launch made it.
    Made,
    /// It was there before this launch, which never touches it.
    Existing,
    /// Taking it back was begun; it may be gone.
    UndoBegun,
    /// Taken back.
    Undone,
}

/// A launch as it is kept. Secrets are references.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaunchRecord {
    version: u32,
    /// The document that is launched: the steps mean this one, whatever is saved meanwhile.
    pub document: Pipeline,
    pub report: LaunchReport,
    /// One for each step of the report.
    pub acts: Vec<Act>,
    /// What the pipeline did before; undo puts it back.
    pub before: PipelineState,
}

impl LaunchRecord {
    #[must_use]
    pub fn new(document: Pipeline, report: LaunchReport, before: PipelineState) -> Self {
        let acts = vec![Act::Nothing; report.steps.len()];
        Self { version: VERSION, document, report, acts, before }
    }
}

impl Store {
    /// # Errors
    /// The disk cannot be read, the record is damaged, or a newer studio wrote it.
    pub fn launch(&self, pipeline: &str) -> Result<Option<LaunchRecord>, StoreError> {
        self.get(LAUNCHES, pipeline)?.map(|bytes| read(pipeline, &bytes)).transpose()
    }

    /// The last launch of every pipeline that had one, by name.
    ///
    /// # Errors
    /// The disk cannot be read, a record is damaged, or a newer studio wrote it.
    pub fn launches(&self) -> Result<Vec<LaunchRecord>, StoreError> {
        let rows = self.with_database(|database| {
            let transaction = database.begin_read()?;
            let table = transaction.open_table(LAUNCHES)?;
            table
                .iter()?
                .map(|row| row.map(|(k, v)| (k.value().to_owned(), v.value().to_vec())).map_err(Into::into))
                .collect::<Result<Vec<_>, redb::Error>>()
        })?;
        rows.iter().map(|(key, bytes)| read(key, bytes)).collect()
    }

    /// Durable when it returns: the executor acts only after.
    ///
    /// # Errors
    /// The disk cannot be written.
    pub fn put_launch(&self, record: &LaunchRecord) -> Result<(), StoreError> {
        self.put(LAUNCHES, &record.report.pipeline, &encode(record))
    }
}

/// Only the version is read of a record that this studio may not understand.
fn read(key: &str, bytes: &[u8]) -> Result<LaunchRecord, StoreError> {
    #[derive(Deserialize)]
    struct Head {
        version: u32,
    }
    let Head { version } = decode(key, bytes)?;
    if version > VERSION {
        return Err(StoreError::Newer { key: key.to_owned(), version });
    }
    decode(key, bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use shared::api::LaunchState;

    #[test]
    fn a_record_of_a_newer_studio_is_refused_not_guessed_at() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let report =
            LaunchReport { pipeline: "p".to_owned(), state: LaunchState::Running, steps: Vec::new(), started_ms: 1, ended_ms: None };
        let mut record = LaunchRecord::new(Pipeline::named("p"), report, PipelineState::Draft);
        store.put_launch(&record).unwrap();
        assert_eq!(store.launch("p").unwrap().as_ref(), Some(&record));
        record.version = VERSION + 1;
        store.put_launch(&record).unwrap();
        assert!(matches!(store.launch("p"), Err(StoreError::Newer { version: 2, .. })));
    }

    #[test]
    fn a_removed_pipeline_takes_its_launch_along() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let report = LaunchReport { pipeline: "p".to_owned(), state: LaunchState::Done, steps: Vec::new(), started_ms: 1, ended_ms: None };
        store.put_launch(&LaunchRecord::new(Pipeline::named("p"), report, PipelineState::Draft)).unwrap();
        store.remove_pipeline("p").unwrap();
        assert_eq!(store.launch("p").unwrap(), None);
    }
}
