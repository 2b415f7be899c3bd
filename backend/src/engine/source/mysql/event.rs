//! What one binlog event says, as far as a reader of rows needs it. MySQL's and MariaDB's kinds side by side.
//!
//! Layouts: MySQL source `libs/mysql/binlog/event`, MariaDB Knowledge Base "Replication Protocol".

use super::statement;
use super::wire::{Malformed, Reader};
use super::xa::Xid;
use flate2::read::ZlibDecoder;
use shared::row::Op;
use std::{borrow::Cow, io::Read};

/// An event whose meaning matters; `Skip` for those that do not.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum EventBody<'a> {
    /// The next event is at `position` of `file`.
    Rotate {
        position: u64,
        file: &'a [u8],
    },
    Format,
    Gtid(Gtid),
    Query(Query<'a>),
    TableMap(&'a [u8]),
    Rows(Rows<'a>),
    /// The transaction is committed.
    Xid,
    /// A transaction is only prepared (XA); `one_phase`: committed at once.
    XaPrepare {
        one_phase: bool,
        xid: Xid,
    },
    Heartbeat,
    /// The next events come from this one's compressed payload.
    Payload,
    /// Rows of a LOAD DATA written as a statement.
    LoadStatement,
    /// JSON updates as differences: not readable without the value before.
    PartialUpdate,
    /// The server says that changes are missing from its own binlog.
    Incident,
    Skip,
    /// Not known, and not marked as one that may be skipped.
    Unknown(u8),
}

/// Opens a group of events: a transaction, or a single statement.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Gtid {
    Mysql {
        /// `None` for an anonymous transaction.
        id: Option<([u8; 16], u64)>,
        /// Tagged GTIDs (MySQL 8.4) are followed by file and position only.
        tagged: bool,
        /// Microseconds since 1970 (MySQL 8).
        committed_us: Option<u64>,
    },
    Mariadb {
        domain: u32,
        sequence: u64,
        /// One statement without BEGIN and COMMIT.
        standalone: bool,
        /// The rows of this XA transaction follow; it is prepared at their end.
        prepared: Option<Xid>,
        /// The first half of a two-phase ALTER, or its rollback: nothing has changed (yet).
        unfinished_alter: bool,
    },
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Query<'a> {
    /// The session's default database.
    pub schema: Cow<'a, str>,
    /// Without settings that hold for this statement alone (`SET STATEMENT … FOR`).
    pub sql: Cow<'a, str>,
}

/// Row images, not yet taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rows<'a> {
    pub op: Op,
    pub table_id: u64,
    pub columns: usize,
    /// Columns present in the (first) image; the second image of an update has its own.
    pub present: &'a [u8],
    pub present_after: &'a [u8],
    pub images: Cow<'a, [u8]>,
}

impl Rows<'_> {
    /// Whether every image holds every column (`binlog_row_image=FULL`).
    pub fn is_full(&self) -> bool {
        let full = |bitmap: &[u8]| (0..self.columns).all(|i| super::wire::bit(bitmap, i));
        full(self.present) && full(self.present_after)
    }
}

/// `LOG_EVENT_IGNORABLE_F`.
const IGNORABLE: u16 = 0x80;

impl<'a> EventBody<'a> {
    /// From an event's type, flags and data (header and checksum taken off).
    pub fn parse(kind: u8, flags: u16, data: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(data);
        Ok(match kind {
            2 => Self::Query(query(&mut reader, false)?),
            4 => Self::Rotate { position: reader.u64()?, file: reader.rest() },
            15 => Self::Format,
            16 => Self::Xid,
            17 | 18 => Self::LoadStatement,
            19 => Self::TableMap(data),
            23 | 30 => Self::Rows(rows(Op::Insert, kind == 30, false, &mut reader)?),
            24 | 31 => Self::Rows(rows(Op::Update, kind == 31, false, &mut reader)?),
            25 | 32 => Self::Rows(rows(Op::Delete, kind == 32, false, &mut reader)?),
            26 => Self::Incident,
            27 | 41 => Self::Heartbeat,
            33 | 34 => Self::Gtid(mysql_gtid(kind == 34, &mut reader)?),
            38 => Self::XaPrepare { one_phase: reader.u8()? != 0, xid: Xid::of_prepare(&mut reader)? },
            39 => Self::PartialUpdate,
            40 => Self::Payload,
            42 => Self::Gtid(Gtid::Mysql { id: None, tagged: true, committed_us: None }),
            162 => Self::Gtid(mariadb_gtid(&mut reader)?),
            165 => Self::Query(query(&mut reader, true)?),
            166 | 169 => Self::Rows(rows(Op::Insert, kind == 169, true, &mut reader)?),
            167 | 170 => Self::Rows(rows(Op::Update, kind == 170, true, &mut reader)?),
            168 | 171 => Self::Rows(rows(Op::Delete, kind == 171, true, &mut reader)?),
            // Stop, variables of statements, row queries, previous GTIDs, group replication's bookkeeping;
            // MariaDB: annotations, checkpoints, GTID lists, encryption (the server decrypts before sending).
            0 | 3 | 5 | 13 | 14 | 28 | 29 | 35 | 36 | 37 | 160 | 161 | 163 | 164 => Self::Skip,
            _ if flags & IGNORABLE != 0 => Self::Skip,
            _ => Self::Unknown(kind),
        })
    }
}

fn query<'a>(reader: &mut Reader<'a>, compressed: bool) -> Result<Query<'a>, Malformed> {
    reader.take(8)?;
    let schema_len = usize::from(reader.u8()?);
    reader.u16()?;
    let status_len = usize::from(reader.u16()?);
    reader.take(status_len)?;
    let schema = String::from_utf8_lossy(reader.take(schema_len)?);
    reader.u8()?;
    let sql = if compressed { Cow::Owned(inflate(reader.rest())?) } else { Cow::Borrowed(reader.rest()) };
    let sql = match text(sql) {
        Cow::Borrowed(sql) => Cow::Borrowed(statement::body(sql)),
        Cow::Owned(sql) => Cow::Owned(statement::body(&sql).to_owned()),
    };
    Ok(Query { schema, sql })
}

/// Statements come in the client's character set; what is not UTF-8 is nearly always latin1.
fn text(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    let latin1 = |bytes: &[u8]| bytes.iter().map(|&b| char::from(b)).collect::<String>();
    match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map_or_else(|_| Cow::Owned(latin1(bytes)), Cow::Borrowed),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8(bytes).unwrap_or_else(|e| latin1(e.as_bytes()))),
    }
}

fn rows<'a>(op: Op, version_2: bool, compressed: bool, reader: &mut Reader<'a>) -> Result<Rows<'a>, Malformed> {
    let table_id = reader.uint(6)?;
    reader.u16()?;
    if version_2 {
        // The length counts itself.
        let extra = usize::from(reader.u16()?);
        reader.take(extra.checked_sub(2).ok_or(Malformed("row data has an impossible header"))?)?;
    }
    let columns = reader.lenenc_len()?;
    let present = reader.take(columns.div_ceil(8))?;
    let present_after = if op == Op::Update { reader.take(columns.div_ceil(8))? } else { present };
    let images = if compressed { Cow::Owned(inflate(reader.rest())?) } else { Cow::Borrowed(reader.rest()) };
    Ok(Rows { op, table_id, columns, present, present_after, images })
}

/// `[flags u8][anonymous or sid 16][gno 8][logical timestamps 1 + 8 + 8][commit time 7]…`, later parts since 5.7 and 8.0.
fn mysql_gtid(anonymous: bool, reader: &mut Reader<'_>) -> Result<Gtid, Malformed> {
    const HAS_ORIGINAL_TIME: u64 = 1 << 55;
    reader.u8()?;
    let (sid, gno) = (reader.array()?, reader.u64()?);
    let has_logical = reader.len() >= 17 && reader.u8()? == 2;
    let committed_us = if has_logical && reader.take(16).is_ok() && reader.len() >= 7 {
        Some(reader.uint(7)? & !HAS_ORIGINAL_TIME).filter(|&us| us > 0)
    } else {
        None
    };
    Ok(Gtid::Mysql { id: (!anonymous).then_some((sid, gno)), tagged: false, committed_us })
}

fn mariadb_gtid(reader: &mut Reader<'_>) -> Result<Gtid, Malformed> {
    const STANDALONE: u8 = 1;
    const GROUP_COMMIT_ID: u8 = 2;
    const PREPARED_XA: u8 = 64;
    const COMPLETED_XA: u8 = 128;
    const START_OR_ROLLBACK_ALTER: u8 = 2 | 8;
    let (sequence, domain, flags) = (reader.u64()?, reader.u32()?, reader.u8()?);
    if flags & GROUP_COMMIT_ID != 0 {
        reader.u64()?;
    }
    // Which one was completed, the statement says, too.
    let xid = if flags & (PREPARED_XA | COMPLETED_XA) != 0 { Some(Xid::of_gtid(reader)?) } else { None };
    let extra = reader.u8().unwrap_or(0);
    Ok(Gtid::Mariadb {
        domain,
        sequence,
        standalone: flags & STANDALONE != 0,
        prepared: xid.filter(|_| flags & PREPARED_XA != 0),
        unfinished_alter: extra & START_OR_ROLLBACK_ALTER != 0,
    })
}

/// MariaDB's `log_bin_compress`: a byte with algorithm and width of the length, the length (big-endian), zlib data.
fn inflate(data: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut reader = Reader::new(data);
    let head = reader.u8()?;
    if head & 0x80 == 0 || head & 0x70 != 0 {
        return Err(Malformed("compressed data with an unknown algorithm"));
    }
    let len = super::wire::big_endian(reader.take(usize::from(head & 0x07))?);
    let capacity = usize::try_from(len).ok().filter(|&len| len <= 1 << 30).ok_or(Malformed("compressed data with an impossible length"))?;
    let mut plain = Vec::with_capacity(capacity);
    ZlibDecoder::new(reader.rest()).take(len + 1).read_to_end(&mut plain).map_err(|_| Malformed("compressed data is damaged"))?;
    if plain.len() == capacity { Ok(plain) } else { Err(Malformed("compressed data with a wrong length")) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use flate2::{Compression, write::ZlibEncoder};
    use std::io::Write;

    fn query_event(schema: &[u8], tail: &[u8]) -> Vec<u8> {
        let mut data = vec![0; 8];
        data.push(schema.len() as u8);
        data.extend_from_slice(&[0, 0, 2, 0, 0xaa, 0xbb]);
        data.extend_from_slice(schema);
        data.push(0);
        data.extend_from_slice(tail);
        data
    }

    #[test]
    fn a_query_gives_its_database_and_statement() {
        let data = query_event(b"shop", b"DROP TABLE t");
        let expected = EventBody::Query(Query { schema: "shop".into(), sql: "DROP TABLE t".into() });
        assert_eq!(EventBody::parse(2, 0, &data).unwrap(), expected);
        let with_settings = query_event(b"shop", b"SET STATEMENT sql_mode='' FOR DROP TABLE t");
        assert_eq!(EventBody::parse(2, 0, &with_settings).unwrap(), EventBody::parse(2, 0, &data).unwrap());
        let latin1 = query_event(b"shop", b"DROP TABLE caf\xe9");
        let EventBody::Query(query) = EventBody::parse(2, 0, &latin1).unwrap() else { panic!("not a query") };
        assert_eq!(query.sql, "DROP TABLE café");
    }

    #[test]
    fn compressed_events_of_mariadb_are_read() {
        let mut zlib = ZlibEncoder::new(vec![0x81, 12], Compression::default());
        zlib.write_all(b"DROP TABLE t").unwrap();
        let data = query_event(b"shop", &zlib.finish().unwrap());
        let EventBody::Query(query) = EventBody::parse(165, 0, &data).unwrap() else { panic!("not a query") };
        assert_eq!(query.sql, "DROP TABLE t");
        assert!(inflate(&[0x81, 12, 1, 2, 3]).is_err());
        assert!(inflate(&[0x01]).is_err());
    }

    #[test]
    fn rows_of_both_versions_give_the_same_images() {
        let v1 = [9, 0, 0, 0, 0, 0, 1, 0, 2, 0b11, 0, 1, 2];
        let v2 = [9, 0, 0, 0, 0, 0, 1, 0, 2, 0, 2, 0b11, 0, 1, 2];
        let (one, two) = (EventBody::parse(23, 0, &v1).unwrap(), EventBody::parse(30, 0, &v2).unwrap());
        assert_eq!(one, two);
        let EventBody::Rows(rows) = one else { panic!("not rows") };
        assert_eq!((rows.op, rows.table_id, rows.columns, rows.is_full(), &*rows.images), (Op::Insert, 9, 2, true, &[0u8, 1, 2][..]));
    }

    #[test]
    fn an_image_without_a_column_is_not_full() {
        let update = [9, 0, 0, 0, 0, 0, 1, 0, 2, 0b11, 0b01, 0];
        let EventBody::Rows(rows) = EventBody::parse(24, 0, &update).unwrap() else { panic!("not rows") };
        assert!(!rows.is_full());
    }

    #[test]
    fn gtids_of_both_servers_are_read() {
        let mut mysql = vec![1];
        mysql.extend_from_slice(&[0xab; 16]);
        mysql.extend_from_slice(&7u64.to_le_bytes());
        mysql.push(2);
        mysql.extend_from_slice(&[0; 16]);
        mysql.extend_from_slice(&1_700_000_000_123_456u64.to_le_bytes()[..7]);
        let expected = Gtid::Mysql { id: Some(([0xab; 16], 7)), tagged: false, committed_us: Some(1_700_000_000_123_456) };
        assert_eq!(EventBody::parse(33, 0, &mysql).unwrap(), EventBody::Gtid(expected));

        let mut maria = 42u64.to_le_bytes().to_vec();
        maria.extend_from_slice(&[3, 0, 0, 0, 1 | 2]);
        maria.extend_from_slice(&[0; 8]);
        let expected = Gtid::Mariadb { domain: 3, sequence: 42, standalone: true, prepared: None, unfinished_alter: false };
        assert_eq!(EventBody::parse(162, 0, &maria).unwrap(), EventBody::Gtid(expected));
    }

    #[test]
    fn an_xa_transaction_is_named_where_its_rows_begin_and_where_they_end() {
        let xid = Xid { format: 1, global: b"g".to_vec(), branch: Vec::new() };
        let mut maria = 42u64.to_le_bytes().to_vec();
        maria.extend_from_slice(&[3, 0, 0, 0, 4 | 64, 1, 0, 0, 0, 1, 0, b'g']);
        let EventBody::Gtid(Gtid::Mariadb { prepared, .. }) = EventBody::parse(162, 0, &maria).unwrap() else { panic!("not a GTID") };
        assert_eq!(prepared, Some(xid.clone()));
        maria[12] = 1 | 128;
        let EventBody::Gtid(Gtid::Mariadb { prepared, .. }) = EventBody::parse(162, 0, &maria).unwrap() else { panic!("not a GTID") };
        assert_eq!(prepared, None, "that is its end");

        // MySQL source libs/mysql/binlog/event/control_events.h, XA_prepare_event: one phase, format, two lengths, the name.
        let event = [1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, b'g'];
        assert_eq!(EventBody::parse(38, 0, &event).unwrap(), EventBody::XaPrepare { one_phase: true, xid });
    }

    #[test]
    fn an_unknown_event_is_skipped_only_when_it_says_that_it_may_be() {
        assert_eq!(EventBody::parse(200, 0, &[]).unwrap(), EventBody::Unknown(200));
        assert_eq!(EventBody::parse(200, IGNORABLE, &[]).unwrap(), EventBody::Skip);
    }
}
