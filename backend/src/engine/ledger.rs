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

    /// Numbers a row before it is handed over.
    pub fn accept(&self, row: Accepted) -> u64 {
        let mut inner = self.lock();
        inner.rows.push_back((row, false));
        inner.waiting += 1;
        inner.first + inner.rows.len() as u64 - 1
    }

    /// Notes a transaction's end after the rows accepted so far.
    pub fn mark(&self, mark: Mark) {
        let mut inner = self.lock();
        if inner.rows.is_empty() {
            inner.marks.clear();
            inner.reached = Some(mark);
            return;
        }
        let after = inner.first + inner.rows.len() as u64;
        // Marks with no row between them: only the last one matters.
        if inner.marks.back().is_some_and(|(number, _)| *number == after) {
            inner.marks.pop_back();
        }
        inner.marks.push_back((after, mark));
    }

    /// A delivery report's good news. Answers the row, once.
    pub fn acknowledge(&self, number: u64) -> Option<Accepted> {
        let mut inner = self.lock();
        let index = usize::try_from(number.checked_sub(inner.first)?).ok()?;
        let (row, acknowledged) = inner.rows.get_mut(index)?;
        if std::mem::replace(acknowledged, true) {
            return None;
        }
        let row = *row;
        inner.waiting -= 1;
        while inner.rows.front().is_some_and(|(_, acknowledged)| *acknowledged) {
            inner.rows.pop_front();
            inner.first += 1;
        }
        let first = inner.first;
        while inner.marks.front().is_some_and(|(after, _)| *after <= first) {
            inner.reached = inner.marks.pop_front().map(|(_, mark)| mark);
        }
        let wakes = inner.wakes();
        drop(inner);
        if wakes {
            self.changed.notify_all();
        }
        Some(row)
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

    #[test]
    fn the_checkpoint_waits_for_the_oldest_row_whatever_order_reports_come_in() {
        let ledger = Ledger::default();
        let a = ledger.accept(row());
        ledger.mark(mark(1));
        let b = ledger.accept(row());
        let c = ledger.accept(row());
        ledger.mark(mark(2));
        ledger.acknowledge(c);
        ledger.acknowledge(b);
        assert_eq!(ledger.reached(), None);
        assert_eq!(ledger.waiting(), 1);
        ledger.acknowledge(a);
        assert_eq!(ledger.reached(), Some(mark(2)));
        assert_eq!(ledger.waiting(), 0);
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
        ledger.accept(row());
        ledger.mark(mark(1));
        let b = ledger.accept(row());
        ledger.mark(mark(2));
        ledger.fail(EngineError::new(ErrorKind::Transient, Finding::error("", "x", "first")));
        ledger.fail(EngineError::new(ErrorKind::Transient, Finding::error("", "x", "second")));
        ledger.acknowledge(b);
        assert_eq!(ledger.reached(), None);
        assert_eq!(ledger.take_failure().unwrap().finding.message, "first");
    }

    #[test]
    fn who_waits_for_room_is_woken_by_a_quarter_of_the_rows_or_by_a_failure() {
        const LONG: Duration = Duration::from_secs(60);
        let ledger = Ledger::default();
        let rows: Vec<u64> = (0..8).map(|_| ledger.accept(row())).collect();
        let waits = || {
            while ledger.lock().wake_at.is_none() {
                std::thread::yield_now();
            }
        };
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| ledger.wait_for_room(LONG));
            waits();
            ledger.acknowledge(rows[0]);
            assert!(ledger.lock().wake_at.is_some());
            ledger.acknowledge(rows[1]);
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
        let a = ledger.accept(row());
        let b = ledger.accept(row());
        assert!(ledger.acknowledge(b).is_some());
        assert!(ledger.acknowledge(b).is_none());
        assert!(ledger.acknowledge(a).is_some());
        assert!(ledger.acknowledge(a).is_none());
        assert_eq!(ledger.waiting(), 0);
    }
}
