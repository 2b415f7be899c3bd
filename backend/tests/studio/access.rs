//! Who may talk to the studio.

use crate::app::TestApp;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use std::net::SocketAddr;

fn request(path: &str, headers: &[(header::HeaderName, &str)]) -> Request<Body> {
    let request = headers.iter().fold(Request::builder().uri(path), |r, (name, value)| r.header(name, *value));
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_name_that_is_not_loopback_is_refused() {
    let app = TestApp::new();
    for (host, status) in [
        ("127.0.0.1:7070", StatusCode::OK),
        ("localhost:7070", StatusCode::OK),
        ("[::1]:7070", StatusCode::OK),
        ("evil.example:7070", StatusCode::FORBIDDEN),
        ("127.0.0.1.evil.example", StatusCode::FORBIDDEN),
        ("", StatusCode::FORBIDDEN),
    ] {
        let answer = app.send(request("/api/v1/meta", &[(header::HOST, host)])).await;
        assert_eq!(answer.status, status, "{host}");
    }
}

#[tokio::test]
async fn a_page_of_another_site_is_refused() {
    let app = TestApp::new();
    for (origin, status) in [
        ("http://localhost:7070", StatusCode::OK),
        ("http://localhost:8080", StatusCode::FORBIDDEN),
        ("https://evil.example", StatusCode::FORBIDDEN),
        ("null", StatusCode::FORBIDDEN),
    ] {
        let answer = app.send(request("/api/v1/meta", &[(header::HOST, "localhost:7070"), (header::ORIGIN, origin)])).await;
        assert_eq!(answer.status, status, "{origin}");
    }
}

#[tokio::test]
async fn beyond_this_machine_every_request_needs_the_token() {
    let token = "correct-horse-battery";
    let app = TestApp::with(None, SocketAddr::from(([0, 0, 0, 0], 7070)), Some(token));
    let host = (header::HOST, "studio.example:7070");
    assert_eq!(app.send(request("/api/v1/meta", std::slice::from_ref(&host))).await.code(), "token-needed");
    assert_eq!(app.send(request("/", std::slice::from_ref(&host))).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.send(request("/metrics", std::slice::from_ref(&host))).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.send(request("/healthz", std::slice::from_ref(&host))).await.status, StatusCode::OK);
    let bearer = |token: &str| format!("Bearer {token}");
    let good = app.send(request("/api/v1/meta", &[host.clone(), (header::AUTHORIZATION, &bearer(token))])).await;
    assert_eq!(good.status, StatusCode::OK);
    let bad = app.send(request("/api/v1/meta", &[host.clone(), (header::AUTHORIZATION, &bearer("correct-horse-batterx"))])).await;
    assert_eq!(bad.status, StatusCode::UNAUTHORIZED);
    let welcome = app.send(request(&format!("/pipelines/x?token={token}"), std::slice::from_ref(&host))).await;
    assert_eq!(welcome.status, StatusCode::SEE_OTHER);
    let cookie = format!("other=1; changefeed_studio_token={token}");
    assert_eq!(app.send(request("/api/v1/meta", &[host, (header::COOKIE, &cookie)])).await.status, StatusCode::OK);
}
