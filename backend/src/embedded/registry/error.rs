//! Errors as the registry's clients expect them: an HTTP status and a JSON object with `error_code` and `message`.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

const MEDIA_TYPE: &str = "application/vnd.schemaregistry.v1+json";

/// The registry's answer to a request it took.
pub(super) fn json_answer(body: &Value) -> Response {
    text_answer(StatusCode::OK, body.to_string())
}

pub(super) fn text_answer(status: StatusCode, body: String) -> Response {
    (status, [(CONTENT_TYPE, MEDIA_TYPE)], body).into_response()
}

/// A refusal. The first three digits of a code are its HTTP status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ApiError {
    pub code: u32,
    pub message: String,
}

pub(super) type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    pub fn new(code: u32, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub fn subject_not_found(subject: &str) -> Self {
        Self::new(40401, format!("Subject '{subject}' not found."))
    }

    pub fn version_not_found(version: impl std::fmt::Display) -> Self {
        Self::new(40402, format!("Version {version} not found."))
    }

    pub fn schema_not_found() -> Self {
        Self::new(40403, "Schema not found")
    }

    pub fn invalid_schema(text: &str, kind: &str, details: &str) -> Self {
        Self::new(42201, format!("Invalid schema {text} with refs [] of type {kind}, details: {details}"))
    }

    pub fn invalid_version(version: &str) -> Self {
        let allowed = "Allowed values are between [1, 2^31-1] and the string \"latest\"";
        Self::new(42202, format!("The specified version '{version}' is not a valid version id. {allowed}"))
    }

    pub fn incompatible(subject: &str, details: &[String]) -> Self {
        let details = details.join(", ");
        let message =
            format!("Schema being registered is incompatible with an earlier schema for subject \"{subject}\", details: [{details}]");
        Self::new(409, message)
    }

    /// The cause is logged here, once, and not shown.
    pub fn store(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = cause, "the registry's database failed");
        Self::new(50001, "Error in the backend data store")
    }

    fn status(&self) -> StatusCode {
        let digits = if self.code >= 10_000 { self.code / 100 } else { self.code };
        u16::try_from(digits).ok().and_then(|code| StatusCode::from_u16(code).ok()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        text_answer(self.status(), json!({ "error_code": self.code, "message": self.message }).to_string())
    }
}
