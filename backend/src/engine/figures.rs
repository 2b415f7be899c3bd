//! A pipeline's figures: counted at each acknowledgement, read once a second, kept for ten minutes.

mod window;

use shared::{
    Finding,
    api::{Checkpoint, LogEntry, LogLevel, PipelineState, Progress, ProgressPoint, ProgressReport, TableProgress},
};
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::sync::broadcast;
use window::{LagSecond, Spark};

/// Seconds of plot history.
const HISTORY: usize = 600;
/// Log entries kept.
const LOG: usize = 200;
/// Tables told of to a page, those with the most rows: it shows no more, and 100,000 of them each second would drown it.
const MOST_TABLES: usize = 200;
/// Tables that have series of their own in `/metrics`: the first that had rows, so that no series comes and goes.
const MOST_SERIES: usize = 1_000;
/// 24 hours.
const ERROR_WINDOW_MS: u64 = 24 * 60 * 60 * 1000;

/// What a page following the pipeline is told.
#[derive(Clone, Debug)]
pub enum Update {
    Progress(Box<Progress>),
    Log(LogEntry),
}

#[derive(Default)]
struct Table {
    name: String,
    topic: Arc<str>,
    rows: u64,
    deletes: u64,
    /// Only while a second with rows is open: a thousand bytes, which idle tables need not have.
    lag: Option<Box<LagSecond>>,
    lag_ms: Option<u64>,
    /// Only when the last ten minutes had rows.
    spark: Option<Box<Spark>>,
    rows_at_last_sample: u64,
}

impl Table {
    fn progress(&self) -> TableProgress {
        TableProgress {
            table: self.name.clone(),
            topic: self.topic.to_string(),
            rows: self.rows,
            deletes: self.deletes,
            lag_ms: self.lag_ms,
            spark: self.spark.as_ref().map(|spark| spark.points()).unwrap_or_default(),
        }
    }

    fn sample(&mut self, age_ms: u64, seconds: f64) {
        let rate = (self.rows - self.rows_at_last_sample) as f64 / seconds;
        self.rows_at_last_sample = self.rows;
        if rate > 0.0 {
            self.spark.get_or_insert_default().add(age_ms, rate);
        } else if let Some(spark) = &mut self.spark {
            spark.add(age_ms, rate);
            if spark.is_flat() {
                self.spark = None;
            }
        }
        if let Some(lag) = self.lag.take() {
            self.lag_ms = lag.quantile(0.5).or(self.lag_ms);
        }
    }
}

struct Inner {
    state: PipelineState,
    message: Option<Finding>,
    tables: Vec<Table>,
    /// Where each is in `tables`.
    by_name: HashMap<String, u32>,
    lag: LagSecond,
    rows: u64,
    bytes: u64,
    sampled: (u64, u64),
    sampled_at: Instant,
    spark: Spark,
    point: ProgressPoint,
    history: VecDeque<ProgressPoint>,
    log: VecDeque<LogEntry>,
    errors: VecDeque<u64>,
    dead_letters: u64,
    checkpoint: Option<Checkpoint>,
    waiting: u64,
    target_rate: Option<u32>,
    last_acknowledged: Instant,
}

/// Shared by everything that counts and everything that shows. Moments that are shown are of the wall clock; what is measured between
/// two moments is not, since somebody may set it.
pub struct Figures {
    born: Instant,
    inner: Mutex<Inner>,
    /// The source does not read yet, or the writer has rows in hand and may be waiting for topics or schemas.
    busy: AtomicBool,
    updates: broadcast::Sender<Update>,
}

impl Figures {
    #[must_use]
    pub fn new(state: PipelineState, message: Option<Finding>) -> Self {
        let (now, born) = (now_ms(), Instant::now());
        Self {
            born,
            inner: Mutex::new(Inner {
                state,
                message,
                tables: Vec::new(),
                by_name: HashMap::new(),
                lag: LagSecond::default(),
                rows: 0,
                bytes: 0,
                sampled: (0, 0),
                sampled_at: born,
                spark: Spark::default(),
                point: ProgressPoint { at_ms: now, ..ProgressPoint::default() },
                history: VecDeque::new(),
                log: VecDeque::new(),
                errors: VecDeque::new(),
                dead_letters: 0,
                checkpoint: None,
                waiting: 0,
                target_rate: None,
                last_acknowledged: born,
            }),
            busy: AtomicBool::new(false),
            updates: broadcast::Sender::new(64),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Index of a table's counters; the same again after a DDL or restart.
    pub fn table(&self, name: &str, topic: &str) -> u32 {
        let mut inner = self.lock();
        let index = inner.by_name.get(name).copied().unwrap_or_else(|| {
            let index = u32::try_from(inner.tables.len()).expect("fewer than 2^32 tables");
            inner.tables.push(Table { name: name.to_owned(), ..Table::default() });
            inner.by_name.insert(name.to_owned(), index);
            index
        });
        // Many tables may share a topic, and then they share its name.
        let last = index.checked_sub(1).map(|before| Arc::clone(&inner.tables[before as usize].topic));
        inner.tables[index as usize].topic = last.filter(|last| **last == *topic).unwrap_or_else(|| topic.into());
        index
    }

    /// Counts rows that were acknowledged just now.
    pub fn acknowledged(&self, rows: &[super::ledger::Accepted]) {
        if rows.is_empty() {
            return;
        }
        let now = now_ms();
        let mut inner = self.lock();
        let inner = &mut *inner;
        inner.last_acknowledged = Instant::now();
        inner.rows += rows.len() as u64;
        // Rows of a table, committed in the same millisecond, follow each other mostly.
        for same in
            rows.chunk_by(|a, b| a.table == b.table && a.tombstone == b.tombstone && a.commit_ts.physical_ms() == b.commit_ts.physical_ms())
        {
            let (first, count) = (same[0], u32::try_from(same.len()).unwrap_or(u32::MAX));
            let lag = now.saturating_sub(first.commit_ts.physical_ms());
            inner.bytes += same.iter().map(|row| u64::from(row.bytes)).sum::<u64>();
            inner.lag.add(lag, count);
            if let Some(table) = inner.tables.get_mut(first.table as usize) {
                table.rows += u64::from(count);
                table.deletes += if first.tombstone { u64::from(count) } else { 0 };
                table.lag.get_or_insert_default().add(lag, count);
            }
        }
    }

    /// Changes the state and tells everyone at once.
    pub fn set_state(&self, state: PipelineState, message: Option<Finding>) {
        {
            let mut inner = self.lock();
            if matches!(state, PipelineState::Retrying | PipelineState::Failed) {
                inner.errors.push_back(now_ms());
            }
            if matches!(state, PipelineState::Paused | PipelineState::Stopped | PipelineState::Failed) {
                // At rest nothing moves: the last second's figures would be a lie by now.
                inner.target_rate = None;
                inner.point = ProgressPoint { at_ms: now_ms(), ..ProgressPoint::default() };
            }
            inner.state = state;
            inner.message = message;
        }
        self.announce();
    }

    #[must_use]
    pub fn state(&self) -> (PipelineState, Option<Finding>) {
        let inner = self.lock();
        (inner.state, inner.message.clone())
    }

    pub fn set_checkpoint(&self, checkpoint: Checkpoint) {
        self.lock().checkpoint = Some(checkpoint);
    }

    pub fn set_waiting(&self, rows: u64) {
        self.lock().waiting = rows;
    }

    pub fn set_target_rate(&self, rows_per_second: Option<u32>) {
        self.lock().target_rate = rows_per_second;
    }

    /// Counts a row that went to the dead letter topic.
    pub fn dead_letter(&self) {
        self.lock().dead_letters += 1;
    }

    /// Adds a line to the pipeline's log.
    pub fn log(&self, level: LogLevel, text: impl Into<String>) {
        self.log_entry(LogEntry { at_ms: now_ms(), level, text: text.into() });
    }

    pub fn log_entry(&self, entry: LogEntry) {
        let mut inner = self.lock();
        inner.log.push_back(entry.clone());
        if inner.log.len() > LOG {
            inner.log.pop_front();
        }
        drop(inner);
        // No one listening is fine.
        let _ = self.updates.send(Update::Log(entry));
    }

    /// Closes the current second: to be called about once a second.
    pub fn sample(&self) {
        let (now, sampled_at) = (now_ms(), Instant::now());
        let age_ms = u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX);
        {
            let mut inner = self.lock();
            let seconds = sampled_at.duration_since(inner.sampled_at).max(Duration::from_millis(1)).as_secs_f64();
            let rows = inner.rows - inner.sampled.0;
            let bytes = inner.bytes - inner.sampled.1;
            inner.sampled = (inner.rows, inner.bytes);
            inner.sampled_at = sampled_at;
            let lag = std::mem::take(&mut inner.lag);
            let rate = rows as f64 / seconds;
            inner.point = ProgressPoint {
                at_ms: now,
                rows_per_second: rate,
                bytes_per_second: bytes as f64 / seconds,
                lag_p50_ms: lag.quantile(0.5),
                lag_p99_ms: lag.quantile(0.99),
            };
            let point = inner.point.clone();
            inner.history.push_back(point);
            if inner.history.len() > HISTORY {
                inner.history.pop_front();
            }
            inner.spark.add(age_ms, rate);
            while inner.errors.front().is_some_and(|at| now.saturating_sub(*at) > ERROR_WINDOW_MS) {
                inner.errors.pop_front();
            }
            for table in &mut inner.tables {
                table.sample(age_ms, seconds);
            }
        }
        self.announce();
    }

    fn announce(&self) {
        if self.updates.receiver_count() > 0 {
            let _ = self.updates.send(Update::Progress(Box::new(self.progress())));
        }
    }

    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Update> {
        self.updates.subscribe()
    }

    #[must_use]
    pub fn progress(&self) -> Progress {
        let inner = self.lock();
        let mut most: Vec<&Table> = inner.tables.iter().collect();
        if most.len() > MOST_TABLES {
            most.select_nth_unstable_by(MOST_TABLES, |a, b| b.rows.cmp(&a.rows).then_with(|| a.name.cmp(&b.name)));
            most.truncate(MOST_TABLES);
        }
        most.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        let tables = most.into_iter().map(Table::progress).collect();
        Progress {
            state: inner.state,
            message: inner.message.clone(),
            now: inner.point.clone(),
            waiting_for_acks: inner.waiting,
            rows_total: inner.rows,
            bytes_total: inner.bytes,
            errors_24h: inner.errors.len() as u64,
            dead_letters: inner.dead_letters,
            checkpoint: inner.checkpoint.clone(),
            target_rows_per_second: inner.target_rate,
            tables,
            tables_total: inner.tables.len() as u64,
        }
    }

    /// Name, rows and deletes of the tables that have series of their own in `/metrics`.
    #[must_use]
    pub fn series(&self) -> Vec<(String, u64, u64)> {
        self.lock().tables.iter().take(MOST_SERIES).map(|table| (table.name.clone(), table.rows, table.deletes)).collect()
    }

    #[must_use]
    pub fn report(&self) -> ProgressReport {
        let progress = self.progress();
        let inner = self.lock();
        ProgressReport {
            progress,
            history: inner.history.iter().cloned().collect(),
            log: inner.log.iter().cloned().collect(),
            lags: Vec::new(),
        }
    }

    /// Rate, lag and sparkline for the home page.
    #[must_use]
    pub fn summary(&self) -> (f64, Option<u64>, Vec<f64>) {
        let inner = self.lock();
        (inner.point.rows_per_second, inner.point.lag_p50_ms, inner.spark.points())
    }

    /// Whether silence means nothing: the source does not read yet, or the writer has rows in hand.
    pub fn set_busy(&self, busy: bool) {
        self.busy.store(busy, Ordering::Relaxed);
    }

    /// Since a row was last acknowledged (or since the figures began); nothing while [`Figures::set_busy`] says so.
    #[must_use]
    pub fn idle_for(&self) -> Duration {
        if self.busy.load(Ordering::Relaxed) {
            return Duration::ZERO;
        }
        self.lock().last_acknowledged.elapsed()
    }
}

/// Milliseconds since 1970.
#[must_use]
pub fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ledger::Accepted;
    use shared::row::CommitTs;

    #[test]
    fn a_page_is_told_of_the_busiest_tables_and_how_many_there_are() {
        let figures = Figures::new(PipelineState::Running, None);
        for number in 0..1_000_u32 {
            let table = figures.table(&format!("shop.t{number:04}"), "one");
            assert_eq!(table, number);
            for _ in 0..=number {
                figures.acknowledged(&[Accepted { table, bytes: 1, commit_ts: CommitTs(1), tombstone: false }]);
            }
        }
        assert_eq!(figures.table("shop.t0007", "other"), 7, "the same again");
        figures.sample();
        let progress = figures.progress();
        assert_eq!((progress.tables_total, progress.tables.len()), (1_000, MOST_TABLES));
        assert_eq!((progress.tables[0].table.as_str(), progress.tables[199].table.as_str()), ("shop.t0800", "shop.t0999"));
        assert!(progress.tables.iter().all(|table| table.topic == "one" && table.lag_ms.is_some() && table.spark.len() == 1));
        assert_eq!(figures.series()[7], ("shop.t0007".to_owned(), 8, 0));
    }
}
