//! The worked flow of TiDB's page "Integrate Data with Confluent Cloud": what its reader has at hand is pasted, one thing after
//! another.

use super::{corpus_file, pasted_into};
use shared::config::{Pipeline, parse, render};
use shared::import::{Kind, recognise_all};

const ENDPOINT: &str = "https://psrc-1ab2c.us-east-2.aws.confluent.cloud\n";

fn keys_and_endpoint() -> String {
    format!("{}\n{}\n{ENDPOINT}", corpus_file("guide/cluster-key.txt"), corpus_file("guide/registry-key.txt"))
}

#[test]
fn both_key_files_and_the_endpoint_in_one_paste_fill_the_right_slots() {
    let text = keys_and_endpoint();
    let kinds: Vec<Kind> = recognise_all(&text).iter().map(|understood| understood.kind).collect();
    assert_eq!(kinds, [Kind::ConfluentKeyFile, Kind::ConfluentKeyFile, Kind::RegistryUrl]);
    let (pipeline, findings) = pasted_into(Pipeline::named("tpcc-to-confluent"), &text);
    assert_eq!(render(&pipeline), corpus_file("guide/pipeline.toml"));
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["import-implied"; 3], "TLS, PLAIN and the replication factor");
}

#[test]
fn three_pastes_give_the_same_as_one_in_any_order() {
    let expected = parse(&corpus_file("guide/pipeline.toml")).unwrap();
    let [cluster, registry] = ["guide/cluster-key.txt", "guide/registry-key.txt"].map(corpus_file);
    for order in [[&*cluster, &registry, ENDPOINT], [ENDPOINT, &registry, &cluster], [&registry, &cluster, ENDPOINT]] {
        let pipeline = order.iter().fold(Pipeline::named("tpcc-to-confluent"), |pipeline, text| pasted_into(pipeline, text).0);
        assert_eq!(pipeline, expected);
    }
}

#[test]
fn the_pages_configuration_and_command_complete_the_document() {
    let pipeline = Pipeline::named("tpcc-to-confluent");
    let (pipeline, _) = pasted_into(pipeline, &keys_and_endpoint());
    let (pipeline, findings) = pasted_into(pipeline, &corpus_file("guide/changefeed.conf"));
    assert!(findings.is_empty(), "{findings:?}");
    let dispatcher = &pipeline.changefeed.config.sink.dispatchers[0];
    assert_eq!((dispatcher.topic.as_str(), dispatcher.partition.as_str()), ("tidb_{schema}_{table}", "index-value"));
    let before = pipeline.clone();
    let (pipeline, findings) = pasted_into(pipeline, &corpus_file("guide/create-changefeed.sh"));
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    // nothing is replaced: the command has the same keys, percent-encoded
    assert_eq!(codes, ["import-config-file", "import-source-tidb"]);
    assert_eq!(pipeline.schema_registry, before.schema_registry);
    assert_eq!((pipeline.kafka.topic.as_str(), pipeline.changefeed.id.as_str()), ("ticdc-meta", "confluent-changefeed"));
    assert_eq!(pipeline.kafka.param("auto-create-topic").as_deref(), Some("true"));
}
