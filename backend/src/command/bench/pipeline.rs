//! The whole pipeline against plain librdkafka: the same rows, the same client settings, the same (mock) cluster.

use super::Figure;
use crate::{
    clients::schema_registry,
    embedded::registry,
    engine::{
        error::EngineError,
        figures::Figures,
        pipeline::Run,
        position::Position,
        sink::kafka::{client_config, producer_settings},
        source::{Begin, Source, SourceEvent, SourceSender, tpcc},
    },
    store::Store,
};
use anyhow::Context;
use rdkafka::{
    ClientContext,
    error::{KafkaError, RDKafkaErrorCode},
    message::DeliveryResult,
    mocking::MockCluster,
    producer::{BaseRecord, DefaultProducerContext, Producer, ProducerContext, ThreadedProducer},
};
use shared::{
    api::PipelineState,
    avro::TablePlan,
    config::{Dispatcher, Pipeline, StartFrom},
    dispatch::Router,
    row::{CommitTs, Datum, Op, Row, RowChange},
    schema::{TableModel, ddl::parse_create_table},
    sink_uri::KafkaOptions,
};
use std::{
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

pub(super) const PARTITIONS: i32 = 3;
pub(super) const QUEUE_BYTES: usize = 128 * 1024 * 1024;

/// Rows of about 100 bytes, and of 1 KiB.
const NARROW: &str = "CREATE TABLE bench.narrow (id BIGINT NOT NULL PRIMARY KEY, n INT, price DECIMAL(10,2), note VARCHAR(80))";
const WIDE: &str = "CREATE TABLE bench.wide (id BIGINT NOT NULL PRIMARY KEY, body VARCHAR(1000))";

/// All figures of the pipeline that can be had on one machine without a broker of its own.
///
/// # Errors
/// A part of the set-up does not start; never a figure that is missed.
pub async fn figures() -> anyhow::Result<Vec<Figure>> {
    let directory = std::env::temp_dir().join(format!("changefeed-bench-{}", std::process::id()));
    let result = measure(&directory).await;
    // A left-over directory is untidy, not wrong.
    let _ = std::fs::remove_dir_all(&directory);
    result
}

async fn measure(directory: &Path) -> anyhow::Result<Vec<Figure>> {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let registry = registry::start(registry::Options { data_dir: directory.join("registry"), listen }).await?;
    let url = format!("http://{}", registry.address());

    let narrow = Rows::new(NARROW, 400_000, 70)?;
    let cluster = MockCluster::new(1)?;
    let plain = plain_rate(&cluster, &narrow)?;
    let whole = pipeline_rate(&cluster, &url, &directory.join("narrow"), &narrow).await?;
    let mut figures = vec![
        Figure::new("librdkafka_rows_per_second", plain, "rows/s"),
        Figure::new("pipeline_rows_per_second", whole, "rows/s"),
        Figure::at_least("pipeline_vs_librdkafka", whole / plain, "x", 0.9),
    ];

    let wide = Rows::new(WIDE, 150_000, 1_000)?;
    let rate = pipeline_rate(&cluster, &url, &directory.join("wide"), &wide).await?;
    figures.push(Figure::at_least("pipeline_1kib_rows", rate * 1_024.0 / (1024.0 * 1024.0), "MiB/s", 190.0));

    cluster.broker_round_trip_time(1, Duration::from_millis(20))?;
    let far = pipeline_rate(&cluster, &url, &directory.join("far"), &narrow).await?;
    figures.push(Figure::at_least("pipeline_with_20ms_round_trip", far / whole, "x", 0.9));
    cluster.broker_round_trip_time(1, Duration::ZERO)?;

    let lag = workload_lag(&cluster, &url, &directory.join("lag")).await?;
    figures.push(Figure::at_most("lag_p99_at_10k_rows_per_second", lag, "ms", 100.0));
    figures.push(Figure::at_most("peak_memory", peak_memory_mib()?, "MiB", 512.0));
    registry.shutdown().await;
    Ok(figures)
}

/// Prepared rows of one table.
struct Rows {
    table: Arc<TableModel>,
    count: u64,
    text: String,
}

impl Rows {
    fn new(ddl: &str, count: u64, text_bytes: usize) -> anyhow::Result<Self> {
        let table = Arc::new(parse_create_table(ddl, "bench")?);
        Ok(Self { table, count, text: "x".repeat(text_bytes) })
    }

    fn row(&self, id: u64) -> Row {
        let mut row = Row::with_capacity(self.table.columns.len(), self.text.len() + 16);
        row.push(Datum::Int(id.cast_signed()));
        if self.table.columns.len() > 2 {
            row.push(Datum::Int(7));
            row.push(Datum::Bytes(b"123.45"));
        }
        row.push(Datum::Bytes(self.text.as_bytes()));
        row
    }

    fn topic(&self) -> String {
        format!("tidb_{}_{}", self.table.schema, self.table.name)
    }
}

/// Sends prepared rows as fast as they are taken and says when it began.
struct Canned {
    table: Arc<TableModel>,
    batches: Vec<Vec<SourceEvent>>,
    began: oneshot::Sender<Instant>,
}

#[async_trait::async_trait]
impl Source for Canned {
    async fn run(self: Box<Self>, _begin: Begin, out: SourceSender, stop: CancellationToken) -> Result<(), EngineError> {
        let _ = out.send(vec![SourceEvent::Table(self.table)]).await;
        let _ = self.began.send(Instant::now());
        for batch in self.batches {
            if out.send(batch).await.is_err() {
                break;
            }
        }
        stop.cancelled().await;
        Ok(())
    }
}

pub(super) fn document(rows: &str) -> Pipeline {
    let mut document = Pipeline::named(rows);
    document.changefeed.config.sink.dispatchers = vec![Dispatcher {
        matcher: vec!["*.*".to_owned()],
        topic: "tidb_{schema}_{table}".to_owned(),
        partition: "index-value".to_owned(),
        ..Dispatcher::default()
    }];
    document.kafka.params.insert("protocol".to_owned(), "avro".into());
    // Never called: the measurements hand their own client to the engine.
    document.schema_registry = Some(shared::config::SchemaRegistry { url: "http://127.0.0.1".to_owned(), ..Default::default() });
    document
}

fn options(document: &Pipeline) -> anyhow::Result<KafkaOptions> {
    KafkaOptions::from_pipeline(document).map_err(|findings| anyhow::anyhow!("the bench's own document is wrong: {findings:?}"))
}

pub(super) fn make_topic(cluster: &MockCluster<'_, impl ClientContext>, topic: &str) -> anyhow::Result<()> {
    // It may be there from the measurement before.
    match cluster.create_topic(topic, PARTITIONS, 1) {
        Ok(()) | Err(KafkaError::MockCluster(RDKafkaErrorCode::TopicAlreadyExists)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn run(
    cluster: &MockCluster<'_, impl ClientContext>,
    registry: &str,
    directory: &Path,
    document: &Pipeline,
    source: Box<dyn Source>,
    figures: &Arc<Figures>,
    stop: CancellationToken,
) -> anyhow::Result<tokio::task::JoinHandle<Result<(), EngineError>>> {
    run_with(cluster, registry, directory, document, source, figures, stop, 2 * QUEUE_BYTES).await
}

#[expect(clippy::too_many_arguments, reason = "the parts of a run")]
pub(super) async fn run_with(
    cluster: &MockCluster<'_, impl ClientContext>,
    registry: &str,
    directory: &Path,
    document: &Pipeline,
    source: Box<dyn Source>,
    figures: &Arc<Figures>,
    stop: CancellationToken,
    memory: usize,
) -> anyhow::Result<tokio::task::JoinHandle<Result<(), EngineError>>> {
    let router = Router::new(document).map_err(|findings| anyhow::anyhow!("no route: {findings:?}"))?;
    let options_of_client = schema_registry::Options { url: registry.to_owned(), user: String::new(), password: None };
    let run = Run {
        delivery: shared::config::Delivery::AtLeastOnce,
        dead_letters: None,
        name: document.name.clone(),
        brokers: vec![cluster.bootstrap_servers()],
        default_topic: String::new(),
        router,
        kafka: options(document)?,
        registry: Arc::new(schema_registry::Client::new(options_of_client).map_err(EngineError::from)?),
        source,
        begin: Begin::Fresh(StartFrom::Now),
        ignore_ineligible: false,
        memory,
        store: Arc::new(Store::open(directory)?),
        figures: Arc::clone(figures),
    };
    Ok(tokio::spawn(run.run(stop)))
}

async fn pipeline_rate(
    cluster: &MockCluster<'_, impl ClientContext>,
    registry: &str,
    directory: &Path,
    rows: &Rows,
) -> anyhow::Result<f64> {
    make_topic(cluster, &rows.topic())?;
    let batch = |first: u64| {
        let mut events: Vec<SourceEvent> = (first..(first + 1_000).min(rows.count))
            .map(|id| {
                let commit_ts = CommitTs::new(crate::engine::figures::now_ms(), id);
                SourceEvent::Change(RowChange { table: Arc::clone(&rows.table), before: None, after: Some(rows.row(id)), commit_ts })
            })
            .collect();
        events.push(SourceEvent::Resolved { position: Position::Tpcc { transaction: first, loaded: 0 }, commit_ts: CommitTs(first) });
        events
    };
    let batches: Vec<_> = (0..rows.count).step_by(1_000).map(batch).collect();
    let (began, begin) = oneshot::channel();
    let source = Box::new(Canned { table: Arc::clone(&rows.table), batches, began });
    let figures = Arc::new(Figures::new(PipelineState::Starting, None));
    let stop = CancellationToken::new();
    let running = run(cluster, registry, directory, &document("bench"), source, &figures, stop.clone()).await?;
    let began = begin.await.context("the pipeline did not start")?;
    while figures.progress().rows_total < rows.count {
        anyhow::ensure!(!running.is_finished(), "the pipeline ended early: {:?}", running.await);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let seconds = began.elapsed().as_secs_f64();
    stop.cancel();
    running.await??;
    Ok(rows.count as f64 / seconds)
}

struct Count(Arc<std::sync::atomic::AtomicU64>, DefaultProducerContext);

impl ClientContext for Count {}

impl ProducerContext for Count {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if result.is_ok() {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        }
    }
}

/// The same keys, values and partitions, encoded before the clock starts.
fn plain_rate(cluster: &MockCluster<'_, impl ClientContext>, rows: &Rows) -> anyhow::Result<f64> {
    use rdkafka::config::FromClientConfigAndContext;
    make_topic(cluster, &rows.topic())?;
    let document = document("bench");
    let options = options(&document)?;
    let router = Router::new(&document).map_err(|findings| anyhow::anyhow!("no route: {findings:?}"))?;
    let route = router.route(&rows.table).map_err(|findings| anyhow::anyhow!("no route: {findings:?}"))?;
    let plan = TablePlan::new(&rows.table, &options.avro)?;
    let mut messages = Vec::with_capacity(usize::try_from(rows.count)?);
    let mut scratch = Vec::new();
    for id in 0..rows.count {
        let row = rows.row(id);
        let (mut key, mut value) = (Vec::new(), Vec::new());
        plan.encode_key(&row, 1, &mut key)?;
        plan.encode_value(Op::Insert, &row, CommitTs(id), 2, &mut value)?;
        let change = RowChange { table: Arc::clone(&rows.table), before: None, after: Some(row), commit_ts: CommitTs(id) };
        let partition = route.partition.partition(&change, PARTITIONS.cast_unsigned(), &mut scratch);
        messages.push((key, value, partition.cast_signed()));
    }
    let mut config = client_config(&[cluster.bootstrap_servers()], &options);
    producer_settings(&mut config, &options, QUEUE_BYTES);
    let delivered = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let producer = ThreadedProducer::from_config_and_context(&config, Count(Arc::clone(&delivered), DefaultProducerContext))?;
    producer.client().fetch_metadata(None, Duration::from_secs(10))?;

    let topic = rows.topic();
    let began = Instant::now();
    for (key, value, partition) in &messages {
        let mut record = BaseRecord::<[u8], [u8]>::to(&topic).key(key).payload(value).partition(*partition);
        while let Err((error, same)) = producer.send(record) {
            anyhow::ensure!(error == KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), "{error}");
            std::thread::sleep(Duration::from_millis(1));
            record = same;
        }
    }
    producer.flush(Duration::from_secs(60))?;
    let seconds = began.elapsed().as_secs_f64();
    let delivered = delivered.load(std::sync::atomic::Ordering::Relaxed);
    anyhow::ensure!(delivered == rows.count, "librdkafka delivered {delivered} of {} rows", rows.count);
    Ok(rows.count as f64 / seconds)
}

/// The worst second's p99 of the TPC-C workload at 10,000 rows/s, after two seconds of warming up.
async fn workload_lag(cluster: &MockCluster<'_, impl ClientContext>, registry: &str, directory: &Path) -> anyhow::Result<f64> {
    for model in tpcc::models() {
        make_topic(cluster, &format!("tidb_{}_{}", model.schema, model.name))?;
    }
    let mut document = document("lag");
    document.changefeed.config.filter.rules = vec!["tpcc.*".to_owned(), "!tpcc.history".to_owned()];
    let router = Router::new(&document).map_err(|findings| anyhow::anyhow!("no route: {findings:?}"))?;
    let source = Box::new(tpcc::TpccSource::new(tpcc::TpccOptions {
        warehouses: 1,
        seed: 1,
        state_dir: directory.join("tpcc"),
        rate: tpcc::RateControl::new(10_000),
        wanted: Arc::new(move |schema, table| router.wants(schema, table)),
    }));
    let figures = Arc::new(Figures::new(PipelineState::Starting, None));
    let stop = CancellationToken::new();
    let running = run(cluster, registry, directory, &document, source, &figures, stop.clone()).await?;
    let mut worst = 0;
    for second in 0..10 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        anyhow::ensure!(!running.is_finished(), "the pipeline ended early: {:?}", running.await);
        figures.sample();
        if second >= 2 {
            worst = worst.max(figures.progress().now.lag_p99_ms.unwrap_or(u64::MAX));
        }
    }
    stop.cancel();
    running.await??;
    Ok(worst as f64)
}

/// The process's high-water mark so far, MiB.
pub(super) fn peak_memory_mib() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).context("no VmHWM in /proc/self/status")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kib / 1024.0)
}
