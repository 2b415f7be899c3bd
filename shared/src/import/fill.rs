//! From everything that was understood to one document.

use super::{KeySlot, Kind, Understood, apply, apply_to};
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
/// not missing. An API key of which nothing says what it opens goes into `slot`.
pub fn apply_all(understood: &[Understood], slot: Option<KeySlot>, pipeline: &mut Pipeline) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for one in understood {
        findings.extend(match slot {
            Some(slot) if one.needs_slot() => apply_to(one, slot, pipeline),
            _ => apply(one, pipeline),
        });
    }
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
        apply_all(&understood, None, &mut pipeline).into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn an_endpoint_that_comes_with_the_key_is_not_missing() {
        assert_eq!(codes(KEY), ["import-registry-endpoint-missing"]);
        assert!(codes(&format!("{KEY}\nhttps://psrc-9xyz1.us-east-2.aws.confluent.cloud\n")).is_empty());
    }

    #[test]
    fn a_key_of_which_nothing_is_said_goes_where_a_person_points() {
        let understood = recognise_all("API key:\nABCD1234EFGH5678\nAPI secret:\nk3+/x9Zq8vT1nW5m\n");
        assert!(understood[0].needs_slot());
        let mut pipeline = Pipeline::named("p");
        apply_all(&understood, None, &mut pipeline);
        assert_eq!(pipeline, Pipeline::named("p"));
        apply_all(&understood, Some(KeySlot::Registry), &mut pipeline);
        assert_eq!(pipeline.schema_registry.map(|registry| registry.user), Some("ABCD1234EFGH5678".to_owned()));
    }

    #[test]
    fn a_changefeed_that_is_there_already_meets_no_default() {
        let dispatchers = |text: &str| fresh(&recognise_all(text), "p").changefeed.config.sink.dispatchers.len();
        assert_eq!((dispatchers(KEY), dispatchers("kafka://b:9092/t?protocol=avro")), (1, 0));
    }
}
