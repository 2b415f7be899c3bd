//! From "where to begin" to a place in the binlog, with the table definitions that hold there.

mod ahead;
mod at_time;
mod resume;

use super::check::{BinlogEnd, Facts, binlog_end};
use super::connect::{Connector, Flavour};
use super::failure::{START, failure};
use super::gtid::GtidState;
use super::load::Load;
use super::tables::Tables;
use crate::engine::{
    error::{EngineError, ErrorKind},
    source::{Begin, Wanted},
};
use at_time::Search;
use mysql_async::{Conn, prelude::Queryable};
use shared::{Finding, config::StartFrom, finding::Severity, row::CommitTs};

/// A point between two events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// Empty until the server has told it.
    pub file: String,
    pub position: u64,
}

/// Everything a reader needs to begin.
pub(super) struct Start {
    pub flavour: Flavour,
    /// What tells the server from others, see [`Facts::server`].
    pub server: Option<String>,
    pub place: Place,
    /// What has been executed up to `place`.
    pub gtid: Option<GtidState>,
    /// Ask the server for what follows `gtid` rather than for what follows `place`.
    pub by_gtid: bool,
    /// No later commit-ts may be lower.
    pub floor: CommitTs,
    /// Whether `place` should be sent as resolved at once: it is not written anywhere yet.
    pub announce: bool,
    pub tables: Tables,
    /// The initial load that comes before following.
    pub load: Option<Load>,
}

/// How often definitions are read before giving up on a moment without DDL.
const QUIET_ATTEMPTS: usize = 10;

impl Start {
    /// Finds the place, after making sure that the server can be a source.
    ///
    /// # Errors
    /// The server is not fit for it, or the place is not one of its binlog's.
    pub async fn find(connector: &Connector, wanted: Wanted, begin: Begin) -> Result<Self, EngineError> {
        let mut conn = connector.open().await?;
        let flavour = connector.flavour(&mut conn).await?;
        let facts = Facts::read(connector, &mut conn, &flavour).await?;
        if let Some(finding) = facts.findings(connector.peer()).into_iter().find(|f| f.severity == Severity::Error) {
            let kind = if finding.code == "source-denied" { ErrorKind::Denied } else { ErrorKind::Config };
            return Err(EngineError::new(kind, finding));
        }
        let (schemas, resumed, fresh) = match begin {
            Begin::Checkpoint { position, commit_ts, schemas } => (schemas, Some((position, commit_ts)), None),
            Begin::Fresh(from) => (Vec::new(), None, Some(from)),
        };
        let mut start = Self {
            tables: Tables::new(wanted, connector.clone(), &flavour, schemas),
            flavour,
            server: facts.server(),
            place: Place::default(),
            gtid: None,
            by_gtid: false,
            floor: CommitTs(0),
            announce: false,
            load: None,
        };
        if let Some((position, commit_ts)) = resumed {
            start.resume(connector, position, commit_ts)?;
        }
        if let Some(from) = fresh {
            start.begin(connector, &mut conn, &facts, from).await?;
        }
        connector.answer(conn.disconnect()).await?;
        Ok(start)
    }

    /// Without a checkpoint: where the document says.
    async fn begin(&mut self, connector: &Connector, conn: &mut Conn, facts: &Facts, from: StartFrom) -> Result<(), EngineError> {
        match from {
            StartFrom::Now | StartFrom::Snapshot => {
                let end = quiet_end(connector, conn, &self.flavour, &mut self.tables).await?;
                self.gtid = gtid_at_end(connector, conn, &self.flavour, facts, &end).await?;
                self.place = Place { file: end.file, position: end.position };
                self.floor = server_time(connector, conn).await?;
                self.load = (from == StartFrom::Snapshot).then(|| Load { begun: self.place.clone(), done: None });
                self.announce = true;
            }
            StartFrom::Binlog { file, position } => {
                self.tables.load(conn).await?;
                if self.flavour.mariadb {
                    self.gtid = mariadb_gtid(connector, conn, &file, position).await?;
                }
                let shown = format!("{file}:{position}");
                self.place = Place { file, position: position.max(4) };
                ahead::check(connector, self, &shown).await?;
            }
            StartFrom::Gtid(text) => {
                self.gtid = Some(GtidState::parse(&text, self.flavour.mariadb).ok_or_else(|| not_a_gtid(&text, &self.flavour))?);
                self.by_gtid = true;
                self.tables.load(conn).await?;
                ahead::check(connector, self, &text).await?;
            }
            StartFrom::Time(_) | StartFrom::Tso(_) => {
                let second = from.tso().map_or(0, |tso| CommitTs(tso).physical_ms() / 1000);
                // Before the search, which looks for what happened to them since.
                self.tables.load(conn).await?;
                let found = Search { connector, flavour: &self.flavour, second }.find(conn, &self.tables).await?;
                self.gtid = found.gtid.filter(|_| self.flavour.mariadb || facts.gtid_mode());
                self.place = found.place;
                // All that follows is of that second or later.
                self.floor = CommitTs(CommitTs::new(second * 1000, 0).0.saturating_sub(1));
                self.announce = true;
            }
        }
        Ok(())
    }
}

/// What stands in the way of a start, as far as it shows without making it. A pipeline that has a checkpoint goes on from there
/// and does not mind, so it is a warning.
///
/// # Errors
/// The server cannot be read.
pub(super) async fn foresee(
    connector: &Connector,
    conn: &mut Conn,
    flavour: &Flavour,
    from: &StartFrom,
) -> Result<Option<Finding>, EngineError> {
    let possible = match from {
        StartFrom::Now | StartFrom::Snapshot => Ok(()),
        StartFrom::Time(_) | StartFrom::Tso(_) => {
            let second = from.tso().map_or(0, |tso| CommitTs(tso).physical_ms() / 1000);
            Search { connector, flavour, second }.reachable(conn).await.map(drop)
        }
        StartFrom::Binlog { file, position } => is_there(connector, conn, file, *position).await,
        StartFrom::Gtid(text) => GtidState::parse(text, flavour.mariadb).map(drop).ok_or_else(|| not_a_gtid(text, flavour)),
    };
    match possible {
        Ok(()) => Ok(None),
        Err(error) if matches!(error.kind, ErrorKind::Config | ErrorKind::PositionLost) => {
            Ok(Some(Finding { severity: Severity::Warning, ..*error.finding }))
        }
        Err(error) => Err(error),
    }
}

async fn is_there(connector: &Connector, conn: &mut Conn, file: &str, position: u64) -> Result<(), EngineError> {
    let files = binlog_files(connector, conn).await?;
    if files.iter().any(|(name, size)| name == file && position <= *size) {
        return Ok(());
    }
    let (first, last) = (files.first(), files.last());
    let range =
        first.zip(last).map_or_else(String::new, |((first, _), (last, size))| format!(": it goes from `{first}:4` to `{last}:{size}`"));
    Err(failure(
        ErrorKind::PositionLost,
        START,
        "binlog-purged",
        format!("`{file}:{position}` is no place of the binlog of `{}`{range}", connector.peer().address),
        "start at a place in between, or anew: a `snapshot`, or from `now` on",
    ))
}

/// The binlog's files with their sizes, the oldest first.
async fn binlog_files(connector: &Connector, conn: &mut Conn) -> Result<Vec<(String, u64)>, EngineError> {
    let rows: Vec<mysql_async::Row> = connector.answer(conn.query("SHOW BINARY LOGS")).await?;
    let file = |mut row: mysql_async::Row| Some((row.take_opt::<String, _>(0)?.ok()?, row.take_opt::<u64, _>(1)?.ok()?));
    Ok(rows.into_iter().filter_map(file).collect())
}

/// The end of the binlog, with the definitions that hold there: they were the same before and after it was asked for.
async fn quiet_end(connector: &Connector, conn: &mut Conn, flavour: &Flavour, tables: &mut Tables) -> Result<BinlogEnd, EngineError> {
    tables.load(conn).await?;
    let mut end = binlog_end(connector, conn, flavour).await?;
    for _ in 0..QUIET_ATTEMPTS {
        if !tables.load(conn).await? {
            break;
        }
        end = binlog_end(connector, conn, flavour).await?;
    }
    Ok(end)
}

async fn gtid_at_end(
    connector: &Connector,
    conn: &mut Conn,
    flavour: &Flavour,
    facts: &Facts,
    end: &BinlogEnd,
) -> Result<Option<GtidState>, EngineError> {
    if flavour.mariadb {
        return mariadb_gtid(connector, conn, &end.file, end.position).await;
    }
    Ok(facts.gtid_mode().then(|| GtidState::parse(&end.executed, false)).flatten())
}

/// MariaDB answers which GTIDs a place corresponds to; nothing for a place that is not between two transactions.
async fn mariadb_gtid(connector: &Connector, conn: &mut Conn, file: &str, position: u64) -> Result<Option<GtidState>, EngineError> {
    let text: Option<Option<String>> = connector.answer(conn.exec_first("SELECT BINLOG_GTID_POS(?, ?)", (file, position))).await?;
    Ok(text.flatten().and_then(|text| GtidState::parse(&text, true)))
}

/// The server's clock, to the second below.
async fn server_time(connector: &Connector, conn: &mut Conn) -> Result<CommitTs, EngineError> {
    let seconds: Option<u64> = connector.answer(conn.query_first("SELECT UNIX_TIMESTAMP()")).await?;
    Ok(CommitTs::new(seconds.unwrap_or(0).saturating_mul(1000), 0))
}

fn not_a_gtid(text: &str, flavour: &Flavour) -> EngineError {
    let form = if flavour.mariadb { "0-1-100,1-2-7" } else { "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23" };
    failure(
        ErrorKind::Config,
        START,
        "start-gtid",
        format!("`{text}` is not a GTID position of {}", flavour.name),
        format!("it looks like `{form}`"),
    )
}
