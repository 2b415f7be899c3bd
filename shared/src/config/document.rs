//! TOML text to document and back.

use super::Pipeline;
use crate::Finding;

/// A text that is no pipeline document.
#[derive(Debug, thiserror::Error)]
#[error("not a pipeline document")]
pub struct ParseError {
    pub findings: Vec<Finding>,
}

/// Reads a document. Unknown keys are kept, and reported by `validate`.
///
/// # Errors
/// Findings with line and column when the text is not TOML or a known key has a value of the wrong type.
pub fn parse(text: &str) -> Result<Pipeline, ParseError> {
    toml::from_str(text)
        .map_err(|error| ParseError { findings: vec![Finding::error("", "document-unreadable", error.message().to_owned())] })
}

/// The document as TOML.
#[must_use]
pub fn render(pipeline: &Pipeline) -> String {
    toml::to_string_pretty(pipeline).expect("a document has a TOML form")
}
