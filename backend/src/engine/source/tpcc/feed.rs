//! The stream itself, in portions: initial load, then transactions. Blocking work, so it runs off the runtime.

use super::{
    generator::{Changes, Generator, Nothing},
    load::Load,
    population::Population,
    snapshot,
    state::State,
    state_files::{PassedOver, Restored, StateFiles},
    tables::Table,
};
use crate::engine::{position::Position, source::SourceEvent};
use shared::{
    row::{CommitTs, Row, RowChange},
    schema::TableModel,
};
use std::{
    io,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};
use tokio_util::sync::CancellationToken;

/// A snapshot is due after this many transactions, or after `SNAPSHOT_AFTER` when there were fewer.
const SNAPSHOT_EVERY: u64 = 1_000_000;
const SNAPSHOT_AFTER: Duration = Duration::from_secs(60);
/// Transactions of a portion at most: they may all be rolled back, or their tables unwanted.
const MOST_TRANSACTIONS: u32 = 1_000;

/// Where a feed begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub transaction: u64,
    /// `None` without an initial load; else the rows of it that are done.
    pub loaded: Option<u64>,
    /// Later commit-ts are greater.
    pub commit_ts: CommitTs,
}

pub(super) struct Feed {
    generator: Generator,
    load: Option<Load>,
    /// Rows of the initial load that positions speak of: 0 without one.
    loaded: u64,
    models: Arc<[Arc<TableModel>]>,
    wanted: [bool; Table::ALL.len()],
    clock: CommitClock,
    last_snapshot: (u64, Instant),
}

/// What `Feed::portion` made.
pub(super) struct Portion {
    /// Ends with `Resolved`.
    pub events: Vec<SourceEvent>,
    /// What the pace counts: rows, and one for each transaction without any.
    pub cost: u32,
    /// The transaction and bytes of a snapshot that is due.
    pub snapshot: Option<(u64, Vec<u8>)>,
    /// The load is done, or was before.
    pub finished_load: bool,
}

impl Feed {
    /// Brings the state to `place`: from the newest usable snapshot, then by replay without output. `None` when told
    /// to stop meanwhile. Also says which snapshots were passed over.
    ///
    /// # Errors
    /// When the snapshots cannot be read.
    pub fn open(
        population: Population,
        files: &StateFiles,
        place: Place,
        models: Arc<[Arc<TableModel>]>,
        wanted: [bool; Table::ALL.len()],
        stop: &CancellationToken,
    ) -> io::Result<Option<(Self, PassedOver)>> {
        let Restored { state, passed_over } = files.restore(&population, place.transaction)?;
        let state = state.unwrap_or_else(|| State::initial(&population));
        let load = place.loaded.map(|rows| Load::at(&population, rows));
        let mut generator = Generator::new(population, state);
        while generator.transactions() < place.transaction {
            if generator.transactions().is_multiple_of(1_000) && stop.is_cancelled() {
                return Ok(None);
            }
            generator.step(&mut Nothing);
        }
        let last_snapshot = (place.transaction, Instant::now());
        let loaded = load.as_ref().map_or(0, Load::rows);
        Ok(Some((Self { generator, load, loaded, models, wanted, clock: CommitClock(place.commit_ts), last_snapshot }, passed_over)))
    }

    /// Makes whole transactions until there are `rows` rows, or a little more.
    pub fn portion(&mut self, rows: u32) -> Portion {
        let mut rows_made =
            Rows { feed: (&self.models, self.wanted), events: Vec::with_capacity(rows as usize + 64), commit_ts: self.clock.0 };
        let (mut cost, mut transactions) = (0, 0);
        let mut finished_load = self.load.is_none();
        while cost < rows && transactions < MOST_TRANSACTIONS {
            let before = rows_made.events.len();
            rows_made.commit_ts = self.clock.next(SystemTime::now());
            if let Some(load) = &mut self.load {
                if !load.step(self.generator.population(), &mut rows_made) {
                    (self.load, finished_load) = (None, true);
                    break;
                }
                self.loaded = load.rows();
            } else {
                self.generator.step(&mut rows_made);
            }
            transactions += 1;
            cost += ((rows_made.events.len() - before) as u32).max(1);
        }
        let mut events = rows_made.events;
        events.push(SourceEvent::Resolved { position: self.position(), commit_ts: self.clock.0 });
        Portion { events, cost, snapshot: self.due_snapshot(), finished_load }
    }

    fn position(&self) -> Position {
        Position::Tpcc { transaction: self.generator.transactions(), loaded: self.loaded }
    }

    fn due_snapshot(&mut self) -> Option<(u64, Vec<u8>)> {
        let (last, at) = self.last_snapshot;
        let now = self.generator.transactions();
        if now == last || now - last < SNAPSHOT_EVERY && at.elapsed() < SNAPSHOT_AFTER {
            return None;
        }
        self.last_snapshot = (now, Instant::now());
        Some((now, snapshot::encode(self.generator.population(), self.generator.state())))
    }
}

/// Gives each transaction its commit-ts: the wall clock's, and always greater than the last.
struct CommitClock(CommitTs);

impl CommitClock {
    fn next(&mut self, now: SystemTime) -> CommitTs {
        let ms = now.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
        self.0 = CommitTs::new(ms, 0).max(CommitTs(self.0.0 + 1));
        self.0
    }
}

/// Turns changes into events.
struct Rows<'a> {
    feed: (&'a [Arc<TableModel>], [bool; Table::ALL.len()]),
    events: Vec<SourceEvent>,
    commit_ts: CommitTs,
}

impl Changes for Rows<'_> {
    fn wants(&self, table: Table) -> bool {
        self.feed.1[table as usize]
    }

    fn change(&mut self, table: Table, before: Option<Row>, after: Option<Row>) {
        let table = Arc::clone(&self.feed.0[table as usize]);
        self.events.push(SourceEvent::Change(RowChange { table, before, after, commit_ts: self.commit_ts }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commit_ts_grow_even_when_the_wall_clock_stands_or_goes_back() {
        let at = |ms| SystemTime::UNIX_EPOCH + Duration::from_millis(ms);
        let mut clock = CommitClock(CommitTs::new(50, 7));
        assert_eq!(clock.next(at(40)), CommitTs::new(50, 8));
        assert_eq!(clock.next(at(60)), CommitTs::new(60, 0));
        assert_eq!(clock.next(at(60)), CommitTs::new(60, 1));
        assert_eq!(clock.next(at(59)), CommitTs::new(60, 2));
    }
}
