//! How fast rows are acknowledged, once everything runs.

use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

/// Watches a count of acknowledged rows. The first tenth is not measured: meanwhile connections, topics and schemas are made, which
/// takes some round trips whatever comes after.
pub struct Meter {
    total: u64,
    acknowledged: AtomicU64,
    warm: OnceLock<(u64, Instant)>,
    done: OnceLock<Instant>,
}

impl Meter {
    pub fn new(total: u64) -> Self {
        Self { total, acknowledged: AtomicU64::new(0), warm: OnceLock::new(), done: OnceLock::new() }
    }

    /// One more row.
    pub fn count(&self) {
        self.set(self.acknowledged.fetch_add(1, Ordering::Relaxed) + 1);
    }

    /// So many rows so far.
    pub fn set(&self, rows: u64) {
        if rows >= self.total / 10 && self.warm.get().is_none() {
            self.warm.get_or_init(|| (rows, Instant::now()));
        }
        if rows >= self.total {
            self.done.get_or_init(Instant::now);
        }
    }

    /// Rows a second; `None` until all are acknowledged.
    pub fn rate(&self) -> Option<f64> {
        let ((warm, since), until) = (self.warm.get()?, self.done.get()?);
        Some((self.total - warm) as f64 / until.duration_since(*since).as_secs_f64())
    }
}
