//! Where a changefeed starts.

use super::StartFrom;
use super::rfc3339;
use crate::Finding;

impl StartFrom {
    /// Reads `source.start`; empty is `now`.
    ///
    /// # Errors
    /// A finding at `source.start`.
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let text = text.trim();
        match text {
            "" | "now" => return Ok(Self::Now),
            "snapshot" => return Ok(Self::Snapshot),
            _ => {}
        }
        if text.chars().all(|c| c.is_ascii_digit()) {
            return text.parse().map(Self::Tso).map_err(|_| refuse());
        }
        if rfc3339::epoch_ms(text).is_some() {
            return Ok(Self::Time(text.to_owned()));
        }
        if let Some((file, position)) = binlog(text) {
            return Ok(Self::Binlog { file, position });
        }
        if is_gtid_set(text) { Ok(Self::Gtid(text.to_owned())) } else { Err(refuse()) }
    }

    /// The TSO of a TSO or a time; `None` for the other starts.
    #[must_use]
    pub fn tso(&self) -> Option<u64> {
        match self {
            Self::Tso(tso) => Some(*tso),
            Self::Time(text) => rfc3339::epoch_ms(text).map(|ms| ms << 18),
            _ => None,
        }
    }
}

fn refuse() -> Finding {
    Finding::error("source.start", "start-invalid", "The start is not understood.").hint(
        "Write `now`, `snapshot`, a TSO, a time such as `2024-01-02T03:04:05Z`, a binlog position such as `mysql-bin.000007:4`, or a GTID set.",
    )
}

/// `mysql-bin.000007:4`
fn binlog(text: &str) -> Option<(String, u64)> {
    let (file, position) = text.rsplit_once(':')?;
    let (base, number) = file.rsplit_once('.')?;
    let fits = !base.is_empty() && !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()) && !file.contains([':', ' ', '/']);
    let digits = position.chars().all(|c| c.is_ascii_digit());
    if fits && digits { Some((file.to_owned(), position.parse().ok()?)) } else { None }
}

/// MySQL: `uuid:1-5:7,uuid:…`; MariaDB: `domain-server-sequence,…`.
fn is_gtid_set(text: &str) -> bool {
    text.split(',').map(str::trim).all(|part| is_mysql_gtid(part) || is_mariadb_gtid(part))
}

fn is_mysql_gtid(part: &str) -> bool {
    let mut pieces = part.split(':');
    let uuid = pieces.next().unwrap_or_default();
    let groups: Vec<&str> = uuid.split('-').collect();
    let uuid_fits = groups.iter().map(|g| g.len()).eq([8, 4, 4, 4, 12]) && uuid.chars().all(|c| c == '-' || c.is_ascii_hexdigit());
    let mut intervals = pieces.peekable();
    let number = |text: &str| text.parse::<u64>().is_ok();
    uuid_fits
        && intervals.peek().is_some()
        && intervals.all(|i| i.split_once('-').map_or(number(i), |(from, to)| number(from) && number(to)))
}

fn is_mariadb_gtid(part: &str) -> bool {
    let numbers: Vec<&str> = part.split('-').collect();
    matches!(&numbers[..], [domain, server, sequence]
        if domain.parse::<u32>().is_ok() && server.parse::<u32>().is_ok() && sequence.parse::<u64>().is_ok())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_kind_of_start_is_understood() {
        let binlog = StartFrom::Binlog { file: "mysql-bin.000007".to_owned(), position: 4 };
        for (text, expected) in [
            ("", StartFrom::Now),
            ("now", StartFrom::Now),
            ("snapshot", StartFrom::Snapshot),
            ("445644800000000005", StartFrom::Tso(445_644_800_000_000_005)),
            ("2024-01-02T03:04:05+08:00", StartFrom::Time("2024-01-02T03:04:05+08:00".to_owned())),
            ("mysql-bin.000007:4", binlog),
            (
                "3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5:11-18",
                StartFrom::Gtid("3E11FA47-71CA-11E1-9E33-C80AA9429562:1-5:11-18".to_owned()),
            ),
            ("0-1-100,1-2-7", StartFrom::Gtid("0-1-100,1-2-7".to_owned())),
        ] {
            assert_eq!(StartFrom::parse(text).unwrap(), expected, "{text}");
        }
        for text in ["yesterday", "99999999999999999999", "2024-13-02T03:04:05Z", "mysql-bin:4", "1-2", "a.b:c", "mysql-bin.1:"] {
            assert_eq!(StartFrom::parse(text).unwrap_err().path, "source.start", "{text}");
        }
    }

    #[test]
    fn a_time_has_a_tso() {
        let start = StartFrom::parse("2022-12-19T07:05:46.581Z").unwrap();
        assert_eq!(start.tso(), Some(1_671_433_546_581 << 18));
    }
}
