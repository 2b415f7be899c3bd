//! ksqlDB's REST API, written from Confluent's reference of it (docs.confluent.io, "ksqlDB REST API": `/info`, `/healthcheck`,
//! `/ksql`, `/status`, `/query-stream`, `/query`, `/close-query`) and from the texts that its server refuses with.
//!
//! It keeps streams, tables, queries and connectors, knows which topics there are, and pushes the rows that a test gives it.
//! It does not read Kafka, compute a query, or check types and expressions: a `SELECT` shows its source's rows as they are.
//! Its parser ([`sql`]) shares nothing with the studio's.

mod answers;
mod catalog;
mod http;
mod rows;
mod sql;

pub use catalog::{ObjectKind, Topic};

use crate::{Recorded, Server};
use catalog::Catalog;
use serde_json::Value;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// How the double is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// `/info` says it.
    pub version: String,
    /// Basic authentication; empty asks for none.
    pub user: String,
    pub password: String,
    /// Topics that are there from the start.
    pub topics: Vec<Topic>,
    /// How many times `/status` says `EXECUTING` before a command is over; 0: `/ksql` answers when it is.
    pub looks_until_done: u32,
    /// Whether `/query-stream` is served; old servers answer 404, and only `/query` gives rows.
    pub has_query_stream: bool,
    /// Whether queries can be paused: since 0.28, which is Confluent Platform 7.3.
    pub has_pause: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            version: "7.6.0".to_owned(),
            user: String::new(),
            password: String::new(),
            topics: Vec::new(),
            looks_until_done: 0,
            has_query_stream: true,
            has_pause: true,
        }
    }
}

/// A failure that a test planned.
#[derive(Clone, Debug)]
enum Planned {
    /// Nothing is done; this is answered.
    Refuse { status: u16, error_code: u32, message: String },
    /// The work is done, and the connection breaks before its answer is read.
    LoseAnswer,
    /// The command is accepted and ends in `ERROR` with this text.
    FailCommand(String),
}

struct State {
    options: Options,
    catalog: Catalog,
    planned: VecDeque<Planned>,
    closed: Vec<String>,
}

/// What handlers share.
#[derive(Clone)]
struct Shared {
    state: Arc<Mutex<State>>,
    /// Raised when rows were pushed or a query was closed.
    news: watch::Sender<u64>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn announce(&self) {
        self.news.send_modify(|n| *n += 1);
    }
}

/// A running double; it ends when it is dropped.
pub struct KsqlDb {
    server: Server,
    shared: Shared,
}

impl KsqlDb {
    /// # Panics
    /// There is no free port.
    pub async fn start(options: Options) -> Self {
        let catalog = Catalog::new(&options.topics);
        let state = State { options, catalog, planned: VecDeque::new(), closed: Vec::new() };
        let shared = Shared { state: Arc::new(Mutex::new(state)), news: watch::Sender::new(0) };
        Self { server: Server::start(http::router(shared.clone())).await, shared }
    }

    #[must_use]
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// Everything that it was asked so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Recorded> {
        self.server.asked()
    }

    /// The changefeed made a topic.
    pub fn add_topic(&self, topic: Topic) {
        self.shared.lock().catalog.topics.push(topic);
    }

    /// The next request to `/ksql` or for rows is refused; nothing is done.
    pub fn fail_next(&self, status: u16, error_code: u32, message: &str) {
        self.plan(Planned::Refuse { status, error_code, message: message.to_owned() });
    }

    /// The next request to `/ksql` is done, and its answer is lost.
    pub fn lose_next_answer(&self) {
        self.plan(Planned::LoseAnswer);
    }

    /// The next command is accepted and then fails.
    pub fn fail_next_command(&self, message: &str) {
        self.plan(Planned::FailCommand(message.to_owned()));
    }

    fn plan(&self, planned: Planned) {
        self.shared.lock().planned.push_back(planned);
    }

    /// Gives a stream or table another row; whoever reads it from the earliest gets the earlier ones too.
    ///
    /// # Panics
    /// There is no such stream or table.
    pub fn push_row(&self, object: &str, row: &[Value]) {
        let mut state = self.shared.lock();
        let object = state.catalog.objects.iter_mut().find(|o| o.name == object).expect("the stream or table is there");
        object.rows.push(Value::Array(row.to_vec()));
        drop(state);
        self.shared.announce();
    }

    /// Stored names of streams and tables, in their order of creation.
    #[must_use]
    pub fn objects(&self) -> Vec<String> {
        self.shared.lock().catalog.objects.iter().map(|object| object.name.clone()).collect()
    }

    /// Ids of persistent queries.
    #[must_use]
    pub fn queries(&self) -> Vec<String> {
        self.shared.lock().catalog.queries.iter().map(|query| query.id.clone()).collect()
    }

    /// A persistent query's state, `RUNNING` until it is told otherwise.
    pub fn set_query_state(&self, id: &str, state: &str) {
        for query in self.shared.lock().catalog.queries.iter_mut().filter(|query| query.id == id) {
            state.clone_into(&mut query.state);
        }
    }

    /// Push queries that were closed, by `/close-query` or a broken connection.
    #[must_use]
    pub fn closed_queries(&self) -> Vec<String> {
        self.shared.lock().closed.clone()
    }

    /// Push queries that are being read.
    #[must_use]
    pub fn open_queries(&self) -> Vec<String> {
        self.shared.lock().catalog.push_queries.clone()
    }

    /// Waits until no push query is being read.
    pub async fn until_closed(&self) {
        let mut news = self.shared.news.subscribe();
        while !self.open_queries().is_empty() {
            if news.changed().await.is_err() {
                return;
            }
        }
    }
}
