//! Everything that can be said of a document without a connection.

mod addresses;
mod avro;
mod change;
mod column_selectors;
mod connectors;
mod dispatchers;
mod engine;
mod features;
mod identity;
mod kafka_client;
mod release;
mod repairs;
mod secrets;
mod source;
mod tables;
mod target;
mod traps;

use super::{Pipeline, shape};
use crate::Finding;
use crate::sink_uri::KafkaOptions;
use crate::ticdc::written;

pub use change::validate_change;
pub use tables::validate_tables;

/// All findings of a document, at once: errors first, otherwise in the order of the document's parts.
#[must_use]
pub fn validate(pipeline: &Pipeline) -> Vec<Finding> {
    let mut findings = Vec::new();
    // a document that has no JSON form cannot exist: its map keys are all text
    let document = serde_json::to_value(pipeline).unwrap_or_default();
    shape::check(&document, shape::DOCUMENT, "", &mut findings);
    let (options, option_findings) = KafkaOptions::read(pipeline);
    identity::check(pipeline, &mut findings);
    source::check(pipeline, &mut findings);
    dispatchers::check(pipeline, &mut findings);
    findings.extend(option_findings);
    let written = written(&pipeline.kafka.params, &document["changefeed"]["config"]);
    release::check(pipeline, &written, &mut findings);
    traps::check(pipeline, &written, &mut findings);
    features::check(pipeline, &mut findings);
    column_selectors::check(pipeline, &mut findings);
    addresses::check(pipeline, &options, &mut findings);
    kafka_client::check(pipeline, &options, &mut findings);
    avro::check(pipeline, &options, &mut findings);
    target::check(pipeline, &options, &mut findings);
    engine::check(pipeline, &mut findings);
    crate::ksql::check(pipeline, &mut findings);
    secrets::check(pipeline, &mut findings);
    connectors::check(pipeline, &mut findings);
    repairs::offer(pipeline, &mut findings);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

#[cfg(test)]
mod tests;
