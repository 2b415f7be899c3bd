//! Snapshots on disk: `tpcc-<transactions>.state` in the source's directory, each written whole or not at all.

use super::{
    population::Population,
    snapshot::{self, Unusable},
    state::State,
};
use std::{
    fs, io,
    io::Write,
    path::{Path, PathBuf},
};

/// The directory of one source's snapshots.
#[derive(Clone, Debug)]
pub struct StateFiles {
    directory: PathBuf,
}

/// Names of state files that could not be used, and why.
pub type PassedOver = Vec<(String, Unusable)>;

/// What was found, and what had to be passed over on the way.
pub struct Restored {
    pub state: Option<State>,
    /// For people: file name and reason.
    pub passed_over: PassedOver,
}

impl StateFiles {
    /// # Errors
    /// When the directory cannot be made.
    pub fn open(directory: &Path) -> io::Result<Self> {
        fs::create_dir_all(directory)?;
        Ok(Self { directory: directory.to_owned() })
    }

    /// The newest usable state at or before `transaction`.
    ///
    /// # Errors
    /// When the directory or a file in it cannot be read.
    pub fn restore(&self, population: &Population, transaction: u64) -> io::Result<Restored> {
        let mut passed_over = Vec::new();
        for at in self.list()?.into_iter().filter(|at| *at <= transaction) {
            match snapshot::decode(population, &fs::read(self.path(at))?) {
                Ok(state) if state.transactions == at => return Ok(Restored { state: Some(state), passed_over }),
                Ok(_) => passed_over.push((file_name(at), Unusable::Damaged)),
                Err(reason) => passed_over.push((file_name(at), reason)),
            }
        }
        Ok(Restored { state: None, passed_over })
    }

    /// Writes a snapshot of that transaction, then thins out the older ones.
    ///
    /// # Errors
    /// When the disk is full or not writable; earlier snapshots are as they were.
    pub fn write(&self, transaction: u64, bytes: &[u8]) -> io::Result<()> {
        let unfinished = self.directory.join("tpcc-unfinished");
        let mut file = fs::File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, self.path(transaction))?;
        // The rename itself is durable once the directory is.
        fs::File::open(&self.directory)?.sync_all()?;
        for superfluous in thinned_out(&self.list()?) {
            fs::remove_file(self.path(superfluous))?;
        }
        Ok(())
    }

    /// Removes what no resume can need any more: all that is older than the newest at or before the checkpoint.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn prune(&self, checkpoint: u64) -> io::Result<()> {
        for older in self.list()?.into_iter().filter(|at| *at <= checkpoint).skip(1) {
            fs::remove_file(self.path(older))?;
        }
        Ok(())
    }

    /// Removes all snapshots: the workload begins anew.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn clear(&self) -> io::Result<()> {
        self.list()?.into_iter().try_for_each(|at| fs::remove_file(self.path(at)))
    }

    /// Transactions of the snapshots there are, newest first.
    fn list(&self) -> io::Result<Vec<u64>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix("tpcc-")?.strip_suffix(".state"));
            found.extend(number.and_then(|number| number.parse::<u64>().ok()));
        }
        found.sort_unstable_by(|a, b| b.cmp(a));
        Ok(found)
    }

    fn path(&self, transaction: u64) -> PathBuf {
        self.directory.join(file_name(transaction))
    }
}

fn file_name(transaction: u64) -> String {
    format!("tpcc-{transaction}.state")
}

/// Which of these (newest first) can go while the checkpoint's place is not known: one whose older neighbour is at most
/// twice as far behind the newest as its newer neighbour is. So, whatever the checkpoint, there is one that is not much
/// further behind it than it is behind the newest; and their number grows with the logarithm of the oldest's age only.
fn thinned_out(transactions: &[u64]) -> Vec<u64> {
    let Some(newest) = transactions.first() else { return Vec::new() };
    let mut superfluous = Vec::new();
    let mut newer = *newest;
    for pair in transactions.windows(2).skip(1) {
        let [this, older] = [pair[0], pair[1]];
        if newest - older <= 2 * (newest - newer) {
            superfluous.push(this);
        } else {
            newer = this;
        }
    }
    superfluous
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn files() -> (tempfile::TempDir, StateFiles, Population) {
        let directory = tempfile::tempdir().unwrap();
        let files = StateFiles::open(&directory.path().join("below/it")).unwrap();
        (directory, files, Population::new(1, 1))
    }

    fn write(files: &StateFiles, population: &Population, transactions: u64) {
        let state = State { transactions, ..State::initial(population) };
        files.write(transactions, &snapshot::encode(population, &state)).unwrap();
    }

    #[test]
    fn the_newest_snapshot_at_or_before_the_checkpoint_is_restored_and_only_older_ones_pruned() {
        let (_directory, files, population) = files();
        [10, 20, 30].iter().for_each(|at| write(&files, &population, *at));
        assert_eq!(files.restore(&population, 29).unwrap().state.unwrap().transactions, 20);
        assert_eq!(files.restore(&population, 30).unwrap().state.unwrap().transactions, 30);
        assert!(files.restore(&population, 9).unwrap().state.is_none());
        files.prune(29).unwrap();
        assert_eq!(files.list().unwrap(), [30, 20]);
    }

    #[test]
    fn a_damaged_snapshot_falls_back_to_an_older_one_and_is_named() {
        let (_directory, files, population) = files();
        [10, 20].iter().for_each(|at| write(&files, &population, *at));
        fs::write(files.path(20), b"half a snapsh").unwrap();
        fs::write(files.path(15), snapshot::encode(&population, &State::initial(&population))).unwrap();
        let restored = files.restore(&population, 25).unwrap();
        assert_eq!(restored.state.unwrap().transactions, 10);
        assert_eq!(
            restored.passed_over,
            [("tpcc-20.state".to_owned(), Unusable::Damaged), ("tpcc-15.state".to_owned(), Unusable::Damaged)]
        );
    }

    #[test]
    fn an_unwritable_directory_is_an_error_and_other_files_are_left_alone() {
        let (directory, files, population) = files();
        fs::write(directory.path().join("file"), b"").unwrap();
        assert!(StateFiles::open(&directory.path().join("file")).is_err());
        fs::write(files.directory.join("tpcc-notes.txt"), b"").unwrap();
        write(&files, &population, 1);
        files.clear().unwrap();
        assert_eq!(fs::read_dir(&files.directory).unwrap().count(), 1);
    }

    #[test]
    fn few_snapshots_stay_and_none_is_far_from_any_checkpoint() {
        let mut kept: Vec<u64> = Vec::new();
        for newest in 1..=10_000_u64 {
            kept.insert(0, newest);
            let goes = thinned_out(&kept);
            kept.retain(|at| !goes.contains(at));
            assert!(kept.len() <= 28, "{kept:?}");
            for lag in [0, 1, 5, 50, 500, 5_000] {
                let checkpoint = newest.saturating_sub(lag);
                let found = kept.iter().find(|at| **at <= checkpoint);
                assert!(checkpoint == 0 || found.is_some_and(|at| checkpoint - at <= lag), "checkpoint {checkpoint} of {newest}: {kept:?}");
            }
        }
    }
}
