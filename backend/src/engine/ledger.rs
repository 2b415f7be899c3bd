//! The ledger of accepted rows: which of them Kafka has acknowledged, and how far the checkpoint may move.

use super::{error::EngineError, position::Position};
use shared::row::CommitTs;
use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// A row handed to the Kafka client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Index among the figures' tables.
    pub table: u32,
    /// Key and value bytes.
    pub bytes: u32,
    pub commit_ts: CommitTs,
    pub tombstone: bool,
}

/// A place at a transaction's end: reached when every row accepted before it is acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub position: Position,
    pub commit_ts: CommitTs,
    /// Which set of table definitions holds here; counts up with each change of one.
    pub schema_epoch: u64,
}

#[derive(Default)]
struct Inner {
    /// Number of the row at the front of `rows`.
    first: u64,
    /// Rows not yet acknowledged, and acknowledged ones behind them: `(row, acknowledged)`.
    rows: VecDeque<(Accepted, bool)>,
    /// Marks not yet reached, each with the number of the first row after it.
    marks: VecDeque<(u64, Mark)>,
    reached: Option<Mark>,
    waiting: u64,
    /// Somebody waits until no more than this many rows are waiting.
    wake_at: Option<u64>,
    failure: Option<EngineError>,
}

impl Inner {
    /// The number that the next row will have.
    fn next(&self) -> u64 {
        self.first + self.rows.len() as u64
    }

    /// A place before the row of this number.
    fn mark(&mut self, after: u64, mark: Mark) {
        if after <= self.first {
            self.marks.clear();
            self.reached = Some(mark);
            return;
        }
        // Marks with no row between them: only the last one matters.
        if self.marks.back().is_some_and(|(number, _)| *number == after) {
            self.marks.pop_back();
        }
        self.marks.push_back((after, mark));
    }

    /// Lets go of the acknowledged rows at the front, and so reaches marks.
    fn advance(&mut self) {
        while self.rows.front().is_some_and(|(_, acknowledged)| *acknowledged) {
            self.rows.pop_front();
            self.first += 1;
        }
        while self.marks.front().is_some_and(|(after, _)| *after <= self.first) {
            self.reached = self.marks.pop_front().map(|(_, mark)| mark);
        }
    }

    /// Whether the one who waits is to be woken now. Waking is a system call, and so never done row by row.
    fn wakes(&mut self) -> bool {
        self.wake_at.take_if(|few| self.waiting <= *few || self.failure.is_some()).is_some()
    }
}

/// Shared by the writer, which accepts, and the delivery reports, which acknowledge.
#[derive(Default)]
pub struct Ledger {
    inner: Mutex<Inner>,
    changed: Condvar,
}

impl Ledger {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Numbers rows before they are handed over, in their order, and answers the first one's number. Each mark comes with how many of
    /// these rows are before it.
    pub fn accept(&self, rows: &[Accepted], marks: impl IntoIterator<Item = (usize, Mark)>) -> u64 {
        let mut inner = self.lock();
        let number = inner.next();
        inner.rows.extend(rows.iter().map(|row| (*row, false)));
        inner.waiting += rows.len() as u64;
        for (before, mark) in marks {
            inner.mark(number + before as u64, mark);
        }
        number
    }

    /// Notes a transaction's end after the rows accepted so far.
    pub fn mark(&self, mark: Mark) {
        let mut inner = self.lock();
        let after = inner.next();
        inner.mark(after, mark);
    }

    /// Delivery reports' good news. Appends each row that had not been acknowledged before to `rows`.
    pub fn acknowledge(&self, numbers: &[u64], rows: &mut Vec<Accepted>) {
        let mut inner = self.lock();
        for number in numbers {
            let Some(index) = number.checked_sub(inner.first).and_then(|index| usize::try_from(index).ok()) else { continue };
            let Some((row, acknowledged)) = inner.rows.get_mut(index) else { continue };
            if !std::mem::replace(acknowledged, true) {
                rows.push(*row);
                inner.waiting -= 1;
            }
        }
        inner.advance();
        let wakes = inner.wakes();
        drop(inner);
        if wakes {
            self.changed.notify_all();
        }
    }

    /// A delivery report's bad news: the row stays unacknowledged, so the checkpoint can never pass it. The first
    /// failure is kept.
    pub fn fail(&self, error: EngineError) {
        let mut inner = self.lock();
        inner.failure.get_or_insert(error);
        if inner.wakes() {
            self.changed.notify_all();
        }
    }

    /// Whether a row was refused and nobody has taken the failure yet.
    pub fn has_failed(&self) -> bool {
        self.lock().failure.is_some()
    }

    /// Takes the failure, if any.
    pub fn take_failure(&self) -> Option<EngineError> {
        self.lock().failure.take()
    }

    /// Rows handed over and not acknowledged.
    pub fn waiting(&self) -> u64 {
        self.lock().waiting
    }

    /// How far everything is acknowledged.
    pub fn reached(&self) -> Option<Mark> {
        self.lock().reached.clone()
    }

    /// Waits until the Kafka client has room for a good many rows again, or one has failed; at most `limit`, since room may also come
    /// otherwise. Row by row, the two threads would wake each other for each one. For one thread at a time.
    pub fn wait_for_room(&self, limit: Duration) {
        const ENOUGH: u64 = 1_000;
        let mut inner = self.lock();
        // What stays behind is far more, so that the client never runs dry meanwhile.
        let room = (inner.waiting / 4).clamp(1, ENOUGH);
        inner.wake_at = Some(inner.waiting.saturating_sub(room));
        let waited = self.changed.wait_timeout_while(inner, limit, |inner| inner.wake_at.is_some());
        waited.unwrap_or_else(PoisonError::into_inner).0.wake_at = None;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::engine::error::ErrorKind;
    use shared::Finding;

    fn row() -> Accepted {
        Accepted { table: 0, bytes: 1, commit_ts: CommitTs(1), tombstone: false }
    }

    fn mark(transaction: u64) -> Mark {
        Mark { position: Position::Tpcc { transaction, loaded: 0 }, commit_ts: CommitTs(transaction), schema_epoch: 0 }
    }

    fn accept(ledger: &Ledger) -> u64 {
        ledger.accept(&[row()], [])
    }

    /// How many of these are acknowledged for the first time.
    fn acknowledge(ledger: &Ledger, numbers: &[u64]) -> usize {
        let mut rows = Vec::new();
        ledger.acknowledge(numbers, &mut rows);
        rows.len()
    }

    #[test]
    fn the_checkpoint_waits_for_the_oldest_row_whatever_order_reports_come_in() {
        let ledger = Ledger::default();
        let a = accept(&ledger);
        ledger.mark(mark(1));
        let b = accept(&ledger);
        let c = accept(&ledger);
        ledger.mark(mark(2));
        acknowledge(&ledger, &[c, b]);
        assert_eq!(ledger.reached(), None);
        assert_eq!(ledger.waiting(), 1);
        acknowledge(&ledger, &[a]);
        assert_eq!(ledger.reached(), Some(mark(2)));
        assert_eq!(ledger.waiting(), 0);
    }

    #[test]
    fn marks_among_rows_that_are_accepted_together_are_reached_one_by_one() {
        let ledger = Ledger::default();
        let first = ledger.accept(&[row(), row(), row()], [(0, mark(1)), (1, mark(2)), (3, mark(3))]);
        assert_eq!(ledger.reached(), Some(mark(1)), "no row is before it");
        acknowledge(&ledger, &[first + 1, first + 2]);
        assert_eq!(ledger.reached(), Some(mark(1)));
        acknowledge(&ledger, &[first]);
        assert_eq!(ledger.reached(), Some(mark(3)));
        assert_eq!(accept(&ledger), first + 3);
    }

    #[test]
    fn a_mark_without_rows_before_it_is_reached_at_once() {
        let ledger = Ledger::default();
        ledger.mark(mark(1));
        assert_eq!(ledger.reached(), Some(mark(1)));
    }

    #[test]
    fn a_failed_row_holds_the_checkpoint_for_good() {
        let ledger = Ledger::default();
        accept(&ledger);
        ledger.mark(mark(1));
        let b = accept(&ledger);
        ledger.mark(mark(2));
        ledger.fail(EngineError::new(ErrorKind::Transient, Finding::error("", "x", "first")));
        ledger.fail(EngineError::new(ErrorKind::Transient, Finding::error("", "x", "second")));
        acknowledge(&ledger, &[b]);
        assert_eq!(ledger.reached(), None);
        assert_eq!(ledger.take_failure().unwrap().finding.message, "first");
    }

    #[test]
    fn who_waits_for_room_is_woken_by_a_quarter_of_the_rows_or_by_a_failure() {
        const LONG: Duration = Duration::from_secs(60);
        let ledger = Ledger::default();
        let rows: Vec<u64> = (0..8).map(|_| accept(&ledger)).collect();
        let waits = || {
            while ledger.lock().wake_at.is_none() {
                std::thread::yield_now();
            }
        };
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| ledger.wait_for_room(LONG));
            waits();
            acknowledge(&ledger, &[rows[0]]);
            assert!(ledger.lock().wake_at.is_some());
            acknowledge(&ledger, &[rows[1]]);
            waiter.join().unwrap();
            let waiter = scope.spawn(|| ledger.wait_for_room(LONG));
            waits();
            ledger.fail(EngineError::new(ErrorKind::Transient, Finding::error("", "x", "refused")));
            waiter.join().unwrap();
        });
        // In vain, but not for ever; nobody is left to be woken.
        ledger.wait_for_room(Duration::from_millis(1));
        assert_eq!((ledger.waiting(), ledger.lock().wake_at), (6, None));
    }

    #[test]
    fn a_row_is_counted_once_even_if_reported_twice() {
        let ledger = Ledger::default();
        let a = accept(&ledger);
        let b = accept(&ledger);
        assert_eq!(acknowledge(&ledger, &[b, b]), 1);
        assert_eq!(acknowledge(&ledger, &[b, a]), 1);
        assert_eq!(acknowledge(&ledger, &[a]), 0);
        assert_eq!(ledger.waiting(), 0);
    }
}
