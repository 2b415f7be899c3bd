//! The playground, whole: workload, engine, embedded broker and registry, messages read back.

use crate::app::TestApp;
use axum::http::Method;
use backend::{embedded, engine::figures::Update, studio::Embedded};
use serde_json::json;
use shared::api::{PipelineState, Progress};
use std::net::SocketAddr;

async fn embedded(directory: &std::path::Path) -> Embedded {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let broker = embedded::broker::Options { data_dir: directory.join("broker"), listen };
    let registry = embedded::registry::Options { data_dir: directory.join("registry"), listen };
    Embedded { broker: embedded::broker::start(broker).await.unwrap(), registry: embedded::registry::start(registry).await.unwrap() }
}

/// Follows the pipeline until `enough`; fails with what it last saw.
async fn follow(app: &TestApp, enough: impl Fn(&Progress) -> bool) -> Progress {
    let figures = app.studio.figures("playground").await.unwrap();
    let mut updates = figures.subscribe();
    let wait = async {
        loop {
            let progress = figures.progress();
            if enough(&progress) {
                return progress;
            }
            while !matches!(updates.recv().await, Ok(Update::Progress(_)) | Err(_)) {}
        }
    };
    let waited = tokio::time::timeout(std::time::Duration::from_secs(90), wait).await;
    waited.unwrap_or_else(|_| panic!("not reached: {:?}", figures.report()))
}

#[tokio::test(flavor = "multi_thread")]
async fn one_click_makes_rows_flow_and_a_pause_holds_them_at_the_checkpoint() {
    let directory = tempfile::TempDir::new().unwrap();
    let embedded = embedded(directory.path()).await;
    let app = TestApp::with(Some(embedded.addresses()), SocketAddr::from(([127, 0, 0, 1], 7070)), None);

    let started = app.call(Method::POST, "/api/v1/playground", None).await;
    assert_eq!(started.json()["name"], "playground", "{}", started.text);
    let progress = follow(&app, |p| p.rows_total > 2_000 && p.checkpoint.is_some()).await;
    assert_eq!(progress.state, PipelineState::Running);
    assert!(progress.tables.iter().any(|t| t.table == "tpcc.orders" && t.topic == "tidb_tpcc_orders" && t.rows > 0), "{progress:?}");
    assert!(!progress.tables.iter().any(|t| t.table == "tpcc.history"));

    let messages = app.get("/api/v1/pipelines/playground/messages?topic=tidb_tpcc_orders&limit=5").await.json();
    let message = &messages.as_array().unwrap()[0];
    assert_eq!(message["error"], json!(null), "{message}");
    assert!(message["key"]["o_id"].is_i64() && message["key"]["o_w_id"] == 1, "{message}");

    let paused = app.call(Method::POST, "/api/v1/pipelines/playground/pause", None).await;
    assert_eq!(paused.json()["state"], "paused", "{}", paused.text);
    let at_rest = app.studio.figures("playground").await.unwrap().progress();
    assert_eq!(at_rest.waiting_for_acks, 0);

    app.call(Method::POST, "/api/v1/pipelines/playground/resume", None).await;
    let more = follow(&app, |p| p.rows_total > at_rest.rows_total + 500).await;
    assert_ne!(more.checkpoint, at_rest.checkpoint);

    let slower = app.post("/api/v1/pipelines/playground/rate", json!({ "rows_per_second": 50 })).await;
    assert_eq!(slower.status, axum::http::StatusCode::NO_CONTENT, "{}", slower.text);
    assert_eq!(follow(&app, |p| p.target_rows_per_second == Some(50)).await.state, PipelineState::Running);
    app.call(Method::POST, "/api/v1/pipelines/playground/stop", None).await;
    embedded.shut_down().await;
}
