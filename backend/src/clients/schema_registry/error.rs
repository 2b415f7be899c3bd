//! What a registry refuses and why, and what to tell the person whose pipeline it is.

use serde::Deserialize;
use shared::Finding;

use super::transport::Answer;
use crate::engine::error::{EngineError, ErrorKind};

/// Where the registry is configured in a pipeline document.
const PATH: &str = "schema_registry";
/// A message beyond this many characters (a registry repeats both schemas) is cut for display.
const LONGEST_REASON: usize = 800;

/// What sort of refusal it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegistryErrorKind {
    /// The configured address is not one.
    Url,
    /// No connection, no TLS, no answer in time.
    Unreachable,
    /// 401 or 403.
    Denied,
    /// 409: the subject's earlier schemas and its compatibility level forbid this one.
    Incompatible,
    /// 422: not a schema, or not one this registry takes.
    Invalid,
    /// 404.
    NotFound,
    /// 429 or 5xx, still after retries.
    Failing,
    /// An answer that no Schema Registry gives.
    Unexpected,
}

/// A failed call. Its text never holds the password.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub struct RegistryError {
    pub kind: RegistryErrorKind,
    /// HTTP status; 0 when there was no answer.
    pub status: u16,
    /// The registry's own `error_code`, e.g. 42201; 0 when it gave none.
    pub error_code: i64,
    /// The registry's own message, or what went wrong without one.
    pub reason: String,
    /// The subject asked about; empty when the call was not about one.
    pub subject: String,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

#[derive(Deserialize)]
struct ErrorBody {
    #[serde(default)]
    error_code: i64,
    #[serde(default)]
    message: String,
}

impl RegistryError {
    fn new(kind: RegistryErrorKind, status: u16, reason: String, subject: &str) -> Self {
        Self { kind, status, error_code: 0, reason, subject: subject.to_owned(), source: None }
    }

    pub(super) fn url(reason: String) -> Self {
        Self::new(RegistryErrorKind::Url, 0, reason, "")
    }

    pub(super) fn unreachable(base: &str, subject: &str, error: reqwest::Error) -> Self {
        let what = match () {
            () if error.is_timeout() => "gave no answer in time",
            () if error.is_connect() => "could not be connected to",
            () => "broke the connection off",
        };
        // The URL would repeat the base address; the causes below say the rest (refused, name not known, certificate).
        let error = error.without_url();
        let mut reason = format!("`{base}` {what}");
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            if inner.source().is_none() {
                reason = format!("{reason}: {inner}");
            }
            cause = inner.source();
        }
        Self::new(RegistryErrorKind::Unreachable, 0, reason, subject).caused_by(error)
    }

    /// From an answer whose status is not a success.
    pub(super) fn from_answer(answer: &Answer, subject: &str) -> Self {
        let kind = match answer.status {
            401 | 403 => RegistryErrorKind::Denied,
            404 => RegistryErrorKind::NotFound,
            409 => RegistryErrorKind::Incompatible,
            422 => RegistryErrorKind::Invalid,
            429 | 500..=599 => RegistryErrorKind::Failing,
            _ => RegistryErrorKind::Unexpected,
        };
        // The HTTP status decides; `error_code` differs between versions (409 and 40901) and a proxy sends no JSON at all.
        match serde_json::from_slice::<ErrorBody>(&answer.body) {
            Ok(body) => Self { error_code: body.error_code, ..Self::new(kind, answer.status, shorten(&body.message), subject) },
            Err(_) => Self::new(kind, answer.status, shorten(&String::from_utf8_lossy(&answer.body)), subject),
        }
    }

    /// From a dry run: what a registration would be answered.
    pub(super) fn incompatible(subject: &str, messages: &[String]) -> Self {
        Self::new(RegistryErrorKind::Incompatible, 0, shorten(&messages.join("; ")), subject)
    }

    /// From an answer whose status is a success and whose body is not what was asked for.
    pub(super) fn unexpected(answer: &Answer, subject: &str, why: &str) -> Self {
        Self::new(RegistryErrorKind::Unexpected, answer.status, why.to_owned(), subject)
    }

    pub(super) fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    fn message(&self) -> String {
        let Self { status, reason, subject, .. } = self;
        let reason = if reason.is_empty() { "it gave no reason" } else { reason };
        let about = if subject.is_empty() { String::new() } else { format!(" for subject `{subject}`") };
        match self.kind {
            RegistryErrorKind::Url => format!("the registry's address cannot be used: {reason}"),
            RegistryErrorKind::Unreachable => format!("the schema registry is not reachable: {reason}"),
            RegistryErrorKind::Denied if *status == 401 => format!("the schema registry refused the credentials{about} (401): {reason}"),
            RegistryErrorKind::Denied => format!("the schema registry denied access{about} ({status}): {reason}"),
            RegistryErrorKind::Incompatible => format!("the schema is incompatible with earlier ones{about}: {reason}"),
            RegistryErrorKind::Invalid => format!("the schema registry does not take the schema{about} as valid: {reason}"),
            RegistryErrorKind::NotFound => format!("the schema registry does not know what was asked for{about} (404): {reason}"),
            RegistryErrorKind::Failing => format!("the schema registry fails{about} ({status}): {reason}"),
            RegistryErrorKind::Unexpected => format!("the schema registry answered unexpectedly{about} ({status}): {reason}"),
        }
    }

    /// Stable code for findings, documented in `docs/FINDINGS.md`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            RegistryErrorKind::Url => "registry-url-invalid",
            RegistryErrorKind::Unreachable => "registry-unreachable",
            RegistryErrorKind::Denied => "registry-denied",
            RegistryErrorKind::Incompatible => "schema-incompatible",
            RegistryErrorKind::Invalid => "schema-invalid",
            RegistryErrorKind::NotFound | RegistryErrorKind::Failing | RegistryErrorKind::Unexpected => "registry-error",
        }
    }

    /// The same as a finding at the registry's section of the document, with advice.
    #[must_use]
    pub fn finding(&self) -> Finding {
        Finding::error(PATH, self.code(), self.message()).hint(self.advice())
    }

    fn advice(&self) -> &'static str {
        match self.kind {
            RegistryErrorKind::Url => "write `http://host:port` or `https://host`, credentials in `user` and `password`",
            RegistryErrorKind::Unreachable => "check host and port, the network between here and there, and for https the certificate",
            RegistryErrorKind::Denied if self.status == 401 => {
                "use a Schema Registry API key (the key file's header says `lsrc-…`); a Kafka cluster key (`lkc-…`) does not open the registry"
            }
            RegistryErrorKind::Denied => "grant this key write access to the subject (Confluent Cloud: role DeveloperWrite)",
            RegistryErrorKind::Incompatible => incompatibility_advice(&self.reason),
            RegistryErrorKind::Invalid => "a column or table name may be illegal in Avro, or the registry does not take Avro here",
            RegistryErrorKind::NotFound => "check that the address is the registry's base address, without a path below it",
            RegistryErrorKind::Failing => "this passes when the registry recovers; look into its log when it does not",
            RegistryErrorKind::Unexpected => "check that the address is a Schema Registry's and not a proxy's or a console's page",
        }
    }
}

/// The registry names the broken rule; each has its own cause in a table's history.
fn incompatibility_advice(reason: &str) -> &'static str {
    let rules = [
        (
            "READER_FIELD_MISSING_DEFAULT_VALUE",
            "a NOT NULL column without default was added (or one was dropped, under FORWARD): give the column a default or make it \
             nullable, set the subject's compatibility to NONE or FORWARD for this change, or start a new topic",
        ),
        (
            "writer type: NULL",
            "a nullable column became NOT NULL, which old rows may contradict: keep it nullable, set the subject's compatibility to \
             FORWARD or NONE for this change, or start a new topic",
        ),
        (
            "MISSING_UNION_BRANCH",
            "a nullable column's type changed to one that cannot hold its old values: widen it instead, set the subject's \
             compatibility to NONE for this change, or start a new topic",
        ),
        (
            "NAME_MISMATCH",
            "the record is named after its table, and this subject belongs to another one: give each table a topic of its own \
             (`{schema}_{table}`), or a new topic after renaming a table",
        ),
        (
            "TYPE_MISMATCH",
            "a column's type changed to one that cannot hold its old values (INT to BIGINT can, BIGINT to INT and number to text \
             cannot): widen it instead, set the subject's compatibility to NONE for this change, or start a new topic",
        ),
    ];
    rules.iter().find(|(rule, _)| reason.contains(rule)).map_or(
        "change the table so that old rows stay readable, relax the subject's compatibility for this change, or start a new topic",
        |(_, advice)| advice,
    )
}

fn shorten(text: &str) -> String {
    match text.char_indices().nth(LONGEST_REASON) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.trim().to_owned(),
    }
}

impl From<RegistryError> for EngineError {
    fn from(error: RegistryError) -> Self {
        let kind = match error.kind {
            RegistryErrorKind::Url | RegistryErrorKind::NotFound | RegistryErrorKind::Unexpected => ErrorKind::Config,
            RegistryErrorKind::Unreachable | RegistryErrorKind::Failing => ErrorKind::Transient,
            RegistryErrorKind::Denied => ErrorKind::Denied,
            RegistryErrorKind::Incompatible => ErrorKind::Incompatible,
            RegistryErrorKind::Invalid => ErrorKind::Schema,
        };
        EngineError::new(kind, error.finding()).caused_by(error)
    }
}
