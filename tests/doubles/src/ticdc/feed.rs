//! A changefeed as it is stored.

use serde_json::Value;
use std::time::SystemTime;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Normal,
    Warning,
    Stopped,
    Failed,
    Finished,
}

impl State {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Warning => "warning",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Finished => "finished",
        }
    }
}

/// A changefeed as it is stored.
#[derive(Clone, Debug)]
pub(super) struct Feed {
    pub sink_uri: String,
    pub config: Value,
    pub state: State,
    /// Code and message.
    pub error: Option<(String, String)>,
    pub start_ts: u64,
    pub target_ts: u64,
    pub checkpoint_ts: u64,
    pub created: SystemTime,
    pub is_synced: bool,
}

impl Feed {
    pub(super) fn new(sink_uri: &str, config: Value, start_ts: u64) -> Self {
        Self {
            sink_uri: sink_uri.to_owned(),
            config,
            state: State::Normal,
            error: None,
            start_ts,
            target_ts: 0,
            checkpoint_ts: start_ts,
            created: SystemTime::now(),
            is_synced: false,
        }
    }

    /// As somebody sees it; a running one has moved on by `step`.
    pub(super) fn looked_at(&mut self, step: u64) -> Self {
        if self.state == State::Normal && step > 0 {
            self.advance(self.checkpoint_ts + step);
        }
        self.clone()
    }

    /// Moves the checkpoint, never back; at its target it ends.
    pub(super) fn advance(&mut self, ts: u64) {
        let end = if self.target_ts == 0 { u64::MAX } else { self.target_ts };
        self.checkpoint_ts = self.checkpoint_ts.max(ts.min(end));
        if self.checkpoint_ts == end {
            self.state = State::Finished;
        }
    }

    pub(super) fn trip(&mut self, state: State, code: &str, message: &str) {
        self.state = state;
        self.error = Some((code.to_owned(), message.to_owned()));
    }

    pub(super) fn run(&mut self) {
        self.state = State::Normal;
        self.error = None;
    }
}
