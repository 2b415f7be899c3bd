//! Small summaries of a stretch of time.

use std::collections::VecDeque;

/// Lags of one second in buckets about 12 % apart, so that a quantile costs no sorting and no memory per row.
#[derive(Clone)]
pub(super) struct LagSecond {
    buckets: [u32; BUCKETS],
    count: u32,
}

/// Eight buckets a doubling, up to 2^31 ms (24 days).
const BUCKETS: usize = 8 * 32;

impl Default for LagSecond {
    fn default() -> Self {
        Self { buckets: [0; BUCKETS], count: 0 }
    }
}

impl LagSecond {
    /// So many rows of the same lag.
    pub(super) fn add(&mut self, lag_ms: u64, rows: u32) {
        self.buckets[bucket(lag_ms)] += rows;
        self.count += rows;
    }

    /// The upper edge of the bucket that holds the quantile; `None` without values.
    pub(super) fn quantile(&self, quantile: f64) -> Option<u64> {
        if self.count == 0 {
            return None;
        }
        let rank = (f64::from(self.count) * quantile).ceil().max(1.0) as u32;
        let mut seen = 0;
        for (index, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return Some(upper_edge(index));
            }
        }
        None
    }
}

fn bucket(lag_ms: u64) -> usize {
    if lag_ms < 8 {
        return lag_ms as usize;
    }
    let power = lag_ms.ilog2() as usize;
    let eighth = (lag_ms >> (power - 3)) as usize & 7;
    ((power - 2) * 8 + eighth).min(BUCKETS - 1)
}

fn upper_edge(bucket: usize) -> u64 {
    if bucket < 8 {
        return bucket as u64;
    }
    let power = bucket / 8 + 2;
    ((9 + (bucket % 8) as u64) << (power - 3)) - 1
}

/// Rows per second over the last ten minutes, as sixty ten-second averages.
#[derive(Default)]
pub(super) struct Spark {
    points: VecDeque<f64>,
    sum: f64,
    samples: u32,
    slot: u64,
}

const SLOT_MS: u64 = 10_000;
const SLOTS: usize = 60;

impl Spark {
    /// `at_ms` counts from anywhere, but never goes back.
    pub(super) fn add(&mut self, at_ms: u64, rows_per_second: f64) {
        let slot = at_ms / SLOT_MS;
        if slot != self.slot && self.samples > 0 {
            self.points.push_back(self.sum / f64::from(self.samples));
            // Seconds without a sample (the pipeline was not running) are zeros, not a gap that shifts time.
            for _ in 1..slot.saturating_sub(self.slot).min(SLOTS as u64) {
                self.points.push_back(0.0);
            }
            while self.points.len() >= SLOTS {
                self.points.pop_front();
            }
            (self.sum, self.samples) = (0.0, 0);
        }
        self.slot = slot;
        self.sum += rows_per_second;
        self.samples += 1;
    }

    /// Whether nothing but zeros is left.
    pub(super) fn is_flat(&self) -> bool {
        self.sum == 0.0 && self.points.iter().all(|point| *point == 0.0)
    }

    pub(super) fn points(&self) -> Vec<f64> {
        let open = (self.samples > 0).then(|| self.sum / f64::from(self.samples));
        self.points.iter().copied().chain(open).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_is_reported_within_an_eighth_of_its_size() {
        for lag in [0, 1, 7, 8, 9, 15, 16, 100, 999, 12_345, 3_600_000] {
            let mut second = LagSecond::default();
            second.add(lag, 1);
            let shown = second.quantile(0.5).unwrap_or_default();
            assert!(shown >= lag && shown <= lag + lag / 8, "{lag} shown as {shown}");
        }
    }

    #[test]
    fn quantiles_split_the_values() {
        let mut second = LagSecond::default();
        (1..=100).for_each(|lag| second.add(lag, 1));
        assert!((50..=56).contains(&second.quantile(0.5).unwrap_or_default()));
        assert!((99..=111).contains(&second.quantile(0.99).unwrap_or_default()));
        assert_eq!(LagSecond::default().quantile(0.5), None);
    }

    #[test]
    fn a_spark_keeps_ten_minutes() {
        let mut spark = Spark::default();
        (0..2_000).for_each(|second| spark.add(second * 1_000, 5.0));
        assert_eq!(spark.points().len(), SLOTS);
        assert!(spark.points().iter().all(|p| (p - 5.0).abs() < 1e-9));
    }
}
