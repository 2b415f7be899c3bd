#![allow(clippy::unwrap_used)]

use super::*;
use crate::import::{recognise, recognise_all};

fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn a_source_that_was_chosen_stays() {
    let mut pipeline = Pipeline::named("p");
    pipeline.source.kind = SourceKind::Mysql;
    apply(&recognise("cdc cli changefeed create -c a"), &mut pipeline);
    assert_eq!(pipeline.source.kind, SourceKind::Mysql);
}

#[test]
fn a_connector_read_back_keeps_the_secrets_of_the_document() {
    let mut pipeline = Pipeline::named("p");
    let text = |password: &str, host: &str| {
        format!(
            r#"{{"name": "c", "config": {{"connector.class": "MySqlSink", "connection.password": "{password}", "connection.host": "{host}"}}}}"#
        )
    };
    assert!(apply(&recognise(&text("s3cret", "a")), &mut pipeline).is_empty());
    let understood = recognise(&text("****************", "b"));
    assert_eq!(codes(&understood.findings), ["import-secret-masked"]);
    assert_eq!(codes(&apply(&understood, &mut pipeline)), ["import-replaced"]);
    assert_eq!(pipeline.connectors.len(), 1);
    assert_eq!(pipeline.connectors[0].config["connection.password"], "s3cret");
    assert_eq!(pipeline.connectors[0].config["connection.host"], "b");
}

#[test]
fn a_statement_of_the_same_name_is_replaced() {
    let mut pipeline = Pipeline::named("p");
    let text = |topic: &str| format!("CREATE STREAM orders WITH (KAFKA_TOPIC='{topic}');");
    assert!(apply(&recognise(&text("a")), &mut pipeline).is_empty());
    assert_eq!(codes(&apply(&recognise(&text("b")), &mut pipeline)), ["import-replaced"]);
    assert_eq!(pipeline.ksqldb.len(), 1);
}

#[test]
fn a_document_replaces_a_document_and_says_so() {
    let text = "version = 1\nname = \"a\"\n[kafka]\nbrokers = [\"h:1\"]\ntopic = \"t\"\n";
    let mut pipeline = Pipeline::named("p");
    assert!(apply(&recognise(text), &mut pipeline).is_empty(), "an empty document has nothing to lose");
    assert_eq!((pipeline.name.as_str(), pipeline.kafka.topic.as_str()), ("a", "t"));
    let findings = apply(&recognise(&text.replace("h:1", "h:2")), &mut pipeline);
    assert_eq!(codes(&findings), ["import-replaced"]);
}

#[test]
fn a_key_kind_says_where_it_fits() {
    assert!(KeyKind::Global.fits(KeySlot::Kafka) && KeyKind::Global.fits(KeySlot::Registry));
    assert!(!KeyKind::Cloud.fits(KeySlot::Kafka) && !KeyKind::Cluster.fits(KeySlot::Registry));
    assert_eq!(recognise_all("").len(), 1);
}
