//! Preflight of a changefeed that TiCDC is to run, on a double of TiCDC and of what is asked of PD.

use crate::{
    app::TestApp,
    preflight::{SECRET, document, preflight},
    services::{Services, embedded},
};
use axum::{Json, Router, routing::get};
use doubles::ticdc::{Options, Table, TiCdc};
use serde_json::{Value, json};
use shared::api::CheckState;

/// PD, with history from 2024-01-02T03:04:05Z on.
async fn pd() -> String {
    let safepoint = 1_704_164_645_000_u64 << 18;
    let answer = json!({ "service_gc_safe_points": [], "gc_safe_point": safepoint });
    let app = Router::new().route("/pd/api/v1/gc/safepoint", get(move || std::future::ready(Json(answer.clone()))));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

async fn tidb(services: &Services, ticdc: &TiCdc, version: &str) -> Value {
    let mut body = document(services);
    body["source"] = json!({ "kind": "tidb", "pd": [pd().await], "start": "2024-06-01T00:00:00Z" });
    body["changefeed"]["target"] = json!("ticdc");
    body["changefeed"]["id"] = json!("shop");
    body["changefeed"]["ticdc_version"] = json!(version);
    body["changefeed"]["ticdc_server"] = json!(ticdc.url());
    body["changefeed"]["ticdc_password"] = json!(SECRET);
    body["changefeed"]["config"]["filter"]["rules"] = json!(["tpcc.*"]);
    body
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_asked_for_version_health_id_tables_and_history() {
    let (services, app) = (embedded().await, TestApp::new());
    let tables = vec![Table::new("tpcc", "orders"), Table::new("tpcc", "history").without_key()];
    let ticdc = TiCdc::start(Options { tables, ..Options::classic("v7.5.0") }).await;
    let mut body = tidb(&services, &ticdc, "7.5.0").await;
    let seen = preflight(&app, body.clone()).await;
    assert!(seen.check("ticdc.login").detail.starts_with("TiCDC v7.5.0, classic architecture"), "{}", seen.check("ticdc.login").detail);
    for id in ["ticdc.login", "ticdc.options", "ticdc.health", "ticdc.id", "ticdc.start", "source.gc", "kafka.topics"] {
        assert_eq!(seen.end(id).0, CheckState::Ok, "{id}: {}", seen.text);
    }
    assert_eq!(seen.check("source.gc").detail, "back to 2024-01-02T03:04:05Z");
    assert_eq!(seen.end("ticdc.tables"), (CheckState::Failed, "table-without-key"), "{}", seen.text);
    assert!(seen.check("ticdc.tables").findings[0].message.contains("`tpcc.history`"), "{}", seen.text);
    assert_eq!(seen.check("registry.schemas").state, CheckState::Skipped, "the tables are TiCDC's to know");

    body["name"] = json!("older");
    body["source"]["start"] = json!("2023-06-01T00:00:00Z");
    body["changefeed"]["ticdc_version"] = json!("8.5.4");
    ticdc.add("shop", "kafka://127.0.0.1:9092/t?protocol=avro", &json!({}));
    let seen = preflight(&app, body).await;
    assert_eq!(seen.end("source.gc"), (CheckState::Failed, "start-before-gc"), "{}", seen.text);
    assert_eq!(seen.end("ticdc.login"), (CheckState::Warning, "ticdc-version-differs"), "{}", seen.text);
    assert_eq!(seen.end("ticdc.id"), (CheckState::Warning, "changefeed-exists"), "{}", seen.text);
    assert_eq!(ticdc.ids(), ["shop"], "nothing was made");
    services.shut_down().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_older_than_the_document_s_options_is_told_at_the_option() {
    let (services, app) = (embedded().await, TestApp::new());
    let ticdc = TiCdc::start(Options { tables: vec![Table::new("tpcc", "orders")], ..Options::classic("v6.5.0") }).await;
    let mut body = tidb(&services, &ticdc, "8.5.4").await;
    body["changefeed"]["config"]["sink"]["dispatchers"][0]["partition"] = json!("columns");
    body["changefeed"]["config"]["sink"]["dispatchers"][0]["columns"] = json!(["o_id"]);
    let seen = preflight(&app, body).await;
    let check = seen.check("ticdc.options");
    assert!(
        check.findings.iter().any(|finding| finding.code.ends_with("-too-new") && finding.path.contains("dispatchers[0]")),
        "{}",
        seen.text
    );
    services.shut_down().await;
}
