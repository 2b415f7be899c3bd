//! All systems of a launch on loopback, and studios on one data directory.

use crate::app::{Answer, TestApp};
use axum::http::Method;
use backend::{
    api::{self, Access, AppState},
    embedded,
    store::Store,
    studio::{Embedded, Studio, launch::Pace},
};
use doubles::{
    confluent_cloud::{self, ConfluentCloud},
    connect_worker::{self, ConnectWorker},
    ksqldb::{self, KsqlDb},
    ticdc::{self, TiCdc},
};
use rdkafka::{
    ClientConfig,
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    producer::{FutureProducer, FutureRecord},
};
use serde_json::{Value, json};
use shared::api::LaunchReport;
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

pub const TOPIC: &str = "tidb_app_orders";
/// In the document in clear, as a person pastes them.
pub const SECRETS: [&str; 6] = ["ticdc-s3cret", "clu5ter+secret", "cl0ud+secret", "w0rker-s3cret", "ksql-s3cret", "sql-s3cret"];

pub struct Rig {
    pub directory: TempDir,
    embedded: Embedded,
    pub ticdc: TiCdc,
    pub cloud: ConfluentCloud,
    pub worker: ConnectWorker,
    pub ksql: KsqlDb,
}

impl Rig {
    pub async fn start() -> Self {
        Self::with(confluent_cloud::Options::default()).await
    }

    pub async fn with(cloud: confluent_cloud::Options) -> Self {
        let directory = TempDir::new().unwrap();
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let broker = embedded::broker::Options { data_dir: directory.path().join("broker"), listen };
        let registry = embedded::registry::Options { data_dir: directory.path().join("registry"), listen };
        let embedded = Embedded {
            broker: embedded::broker::start(broker).await.unwrap(),
            registry: embedded::registry::start(registry).await.unwrap(),
        };
        let login = |user: &str, password: &str| Some((user.to_owned(), password.to_owned()));
        Self {
            directory,
            embedded,
            ticdc: TiCdc::start(ticdc::Options {
                login: login("root", "ticdc-s3cret"),
                tables: vec![ticdc::Table::new("app", "orders")],
                ..ticdc::Options::default()
            })
            .await,
            cloud: ConfluentCloud::start(cloud).await,
            worker: ConnectWorker::start(connect_worker::Options { login: login("admin", "w0rker-s3cret"), ..Default::default() }).await,
            ksql: KsqlDb::start(ksqldb::Options {
                user: "KSQL".to_owned(),
                password: "ksql-s3cret".to_owned(),
                topics: vec![ksqldb::Topic::named(TOPIC)],
                ..ksqldb::Options::default()
            })
            .await,
        }
    }

    /// Changefeed on TiCDC, two statements, a connector on Confluent Cloud and one on a worker.
    pub fn document(&self) -> Value {
        let addresses = self.embedded.addresses();
        let confluent_cloud::Options { cloud_key: (cloud_key, cloud_secret), cluster_key: (_, cluster_secret), .. } =
            confluent_cloud::Options::default();
        json!({
            "version": 1,
            "name": "orders",
            "source": { "kind": "tidb", "pd": ["http://127.0.0.1:2379"], "start": "now" },
            "changefeed": {
                "id": "orders", "target": "ticdc", "ticdc_version": "8.5.4", "ticdc_server": self.ticdc.url(),
                "ticdc_user": "root", "ticdc_password": "ticdc-s3cret",
                "config": { "filter": { "rules": ["app.*"] }, "sink": { "dispatchers": [
                    { "matcher": ["*.*"], "topic": "tidb_{schema}_{table}", "partition": "index-value" },
                ] } },
            },
            "kafka": {
                "brokers": [addresses.kafka], "topic": "ticdc-meta",
                "params": { "protocol": "avro", "replication-factor": 1 },
            },
            "schema_registry": { "url": addresses.schema_registry },
            "confluent_cloud": {
                "url": self.cloud.url(), "environment": "env-1", "cluster": "lkc-1", "api_key": cloud_key, "api_secret": cloud_secret,
            },
            "connect": { "url": self.worker.url(), "user": "admin", "password": "w0rker-s3cret" },
            "ksqldb_server": { "url": self.ksql.url(), "user": "KSQL", "password": "ksql-s3cret" },
            "ksqldb": [
                { "name": "changes", "statement": "stream", "topic": TOPIC },
                { "sql": "CREATE STREAM typed AS SELECT * FROM `changes` EMIT CHANGES;" },
            ],
            "connectors": [
                { "name": "to-sqlserver", "kind": "sqlserver", "flavour": "confluent-cloud", "topics": [TOPIC], "config": {
                    "kafka.api.key": "CLUSTERKEY123456", "kafka.api.secret": cluster_secret,
                    "connection.host": "sql.example.com", "connection.port": "1433", "connection.user": "sa",
                    "connection.password": "sql-s3cret", "db.name": "app", "ssl.mode": "require", "insert.mode": "UPSERT",
                    "pk.mode": "record_key", "delete.enabled": "true", "auto.create": "true", "auto.evolve": "true",
                    "db.timezone": "UTC", "date.timezone": "UTC", "errors.tolerance": "none",
                } },
                { "name": "to-postgres", "kind": "postgres", "flavour": "kafka-connect-confluent", "topics": [TOPIC], "config": {
                    "connection.url": "jdbc:postgresql://db/app", "connection.user": "pg", "connection.password": "sql-s3cret",
                    "insert.mode": "upsert", "pk.mode": "record_key", "delete.enabled": "true", "auto.create": "true",
                } },
            ],
        })
    }

    /// The workload on our own engine, and a connector on the worker that reads one of its topics.
    pub fn native_document(&self) -> Value {
        let mut document = self.document();
        document["source"] = json!({ "kind": "tpcc", "warehouses": 1, "rows_per_second": 500, "start": "now" });
        document["changefeed"]["target"] = json!("native");
        document["changefeed"]["config"]["filter"]["rules"] = json!(["tpcc.*", "!tpcc.history"]);
        document["ksqldb"] = json!([]);
        let mut connector = document["connectors"][1].take();
        connector["topics"] = json!(["tidb_tpcc_orders"]);
        document["connectors"] = json!([connector]);
        document
    }

    /// What TiCDC would do: a record, and its schemas under the topic's subjects.
    pub async fn send_first_row(&self) {
        let addresses = self.embedded.addresses();
        let admin: AdminClient<_> = ClientConfig::new().set("bootstrap.servers", &addresses.kafka).create().unwrap();
        let topic = NewTopic::new(TOPIC, 1, TopicReplication::Fixed(1));
        admin.create_topics([&topic], &AdminOptions::new()).await.unwrap();
        let producer: FutureProducer = ClientConfig::new().set("bootstrap.servers", &addresses.kafka).create().unwrap();
        producer.send(FutureRecord::<(), _>::to(TOPIC).payload("row"), Duration::from_secs(20)).await.unwrap();
        for subject in ["key", "value"] {
            let url = format!("{}/subjects/{TOPIC}-{subject}/versions", addresses.schema_registry);
            let body = json!({ "schema": "\"string\"" }).to_string();
            let request = reqwest::Client::new().post(url).header("content-type", "application/json").body(body);
            assert!(request.send().await.unwrap().status().is_success());
        }
    }

    /// A studio on the rig's data directory, as after a start: interrupted launches go on.
    pub async fn studio(&self) -> Life {
        Life::begin(self.directory.path().join("studio").as_path()).await
    }

    /// A studio with the document saved, and Kafka with its first row.
    pub async fn ready(&self) -> Life {
        self.send_first_row().await;
        let life = self.studio().await;
        life.save(self.document()).await;
        life
    }

    /// Whether nothing of the pipeline is anywhere.
    pub fn is_empty(&self) -> bool {
        self.ticdc.ids().is_empty() && self.ksql.objects().is_empty() && self.cloud.names().is_empty() && self.worker.names().is_empty()
    }

    pub fn is_complete(&self) -> bool {
        self.ticdc.ids() == ["orders"]
            && self.ksql.objects() == ["changes", "TYPED"]
            && self.cloud.names() == ["to-sqlserver"]
            && self.worker.names() == ["to-postgres"]
    }

    /// How often each thing was asked to be made.
    pub fn creations(&self) -> [usize; 4] {
        let posts = |asked: Vec<doubles::Recorded>, part: &str| {
            asked.iter().filter(|one| one.method == "POST" && one.path.split('?').next().unwrap_or("").ends_with(part)).count()
        };
        let statements = self.ksql.asked().iter().filter(|one| one.body.contains("CREATE STREAM")).count();
        [posts(self.ticdc.asked(), "/changefeeds"), statements, self.cloud.created(), self.worker.created()]
    }
}

/// A studio's process, as far as a test can have one.
pub struct Life {
    pub app: TestApp,
}

impl Life {
    pub async fn begin(directory: &std::path::Path) -> Self {
        let store = open(directory).await;
        let pace = Pace { first: Duration::from_millis(10), longest: Duration::from_millis(100), patience: Duration::from_secs(60) };
        let studio = Arc::new(Studio::new(store, None).with_pace(pace));
        let access = Arc::new(Access::new(SocketAddr::from(([127, 0, 0, 1], 7070)), None));
        let router = api::router(AppState { studio: Arc::clone(&studio), access, stop: CancellationToken::new() });
        studio.resume_all().await.unwrap();
        Self { app: TestApp { directory: TempDir::new().unwrap(), studio, router } }
    }

    pub async fn save(&self, document: Value) {
        let saved = self.app.post("/api/v1/pipelines", json!({ "document": document })).await;
        assert_eq!(saved.status, 201, "{}", saved.text);
    }

    pub async fn post(&self, what: &str) -> Answer {
        self.app.call(Method::POST, &format!("/api/v1/pipelines/orders/{what}"), None).await
    }

    pub async fn launch(&self) -> LaunchReport {
        let begun = self.post("launch").await;
        assert_eq!(begun.status, 200, "{}", begun.text);
        self.ended().await
    }

    pub async fn undo(&self) -> LaunchReport {
        let begun = self.post("launch/undo").await;
        assert_eq!(begun.status, 200, "{}", begun.text);
        self.ended().await
    }

    /// When nothing goes on any more.
    pub async fn ended(&self) -> LaunchReport {
        use shared::api::LaunchState::{Running, Undoing};
        self.until(|report| !matches!(report.state, Running | Undoing)).await
    }

    pub async fn until(&self, enough: impl Fn(&LaunchReport) -> bool) -> LaunchReport {
        let mut reports = self.app.studio.watch_launch("orders").await.unwrap();
        let wait = tokio::time::timeout(Duration::from_secs(60), reports.wait_for(|report| enough(report))).await;
        let seen = wait.map(|report| report.unwrap().clone());
        match seen {
            Ok(report) => report,
            Err(_) => panic!("not reached: {:#?}", self.app.studio.launch_report("orders").await),
        }
    }

    pub async fn state(&self) -> String {
        self.app.get("/api/v1/pipelines/orders").await.json()["summary"]["state"].as_str().unwrap().to_owned()
    }

    pub async fn end(self) {
        self.app.studio.shut_down().await;
    }
}

/// The data of a studio that was killed is free when the last of its tasks is gone.
async fn open(directory: &std::path::Path) -> Arc<Store> {
    for _ in 0..200 {
        match Store::open(directory) {
            Ok(store) => return Arc::new(store),
            Err(backend::store::StoreError::InUse { .. }) => tokio::time::sleep(Duration::from_millis(25)).await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the data directory stays in use");
}
