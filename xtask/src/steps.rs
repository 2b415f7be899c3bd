//! Progress for a person who waits: step i of n, and how long each took.

use anyhow::Result;
use std::time::{Duration, Instant};

/// Numbers steps as they begin. `total` is said by the caller, who knows what comes.
pub struct Steps {
    total: usize,
    begun: usize,
}

impl Steps {
    pub fn new(total: usize) -> Self {
        Self { total, begun: 0 }
    }

    /// Runs one step; the first that fails ends the command, by `?` at the caller.
    pub fn step<T>(&mut self, title: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.begun += 1;
        eprintln!("[{}/{}] {title}", self.begun, self.total);
        let start = Instant::now();
        let done = work();
        let took = start.elapsed();
        // A step that had nothing to do stays one line.
        if took > Duration::from_secs(1) {
            eprintln!("      {} after {}", if done.is_ok() { "done" } else { "failed" }, human(took));
        }
        done
    }
}

/// `7 s`, `3 min 20 s`.
pub fn human(duration: Duration) -> String {
    let seconds = duration.as_secs_f64().round() as u64;
    if seconds < 60 { format!("{seconds} s") } else { format!("{} min {} s", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_like_a_clock() {
        assert_eq!(human(Duration::from_millis(6_600)), "7 s");
        assert_eq!(human(Duration::from_secs(200)), "3 min 20 s");
    }
}
