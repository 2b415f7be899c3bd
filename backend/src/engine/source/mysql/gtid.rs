//! Global transaction ids: what has been executed so far, in MySQL's and in MariaDB's way.

use super::wire::Reader;
use mysql_async::{GnoInterval, Sid};
use std::{collections::BTreeMap, fmt};

/// MySQL counts transactions no further.
const LAST_NUMBER: u64 = i64::MAX as u64;

/// The transactions executed up to a position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum GtidState {
    Mysql(GtidSet),
    Mariadb(GtidPositions),
}

/// MySQL: for each source server the numbers executed, e.g. `3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23:25`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct GtidSet {
    /// Inclusive intervals, sorted, apart.
    sources: BTreeMap<[u8; 16], Vec<(u64, u64)>>,
}

/// MariaDB: for each domain the last one executed, e.g. `0-1-100,1-2-7`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct GtidPositions {
    /// Domain to (server id, sequence number).
    domains: BTreeMap<u32, (u32, u64)>,
}

impl GtidState {
    /// `None` when the text is not a GTID set of that server kind. MySQL's tagged GTIDs (8.4) are not understood.
    pub fn parse(text: &str, mariadb: bool) -> Option<Self> {
        if mariadb { GtidPositions::parse(text).map(Self::Mariadb) } else { GtidSet::parse(text).map(Self::Mysql) }
    }

    /// For a checkpoint; nothing executed yet is no position to begin at.
    pub fn text(&self) -> Option<String> {
        let empty = match self {
            Self::Mysql(set) => set.sources.is_empty(),
            Self::Mariadb(positions) => positions.domains.is_empty(),
        };
        (!empty).then(|| self.to_string())
    }
}

impl fmt::Display for GtidState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mysql(set) => set.fmt(f),
            Self::Mariadb(positions) => positions.fmt(f),
        }
    }
}

impl GtidSet {
    fn parse(text: &str) -> Option<Self> {
        let mut set = Self::default();
        for source in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let mut parts = source.split(':').map(str::trim);
            let uuid = parse_uuid(parts.next()?)?;
            let intervals = set.sources.entry(uuid).or_default();
            for interval in parts {
                let (first, last) = interval.split_once('-').unwrap_or((interval, interval));
                let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
                if first == 0 || last < first || last > LAST_NUMBER {
                    return None;
                }
                intervals.push((first, last));
            }
            normalise(intervals);
        }
        set.sources.retain(|_, intervals| !intervals.is_empty());
        Some(set)
    }

    /// From the body of MySQL's PREVIOUS_GTIDS event, whose intervals exclude their end; `None` for tagged GTIDs (8.4).
    pub fn decode(data: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(data);
        let mut set = Self::default();
        let sources = reader.u64().ok()?;
        for _ in 0..sources {
            let uuid = reader.array().ok()?;
            let mut intervals = Vec::new();
            for _ in 0..reader.u64().ok()? {
                let (first, end) = (reader.u64().ok()?, reader.u64().ok()?);
                if first == 0 || end <= first {
                    return None;
                }
                intervals.push((first, end - 1));
            }
            normalise(&mut intervals);
            set.sources.insert(uuid, intervals);
        }
        reader.is_empty().then_some(set)
    }

    pub fn add(&mut self, uuid: [u8; 16], number: u64) {
        let intervals = self.sources.entry(uuid).or_default();
        match intervals.last_mut() {
            // The usual case: the next number of that server.
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => {
                intervals.push((number, number));
                normalise(intervals);
            }
        }
    }

    /// For COM_BINLOG_DUMP_GTID, whose intervals exclude their end.
    pub fn sids(&self) -> Vec<Sid<'static>> {
        let sid = |(uuid, intervals): (&[u8; 16], &Vec<(u64, u64)>)| {
            Sid::new(*uuid).with_intervals(intervals.iter().map(|(first, last)| GnoInterval::new(*first, last + 1)).collect())
        };
        self.sources.iter().map(sid).collect()
    }
}

fn normalise(intervals: &mut Vec<(u64, u64)>) {
    intervals.sort_unstable();
    intervals.dedup_by(|next, kept| {
        let joins = next.0 <= kept.1.saturating_add(1);
        if joins {
            kept.1 = kept.1.max(next.1);
        }
        joins
    });
}

fn parse_uuid(text: &str) -> Option<[u8; 16]> {
    let mut uuid = [0; 16];
    let hex: Vec<u8> = text.bytes().filter(|b| *b != b'-').collect();
    let (pairs, rest) = hex.as_chunks::<2>();
    if pairs.len() != 16 || !rest.is_empty() || !hex.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    for (byte, pair) in uuid.iter_mut().zip(pairs) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(uuid)
}

impl fmt::Display for GtidSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (uuid, intervals)) in self.sources.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            for (place, byte) in uuid.iter().enumerate() {
                if matches!(place, 4 | 6 | 8 | 10) {
                    f.write_str("-")?;
                }
                write!(f, "{byte:02x}")?;
            }
            for (first, last) in intervals {
                if first == last { write!(f, ":{first}")? } else { write!(f, ":{first}-{last}")? }
            }
        }
        Ok(())
    }
}

impl GtidPositions {
    fn parse(text: &str) -> Option<Self> {
        let mut positions = Self::default();
        for gtid in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let mut parts = gtid.split('-');
            let (domain, server, sequence) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
            if parts.next().is_some() {
                return None;
            }
            positions.domains.insert(domain, (server, sequence));
        }
        Some(positions)
    }

    pub fn set(&mut self, domain: u32, server: u32, sequence: u64) {
        self.domains.insert(domain, (server, sequence));
    }
}

impl fmt::Display for GtidPositions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (domain, (server, sequence))) in self.domains.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            write!(f, "{comma}{domain}-{server}-{sequence}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const UUID: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    #[test]
    fn gtid_texts_come_back_in_their_normal_form() {
        let one = format!("{UUID}:1-23:25");
        let cases = [
            (false, one.clone(), Some(one)),
            (false, format!("{UUID}:5,\n{UUID}:1-3:4"), Some(format!("{UUID}:1-5"))),
            (false, String::new(), Some(String::new())),
            (false, "0-1-100".into(), None),
            (false, format!("{UUID}:tag:1"), None),
            (false, format!("{UUID}:3-1"), None),
            (false, format!("{UUID}:1-9223372036854775807"), Some(format!("{UUID}:1-9223372036854775807"))),
            (false, format!("{UUID}:1-9223372036854775808"), None),
            (false, format!("{UUID}:1-18446744073709551615"), None),
            (true, "1-2-7, 0-1-100".into(), Some("0-1-100,1-2-7".into())),
            (true, "0-1".into(), None),
            (true, format!("{UUID}:1"), None),
        ];
        for (mariadb, text, expected) in cases {
            assert_eq!(GtidState::parse(&text, mariadb).map(|s| s.to_string()), expected, "{text}");
        }
    }

    #[test]
    fn executed_transactions_join_their_intervals() {
        let Some(GtidState::Mysql(mut set)) = GtidState::parse(&format!("{UUID}:1-3"), false) else { panic!("not a set") };
        let uuid = parse_uuid(UUID).unwrap();
        for number in [4, 7, 6, 5, 9] {
            set.add(uuid, number);
        }
        assert_eq!(set.to_string(), format!("{UUID}:1-7:9"));
        let sids = set.sids();
        assert_eq!(sids[0].intervals(), &[GnoInterval::new(1, 8), GnoInterval::new(9, 10)]);

        let Some(GtidState::Mariadb(mut positions)) = GtidState::parse("0-1-1", true) else { panic!("not positions") };
        positions.set(0, 2, 9);
        positions.set(5, 1, 1);
        assert_eq!(positions.to_string(), "0-2-9,5-1-1");
    }

    #[test]
    fn the_list_at_the_head_of_a_file_is_read() {
        let uuid = parse_uuid(UUID).unwrap();
        let mut data = 1u64.to_le_bytes().to_vec();
        data.extend_from_slice(&uuid);
        for number in [2u64, 1, 24, 25, 26] {
            data.extend_from_slice(&number.to_le_bytes());
        }
        assert_eq!(GtidSet::decode(&data).unwrap().to_string(), format!("{UUID}:1-23:25"));
        assert_eq!(GtidSet::decode(&0u64.to_le_bytes()), Some(GtidSet::default()));
        assert_eq!(GtidSet::decode(&data[..data.len() - 1]), None);
    }
}
