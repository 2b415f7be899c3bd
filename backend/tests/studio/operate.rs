//! What runs, against doubles of the systems that run it: states, actions, drift in both directions, clusters, live rows.

use crate::app::{Answer, TestApp};
use crate::services;
use axum::http::{Method, StatusCode};
use backend::clients::ticdc::{ChangefeedId, Client, CreateRequest};
use doubles::{
    confluent_cloud::{self, ConfluentCloud},
    connect_worker::{self, ConnectWorker},
    ksqldb::{self, KsqlDb, Topic},
    ticdc::{self, TiCdc},
};
use rdkafka::{
    ClientConfig,
    producer::{BaseProducer, BaseRecord, Producer},
};
use serde_json::{Map, Value, json};
use shared::{
    config::Pipeline,
    render::{Secrets, connector_request, open_api_body},
};
use std::time::Duration;

/// In every secret of these tests, in each form that it may have on its way.
const SECRET: &str = "hunter2";

/// A studio none of whose answers may hold a secret.
struct Watched(TestApp);

impl Watched {
    fn new() -> Self {
        Self(TestApp::new())
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let answer = self.0.call(method, path, body).await;
        assert!(!answer.text.contains(SECRET), "a secret is in the answer of {path}: {}", answer.text);
        answer
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.call(Method::GET, path, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
        answer.json()
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.call(Method::POST, path, Some(body)).await;
        assert!(answer.status.is_success(), "{path}: {}", answer.text);
        answer.json()
    }

    async fn save(&self, document: &Pipeline) {
        self.post("/api/v1/pipelines", json!({ "document": document })).await;
    }

    async fn part(&self, id: &str) -> Value {
        let parts = self.get("/api/v1/pipelines/orders/parts").await;
        parts.as_array().unwrap().iter().find(|part| part["id"] == id).unwrap_or_else(|| panic!("no {id}: {parts}")).clone()
    }
}

/// A document that a TiCDC cluster runs; its secrets are values, as before it is saved.
fn document(ticdc: &str) -> Pipeline {
    let document = json!({
        "version": 1, "name": "orders",
        "source": { "kind": "tidb", "pd": ["http://pd:2379"], "start": "now" },
        "changefeed": {
            "target": "ticdc", "ticdc_version": "8.5.4-release.1", "ticdc_server": ticdc,
            "config": {
                "filter": { "rules": ["app.*"] },
                "sink": { "dispatchers": [{ "matcher": ["*.*"], "topic": "tidb_{schema}_{table}", "partition": "index-value" }] },
            },
        },
        "kafka": {
            "brokers": ["127.0.0.1:9"], "topic": "ticdc-meta",
            "params": { "protocol": "avro", "sasl-mechanism": "plain", "sasl-user": "u", "sasl-password": "hunter2+kafka" },
        },
        "schema_registry": { "url": "https://r.example", "user": "k", "password": "hunter2/registry" },
    });
    serde_json::from_value(document).unwrap()
}

/// With a connector on a worker, over brokers that ask for no login.
fn with_connector(mut document: Pipeline, worker: &str, kafka: &str) -> Pipeline {
    document.kafka.brokers = vec![kafka.to_owned()];
    document.kafka.params.retain(|name, _| !name.starts_with("sasl"));
    document.connect = Some(serde_json::from_value(json!({ "url": worker })).unwrap());
    document.connectors = serde_json::from_value(json!([{
        "name": "orders-to-sqlserver", "kind": "sqlserver", "flavour": "kafka-connect-confluent", "topics": ["tidb_app_orders"],
        "config": {
            "connection.url": "jdbc:sqlserver://db:1433;databaseName=app", "connection.user": "sa", "connection.password": "hunter2-db",
            "tasks.max": "2", "insert.mode": "upsert", "pk.mode": "record_key", "delete.enabled": "true",
            "errors.tolerance": "all", "errors.deadletterqueue.topic.name": "dlq-orders",
        },
    }]))
    .unwrap();
    document
}

/// The configuration that a launch would send.
fn connector_config(document: &Pipeline) -> Map<String, Value> {
    let request: Value = serde_json::from_str(&connector_request(document, 0, Secrets::opened()).unwrap()).unwrap();
    request["config"].as_object().unwrap().clone()
}

async fn create(document: &Pipeline) {
    let request = CreateRequest { body: open_api_body(document), start_ts: None, target_ts: None };
    Client::of_pipeline(document).unwrap().create(&request).await.unwrap();
}

fn texts<'v>(list: &'v Value, key: &str) -> Vec<&'v str> {
    list.as_array().unwrap().iter().map(|item| item[key].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_changefeed_has_its_state_its_lag_and_what_can_be_asked_of_it() {
    let ticdc = TiCdc::start(ticdc::Options::default()).await;
    let app = Watched::new();
    let document = document(ticdc.url());
    app.save(&document).await;
    assert_eq!(app.part("changefeed").await["state"], "absent");
    create(&document).await;
    let part = app.part("changefeed").await;
    assert_eq!((&part["state"], &part["state_text"], &part["actions"]), (&json!("running"), &json!("normal"), &json!(["pause", "remove"])));
    assert!(part["checkpoint_lag_ms"].is_u64() && part["checkpoint_ts"].is_u64(), "{part}");
    let progress = app.get("/api/v1/pipelines/orders/progress").await;
    assert_eq!(progress["lags"].as_array().unwrap().len(), 1, "{progress}");

    let paused = app.post("/api/v1/pipelines/orders/parts/changefeed/pause", json!(null)).await;
    assert_eq!((&paused["state"], &paused["actions"]), (&json!("paused"), &json!(["resume", "remove"])));
    ticdc.fail(
        "orders",
        "CDC:ErrKafkaNewProducer",
        "new kafka producer: kafka: client has run out of available brokers, sasl-password=hunter2",
    );
    let failed = app.part("changefeed").await;
    assert_eq!((&failed["state"], &failed["findings"][0]["code"]), (&json!("failed"), &json!("changefeed-error")));
    assert!(failed["findings"][0]["hint"].as_str().unwrap().len() > 40, "cause and fix: {failed}");

    let resumed = app.post("/api/v1/pipelines/orders/parts/changefeed/resume", json!(null)).await;
    assert_eq!(resumed["state"], "running");
    let refused = app.call(Method::POST, "/api/v1/pipelines/orders/parts/changefeed/restart", None).await;
    assert_eq!((refused.status, refused.json()["findings"][0]["code"].clone()), (StatusCode::CONFLICT, json!("action-impossible")));
    assert_eq!(app.call(Method::POST, "/api/v1/pipelines/orders/parts/nothing/pause", None).await.status, StatusCode::NOT_FOUND);
    app.post("/api/v1/pipelines/orders/parts/changefeed/remove", json!(null)).await;
    assert!(ticdc.ids().is_empty());
}

#[tokio::test]
async fn a_failed_task_is_explained_only_it_restarts_and_dead_letters_spoil_the_green_light() {
    let (services, worker) = (services::embedded().await, ConnectWorker::start(connect_worker::Options::default()).await);
    services.make_topic("tidb_app_orders", 1).await;
    services.make_topic("dlq-orders", 1).await;
    let app = Watched::new();
    let document = with_connector(document("http://127.0.0.1:9"), worker.url(), &services.kafka());
    app.save(&document).await;
    worker.add("orders-to-sqlserver", &connector_config(&document));
    worker.set_offsets("orders-to-sqlserver", &[("tidb_app_orders", 0, 0)]);
    let part = app.part("connector:orders-to-sqlserver").await;
    assert_eq!((&part["state"], &part["dead_letters"], &part["records_behind"]), (&json!("running"), &json!(0), &json!(0)), "{part}");

    produce(&services.kafka(), "dlq-orders", 2).await;
    produce(&services.kafka(), "tidb_app_orders", 3).await;
    let part = app.part("connector:orders-to-sqlserver").await;
    assert_eq!((&part["state"], &part["dead_letters"], &part["records_behind"]), (&json!("degraded"), &json!(2), &json!(3)), "{part}");
    assert_eq!(part["findings"][0]["code"], "connector-dead-letters");

    let trace = "org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error handler\nCaused by: com.microsoft.sqlserver.jdbc.SQLServerException: Login failed for user 'sa'. password=hunter2-db";
    worker.fail_task("orders-to-sqlserver", 1, trace);
    let part = app.part("connector:orders-to-sqlserver").await;
    assert_eq!((&part["state"], &part["tasks"][1]["state"]), (&json!("degraded"), &json!("FAILED")));
    assert_eq!(part["findings"][0]["code"], "connector-task-failed");
    assert!(part["actions"].as_array().unwrap().contains(&json!("restart-failed")), "{part}");
    app.post("/api/v1/pipelines/orders/parts/connector:orders-to-sqlserver/restart-failed", json!(null)).await;
    let restarts: Vec<u32> = worker.connector("orders-to-sqlserver").unwrap().tasks.iter().map(|task| task.restarts).collect();
    assert_eq!(restarts, [0, 1]);
}

async fn produce(kafka: &str, topic: &str, records: usize) {
    let (kafka, topic) = (kafka.to_owned(), topic.to_owned());
    let produced = tokio::task::spawn_blocking(move || {
        let producer: BaseProducer = ClientConfig::new().set("bootstrap.servers", kafka).create().unwrap();
        for _ in 0..records {
            producer.send(BaseRecord::<(), str>::to(&topic).payload("x")).unwrap();
        }
        producer.flush(Duration::from_secs(10)).unwrap();
    });
    produced.await.unwrap();
}

#[tokio::test]
async fn drift_of_a_changefeed_is_found_and_repaired_in_both_directions() {
    let ticdc = TiCdc::start(ticdc::Options::default()).await;
    let app = Watched::new();
    let mut document = document(ticdc.url());
    app.save(&document).await;
    create(&document).await;
    assert_eq!(app.get("/api/v1/pipelines/orders/drift").await, json!({"drifts": [], "findings": []}));

    // somebody changes the running one by hand
    let client = Client::of_pipeline(&document).unwrap();
    let id = ChangefeedId::new("orders");
    document.changefeed.config.sink.dispatchers[0].topic = "other_{schema}_{table}".to_owned();
    let mut config = open_api_body(&document)["replica_config"].clone();
    config["memory_quota"] = json!(5_000_000);
    client.pause(&id).await.unwrap();
    client.update(&id, &backend::clients::ticdc::Change { config: Some(config.clone()), ..Default::default() }).await.unwrap();
    client.resume(&id, None).await.unwrap();
    let drift = app.get("/api/v1/pipelines/orders/drift").await;
    assert_eq!(texts(&drift["drifts"], "key"), ["replica_config.sink.dispatchers[0].topic", "replica_config.memory_quota"], "{drift}");

    let after = app.post("/api/v1/pipelines/orders/drift/repair", json!({"direction": "push", "parts": ["changefeed"]})).await;
    assert_eq!(after, json!({"drifts": [], "findings": []}));
    let running = ticdc.config("orders").unwrap();
    assert_eq!(
        (&running["sink"]["dispatchers"][0]["topic"], &running["memory_quota"]),
        (&json!("tidb_{schema}_{table}"), &json!(1_073_741_824))
    );
    assert_eq!(ticdc.state("orders").unwrap(), "normal", "it ran, so it runs again");
    assert!(ticdc.sink_uri("orders").unwrap().contains("hunter2%2Bkafka"), "the password is the document's, not a mask");

    client.pause(&id).await.unwrap();
    client.update(&id, &backend::clients::ticdc::Change { config: Some(config), ..Default::default() }).await.unwrap();
    let after = app.post("/api/v1/pipelines/orders/drift/repair", json!({"direction": "pull"})).await;
    assert_eq!(after, json!({"drifts": [], "findings": []}));
    let saved = app.get("/api/v1/pipelines/orders").await;
    let config = &saved["document"]["changefeed"]["config"];
    assert_eq!(
        (&config["sink"]["dispatchers"][0]["topic"], &config["memory-quota"]),
        (&json!("other_{schema}_{table}"), &json!(5_000_000))
    );
    let password = saved["document"]["kafka"]["params"]["sasl-password"].as_str().unwrap();
    assert!(password.starts_with("store:"), "{password}");
    let unknown = app.call(Method::POST, "/api/v1/pipelines/orders/drift/repair", Some(json!({"direction": "pull", "parts": ["x"]}))).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn drift_of_a_connector_is_found_and_repaired_in_both_directions_without_its_secrets() {
    let worker = ConnectWorker::start(connect_worker::Options::default()).await;
    let app = Watched::new();
    let document = with_connector(document("http://127.0.0.1:9"), worker.url(), "127.0.0.1:9");
    app.save(&document).await;
    let mut config = connector_config(&document);
    config.insert("tasks.max".to_owned(), json!("1"));
    config.insert("batch.size".to_owned(), json!("7"));
    worker.add("orders-to-sqlserver", &config);
    let drift = app.get("/api/v1/pipelines/orders/drift").await;
    assert_eq!(texts(&drift["drifts"], "key"), ["tasks.max", "batch.size"], "{drift}");
    assert_eq!(texts(&drift["findings"], "code"), ["remote-unreachable"], "the changefeed's cluster is not there");

    let repair = |direction: &str| json!({"direction": direction, "parts": ["connector:orders-to-sqlserver"]});
    let after = app.post("/api/v1/pipelines/orders/drift/repair", repair("push")).await;
    assert_eq!(after["drifts"], json!([]));
    let pushed = worker.connector("orders-to-sqlserver").unwrap().config;
    assert_eq!((&pushed["tasks.max"], pushed.get("batch.size"), &pushed["connection.password"]), (&json!("2"), None, &json!("hunter2-db")));

    worker.add("orders-to-sqlserver", &config);
    let after = app.post("/api/v1/pipelines/orders/drift/repair", repair("pull")).await;
    assert_eq!(after["drifts"], json!([]));
    let saved = app.get("/api/v1/pipelines/orders").await["document"]["connectors"][0]["config"].clone();
    assert_eq!((&saved["tasks.max"], &saved["batch.size"]), (&json!("1"), &json!("7")));
    assert!(saved["connection.password"].as_str().unwrap().starts_with("store:"), "{saved}");
}

#[tokio::test]
async fn changefeeds_made_elsewhere_are_listed_opened_and_acted_on_one_by_one() {
    let ticdc = TiCdc::start(ticdc::Options::default()).await;
    let app = Watched::new();
    let mut document = document(ticdc.url());
    app.save(&document).await;
    create(&document).await;
    "elsewhere".clone_into(&mut document.changefeed.id);
    create(&document).await;

    let clusters = app.get("/api/v1/clusters").await;
    assert_eq!((texts(&clusters, "id"), texts(&clusters, "place")), (vec!["ticdc@orders"], vec![ticdc.url()]));
    let detail = app.get("/api/v1/clusters/ticdc@orders").await;
    assert_eq!((&detail["version"], detail["nodes"].as_array().unwrap().len()), (&json!("TiCDC v8.5.4-release.1"), 1));
    let mut owners: Vec<(&str, &Value)> =
        detail["items"].as_array().unwrap().iter().map(|item| (item["id"].as_str().unwrap(), &item["pipeline"])).collect();
    owners.sort_by_key(|(id, _)| *id);
    assert_eq!(owners, [("elsewhere", &Value::Null), ("orders", &json!("orders"))]);

    let opened = app.post("/api/v1/clusters/ticdc@orders/items/elsewhere/open", json!(null)).await;
    let own = &opened["document"];
    assert_eq!(
        (&own["name"], &own["changefeed"]["ticdc_server"], &own["changefeed"]["target"]),
        (&json!("elsewhere"), &json!(ticdc.url()), &json!("ticdc"))
    );
    assert_eq!(own["changefeed"]["config"]["filter"]["rules"], json!(["app.*"]));
    assert!(own["changefeed"]["config"]["memory-quota"].is_null(), "defaults are nobody's choice: {own}");
    let codes = texts(&opened["findings"], "code");
    assert!(codes.contains(&"import-secret-masked") && codes.contains(&"opened-secret-left-out"), "{codes:?}");

    let results =
        app.post("/api/v1/clusters/ticdc@orders/actions", json!({"action": "pause", "items": ["missing", "elsewhere", "orders"]})).await;
    assert_eq!(texts(&results, "item"), ["missing", "elsewhere", "orders"]);
    let done: Vec<bool> = results.as_array().unwrap().iter().map(|result| result["finding"].is_null()).collect();
    assert_eq!(done, [false, true, true], "{results}");
    assert_eq!((ticdc.state("elsewhere").unwrap().as_str(), ticdc.state("orders").unwrap().as_str()), ("stopped", "stopped"));
    for path in ["/api/v1/clusters/ticdc@nobody", "/api/v1/clusters/nonsense", "/api/v1/clusters/ksqldb@orders"] {
        assert_eq!(app.call(Method::GET, path, None).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    let missing = app.call(Method::POST, "/api/v1/clusters/ticdc@orders/items/missing/open", None).await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_managed_connector_opens_as_a_document_without_its_secrets() {
    let options = confluent_cloud::Options::default();
    let cloud = ConfluentCloud::start(options.clone()).await;
    let app = Watched::new();
    let mut document = document("");
    document.confluent_cloud = Some(
        serde_json::from_value(json!({
            "url": cloud.url(), "environment": options.environment, "cluster": options.cluster,
            "api_key": options.cloud_key.0, "api_secret": options.cloud_key.1,
        }))
        .unwrap(),
    );
    app.save(&document).await;
    let config = json!({
        "name": "made-elsewhere", "connector.class": "MicrosoftSqlServerSink", "topics": "a", "tasks.max": "1", "connection.host": "db",
        "connection.password": "hunter2-db", "kafka.api.key": options.cluster_key.0, "kafka.api.secret": options.cluster_key.1,
    });
    cloud.add("made-elsewhere", config.as_object().unwrap());
    let detail = app.get("/api/v1/clusters/confluent-cloud@orders").await;
    assert_eq!((&detail["items"][0]["id"], &detail["items"][0]["pipeline"]), (&json!("made-elsewhere"), &Value::Null), "{detail}");
    let opened = app.post("/api/v1/clusters/confluent-cloud@orders/items/made-elsewhere/open", json!(null)).await;
    let connector = &opened["document"]["connectors"][0];
    assert_eq!(
        (&connector["kind"], &connector["flavour"], &connector["topics"]),
        (&json!("sqlserver"), &json!("confluent-cloud"), &json!(["a"]))
    );
    assert_eq!(opened["document"]["confluent_cloud"]["cluster"], json!(options.cluster));
    assert!(!opened.to_string().contains(&options.cloud_key.1) && !opened.to_string().contains("****"), "{opened}");
    assert!(texts(&opened["findings"], "path").contains(&r#"connectors[0].config."connection.password""#), "{opened}");
}

#[tokio::test]
async fn what_cannot_be_asked_is_unknown_and_says_why() {
    let app = Watched::new();
    let mut document = with_connector(document("http://127.0.0.1:9"), "http://127.0.0.1:9", "127.0.0.1:9");
    document.ksqldb = serde_json::from_value(json!([{"name": "orders", "statement": "stream", "topic": "tidb_app_orders"}])).unwrap();
    app.save(&document).await;
    let parts = app.get("/api/v1/pipelines/orders/parts").await;
    let seen: Vec<_> = parts
        .as_array()
        .unwrap()
        .iter()
        .map(|part| (part["id"].as_str().unwrap(), &part["state"], part["findings"][0]["code"].as_str().unwrap()))
        .collect();
    let unknown = json!("unknown");
    assert_eq!(
        seen,
        [
            ("changefeed", &unknown, "remote-unreachable"),
            ("ksqldb:orders", &unknown, "ksqldb-server-missing"),
            ("connector:orders-to-sqlserver", &unknown, "remote-unreachable"),
        ]
    );
    let detail = app.get("/api/v1/clusters/ticdc@orders").await;
    assert_eq!((&detail["items"], &detail["findings"][0]["code"]), (&json!([]), &json!("remote-unreachable")));
}

#[tokio::test]
async fn a_native_pipeline_is_paused_and_started_as_ever() {
    let app = Watched::new();
    let mut document = document("");
    document.changefeed.target = shared::config::Target::Native;
    document.source = serde_json::from_value(json!({"kind": "tpcc", "start": "now"})).unwrap();
    app.save(&document).await;
    assert_eq!(app.part("changefeed").await["state"], "absent");
    let refused = app.call(Method::POST, "/api/v1/pipelines/orders/parts/changefeed/pause", None).await;
    assert_eq!(refused.code(), "wrong-state", "a draft has nothing to pause");
    assert_eq!(app.get("/api/v1/pipelines/orders/drift").await, json!({"drifts": [], "findings": []}));
}

#[tokio::test]
async fn statements_have_drift_states_and_rows_that_come_alive() {
    let ksqldb = KsqlDb::start(ksqldb::Options { topics: vec![Topic::named("tidb_app_orders")], ..ksqldb::Options::default() }).await;
    let app = Watched::new();
    let mut document = document("");
    document.changefeed.target = shared::config::Target::Export;
    document.ksqldb_server = Some(serde_json::from_value(json!({"url": ksqldb.url()})).unwrap());
    let sql = |columns: &str| format!("CREATE STREAM orders ({columns}) WITH (KAFKA_TOPIC='tidb_app_orders', VALUE_FORMAT='JSON');");
    document.ksqldb = serde_json::from_value(json!([{"name": "orders", "sql": sql("id INT, amount INT")}])).unwrap();
    app.save(&document).await;
    assert_eq!(app.part("ksqldb:orders").await["state"], "absent");
    let client = backend::clients::ksqldb::Client::of_pipeline(&document).unwrap();
    client.execute(&sql("id INT")).await.unwrap();
    let part = app.part("ksqldb:orders").await;
    assert_eq!((&part["state"], &part["actions"]), (&json!("finished"), &json!(["remove"])), "{part}");
    let drift = app.get("/api/v1/pipelines/orders/drift").await;
    assert_eq!((texts(&drift["drifts"], "key"), &drift["drifts"][0]["can_push"]), (vec!["ORDERS.columns"], &json!(true)), "{drift}");
    let after = app.post("/api/v1/pipelines/orders/drift/repair", json!({"direction": "push"})).await;
    assert_eq!(after, json!({"drifts": [], "findings": []}));

    ksqldb.push_row("ORDERS", &[json!(1), json!(5)]);
    ksqldb.push_row("ORDERS", &[json!(2), json!(6)]);
    let rows = app.call(Method::GET, "/api/v1/pipelines/orders/ksqldb/rows?object=ORDERS&limit=2", None).await;
    let events: Vec<&str> = rows.text.lines().filter(|line| line.starts_with("event") || line.starts_with("data")).collect();
    assert_eq!((rows.status, events[0], events.len()), (StatusCode::OK, "event: columns", 6), "{}", rows.text);
    assert_eq!(events[2..], ["event: row", "data: [1,5]", "event: row", "data: [2,6]"]);
    let absent = app.call(Method::GET, "/api/v1/pipelines/orders/ksqldb/rows?object=NOTHING", None).await;
    assert_eq!(absent.status, StatusCode::BAD_GATEWAY, "{}", absent.text);

    app.post("/api/v1/pipelines/orders/parts/ksqldb:orders/remove", json!(null)).await;
    assert!(ksqldb.objects().is_empty());
}

#[tokio::test]
async fn a_statements_query_is_paused_and_resumed_and_an_old_server_says_why_not() {
    let topics = || vec![Topic::named("tidb_app_orders")];
    let sql = "CREATE STREAM orders (id INT) WITH (KAFKA_TOPIC='tidb_app_orders', VALUE_FORMAT='JSON'); \
               CREATE STREAM paid AS SELECT * FROM orders EMIT CHANGES;";
    for (version, has_pause) in [("7.6.0", true), ("7.2.0", false)] {
        let options = ksqldb::Options { topics: topics(), version: version.to_owned(), has_pause, ..ksqldb::Options::default() };
        let ksqldb = KsqlDb::start(options).await;
        let app = Watched::new();
        let mut document = document("");
        document.changefeed.target = shared::config::Target::Export;
        document.ksqldb_server = Some(serde_json::from_value(json!({"url": ksqldb.url()})).unwrap());
        document.ksqldb = serde_json::from_value(json!([{"name": "orders", "sql": sql}])).unwrap();
        app.save(&document).await;
        backend::clients::ksqldb::Client::of_pipeline(&document).unwrap().execute(sql).await.unwrap();
        assert_eq!(app.part("ksqldb:orders").await["state"], "running");
        let answer = app.call(Method::POST, "/api/v1/pipelines/orders/parts/ksqldb:orders/pause", None).await;
        if has_pause {
            let part = answer.json();
            assert_eq!((&part["state"], &part["actions"]), (&json!("paused"), &json!(["resume", "remove"])), "{part}");
            let resumed = app.post("/api/v1/pipelines/orders/parts/ksqldb:orders/resume", json!(null)).await;
            assert_eq!(resumed["state"], "running");
        } else {
            let finding = answer.json()["findings"][0].clone();
            assert_eq!((answer.status, &finding["code"]), (StatusCode::CONFLICT, &json!("ksql-pause-unsupported")), "{finding}");
            assert!(finding["message"].as_str().unwrap().contains("7.2.0"), "{finding}");
        }
    }
}
