//! Runs a source and collects what it says.

use crate::support::mariadb::MariaDb;
use backend::engine::{
    error::EngineError,
    source::{
        Begin, Source, SourceBatch, SourceEvent, SourceSender, Wanted,
        mysql::{MysqlOptions, MysqlSource, TlsOptions},
    },
};
use shared::{
    config::StartFrom,
    row::{Datum, Row},
    schema::TableModel,
};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{sync::mpsc::Receiver, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

/// What rows of undecided XA transactions may take in memory here, bytes.
const HELD_MEMORY: usize = 256 << 10;

/// Longer than anything here takes; only a failing test waits for it.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A running source and everything that it has said so far.
pub struct Tail {
    pub events: Vec<SourceEvent>,
    batches: Receiver<SourceBatch>,
    stop: CancellationToken,
    run: JoinHandle<Result<(), EngineError>>,
    pub spill: TempDir,
}

pub fn all() -> Wanted {
    Arc::new(|_, _| true)
}

pub fn options(db: &MariaDb, wanted: Wanted) -> MysqlOptions {
    MysqlOptions { url: db.url(), password: Some(db.password()), tls: TlsOptions::default(), server_id: 4711, wanted }
}

pub fn start(db: &MariaDb, wanted: Wanted, begin: Begin) -> Tail {
    start_with(options(db, wanted), begin, 64 << 20)
}

pub fn start_with(options: MysqlOptions, begin: Begin, memory_bytes: u32) -> Tail {
    let (out, batches) = SourceSender::bounded(memory_bytes);
    let stop = CancellationToken::new();
    let spill = tempfile::TempDir::new().unwrap();
    let source = Box::new(MysqlSource::new(options, spill.path().join("spill")).with_held_memory(HELD_MEMORY));
    let run = tokio::spawn(source.run(begin, out, stop.clone()));
    Tail { events: Vec::new(), batches, stop, run, spill }
}

/// A source that reads from now on; answers when it does.
pub async fn start_now(db: &MariaDb) -> Tail {
    let mut tail = start(db, all(), Begin::Fresh(StartFrom::Now));
    tail.until(|event| matches!(event, SourceEvent::Resolved { .. })).await;
    tail
}

impl Tail {
    /// Reads until an event fits; answers how many there are with it. A batch is always read whole.
    pub async fn until(&mut self, fits: impl Fn(&SourceEvent) -> bool) -> usize {
        let mut seen = self.events.len();
        loop {
            let Some(batch) = timeout(PATIENCE, self.batches.recv()).await.expect("the event comes in time") else {
                panic!("the source ended: {:?}", (&mut self.run).await)
            };
            self.events.extend(batch.events);
            if let Some(at) = self.events[seen..].iter().position(&fits) {
                return seen + at + 1;
            }
            seen = self.events.len();
        }
    }

    /// Reads until a row of table `name` has `value` in its first column after the change.
    pub async fn until_row(&mut self, name: &str, value: i64) -> usize {
        self.until(|event| matches!(event, SourceEvent::Change(c) if c.table.name == name && first_is(c.after.as_ref(), value))).await
    }

    /// Reads until all so far is resolved.
    pub async fn until_resolved(&mut self) {
        if !matches!(self.events.last(), Some(SourceEvent::Resolved { .. })) {
            self.until(|event| matches!(event, SourceEvent::Resolved { .. })).await;
        }
    }

    /// The next batch, as it came.
    pub async fn batch(&mut self) -> Option<SourceBatch> {
        timeout(PATIENCE, self.batches.recv()).await.expect("a batch comes in time")
    }

    /// Waits for the error that ends the run.
    pub async fn failure(mut self) -> EngineError {
        let reading = async { while self.batches.recv().await.is_some() {} };
        timeout(PATIENCE, reading).await.expect("the source ends in time");
        self.run.await.unwrap().expect_err("the source fails")
    }

    /// Stops the source without reading on; answers what it had said.
    pub async fn stop(self) -> Vec<SourceEvent> {
        self.stop.cancel();
        timeout(Duration::from_secs(1), self.run).await.expect("a source stops within a second").unwrap().expect("stopping is no error");
        self.events
    }

    pub fn lines(&self) -> Vec<String> {
        lines(&self.events)
    }
}

fn first_is(row: Option<&Row>, value: i64) -> bool {
    match row.and_then(|row| row.get(0)) {
        Some(Datum::Int(v)) => v == value,
        Some(Datum::UInt(v)) => i64::try_from(v) == Ok(value),
        _ => false,
    }
}

/// Changes and definitions as text, so that runs can be compared.
pub fn lines(events: &[SourceEvent]) -> Vec<String> {
    events
        .iter()
        .filter_map(|event| match event {
            SourceEvent::Change(change) => {
                let op = change.op().unwrap().letter();
                let image =
                    |row: &Option<Row>| row.as_ref().map_or("-".to_owned(), |row| row.iter().map(text).collect::<Vec<_>>().join(","));
                Some(format!("{op} {} {} -> {}", change.table.name, image(&change.before), image(&change.after)))
            }
            SourceEvent::Table(table) => Some(format!("table {} {}", table.name, columns(table))),
            SourceEvent::TableGone { name, .. } => Some(format!("gone {name}")),
            SourceEvent::Resolved { .. } | SourceEvent::Reads | SourceEvent::Note(_) => None,
        })
        .collect()
}

fn columns(table: &TableModel) -> String {
    table.columns.iter().map(|c| c.name.clone()).collect::<Vec<_>>().join(",")
}

/// A value as SELECT would print it; numbers behind BIT, ENUM and SET.
pub fn text(datum: Datum<'_>) -> String {
    match datum {
        Datum::Null => "NULL".into(),
        Datum::Int(v) => v.to_string(),
        Datum::UInt(v) => v.to_string(),
        Datum::Float(v) => v.to_string(),
        Datum::Double(v) => v.to_string(),
        Datum::Bytes(v) => String::from_utf8(v.to_vec()).unwrap_or_else(|_| v.iter().map(|b| format!("{b:02x}")).collect()),
    }
}

/// The checkpoint that an engine would hold after `events`: the last resolved position, its time, and the definitions there.
pub fn checkpoint(events: &[SourceEvent]) -> Begin {
    let last = events.iter().rposition(|e| matches!(e, SourceEvent::Resolved { .. })).expect("something is resolved");
    let SourceEvent::Resolved { position, commit_ts } = &events[last] else { unreachable!("it was looked for") };
    let mut schemas: Vec<TableModel> = Vec::new();
    for event in &events[..last] {
        match event {
            SourceEvent::Table(table) => {
                schemas.retain(|t| (&t.schema, &t.name) != (&table.schema, &table.name));
                schemas.push(TableModel::clone(table));
            }
            SourceEvent::TableGone { schema, name } => schemas.retain(|t| (&t.schema, &t.name) != (schema, name)),
            _ => {}
        }
    }
    Begin::Checkpoint { position: position.clone(), commit_ts: *commit_ts, schemas }
}
