//! XA transactions: named in events and statements.
//!
//! Their rows are in the log at XA PREPARE, and whether they hold is said later, by XA COMMIT or XA ROLLBACK. MySQL begins one with the
//! statement `XA START`, MariaDB with its GTID; `XA END`, the rows before it and the event XA_PREPARE are the same in both. In one phase
//! MySQL writes XA_PREPARE with a flag, MariaDB an ordinary transaction.

use super::wire::{Malformed, Reader};
use std::fmt;

/// What names an XA transaction.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Xid {
    pub format: u32,
    pub global: Vec<u8>,
    pub branch: Vec<u8>,
}

impl Xid {
    /// Of an XA_PREPARE event: `[format 4][length 4][length 4][both parts]`.
    pub fn of_prepare(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (format, global, branch) = (reader.u32()?, reader.u32()?, reader.u32()?);
        Self::parts(format, global, branch, reader)
    }

    /// Of MariaDB's GTID event: `[format 4][length 1][length 1][both parts]`.
    pub fn of_gtid(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let (format, [global, branch]) = (reader.u32()?, reader.array()?);
        Self::parts(format, global.into(), branch.into(), reader)
    }

    fn parts(format: u32, global: u32, branch: u32, reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        const MOST: u32 = 64;
        if global > MOST || branch > MOST {
            return Err(Malformed("the name of an XA transaction is too long"));
        }
        let (global, branch) = (reader.take(global as usize)?.to_vec(), reader.take(branch as usize)?.to_vec());
        Ok(Self { format, global, branch })
    }

    /// `X'62',X'71',7`, as both servers write it into the log.
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(',').map(str::trim);
        let bytes = |part: &str| {
            let hex = part.strip_prefix(['X', 'x'])?.strip_prefix('\'')?.strip_suffix('\'')?;
            let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
            let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
            if rest.is_empty() { pairs.iter().map(byte).collect::<Option<Vec<u8>>>() } else { None }
        };
        let (global, branch) = (bytes(parts.next()?)?, bytes(parts.next()?)?);
        let format = parts.next()?.split_whitespace().next()?.parse().ok()?;
        Some(Self { format, global, branch })
    }
}

impl fmt::Display for Xid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hex = |f: &mut fmt::Formatter<'_>, bytes: &[u8]| {
            f.write_str("X'")?;
            bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
            f.write_str("'")
        };
        hex(f, &self.global)?;
        f.write_str(",")?;
        hex(f, &self.branch)?;
        write!(f, ",{}", self.format)
    }
}

/// A statement about an XA transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum XaStatement {
    Start(Xid),
    /// `XA END` and `XA PREPARE` as a statement: nothing to us.
    Between,
    Commit(Xid),
    Rollback(Xid),
}

impl XaStatement {
    /// # Errors
    /// It has another form than the servers write.
    pub fn parse(sql: &str) -> Result<Self, Malformed> {
        const FORM: Malformed = Malformed("an XA statement is not understood");
        let mut words = sql.trim_start().splitn(3, char::is_whitespace);
        let (Some(_), Some(verb), Some(rest)) = (words.next(), words.next(), words.next()) else { return Err(FORM) };
        let is = |word: &str| verb.eq_ignore_ascii_case(word);
        let xid = || Xid::parse(rest).ok_or(FORM);
        if is("START") || is("BEGIN") {
            xid().map(Self::Start)
        } else if is("COMMIT") {
            xid().map(Self::Commit)
        } else if is("ROLLBACK") {
            xid().map(Self::Rollback)
        } else if is("END") || is("PREPARE") {
            Ok(Self::Between)
        } else {
            Err(FORM)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xid() -> Xid {
        Xid { format: 7, global: b"b".to_vec(), branch: b"q".to_vec() }
    }

    #[test]
    fn statements_of_both_servers_name_their_transaction() {
        let cases = [
            ("XA START X'62',X'71',7", Ok(XaStatement::Start(xid()))),
            ("xa commit x'62', x'71', 7", Ok(XaStatement::Commit(xid()))),
            ("XA COMMIT X'62',X'71',7 ONE PHASE", Ok(XaStatement::Commit(xid()))),
            ("XA ROLLBACK X'62',X'',1", Ok(XaStatement::Rollback(Xid { format: 1, global: b"b".to_vec(), branch: Vec::new() }))),
            ("XA END X'62',X'71',7", Ok(XaStatement::Between)),
            ("XA COMMIT 'b'", Err(())),
            ("XA COMMIT X'6',X'71',7", Err(())),
            ("XA", Err(())),
        ];
        for (sql, expected) in cases {
            assert_eq!(XaStatement::parse(sql).map_err(|_| ()), expected, "{sql}");
        }
        assert_eq!(xid().to_string(), "X'62',X'71',7");
    }

    #[test]
    fn events_name_their_transaction() {
        let prepare = [7, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, b'b', b'q'];
        assert_eq!(Xid::of_prepare(&mut Reader::new(&prepare)), Ok(xid()));
        let gtid = [7, 0, 0, 0, 1, 1, b'b', b'q'];
        assert_eq!(Xid::of_gtid(&mut Reader::new(&gtid)), Ok(xid()));
        assert!(Xid::of_prepare(&mut Reader::new(&prepare[..13])).is_err());
        assert!(Xid::of_gtid(&mut Reader::new(&[7, 0, 0, 0, 65, 0])).is_err());
    }
}
