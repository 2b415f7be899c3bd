//! Changes of table definitions on their way to the checkpoint: rows after it must be read with the definitions of then, not of now.

use crate::store::{DefinitionChanges, Definitions};
use shared::schema::TableModel;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What changed with each epoch and is not yet in a checkpoint. Only changes are held, never all definitions.
#[derive(Default)]
pub(super) struct History {
    epochs: Mutex<BTreeMap<u64, Arc<DefinitionChanges>>>,
}

impl History {
    pub(super) fn beginning(begin: Definitions) -> Self {
        Self { epochs: Mutex::new(begin.changes.into_iter().collect()) }
    }

    pub(super) fn put(&self, epoch: u64, changes: DefinitionChanges) {
        self.lock().insert(epoch, Arc::new(changes));
    }

    /// The changes behind `after` that lead to `epoch`.
    pub(super) fn between(&self, after: Option<u64>, epoch: u64) -> Definitions {
        let from = after.map_or(0, |after| after + 1);
        let changes =
            self.lock().range(from..=epoch.max(from)).filter(|(at, _)| **at <= epoch).map(|(at, c)| (*at, Arc::clone(c))).collect();
        Definitions { epoch, changes }
    }

    /// The changes that lead to `epoch`; forgets them, since checkpoints only move on.
    pub(super) fn take(&self, epoch: u64) -> Definitions {
        let mut epochs = self.lock();
        let later = epochs.split_off(&(epoch + 1));
        let changes = std::mem::replace(&mut *epochs, later).into_iter().collect();
        Definitions { epoch, changes }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<u64, Arc<DefinitionChanges>>> {
        self.epochs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stands for what a definition says, however a source numbers it. All definitions themselves are held by the source, and a second time
/// would be hundreds of megabytes with 100,000 tables.
pub(super) type Digest = [u8; 32];

pub(super) fn digest(table: &TableModel) -> Digest {
    struct Sink(openssl::sha::Sha256);
    impl std::io::Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let TableModel { schema, name, columns, indexes, charset, version: _ } = table;
    let mut sink = Sink(openssl::sha::Sha256::new());
    serde_json::to_writer(&mut sink, &(schema, name, columns, indexes, charset)).expect("a definition has a JSON form");
    sink.0.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use shared::schema::ddl::parse_create_table;

    #[test]
    fn a_definition_is_the_same_under_another_number_and_another_with_another_column() {
        let table = |columns| parse_create_table(&format!("CREATE TABLE shop.t (id INT PRIMARY KEY{columns})"), "shop").unwrap();
        let renumbered = TableModel { version: 77, ..table("") };
        assert_eq!(digest(&table("")), digest(&renumbered));
        assert_ne!(digest(&table("")), digest(&table(", n INT")));
    }

    fn changes(name: &str) -> DefinitionChanges {
        [(("shop".to_owned(), name.to_owned()), None)].into()
    }

    #[test]
    fn a_checkpoint_takes_the_changes_up_to_its_epoch_and_leaves_the_rest() {
        let history = History::beginning(Definitions { epoch: 4, changes: vec![(4, Arc::new(changes("a")))] });
        history.put(5, changes("b"));
        history.put(6, changes("c"));
        let epochs = |d: Definitions| d.changes.iter().map(|(epoch, _)| *epoch).collect::<Vec<_>>();
        assert_eq!(epochs(history.between(None, 5)), [4, 5]);
        assert_eq!(epochs(history.between(Some(5), 5)), [0_u64; 0]);
        assert_eq!(epochs(history.between(Some(4), 6)), [5, 6]);
        assert_eq!(epochs(history.take(5)), [4, 5]);
        assert_eq!(epochs(history.take(9)), [6]);
        assert_eq!(epochs(history.take(9)), [0_u64; 0]);
    }
}
