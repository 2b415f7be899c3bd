//! TiCDC's errors as its API shows them.

use serde_json::{Value, json};

/// The codes that have status 400; every other one has 500, users' mistakes included.
const BAD_REQUEST: [&str; 12] = [
    "ErrAPIInvalidParam",
    "ErrSinkURIInvalid",
    "ErrStartTsBeforeGC",
    "ErrChangeFeedNotExists",
    "ErrTargetTsBeforeStartTs",
    "ErrTableIneligible",
    "ErrFilterRuleInvalid",
    "ErrChangefeedUpdateRefused",
    "ErrMySQLConnectionError",
    "ErrMySQLInvalidConfig",
    "ErrCaptureNotExist",
    "ErrSchedulerRequestFailed",
];

/// A refused request.
#[derive(Debug)]
pub(super) struct Refusal {
    pub status: u16,
    pub body: Value,
}

impl Refusal {
    /// `code` without `CDC:`. A code inside the message decides the status as well.
    pub(super) fn new(code: &str, message: &str) -> Self {
        let message = format!("[CDC:{code}]{message}");
        let status = if BAD_REQUEST.iter().any(|known| message.contains(&format!("CDC:{known}]"))) { 400 } else { 500 };
        Self { status, body: json!({ "error_msg": message, "error_code": format!("CDC:{code}") }) }
    }

    /// An error without a code of its own.
    pub(super) fn plain(message: &str) -> Self {
        Self { status: 500, body: json!({ "error_msg": message, "error_code": "" }) }
    }

    pub(super) fn unauthorized(code: &str, message: &str) -> Self {
        Self { status: 401, ..Self::new(code, message) }
    }

    pub(super) fn not_there(id: &str) -> Self {
        Self::new("ErrChangeFeedNotExists", &format!("changefeed not exists, {id}"))
    }

    pub(super) fn parameter(message: &str) -> Self {
        Self::new("ErrAPIInvalidParam", message)
    }
}
