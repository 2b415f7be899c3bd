//! Bad days, scripted.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// What goes wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The owner is gone and none is elected: `CDC:ErrOwnerNotFound`, nothing done.
    NoOwner,
    /// The node stops being the owner while it is asked: `CDC:ErrNotOwner`, nothing done; the other node is the owner then.
    OwnerMoves,
    /// A new owner is not ready: an error without a code, nothing done.
    OwnerNotReady,
    /// A balancer has nobody to ask: 503, nothing done.
    Unavailable,
    /// The connection breaks before anything is done.
    ConnectionLost,
    /// The work is done, and the connection breaks before the answer.
    AnswerLost,
    /// The work is done, and a balancer gave up waiting: 504.
    GatewayTimeout,
    /// Never answered, nothing done.
    Hangs,
    /// A refusal, nothing done.
    Refused { status: u16, code: &'static str, message: String },
}

#[derive(Default)]
pub(super) struct Troubles(Mutex<Queues>);

#[derive(Default)]
struct Queues {
    writes: VecDeque<Trouble>,
    reads: VecDeque<Trouble>,
}

impl Troubles {
    pub(super) fn add(&self, trouble: Trouble, is_read: bool) {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if is_read { queues.reads.push_back(trouble) } else { queues.writes.push_back(trouble) }
    }

    /// The one that this request meets. Finding out what the server is meets none.
    pub(super) fn meet(&self, method: &str, path: &str) -> Option<Trouble> {
        if path.ends_with("/status") && path.matches('/').count() == 3 {
            return None;
        }
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if method == "GET" { queues.reads.pop_front() } else { queues.writes.pop_front() }
    }
}
