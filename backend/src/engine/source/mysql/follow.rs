//! Follows the binlog: transactions, definitions, rows.

mod group;
pub(super) mod packet;
mod xa;

use super::batch::{Batch, CommitClock};
use super::connect::Connector;
use super::dump::{self, SILENCE};
use super::event::{EventBody, Gtid, Query, Rows};
use super::failure::{URL, failure};
use super::gtid::GtidState;
use super::mount::{Misfit, Mounter};
use super::start::{Place, Start};
use super::statement::{self, StatementKind};
use super::table_map::{self, TableMap};
use super::tables::Tables;
use super::wire::{Malformed, Reader};
use crate::engine::{
    error::{EngineError, ErrorKind},
    source::{Closed, SourceEvent, SourceSender},
    spill::SpillSpace,
};
use futures::{FutureExt, StreamExt};
use group::Group;
use mysql_async::binlog::events::Event;
use shared::{
    api::{LogEntry, LogLevel},
    row::{Op, RowChange},
};
use std::{collections::HashMap, sync::Arc, time::SystemTime};
use xa::Undecided;
pub(super) use xa::off_thread;

/// Why following ended.
pub(super) enum Ended {
    /// Nobody reads any more.
    Closed,
    Failed(EngineError),
}

impl From<EngineError> for Ended {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

impl From<Closed> for Ended {
    fn from(_: Closed) -> Self {
        Self::Closed
    }
}

impl From<Malformed> for Ended {
    fn from(error: Malformed) -> Self {
        let told = failure(
            ErrorKind::Transient,
            URL,
            "binlog-malformed",
            error.to_string(),
            "it is read again from the checkpoint; if it stays, check the server's disk and its binlog with `mysqlbinlog --verify-binlog-checksum`",
        );
        Self::Failed(told.caused_by(error))
    }
}

/// A table id of the binlog, looked up.
enum Mapped {
    Skipped,
    Wanted(Arc<Mounter>),
}

/// The last TABLE_MAP of an id: the same bytes again mean the same layout.
struct KnownMap {
    data: Vec<u8>,
    mapped: Mapped,
}

/// One run along the binlog.
pub(super) struct Follower<'a> {
    connector: &'a Connector,
    out: SourceSender,
    /// Whose binlog it is.
    server: Option<String>,
    tables: Tables,
    /// Behind the last event read.
    place: Place,
    /// Executed up to the last boundary.
    gtid: Option<GtidState>,
    clock: CommitClock,
    group: Option<Group>,
    maps: HashMap<u64, KnownMap>,
    batch: Batch,
    undecided: Undecided,
    mariadb: bool,
    /// Size of the last row: the next one's memory is reserved by it.
    row_bytes: usize,
}

impl<'a> Follower<'a> {
    /// Reads from `start` for ever.
    ///
    /// # Errors
    /// What ended it.
    pub async fn run(
        connector: &'a Connector,
        server_id: u32,
        out: SourceSender,
        start: Start,
        space: Arc<SpillSpace>,
    ) -> Result<(), Ended> {
        let mut stream = dump::open(connector, server_id, &start).await?;
        let mut follower = Self {
            connector,
            out,
            mariadb: start.flavour.mariadb,
            undecided: Undecided::new(space),
            server: start.server,
            tables: start.tables,
            place: start.place,
            gtid: start.gtid,
            clock: CommitClock::new(start.floor),
            group: None,
            maps: HashMap::new(),
            batch: Batch::default(),
            row_bytes: 0,
        };
        for table in follower.tables.iter() {
            follower.batch.push(SourceEvent::Table(Arc::clone(table)));
        }
        if start.announce {
            follower.batch.resolve(&follower.place, follower.clock.last());
        }
        // A server may keep us waiting, while it looks for the place or for an end of our last connection; its first packet says
        // that it reads.
        let mut next = tokio::time::timeout(SILENCE, stream.next()).await.map_err(|_| follower.silent())?;
        let mut first = follower.batch.take(follower.gtid.as_ref(), follower.server.as_deref());
        first.push(SourceEvent::Reads);
        follower.out.send(first).await?;
        loop {
            match next {
                Some(Ok(event)) => follower.event(&event).await?,
                Some(Err(error)) => return Err(connector.failed(error).into()),
                None => return Err(follower.ended().into()),
            }
            // What has arrived already goes into the same batch, which waits for no more.
            next = match stream.next().now_or_never() {
                Some(next) => next,
                None => {
                    follower.flush_ended().await?;
                    tokio::time::timeout(SILENCE, stream.next()).await.map_err(|_| follower.silent())?
                }
            };
        }
    }

    async fn event(&mut self, event: &Event) -> Result<(), Ended> {
        let header = event.header();
        let from_payload = self.group.as_ref().is_some_and(|group| group.payload);
        if !from_payload {
            packet::verify(event)?;
        }
        let kind = header.event_type_raw();
        let body = EventBody::parse(kind, header.flags_raw(), event.data())?;
        if let EventBody::Rotate { position, file } = body {
            return self.rotate(event, position, file);
        }
        if !from_payload {
            packet::advance(&mut self.place, &header);
        }
        match body {
            EventBody::Gtid(gtid) => self.gtid_event(gtid, event)?,
            EventBody::Query(query) => self.query(query, event).await?,
            EventBody::TableMap(data) if self.holds() => self.hold_table_map(data, event)?,
            EventBody::TableMap(data) => self.table_map(data).await?,
            EventBody::Rows(rows) if self.holds() => self.hold_rows(&rows, event).await?,
            EventBody::Rows(rows) => {
                // Rows without BEGIN or GTID end with the COMMIT or XID that must follow all the same.
                self.open_group(event, None).explicit = true;
                self.rows(rows).await?;
            }
            EventBody::Xid => self.commit(),
            EventBody::XaPrepare { one_phase, .. } => self.prepared(one_phase).await?,
            EventBody::Payload => self.open_group(event, None).payload = true,
            EventBody::Heartbeat => {}
            EventBody::LoadStatement => return Err(self.statement_format("LOAD DATA").into()),
            EventBody::PartialUpdate => return Err(self.partial_json().into()),
            EventBody::Incident => return Err(self.incident().into()),
            EventBody::Unknown(kind) => return Err(self.unknown_event(kind).into()),
            EventBody::Rotate { .. } | EventBody::Format | EventBody::Skip => {}
        }
        if self.batch.is_full() {
            self.flush().await?;
        }
        Ok(())
    }

    /// The next file. The server also sends one that is not in the log, before anything else.
    fn rotate(&mut self, event: &Event, position: u64, file: &[u8]) -> Result<(), Ended> {
        let file = packet::rotate_file(event, file);
        let next = Place { file: String::from_utf8(file.to_vec()).map_err(|_| Malformed("a file name is not UTF-8"))?, position };
        // No transaction goes on in another file.
        if next.file != self.place.file {
            self.drop_unfinished();
        }
        let artificial = packet::is_artificial(&event.header());
        if !artificial {
            self.maps.clear();
        }
        let moved = self.place != next;
        self.place = next;
        // Before the first transaction of a start by GTID, the server still skips: its place means nothing yet.
        if moved && !artificial && self.group.is_none() && self.clock.last().0 > 0 {
            self.batch.resolve(&self.place, self.clock.last());
        }
        Ok(())
    }

    fn gtid_event(&mut self, gtid: Gtid, event: &Event) -> Result<(), Ended> {
        if self.group.is_some() {
            return Err(Malformed("a transaction begins inside another one").into());
        }
        match gtid {
            Gtid::Mysql { id, tagged, committed_us } => {
                if id.is_none() || tagged {
                    // Its number cannot be kept: from here on only the place in the file counts.
                    self.gtid = None;
                }
                let group = self.open_group(event, committed_us);
                group.mysql = id;
            }
            Gtid::Mariadb { domain, sequence, standalone, prepared, unfinished_alter } => {
                let server = event.header().server_id();
                let group = self.open_group(event, None);
                group.mariadb = Some((domain, server, sequence));
                group.explicit = !standalone;
                group.unfinished_alter = unfinished_alter;
                if let Some(xid) = prepared {
                    self.hold(xid, event);
                }
            }
        }
        Ok(())
    }

    /// Whether rows are of a transaction that will only be prepared.
    fn holds(&self) -> bool {
        self.group.as_ref().is_some_and(|group| group.held.is_some())
    }

    /// The group that `event` belongs to, opened by it when none is open.
    fn open_group(&mut self, event: &Event, micros: Option<u64>) -> &mut Group {
        let (clock, place) = (&mut self.clock, &self.place);
        self.group.get_or_insert_with(|| Group::new(clock.stamp(event.header().timestamp(), micros, place.position)))
    }

    fn commit(&mut self) {
        let Some(group) = self.group.take() else { return };
        match (&mut self.gtid, group.mysql, group.mariadb) {
            (Some(GtidState::Mysql(set)), Some((uuid, number)), _) => set.add(uuid, number),
            (Some(GtidState::Mariadb(positions)), _, Some((domain, server, sequence))) => positions.set(domain, server, sequence),
            _ => {}
        }
        // The protocol cannot ask for places behind 4 GiB; such a file ends with this transaction, and the next one begins low.
        if self.place.position <= u64::from(u32::MAX) {
            self.batch.resolve(&self.place, group.commit_ts);
        }
    }

    async fn query(&mut self, query: Query<'_>, event: &Event) -> Result<(), Ended> {
        let kind = StatementKind::of(&query.sql);
        match kind {
            StatementKind::Begin => {
                self.open_group(event, None).explicit = true;
                return Ok(());
            }
            StatementKind::Commit => {
                self.commit();
                return Ok(());
            }
            StatementKind::Rollback => {
                if self.group.as_ref().is_some_and(|group| group.has_rows) {
                    self.note(LogLevel::Warning, "a rolled-back transaction changed tables without transactions; all its rows were sent");
                }
                self.commit();
                return Ok(());
            }
            StatementKind::Xa => return self.xa_statement(&query.sql, event).await,
            _ => {}
        }
        let group = self.open_group(event, None);
        group.explicit |= kind == StatementKind::DdlBeginning;
        let (ends_group, unfinished) = (!group.explicit, group.unfinished_alter);
        match kind {
            StatementKind::Ddl | StatementKind::DdlBeginning if !unfinished => {
                self.ddl(&query).await?;
                if let Some(clause) = statement::moves_rows(&query.sql) {
                    let why =
                        format!("was altered with {clause}: what that adds or removes is not in the binlog, and its rows in Kafka stay");
                    self.note_of_tables(&query, &why);
                }
            }
            StatementKind::Truncate => {
                self.note_of_tables(&query, "was truncated: its rows stay in Kafka, since TRUNCATE writes no deletes")
            }
            StatementKind::Dml => self.refuse_statement(&query)?,
            _ => {}
        }
        if ends_group {
            self.commit();
        }
        Ok(())
    }

    async fn ddl(&mut self, query: &Query<'_>) -> Result<(), Ended> {
        let sql = query.sql.trim_end();
        let cut = sql.len().saturating_sub("START TRANSACTION".len());
        let sql = match sql.get(cut..) {
            Some(tail) if tail.eq_ignore_ascii_case("START TRANSACTION") => &sql[..cut],
            _ => sql,
        };
        let events = self.tables.apply(&query.schema, sql).await?;
        if !events.is_empty() {
            self.maps.clear();
        }
        for event in events {
            self.batch.push(event);
        }
        Ok(())
    }

    /// Warns of each table of ours that the statement names.
    fn note_of_tables(&mut self, query: &Query<'_>, why: &str) {
        for (schema, name) in statement::names(&query.sql) {
            let schema = schema.as_deref().unwrap_or(&query.schema);
            if let Some(table) = self.tables.get(schema, &name) {
                let text = format!("{} {why}", table.qualified());
                self.note(LogLevel::Warning, &text);
            }
        }
    }

    /// Rows written as a statement are lost to us: refused when the statement names a table of ours.
    fn refuse_statement(&self, query: &Query<'_>) -> Result<(), Ended> {
        let ours = statement::names(&query.sql).into_iter().find_map(|(schema, name)| {
            let schema = schema.as_deref().unwrap_or(&query.schema);
            self.tables.get(schema, &name).map(|table| table.qualified())
        });
        ours.map_or(Ok(()), |table| Err(self.statement_format(&table).into()))
    }

    async fn table_map(&mut self, data: &[u8]) -> Result<(), Ended> {
        let id = table_map::table_id(data)?;
        if self.maps.get(&id).is_some_and(|known| known.data == data) {
            return Ok(());
        }
        let map = TableMap::parse(data)?;
        let mapped = if self.tables.wants(&map.schema, &map.name) { self.mount(&map).await? } else { Mapped::Skipped };
        self.maps.insert(id, KnownMap { data: data.to_vec(), mapped });
        Ok(())
    }

    /// Matches a layout with the table's definition, which is read again once when it does not fit.
    async fn mount(&mut self, map: &TableMap) -> Result<Mapped, Ended> {
        if let Some(table) = self.tables.get(&map.schema, &map.name).cloned() {
            if cannot_be_decoded(&table) {
                return Ok(Mapped::Skipped);
            }
            if let Ok(mounter) = Mounter::new(map, table) {
                return Ok(Mapped::Wanted(Arc::new(mounter)));
            }
        }
        let Some(table) = self.tables.reread(&map.schema, &map.name).await? else {
            self.note(LogLevel::Warning, &format!("{}.{} is gone from the server: its old rows are left out", map.schema, map.name));
            return Ok(Mapped::Skipped);
        };
        self.batch.push(SourceEvent::Table(Arc::clone(&table)));
        if cannot_be_decoded(&table) {
            return Ok(Mapped::Skipped);
        }
        match Mounter::new(map, table) {
            Ok(mounter) => Ok(Mapped::Wanted(Arc::new(mounter))),
            Err(misfit) => Err(misfit_failure(map, &misfit).into()),
        }
    }

    /// Sends rows as those of the open group.
    async fn rows(&mut self, rows: Rows<'_>) -> Result<(), Ended> {
        let mounter = match self.maps.get(&rows.table_id).map(|known| &known.mapped) {
            Some(Mapped::Wanted(mounter)) => Arc::clone(mounter),
            Some(Mapped::Skipped) => return Ok(()),
            // MySQL closes a statement with an empty event for a table id that stands for none.
            None if rows.images.is_empty() => return Ok(()),
            None => return Err(Malformed("rows of a table that was not announced").into()),
        };
        if rows.columns != mounter.table.columns.len() {
            return Err(Malformed("rows with another number of columns than was announced").into());
        }
        if !rows.is_full() {
            return Err(self.partial_image(&mounter.table.qualified()).into());
        }
        let group = self.group.as_mut().ok_or(Malformed("rows outside of a transaction"))?;
        if !std::mem::replace(&mut group.has_rows, true) {
            self.batch.open();
        }
        let commit_ts = group.commit_ts;
        let mut images = Reader::new(&rows.images);
        while !images.is_empty() {
            let before = if rows.op == Op::Insert { None } else { Some(self.row(&mounter, &mut images)?) };
            let after = if rows.op == Op::Delete { None } else { Some(self.row(&mounter, &mut images)?) };
            self.batch.push_row(RowChange { table: Arc::clone(&mounter.table), before, after, commit_ts });
            if self.batch.is_full() {
                self.flush().await?;
            }
        }
        Ok(())
    }

    fn row(&mut self, mounter: &Mounter, images: &mut Reader<'_>) -> Result<shared::row::Row, Malformed> {
        let row = mounter.row(images, self.row_bytes)?;
        // A large value now and then must not make every later row reserve its size.
        self.row_bytes = row.heap_bytes().min(4096);
        Ok(row)
    }

    async fn flush(&mut self) -> Result<(), Ended> {
        if !self.batch.is_empty() {
            let events = self.batch.take(self.gtid.as_ref(), self.server.as_deref());
            self.out.send(events).await?;
            if let Some(group) = &mut self.group {
                group.is_sent |= group.has_rows;
            }
        }
        Ok(())
    }

    /// All but the rows of an open transaction.
    async fn flush_ended(&mut self) -> Result<(), Ended> {
        if !self.group.as_ref().is_some_and(|group| group.has_rows) {
            return self.flush().await;
        }
        let events = self.batch.take_ended(self.gtid.as_ref(), self.server.as_deref());
        if !events.is_empty() {
            self.out.send(events).await?;
        }
        Ok(())
    }

    fn note(&mut self, level: LogLevel, text: &str) {
        let at_ms = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |d| d.as_millis() as u64);
        self.batch.push(SourceEvent::Note(LogEntry { at_ms, level, text: text.to_owned() }));
    }
}

/// Rows with a type that has no form here are left out; the engine says why the table is not eligible.
fn cannot_be_decoded(table: &shared::schema::TableModel) -> bool {
    table.columns.iter().any(|c| matches!(c.ty, shared::schema::ColumnType::Unsupported { .. }))
}

fn misfit_failure(map: &TableMap, misfit: &Misfit) -> EngineError {
    let table = format!("{}.{}", map.schema, map.name);
    let (code, message, hint) = match misfit {
        Misfit::Drift { column, defined, found } => (
            "schema-drift",
            format!("rows of `{table}` do not fit its definition: column `{column}` is defined as {defined}, the rows have {found}"),
            "the table was altered after these rows were written, and that change is not ahead in the log: start at a place after it, or anew",
        ),
        Misfit::Charset { column, charset } => (
            "charset-unsupported",
            format!("column `{column}` of `{table}` has the character set `{charset}`, which cannot be converted to UTF-8"),
            "convert the column to utf8mb4, or leave the table out with `changefeed.config.filter.rules`",
        ),
        Misfit::Unreadable { column, code } => (
            "column-unreadable",
            format!("column `{column}` of `{table}` is stored in a way that cannot be read (type number {code})"),
            "drop COMPRESSED from the column, or leave the table out with `changefeed.config.filter.rules`",
        ),
    };
    failure(ErrorKind::Schema, URL, code, message, hint)
}
