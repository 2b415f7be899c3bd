//! From everything that was understood to one document.

use super::{Kind, Understood, apply};
use crate::Finding;
use crate::config::{Pipeline, new_document};

/// What a new document starts with, so that nothing of what was understood meets a default of ours: a changefeed that was
/// written down already brings its own dispatchers, topic and protocol.
#[must_use]
pub fn fresh(understood: &[Understood], name: &str) -> Pipeline {
    let is_changefeed = |one: &Understood| {
        matches!(one.kind, Kind::SinkUri | Kind::CdcCli | Kind::TiupCtl | Kind::ChangefeedToml | Kind::OpenApiJson | Kind::PipelineDocument)
    };
    if understood.iter().any(is_changefeed) { Pipeline::named(name) } else { new_document(name) }
}

/// Applies all, one after the other, and says what is worth saying of the whole: what one lacked and a later one brought is
/// not missing.
pub fn apply_all(understood: &[Understood], pipeline: &mut Pipeline) -> Vec<Finding> {
    let mut findings: Vec<Finding> = understood.iter().flat_map(|one| apply(one, pipeline)).collect();
    let has_endpoint = pipeline.schema_registry.as_ref().is_some_and(|registry| !registry.url.is_empty());
    findings.retain(|finding| !(has_endpoint && finding.code == "import-registry-endpoint-missing"));
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::recognise_all;

    const KEY: &str = "=== Confluent Cloud API key: lsrc-4k8w1x ===\nAPI key:\n7NBH2CAFM2LMGTH7\nAPI secret:\nr9+Tq/Wz3mK5xN7v\n";

    fn codes(text: &str) -> Vec<String> {
        let understood = recognise_all(text);
        let mut pipeline = fresh(&understood, "p");
        apply_all(&understood, &mut pipeline).into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn an_endpoint_that_comes_with_the_key_is_not_missing() {
        assert_eq!(codes(KEY), ["import-registry-endpoint-missing"]);
        assert!(codes(&format!("{KEY}\nhttps://psrc-9xyz1.us-east-2.aws.confluent.cloud\n")).is_empty());
    }

    #[test]
    fn a_changefeed_that_is_there_already_meets_no_default() {
        let dispatchers = |text: &str| fresh(&recognise_all(text), "p").changefeed.config.sink.dispatchers.len();
        assert_eq!((dispatchers(KEY), dispatchers("kafka://b:9092/t?protocol=avro")), (1, 0));
    }
}
