//! What travels together: rows that arrived together, with one resolved position behind the last whole transaction.

use super::gtid::GtidState;
use super::start::Place;
use crate::engine::{position::Position, source::SourceEvent};
use shared::row::{CommitTs, RowChange};

/// A batch goes out when it has this many rows or bytes, or when nothing more has arrived.
const MAX_ROWS: usize = 1000;
const MAX_BYTES: usize = 256 << 10;

/// Events on their way to the sender.
#[derive(Default)]
pub(super) struct Batch {
    events: Vec<SourceEvent>,
    rows: usize,
    bytes: usize,
    /// Number of events before the first row of the last transaction that has rows.
    opened: usize,
    /// Number of events before the end of the last whole transaction, and where that is.
    boundary: Option<(usize, Place, CommitTs)>,
}

impl Batch {
    pub fn push_row(&mut self, change: RowChange) {
        self.rows += 1;
        self.bytes += change.memory();
        self.events.push(SourceEvent::Change(change));
    }

    pub fn push(&mut self, event: SourceEvent) {
        self.events.push(event);
    }

    /// The rows that follow are of a new transaction.
    pub fn open(&mut self) {
        self.opened = self.events.len();
    }

    /// Takes out the rows since [`open`](Self::open) that are still here; definitions stay.
    pub fn take_back(&mut self) {
        for event in self.events.split_off(self.opened) {
            match event {
                SourceEvent::Change(change) => {
                    self.rows -= 1;
                    self.bytes -= change.memory();
                }
                other => self.events.push(other),
            }
        }
    }

    /// All so far is whole transactions up to `place`.
    pub fn resolve(&mut self, place: &Place, commit_ts: CommitTs) {
        self.boundary = Some((self.events.len(), place.clone(), commit_ts));
    }

    pub fn is_full(&self) -> bool {
        self.rows >= MAX_ROWS || self.bytes >= MAX_BYTES || self.events.len() >= 2 * MAX_ROWS
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.boundary.is_none()
    }

    /// Takes all out. `gtid` is what has been executed up to the boundary, `server` whose binlog it is.
    pub fn take(&mut self, gtid: Option<&GtidState>, server: Option<&str>) -> Vec<SourceEvent> {
        let Self { mut events, boundary, .. } = std::mem::take(self);
        if let Some((at, place, commit_ts)) = boundary {
            let Place { file, position } = place;
            let position = Position::Binlog { file, position, gtid: gtid.and_then(GtidState::text), server: server.map(str::to_owned) };
            events.insert(at, SourceEvent::Resolved { position, commit_ts });
        }
        events
    }
}

/// Gives transactions their commit-ts.
///
/// TiDB's timestamps are milliseconds and a counter, the binlog of MariaDB and of MySQL before 8.0 has whole seconds. The place in
/// the file spreads the transactions of a second over its milliseconds, so the same transaction gets the same commit-ts
/// however often it is read, and order is kept. MySQL 8 has microseconds. Time that stands still or goes back (a long
/// statement begins early and commits late; a new file begins at 4) moves on by one.
#[derive(Debug)]
pub(super) struct CommitClock {
    last: CommitTs,
}

impl CommitClock {
    /// No commit-ts will be at or below `floor`.
    pub fn new(floor: CommitTs) -> Self {
        Self { last: floor }
    }

    pub fn last(&self) -> CommitTs {
        self.last
    }

    /// For a transaction whose first event has this time and ends at `position`.
    pub fn stamp(&mut self, seconds: u32, micros: Option<u64>, position: u64) -> CommitTs {
        const PER_SECOND: u64 = (1000 << 18) - 1;
        let time = match micros {
            Some(micros) => CommitTs::new(micros / 1000, 0),
            None => CommitTs::new(u64::from(seconds) * 1000, (position >> 4).min(PER_SECOND)),
        };
        self.last = time.max(CommitTs(self.last.0 + 1));
        self.last
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use shared::schema::TableModel;
    use std::sync::Arc;

    fn gone(name: &str) -> SourceEvent {
        SourceEvent::TableGone { schema: "s".into(), name: name.into() }
    }

    fn place(position: u64) -> Place {
        Place { file: "b.000001".into(), position }
    }

    fn change(bytes: usize) -> RowChange {
        let table =
            Arc::new(TableModel { schema: "s".into(), name: "t".into(), columns: vec![], indexes: vec![], charset: None, version: 1 });
        let mut row = shared::row::Row::default();
        row.push(shared::row::Datum::Bytes(&vec![0; bytes]));
        RowChange { table, before: None, after: Some(row), commit_ts: CommitTs(1) }
    }

    #[test]
    fn only_the_last_boundary_of_a_batch_is_sent_and_at_its_place() {
        let mut batch = Batch::default();
        assert!(batch.is_empty());
        batch.push(gone("a"));
        batch.resolve(&place(100), CommitTs(1));
        batch.push(gone("b"));
        batch.resolve(&place(200), CommitTs(2));
        batch.push(gone("c"));
        let events = batch.take(GtidState::parse("0-1-5", true).as_ref(), None);
        let SourceEvent::Resolved { position, commit_ts } = &events[2] else { panic!("not resolved: {events:?}") };
        assert_eq!((position.to_string(), *commit_ts, events.len()), ("b.000001:200 (GTID 0-1-5)".into(), CommitTs(2), 4));
        assert!(batch.is_empty());
    }

    #[test]
    fn rows_of_the_last_transaction_can_be_taken_back() {
        let mut batch = Batch::default();
        batch.open();
        batch.push_row(change(10));
        batch.resolve(&place(100), CommitTs(1));
        batch.open();
        batch.push_row(change(MAX_BYTES));
        batch.push(gone("a"));
        batch.push_row(change(10));
        assert!(batch.is_full());
        batch.take_back();
        assert!(!batch.is_full());
        let events = batch.take(None, None);
        assert!(matches!(&*events, [SourceEvent::Change(_), SourceEvent::Resolved { .. }, SourceEvent::TableGone { .. }]), "{events:?}");
    }

    #[test]
    fn a_batch_is_full_by_rows_and_by_bytes() {
        let mut batch = Batch::default();
        batch.push_row(change(MAX_BYTES));
        assert!(batch.is_full());
        batch.take(None, None);
        for _ in 1..MAX_ROWS {
            batch.push_row(change(1));
        }
        assert!(!batch.is_full());
        batch.push_row(change(1));
        assert!(batch.is_full());
    }

    #[test]
    fn commit_timestamps_are_repeatable_and_strictly_rise() {
        let read = || {
            let mut clock = CommitClock::new(CommitTs(0));
            [(100, 400), (100, 4000), (100, 4), (99, 5000), (101, 6000)].map(|(seconds, at)| clock.stamp(seconds, None, at))
        };
        let stamps = read();
        assert_eq!(stamps, read());
        assert!(stamps.is_sorted_by(|a, b| a < b), "{stamps:?}");
        assert_eq!(stamps[0], CommitTs::new(100_000, 25));
        assert_eq!(stamps[4].physical_ms(), 101_000);
        assert!(CommitClock::new(CommitTs(0)).stamp(7, None, u64::from(u32::MAX)).physical_ms() < 8000);
        assert_eq!(CommitClock::new(CommitTs(0)).stamp(7, Some(7_123_456), 4), CommitTs::new(7123, 0));
    }
}
