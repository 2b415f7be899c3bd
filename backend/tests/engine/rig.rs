//! A pipeline whose source is a script and whose broker can be told to misbehave.

use backend::{
    clients::{
        schema_registry,
        topic_reader::{RawMessage, Tail, read_tail},
    },
    embedded::registry,
    engine::{
        error::EngineError,
        figures::Figures,
        pipeline::Run,
        position::Position,
        sink::kafka::{MOST_BATCH_BYTES, client_config},
        source::{Begin, Source, SourceEvent, SourceSender},
    },
    store::{Store, StoredCheckpoint},
};
use rdkafka::{mocking::MockCluster, producer::DefaultProducerContext};
use shared::{
    api::PipelineState,
    config::{Dispatcher, Pipeline, SchemaRegistry, StartFrom},
    dispatch::Router,
    row::{CommitTs, Datum, Row, RowChange},
    schema::{TableModel, ddl::parse_create_table},
    sink_uri::KafkaOptions,
};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// For rows on their way, bytes.
pub const MEMORY: usize = 16 * 1024 * 1024;

pub struct Rig {
    pub cluster: MockCluster<'static, DefaultProducerContext>,
    pub directory: TempDir,
    pub document: Pipeline,
    pub figures: Arc<Figures>,
    /// The source finds nobody to read from.
    pub silent: bool,
    /// The source has definitions, and never says that it reads: an initial load goes on.
    pub loading: bool,
    pub registry_url: String,
    _registry: registry::Handle,
}

/// Sends its transactions from where it is told to begin, then waits; remembers how it was begun.
struct Script {
    tables: Vec<Arc<TableModel>>,
    transactions: Vec<Vec<RowChange>>,
    begun: Arc<Mutex<Vec<Begin>>>,
    silent: bool,
    loading: bool,
}

/// Sends just these events, then waits.
pub struct Events(pub Vec<SourceEvent>);

#[async_trait::async_trait]
impl Source for Events {
    async fn run(self: Box<Self>, _begin: Begin, out: SourceSender, stop: CancellationToken) -> Result<(), EngineError> {
        let _ = out.send(self.0).await;
        stop.cancelled().await;
        Ok(())
    }
}

#[async_trait::async_trait]
impl Source for Script {
    async fn run(self: Box<Self>, begin: Begin, out: SourceSender, stop: CancellationToken) -> Result<(), EngineError> {
        let skip = match &begin {
            Begin::Checkpoint { position: Position::Tpcc { transaction, .. }, .. } => *transaction,
            _ => 0,
        };
        self.begun.lock().unwrap().push(begin);
        if self.silent {
            stop.cancelled().await;
            return Ok(());
        }
        let tables = self.tables.into_iter().map(SourceEvent::Table).collect();
        if out.send(tables).await.is_err() {
            return Ok(());
        }
        if !self.loading && out.send(vec![SourceEvent::Reads]).await.is_err() {
            return Ok(());
        }
        for (number, changes) in (1_u64..).zip(self.transactions).skip(usize::try_from(skip).unwrap()) {
            let mut events: Vec<SourceEvent> = changes.into_iter().map(SourceEvent::Change).collect();
            events.push(SourceEvent::Resolved { position: Position::Tpcc { transaction: number, loaded: 0 }, commit_ts: CommitTs(number) });
            if out.send(events).await.is_err() {
                return Ok(());
            }
        }
        stop.cancelled().await;
        Ok(())
    }
}

impl Rig {
    pub async fn new() -> Self {
        let directory = TempDir::new().unwrap();
        let cluster = MockCluster::new(1).unwrap();
        for topic in ["meta", "tidb_shop_orders"] {
            cluster.create_topic(topic, 3, 1).unwrap();
        }
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let registry = registry::start(registry::Options { data_dir: directory.path().join("registry"), listen }).await.unwrap();
        let mut document = Pipeline::named("rig");
        document.changefeed.config.sink.dispatchers = vec![Dispatcher {
            matcher: vec!["*.*".to_owned()],
            topic: "tidb_{schema}_{table}".to_owned(),
            partition: "index-value".to_owned(),
            ..Dispatcher::default()
        }];
        document.kafka.topic = "meta".to_owned();
        document.kafka.brokers = vec![cluster.bootstrap_servers()];
        document.kafka.params.insert("protocol".to_owned(), "avro".into());
        // The mock cluster has no controller, and so never tells a topic's limit.
        document.kafka.params.insert("read-timeout".to_owned(), "1s".into());
        document.schema_registry = Some(SchemaRegistry { url: format!("http://{}", registry.address()), ..SchemaRegistry::default() });
        let figures = Arc::new(Figures::new(PipelineState::Starting, None));
        let registry_url = format!("http://{}", registry.address());
        Self { cluster, directory, document, figures, silent: false, loading: false, registry_url, _registry: registry }
    }

    /// Runs until `enough` holds or the run ends by itself; answers how the source was begun and how the run ended.
    pub async fn run(
        &self,
        tables: Vec<Arc<TableModel>>,
        transactions: Vec<Vec<RowChange>>,
        enough: impl Fn(&Figures) -> bool,
    ) -> (Begin, Result<(), EngineError>) {
        let begun = Arc::new(Mutex::new(Vec::new()));
        let script = Box::new(Script { tables, transactions, begun: Arc::clone(&begun), silent: self.silent, loading: self.loading });
        let (begin, ended) = self.run_source(script, enough).await;
        // How the source was begun is the last word: with exactly-once delivery Kafka knows better than the store.
        (begun.lock().unwrap().pop().unwrap_or(begin), ended)
    }

    /// The same with another source; how it was begun is what the store says.
    pub async fn run_source(&self, source: Box<dyn Source>, enough: impl Fn(&Figures) -> bool) -> (Begin, Result<(), EngineError>) {
        let store = Arc::new(Store::open(&self.directory.path().join("store")).unwrap());
        let begin = match store.checkpoint("rig").unwrap() {
            Some((StoredCheckpoint { position, commit_ts, .. }, schemas)) => Begin::Checkpoint { position, commit_ts, schemas },
            None => Begin::Fresh(StartFrom::Now),
        };
        let options = schema_registry::Options { url: self.registry_url.clone(), user: String::new(), password: None };
        let run = Run {
            delivery: self.document.engine.delivery,
            dead_letters: self.document.engine.dead_letters("rig"),
            name: "rig".to_owned(),
            brokers: self.document.kafka.brokers.clone(),
            default_topic: "meta".to_owned(),
            router: Router::new(&self.document).unwrap(),
            kafka: KafkaOptions::from_pipeline(&self.document).unwrap(),
            registry: Arc::new(schema_registry::Client::new(options).unwrap()),
            source,
            begin: begin.clone(),
            ignore_ineligible: false,
            batch_bytes: Arc::new(MOST_BATCH_BYTES.into()),
            memory: MEMORY,
            store,
            figures: Arc::clone(&self.figures),
        };
        let stop = CancellationToken::new();
        let mut running = tokio::spawn(run.run(stop.clone()));
        let mut tick = tokio::time::interval(Duration::from_millis(10));
        let ended = loop {
            tokio::select! {
                ended = &mut running => break ended,
                _ = tick.tick() => if enough(&self.figures) {
                    stop.cancel();
                    break running.await;
                }
            }
        };
        (begin, ended.unwrap())
    }

    pub fn checkpoint(&self) -> Option<(StoredCheckpoint, Vec<TableModel>)> {
        Store::open(&self.directory.path().join("store")).unwrap().checkpoint("rig").unwrap()
    }

    /// Bytes of the file that holds checkpoints and definitions.
    pub fn state_bytes(&self) -> u64 {
        std::fs::metadata(self.directory.path().join("store/studio.redb")).unwrap().len()
    }

    /// Puts the local checkpoint back.
    pub fn set_back(&self, position: Position, commit_ts: u64) {
        let store = Store::open(&self.directory.path().join("store")).unwrap();
        store.put_checkpoint("rig", &StoredCheckpoint { position, commit_ts: CommitTs(commit_ts), at_ms: 0 }, None).unwrap();
    }

    /// As if the pipeline had been removed and made anew.
    pub fn forget(&self) {
        Store::open(&self.directory.path().join("store")).unwrap().remove_checkpoint("rig").unwrap();
    }

    /// All messages of the orders topic, oldest first within each partition.
    pub async fn messages(&self) -> Vec<RawMessage> {
        self.messages_of("tidb_shop_orders").await
    }

    pub async fn messages_of(&self, topic: &'static str) -> Vec<RawMessage> {
        let mut messages = self.tail(topic, Duration::from_secs(20)).await.messages;
        messages.sort_by_key(|m| (m.partition, m.offset));
        messages
    }

    pub async fn tail(&self, topic: &'static str, timeout: Duration) -> Tail {
        let options = KafkaOptions::from_pipeline(&self.document).unwrap();
        let config = client_config(&self.document.kafka.brokers, &options);
        tokio::task::spawn_blocking(move || read_tail(config, topic, 100_000, timeout)).await.unwrap().unwrap()
    }
}

pub fn orders() -> Arc<TableModel> {
    let ddl = "CREATE TABLE shop.orders (id BIGINT NOT NULL PRIMARY KEY, n INT)";
    Arc::new(parse_create_table(ddl, "shop").unwrap())
}

pub fn row(id: i64, n: i64) -> Row {
    let mut row = Row::default();
    row.push(Datum::Int(id));
    row.push(Datum::Int(n));
    row
}

pub fn change(table: &Arc<TableModel>, before: Option<Row>, after: Option<Row>, commit_ts: u64) -> RowChange {
    RowChange { table: Arc::clone(table), before, after, commit_ts: CommitTs(commit_ts) }
}
