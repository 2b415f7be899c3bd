//! Findings: what is wrong with a document or a connection, all at once, each at its field.

use crate::fix::Fix;
use crate::path;
use serde::{Deserialize, Serialize};

/// How bad a finding is. `Error` refuses a launch, `Warning` asks for a look, `Info` explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing has to be done.
    Info,
    /// Works, but probably not as wanted.
    Warning,
    /// Refused: saving a draft is allowed, launching is not.
    Error,
}

/// One problem, with the place it is at and the way out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Finding {
    /// Path into the pipeline document, e.g. `changefeed.config.sink.dispatchers[0].topic` or, with dots in a key,
    /// `connectors[0].config."insert.mode"` ([`crate::path`]); empty for the whole.
    pub path: String,
    pub severity: Severity,
    /// Stable, documented in `docs/FINDINGS.md`, kebab-case, e.g. `unknown-key`.
    pub code: String,
    /// What is wrong, as a sentence for a person. Never holds a secret.
    pub message: String,
    /// What to do about it; empty when the message says it all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
    /// The way out as a change of the document, when it is a mechanical one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<Box<Fix>>,
}

impl Finding {
    #[must_use]
    pub fn new(severity: Severity, path: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self { path: path.into(), severity, code: code.to_owned(), message: message.into(), hint: String::new(), fix: None }
    }

    #[must_use]
    pub fn error(path: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, path, code, message)
    }

    #[must_use]
    pub fn warning(path: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, path, code, message)
    }

    #[must_use]
    pub fn info(path: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self::new(Severity::Info, path, code, message)
    }

    /// The same finding with advice.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// The same finding with a way out on one click. Its paths are relative to what the finding's own is relative to.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(Box::new(fix));
        self
    }

    /// The same finding, its path and those of its fix put below `prefix`.
    #[must_use]
    pub fn below(mut self, prefix: &str) -> Self {
        self.path = path::below(prefix, &self.path);
        self.fix = self.fix.map(|fix| Box::new(fix.below(prefix)));
        self
    }
}

/// Whether any finding refuses a launch.
#[must_use]
pub fn has_errors(findings: &[Finding]) -> bool {
    findings.iter().any(|f| f.severity == Severity::Error)
}
