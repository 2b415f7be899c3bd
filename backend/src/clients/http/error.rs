//! What a remote system refused, and what to tell the person whose pipeline it is.

use super::Answer;
use crate::engine::error::{EngineError, ErrorKind};
use serde_json::Value;
use shared::{Finding, explain};

/// A reason beyond this many characters (stack traces) is cut for display.
const LONGEST_REASON: usize = 1_500;

/// What sort of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteErrorKind {
    /// The configured address is not one.
    Url,
    /// A certificate or key of ours cannot be used, or the server's is not trusted.
    Tls,
    /// No address, no connection, no answer in time.
    Unreachable,
    /// 401: who are you?
    Unauthorized,
    /// 403: you may not.
    Forbidden,
    /// 404.
    NotFound,
    /// 409: there already, or another operation is going on.
    Conflict,
    /// 400, 422: the request's content.
    Invalid,
    /// 429, still after waiting.
    TooMany,
    /// 5xx.
    Failing,
    /// An answer that this system does not give.
    Unexpected,
    /// A change would write back what the system shows in a secret's place: not sent.
    Masked,
}

/// A failed call. Its text never holds our secrets.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub struct RemoteError {
    pub system: &'static str,
    /// Section of the pipeline document.
    pub path: &'static str,
    pub kind: RemoteErrorKind,
    /// HTTP status; 0 when there was no answer.
    pub status: u16,
    /// The system's own code, e.g. `CDC:ErrChangeFeedAlreadyExists`, `40001`; empty when it gave none.
    pub code: String,
    /// The system's own message, or what went wrong without one; secrets redacted.
    pub reason: String,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl RemoteError {
    #[must_use]
    pub fn new(system: &'static str, path: &'static str, kind: RemoteErrorKind, status: u16, reason: String) -> Self {
        Self { system, path, kind, status, code: String::new(), reason, source: None }
    }

    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Whether nothing was sent: there was no connection, so nothing can have been done.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        let source = self.source.as_ref().and_then(|source| source.downcast_ref::<reqwest::Error>());
        source.is_some_and(reqwest::Error::is_connect)
    }

    pub(super) fn unreachable(system: &'static str, path: &'static str, base: &str, error: reqwest::Error) -> Self {
        // The URL would repeat the address; the causes below say the rest (refused, name not known, certificate).
        let error = error.without_url();
        let mut causes = Vec::new();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            causes.push(inner.to_string());
            cause = inner.source();
        }
        let deepest = causes.last().cloned().unwrap_or_default();
        let is_tls = causes.iter().any(|c| c.to_lowercase().contains("certificate") || c.contains("SSL") || c.contains("ssl"));
        let (kind, what) = match () {
            () if error.is_timeout() => (RemoteErrorKind::Unreachable, "gave no answer in time"),
            () if is_tls => (RemoteErrorKind::Tls, "could not agree on TLS"),
            () if error.is_connect() => (RemoteErrorKind::Unreachable, "could not be connected to"),
            () => (RemoteErrorKind::Unreachable, "broke the connection off"),
        };
        let reason = if deepest.is_empty() { format!("`{base}` {what}") } else { format!("`{base}` {what}: {deepest}") };
        Self::new(system, path, kind, 0, reason).caused_by(error)
    }

    pub(super) fn from_answer(system: &'static str, path: &'static str, answer: &Answer) -> Self {
        let status = answer.status.as_u16();
        let kind = match status {
            400 | 422 => RemoteErrorKind::Invalid,
            401 => RemoteErrorKind::Unauthorized,
            403 => RemoteErrorKind::Forbidden,
            404 => RemoteErrorKind::NotFound,
            409 => RemoteErrorKind::Conflict,
            429 => RemoteErrorKind::TooMany,
            500..=599 => RemoteErrorKind::Failing,
            _ => RemoteErrorKind::Unexpected,
        };
        let (code, reason) = match answer.json() {
            Some(body) => stated(&body),
            None => (String::new(), String::from_utf8_lossy(&answer.body).into_owned()),
        };
        Self { code, ..Self::new(system, path, kind, status, shorten(&shared::explain::redact(reason.trim()))) }
    }

    fn message(&self) -> String {
        let Self { system, status, .. } = self;
        let reason = if self.reason.is_empty() { "it gave no reason" } else { &self.reason };
        match self.kind {
            RemoteErrorKind::Url => format!("the address of {system} cannot be used: {reason}"),
            RemoteErrorKind::Tls => format!("no TLS with {system}: {reason}"),
            RemoteErrorKind::Unreachable => format!("{system} is not reachable: {reason}"),
            RemoteErrorKind::Unauthorized => format!("{system} refused the credentials (401): {reason}"),
            RemoteErrorKind::Forbidden => format!("{system} denied access (403): {reason}"),
            RemoteErrorKind::NotFound => format!("{system} does not know what was asked for ({status}): {reason}"),
            RemoteErrorKind::TooMany => format!("{system} gets too many requests (429): {reason}"),
            RemoteErrorKind::Failing => format!("{system} fails ({status}): {reason}"),
            RemoteErrorKind::Conflict | RemoteErrorKind::Invalid if *status == 0 => format!("nothing was sent to {system}: {reason}"),
            RemoteErrorKind::Conflict | RemoteErrorKind::Invalid => format!("{system} refused ({status}): {reason}"),
            RemoteErrorKind::Unexpected => format!("{system} answered unexpectedly ({status}): {reason}"),
            RemoteErrorKind::Masked => format!("{system} was not asked: {reason}"),
        }
    }

    /// Stable code for findings, documented in `docs/FINDINGS.md`.
    #[must_use]
    pub fn finding_code(&self) -> &'static str {
        match self.kind {
            RemoteErrorKind::Url => "remote-url-invalid",
            RemoteErrorKind::Tls => "remote-tls",
            RemoteErrorKind::Unreachable => "remote-unreachable",
            RemoteErrorKind::Unauthorized => "remote-unauthorized",
            RemoteErrorKind::Forbidden => "remote-forbidden",
            RemoteErrorKind::NotFound => "remote-not-found",
            RemoteErrorKind::Conflict => "remote-conflict",
            RemoteErrorKind::Invalid => "remote-refused",
            RemoteErrorKind::TooMany => "remote-too-many-requests",
            RemoteErrorKind::Failing => "remote-failing",
            RemoteErrorKind::Unexpected => "remote-unexpected",
            RemoteErrorKind::Masked => "remote-secret-masked",
        }
    }

    /// The same as a finding at the system's section of the document, or at the field in it that the failure speaks of. Where the error explainer knows the reason, its fix is
    /// the hint.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let known = explain::explain(&self.reason).into_iter().next();
        let hint = known.map_or_else(|| self.advice().to_owned(), |explanation| explanation.advice());
        Finding::error(self.field(), self.finding_code(), self.message()).hint(hint)
    }

    /// Sections that describe a service have the same fields; the others are told as they are.
    fn field(&self) -> String {
        let is_cloud = self.path == "confluent_cloud";
        let field = match self.kind {
            _ if !is_cloud && !matches!(self.path, "connect" | "ksqldb_server") => "",
            RemoteErrorKind::Url | RemoteErrorKind::Unreachable => ".url",
            RemoteErrorKind::Tls => {
                if is_cloud {
                    ".url"
                } else {
                    ".ca"
                }
            }
            RemoteErrorKind::Unauthorized => {
                if is_cloud {
                    ".api_key"
                } else {
                    ".user"
                }
            }
            _ => "",
        };
        format!("{}{field}", self.path)
    }

    fn advice(&self) -> &'static str {
        match self.kind {
            RemoteErrorKind::Url => "write `http://host:port` or `https://host`; user and password have fields of their own",
            RemoteErrorKind::Tls => "give the authority that signed the server's certificate as `ca`, and check host name and dates",
            RemoteErrorKind::Unreachable => "check host and port, that the service runs, and the network between here and there",
            RemoteErrorKind::Unauthorized => "check user and secret: each service has keys of its own, and another one's do not open it",
            RemoteErrorKind::Forbidden => "grant this key or user the right that the message names",
            RemoteErrorKind::NotFound => "check the address and the names in it",
            RemoteErrorKind::Conflict => "something of that name is there, or an operation is going on: look at it first, then try again",
            RemoteErrorKind::Invalid => "change what the message names",
            RemoteErrorKind::TooMany => "wait a minute and try again; fewer studios or scripts at one account help",
            RemoteErrorKind::Failing => "this passes when the service recovers; look into its log when it does not",
            RemoteErrorKind::Masked => "give the secret itself with the change: the server shows only a mask of it",
            RemoteErrorKind::Unexpected => "check that the address is this service's and not a proxy's or a console's page",
        }
    }
}

/// Code and message of an error body, in the shapes that TiCDC, Kafka Connect, ksqlDB and Confluent Cloud have.
fn stated(body: &Value) -> (String, String) {
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    if let Some(first) = body.get("errors").and_then(|errors| errors.get(0)) {
        let detail = text(first.get("detail").or_else(|| first.get("title")));
        return (text(first.get("code").or_else(|| first.get("status"))), detail);
    }
    let inner = body.get("error").filter(|error| error.is_object()).unwrap_or(body);
    let message = ["message", "error_msg", "detail", "error"].into_iter().map(|key| text(inner.get(key))).find(|text| !text.is_empty());
    (text(inner.get("error_code").or_else(|| inner.get("code"))), message.unwrap_or_else(|| body.to_string()))
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl From<RemoteError> for EngineError {
    fn from(error: RemoteError) -> Self {
        let kind = match error.kind {
            RemoteErrorKind::Unreachable | RemoteErrorKind::TooMany | RemoteErrorKind::Failing => ErrorKind::Transient,
            RemoteErrorKind::Unauthorized | RemoteErrorKind::Forbidden => ErrorKind::Denied,
            _ => ErrorKind::Config,
        };
        EngineError::new(kind, error.finding()).caused_by(error)
    }
}
