//! How pasted secrets look.

use crate::Finding;
use crate::config::Pipeline;
use crate::secret::SecretRef;

pub(super) fn check(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    // the visitor wants to change things; a copy may be looked at
    pipeline.clone().for_each_secret(&mut |path, text| {
        if text.trim().len() != text.len() {
            findings.push(
                Finding::warning(path, "white-space-around-secret", "The secret has white space or a line break around it.")
                    .hint("Saving removes it."),
            );
        }
        let reference = SecretRef::parse(text);
        if reference.is_inline() && looks_encoded(text) {
            findings.push(
                Finding::warning(path, "secret-looks-encoded", "The secret looks percent-encoded already.")
                    .hint("Store the raw secret: it is encoded where a URL needs it."),
            );
        } else if reference.is_inline() && goes_into_url(path) && text.contains(is_reserved) {
            findings.push(
                Finding::info(
                    path,
                    "secret-encoded-on-export",
                    "The secret has characters that a URL cannot hold: on export they are percent-encoded.",
                )
                .hint("For example `+` becomes `%2B`."),
            );
        }
    });
}

fn is_reserved(c: char) -> bool {
    !(c.is_ascii_alphanumeric() || "-._~".contains(c))
}

fn goes_into_url(path: &str) -> bool {
    path.starts_with("kafka.params.") || path == "schema_registry.password"
}

/// `%2B` and no other character that would have to be encoded.
fn looks_encoded(secret: &str) -> bool {
    let is_escape = |at: usize| secret.get(at + 1..at + 3).is_some_and(|digits| digits.chars().all(|c| c.is_ascii_hexdigit()));
    let mut escapes = secret.match_indices('%').peekable();
    escapes.peek().is_some() && escapes.all(|(at, _)| is_escape(at)) && !secret.contains(|c| c != '%' && is_reserved(c))
}
