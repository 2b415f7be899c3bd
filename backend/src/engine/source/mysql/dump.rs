//! Asking the server for its binlog: the session's settings and the request.

use super::connect::Connector;
use super::gtid::GtidState;
use super::start::Start;
use crate::engine::error::EngineError;
use mysql_async::{BinlogStream, BinlogStreamRequest, prelude::Queryable};
use std::time::Duration;

/// How often an idle server says that it is there.
const HEARTBEAT: Duration = Duration::from_millis(500);
/// Silence after which the connection counts as dead: many heartbeats, but less than a person waits.
pub(super) const SILENCE: Duration = Duration::from_secs(30);
/// How long the server waits for us to read: a slow sink must not look like a dead replica. One day, in seconds.
const WRITE_TIMEOUT_SECONDS: u32 = 86_400;

/// Opens the stream of events that follow `start`. The server reports a bad place with the first event.
///
/// # Errors
/// Not reachable, or no right to replicate.
pub(super) async fn open(connector: &Connector, server_id: u32, start: &Start) -> Result<BinlogStream, EngineError> {
    ask(connector, start, BinlogStreamRequest::new(server_id).with_hostname(b"changefeed-studio")).await
}

/// Opens the same stream as [`open`], up to the log's end; it does not end our other stream.
///
/// # Errors
/// As [`open`].
pub(super) async fn open_ahead(connector: &Connector, start: &Start) -> Result<BinlogStream, EngineError> {
    ask(connector, start, only_to_the_end()).await
}

/// Without an id of its own it is no replica, which a server would take for the one that reads on.
fn only_to_the_end() -> BinlogStreamRequest<'static> {
    BinlogStreamRequest::new(0).with_non_blocking()
}

async fn ask<'a>(connector: &Connector, start: &'a Start, mut request: BinlogStreamRequest<'a>) -> Result<BinlogStream, EngineError> {
    let mut conn = connector.open().await?;
    let mut settings = vec![
        // MySQL 8.4 reads the new name first, all others only the old one.
        format!("SET @master_heartbeat_period = {0}, @source_heartbeat_period = {0}", HEARTBEAT.as_nanos()),
        format!("SET SESSION net_write_timeout = {WRITE_TIMEOUT_SECONDS}"),
    ];
    if start.flavour.mariadb {
        // 4: we understand GTID events; otherwise they arrive disguised as BEGIN.
        settings.push("SET @mariadb_slave_capability = 4".into());
        if let Some(GtidState::Mariadb(positions)) = start.gtid.as_ref().filter(|_| start.by_gtid) {
            // Digits, commas and hyphens only: it was parsed.
            settings
                .push(format!("SET @slave_connect_state = '{positions}', @slave_gtid_strict_mode = 0, @slave_gtid_ignore_duplicates = 0"));
        }
    }
    for setting in settings {
        connector.answer(conn.query_drop(setting)).await?;
    }
    match start.gtid.as_ref().filter(|_| start.by_gtid) {
        Some(GtidState::Mysql(set)) => request = request.with_gtid().with_gtid_set(set.sids()),
        Some(GtidState::Mariadb(_)) => {}
        None => request = request.with_filename(start.place.file.as_bytes()).with_pos(start.place.position),
    }
    connector.answer(conn.get_binlog_stream(request)).await
}

/// Opens the stream of a file's events from its begin; it ends at the log's end, and does not end our other stream.
///
/// # Errors
/// As [`open`].
pub(super) async fn open_file(connector: &Connector, mariadb: bool, file: &str) -> Result<BinlogStream, EngineError> {
    let mut conn = connector.open().await?;
    if mariadb {
        connector.answer(conn.query_drop("SET @mariadb_slave_capability = 4")).await?;
    }
    let request = only_to_the_end().with_filename(file.as_bytes()).with_pos(4);
    connector.answer(conn.get_binlog_stream(request)).await
}
