//! The studio itself: version, playground, errors.

use crate::Finding;
use serde::{Deserialize, Serialize};

/// `GET /meta`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Meta {
    pub version: String,
    /// Whether only this machine can reach the studio.
    pub loopback_only: bool,
    /// The embedded broker and registry; `None` with `--no-playground`.
    pub playground: Option<Playground>,
}

/// Addresses of the embedded services; ordinary clients can connect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Playground {
    /// `127.0.0.1:port`.
    pub kafka: String,
    /// `http://127.0.0.1:port`.
    pub schema_registry: String,
}

/// Every error answer's body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiError {
    /// Stable, documented in `docs/ERRORS.md`, kebab-case.
    pub code: String,
    pub message: String,
    /// The document's problems, for code `invalid-pipeline`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// Also in the log line of a 500 and in the `x-request-id` header.
    #[serde(default)]
    pub request_id: String,
}
