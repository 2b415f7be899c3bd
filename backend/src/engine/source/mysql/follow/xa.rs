//! Rows of XA transactions: held from XA PREPARE on, sent with XA COMMIT under its commit-ts, dropped with XA ROLLBACK.
//!
//! A checkpoint says nothing of what is held. When a commit names a transaction that this run has not seen prepared (it was prepared
//! before the run began, or before the place where the pipeline started), its rows are looked for in the log, from there backwards:
//! the server has them as long as it has that file. So the checkpoint moves on while a transaction stays undecided for days, rows are
//! sent once, and the place needs to mean nothing on another server after a failover.

use super::{Ended, Follower, packet};
use crate::engine::{
    error::{EngineError, ErrorKind},
    source::mysql::{
        dump,
        event::{EventBody, Gtid, Rows},
        failure::{START, failure},
        start::Place,
        statement::StatementKind,
        table_map::{self, TableMap},
        tables::Tables,
        wire::Malformed,
        xa::{XaStatement, Xid},
    },
    spill::{SpillSpace, Spool},
};
use futures::StreamExt;
use mysql_async::{binlog::events::Event, prelude::Queryable};
use shared::api::LogLevel;
use std::{
    collections::{HashMap, HashSet},
    io,
    sync::Arc,
};

/// Records read back at a time, bytes.
const PIECE: usize = 256 << 10;

/// Transactions that are prepared and not decided.
pub(super) struct Undecided {
    space: Arc<SpillSpace>,
    held: HashMap<Xid, Held>,
}

impl Undecided {
    pub fn new(space: Arc<SpillSpace>) -> Self {
        Self { space, held: HashMap::new() }
    }
}

/// A transaction's events as they came, those of wanted tables.
#[derive(Debug)]
pub(super) struct Held {
    pub xid: Xid,
    events: Spool,
    /// Ids of the wanted tables.
    wanted: HashSet<u64>,
}

impl Held {
    fn new(xid: Xid, space: &Arc<SpillSpace>) -> Self {
        Self { xid, events: space.spool(), wanted: HashSet::new() }
    }

    fn table_map(&mut self, kind: u8, data: &[u8], tables: &Tables) -> Result<(), Malformed> {
        let map = TableMap::parse(data)?;
        if tables.wants(&map.schema, &map.name) {
            self.wanted.insert(table_map::table_id(data)?);
            self.events.push(&[kind], data);
        }
        Ok(())
    }

    /// Keeps rows of a wanted table; on disk when memory is used up.
    async fn rows(mut self, rows: &Rows<'_>, kind: u8, data: &[u8]) -> Result<Self, EngineError> {
        if self.wanted.contains(&rows.table_id) {
            self.events.push(&[kind], data);
        }
        if self.events.must_spill() {
            return self.blocking(Spool::spill).await;
        }
        Ok(self)
    }

    async fn close(self) -> Result<Self, EngineError> {
        if self.events.is_spilled() { self.blocking(Spool::close).await } else { Ok(self) }
    }

    async fn blocking(mut self, work: fn(&mut Spool) -> io::Result<()>) -> Result<Self, EngineError> {
        off_thread(move || work(&mut self.events).map(|()| self)).await
    }
}

pub(in super::super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, EngineError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(storage),
        Err(error) => Err(storage(io::Error::other(error))),
    }
}

fn storage(error: io::Error) -> EngineError {
    failure(
        ErrorKind::Storage,
        "",
        "spill-storage",
        format!("rows of an undecided XA transaction cannot be kept in the data directory: {error}"),
        "free space or make the data directory writable; the pipeline goes on by itself. `XA RECOVER` lists what is prepared on the server",
    )
    .caused_by(error)
}

impl Follower<'_> {
    /// From here to XA_PREPARE, rows are held.
    pub(super) fn hold(&mut self, xid: Xid, event: &Event) {
        let held = Held::new(xid, &self.undecided.space);
        let group = self.open_group(event, None);
        group.explicit = true;
        group.held = Some(held);
    }

    pub(super) fn hold_table_map(&mut self, data: &[u8], event: &Event) -> Result<(), Ended> {
        let kind = event.header().event_type_raw();
        let held = self.group.as_mut().and_then(|group| group.held.as_mut());
        Ok(held.map_or(Ok(()), |held| held.table_map(kind, data, &self.tables))?)
    }

    pub(super) async fn hold_rows(&mut self, rows: &Rows<'_>, event: &Event) -> Result<(), Ended> {
        let Some(held) = self.group.as_mut().and_then(|group| group.held.take()) else { return Ok(()) };
        let held = held.rows(rows, event.header().event_type_raw(), event.data()).await?;
        if let Some(group) = &mut self.group {
            group.held = Some(held);
        }
        Ok(())
    }

    /// XA_PREPARE: the group ends, and its rows stay.
    pub(super) async fn prepared(&mut self, one_phase: bool) -> Result<(), Ended> {
        if let Some(held) = self.group.as_mut().and_then(|group| group.held.take()) {
            if one_phase {
                self.send_held(held).await?;
            } else {
                let held = held.close().await?;
                self.undecided.held.insert(held.xid.clone(), held);
            }
        }
        self.commit();
        Ok(())
    }

    pub(super) async fn xa_statement(&mut self, sql: &str, event: &Event) -> Result<(), Ended> {
        match XaStatement::parse(sql)? {
            XaStatement::Start(xid) => self.hold(xid, event),
            XaStatement::Between => {}
            XaStatement::Commit(xid) => {
                self.open_group(event, None).explicit = true;
                let held = match self.undecided.held.remove(&xid) {
                    Some(held) => held,
                    None => self.find(&xid, event).await?,
                };
                self.send_held(held).await?;
                self.commit();
            }
            XaStatement::Rollback(xid) => {
                self.undecided.held.remove(&xid);
                self.open_group(event, None);
                self.commit();
            }
        }
        Ok(())
    }

    /// Sends held rows as those of the open group.
    async fn send_held(&mut self, held: Held) -> Result<(), Ended> {
        if held.events.is_empty() {
            return Ok(());
        }
        let mut reader = off_thread(move || held.events.read()).await?;
        loop {
            let (back, records) = off_thread(move || reader.some(PIECE).map(|records| (reader, records))).await?;
            reader = back;
            if records.is_empty() {
                return Ok(());
            }
            for record in &records {
                let (kind, data) = record.split_first().ok_or(Malformed("a held event is empty"))?;
                match EventBody::parse(*kind, 0, data)? {
                    EventBody::TableMap(data) => self.table_map(data).await?,
                    EventBody::Rows(rows) => self.rows(rows).await?,
                    _ => return Err(Malformed("a held event is of another kind").into()),
                }
            }
        }
    }

    /// Looks for the rows of a transaction that was prepared before `event`, file by file backwards.
    async fn find(&mut self, xid: &Xid, event: &Event) -> Result<Held, Ended> {
        let size = u64::from(event.header().event_size());
        let here = Place { file: self.place.file.clone(), position: self.place.position.saturating_sub(size) };
        let mut conn = self.connector.open().await?;
        let logs: Vec<mysql_async::Row> = self.connector.answer(conn.query("SHOW BINARY LOGS")).await?;
        self.connector.answer(conn.disconnect()).await?;
        let files: Vec<String> = logs.iter().filter_map(|row| row.get(0)).collect();
        let Some(last) = files.iter().position(|file| *file == here.file) else { return Err(self.rows_lost(xid).into()) };
        for file in files[..=last].iter().rev() {
            if let Some(held) = self.find_in(xid, file, &here).await? {
                self.note(LogLevel::Info, &format!("the rows of XA transaction {xid}, prepared before this run, were read from {file}"));
                return Ok(held);
            }
        }
        Err(self.rows_lost(xid).into())
    }

    /// The last transaction of that name that is prepared in `file`, before `end` if it is the same file.
    async fn find_in(&self, xid: &Xid, file: &str, end: &Place) -> Result<Option<Held>, Ended> {
        let mut stream = dump::open_file(self.connector, self.mariadb, file).await?;
        let mut place = Place { file: file.to_owned(), position: 4 };
        let (mut open, mut found, mut payload): (Option<Held>, _, _) = (None, None, false);
        while let Some(next) = tokio::time::timeout(dump::SILENCE, stream.next()).await.map_err(|_| self.silent())? {
            let event = next.map_err(|error| self.connector.failed(error))?;
            let (header, kind) = (event.header(), event.header().event_type_raw());
            if !payload {
                packet::verify(&event)?;
                packet::advance(&mut place, &header);
            }
            match EventBody::parse(kind, header.flags_raw(), event.data())? {
                // A file of before a restart may end without a word of the next one; the server's own announcement comes all the same.
                EventBody::Rotate { file: next, .. } if packet::rotate_file(&event, next) != file.as_bytes() => break,
                EventBody::Gtid(Gtid::Mariadb { prepared: Some(named), .. }) if named == *xid => {
                    open = Some(Held::new(named, &self.undecided.space));
                }
                EventBody::Gtid(_) => (open, payload) = (None, false),
                EventBody::Payload => payload = true,
                EventBody::Query(query) if StatementKind::of(&query.sql) == StatementKind::Xa => match XaStatement::parse(&query.sql)? {
                    XaStatement::Start(named) if named == *xid => open = Some(Held::new(named, &self.undecided.space)),
                    XaStatement::Commit(named) | XaStatement::Rollback(named) if named == *xid => found = None,
                    _ => {}
                },
                EventBody::TableMap(data) => {
                    if let Some(held) = &mut open {
                        held.table_map(kind, data, &self.tables)?;
                    }
                }
                EventBody::Rows(rows) => {
                    if let Some(held) = open.take() {
                        open = Some(held.rows(&rows, kind, event.data()).await?);
                    }
                }
                EventBody::XaPrepare { .. } => {
                    if let Some(held) = open.take() {
                        found = Some(held.close().await?);
                    }
                }
                _ => {}
            }
            if place.file == end.file && place.position >= end.position {
                break;
            }
        }
        Ok(found)
    }

    fn rows_lost(&self, xid: &Xid) -> EngineError {
        let place = &self.place;
        failure(
            ErrorKind::PositionLost,
            START,
            "xa-rows-lost",
            format!(
                "XA transaction {xid} was committed at {}:{}, and the binlog with its rows is no longer on the server",
                place.file, place.position
            ),
            "start anew (a snapshot, or from now on); keep binlogs for longer than a transaction stays prepared",
        )
    }
}
