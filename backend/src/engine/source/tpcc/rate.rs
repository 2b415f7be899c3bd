//! How many row changes a second: a rate that can be changed at any time, and the pace that follows it.

use std::time::Duration;
use tokio::{sync::watch, time::Instant};

/// The rate aimed at, shared by whoever sets it and the source that keeps it.
#[derive(Clone, Debug)]
pub struct RateControl(watch::Sender<u32>);

impl RateControl {
    /// Row changes per second; 0 is as fast as possible.
    #[must_use]
    pub fn new(rows_per_second: u32) -> Self {
        Self(watch::Sender::new(rows_per_second))
    }

    /// Takes effect at once.
    pub fn set(&self, rows_per_second: u32) {
        self.0.send_replace(rows_per_second);
    }

    #[must_use]
    pub fn get(&self) -> u32 {
        *self.0.borrow()
    }

    /// A pace that follows this rate.
    #[must_use]
    pub fn pacer(&self) -> Pacer {
        Pacer { rate: self.0.subscribe(), current: self.get(), tokens: 0.0, counted: Instant::now(), _control: self.clone() }
    }
}

/// How long rows are saved up before they are let through together.
const TICK: Duration = Duration::from_millis(10);
/// What may be made up for after a hold-up; more would be a burst.
const MOST_SAVED: Duration = Duration::from_millis(100);
/// Rows let through at once, whatever the rate: some hundred kilobytes.
const LARGEST_BATCH: u32 = 1_000;

/// A token bucket: a token is a row. A transaction is not cut in two, so the bucket can go below zero.
#[derive(Debug)]
pub struct Pacer {
    rate: watch::Receiver<u32>,
    current: u32,
    tokens: f64,
    counted: Instant,
    /// Keeps the channel open, so that waiting for a change never ends early.
    _control: RateControl,
}

impl Pacer {
    /// Waits until rows may pass, and says how many. Can be cancelled without loss.
    pub async fn allowance(&mut self) -> u32 {
        loop {
            let rate = *self.rate.borrow_and_update();
            if rate != self.current {
                // Debts and savings of the old rate are forgotten, so that the new one begins now.
                (self.current, self.tokens, self.counted) = (rate, 0.0, Instant::now());
            }
            if rate == 0 {
                return LARGEST_BATCH;
            }
            let rate = f64::from(rate);
            let now = Instant::now();
            let earned = rate * (now - self.counted).as_secs_f64();
            self.counted = now;
            self.tokens = (self.tokens + earned).min((rate * MOST_SAVED.as_secs_f64()).max(1.0));
            let enough = (rate * TICK.as_secs_f64()).clamp(1.0, f64::from(LARGEST_BATCH));
            if self.tokens >= enough {
                return (self.tokens as u32).min(LARGEST_BATCH);
            }
            let wait = Duration::from_secs_f64((enough - self.tokens) / rate);
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                _ = self.rate.changed() => {}
            }
        }
    }

    /// Counts what has passed: rows, or transactions when they made none.
    pub fn spend(&mut self, rows: u32) {
        if self.current > 0 {
            self.tokens -= f64::from(rows);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows that pass in ten seconds when every transaction makes `each` rows.
    async fn passed(rate: u32, each: u32) -> u32 {
        let mut pacer = RateControl::new(rate).pacer();
        let (start, mut rows) = (Instant::now(), 0);
        while start.elapsed() < Duration::from_secs(10) {
            let allowed = pacer.allowance().await;
            let made = allowed.div_ceil(each) * each;
            pacer.spend(made);
            rows += made;
        }
        rows
    }

    #[tokio::test(start_paused = true)]
    async fn the_rate_is_kept_within_one_percent_whatever_the_size_of_transactions() {
        for (rate, each) in [(100, 1), (1_000, 17), (1_000, 130), (50_000, 17), (400_000, 4)] {
            let expect = rate * 10;
            let off = passed(rate, each).await.abs_diff(expect);
            assert!(off <= (expect / 100).max(each * 2), "rate {rate}, {each} rows a transaction: off by {off}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_rate_takes_effect_at_once() {
        let control = RateControl::new(1);
        let mut pacer = control.pacer();
        pacer.spend(1_000);
        let start = Instant::now();
        let change = async {
            tokio::task::yield_now().await;
            control.set(1_000);
        };
        let (allowed, ()) = tokio::join!(pacer.allowance(), change);
        assert!(allowed >= 10 && start.elapsed() <= Duration::from_millis(12), "{allowed} rows after {:?}", start.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_up_is_not_followed_by_a_burst() {
        let mut pacer = RateControl::new(1_000).pacer();
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(pacer.allowance().await, 100);
    }

    #[tokio::test(start_paused = true)]
    async fn no_rate_means_no_waiting() {
        let mut pacer = RateControl::new(0).pacer();
        let start = Instant::now();
        for _ in 0..1_000 {
            let rows = pacer.allowance().await;
            pacer.spend(rows);
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}
