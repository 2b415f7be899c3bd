//! What is understood of the page's material, in whatever order it is pasted.

use super::{golden, keys_and_endpoint, pasted, pasted_into};
use shared::config::{Pipeline, render};
use shared::import::{Kind, recognise_all};

#[test]
fn both_key_files_and_the_endpoint_in_one_paste_fill_the_right_slots() {
    let text = keys_and_endpoint();
    let kinds: Vec<Kind> = recognise_all(&text).iter().map(|understood| understood.kind).collect();
    assert_eq!(kinds, [Kind::ConfluentKeyFile, Kind::ConfluentKeyFile, Kind::RegistryUrl]);
    let (pipeline, findings) = pasted_into(Pipeline::named("tpcc-to-confluent"), &text);
    golden::check("after-the-keys.toml", &render(&pipeline));
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    assert_eq!(codes, ["import-implied"; 3], "TLS, PLAIN and the replication factor");
}

#[test]
fn three_pastes_give_the_same_as_one_in_any_order() {
    let (expected, _) = pasted_into(Pipeline::named("tpcc-to-confluent"), &keys_and_endpoint());
    let [cluster, registry, endpoint] = ["cluster-key.txt", "registry-key.txt", "registry-endpoint.txt"].map(pasted);
    for order in [[&cluster, &registry, &endpoint], [&endpoint, &registry, &cluster], [&registry, &cluster, &endpoint]] {
        let pipeline = order.iter().fold(Pipeline::named("tpcc-to-confluent"), |pipeline, text| pasted_into(pipeline, text).0);
        assert_eq!(pipeline, expected);
    }
}

#[test]
fn the_pages_configuration_and_command_complete_the_document() {
    let pipeline = Pipeline::named("tpcc-to-confluent");
    let (pipeline, _) = pasted_into(pipeline, &keys_and_endpoint());
    let (pipeline, findings) = pasted_into(pipeline, &pasted("changefeed.conf"));
    assert!(findings.is_empty(), "{findings:?}");
    let dispatcher = &pipeline.changefeed.config.sink.dispatchers[0];
    assert_eq!((dispatcher.topic.as_str(), dispatcher.partition.as_str()), ("tidb_{schema}_{table}", "index-value"));
    let before = pipeline.clone();
    let (pipeline, findings) = pasted_into(pipeline, &pasted("create-changefeed.sh"));
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    // nothing is replaced: the command has the same keys, percent-encoded
    assert_eq!(codes, ["import-config-file", "import-source-tidb"]);
    assert_eq!(pipeline.schema_registry, before.schema_registry);
    assert_eq!((pipeline.kafka.topic.as_str(), pipeline.changefeed.id.as_str()), ("ticdc-meta", "confluent-changefeed"));
    assert_eq!(pipeline.kafka.param("auto-create-topic").as_deref(), Some("true"));
}
