//! Since when a Kafka transaction is open.

use super::settings::TRANSACTION_TIMEOUT_MS;
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

/// Since when, by both clocks: a machine that sleeps may stop one of them, and somebody may set the other.
#[derive(Default)]
pub(super) struct OpenTransaction(Mutex<Option<(Instant, SystemTime)>>);

impl OpenTransaction {
    pub(super) fn begin(&self) {
        self.set(Some((Instant::now(), SystemTime::now())));
    }

    pub(super) fn end(&self) {
        self.set(None);
    }

    /// Whether it has been open for longer than Kafka lets it: Kafka has given it up then, and refuses its producer as if another
    /// had come.
    pub(super) fn is_given_up(&self) -> bool {
        let limit = Duration::from_millis(TRANSACTION_TIMEOUT_MS.into());
        let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        since.is_some_and(|(since, at)| since.elapsed() >= limit || at.elapsed().is_ok_and(|elapsed| elapsed >= limit))
    }

    fn set(&self, since: Option<(Instant, SystemTime)>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_is_given_up_when_either_clock_says_so() {
        let open = OpenTransaction::default();
        assert!(!open.is_given_up());
        open.begin();
        assert!(!open.is_given_up());
        // As after a sleep that the monotonic clock did not see.
        open.set(Some((Instant::now(), SystemTime::now() - Duration::from_millis(u64::from(TRANSACTION_TIMEOUT_MS) + 1))));
        assert!(open.is_given_up());
        open.end();
        assert!(!open.is_given_up());
    }
}
