//! How pasted secrets look.

use crate::Finding;
use crate::config::Pipeline;
use crate::secret::{self, SecretRef, looks_encoded};
use crate::sink_uri::escape::is_unreserved;

pub(super) fn check(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    // the visitor wants to change things; a copy may be looked at
    pipeline.clone().for_each_secret(&mut |path, text| {
        findings.extend(secret::findings(path, text));
        let is_raw = SecretRef::parse(text).is_inline() && !looks_encoded(text);
        if is_raw && goes_into_url(path) && text.contains(|c| !is_unreserved(c)) {
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
    check_pairs(pipeline, findings);
}

fn goes_into_url(path: &str) -> bool {
    path.starts_with("kafka.params.") || path == "schema_registry.password"
}

/// The brokers' key with its secret, and the registry's.
fn check_pairs(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    const KEY: &str = "sasl-user";
    const SECRET: &str = "sasl-password";
    if let (Some(key), Some(secret)) = (pipeline.kafka.param(KEY), pipeline.kafka.param(SECRET)) {
        findings.extend(secret::pair_findings(&format!("kafka.params.{KEY}"), &key, &format!("kafka.params.{SECRET}"), &secret));
    }
    if let Some(registry) = &pipeline.schema_registry {
        findings.extend(secret::pair_findings("schema_registry.user", &registry.user, "schema_registry.password", &registry.password.0));
    }
}
