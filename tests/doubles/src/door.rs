//! A login before a real HTTP server, as Confluent Cloud has one before its Schema Registry: whoever brings the right key and secret
//! is passed on, anybody else gets the answer that Confluent gives.

use crate::{Recorded, Server};
use axum::{
    Json, Router,
    body::Body,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use std::sync::Arc;

struct Guarded {
    behind: String,
    authorization: String,
    client: reqwest::Client,
}

/// The door; what is behind it goes on when it is dropped.
pub struct Door {
    server: Server,
}

impl Door {
    /// Stands before the server at `behind`, an address without the slash at the end.
    ///
    /// # Panics
    /// There is no free port.
    pub async fn before(behind: &str, key: &str, secret: &str) -> Self {
        let authorization = format!("Basic {}", STANDARD.encode(format!("{key}:{secret}")));
        let guarded = Guarded { behind: behind.to_owned(), authorization, client: reqwest::Client::new() };
        Self { server: Server::start(Router::new().fallback(pass).with_state(Arc::new(guarded))).await }
    }

    /// `http://127.0.0.1:port`.
    #[must_use]
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// Everything that it was asked so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Recorded> {
        self.server.asked()
    }
}

async fn pass(State(guarded): State<Arc<Guarded>>, request: Request) -> Response {
    if request.headers().get(header::AUTHORIZATION).is_none_or(|sent| sent != guarded.authorization.as_str()) {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error_code": 401, "message": "Unauthorized" }))).into_response();
    }
    forward(&guarded, request)
        .await
        .unwrap_or_else(|error| (StatusCode::BAD_GATEWAY, Json(json!({ "error_code": 502, "message": error.to_string() }))).into_response())
}

async fn forward(guarded: &Guarded, request: Request) -> Result<Response, reqwest::Error> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let mut asked = guarded.client.request(parts.method, format!("{}{}", guarded.behind, parts.uri)).body(body);
    if let Some(kind) = parts.headers.get(header::CONTENT_TYPE) {
        asked = asked.header(header::CONTENT_TYPE, kind);
    }
    let answer = asked.send().await?;
    let (status, kind) = (answer.status(), answer.headers().get(header::CONTENT_TYPE).cloned());
    let mut response = Response::new(Body::from(answer.bytes().await?));
    *response.status_mut() = status;
    if let Some(kind) = kind {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    Ok(response)
}
