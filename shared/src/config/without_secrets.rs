//! A document without what must not be written anywhere.

use super::Pipeline;
use crate::secret::SecretRef;

/// The document without secrets that stand in it as such, and how many there were. References stay: they tell nothing.
#[must_use]
pub fn without_typed_secrets(pipeline: &Pipeline) -> (Pipeline, usize) {
    let mut pipeline = pipeline.clone();
    // credentials inside URLs get fields of their own first
    pipeline.normalise();
    let mut dropped = 0;
    pipeline.for_each_secret(&mut |_, text| {
        if SecretRef::parse(text).is_inline() {
            text.clear();
            dropped += 1;
        }
    });
    (pipeline, dropped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Connector;

    #[test]
    fn typed_secrets_are_gone_wherever_they_stand_and_references_stay() {
        let mut pipeline = Pipeline::named("p");
        "mysql://root:hunter2@db:3306".clone_into(&mut pipeline.source.url);
        pipeline.kafka.params.insert("sasl-password".to_owned(), "hunter2".into());
        pipeline.schema_registry.get_or_insert_default().password.0 = "store:registry".to_owned();
        let config = [("connection.password".to_owned(), "hunter2".into())].into_iter().collect();
        pipeline.connectors.push(Connector { config, ..Connector::default() });
        let (without, dropped) = without_typed_secrets(&pipeline);
        let text = serde_json::to_string(&without).expect("a document is JSON");
        assert!(!text.contains("hunter2"), "{text}");
        assert!(text.contains("store:registry") && dropped == 3, "{dropped}: {text}");
    }
}
