//! A studio for a test: its own data directory, the real router.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use backend::{
    api::{self, Access, AppState},
    store::Store,
    studio::{Studio, WatchPace},
};
use secrecy::SecretString;
use serde_json::Value;
use shared::api::Playground;
use std::{net::SocketAddr, sync::Arc};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

pub struct TestApp {
    pub directory: TempDir,
    pub studio: Arc<Studio>,
    pub router: Router,
}

pub struct Answer {
    pub status: StatusCode,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("not JSON ({e}): {}", self.text))
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl TestApp {
    pub fn new() -> Self {
        Self::with(None, SocketAddr::from(([127, 0, 0, 1], 7070)), None)
    }

    pub fn with(playground: Option<Playground>, listen: SocketAddr, token: Option<&str>) -> Self {
        let directory = TempDir::new().unwrap();
        let store = Arc::new(Store::open(directory.path()).unwrap());
        Self::of(Arc::new(Studio::new(store, playground)), directory, listen, token)
    }

    /// One that asks the parts of launched pipelines at this pace, once [`Studio::resume_all`] was called.
    pub fn watching(pace: WatchPace) -> Self {
        let directory = TempDir::new().unwrap();
        let store = Arc::new(Store::open(directory.path()).unwrap());
        let studio = Arc::new(Studio::new(store, None).with_watch_pace(pace));
        Self::of(studio, directory, SocketAddr::from(([127, 0, 0, 1], 7070)), None)
    }

    fn of(studio: Arc<Studio>, directory: TempDir, listen: SocketAddr, token: Option<&str>) -> Self {
        let access = Arc::new(Access::new(listen, token.map(SecretString::from)));
        let router = api::router(AppState { studio: Arc::clone(&studio), access, stop: CancellationToken::new() });
        Self { directory, studio, router }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        Answer { status, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder().method(method).uri(path).header(header::HOST, "localhost:7070");
        let request = match body {
            Some(json) => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(json.to_string())),
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }
}

/// A document that is right, for a MySQL source.
pub fn document(name: &str) -> Value {
    serde_json::json!({
        "version": 1,
        "name": name,
        "source": { "kind": "mysql", "url": "mysql://cdc@127.0.0.1:3306", "start": "now" },
        "changefeed": { "id": name, "target": "native", "config": {
            "filter": { "rules": ["shop.*"] },
            "sink": { "dispatchers": [{ "matcher": ["*.*"], "topic": "tidb_{schema}_{table}", "partition": "index-value" }] },
        } },
        "kafka": { "brokers": ["127.0.0.1:9092"], "topic": "ticdc-meta", "params": { "protocol": "avro", "replication-factor": 1 } },
        "schema_registry": { "url": "http://127.0.0.1:8081" },
    })
}
