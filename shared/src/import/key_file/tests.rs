#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::Pipeline;
use crate::import::{KeySlot, apply, apply_to, recognise, recognise_all};

const CLUSTER: &str = "=== Confluent Cloud API key: lkc-7m2q9z ===\r\n\r\nAPI key:\r\nABCD1234EFGH5678\r\n\r\nAPI secret:\r\nk3+/x9Zsecret==\r\n\r\n\
    Bootstrap server:\r\npkc-1ab2c.ap-east-1.aws.confluent.cloud:9092\r\n";
const REGISTRY: &str = "\u{feff}=== Confluent Cloud API key: lsrc-x7yz1 ===\nAPI key:\n7NBH2CAFM2LMGTH7\nAPI secret:\ns+r/secret\n";

fn applied(text: &str) -> (Pipeline, Vec<String>) {
    let understood = recognise(text);
    let mut pipeline = Pipeline::named("p");
    let mut findings = understood.findings.clone();
    findings.extend(apply(&understood, &mut pipeline));
    (pipeline, findings.into_iter().map(|f| f.code).collect())
}

#[test]
fn a_cluster_key_goes_to_the_brokers() {
    let (pipeline, codes) = applied(CLUSTER);
    assert_eq!(pipeline.kafka.brokers, ["pkc-1ab2c.ap-east-1.aws.confluent.cloud:9092"]);
    let param = |name| pipeline.kafka.param(name).unwrap();
    assert_eq!((param("sasl-user"), param("sasl-password")), ("ABCD1234EFGH5678".to_owned(), "k3+/x9Zsecret==".to_owned()));
    assert_eq!((param("enable-tls"), param("sasl-mechanism"), param("replication-factor")), ("true".into(), "plain".into(), "3".into()));
    assert_eq!(codes, ["import-implied"; 3]);
    assert!(pipeline.schema_registry.is_none());
}

#[test]
fn a_registry_key_goes_to_the_registry_and_asks_for_its_endpoint() {
    let (pipeline, codes) = applied(REGISTRY);
    let registry = pipeline.schema_registry.unwrap();
    assert_eq!((registry.user.as_str(), registry.password.0.as_str()), ("7NBH2CAFM2LMGTH7", "s+r/secret"));
    assert_eq!(codes, ["import-registry-endpoint-missing"]);
    assert!(pipeline.kafka.params.is_empty());
}

#[test]
fn what_is_shown_holds_no_secret() {
    let understood = recognise(&format!("{CLUSTER}{REGISTRY}"));
    assert!(understood.title.contains("lkc-7m2q9z") && understood.title.contains("lsrc-x7yz1"), "{}", understood.title);
    let shown = format!("{understood:?}");
    assert!(shown.contains("15 characters") && !shown.contains("k3+/") && !shown.contains("s+r/"), "{shown}");
}

#[test]
fn keys_are_classified_by_their_resource() {
    for (header, expected, codes) in [
        ("lfcp-1", "Flink", vec!["import-key-no-place"]),
        ("tableflow", "Tableflow", vec!["import-key-no-place"]),
        ("global", "all resources", vec!["import-key-unclassified"]),
        ("what", "an unknown resource", vec!["import-key-unclassified"]),
    ] {
        let text = format!("=== Confluent Cloud API key: {header} ===\nAPI key:\nK\nAPI secret:\nsecret\n");
        let understood = recognise(&text);
        assert!(understood.title.contains(expected), "{}", understood.title);
        assert!(!understood.changes_document());
        let (pipeline, found) = applied(&text);
        assert_eq!(found, codes, "{header}");
        assert_eq!(pipeline, Pipeline::named("p"), "{header}: nothing is put anywhere");
    }
}

#[test]
fn keys_of_the_cloud_and_of_ksqldb_go_to_their_servers() {
    let text = |header: &str| format!("=== Confluent Cloud API key: {header} ===\nAPI key:\nABCD1234EFGH5678\nAPI secret:\ns3cret/+\n");
    let (pipeline, codes) = applied(&text("cloud"));
    let cloud = pipeline.confluent_cloud.unwrap();
    assert_eq!((cloud.api_key.as_str(), cloud.api_secret.0.as_str(), codes), ("ABCD1234EFGH5678", "s3cret/+", vec![]));
    let (pipeline, codes) = applied(&text("lksqlc-abc"));
    let server = pipeline.ksqldb_server.unwrap();
    assert_eq!((server.user.as_str(), server.password.0.as_str(), codes), ("ABCD1234EFGH5678", "s3cret/+", vec![]));
}

#[test]
fn the_cluster_that_connectors_need_is_known_from_its_key() {
    let mut pipeline = Pipeline::named("p");
    pipeline.confluent_cloud = Some(crate::config::ConfluentCloud::default());
    apply(&recognise(CLUSTER), &mut pipeline);
    assert_eq!(pipeline.confluent_cloud.as_ref().unwrap().cluster, "lkc-7m2q9z");
    pipeline.confluent_cloud.as_mut().unwrap().cluster = "lkc-mine".to_owned();
    apply(&recognise(CLUSTER), &mut pipeline);
    assert_eq!(pipeline.confluent_cloud.unwrap().cluster, "lkc-mine", "what a person chose stays");
}

#[test]
fn a_key_in_the_wrong_place_is_refused() {
    for (text, slot, code) in [
        (CLUSTER, KeySlot::Registry, Some("import-wrong-slot")),
        (REGISTRY, KeySlot::Kafka, Some("import-wrong-slot")),
        ("API key: K\nAPI secret: S\n", KeySlot::Kafka, None),
        ("API key: K\nAPI secret: S\n", KeySlot::Registry, None),
    ] {
        let mut pipeline = Pipeline::named("p");
        let findings = apply_to(&recognise(text), slot, &mut pipeline);
        assert_eq!(findings.iter().find(|f| f.code == "import-wrong-slot").map(|f| f.code.as_str()), code, "{text}");
        let user = match slot {
            KeySlot::Kafka => pipeline.kafka.param("sasl-user"),
            KeySlot::Registry => pipeline.schema_registry.map(|registry| registry.user),
            KeySlot::Cloud | KeySlot::Ksqldb => unreachable!("not in the table above"),
        };
        assert_eq!(user.is_some_and(|user| user == "K"), code.is_none(), "{text}");
    }
}

#[test]
fn what_the_command_line_prints_is_read_too() {
    let table = "It may take a couple of minutes for the API key to be ready.\n+------------+-------+\n| API Key    | KEY1  |\n| API Secret | se|cr |\n+----+\n";
    let table = table.replace("se|cr", "secr");
    let json = r#"{"api_key": "KEY1", "api_secret": "secr"}"#;
    for text in [table.as_str(), json, "Key: KEY1\nSecret: secr\n"] {
        let mut pipeline = Pipeline::named("p");
        apply_to(&recognise(text), KeySlot::Kafka, &mut pipeline);
        assert_eq!(pipeline.kafka.param("sasl-user").as_deref(), Some("KEY1"), "{text}");
        assert_eq!(pipeline.kafka.param("sasl-password").as_deref(), Some("secr"), "{text}");
    }
    let (_, codes) = applied(&table);
    assert!(codes.contains(&"import-lines-passed-over".to_owned()), "{codes:?}");
}

#[test]
fn context_classifies_a_key_without_header() {
    let with_bootstrap = recognise("API key: K\nAPI secret: S\nBootstrap server: SASL_SSL://pkc-1.confluent.cloud:9092");
    assert!(with_bootstrap.title.contains("a Kafka cluster"));
    let (pipeline, _) = applied("API key: K\nAPI secret: S\nEndpoint: https://psrc-1.confluent.cloud");
    let registry = pipeline.schema_registry.unwrap();
    assert_eq!((registry.url.as_str(), registry.user.as_str()), ("https://psrc-1.confluent.cloud", "K"));
}

#[test]
fn masked_missing_and_encoded_secrets_are_told() {
    for (secret, code) in
        [("****************", "import-secret-masked"), ("<api-secret>", "import-secret-masked"), ("a%2Bb", "import-secret-encoded")]
    {
        let (pipeline, codes) = applied(&format!("Resource: lkc-1\nAPI key: K\nAPI secret: {secret}\n"));
        assert!(codes.contains(&code.to_owned()), "{secret}: {codes:?}");
        assert_eq!(pipeline.kafka.param("sasl-password").is_some(), code == "import-secret-encoded");
    }
    let (_, codes) = applied("Resource: lkc-1\nAPI key: K\n");
    assert!(codes.contains(&"import-key-incomplete".to_owned()));
}

#[test]
fn another_value_is_replaced_and_said() {
    let mut pipeline = applied(CLUSTER).0;
    let other = CLUSTER.replace("pkc-1ab2c", "pkc-other").replace("k3+", "q9");
    let findings = apply(&recognise(&other), &mut pipeline);
    let paths: Vec<&str> = findings.iter().filter(|f| f.code == "import-replaced").map(|f| f.path.as_str()).collect();
    assert_eq!(paths, ["kafka.brokers", "kafka.params.sasl-password"]);
    assert!(apply(&recognise(&other), &mut pipeline).is_empty(), "the same again changes nothing");
}

#[test]
fn several_things_are_recognised_each() {
    let text = format!("{CLUSTER}\n{REGISTRY}\nhttps://psrc-1ab2c.us-east-2.aws.confluent.cloud\n");
    let kinds: Vec<Kind> = recognise_all(&text).iter().map(|understood| understood.kind).collect();
    assert_eq!(kinds, [Kind::ConfluentKeyFile, Kind::ConfluentKeyFile, Kind::RegistryUrl]);
    let many = "https://psrc-1.confluent.cloud\n".repeat(100);
    let found = recognise_all(&many);
    assert_eq!(found.len(), 64);
    assert_eq!(found[63].findings[0].code, "import-too-much");
}
