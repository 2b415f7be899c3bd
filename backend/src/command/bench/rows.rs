//! What the pipeline's measurements send: rows of one table, prepared, and the document that says where they go.

use crate::engine::{
    error::EngineError,
    position::Position,
    source::{Begin, Source, SourceEvent, SourceSender},
};
use shared::{
    config::{Dispatcher, Pipeline, SchemaRegistry},
    dispatch::Router,
    row::{CommitTs, Datum, Row, RowChange},
    schema::{TableModel, ddl::parse_create_table},
    sink_uri::KafkaOptions,
};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Rows between two resolved positions.
const BATCH: u64 = 1_000;

/// Rows of one table.
pub struct Rows {
    pub table: Arc<TableModel>,
    pub count: u64,
    text: String,
}

impl Rows {
    /// Rows of about 100 bytes.
    pub fn narrow(count: u64) -> anyhow::Result<Self> {
        Self::new("CREATE TABLE bench.narrow (id BIGINT NOT NULL PRIMARY KEY, n INT, price DECIMAL(10,2), note VARCHAR(80))", count, 70)
    }

    /// Rows of 1 KiB.
    pub fn wide(count: u64) -> anyhow::Result<Self> {
        Self::new("CREATE TABLE bench.wide (id BIGINT NOT NULL PRIMARY KEY, body VARCHAR(1000))", count, 1_000)
    }

    fn new(ddl: &str, count: u64, text_bytes: usize) -> anyhow::Result<Self> {
        let table = Arc::new(parse_create_table(ddl, "bench")?);
        Ok(Self { table, count, text: "x".repeat(text_bytes) })
    }

    pub fn topic(&self) -> String {
        format!("tidb_{}_{}", self.table.schema, self.table.name)
    }

    pub fn change(&self, id: u64) -> RowChange {
        let mut row = Row::with_capacity(self.table.columns.len(), self.text.len() + 16);
        row.push(Datum::Int(id.cast_signed()));
        if self.table.columns.len() > 2 {
            row.push(Datum::Int(7));
            row.push(Datum::Bytes(b"123.45"));
        }
        row.push(Datum::Bytes(self.text.as_bytes()));
        let commit_ts = CommitTs::new(crate::engine::figures::now_ms(), id);
        RowChange { table: Arc::clone(&self.table), before: None, after: Some(row), commit_ts }
    }

    fn batch(&self, first: u64) -> Vec<SourceEvent> {
        let mut events: Vec<SourceEvent> =
            (first..(first + BATCH).min(self.count)).map(|id| SourceEvent::Change(self.change(id))).collect();
        events.push(SourceEvent::Resolved { position: Position::Tpcc { transaction: first, loaded: 0 }, commit_ts: CommitTs(first) });
        events
    }
}

/// A source that has all its rows before it begins.
pub struct Canned {
    table: Arc<TableModel>,
    batches: Vec<Vec<SourceEvent>>,
}

impl Canned {
    pub fn new(rows: &Rows) -> Self {
        let batches = (0..rows.count).step_by(BATCH as usize).map(|first| rows.batch(first)).collect();
        Self { table: Arc::clone(&rows.table), batches }
    }
}

#[async_trait::async_trait]
impl Source for Canned {
    async fn run(self: Box<Self>, _begin: Begin, out: SourceSender, stop: CancellationToken) -> Result<(), EngineError> {
        let _ = out.send(vec![SourceEvent::Table(self.table)]).await;
        for batch in self.batches {
            if out.send(batch).await.is_err() {
                break;
            }
        }
        stop.cancelled().await;
        Ok(())
    }
}

pub fn document(name: &str) -> Pipeline {
    let mut document = Pipeline::named(name);
    document.changefeed.config.sink.dispatchers = vec![Dispatcher {
        matcher: vec!["*.*".to_owned()],
        topic: "tidb_{schema}_{table}".to_owned(),
        partition: "index-value".to_owned(),
        ..Dispatcher::default()
    }];
    document.kafka.params.insert("protocol".to_owned(), "avro".into());
    // The mock cluster has no controller, and so never tells a topic's limit.
    document.kafka.params.insert("read-timeout".to_owned(), "1s".into());
    // Never called: the measurements hand their own client to the engine.
    document.schema_registry = Some(SchemaRegistry { url: "http://127.0.0.1".to_owned(), ..Default::default() });
    document
}

pub fn options(document: &Pipeline) -> anyhow::Result<KafkaOptions> {
    KafkaOptions::from_pipeline(document).map_err(|findings| anyhow::anyhow!("the bench's own document is wrong: {findings:?}"))
}

pub fn router(document: &Pipeline) -> anyhow::Result<Router> {
    Router::new(document).map_err(|findings| anyhow::anyhow!("no route: {findings:?}"))
}
