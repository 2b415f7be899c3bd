//! The initial load: rows that are there already, before the binlog is followed (`source.start = "snapshot"`).
//!
//! The binlog's end is kept before the first row is read, and the binlog is followed from there afterwards. So whatever changes
//! during the load is sent again, and the last version of every row is the right one, without a lock and without a read view
//! that a server would have to keep for hours. Tables are read by schema and name, rows in the order of the key, in pieces:
//! a restart goes on behind the last row of which Kafka has said that it is there.

mod select;

use super::connect::Connector;
use super::failure::{URL, failure};
use super::follow::Ended;
use super::gtid::GtidState;
use super::start::{Place, Start};
use super::tables::{quoted, show_create};
use crate::engine::{
    error::{EngineError, ErrorKind},
    figures::now_ms,
    position::{KeyPart, Position},
    source::{SourceEvent, SourceSender},
};
use mysql_async::{Conn, prelude::Queryable};
use select::Select;
use shared::{
    api::{LogEntry, LogLevel},
    row::RowChange,
    schema::{TableModel, ddl::parse_create_table},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// How long a load that is given up waits until the server has ended its session.
const GIVE_UP: Duration = Duration::from_millis(500);
/// Rows of one statement: few enough that an `ALTER TABLE` that waits for it does not wait long.
const PIECE_ROWS: usize = 20_000;
/// Rows and bytes that travel together, as when following.
const BATCH_ROWS: usize = 1_000;
const BATCH_BYTES: usize = 256 << 10;
/// How long the server waits for us to read: a slow sink must not break the load. One day, in seconds.
const WRITE_TIMEOUT_SECONDS: u32 = 86_400;

/// A load that is to be done, or gone on with.
pub(super) struct Load {
    /// The binlog's end when the load began.
    pub begun: Place,
    pub done: Option<Loaded>,
}

/// How far a load is.
pub(super) struct Loaded {
    pub schema: String,
    pub name: String,
    /// The last row's key; empty when the table is done.
    pub key: Vec<KeyPart>,
}

/// The session in which rows are read, for whoever gives the load up.
///
/// The driver reads a session that is dropped to its answer's end before it closes it. For a table that is read whole that is the whole
/// table, and its metadata lock stays as long.
#[derive(Default)]
pub(super) struct Reading {
    /// The server's number of it; 0: no rows are being read.
    session: AtomicU32,
}

impl Reading {
    /// Has the server end the session, when it does so at once; a source must stop within a second.
    pub async fn give_up(&self, connector: &Connector) {
        let session = self.session.load(Ordering::Relaxed);
        if session == 0 {
            return;
        }
        let kill = async {
            let mut conn = connector.open().await?;
            connector.answer(conn.query_drop(format!("KILL {session}"))).await?;
            connector.answer(conn.disconnect()).await
        };
        match tokio::time::timeout(GIVE_UP, kill).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::info!(session, %error, "the session of the initial load was not ended: it reads on to its end"),
            Err(_) => tracing::info!(session, "no time to end the session of the initial load: it reads on to its end"),
        }
    }
}

impl Load {
    /// Sends the definitions and all rows not yet sent.
    ///
    /// # Errors
    /// The server failed, or a table was altered since the load began.
    pub async fn run(self, connector: &Connector, start: &Start, out: &SourceSender, reading: &Reading) -> Result<(), Ended> {
        let mut tables: Vec<&Arc<TableModel>> = start.tables.iter().collect();
        tables.sort_by_key(|table| (&table.schema, &table.name));
        let run = Run { connector, start, out, begun: &self.begun, reading };
        let mut events: Vec<SourceEvent> = tables.iter().map(|table| SourceEvent::Table(Arc::clone(table))).collect();
        if self.done.is_none() {
            events.push(run.resolved(None, Vec::new()));
        }
        out.send(events).await?;

        let mut conn = connector.open().await?;
        let setting = format!("SET SESSION net_write_timeout = {WRITE_TIMEOUT_SECONDS}");
        connector.answer(conn.query_drop(setting)).await?;
        for table in tables {
            let mut key = Vec::new();
            if let Some(done) = &self.done {
                match (&table.schema, &table.name).cmp(&(&done.schema, &done.name)) {
                    std::cmp::Ordering::Less => continue,
                    std::cmp::Ordering::Equal if done.key.is_empty() => continue,
                    std::cmp::Ordering::Equal => key.clone_from(&done.key),
                    std::cmp::Ordering::Greater => {}
                }
            }
            if table.ineligible().is_none() {
                run.table(&mut conn, table, key).await?;
            }
        }
        connector.answer(conn.disconnect()).await?;
        Ok(())
    }
}

struct Run<'a> {
    connector: &'a Connector,
    start: &'a Start,
    out: &'a SourceSender,
    begun: &'a Place,
    reading: &'a Reading,
}

impl Run<'_> {
    async fn table(&self, conn: &mut Conn, table: &Arc<TableModel>, mut key: Vec<KeyPart>) -> Result<(), Ended> {
        let name = table.qualified();
        let select = Select::new(table);
        let mut rows = 0_u64;
        loop {
            // The first read takes the metadata lock, which is held to the end: what is compared now holds for the whole piece.
            let begin = format!("SELECT 1 FROM {}.{} LIMIT 0", quoted(&table.schema), quoted(&table.name));
            self.connector.answer(conn.query_drop("START TRANSACTION READ ONLY")).await?;
            match self.connector.timely(conn.query_drop(begin)).await? {
                Ok(()) => {}
                // ER_BAD_DB_ERROR, ER_NO_SUCH_TABLE: the binlog will say so too.
                Err(mysql_async::Error::Server(error)) if matches!(error.code, 1049 | 1146) => {
                    self.connector.answer(conn.query_drop("COMMIT")).await?;
                    return self.tell(table, LogLevel::Warning, format!("{name} is gone from the server: its rows are left out")).await;
                }
                Err(error) => return Err(self.connector.failed(error).into()),
            }
            self.compare(conn, table).await?;
            self.reading.session.store(conn.id(), Ordering::Relaxed);
            let (read, last) = self.piece(conn, table, &select, key).await?;
            self.reading.session.store(0, Ordering::Relaxed);
            self.connector.answer(conn.query_drop("COMMIT")).await?;
            rows += read as u64;
            key = last;
            if read < PIECE_ROWS || !select.has_key() {
                break;
            }
        }
        self.tell(table, LogLevel::Info, format!("{name} loaded: {rows} rows")).await
    }

    /// Sends the rows behind `key`, a piece of them. Answers how many there were and the last one's key.
    async fn piece(
        &self,
        conn: &mut Conn,
        table: &Arc<TableModel>,
        select: &Select,
        key: Vec<KeyPart>,
    ) -> Result<(usize, Vec<KeyPart>), Ended> {
        let mut result =
            conn.exec_iter(select.statement(&key, PIECE_ROWS), select.parameters(&key)).await.map_err(|e| self.connector.failed(e))?;
        let (mut events, mut bytes, mut rows, mut last) = (Vec::new(), 0, 0, key);
        while let Some(row) = result.next().await.map_err(|e| self.connector.failed(e))? {
            let row = select.row(row).map_err(|column| unreadable(table, &column))?;
            rows += 1;
            last = select.key_of(&row);
            let change = RowChange { table: Arc::clone(table), before: None, after: Some(row), commit_ts: self.start.floor };
            bytes += change.memory();
            events.push(SourceEvent::Change(change));
            if events.len() >= BATCH_ROWS || bytes >= BATCH_BYTES {
                if select.has_key() {
                    events.push(self.resolved(Some(table), last.clone()));
                }
                self.out.send(std::mem::take(&mut events)).await?;
                bytes = 0;
            }
        }
        drop(result);
        if !events.is_empty() {
            if select.has_key() {
                events.push(self.resolved(Some(table), last.clone()));
            }
            self.out.send(events).await?;
        }
        Ok((rows, last))
    }

    /// The definition must be the one that holds at the kept place: the binlog has the table's changes from there on.
    async fn compare(&self, conn: &mut Conn, table: &TableModel) -> Result<(), Ended> {
        let text = show_create(self.connector, conn, &table.schema, &table.name).await?.unwrap_or_default();
        let now = parse_create_table(&text, &table.schema).ok();
        if now.is_some_and(|now| (&now.columns, &now.indexes, &now.charset) == (&table.columns, &table.indexes, &table.charset)) {
            return Ok(());
        }
        Err(failure(
            ErrorKind::Schema,
            URL,
            "load-table-altered",
            format!("`{}` was altered after the initial load began, and not all of its rows had been read", table.qualified()),
            "remove the pipeline and launch it again: the load begins anew; alter no table while it is loaded",
        )
        .into())
    }

    /// Says that a table is done.
    async fn tell(&self, table: &TableModel, level: LogLevel, text: String) -> Result<(), Ended> {
        let note = SourceEvent::Note(LogEntry { at_ms: now_ms(), level, text });
        Ok(self.out.send(vec![note, self.resolved(Some(table), Vec::new())]).await?)
    }

    fn resolved(&self, table: Option<&TableModel>, key: Vec<KeyPart>) -> SourceEvent {
        let position = Position::Load {
            file: self.begun.file.clone(),
            position: self.begun.position,
            gtid: self.start.gtid.as_ref().and_then(GtidState::text),
            server: self.start.server.clone(),
            table: table.map(|table| (table.schema.clone(), table.name.clone())),
            key,
        };
        SourceEvent::Resolved { position, commit_ts: self.start.floor }
    }
}

fn unreadable(table: &TableModel, column: &str) -> EngineError {
    failure(
        ErrorKind::Schema,
        URL,
        "load-value-unreadable",
        format!("a value of column `{column}` of `{}` came in a form that its type does not have", table.qualified()),
        "leave the table out with `changefeed.config.filter.rules`, and report its SHOW CREATE TABLE text",
    )
}
