//! Preflight through the API: good days and bad ones, with the embedded broker and registry, and doubles.

use crate::{
    app::TestApp,
    services::{Services, embedded},
};
use axum::http::StatusCode;
use doubles::ksqldb::{KsqlDb, Options as KsqlOptions, Topic};
use serde_json::{Value, json};
use shared::api::{CheckGroup, CheckState, PreflightCheck, PreflightVerdict};
use std::time::Duration;
use tokio::{io::AsyncReadExt, net::TcpListener};

pub const SECRET: &str = "S3cr+t/with=reserved&chars";

/// A preflight as its reader saw it.
pub struct Seen {
    /// The last line of each check.
    pub checks: Vec<PreflightCheck>,
    pub verdict: PreflightVerdict,
    pub text: String,
}

impl Seen {
    pub fn check(&self, id: &str) -> &PreflightCheck {
        self.checks.iter().find(|check| check.id == id).unwrap_or_else(|| panic!("no check `{id}` in {}", self.text))
    }

    /// State and first finding's code.
    pub fn end(&self, id: &str) -> (CheckState, &str) {
        let check = self.check(id);
        (check.state, check.findings.first().map_or("", |finding| finding.code.as_str()))
    }
}

pub async fn preflight(app: &TestApp, document: Value) -> Seen {
    let name = document["name"].as_str().unwrap().to_owned();
    let saved = app.post("/api/v1/pipelines", json!({ "document": document })).await;
    assert_eq!(saved.status, StatusCode::CREATED, "{}", saved.text);
    let path = format!("/api/v1/pipelines/{name}/preflight");
    // The answer ends with the preflight.
    let answer = tokio::time::timeout(Duration::from_secs(60), app.get(&path)).await.expect("it ends");
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let (mut checks, mut verdict) = (Vec::<PreflightCheck>::new(), None);
    for event in answer.text.split("\n\n") {
        let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        match field("event: ") {
            "check" => {
                let check: PreflightCheck = serde_json::from_str(field("data: ")).unwrap();
                checks.retain(|known| known.id != check.id);
                checks.push(check);
            }
            "verdict" => verdict = Some(serde_json::from_str(field("data: ")).unwrap()),
            _ => {}
        }
    }
    assert!(!answer.text.contains("S3cr"), "a secret: {}", answer.text);
    Seen { checks, verdict: verdict.expect("a verdict at last"), text: answer.text }
}

/// The workload into the embedded services.
pub fn document(services: &Services) -> Value {
    json!({
        "version": 1,
        "name": "shop",
        "source": { "kind": "tpcc" },
        "changefeed": { "target": "native", "config": {
            "filter": { "rules": ["tpcc.*", "!tpcc.history"] },
            "sink": { "dispatchers": [{ "matcher": ["*.*"], "topic": "tidb_{schema}_{table}", "partition": "index-value" }] },
        } },
        "kafka": { "brokers": [services.kafka()], "topic": "ticdc-meta", "params": { "protocol": "avro", "replication-factor": 1 } },
        "schema_registry": { "url": services.registry() },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_day_passes_everything_and_changes_nothing() {
    let (services, app) = (embedded().await, TestApp::new());
    let seen = preflight(&app, document(&services)).await;
    assert_eq!((seen.verdict.failed, seen.verdict.skipped, seen.verdict.cancelled), (0, 0, false), "{}", seen.text);
    assert!(seen.check("source.login").detail.contains("9 tables, the filter lets 8 in"), "{}", seen.check("source.login").detail);
    assert!(seen.check("registry.schemas").detail.contains("16 schemas would be accepted"), "{}", seen.check("registry.schemas").detail);
    assert!(seen.check("kafka.topics").detail.contains("9 to be made"), "{}", seen.check("kafka.topics").detail);
    for (id, group) in [
        ("document.keys", CheckGroup::Spelling),
        ("document.fields", CheckGroup::CrossField),
        ("document.tables", CheckGroup::CrossField),
        ("registry.mode", CheckGroup::Connection),
    ] {
        assert_eq!((seen.end(id).0, seen.check(id).group), (CheckState::Ok, group), "{id}: {}", seen.text);
        assert!(seen.check(id).took_ms.is_some());
    }
    assert_eq!(services.topics().await, Vec::<String>::new(), "no topic was made");
    assert_eq!(services.subjects().await, "[]", "no schema was registered");
    let running = seen.text.find("\"state\":\"running\"").unwrap();
    assert!(seen.text[..running].matches("\"waiting\"").count() == seen.checks.len(), "all lines are there before the first begins");
    services.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_system_s_bad_day_leaves_the_others_checked() {
    let (services, app) = (embedded().await, TestApp::new());
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut closed_port = document(&services);
    closed_port["name"] = json!("closed");
    closed_port["kafka"]["brokers"] = json!([closed.to_string()]);
    let seen = preflight(&app, closed_port).await;
    assert_eq!(seen.end("kafka.tcp"), (CheckState::Failed, "port-unreachable"), "{}", seen.text);
    assert!(seen.check("kafka.tcp").findings[0].hint.contains("nothing listens"), "{}", seen.text);
    assert_eq!(seen.check("kafka.login").detail, "not tried: `TCP connection` failed");
    assert_eq!(seen.end("registry.schemas").0, CheckState::Ok);

    let mut no_address = document(&services);
    no_address["name"] = json!("nameless");
    no_address["kafka"]["brokers"] = json!(["no-such-broker.invalid:9092", services.kafka()]);
    let seen = preflight(&app, no_address.clone()).await;
    assert_eq!(seen.end("kafka.dns"), (CheckState::Warning, "host-not-found"), "one of two is enough: {}", seen.text);
    no_address["name"] = json!("nowhere");
    no_address["kafka"]["brokers"] = json!(["no-such-broker.invalid:9092"]);
    let seen = preflight(&app, no_address).await;
    assert_eq!(seen.end("kafka.dns"), (CheckState::Failed, "host-not-found"), "{}", seen.text);

    let mut tls = document(&services);
    tls["name"] = json!("tls");
    tls["kafka"]["params"]["enable-tls"] = json!(true);
    let seen = preflight(&app, tls).await;
    assert_eq!(seen.end("kafka.tls"), (CheckState::Failed, "tls-handshake"), "{}", seen.text);
    services.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_nobody_may_make_is_missing() {
    let (services, app) = (embedded().await, TestApp::new());
    let mut body = document(&services);
    body["kafka"]["params"]["auto-create-topic"] = json!(false);
    let seen = preflight(&app, body.clone()).await;
    assert_eq!(seen.end("kafka.topics"), (CheckState::Failed, "topic-missing"), "{}", seen.text);
    let finding = &seen.check("kafka.topics").findings[0];
    assert!(finding.message.contains("`ticdc-meta`") && finding.message.contains("and 4 more"), "{finding:?}");
    body["name"] = json!("copies");
    body["kafka"]["params"] = json!({ "protocol": "avro", "replication-factor": 3 });
    let seen = preflight(&app, body).await;
    assert_eq!(seen.end("kafka.topics"), (CheckState::Failed, "replication-exceeds-brokers"), "{}", seen.text);
    services.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_would_be_refused_is_told_with_its_subject() {
    let (services, app) = (embedded().await, TestApp::new());
    let other = r#"{"type":"record","name":"KsqlDataSourceSchema","fields":[{"name":"X","type":"int"}]}"#;
    services.register("tidb_tpcc_orders-value", other).await;
    let seen = preflight(&app, document(&services)).await;
    assert_eq!(seen.end("registry.schemas"), (CheckState::Failed, "schema-incompatible"), "{}", seen.text);
    let finding = &seen.check("registry.schemas").findings[0];
    assert!(finding.message.contains("`tidb_tpcc_orders-value`") && !finding.hint.is_empty(), "{finding:?}");
    assert!(seen.check("registry.schemas").detail.starts_with("15 schemas"), "{}", seen.text);
    services.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_named_and_never_shown() {
    let (services, app) = (embedded().await, TestApp::new());
    let ksqldb = KsqlDb::start(KsqlOptions { user: "KEY".into(), password: "another".into(), ..KsqlOptions::default() }).await;
    let mut body = document(&services);
    body["ksqldb_server"] = json!({ "url": ksqldb.url(), "user": "KEY", "password": SECRET });
    body["ksqldb"] = json!([{ "name": "orders", "statement": "table", "topic": "tidb_tpcc_orders" }]);
    let seen = preflight(&app, body.clone()).await;
    assert_eq!(seen.end("ksqldb.login"), (CheckState::Failed, "remote-unauthorized"), "{}", seen.text);
    assert_eq!(seen.check("ksqldb.login").findings[0].path, "ksqldb_server.user");
    assert_eq!(seen.end("ksqldb.objects").0, CheckState::Skipped);

    body["name"] = json!("unset");
    body["ksqldb_server"]["password"] = json!("env:NO_SUCH_VARIABLE_OF_THE_TEST");
    let seen = preflight(&app, body).await;
    assert_eq!(seen.end("document.secrets"), (CheckState::Failed, "secret-missing"), "{}", seen.text);
    assert!(!seen.checks.iter().any(|check| check.group == CheckGroup::Connection), "nobody is asked with half the secrets");
    services.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn statements_are_held_against_topics_and_server() {
    let (services, app) = (embedded().await, TestApp::new());
    services.make_topic("tidb_tpcc_orders", 2).await;
    let options = KsqlOptions { version: "0.10.2".into(), topics: vec![Topic::named("tidb_tpcc_orders")], ..KsqlOptions::default() };
    let ksqldb = KsqlDb::start(options).await;
    let mut body = document(&services);
    body["ksqldb_server"] = json!({ "url": ksqldb.url() });
    let with = "KAFKA_TOPIC='tidb_tpcc_orders', PARTITIONS=3, KEY_FORMAT='NONE', VALUE_FORMAT='AVRO'";
    body["ksqldb"] = json!([
        { "name": "o", "sql": format!("CREATE STREAM o (o_id INT) WITH ({with});") },
        { "name": "stock", "statement": "table", "topic": "tidb_tpcc_stock" },
    ]);
    let seen = preflight(&app, body).await;
    assert_eq!(seen.end("ksqldb.needs"), (CheckState::Failed, "ksql-partitions-differ"), "{}", seen.text);
    assert!(seen.check("ksqldb.needs").detail.contains("2 statements wait for the first row"), "{}", seen.check("ksqldb.needs").detail);
    assert_eq!(seen.end("ksqldb.login"), (CheckState::Warning, "ksqldb-too-old"), "{}", seen.text);
    assert!(seen.check("ksqldb.login").detail.contains("0.10.2"));
    assert!(ksqldb.objects().is_empty() && ksqldb.asked().iter().all(|request| !request.body.contains("CREATE")));
    services.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_stream_ends_the_questions() {
    let (services, app) = (embedded().await, TestApp::new());
    // A server that takes a request and never answers.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut body = document(&services);
    body["ksqldb_server"] = json!({ "url": format!("http://{address}") });
    app.post("/api/v1/pipelines", json!({ "document": body })).await;
    let request = axum::http::Request::builder().uri("/api/v1/pipelines/shop/preflight").header("host", "localhost:7070");
    let request = request.body(axum::body::Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(app.router.clone(), request).await.unwrap();
    let mut stream = response.into_body().into_data_stream();
    let hung_up = async {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut bytes = [0_u8; 4096];
            // The check of the port connects and goes; the login sends a request.
            if socket.read(&mut bytes).await.unwrap_or(0) > 0 {
                return socket;
            }
        }
    };
    let mut socket = {
        tokio::pin!(hung_up);
        loop {
            tokio::select! {
                socket = &mut hung_up => break socket,
                event = futures::StreamExt::next(&mut stream) => assert!(event.is_some(), "it waits for the login"),
            }
        }
    };
    drop(stream);
    let mut bytes = [0_u8; 64];
    let end = tokio::time::timeout(Duration::from_secs(10), socket.read(&mut bytes)).await.expect("the question is given up");
    assert!(matches!(end, Ok(0) | Err(_)), "{end:?}");
    services.shut_down().await;
}
