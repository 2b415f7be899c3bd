//! Everything that can be said of a document without a connection.

mod addresses;
mod avro;
mod change;
mod connectors;
mod dispatchers;
mod identity;
mod repairs;
mod secrets;
mod source;
mod tables;
mod target;

use super::{Pipeline, shape};
use crate::Finding;
use crate::sink_uri::KafkaOptions;

pub use change::validate_change;
pub(in crate::config) use connectors::bare_private_key;
pub use tables::validate_tables;

/// All findings of a document, at once: errors first, otherwise in the order of the document's parts.
#[must_use]
pub fn validate(pipeline: &Pipeline) -> Vec<Finding> {
    let mut findings = Vec::new();
    // a document that has no JSON form cannot exist: its map keys are all text
    if let Ok(value) = serde_json::to_value(pipeline) {
        shape::check(&value, shape::DOCUMENT, "", &mut findings);
    }
    let (options, option_findings) = KafkaOptions::read(pipeline);
    identity::check(pipeline, &mut findings);
    source::check(pipeline, &mut findings);
    dispatchers::check(pipeline, &mut findings);
    findings.extend(option_findings);
    addresses::check(pipeline, &options, &mut findings);
    avro::check(pipeline, &options, &mut findings);
    target::check(pipeline, &options, &mut findings);
    secrets::check(pipeline, &mut findings);
    connectors::check(pipeline, &mut findings);
    repairs::offer(pipeline, &mut findings);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

#[cfg(test)]
mod tests;
