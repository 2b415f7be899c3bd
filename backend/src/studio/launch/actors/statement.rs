//! A statement list on ksqlDB, given piece by piece: what was begun shows in the streams and tables that are there.

use super::super::{Actor, Found, Sign, Trouble, Undo};
use crate::clients::ksqldb::{Client, CommandState};
use async_trait::async_trait;
use shared::{
    Finding,
    config::Pipeline,
    ksql::{self, Object, StatementKind},
    schema::TableModel,
};

pub(super) struct Statement {
    client: Client,
    pieces: Vec<Piece>,
    /// First words of statements whose effect stays.
    staying: Vec<String>,
    path: String,
}

/// What is given to the server at once: a statement that makes something, with what stands before it, and behind the last one
/// what follows.
struct Piece {
    sql: String,
    made: Option<Made>,
}

/// A stream or table.
struct Made {
    /// As ksqlDB stores it.
    name: String,
    kind: Object,
    /// Of one over a topic that is there.
    topic: Option<String>,
}

/// They hold for the statements after them, so that each piece has to be told them anew.
const SESSION: [&str; 4] = ["SET", "UNSET", "DEFINE", "UNDEFINE"];
/// They change nothing.
const QUESTIONS: [&str; 6] = ["SHOW", "LIST", "DESCRIBE", "EXPLAIN", "PRINT", "SELECT"];

impl Statement {
    pub(super) fn new(open: &Pipeline, index: usize, tables: &[TableModel]) -> Result<Self, Box<Finding>> {
        let client = Client::of_pipeline(open)?;
        let path = format!("ksqldb[{index}]");
        let sql = match open.ksqldb.get(index) {
            Some(entry) if entry.sql.trim().is_empty() => {
                ksql::generate(open, entry, ksql::table_of(open, &entry.topic, tables)).map_err(|finding| Box::new(finding.below(&path)))?
            }
            Some(entry) => entry.sql.clone(),
            None => String::new(),
        };
        let unreadable = |error: ksql::ParseError| {
            Box::new(Finding::error(format!("{path}.sql"), "ksql-unreadable", format!("The statement cannot be read: {error}.")))
        };
        let statements = ksql::parse(&sql).map_err(unreadable)?;
        let staying = statements.iter().filter_map(|statement| match &statement.kind {
            StatementKind::Other(word) if !SESSION.contains(&&**word) && !QUESTIONS.contains(&&**word) => Some(word.clone()),
            _ => None,
        });
        Ok(Self { client, staying: staying.collect(), pieces: pieces(&statements), path })
    }

    fn made(&self) -> impl DoubleEndedIterator<Item = &Made> {
        self.pieces.iter().filter_map(|piece| piece.made.as_ref())
    }
}

fn pieces(statements: &[ksql::Statement]) -> Vec<Piece> {
    let (mut found, mut session, mut sql) = (Vec::new(), String::new(), String::new());
    for statement in statements {
        let text = format!("{};\n", statement.text.trim());
        match &statement.kind {
            StatementKind::Create(create) => {
                let topic = create.property("KAFKA_TOPIC").filter(|_| !create.has_query).map(str::to_owned);
                let made = Made { name: create.name.stored(), kind: create.object, topic };
                found.push(Piece { sql: format!("{session}{sql}{text}"), made: Some(made) });
                sql.clear();
            }
            StatementKind::Other(word) if SESSION.contains(&&**word) => session.push_str(&text),
            StatementKind::Other(_) => sql.push_str(&text),
        }
    }
    match found.last_mut() {
        _ if sql.is_empty() => {}
        // In one request with what makes something: when that is there after a lost answer, what follows it was given too. By
        // itself it would leave nothing to see, and be taken for done.
        Some(last) => last.sql.push_str(&format!("{session}{sql}")),
        None => found.push(Piece { sql: format!("{session}{sql}"), made: None }),
    }
    found
}

#[async_trait]
impl Actor for Statement {
    async fn look(&self) -> Result<Found, Trouble> {
        let (mut there, mut missing) = (Vec::new(), Vec::new());
        for made in self.made() {
            match self.client.describe(&made.name).await? {
                None => missing.push(made.name.as_str()),
                Some(found) if found.kind != made.kind => {
                    return Ok(Found::Differs(format!("`{}` is a {}", made.name, found.kind.keyword().to_lowercase())));
                }
                Some(found) if made.topic.as_ref().is_some_and(|topic| *topic != found.topic) => {
                    return Ok(Found::Differs(format!("`{}` reads the topic `{}`", made.name, found.topic)));
                }
                Some(_) => there.push(made.name.as_str()),
            }
        }
        Ok(match (there.as_slice(), missing.as_slice()) {
            ([], []) => Found::Unknown,
            ([], _) => Found::Absent,
            (_, []) => Found::Same,
            (there, missing) => Found::Partly(format!("`{}` is there and `{}` is not", there.join("`, `"), missing.join("`, `"))),
        })
    }

    async fn make(&self) -> Result<(), Trouble> {
        for piece in &self.pieces {
            if let Some(made) = &piece.made
                && self.client.describe(&made.name).await?.is_some()
            {
                continue;
            }
            let executed = self.client.execute(&piece.sql).await?;
            if let Some(failed) = executed.into_iter().find(|one| one.status == CommandState::Error) {
                let message = format!("ksqlDB accepted the statement and failed at it: {}", shared::explain::redact(&failed.message));
                let known = shared::explain::explain(&failed.message).into_iter().next();
                let hint = known.map_or_else(|| "Change the statement, then launch again.".to_owned(), |known| known.advice());
                return Err(Trouble::lasting(Finding::error(&self.path, "ksql-statement-failed", message).hint(hint)));
            }
        }
        Ok(())
    }

    async fn sign(&self) -> Result<Sign, Trouble> {
        for made in self.made() {
            let Some(found) = self.client.describe(&made.name).await? else {
                return Ok(Sign::NotYet(format!("`{}` is not there yet", made.name)));
            };
            if let Some(query) = found.write_queries.iter().find(|query| query.state == "ERROR") {
                let message = format!("The query `{}` of `{}` broke.", query.id, made.name);
                let hint = format!("`EXPLAIN {};` on the ksqlDB server shows its errors.", query.id);
                return Ok(Sign::Broken(Box::new(Finding::error(&self.path, "ksql-query-failed", message).hint(hint))));
            }
        }
        Ok(Sign::Ready)
    }

    async fn undo(&self) -> Result<Undo, Trouble> {
        for made in self.made().rev() {
            self.client.drop_object(&made.name, made.kind, true).await?;
        }
        if self.staying.is_empty() {
            return Ok(Undo::Undone);
        }
        let message = format!("What `{}` did stays: it cannot be taken back from here.", self.staying.join("`, `"));
        Ok(Undo::Remains(Box::new(Finding::warning(&self.path, "launch-statement-stays", message))))
    }

    fn path(&self) -> String {
        self.path.clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_piece_makes_one_thing_and_knows_the_session_before_it() {
        let sql = "SET 'a'='b'; CREATE STREAM s WITH (KAFKA_TOPIC='t', FORMAT='AVRO'); DROP TABLE x; \
                   CREATE TABLE u AS SELECT * FROM s EMIT CHANGES; INSERT INTO s VALUES (1)";
        let pieces = pieces(&ksql::parse(sql).unwrap());
        let shown: Vec<(String, Option<&str>)> =
            pieces.iter().map(|piece| (piece.sql.replace('\n', " "), piece.made.as_ref().map(|made| &*made.name))).collect();
        assert_eq!(
            shown,
            [
                ("SET 'a'='b'; CREATE STREAM s WITH (KAFKA_TOPIC='t', FORMAT='AVRO'); ".to_owned(), Some("S")),
                (
                    "SET 'a'='b'; DROP TABLE x; CREATE TABLE u AS SELECT * FROM s EMIT CHANGES; SET 'a'='b'; INSERT INTO s VALUES (1); "
                        .to_owned(),
                    Some("U")
                ),
            ]
        );
        let alone = super::pieces(&ksql::parse("SET 'a'='b'; INSERT INTO s VALUES (1);").unwrap());
        assert!(alone.len() == 1 && alone[0].made.is_none());
        assert_eq!(pieces[0].made.as_ref().unwrap().topic.as_deref(), Some("t"));
    }
}
