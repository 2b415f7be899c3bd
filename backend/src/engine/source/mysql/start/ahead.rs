//! What happens to definitions between a start in the past and now.
//!
//! The server tells only the definitions of now. Rows that were written under others would be refused later, or worse be taken: an
//! ENUM with one more element in front gives every old row another word. So a start before such a change is refused. For that the
//! binlog from the start to its end is read once before.

use super::Start;
use crate::engine::error::{EngineError, ErrorKind};
use crate::engine::source::mysql::{
    connect::Connector,
    dump::{self, SILENCE},
    event::{EventBody, Query},
    failure::{START, URL, failure},
    statement::{self, StatementKind},
    tables::Tables,
    wire::{Malformed, Reader},
};
use futures::StreamExt;
use mysql_async::{BinlogStream, binlog::events::Event};
use std::collections::HashSet;

const TABLE_MAP: u8 = 19;
/// QUERY_EVENT, and MariaDB's compressed one.
const QUERIES: [u8; 2] = [2, 165];

type Name = (String, String);

/// Rows and definition statements behind the start, looked at one after the other.
#[derive(Default)]
pub(super) struct Ahead {
    /// Tables of which rows have come.
    seen: HashSet<Name>,
    last: Name,
    /// Tables that were made behind the start: all of their rows come with their definitions.
    made: HashSet<Name>,
    dropped: HashSet<Name>,
    /// The last table whose rows before do not go by its definition of now, and when it was changed, in seconds since 1970.
    altered: Option<(Name, u64)>,
}

/// Reads what lies behind a start by place or GTID, which `shown` says as the document does.
///
/// # Errors
/// A wanted table was altered behind it, or the server cannot be read from there.
pub(super) async fn check(connector: &Connector, start: &Start, shown: &str) -> Result<(), EngineError> {
    let (mut stream, mut ahead) = (dump::open_ahead(connector, start).await?, Ahead::default());
    while let Some(event) = next_event(connector, &mut stream).await? {
        ahead.look(&event, &start.tables).map_err(damaged)?;
    }
    ahead.verdict(shown)
}

/// The next event of a stream that ends at the log's end.
pub(super) async fn next_event(connector: &Connector, stream: &mut BinlogStream) -> Result<Option<Event>, EngineError> {
    match tokio::time::timeout(SILENCE, stream.next()).await {
        Ok(event) => event.transpose().map_err(|e| connector.failed(e)),
        Err(_) => Err(failure(
            ErrorKind::Transient,
            URL,
            "source-silent",
            format!("`{}` has said nothing for {} s while its binlog was searched", connector.peer().address, SILENCE.as_secs()),
            "it is tried again by itself; if it stays, look at the network between here and there",
        )),
    }
}

pub(super) fn damaged(error: Malformed) -> EngineError {
    let hint = "check the server's disk and its binlog with `mysqlbinlog --verify-binlog-checksum`, or start at another place";
    failure(ErrorKind::Config, START, "binlog-malformed", error.to_string(), hint).caused_by(error)
}

impl Ahead {
    pub fn look(&mut self, event: &Event, tables: &Tables) -> Result<(), Malformed> {
        let header = event.header();
        if header.event_type_raw() == TABLE_MAP {
            let mut reader = Reader::new(event.data());
            reader.take(8)?;
            self.rows(reader.short_text()?, reader.short_text()?);
        } else if QUERIES.contains(&header.event_type_raw())
            && let EventBody::Query(query) = EventBody::parse(header.event_type_raw(), header.flags_raw(), event.data())?
        {
            self.statement(&query, u64::from(header.timestamp()), &|schema, name| tables.wants(schema, name));
        }
        Ok(())
    }

    fn rows(&mut self, schema: &str, name: &str) {
        // One table's rows mostly follow each other.
        if (self.last.0.as_str(), self.last.1.as_str()) != (schema, name) {
            self.last = (schema.to_owned(), name.to_owned());
            self.seen.insert(self.last.clone());
        }
    }

    fn statement(&mut self, query: &Query<'_>, second: u64, is_wanted: &dyn Fn(&str, &str) -> bool) {
        if !matches!(StatementKind::of(&query.sql), StatementKind::Ddl | StatementKind::DdlBeginning) {
            return;
        }
        let mut words = statement::names(&query.sql).into_iter().peekable();
        let Some((_, verb)) = words.next() else { return };
        // Words between the verb and the first table.
        const BETWEEN: [&str; 9] = ["OR", "REPLACE", "ONLINE", "OFFLINE", "IGNORE", "TABLE", "IF", "NOT", "EXISTS"];
        let mut is_conditional = false;
        while let Some((None, word)) = words.peek()
            && BETWEEN.iter().any(|between| word.eq_ignore_ascii_case(between))
        {
            is_conditional |= word.eq_ignore_ascii_case("IF");
            words.next();
        }
        let mut names = words.map(|(schema, name)| (schema.unwrap_or_else(|| query.schema.clone().into_owned()), name));
        let Some(table) = names.next() else { return };
        let is = |word: &str| verb.eq_ignore_ascii_case(word);
        if is("ALTER") {
            if statement::alters_rows(&query.sql) {
                self.change(&table, table.clone(), second, is_wanted);
            }
        } else if is("CREATE") {
            if self.dropped.contains(&table) {
                self.change(&table, table.clone(), second, is_wanted);
            } else if !is_conditional {
                self.made.insert(table);
            }
        } else if is("DROP") {
            let all: Vec<Name> = std::iter::once(table).chain(names).collect();
            self.dropped.extend(all.into_iter().filter(|table| !self.made.contains(table)));
        } else if is("RENAME") {
            let all: Vec<Name> = std::iter::once(table).chain(names.filter(|(_, name)| !name.eq_ignore_ascii_case("TO"))).collect();
            for pair in all.chunks(2) {
                if let [from, to] = pair {
                    if self.made.remove(from) {
                        self.made.insert(to.clone());
                    } else {
                        self.change(from, to.clone(), second, is_wanted);
                    }
                }
            }
        }
    }

    /// `before` is the table's name so far.
    fn change(&mut self, before: &Name, table: Name, second: u64, is_wanted: &dyn Fn(&str, &str) -> bool) {
        let is_ours = is_wanted(&before.0, &before.1) || is_wanted(&table.0, &table.1);
        if is_ours && self.seen.contains(before) && !self.made.contains(before) {
            self.altered = Some((table, second));
        }
    }

    /// # Errors
    /// A wanted table was altered behind the start.
    pub fn verdict(self, start: &str) -> Result<(), EngineError> {
        let Some(((schema, name), second)) = self.altered else { return Ok(()) };
        let shown = super::at_time::shown;
        Err(failure(
            ErrorKind::Schema,
            START,
            "schema-drift",
            format!(
                "`{schema}.{name}` was altered at {}, after the start {start}: the server has no definition for its rows of before",
                shown(second)
            ),
            format!("start at {} or later, with a `snapshot`, or without the table: `changefeed.config.filter.rules`", shown(second + 1)),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn altered(statements: &[&str]) -> Option<(String, u64)> {
        let mut ahead = Ahead::default();
        ["t", "u", "v", "hidden"].iter().for_each(|name| ahead.rows("shop", name));
        for (second, sql) in statements.iter().enumerate() {
            let query = Query { schema: "shop".into(), sql: (*sql).into() };
            ahead.statement(&query, second as u64, &|schema, name| schema == "shop" && name != "hidden");
        }
        ahead.altered.map(|((_, name), second)| (name, second))
    }

    #[test]
    fn rows_that_the_definition_of_now_does_not_read_are_foreseen() {
        let at = |name: &str, second| Some((name.to_owned(), second));
        for (statements, expected) in [
            (&["ALTER TABLE t MODIFY size ENUM('xs','s')"][..], at("t", 0)),
            (&["ALTER TABLE `shop`.`t` ADD COLUMN a INT", "alter table u drop b"], at("u", 1)),
            (&["ALTER ONLINE TABLE IF EXISTS t ADD b INT"], at("t", 0)),
            (&["/* by the app */ ALTER TABLE t ADD b INT", "-- one more\nALTER TABLE u /* t */ ADD b INT"], at("u", 1)),
            (&["ALTER TABLE t ADD INDEX (a), DROP KEY b, ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES x (a)"], None),
            (&["ALTER TABLE hidden ADD b INT", "ALTER TABLE other.t ADD b INT"], None),
            (&["CREATE TABLE n (id INT)", "ALTER TABLE n ADD b INT", "RENAME TABLE n TO m", "ALTER TABLE m ADD c INT"], None),
            (&["CREATE TABLE IF NOT EXISTS t (id INT)", "ALTER TABLE t ADD b INT"], at("t", 1)),
            (&["RENAME TABLE t TO u, v TO w"], at("w", 0)),
            (&["DROP TABLE t", "CREATE TABLE t (id BIGINT)"], at("t", 1)),
            (&["DROP TABLE IF EXISTS `t`, `u` /* generated by server */", "CREATE OR REPLACE TABLE u (id BIGINT)"], at("u", 1)),
            // No rows of it have come: there is nothing to misread.
            (&["ALTER TABLE quiet ADD b INT"], None),
            (&["DROP TABLE t", "CREATE INDEX i ON t (a)", "TRUNCATE TABLE t", "CREATE VIEW v AS SELECT 1"], None),
        ] {
            assert_eq!(altered(statements), expected, "{statements:?}");
        }
    }
}
