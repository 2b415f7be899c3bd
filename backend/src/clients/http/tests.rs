#![allow(clippy::unwrap_used)]
use super::*;
use axum::{
    Json, Router,
    http::{HeaderMap, StatusCode as Status},
    response::IntoResponse,
    routing::{any, get},
};
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

const PASSWORD: &str = "Pa55-of-the-test";

async fn serve(app: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

fn client(url: &str) -> Http {
    let password = SecretString::from(PASSWORD);
    Http::new(Options { system: "Kafka Connect", path: "connect", url: url.into(), user: "u".into(), password, ..Options::default() })
        .unwrap()
}

#[tokio::test]
async fn a_refusal_has_the_systems_own_code_and_reason_and_no_secret() {
    for (status, body, kind, code, reason) in [
        (409, json!({"error_code": 409, "message": "Connector c already exists"}), RemoteErrorKind::Conflict, "409", "already exists"),
        (
            400,
            json!({"error_msg": "bad uri", "error_code": "CDC:ErrSinkURIInvalid"}),
            RemoteErrorKind::Invalid,
            "CDC:ErrSinkURIInvalid",
            "bad",
        ),
        (401, json!({"error": {"code": 401, "message": "Unauthorized"}}), RemoteErrorKind::Unauthorized, "401", "Unauthorized"),
        (403, json!({"errors": [{"status": "403", "detail": "no role"}]}), RemoteErrorKind::Forbidden, "403", "no role"),
        (500, json!({"message": format!("password={PASSWORD} in kafka://u:{PASSWORD}@h")}), RemoteErrorKind::Failing, "", "xxxxx"),
    ] {
        let answer = (Status::from_u16(status).unwrap(), Json(body));
        let app = Router::new().route("/x", get(move || std::future::ready(answer.clone())));
        let error = client(&serve(app).await).get::<Value>("/x").await.unwrap_err();
        assert_eq!((error.kind, error.status, error.code.as_str()), (kind, status, code), "{error:?}");
        assert!(error.reason.contains(reason), "{error:?}");
        let finding = error.finding();
        assert!(!finding.hint.is_empty() && finding.path == if status == 401 { "connect.user" } else { "connect" }, "{finding:?}");
        assert!(!format!("{error:?} {error} {finding:?}").contains(PASSWORD), "{error:?}");
    }
}

#[tokio::test]
async fn a_busy_server_is_asked_again_and_a_request_that_must_not_be_repeated_is_not() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let app = Router::new().route(
        "/x",
        any(move |method: axum::http::Method| async move {
            let n = counted.fetch_add(1, Ordering::SeqCst);
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", "0".parse().unwrap());
            match (method, n) {
                (axum::http::Method::GET, 0) => (Status::TOO_MANY_REQUESTS, headers, "slow down").into_response(),
                (axum::http::Method::GET, _) => Json(json!({"fine": true})).into_response(),
                _ => (Status::SERVICE_UNAVAILABLE, "down").into_response(),
            }
        }),
    );
    let client = client(&serve(app).await);
    assert_eq!(client.get::<Value>("/x").await.unwrap(), json!({"fine": true}));
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    let error = client.ok(Method::POST, "/x", Some(&json!({}))).await.unwrap_err();
    assert_eq!((error.kind, error.reason.as_str()), (RemoteErrorKind::Failing, "down"));
    assert_eq!(calls.load(Ordering::SeqCst), 3, "a POST that may have been done is not sent again");
}

#[tokio::test]
async fn what_cannot_be_reached_says_so() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let http = client(&format!("http://u:{PASSWORD}@127.0.0.1:{port}/"));
    assert_eq!(http.base(), format!("http://127.0.0.1:{port}"));
    let error = http.send(Method::POST, "/", None, false).await.unwrap_err();
    assert_eq!(error.kind, RemoteErrorKind::Unreachable);
    assert!(error.reason.contains("refused"), "{error:?}");
    let bad = |options| Http::new(options).unwrap_err().kind;
    assert_eq!(bad(Options { url: "connect:8083".into(), ..Options::default() }), RemoteErrorKind::Url);
    assert_eq!(bad(Options { url: "http://h".into(), cert: "x".into(), ..Options::default() }), RemoteErrorKind::Tls);
}
