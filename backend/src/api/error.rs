//! The one place that makes error answers. Codes are stable: `docs/ERRORS.md`.

use crate::{engine::error::ErrorKind, studio::StudioError};
use axum::{
    Json,
    extract::{FromRequest, Request, rejection::JsonRejection},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use shared::{Finding, api::ApiError};

/// An error on its way out; the request's id is put in by [`Json`]'s caller through the response header.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    body: ApiError,
}

impl Failure {
    pub(super) fn new(status: StatusCode, code: &str, message: impl Into<String>) -> Self {
        let body = ApiError { code: code.to_owned(), message: message.into(), findings: Vec::new(), request_id: String::new() };
        Self { status, body }
    }

    fn findings(mut self, findings: Vec<Finding>) -> Self {
        self.body.findings = findings;
        self
    }
}

impl From<StudioError> for Failure {
    fn from(error: StudioError) -> Self {
        let message = error.to_string();
        match error {
            StudioError::NoSuchPipeline(_) => Self::new(StatusCode::NOT_FOUND, "no-such-pipeline", message),
            StudioError::NoSuchPart(_) | StudioError::NoSuchCluster(_) | StudioError::NoSuchItem(_) => {
                Self::new(StatusCode::NOT_FOUND, "no-such-resource", message)
            }
            // nobody was asked, or no server of that age could do it: the same request will not do later either
            StudioError::Refused(finding) if matches!(&*finding.code, "action-impossible" | "ksql-pause-unsupported") => {
                Self::new(StatusCode::CONFLICT, "action-impossible", message).findings(vec![*finding])
            }
            StudioError::Refused(finding) => Self::new(StatusCode::BAD_GATEWAY, "connection-failed", message).findings(vec![*finding]),
            StudioError::NameTaken(_) => Self::new(StatusCode::CONFLICT, "name-taken", message),
            StudioError::Invalid(findings) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid-pipeline", message).findings(findings),
            StudioError::Unreadable(findings) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unreadable-document", message).findings(findings)
            }
            StudioError::WrongState { .. } => Self::new(StatusCode::CONFLICT, "wrong-state", message),
            StudioError::NotLaunched => Self::new(StatusCode::NOT_FOUND, "not-launched", message),
            StudioError::LaunchGoesOn => Self::new(StatusCode::CONFLICT, "launch-goes-on", message),
            StudioError::NoRate => Self::new(StatusCode::CONFLICT, "no-rate", message),
            StudioError::NoPlayground => Self::new(StatusCode::CONFLICT, "no-playground", message),
            StudioError::Engine(error) => {
                let status = match error.kind {
                    ErrorKind::Transient | ErrorKind::Denied => StatusCode::BAD_GATEWAY,
                    ErrorKind::Internal | ErrorKind::Storage => return internal(&error),
                    _ => StatusCode::UNPROCESSABLE_ENTITY,
                };
                Self::new(status, "connection-failed", message).findings(vec![*error.finding])
            }
            // A person can do something about the disk, so its message is told; the cause is for the log.
            StudioError::Store(error) => {
                tracing::error!(cause = ?error, "the store failed");
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "storage", message)
            }
        }
    }
}

/// Hides the cause and logs it once.
fn internal(error: &dyn std::error::Error) -> Failure {
    tracing::error!(%error, cause = ?error.source(), "request failed");
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something went wrong in the studio; its log says what")
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(&self.body)).into_response();
        // The id is only known to the outermost layer; the guard writes it into the body.
        response.extensions_mut().insert(self.body);
        response
    }
}

/// JSON bodies whose rejection is one of our errors.
pub(super) struct Body<T>(pub T);

impl<S: Send + Sync, T: serde::de::DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(value)) => Ok(Self(value)),
            Err(rejection) => {
                // serde's texts can quote the value that does not fit, which could be a secret: only the place is told.
                let message = match &rejection {
                    JsonRejection::JsonDataError(_) => "the request's JSON does not have the expected shape".to_owned(),
                    JsonRejection::JsonSyntaxError(_) => "the request's body is not JSON".to_owned(),
                    other => other.body_text(),
                };
                Err(Failure::new(rejection.status(), "bad-request", message))
            }
        }
    }
}
