//! An open group of events, and what may end it badly.

use super::Follower;
use super::xa::Held;
use crate::engine::error::{EngineError, ErrorKind};
use crate::engine::source::mysql::dump::SILENCE;
use crate::engine::source::mysql::failure::{URL, failure};
use shared::{api::LogLevel, row::CommitTs};

/// A transaction, or a statement that is one, between its first event and its last.
#[derive(Debug)]
pub(super) struct Group {
    pub commit_ts: CommitTs,
    /// Ends with COMMIT or XID, not with the first statement.
    pub explicit: bool,
    /// Events come out of a compressed payload: they have no places or checksums of their own.
    pub payload: bool,
    pub has_rows: bool,
    /// Some of its rows are on their way to Kafka.
    pub is_sent: bool,
    /// The statement of this group changes nothing (yet).
    pub unfinished_alter: bool,
    pub mysql: Option<([u8; 16], u64)>,
    /// Domain, server id, sequence number.
    pub mariadb: Option<(u32, u32, u64)>,
    /// Rows that are only prepared.
    pub held: Option<Held>,
}

impl Group {
    pub fn new(commit_ts: CommitTs) -> Self {
        Self {
            commit_ts,
            explicit: false,
            payload: false,
            has_rows: false,
            is_sent: false,
            unfinished_alter: false,
            mysql: None,
            mariadb: None,
            held: None,
        }
    }
}

impl Follower<'_> {
    /// A file ends within a transaction: the server died while it wrote that one, and rolled it back when it came up again.
    pub(super) fn drop_unfinished(&mut self) {
        let Some(group) = self.group.take() else { return };
        if group.has_rows {
            self.batch.take_back();
        }
        let what = if group.is_sent {
            "rows of it had been sent before the file's end was read, and stay in Kafka until those rows change again"
        } else {
            "its rows were left out"
        };
        let (place, address) = (&self.place, &self.connector.peer().address);
        let text = format!(
            "the binlog of `{address}` ends within a transaction at {}:{}, which the server had not finished when it died: {what}",
            place.file, place.position
        );
        self.note(LogLevel::Warning, &text);
    }

    fn config(&self, code: &str, message: String, hint: &str) -> EngineError {
        let place = &self.place;
        failure(ErrorKind::Config, URL, code, format!("{message} (at {}:{})", place.file, place.position), hint)
    }

    pub(super) fn silent(&self) -> EngineError {
        let message = format!("`{}` has been silent for {} s", self.connector.peer().address, SILENCE.as_secs());
        // A server keeps a replica waiting while it still writes to another of the same id, be it one that reads no more.
        let hint = "it is tried again by itself; if it stays, look with SHOW PROCESSLIST whether a replica of the same `source.server_id` hangs there, and KILL it";
        failure(ErrorKind::Transient, URL, "source-silent", message, hint)
    }

    pub(super) fn ended(&self) -> EngineError {
        let message = format!("`{}` ended the binlog stream", self.connector.peer().address);
        failure(ErrorKind::Transient, URL, "source-lost", message, "it is tried again by itself")
    }

    pub(super) fn statement_format(&self, what: &str) -> EngineError {
        self.config(
            "binlog-format",
            format!("a session wrote a statement instead of rows: {what}"),
            "find the session that sets `binlog_format`, and start after this place: the rows of that statement are not in the log",
        )
    }

    pub(super) fn partial_image(&self, table: &str) -> EngineError {
        self.config(
            "binlog-row-image",
            format!("rows of `{table}` lack columns: they were written with `binlog_row_image` other than FULL"),
            "SET GLOBAL binlog_row_image = 'FULL', then start after this place",
        )
    }

    pub(super) fn partial_json(&self) -> EngineError {
        self.config(
            "binlog-row-value-options",
            "updated JSON was written as differences (`binlog_row_value_options` is PARTIAL_JSON)".into(),
            "SET GLOBAL binlog_row_value_options = '', then start after this place",
        )
    }

    pub(super) fn incident(&self) -> EngineError {
        self.config(
            "binlog-incident",
            "the server says that changes are missing from its log".into(),
            "look at the server's error log; the tables have to be read anew",
        )
    }

    pub(super) fn unknown_event(&self, kind: u8) -> EngineError {
        self.config(
            "binlog-event-unknown",
            format!("the log has an event of kind {kind}, which this version does not know and may not skip"),
            "use a newer version, or turn the server's new feature off",
        )
    }
}
