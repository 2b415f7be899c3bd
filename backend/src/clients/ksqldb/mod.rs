//! Client of a ksqlDB server: what a launch, its undo and the page's live rows ask of it.
//!
//! Written from Confluent's REST reference (`/info`, `/ksql`, `/status`, `/query-stream`, `/query`, `/close-query`). Servers
//! behind one address take turns, so every request names the last command that this client gave: a server that has not seen
//! it yet waits before it answers.

mod model;
mod rows;
#[cfg(test)]
mod tests;

pub use model::{CommandState, Described, Executed, Field, Info, ObjectListing, QueryListing};
pub use rows::{RowColumn, RowEvent, RowStream};

use super::http::{Http, Options, RemoteError, RemoteErrorKind, path_part};
use reqwest::Method;
use serde_json::{Value, json};
use shared::{Finding, config::Pipeline, ksql::Object};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

const SYSTEM: &str = "ksqlDB";
/// Where the server is configured in a pipeline document.
const PATH: &str = "ksqldb_server";
/// How long a command may take from its acceptance to its end: a table over a big topic starts its query within.
const COMMAND_LIMIT: Duration = Duration::from_secs(60);
const FIRST_LOOK: Duration = Duration::from_millis(100);
const LONGEST_LOOK: Duration = Duration::from_secs(2);
/// No command has been given yet.
const NO_COMMAND: i64 = -1;

/// A client of one ksqlDB server; clones share connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: Http,
    /// The newest `commandSequenceNumber` that an answer named.
    last_command: Arc<AtomicI64>,
}

impl Client {
    /// The server of a document whose secrets are resolved.
    ///
    /// # Errors
    /// `ksqldb-server-missing` when the document names none; else what [`Http::new`] says of its address and certificates.
    pub fn of_pipeline(open: &Pipeline) -> Result<Self, Box<Finding>> {
        let Some(server) = open.ksqldb_server.as_ref().filter(|server| !server.url.trim().is_empty()) else {
            let message = "The document has ksqlDB statements, and no ksqlDB server to run them.";
            let hint = "Set `url` in `[ksqldb_server]`, with `user` and `password` when it asks for a login.";
            return Err(Box::new(Finding::error("ksqldb_server.url", "ksqldb-server-missing", message).hint(hint)));
        };
        Self::new(Options::of_service(SYSTEM, PATH, server)).map_err(|error| Box::new(error.finding()))
    }

    /// # Errors
    /// As [`Http::new`].
    pub fn new(options: Options) -> Result<Self, RemoteError> {
        Ok(Self { http: Http::new(options)?, last_command: Arc::new(AtomicI64::new(NO_COMMAND)) })
    }

    /// The server's address, for people.
    #[must_use]
    pub fn place(&self) -> String {
        self.http.base().to_owned()
    }

    /// Version and identity; the cheapest proof that address and login are right.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn info(&self) -> Result<Info, RemoteError> {
        let answer = self.http.ok(Method::GET, "/info", None).await?;
        model::info(&answer).ok_or_else(|| self.not_ksqldb("it has no `KsqlServerInfo`"))
    }

    /// Runs statements in their order, reading topics from their first record unless the statements `SET` something else,
    /// and waits until each command is over. A command that ksqlDB accepted and then failed at is an [`Executed`] in the
    /// state [`CommandState::Error`]; one that is not over within a minute is told in the state that it has then.
    ///
    /// # Errors
    /// No answer (the statements may have been run: look with [`Client::describe`]), or a refusal. ksqlDB checks all
    /// statements before it runs the first; when it refused one all the same, the reason says how many were run before.
    pub async fn execute(&self, sql: &str) -> Result<Vec<Executed>, RemoteError> {
        let mut executed = self.statements(sql).await?;
        let deadline = Instant::now() + COMMAND_LIMIT;
        for one in &mut executed {
            self.wait_for(one, deadline).await?;
        }
        Ok(executed)
    }

    /// A stream or table by its stored name (case counts); `None` when it is not there.
    ///
    /// # Errors
    /// No answer, or a refusal for another reason.
    pub async fn describe(&self, object: &str) -> Result<Option<Described>, RemoteError> {
        match self.ask(&format!("DESCRIBE {};", quoted(object))).await {
            Ok(entities) => match entities.iter().find_map(model::described) {
                Some(described) => Ok(Some(described)),
                None => Err(self.not_ksqldb("it describes nothing")),
            },
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All streams and tables.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn objects(&self) -> Result<Vec<ObjectListing>, RemoteError> {
        Ok(self.ask("LIST STREAMS; LIST TABLES;").await?.iter().flat_map(model::objects).collect())
    }

    /// All queries that run, persistent and push.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn queries(&self) -> Result<Vec<QueryListing>, RemoteError> {
        Ok(self.ask("LIST QUERIES;").await?.iter().flat_map(model::queries).collect())
    }

    /// Ends a persistent query; one that is gone already counts as ended.
    ///
    /// # Errors
    /// No answer, or a refusal.
    pub async fn terminate(&self, query_id: &str) -> Result<(), RemoteError> {
        self.undo(&format!("TERMINATE {};", query_word(query_id))).await
    }

    /// Lets a persistent query rest where it is, its state kept; one that rests already is as it was.
    ///
    /// # Errors
    /// No answer, or a refusal: there is no such query, it is a source table's, or the server is older than 0.28
    /// ([`cannot_pause`]).
    pub async fn pause(&self, query_id: &str) -> Result<(), RemoteError> {
        self.command("PAUSE", query_id).await
    }

    /// Lets a paused query go on.
    ///
    /// # Errors
    /// As [`Client::pause`].
    pub async fn resume(&self, query_id: &str) -> Result<(), RemoteError> {
        self.command("RESUME", query_id).await
    }

    async fn command(&self, verb: &str, query_id: &str) -> Result<(), RemoteError> {
        let executed = self.execute(&format!("{verb} {};", query_word(query_id))).await?;
        failed_command(executed)
    }

    /// Drops a stream or table, and with `terminate` first the queries that write into it; its topic is left alone. One that
    /// is gone already counts as dropped.
    ///
    /// # Errors
    /// No answer, or a refusal: other queries read from it, or it is of the other kind.
    pub async fn drop_object(&self, object: &str, kind: Object, terminate: bool) -> Result<(), RemoteError> {
        if terminate {
            let Some(described) = self.describe(object).await? else { return Ok(()) };
            for query in described.write_queries {
                self.terminate(&query.id).await?;
            }
        }
        self.undo(&format!("DROP {} IF EXISTS {};", kind.keyword(), quoted(object))).await
    }

    /// The rows of a `SELECT`, as they come. Servers before 0.20 and those that want HTTP/2 are asked at `/query` instead.
    ///
    /// # Errors
    /// No answer, or a refusal. Trouble on the way comes out of [`RowStream::next`].
    pub async fn rows(&self, sql: &str, from_earliest: bool) -> Result<RowStream, RemoteError> {
        rows::open(&self.http, sql, from_earliest).await
    }

    /// A command whose aim may be reached already.
    async fn undo(&self, sql: &str) -> Result<(), RemoteError> {
        match self.execute(sql).await {
            Ok(executed) => failed_command(executed),
            Err(error) if is_absent(&error) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn statements(&self, sql: &str) -> Result<Vec<Executed>, RemoteError> {
        Ok(self.post(sql, false).await?.iter().map(model::executed).collect())
    }

    /// Statements that only ask: they may be sent again.
    async fn ask(&self, sql: &str) -> Result<Vec<Value>, RemoteError> {
        self.post(sql, true).await
    }

    async fn post(&self, sql: &str, repeatable: bool) -> Result<Vec<Value>, RemoteError> {
        let body = json!({
            "ksql": sql,
            "streamsProperties": {"auto.offset.reset": "earliest"},
            "commandSequenceNumber": self.last_command.load(Ordering::Relaxed),
        });
        let answer = self.http.send(Method::POST, "/ksql", Some(&body), repeatable).await?;
        if !answer.status.is_success() {
            let mut error = self.http.refused(&answer);
            let done = answer.json().and_then(|body| body["entities"].as_array().map(Vec::len)).unwrap_or(0);
            if done > 0 {
                error.reason = format!("after {done} of the statements had been run: {}", error.reason);
            }
            return Err(error);
        }
        let entities: Vec<Value> = self.http.decode(&answer)?;
        for number in entities.iter().filter_map(|entity| entity["commandSequenceNumber"].as_i64()) {
            self.last_command.fetch_max(number, Ordering::Relaxed);
        }
        Ok(entities)
    }

    /// Asks for the command's state until it is over; a ksqlDB server answers after 5 s at the latest, over or not.
    async fn wait_for(&self, executed: &mut Executed, deadline: Instant) -> Result<(), RemoteError> {
        let mut wait = FIRST_LOOK;
        while !executed.status.is_final() && Instant::now() < deadline {
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_LOOK);
            let status: Value = self.http.get(&format!("/status/{}", command_path(&executed.command_id))).await?;
            executed.update(&status);
        }
        Ok(())
    }

    fn not_ksqldb(&self, what: &str) -> RemoteError {
        let reason = format!("the answer is not what ksqlDB gives: {what}; is the address another system's?");
        RemoteError::new(SYSTEM, PATH, RemoteErrorKind::Unexpected, 200, reason)
    }
}

fn failed_command(executed: Vec<Executed>) -> Result<(), RemoteError> {
    match executed.into_iter().find(|one| one.status == CommandState::Error) {
        Some(failed) => Err(RemoteError::new(SYSTEM, PATH, RemoteErrorKind::Invalid, 200, failed.message)),
        None => Ok(()),
    }
}

/// Whether the server does not know the statements `PAUSE` and `RESUME`: those before 0.28, which is Confluent Platform 7.3.
#[must_use]
pub fn cannot_pause(error: &RemoteError) -> bool {
    let reason = error.reason.to_lowercase();
    let says = ["mismatched input 'pause'", "mismatched input 'resume'", "unknown statement 'pause'", "unknown statement 'resume'"];
    error.kind == RemoteErrorKind::Invalid && says.iter().any(|text| reason.contains(text))
}

/// An id in a statement: ids are identifiers, so ksqlDB would put a bare one into upper case.
fn query_word(id: &str) -> String {
    let is_bare = id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if is_bare { id.to_owned() } else { quoted(id) }
}

/// A name as ksqlDB reads it without changing its case.
fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// `stream/NAME/create`, where the name may hold anything.
fn command_path(command_id: &str) -> String {
    match (command_id.split_once('/'), command_id.rsplit_once('/')) {
        (Some((kind, rest)), Some((_, action))) if rest.contains('/') => {
            let name = &rest[..rest.len() - action.len() - 1];
            [kind, name, action].map(path_part).join("/")
        }
        _ => path_part(command_id),
    }
}

/// ksqlDB has no code of its own for what is not there: 40001 is any bad statement.
fn is_absent(error: &RemoteError) -> bool {
    let reason = error.reason.to_lowercase();
    let says = ["could not find stream/table", "does not exist", "unknown queryid", "no query with id", "could not find query"];
    error.kind == RemoteErrorKind::Invalid && says.iter().any(|text| reason.contains(text))
}
