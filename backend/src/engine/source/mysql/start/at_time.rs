//! A start at a time: the place before the first transaction that was committed then or later.
//!
//! A file's first event says when the file was begun, so a few of them tell in which file to look; that file is read from its
//! beginning. Times are whole seconds: all of the second in which the time lies is sent. What follows is read too, once more
//! than it would have to be: for statements that changed the tables since.

use super::ahead::{Ahead, damaged, next_event};
use super::{Place, binlog_files, mariadb_gtid, server_time};
use crate::engine::error::{EngineError, ErrorKind};
use crate::engine::source::mysql::{
    connect::{Connector, Flavour},
    dump,
    event::{EventBody, Gtid},
    failure::{START, failure},
    follow::packet,
    gtid::{GtidSet, GtidState},
    tables::Tables,
    wire::Malformed,
};
use mysql_async::{Conn, binlog::events::Event};

/// MySQL: the GTIDs executed before a file.
const PREVIOUS_GTIDS: u8 = 35;

/// Where a time lies in the binlog.
pub(super) struct Found {
    pub place: Place,
    pub gtid: Option<GtidState>,
}

/// The search for one time, in seconds since 1970.
pub(super) struct Search<'a> {
    pub connector: &'a Connector,
    pub flavour: &'a Flavour,
    pub second: u64,
}

impl Search<'_> {
    /// # Errors
    /// The time lies in the future or before the oldest binlog, a table was altered since, or the server cannot be read.
    pub async fn find(&self, conn: &mut Conn, tables: &Tables) -> Result<Found, EngineError> {
        let files = self.reachable(conn).await?;
        let (mut scan, mut low, mut high) = (Scan::new(self.second), 0, files.len());
        while high - low > 1 {
            let middle = low.midpoint(high);
            if self.begun(&files[middle]).await? < self.second { low = middle } else { high = middle }
        }
        let found = self.scan(&mut scan, &files[low], tables).await?;
        tracing::info!(file = %found.file, position = found.position, second = self.second, "the start's place in the binlog");
        let gtid = if self.flavour.mariadb { mariadb_gtid(self.connector, conn, &found.file, found.position).await? } else { scan.gtid };
        Ok(Found { place: found, gtid })
    }

    /// The binlog's files, of which the first was begun before the time.
    ///
    /// # Errors
    /// As [`find`](Self::find).
    pub async fn reachable(&self, conn: &mut Conn) -> Result<Vec<String>, EngineError> {
        let now = server_time(self.connector, conn).await?.physical_ms() / 1000;
        if self.second > now {
            return Err(failure(
                ErrorKind::Config,
                START,
                "start-in-future",
                format!("the start {} lies in the future: the server's clock says {}", shown(self.second), shown(now)),
                "start `now`, or at an earlier time; mind the time zone: `Z` is UTC",
            ));
        }
        let files: Vec<String> = binlog_files(self.connector, conn).await?.into_iter().map(|(name, _)| name).collect();
        let Some(oldest) = files.first() else { return Err(self.purged("there is no binlog file".to_owned(), now)) };
        let begun = self.begun(oldest).await?;
        // What was committed in the second of its beginning may be in a file before it.
        if begun >= self.second {
            let what = format!("the oldest binlog file `{oldest}` begins at {}", shown(begun));
            return Err(self.purged(what, begun + 1));
        }
        Ok(files)
    }

    /// When a file was begun, in seconds since 1970.
    async fn begun(&self, file: &str) -> Result<u64, EngineError> {
        let mut stream = dump::open_file(self.connector, self.flavour.mariadb, file).await?;
        while let Some(event) = next_event(self.connector, &mut stream).await? {
            if matches!(parse(&event).map_err(damaged)?, EventBody::Format) {
                return Ok(u64::from(event.header().timestamp()));
            }
        }
        Err(damaged(Malformed("a file has no format description")))
    }

    /// Reads from a file's beginning to the time, and on to the end of what there is. Answers where the time is.
    async fn scan(&self, scan: &mut Scan, file: &str, tables: &Tables) -> Result<Place, EngineError> {
        let mut stream = dump::open_file(self.connector, self.flavour.mariadb, file).await?;
        scan.place = Place { file: file.to_owned(), position: 4 };
        let (mut ahead, mut is_reached) = (Ahead::default(), false);
        while let Some(event) = next_event(self.connector, &mut stream).await? {
            if is_reached {
                ahead.look(&event, tables).map_err(damaged)?;
            } else {
                is_reached = scan.is_reached_by(&event).map_err(damaged)?;
            }
        }
        ahead.verdict(&shown(self.second))?;
        Ok(scan.place.clone())
    }

    fn purged(&self, what: String, earliest: u64) -> EngineError {
        failure(
            ErrorKind::PositionLost,
            START,
            "binlog-purged",
            format!("the start {} lies before what `{}` has: {what}", shown(self.second), self.connector.peer().address),
            format!(
                "start at {} or later, or with a `snapshot`; to go back further another time keep binlogs longer: \
                 `binlog_expire_logs_seconds` / `expire_logs_days`",
                shown(earliest)
            ),
        )
    }
}

/// How far the reading is.
struct Scan {
    second: u64,
    place: Place,
    /// MySQL: executed up to `place`, where all of it has numbers.
    gtid: Option<GtidState>,
    /// Events of a compressed transaction have no place of their own.
    in_payload: bool,
}

impl Scan {
    fn new(second: u64) -> Self {
        Self { second, place: Place::default(), gtid: None, in_payload: false }
    }

    /// Whether the event opens a transaction of that time or later; otherwise moves behind it.
    fn is_reached_by(&mut self, event: &Event) -> Result<bool, Malformed> {
        let header = event.header();
        match parse(event)? {
            EventBody::Rotate { position, file } => {
                let file = packet::rotate_file(event, file).to_vec();
                let file = String::from_utf8(file).map_err(|_| Malformed("a file name is not UTF-8"))?;
                (self.place, self.in_payload) = (Place { file, position }, false);
                return Ok(false);
            }
            EventBody::Gtid(gtid) => {
                if committed(&gtid, header.timestamp()) >= self.second {
                    return Ok(true);
                }
                self.in_payload = false;
                self.pass(&gtid);
            }
            EventBody::Payload => {
                packet::advance(&mut self.place, &header);
                self.in_payload = true;
            }
            _ if header.event_type_raw() == PREVIOUS_GTIDS => self.gtid = GtidSet::decode(event.data()).map(GtidState::Mysql),
            _ => {}
        }
        if !self.in_payload {
            packet::advance(&mut self.place, &header);
        }
        Ok(false)
    }

    fn pass(&mut self, gtid: &Gtid) {
        match (gtid, &mut self.gtid) {
            (Gtid::Mysql { id: Some((uuid, number)), tagged: false, .. }, Some(GtidState::Mysql(set))) => set.add(*uuid, *number),
            // Its number cannot be kept: only the place in the file counts then.
            (Gtid::Mysql { .. }, _) => self.gtid = None,
            (Gtid::Mariadb { .. }, _) => {}
        }
    }
}

/// When a transaction was committed, in seconds since 1970.
fn committed(gtid: &Gtid, written: u32) -> u64 {
    match gtid {
        Gtid::Mysql { committed_us: Some(micros), .. } => micros / 1_000_000,
        _ => u64::from(written),
    }
}

fn parse(event: &Event) -> Result<EventBody<'_>, Malformed> {
    let header = event.header();
    EventBody::parse(header.event_type_raw(), header.flags_raw(), event.data())
}

pub(super) fn shown(second: u64) -> String {
    let at = i64::try_from(second).ok().and_then(|second| jiff::Timestamp::from_second(second).ok());
    at.map_or_else(|| format!("{second} s after 1970"), |at| at.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transaction_is_as_old_as_its_commit() {
        let mysql = |committed_us| Gtid::Mysql { id: None, tagged: false, committed_us };
        assert_eq!(committed(&mysql(Some(1_700_000_000_999_999)), 5), 1_700_000_000);
        assert_eq!(committed(&mysql(None), 5), 5);
        assert_eq!(shown(1_700_000_000), "2023-11-14T22:13:20Z");
    }

    #[test]
    fn gtids_are_kept_as_long_as_all_have_numbers() {
        let mut scan = Scan::new(0);
        let uuid = [7; 16];
        let pass = |scan: &mut Scan, id, tagged| scan.pass(&Gtid::Mysql { id, tagged, committed_us: None });
        pass(&mut scan, Some((uuid, 1)), false);
        assert_eq!(scan.gtid, None, "nothing is known before the file's own list");
        scan.gtid = GtidState::parse("07070707-0707-0707-0707-070707070707:1-4", false);
        pass(&mut scan, Some((uuid, 5)), false);
        assert_eq!(scan.gtid.as_ref().and_then(GtidState::text).as_deref(), Some("07070707-0707-0707-0707-070707070707:1-5"));
        pass(&mut scan, None, true);
        assert_eq!(scan.gtid, None);
    }
}
