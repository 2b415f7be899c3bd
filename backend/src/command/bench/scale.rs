//! A changefeed of 100,000 tables: memory, time to start, rows a second and what a checkpoint costs, with DDL in between and a restart.
//!
//! Everything is the engine's own but the ends: definitions are kept in the catalog that the MySQL source uses, Kafka is librdkafka's
//! mock cluster, and the registry only counts. Rows of all tables go to one topic.

use super::Figure;
use super::cluster::{MEMORY, PARTITIONS, make_mock_topic, peak_memory_mib};
use crate::{
    clients::schema_registry,
    engine::{
        error::EngineError,
        figures::Figures,
        pipeline::Run,
        position::Position,
        sink::kafka::MOST_BATCH_BYTES,
        source::{Begin, Source, SourceEvent, SourceSender},
    },
    store::Store,
};
use anyhow::Context;
use axum::{Json, Router as Routes, routing};
use rdkafka::mocking::MockCluster;
use shared::{
    api::PipelineState,
    config::{Delivery, Dispatcher, Pipeline, SchemaRegistry, StartFrom},
    dispatch::Router,
    row::{CommitTs, Datum, Row, RowChange},
    schema::{
        TableModel,
        ddl::{Catalog, parse_create_table},
    },
    sink_uri::KafkaOptions,
};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

const TABLES: usize = 100_000;
/// Rows that travel together, as from the MySQL source.
const BATCH: usize = 1_000;
/// A table is altered after this many rows.
const ROWS_A_DDL: usize = 10_000;
const TOPIC: &str = "scale";

/// Figures of a changefeed of 100,000 tables.
///
/// # Errors
/// A part of the set-up does not start, or the engine fails.
pub async fn figures() -> anyhow::Result<Vec<Figure>> {
    let directory = std::env::temp_dir().join(format!("changefeed-scale-{}", std::process::id()));
    let result = measure(&directory).await;
    // A left-over directory is untidy, not wrong.
    let _ = std::fs::remove_dir_all(&directory);
    result
}

async fn measure(directory: &Path) -> anyhow::Result<Vec<Figure>> {
    let cluster = MockCluster::new(1)?;
    make_mock_topic(&cluster, TOPIC)?;
    let registry = Registry::start().await?;
    let brokers = cluster.bootstrap_servers();

    let first = run(&brokers, &registry.url, directory, 1).await?;
    let kept = std::fs::metadata(directory.join("studio.redb"))?.len();
    let again = run(&brokers, &registry.url, directory, 2).await?;
    let grown = std::fs::metadata(directory.join("studio.redb"))?.len().saturating_sub(kept);
    registry.stop().await;
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    Ok(vec![
        Figure::new("scale_100k_tables_first_row", first.first_row, "s"),
        Figure::new("scale_100k_tables_rows_per_second", first.rate, "rows/s"),
        Figure::new("scale_100k_tables_restart_first_row", again.first_row, "s"),
        Figure::new("scale_100k_tables_restart_rows_per_second", again.rate, "rows/s"),
        Figure::new("scale_100k_tables_state_on_disk", mib(kept), "MiB"),
        Figure::new("scale_100k_tables_state_growth_by_restart", mib(grown), "MiB"),
        Figure::at_most("scale_100k_tables_peak_memory", peak_memory_mib()?, "MiB", 1024.0),
    ])
}

struct Measured {
    /// From the start of the run, the checkpoint read, to the first acknowledged row, seconds.
    first_row: f64,
    /// Rows a second from then on: each table's first row in this run, so with its preparation.
    rate: f64,
}

/// One run of the engine; each is one more row in every table.
async fn run(brokers: &str, registry: &str, directory: &Path, round: u64) -> anyhow::Result<Measured> {
    let began = Instant::now();
    let document = document();
    let refused = |findings: Vec<shared::Finding>| anyhow::anyhow!("the bench's own document is wrong: {findings:?}");
    let store = Arc::new(Store::open(directory)?);
    let begin = match store.checkpoint(&document.name)? {
        Some((checkpoint, schemas)) => {
            anyhow::ensure!(schemas.len() == TABLES, "{} definitions are in the checkpoint", schemas.len());
            Begin::Checkpoint { position: checkpoint.position, commit_ts: checkpoint.commit_ts, schemas }
        }
        None => Begin::Fresh(StartFrom::Now),
    };
    let figures = Arc::new(Figures::new(PipelineState::Starting, None));
    let (sent, all_sent) = oneshot::channel();
    let options = schema_registry::Options { url: registry.to_owned(), user: String::new(), password: None };
    let engine = Run {
        delivery: Delivery::AtLeastOnce,
        dead_letters: None,
        name: document.name.clone(),
        brokers: vec![brokers.to_owned()],
        default_topic: TOPIC.to_owned(),
        router: Router::new(&document).map_err(refused)?,
        kafka: KafkaOptions::from_pipeline(&document).map_err(refused)?,
        registry: Arc::new(schema_registry::Client::new(options).map_err(EngineError::from)?),
        source: Box::new(Many { round, sent }),
        begin,
        ignore_ineligible: false,
        batch_bytes: Arc::new(MOST_BATCH_BYTES.into()),
        memory: MEMORY,
        store,
        figures: Arc::clone(&figures),
    };
    let stop = CancellationToken::new();
    let running = tokio::spawn(engine.run(stop.clone()));
    let mut first_row = None;
    // A page looks on.
    let mut page = figures.subscribe();
    let mut seconds = Instant::now();
    while figures.progress().rows_total < TABLES as u64 {
        anyhow::ensure!(!running.is_finished(), "the pipeline ended early: {:?}", running.await);
        tokio::time::sleep(Duration::from_millis(2)).await;
        if first_row.is_none() && figures.progress().rows_total > 0 {
            first_row = Some(began.elapsed());
        }
        if seconds.elapsed() > Duration::from_secs(1) {
            seconds = Instant::now();
            figures.sample();
            while page.try_recv().is_ok() {}
        }
    }
    let first_row = first_row.unwrap_or_else(|| began.elapsed());
    let rate = TABLES as f64 / began.elapsed().saturating_sub(first_row).as_secs_f64();
    all_sent.await.context("the source ended early")?;
    stop.cancel();
    running.await??;
    Ok(Measured { first_row: first_row.as_secs_f64(), rate })
}

fn document() -> Pipeline {
    let mut document = Pipeline::named("scale");
    document.changefeed.config.sink.dispatchers = vec![Dispatcher {
        matcher: vec!["*.*".to_owned()],
        topic: TOPIC.to_owned(),
        partition: "index-value".to_owned(),
        ..Dispatcher::default()
    }];
    document.kafka.topic = TOPIC.to_owned();
    document.kafka.params.insert("protocol".to_owned(), "avro".into());
    document.kafka.params.insert("read-timeout".to_owned(), "1s".into());
    document.kafka.params.insert("partition-num".to_owned(), PARTITIONS.into());
    // Never called: the run gets a client of its own.
    document.schema_registry = Some(SchemaRegistry { url: "http://127.0.0.1".to_owned(), ..SchemaRegistry::default() });
    document
}

/// A database of many tables that gets one row in each.
struct Many {
    round: u64,
    sent: oneshot::Sender<()>,
}

#[async_trait::async_trait]
impl Source for Many {
    async fn run(self: Box<Self>, begin: Begin, out: SourceSender, stop: CancellationToken) -> Result<(), EngineError> {
        let mut catalog = Catalog::default();
        match begin {
            Begin::Checkpoint { schemas, .. } => schemas.into_iter().for_each(|table| drop(catalog.insert(table))),
            Begin::Fresh(_) => (0..TABLES).filter_map(definition).for_each(|table| drop(catalog.insert(table))),
        }
        let _ = out.send(catalog.iter().map(|table| SourceEvent::Table(Arc::clone(table))).collect()).await;
        let names: Vec<String> = catalog.iter().map(|table| table.name.clone()).collect();
        let mut place = self.round * 1_000_000;
        for (number, names) in names.chunks(BATCH).enumerate() {
            let mut events = Vec::with_capacity(BATCH + 2);
            if number % (ROWS_A_DDL / BATCH) == 5 {
                let alter = format!("ALTER TABLE {} ADD COLUMN extra{} INT", names[0], self.round);
                let _ = catalog.apply("shop", &alter);
                events.extend(catalog.get("shop", &names[0]).cloned().map(SourceEvent::Table));
            }
            for name in names {
                let Some(table) = catalog.get("shop", name) else { continue };
                let commit_ts = CommitTs::new(crate::engine::figures::now_ms(), place);
                events.push(SourceEvent::Change(RowChange {
                    table: Arc::clone(table),
                    before: None,
                    after: Some(row(table, place)),
                    commit_ts,
                }));
                place += 1;
            }
            events.push(SourceEvent::Resolved { position: Position::Tpcc { transaction: place, loaded: 0 }, commit_ts: CommitTs(place) });
            if out.send(events).await.is_err() {
                return Ok(());
            }
        }
        let _ = self.sent.send(());
        stop.cancelled().await;
        Ok(())
    }
}

/// Eight columns, as an ordinary application has.
fn definition(number: usize) -> Option<TableModel> {
    let ddl = format!(
        "CREATE TABLE shop.orders_{number:06} (id BIGINT NOT NULL PRIMARY KEY, customer_id INT NOT NULL, \
         status ENUM('new','paid','sent') NOT NULL DEFAULT 'new', total DECIMAL(12,2), note VARCHAR(80), created_at DATETIME(3), \
         payload TEXT, updated_at TIMESTAMP NULL, KEY by_customer (customer_id))"
    );
    parse_create_table(&ddl, "shop").ok()
}

fn row(table: &TableModel, id: u64) -> Row {
    let mut row = Row::with_capacity(table.columns.len(), 128);
    row.push(Datum::Int(id.cast_signed()));
    row.push(Datum::Int(7));
    // The second of the ENUM's elements.
    row.push(Datum::UInt(2));
    row.push(Datum::Bytes(b"123.45"));
    row.push(Datum::Bytes(b"as discussed"));
    row.push(Datum::Bytes(b"2026-01-31 12:00:00.000"));
    (6..table.columns.len()).for_each(|_| row.push(Datum::Null));
    row
}

/// Gives each schema an id and forgets it.
struct Registry {
    url: String,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Registry {
    async fn start() -> anyhow::Result<Self> {
        let ids = Arc::new(AtomicU32::new(0));
        let register = move || {
            let id = ids.fetch_add(1, Ordering::Relaxed) + 1;
            async move { Json(serde_json::json!({ "id": id })) }
        };
        let routes = Routes::new()
            .route("/", routing::get(|| async { Json(serde_json::json!({})) }))
            .route("/subjects/{subject}/versions", routing::post(register));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let task = tokio::spawn(axum::serve(listener, routes).into_future());
        Ok(Self { url, task })
    }

    async fn stop(self) {
        self.task.abort();
        // Aborted: there is nothing to hear from it.
        let _ = self.task.await;
    }
}
