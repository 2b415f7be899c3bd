//! Saving, listing, refusing.

use crate::app::{TestApp, document};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use serde_json::json;

#[tokio::test]
async fn a_saved_pipeline_is_listed_shown_and_removed() {
    let app = TestApp::new();
    let created = app.post("/api/v1/pipelines", json!({ "document": document("orders") })).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.text);
    assert_eq!(created.json()["summary"]["state"], "draft");
    assert_eq!(app.get("/api/v1/pipelines").await.json()[0]["name"], "orders");
    let shown = app.get("/api/v1/pipelines/orders").await.json();
    assert_eq!(shown["document"]["kafka"]["brokers"][0], "127.0.0.1:9092");
    assert_eq!(app.call(Method::DELETE, "/api/v1/pipelines/orders", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(app.get("/api/v1/pipelines/orders").await.code(), "no-such-pipeline");
}

#[tokio::test]
async fn a_taken_name_is_refused_and_the_first_pipeline_stays_as_it_was() {
    let app = TestApp::new();
    app.post("/api/v1/pipelines", json!({ "document": document("orders") })).await;
    let mut other = document("orders");
    other["kafka"]["topic"] = json!("another");
    let refused = app.post("/api/v1/pipelines", json!({ "document": other })).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::CONFLICT, "name-taken".to_owned()));
    assert_eq!(app.get("/api/v1/pipelines/orders").await.json()["document"]["kafka"]["topic"], "ticdc-meta");
    assert!(!refused.json()["request_id"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn an_unknown_key_is_a_finding_with_a_suggestion_and_is_kept() {
    let app = TestApp::new();
    let mut body = document("typo");
    body["kafka"]["brokrs"] = json!(["x:1"]);
    let saved = app.post("/api/v1/pipelines", json!({ "document": body })).await;
    assert_eq!(saved.status, StatusCode::CREATED, "{}", saved.text);
    let findings = saved.json()["findings"].clone();
    let finding = findings.as_array().unwrap().iter().find(|f| f["code"] == "unknown-key").unwrap();
    assert_eq!(finding["path"], "kafka.brokrs");
    assert!(finding["hint"].as_str().unwrap().contains("brokers"), "{finding}");
    assert_eq!(saved.json()["document"]["kafka"]["brokrs"][0], "x:1");
}

#[tokio::test]
async fn bad_bodies_get_an_error_with_a_code_and_save_nothing() {
    let app = TestApp::new();
    for (body, code) in [
        ("{\"document\": {\"version\": 1, \"na", "bad-request"),
        ("{\"document\": 5}", "bad-request"),
        ("{\"toml\": \"version = 1\\nname = \\\"x\"}", "unreadable-document"),
        ("{\"toml\": \"version = 1\\nname = \\\"has space\\\"\"}", "unreadable-document"),
        ("{\"toml\": \"version = 1\\nname = \\\"x\\\"\\n[kafka]\\nbrokers = 5\"}", "unreadable-document"),
    ] {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/api/v1/pipelines")
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body))
            .unwrap();
        let answer = app.send(request).await;
        assert!(answer.status.is_client_error(), "{body}: {}", answer.text);
        assert_eq!(answer.code(), code, "{body}: {}", answer.text);
    }
    assert_eq!(app.get("/api/v1/pipelines").await.json(), json!([]));
}

#[tokio::test]
async fn a_pipeline_with_errors_is_not_launched() {
    let app = TestApp::new();
    let mut body = document("broken");
    body["kafka"]["brokers"] = json!([]);
    app.post("/api/v1/pipelines", json!({ "document": body })).await;
    let refused = app.call(Method::POST, "/api/v1/pipelines/broken/start", None).await;
    assert_eq!((refused.status, refused.code()), (StatusCode::UNPROCESSABLE_ENTITY, "invalid-pipeline".to_owned()));
    assert!(refused.text.contains("kafka.brokers"), "{}", refused.text);
    assert_eq!(app.get("/api/v1/pipelines/broken").await.json()["summary"]["state"], "draft");
}

#[tokio::test]
async fn unknown_api_paths_are_not_the_page() {
    let app = TestApp::new();
    assert_eq!(app.get("/api/v1/nothing").await.code(), "no-such-resource");
}

#[tokio::test]
async fn metrics_are_prometheus_text() {
    let app = TestApp::new();
    app.post("/api/v1/pipelines", json!({ "document": document("orders") })).await;
    let answer = app.get("/metrics").await;
    assert!(answer.text.contains("changefeed_running{pipeline=\"orders\"} 0"), "{}", answer.text);
}
