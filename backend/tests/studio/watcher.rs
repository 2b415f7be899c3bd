//! The watcher of launched pipelines, while nobody looks at a page.

use crate::{app::TestApp, services};
use backend::{clients::ticdc::CreateRequest, studio::WatchPace};
use doubles::{
    connect_worker::{self, ConnectWorker},
    ticdc::{self, TiCdc},
};
use rdkafka::{
    ClientConfig,
    producer::{FutureProducer, FutureRecord},
};
use serde_json::{Value, json};
use shared::{
    config::Pipeline,
    render::{Secrets, connector_request, open_api_body},
};
use std::time::Duration;

const PACE: WatchPace =
    WatchPace { every: Duration::from_millis(50), cloud_every: Duration::from_millis(50), longest: Duration::from_millis(200) };
const LIMIT: Duration = Duration::from_secs(20);

fn document(ticdc: &str, worker: &str, kafka: &str) -> Pipeline {
    let document = json!({
        "version": 1, "name": "orders",
        "source": { "kind": "tidb", "pd": ["http://pd:2379"], "start": "now" },
        "changefeed": { "target": "ticdc", "ticdc_version": "8.5.4-release.1", "ticdc_server": ticdc, "config": {
            "filter": { "rules": ["app.*"] },
            "sink": { "dispatchers": [{ "matcher": ["*.*"], "topic": "tidb_{schema}_{table}", "partition": "index-value" }] },
        } },
        "kafka": { "brokers": [kafka], "topic": "ticdc-meta", "params": { "protocol": "avro" } },
        "schema_registry": { "url": "http://127.0.0.1:9" },
        "connect": { "url": worker },
        "connectors": [{
            "name": "to-sqlserver", "kind": "sqlserver", "flavour": "kafka-connect-confluent", "topics": ["tidb_app_orders"],
            "config": {
                "connection.url": "jdbc:sqlserver://db:1433;databaseName=app", "connection.user": "sa", "connection.password": "hunter2",
                "tasks.max": "1", "errors.tolerance": "all", "errors.deadletterqueue.topic.name": "dlq-orders",
            },
        }],
    });
    serde_json::from_value(document).unwrap()
}

/// The pipeline's line in the list, as soon as it is like that.
async fn listed(app: &TestApp, is_it: impl Fn(&Value) -> bool) -> Value {
    let mut changes = app.studio.watch();
    let look = async {
        loop {
            changes.mark_unchanged();
            let line = app.get("/api/v1/pipelines").await.json()[0].clone();
            if is_it(&line) {
                return line;
            }
            changes.changed().await.unwrap();
        }
    };
    tokio::time::timeout(LIMIT, look).await.unwrap_or_else(|_| panic!("it never came to be"))
}

fn reasons(line: &Value) -> Vec<&str> {
    line["degraded"].as_array().map(|list| list.iter().filter_map(|finding| finding["code"].as_str()).collect()).unwrap_or_default()
}

#[tokio::test]
async fn what_breaks_while_nobody_looks_is_in_the_list_and_in_the_metrics_and_goes_away_when_it_is_well_again() {
    let services = services::embedded().await;
    services.make_topic("tidb_app_orders", 1).await;
    services.make_topic("dlq-orders", 1).await;
    let (ticdc, worker) = (TiCdc::start(ticdc::Options::default()).await, ConnectWorker::start(connect_worker::Options::default()).await);
    let document = document(ticdc.url(), worker.url(), &services.kafka());
    let app = TestApp::watching(PACE);
    app.post("/api/v1/pipelines", json!({ "document": document })).await;
    let request = CreateRequest { body: open_api_body(&document), start_ts: None, target_ts: None };
    backend::clients::ticdc::Client::of_pipeline(&document).unwrap().create(&request).await.unwrap();
    let request: Value = serde_json::from_str(&connector_request(&document, 0, Secrets::opened()).unwrap()).unwrap();
    worker.add("to-sqlserver", request["config"].as_object().unwrap());
    let started = app.post("/api/v1/pipelines/orders/start", json!(null)).await;
    assert!(started.status.is_success(), "{}", started.text);
    app.studio.resume_all().await.unwrap();

    let line = listed(&app, |line| line["state"] == "running").await;
    assert_eq!(reasons(&line), [""; 0]);
    worker.fail_task("to-sqlserver", 0, "java.sql.SQLException: Login failed for user 'sa'. password=hunter2");
    let line = listed(&app, |line| !reasons(line).is_empty()).await;
    assert_eq!((reasons(&line), &line["state"]), (vec!["connector-task-failed"], &json!("running")), "{line}");
    let metrics = app.get("/metrics").await.text;
    assert!(metrics.contains(r#"changefeed_degraded{pipeline="orders"} 1"#), "{metrics}");
    assert!(metrics.contains(r#"changefeed_part_state{pipeline="orders",part="connector:to-sqlserver",state="failed"} 1"#), "{metrics}");
    assert!(!format!("{line}{metrics}").contains("hunter2"));
    // Nobody asked for the parts, and the plot has points.
    let progress = app.get("/api/v1/pipelines/orders/progress").await.json();
    assert!(!progress["lags"].as_array().unwrap().is_empty(), "{progress}");

    let restarted = app.post("/api/v1/pipelines/orders/parts/connector:to-sqlserver/restart-failed", json!(null)).await;
    assert!(restarted.status.is_success());
    listed(&app, |line| reasons(line).is_empty()).await;
    let producer: FutureProducer = ClientConfig::new().set("bootstrap.servers", services.kafka()).create().unwrap();
    producer.send(FutureRecord::<(), str>::to("dlq-orders").payload("x"), LIMIT).await.unwrap();
    listed(&app, |line| reasons(line) == ["connector-dead-letters"]).await;

    let client = backend::clients::connect::Client::of_connector(&document, 0).unwrap();
    client.remove("to-sqlserver").await.unwrap();
    listed(&app, |line| reasons(line) == ["part-gone"]).await;
    tokio::time::timeout(LIMIT, app.studio.shut_down()).await.unwrap();
    services.shut_down().await;
}

#[tokio::test]
async fn a_draft_is_not_watched_and_what_a_person_removes_is_no_news() {
    let (ticdc, worker) = (TiCdc::start(ticdc::Options::default()).await, ConnectWorker::start(connect_worker::Options::default()).await);
    let document = document(ticdc.url(), worker.url(), "127.0.0.1:9");
    let app = TestApp::watching(PACE);
    app.post("/api/v1/pipelines", json!({ "document": document })).await;
    app.studio.resume_all().await.unwrap();
    app.get("/api/v1/pipelines/orders/parts").await;
    assert!(app.studio.watched_parts("orders").is_empty());

    let request: Value = serde_json::from_str(&connector_request(&document, 0, Secrets::opened()).unwrap()).unwrap();
    worker.add("to-sqlserver", request["config"].as_object().unwrap());
    worker.fail_task("to-sqlserver", 0, "java.lang.OutOfMemoryError");
    let request = CreateRequest { body: open_api_body(&document), start_ts: None, target_ts: None };
    backend::clients::ticdc::Client::of_pipeline(&document).unwrap().create(&request).await.unwrap();
    app.post("/api/v1/pipelines/orders/start", json!(null)).await;
    listed(&app, |line| reasons(line) == ["connector-task-failed"]).await;
    app.post("/api/v1/pipelines/orders/parts/connector:to-sqlserver/remove", json!(null)).await;
    let line = listed(&app, |_| true).await;
    assert!(reasons(&line).is_empty(), "{line}");
    app.studio.shut_down().await;
}
