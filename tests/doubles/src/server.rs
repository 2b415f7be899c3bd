//! A double's HTTP side: its port, its end, and the record of what it was asked.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    middleware::{self, Next},
};
use std::sync::{Arc, Mutex, PoisonError};

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub method: String,
    /// With its query.
    pub path: String,
    /// The `Authorization` header; empty without one.
    pub authorization: String,
    pub body: String,
}

/// A running double; it ends when it is dropped.
pub struct Server {
    url: String,
    asked: Arc<Mutex<Vec<Recorded>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Serves on a free loopback port, recording every request.
    ///
    /// # Panics
    /// There is no free port.
    pub async fn start(app: Router) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let record = Arc::clone(&asked);
        let app = app.layer(middleware::from_fn(move |request: Request, next: Next| {
            let record = Arc::clone(&record);
            async move {
                let (parts, body) = request.into_parts();
                let bytes = to_bytes(body, usize::MAX).await.unwrap_or_default();
                let authorization = parts.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
                record.lock().unwrap_or_else(PoisonError::into_inner).push(Recorded {
                    method: parts.method.to_string(),
                    path: parts.uri.to_string(),
                    authorization: authorization.to_owned(),
                    body: String::from_utf8_lossy(&bytes).into_owned(),
                });
                next.run(Request::from_parts(parts, Body::from(bytes))).await
            }
        }));
        let task = tokio::spawn(async move {
            // Serving ends with the task; there is nobody to tell of a socket that broke.
            let _ = axum::serve(listener, app).await;
        });
        Self { url, asked, task }
    }

    /// `http://127.0.0.1:port`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Everything that it was asked so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Recorded> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
