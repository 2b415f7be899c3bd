//! Table definitions, version by version, so that a DDL among 100,000 tables writes one definition and not all of them.
//!
//! An **epoch** numbers the changes of a pipeline's definitions and only ever goes up, from run to run. What holds at an epoch is,
//! for each table, its newest version that is not later. A checkpoint names its epoch; when it moves on, versions go that nobody
//! can ask for any more.

use super::{DEFINITIONS, SCHEMAS, Store, StoreError, decode, encode};
use redb::{ReadableDatabase, ReadableTable, Table};
use serde::{Deserialize, Serialize};
use shared::schema::TableModel;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Tables by schema and name; `None`: gone.
pub type DefinitionChanges = BTreeMap<(String, String), Option<Arc<TableModel>>>;

/// The changes that lead to an epoch, each with its own.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    pub epoch: u64,
    pub changes: Vec<(u64, Arc<DefinitionChanges>)>,
}

/// A version as it is kept; one of a table that is gone is empty.
#[derive(Serialize)]
struct Version<'a> {
    version: u32,
    table: &'a TableModel,
}

#[derive(Deserialize)]
struct StoredVersion {
    version: u32,
    table: TableModel,
}

const FORM: u32 = 1;

fn encode_version(table: Option<&TableModel>) -> Vec<u8> {
    table.map_or_else(Vec::new, |table| encode(&Version { version: FORM, table }))
}

fn decode_version(key: &str, bytes: &[u8]) -> Result<TableModel, StoreError> {
    let StoredVersion { version, table } = decode(key, bytes)?;
    if version > FORM { Err(StoreError::Newer { key: key.to_owned(), version }) } else { Ok(table) }
}

/// Names of pipelines have no slash, names of tables no NUL.
fn key_of(pipeline: &str, schema: &str, name: &str) -> String {
    format!("{pipeline}/{schema}\0{name}")
}

/// Calls `each` with every version of a pipeline's tables: key, epoch, bytes. Those of a table follow each other, oldest first.
fn scan<E: From<redb::StorageError>>(
    versions: &impl ReadableTable<(&'static str, u64), &'static [u8]>,
    pipeline: &str,
    mut each: impl FnMut(&str, u64, &[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let prefix = format!("{pipeline}/");
    for row in versions.range((prefix.as_str(), 0)..)? {
        let (key, bytes) = row?;
        let (key, epoch) = key.value();
        if !key.starts_with(&prefix) {
            break;
        }
        each(key, epoch, bytes.value())?;
    }
    Ok(())
}

/// Either side of the closure that redb's work is done in.
enum Failed {
    Database(redb::Error),
    Record(StoreError),
}

impl From<redb::StorageError> for Failed {
    fn from(error: redb::StorageError) -> Self {
        Self::Database(error.into())
    }
}

impl Store {
    /// The definitions that hold at an epoch, by schema and name.
    pub(super) fn definitions_at(&self, pipeline: &str, at: u64) -> Result<Vec<TableModel>, StoreError> {
        self.with_database(|database| {
            let transaction = database.begin_read()?;
            let versions = transaction.open_table(DEFINITIONS)?;
            let mut tables = Vec::new();
            let mut newest: (String, Vec<u8>) = Default::default();
            let take = |(key, bytes): &(String, Vec<u8>), tables: &mut Vec<TableModel>| {
                if !bytes.is_empty() {
                    tables.push(decode_version(key, bytes).map_err(Failed::Record)?);
                }
                Ok::<_, Failed>(())
            };
            let scanned = scan(&versions, pipeline, |key, epoch, bytes| {
                if newest.0 != key {
                    take(&newest, &mut tables)?;
                    newest.0.clear();
                    newest.0.push_str(key);
                    newest.1.clear();
                }
                if epoch <= at {
                    newest.1.clear();
                    newest.1.extend_from_slice(bytes);
                }
                Ok(())
            });
            match scanned.and_then(|()| take(&newest, &mut tables)) {
                Ok(()) => Ok(Ok(tables)),
                Err(Failed::Record(error)) => Ok(Err(error)),
                Err(Failed::Database(error)) => Err(error),
            }
        })?
    }

    /// What a run must change so that `known`, the definitions at its start, are the newest: nothing, unless a run before wrote
    /// versions that its checkpoint never came to, or `known` comes from a store of before there were versions.
    ///
    /// # Errors
    /// The disk cannot be read.
    pub fn definitions_to_begin(&self, pipeline: &str, known: &[TableModel]) -> Result<Definitions, StoreError> {
        self.with_database(|database| {
            let transaction = database.begin_read()?;
            let versions = transaction.open_table(DEFINITIONS)?;
            let mut missing: HashMap<String, &TableModel> =
                known.iter().map(|table| (key_of(pipeline, &table.schema, &table.name), table)).collect();
            let (mut epoch, mut changes) = (0, DefinitionChanges::new());
            let mut newest: (String, Vec<u8>) = Default::default();
            let mut settle = |(key, bytes): &(String, Vec<u8>), missing: &mut HashMap<String, &TableModel>| {
                let wanted = missing.remove(key);
                let same = wanted.map_or(bytes.is_empty(), |table| encode_version(Some(table)) == *bytes);
                let name = key.strip_prefix(pipeline).and_then(|rest| rest.strip_prefix('/')).and_then(|rest| rest.split_once('\0'));
                if let (false, Some((schema, name))) = (same, name) {
                    changes.insert((schema.to_owned(), name.to_owned()), wanted.map(|table| Arc::new(table.clone())));
                }
            };
            scan::<redb::Error>(&versions, pipeline, |key, at, bytes| {
                if newest.0 != key {
                    settle(&newest, &mut missing);
                    newest.0.clear();
                    newest.0.push_str(key);
                }
                newest.1.clear();
                newest.1.extend_from_slice(bytes);
                epoch = epoch.max(at);
                Ok(())
            })?;
            settle(&newest, &mut missing);
            changes.extend(missing.into_values().map(|table| ((table.schema.clone(), table.name.clone()), Some(Arc::new(table.clone())))));
            if changes.is_empty() {
                return Ok(Definitions { epoch, changes: Vec::new() });
            }
            Ok(Definitions { epoch: epoch + 1, changes: vec![(epoch + 1, Arc::new(changes))] })
        })
    }

    /// Keeps versions before a position that needs them is in Kafka.
    ///
    /// # Errors
    /// The disk cannot be written.
    pub fn put_definitions(&self, pipeline: &str, definitions: &Definitions) -> Result<(), StoreError> {
        self.with_database(|database| {
            let transaction = database.begin_write()?;
            insert(&mut transaction.open_table(DEFINITIONS)?, pipeline, definitions)?;
            transaction.commit()?;
            Ok(())
        })
    }

    /// The definitions that a position in Kafka names: an epoch, or a whole set of before there were epochs.
    ///
    /// # Errors
    /// The disk cannot be read or a record is damaged.
    pub fn definitions_named(&self, pipeline: &str, name: &str) -> Result<Vec<TableModel>, StoreError> {
        if let Ok(epoch) = name.parse() {
            return self.definitions_at(pipeline, epoch);
        }
        let key = format!("{pipeline}/{name}");
        self.get(SCHEMAS, &key)?.map_or(Ok(Vec::new()), |bytes| decode(&key, &bytes))
    }

    /// Forgets the whole sets that positions in Kafka named before there were epochs: none does any more.
    ///
    /// # Errors
    /// The disk cannot be written.
    pub fn forget_schema_sets(&self, pipeline: &str) -> Result<(), StoreError> {
        let prefix = format!("{pipeline}/");
        self.with_database(|database| {
            let transaction = database.begin_write()?;
            transaction.open_table(SCHEMAS)?.retain(|key, _| !key.starts_with(&prefix))?;
            transaction.commit()?;
            Ok(())
        })
    }
}

/// Adds versions; one that is there already is the same.
pub(super) fn insert(versions: &mut Table<(&str, u64), &[u8]>, pipeline: &str, definitions: &Definitions) -> Result<(), redb::Error> {
    for (epoch, changes) in &definitions.changes {
        for ((schema, name), table) in changes.iter() {
            let key = key_of(pipeline, schema, name);
            if versions.get((key.as_str(), *epoch))?.is_none() {
                versions.insert((key.as_str(), *epoch), encode_version(table.as_deref()).as_slice())?;
            }
        }
    }
    Ok(())
}

/// Of the tables that changed, forgets what came before the version that holds at the epoch.
pub(super) fn prune(versions: &mut Table<(&str, u64), &[u8]>, pipeline: &str, definitions: &Definitions) -> Result<(), redb::Error> {
    for (schema, name) in definitions.changes.iter().flat_map(|(_, changes)| changes.keys()) {
        let key = key_of(pipeline, schema, name);
        let mut held = Vec::new();
        for row in versions.range((key.as_str(), 0)..=(key.as_str(), definitions.epoch))? {
            let (key, bytes) = row?;
            held.push((key.value().1, bytes.value().is_empty()));
        }
        // The last one holds; that a table is gone need not be told when nothing is left to come back.
        if held.last().is_some_and(|(_, gone)| !gone) {
            held.pop();
        }
        for (epoch, _) in held {
            versions.remove((key.as_str(), epoch))?;
        }
    }
    Ok(())
}

/// Forgets all of a pipeline's.
pub(super) fn remove(versions: &mut Table<(&str, u64), &[u8]>, pipeline: &str) -> Result<(), redb::Error> {
    let prefix = format!("{pipeline}/");
    Ok(versions.retain(|(key, _), _| !key.starts_with(&prefix))?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{
        engine::position::Position,
        store::{CHECKPOINTS, StoredCheckpoint},
    };
    use shared::{row::CommitTs, schema::ddl::parse_create_table};

    fn table(name: &str, columns: &str) -> TableModel {
        parse_create_table(&format!("CREATE TABLE shop.{name} (id INT PRIMARY KEY{columns})"), "shop").unwrap()
    }

    fn change(epoch: u64, name: &str, table: Option<TableModel>) -> (u64, Arc<DefinitionChanges>) {
        (epoch, Arc::new([(("shop".to_owned(), name.to_owned()), table.map(Arc::new))].into()))
    }

    fn at(transaction: u64) -> StoredCheckpoint {
        StoredCheckpoint { position: Position::Tpcc { transaction, loaded: 0 }, commit_ts: CommitTs(transaction), at_ms: 0 }
    }

    fn open() -> (tempfile::TempDir, Store) {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        (directory, store)
    }

    fn names(tables: &[TableModel]) -> Vec<String> {
        tables.iter().map(|table| format!("{}:{}", table.name, table.columns.len())).collect()
    }

    fn versions(store: &Store) -> usize {
        let count = |database: &redb::Database| Ok(redb::ReadableTableMetadata::len(&database.begin_read()?.open_table(DEFINITIONS)?)?);
        usize::try_from(store.with_database(count).unwrap()).unwrap()
    }

    #[test]
    fn each_epoch_has_its_own_definitions_until_the_checkpoint_has_moved_past_it() {
        let (_directory, store) = open();
        let all = Definitions {
            epoch: 3,
            changes: vec![
                change(1, "a", Some(table("a", ""))),
                change(1, "b", Some(table("b", ""))),
                change(2, "a", Some(table("a", ", n INT"))),
                change(3, "b", None),
            ],
        };
        store.put_definitions("p", &all).unwrap();
        store.put_definitions("p2", &Definitions { epoch: 1, changes: vec![change(1, "x", Some(table("x", "")))] }).unwrap();
        let cases: [(u64, &[&str]); 4] = [(0, &[]), (1, &["a:1", "b:1"]), (2, &["a:2", "b:1"]), (3, &["a:2"])];
        for (epoch, expected) in cases {
            assert_eq!(names(&store.definitions_at("p", epoch).unwrap()), expected, "{epoch}");
        }
        store.put_checkpoint("p", &at(2), Some(&Definitions { epoch: 2, changes: all.changes[..3].to_vec() })).unwrap();
        assert_eq!(names(&store.checkpoint("p").unwrap().unwrap().1), ["a:2", "b:1"]);
        assert_eq!(names(&store.definitions_at("p", 3).unwrap()), ["a:2"]);
        store.put_checkpoint("p", &at(3), Some(&all)).unwrap();
        assert_eq!((names(&store.checkpoint("p").unwrap().unwrap().1), versions(&store)), (vec!["a:2".to_owned()], 2));
        store.remove_checkpoint("p").unwrap();
        assert_eq!((versions(&store), names(&store.definitions_at("p2", 9).unwrap())), (1, vec!["x:1".to_owned()]));
    }

    #[test]
    fn a_checkpoint_that_only_moves_keeps_its_epoch() {
        let (_directory, store) = open();
        let one = Definitions { epoch: 1, changes: vec![change(1, "a", Some(table("a", "")))] };
        store.put_checkpoint("p", &at(1), Some(&one)).unwrap();
        store.put_definitions("p", &Definitions { epoch: 2, changes: vec![change(2, "a", None)] }).unwrap();
        store.put_checkpoint("p", &at(2), None).unwrap();
        let (checkpoint, tables) = store.checkpoint("p").unwrap().unwrap();
        assert_eq!((checkpoint, names(&tables)), (at(2), vec!["a:1".to_owned()]));
    }

    #[test]
    fn what_a_crashed_run_wrote_ahead_does_not_hold_in_the_next_one() {
        let (_directory, store) = open();
        let known = [table("a", ""), table("b", "")];
        let begun = Definitions { epoch: 1, changes: known.iter().map(|t| change(1, &t.name, Some(t.clone()))).collect() };
        store.put_checkpoint("p", &at(1), Some(&begun)).unwrap();
        assert_eq!(store.definitions_to_begin("p", &known).unwrap().changes.len(), 0, "nothing to write after a clean stop");
        let ahead = vec![change(2, "a", Some(table("a", ", n INT"))), change(2, "b", None), change(2, "c", Some(table("c", "")))];
        store.put_definitions("p", &Definitions { epoch: 2, changes: ahead }).unwrap();
        let begin = store.definitions_to_begin("p", &known).unwrap();
        assert_eq!((begin.epoch, begin.changes[0].1.len()), (3, 3));
        store.put_checkpoint("p", &at(2), Some(&begin)).unwrap();
        assert_eq!(store.checkpoint("p").unwrap().unwrap().1, known);
        assert_eq!(versions(&store), 2);
    }

    #[test]
    fn a_checkpoint_of_before_there_were_epochs_is_read_and_then_kept_in_the_new_form() {
        let (_directory, store) = open();
        let known = vec![table("a", ""), table("b", "")];
        store.put(CHECKPOINTS, "p", &encode(&at(7))).unwrap();
        store.put(SCHEMAS, "p", &encode(&known)).unwrap();
        store.put(SCHEMAS, "p/1-4", &encode(&&known[..1])).unwrap();
        assert_eq!(store.checkpoint("p").unwrap().unwrap(), (at(7), known.clone()));
        assert_eq!(store.definitions_named("p", "1-4").unwrap(), known[..1]);
        let begin = store.definitions_to_begin("p", &known).unwrap();
        store.put_checkpoint("p", &at(8), Some(&begin)).unwrap();
        assert_eq!(store.checkpoint("p").unwrap().unwrap(), (at(8), known));
        assert_eq!(store.get(SCHEMAS, "p").unwrap(), None);
        assert!(store.get(SCHEMAS, "p/1-4").unwrap().is_some(), "a position in Kafka may still name it");
        store.forget_schema_sets("p").unwrap();
        assert_eq!(store.get(SCHEMAS, "p/1-4").unwrap(), None);
    }

    #[test]
    fn a_checkpoint_of_a_newer_form_is_refused() {
        let (_directory, store) = open();
        let mut record = serde_json::to_value(at(1)).unwrap();
        record["version"] = 3.into();
        store.put(CHECKPOINTS, "p", &encode(&record)).unwrap();
        assert!(matches!(store.checkpoint("p"), Err(StoreError::Newer { version: 3, .. })));
    }
}
