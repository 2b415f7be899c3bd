//! What goes back.

use super::refusal::Refusal;
use axum::{
    body::Body,
    http::{Response, StatusCode, header},
};
use serde_json::{Value, json};

pub(super) enum Reply {
    Json(u16, Value),
    Text(u16, &'static str),
    Redirect(String),
    /// No answer: the connection ends.
    Lost,
    /// No answer: the connection stays.
    Never,
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        Self::Json(refusal.status, refusal.body)
    }
}

impl Reply {
    pub(super) fn done() -> Self {
        Self::Json(200, json!({}))
    }

    pub(super) fn unknown_route() -> Self {
        Self::Text(404, "404 page not found")
    }

    pub(super) async fn into_response(self) -> Response<Body> {
        let of = |status: u16, kind: &'static str, text: String| {
            let mut response = Response::new(Body::from(text));
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(kind));
            response
        };
        match self {
            Self::Json(status, value) => of(status, "application/json; charset=utf-8", value.to_string()),
            Self::Text(status, text) => of(status, "text/plain", text.to_owned()),
            Self::Redirect(location) => {
                let mut response = of(307, "text/plain", String::new());
                if let Ok(location) = location.parse() {
                    response.headers_mut().insert(header::LOCATION, location);
                }
                response
            }
            Self::Never => std::future::pending().await,
            // Ends the task that serves this connection, without the noise of a panic's report.
            Self::Lost => std::panic::resume_unwind(Box::new("the connection is lost, as scripted")),
        }
    }
}
