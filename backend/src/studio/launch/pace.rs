//! How often a sign is asked for, and when patience ends.

use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Waits begin short and get longer, so that what is quick shows at once and what is slow is not pestered.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    pub first: Duration,
    pub longest: Duration,
    /// For one step, from its beginning or from when the launch went on with it. Confluent Cloud takes minutes to provide a
    /// connector, and the first row of a quiet table takes what it takes.
    pub patience: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self { first: Duration::from_millis(200), longest: Duration::from_secs(5), patience: Duration::from_secs(15 * 60) }
    }
}

/// Why a wait ended before its time.
pub(super) enum Cut {
    /// The studio goes down; the launch goes on with its next start.
    Stopped,
    /// A person cancelled.
    Cancelled,
}

/// The waits of one step.
pub(super) struct Waits {
    pace: Pace,
    next: Duration,
    end: Instant,
}

impl Waits {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, next: pace.first, end: Instant::now() + pace.patience }
    }

    pub(super) fn is_over(&self) -> bool {
        Instant::now() >= self.end
    }

    /// The patience in whole minutes, for people.
    pub(super) fn minutes(&self) -> u64 {
        self.pace.patience.as_secs().div_ceil(60)
    }

    /// Until the next try, or until `stir` resolves.
    pub(super) async fn pause(
        &mut self,
        stir: impl Future<Output = ()>,
        stop: &CancellationToken,
        cancel: &CancellationToken,
    ) -> Result<(), Cut> {
        let wait = self.next;
        self.next = (self.next * 2).min(self.pace.longest);
        tokio::select! {
            biased;
            () = stop.cancelled() => Err(Cut::Stopped),
            () = cancel.cancelled() => Err(Cut::Cancelled),
            () = tokio::time::sleep(wait) => Ok(()),
            () = stir => Ok(()),
        }
    }
}
