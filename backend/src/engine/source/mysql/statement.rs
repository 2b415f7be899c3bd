//! What a QUERY event's statement means for a reader of rows: boundaries, definitions, or rows we would miss.

/// Kinds of statements, by their first words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatementKind {
    Begin,
    Commit,
    Rollback,
    /// About an XA transaction, see `xa`.
    Xa,
    /// Changes table definitions.
    Ddl,
    /// `CREATE TABLE … START TRANSACTION` (MySQL 8, from CREATE TABLE … SELECT): rows follow in the same transaction.
    DdlBeginning,
    /// Empties a table without row events.
    Truncate,
    /// Rows written as a statement: they cannot be seen.
    Dml,
    /// Nothing to us: views, routines, accounts, temporary tables.
    Other,
}

impl StatementKind {
    pub fn of(sql: &str) -> Self {
        let mut words = Words { rest: sql };
        let Some(first) = words.next() else { return Self::Other };
        let is = |word: &str| first.eq_ignore_ascii_case(word);
        if is("BEGIN") || is("START") {
            Self::Begin
        } else if is("COMMIT") {
            Self::Commit
        } else if is("ROLLBACK") {
            // `ROLLBACK TO savepoint` ends nothing.
            if words.next().is_some_and(|w| w.eq_ignore_ascii_case("TO")) { Self::Other } else { Self::Rollback }
        } else if is("XA") {
            Self::Xa
        } else if is("TRUNCATE") {
            Self::Truncate
        } else if ["INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD", "WITH"].iter().any(|w| is(w)) {
            Self::Dml
        } else if is("RENAME") {
            if words.next().is_some_and(|w| w.eq_ignore_ascii_case("USER")) { Self::Other } else { Self::Ddl }
        } else if ["CREATE", "ALTER", "DROP"].iter().any(|w| is(w)) {
            definition(first, words, sql)
        } else {
            Self::Other
        }
    }
}

fn definition<'a>(verb: &str, words: impl Iterator<Item = &'a str>, sql: &str) -> StatementKind {
    // `CREATE SPATIAL INDEX` is about a table, SPATIAL REFERENCE SYSTEM is not: REFERENCE stands for the latter.
    const OTHER_OBJECTS: [&str; 15] = [
        "VIEW",
        "PROCEDURE",
        "FUNCTION",
        "TRIGGER",
        "EVENT",
        "USER",
        "ROLE",
        "SERVER",
        "TABLESPACE",
        "LOGFILE",
        "PACKAGE",
        "SEQUENCE",
        "REFERENCE",
        "INSTANCE",
        "RESOURCE",
    ];
    for word in words.take(24) {
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        if is("TEMPORARY") {
            return StatementKind::Other;
        }
        if is("TABLE") || is("TABLES") || is("INDEX") {
            let begins = sql.trim_end().to_ascii_uppercase().ends_with("START TRANSACTION");
            return if begins { StatementKind::DdlBeginning } else { StatementKind::Ddl };
        }
        if is("DATABASE") || is("SCHEMA") {
            // A database's default character set is asked of the server when a table needs it.
            return if verb.eq_ignore_ascii_case("DROP") { StatementKind::Ddl } else { StatementKind::Other };
        }
        if OTHER_OBJECTS.iter().any(|other| is(other)) {
            return StatementKind::Other;
        }
    }
    StatementKind::Other
}

/// The statement that settings are made for: MariaDB's `SET STATEMENT max_statement_time=0 FOR ALTER TABLE …`.
pub(super) fn body(sql: &str) -> &str {
    let mut words = Words { rest: sql };
    let mut starts = |word: &str| words.next().is_some_and(|found| found.eq_ignore_ascii_case(word));
    if !starts("SET") || !starts("STATEMENT") {
        return sql;
    }
    if words.any(|word| word.eq_ignore_ascii_case("FOR")) { words.rest.trim_start() } else { sql }
}

/// What an ALTER TABLE does to rows without a word of them in the log; `None` when it does nothing such.
pub(super) fn moves_rows(sql: &str) -> Option<String> {
    let is = |known: &[&str], word: &str| known.iter().any(|known| word.eq_ignore_ascii_case(known));
    let mut words = Words { rest: sql };
    if !is(&["ALTER"], words.next()?) {
        return None;
    }
    let words: Vec<&str> = words.collect();
    let pair = words.windows(2).find(|pair| {
        is(&["DROP", "TRUNCATE", "EXCHANGE", "CONVERT", "IMPORT", "DISCARD"], pair[0]) && is(&["PARTITION"], pair[1])
            || is(&["IMPORT", "DISCARD"], pair[0]) && is(&["TABLESPACE"], pair[1])
            || is(&["CONVERT"], pair[0]) && is(&["TABLE"], pair[1])
    })?;
    Some(format!("{} {}", pair[0], pair[1]).to_ascii_uppercase())
}

/// Whether an ALTER TABLE changes what its rows look like; indexes and constraints do not. Rather once too often.
pub(super) fn alters_rows(sql: &str) -> bool {
    const COLUMNS: [&str; 8] = ["MODIFY", "CHANGE", "CONVERT", "COLUMN", "RENAME", "CHARACTER", "CHARSET", "COLLATE"];
    const OTHERS: [&str; 10] = ["INDEX", "KEY", "UNIQUE", "CONSTRAINT", "FOREIGN", "FULLTEXT", "SPATIAL", "PRIMARY", "CHECK", "PARTITION"];
    let any = |known: &[&str], word: &str| known.iter().any(|known| word.eq_ignore_ascii_case(known));
    // A column's name in back-ticks is passed over, and what follows it is its type.
    let mut words = Words { rest: sql }.skip(2).peekable();
    while let Some(word) = words.next() {
        let adds = any(&["ADD", "DROP"], word) && words.peek().is_none_or(|next| !any(&OTHERS, next));
        if adds || any(&COLUMNS, word) {
            return true;
        }
    }
    false
}

/// Bare words of a statement, comments passed over; the content of `/*! … */` counts.
struct Words<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let rest =
                self.rest.trim_start_matches(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '/' | '-' | '#' | '`' | '\'' | '"')));
            if let Some(executable) = rest.strip_prefix("/*!").or_else(|| rest.strip_prefix("/*M!")) {
                self.rest = executable.trim_start_matches(|c: char| c.is_ascii_digit());
            } else if let Some(comment) = rest.strip_prefix("/*") {
                self.rest = comment.split_once("*/").map_or("", |(_, after)| after);
            } else if rest.starts_with("--") || rest.starts_with('#') {
                self.rest = rest.split_once('\n').map_or("", |(_, after)| after);
            } else if let Some(quoted) = rest.strip_prefix('`') {
                self.rest = quoted.split_once('`').map_or("", |(_, after)| after);
            } else if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '\'' | '"')) {
                self.rest = skip_literal(&rest[1..], quote);
            } else if rest.starts_with(['/', '-']) {
                self.rest = &rest[1..];
            } else {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                let (word, after) = rest.split_at(end);
                self.rest = after;
                return (!word.is_empty()).then_some(word);
            }
        }
    }
}

/// The names in a statement that may be tables, as `(schema, name)`; text literals and comments are passed over.
pub(super) fn names(sql: &str) -> Vec<(Option<String>, String)> {
    let mut names: Vec<(Option<String>, String)> = Vec::new();
    let (mut rest, mut after_dot) = (sql, false);
    while let Some(c) = rest.chars().next() {
        let (name, after) = match c {
            '\'' | '"' => {
                rest = skip_literal(&rest[1..], c);
                after_dot = false;
                continue;
            }
            '/' | '-' | '#' if let Some(after) = skip_comment(rest) => {
                rest = after;
                continue;
            }
            '`' => match rest[1..].split_once('`') {
                Some((name, after)) => (name, after),
                None => break,
            },
            _ if c.is_alphanumeric() || c == '_' || c == '$' => {
                rest.split_at(rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$')).unwrap_or(rest.len()))
            }
            _ => {
                after_dot = c == '.' || after_dot && c.is_whitespace();
                rest = &rest[c.len_utf8()..];
                continue;
            }
        };
        match names.last_mut() {
            Some((schema @ None, last)) if after_dot => *schema = Some(std::mem::replace(last, name.to_owned())),
            _ => names.push((None, name.to_owned())),
        }
        after_dot = false;
        rest = after;
    }
    names
}

/// What follows the comment that a text begins with; `/*! … */` is none.
fn skip_comment(text: &str) -> Option<&str> {
    if text.starts_with("--") || text.starts_with('#') {
        return Some(text.split_once('\n').map_or("", |(_, after)| after));
    }
    let comment = text.strip_prefix("/*").filter(|inside| !inside.starts_with('!') && !inside.starts_with("M!"))?;
    Some(comment.split_once("*/").map_or("", |(_, after)| after))
}

/// What follows a literal whose opening quote is off; doubled and backslashed quotes do not end it.
fn skip_literal(text: &str, quote: char) -> &str {
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == quote {
            return &text[at + 1..];
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_told_apart_by_their_first_words() {
        let cases = [
            ("BEGIN", StatementKind::Begin),
            ("COMMIT", StatementKind::Commit),
            ("ROLLBACK", StatementKind::Rollback),
            ("ROLLBACK TO `s`", StatementKind::Other),
            ("SAVEPOINT `s`", StatementKind::Other),
            ("XA START X'01',X'',1", StatementKind::Xa),
            ("/* app */ ALTER TABLE t ADD c INT", StatementKind::Ddl),
            ("-- note\ncreate table t (a int)", StatementKind::Ddl),
            ("CREATE OR REPLACE TABLE t (a int)", StatementKind::Ddl),
            ("CREATE TEMPORARY TABLE t (a int)", StatementKind::Other),
            ("DROP /*!40005 TEMPORARY */ TABLE IF EXISTS `t`", StatementKind::Other),
            ("DROP TABLE IF EXISTS `view` /* generated by server */", StatementKind::Ddl),
            ("CREATE UNIQUE INDEX i ON t (a)", StatementKind::Ddl),
            ("CREATE SPATIAL INDEX i ON t (a)", StatementKind::Ddl),
            ("DROP DATABASE shop", StatementKind::Ddl),
            ("CREATE DATABASE shop", StatementKind::Other),
            ("CREATE DEFINER=`table`@`%` TRIGGER t BEFORE INSERT ON u FOR EACH ROW BEGIN DROP TABLE x; END", StatementKind::Other),
            ("CREATE ALGORITHM=UNDEFINED DEFINER=`root`@`localhost` SQL SECURITY DEFINER VIEW `v` AS select 1", StatementKind::Other),
            ("CREATE TABLE `t` (`a` int) START TRANSACTION", StatementKind::DdlBeginning),
            ("RENAME TABLE a TO b", StatementKind::Ddl),
            ("RENAME USER a TO b", StatementKind::Other),
            ("TRUNCATE TABLE t", StatementKind::Truncate),
            ("insert into t values (1)", StatementKind::Dml),
            ("GRANT ALL ON *.* TO x", StatementKind::Other),
            ("FLUSH TABLES", StatementKind::Other),
            ("", StatementKind::Other),
            ("`", StatementKind::Other),
        ];
        for (sql, expected) in cases {
            assert_eq!(StatementKind::of(sql), expected, "{sql}");
        }
    }

    #[test]
    fn settings_of_one_statement_are_taken_off() {
        for (sql, expected) in [
            ("SET STATEMENT max_statement_time=0 FOR ALTER TABLE t MODIFY c INT NULL", "ALTER TABLE t MODIFY c INT NULL"),
            ("/* app */ set statement `for`=1, a='x for y\\' for', b=2 for\nTRUNCATE t", "TRUNCATE t"),
            ("SET STATEMENT sql_mode=\"it''s for\" FOR INSERT INTO t VALUES (1)", "INSERT INTO t VALUES (1)"),
            ("SET STATEMENT a=1", "SET STATEMENT a=1"),
            ("SET PASSWORD FOR x = ''", "SET PASSWORD FOR x = ''"),
            ("BEGIN", "BEGIN"),
        ] {
            assert_eq!(body(sql), expected);
        }
    }

    #[test]
    fn what_moves_rows_without_row_events_is_named() {
        for (sql, expected) in [
            ("ALTER TABLE t DROP PARTITION p1, p2", Some("DROP PARTITION")),
            ("ALTER ONLINE TABLE t truncate partition ALL", Some("TRUNCATE PARTITION")),
            ("/* x */ ALTER TABLE t EXCHANGE PARTITION p WITH TABLE u WITHOUT VALIDATION", Some("EXCHANGE PARTITION")),
            ("ALTER TABLE t IMPORT TABLESPACE", Some("IMPORT TABLESPACE")),
            ("ALTER TABLE t DISCARD PARTITION p TABLESPACE", Some("DISCARD PARTITION")),
            ("ALTER TABLE t CONVERT PARTITION p TO TABLE u", Some("CONVERT PARTITION")),
            ("ALTER TABLE t CONVERT TABLE u TO PARTITION p VALUES LESS THAN (9)", Some("CONVERT TABLE")),
            ("ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4", None),
            ("ALTER TABLE t ADD PARTITION (PARTITION p1 VALUES LESS THAN (5))", None),
            ("ALTER TABLE t DROP COLUMN `partition`, COMMENT 'DROP PARTITION p'", None),
            ("ALTER TABLE t REORGANIZE PARTITION p INTO (PARTITION q VALUES LESS THAN (5))", None),
            ("DROP TABLE t", None),
        ] {
            assert_eq!(moves_rows(sql).as_deref(), expected, "{sql}");
        }
    }

    #[test]
    fn names_in_a_statement_come_with_their_schema() {
        let found = names("REPLACE INTO `percona`.`beat` (ts) VALUES ('it''s.t', \"x\\\"y\", a . b)");
        let has = |schema: Option<&str>, name: &str| found.contains(&(schema.map(str::to_owned), name.to_owned()));
        assert!(has(Some("percona"), "beat") && has(Some("a"), "b") && has(None, "ts"), "{found:?}");
        assert!(!found.iter().any(|(_, name)| name == "t" || name == "x" || name == "y"), "{found:?}");
        let bare: Vec<String> =
            names("/* by app */ DROP TABLE a, # b\n c -- d\n /*!40000 , e */").into_iter().map(|(_, name)| name).collect();
        assert_eq!(bare, ["DROP", "TABLE", "a", "c", "40000", "e"]);
    }
}
