#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::Pipeline;
use crate::import::{apply, recognise};
use serde_json::json;

fn applied(text: &str) -> (Kind, Pipeline, Vec<String>) {
    let understood = recognise(text);
    let mut pipeline = Pipeline::named("p");
    let mut findings = understood.findings.clone();
    findings.extend(apply(&understood, &mut pipeline));
    (understood.kind, pipeline, findings.into_iter().map(|f| f.code).collect())
}

#[test]
fn a_sink_uri_fills_brokers_topic_and_parameters() {
    let (kind, pipeline, codes) = applied(
        "\"kafka://pkc-abc.us-east-1.aws.confluent.cloud:9092/ticdc-meta?protocol=avro&replication-factor=3&enable-tls=true&sasl-user=KEY\
         &sasl-password=SECRET%2Bwith%2Fescapes&max-retry=007&schema-registry=https%3A%2F%2FSRKEY%3Aa%252Bb%40psrc-1.confluent.cloud\"",
    );
    assert_eq!((kind, codes), (Kind::SinkUri, Vec::new()));
    assert_eq!(pipeline.kafka.brokers, ["pkc-abc.us-east-1.aws.confluent.cloud:9092"]);
    assert_eq!(pipeline.kafka.topic, "ticdc-meta");
    assert_eq!(
        serde_json::Value::Object(pipeline.kafka.params),
        json!({"protocol": "avro", "replication-factor": 3, "enable-tls": true, "sasl-user": "KEY", "sasl-password": "SECRET+with/escapes", "max-retry": "007"})
    );
    let registry = pipeline.schema_registry.unwrap();
    assert_eq!(
        (registry.url.as_str(), registry.user.as_str(), registry.password.0.as_str()),
        ("https://psrc-1.confluent.cloud", "SRKEY", "a+b")
    );
}

#[test]
fn doubtful_secrets_in_a_sink_uri_are_told() {
    for (password, code, taken) in [
        ("a%252Bb", "import-double-encoded", Some("a%2Bb")),
        ("a+b", "sink-uri-plus", Some("a b")),
        ("xxxxx", "import-secret-masked", None),
        ("${SECRET_URLENCODED}", "", Some("env:SECRET")),
        ("50%", "sink-uri-param-dropped", None),
        ("half&hunter2", "import-stray-parameter", Some("half")),
    ] {
        let (_, pipeline, codes) = applied(&format!("kafka://h:9092/t?protocol=avro&sasl-password={password}"));
        assert_eq!(codes.first().map(String::as_str).unwrap_or_default(), code, "{password}");
        assert_eq!(pipeline.kafka.param("sasl-password").as_deref(), taken, "{password}");
    }
    for rest in ["hunter2", "hunter2=", "b&hunter2=c", "hunter2=c+d", "hunter2token=${A}"] {
        let understood = recognise(&format!("kafka://h:9092/t?sasl-password=half&{rest}"));
        assert!(!format!("{understood:?}").contains("hunter2"), "{understood:?}");
    }
    let (_, pipeline, codes) = applied("kafka://h:9092/t?sasl-password=half&hunter2=c&new-option=d");
    assert_eq!((pipeline.kafka.param("hunter2").as_deref(), pipeline.kafka.param("new-option").as_deref()), (Some("c"), Some("d")));
    assert_eq!(codes, ["unknown-param", "unknown-param"], "what nobody knows is kept");
    let understood = recognise("kafka://h:9092/t?sasl-password=a%252Bbc");
    let fact = understood.facts.iter().find(|fact| fact.label == "sasl-password").unwrap();
    assert_eq!(fact.value, "6 characters, 4 when decoded once more");
}

#[test]
fn unknown_parameters_are_kept_and_not_shown() {
    let understood = recognise("kafka://h:9092/t?sasl-pasword-x=hunter2&protocol=avro&compressionType=hunter2");
    assert!(!format!("{understood:?}").contains("hunter2"));
    let mut pipeline = Pipeline::named("p");
    apply(&understood, &mut pipeline);
    assert_eq!(pipeline.kafka.param("compressionType").as_deref(), Some("hunter2"));
}

#[test]
fn a_sink_uri_that_ticdc_refuses_changes_nothing() {
    let (kind, pipeline, codes) = applied("kafka://h:9092/");
    assert_eq!((kind, codes), (Kind::SinkUri, vec!["topic-missing".to_owned()]));
    assert_eq!(pipeline, Pipeline::named("p"));
    assert_eq!(recognise(&format!("kafka://h:9092/t?a={}", "x".repeat(20_000))).kind, Kind::Unknown);
}

#[test]
fn a_registry_is_told_from_other_services() {
    for (text, kind, code) in [
        ("https://psrc-1.us-east-2.aws.confluent.cloud", Kind::RegistryUrl, ""),
        ("http://u:p@localhost:8081/", Kind::RegistryUrl, ""),
        ("https://lsrc-1.confluent.cloud", Kind::RegistryUrl, "import-wrong-slot"),
        ("https://pkc-1.confluent.cloud:443", Kind::Unknown, "import-wrong-slot"),
        ("https://pksqlc-1.confluent.cloud:443", Kind::Unknown, "import-wrong-slot"),
        ("http://127.0.0.1:2379", Kind::Unknown, "import-wrong-slot"),
        ("https://u:se/cret@h", Kind::Unknown, "registry-url-invalid"),
    ] {
        let (found, _, codes) = applied(text);
        assert_eq!((found, codes.first().map(String::as_str).unwrap_or_default()), (kind, code), "{text}");
    }
}

#[test]
fn a_registry_url_gives_its_credentials_decoded() {
    let (_, pipeline, codes) = applied("https://SRKEY:a%2Fb+c@psrc-1.confluent.cloud/");
    let registry = pipeline.schema_registry.unwrap();
    assert_eq!(
        (registry.url.as_str(), registry.user.as_str(), registry.password.0.as_str()),
        ("https://psrc-1.confluent.cloud", "SRKEY", "a/b+c")
    );
    assert!(codes.is_empty());
    let (_, _, codes) = applied("https://SRKEY:a%252Fb@psrc-1.confluent.cloud/");
    assert_eq!(codes, ["import-double-encoded"]);
    let (_, pipeline, codes) = applied("https://<key>:<secret>@<endpoint>");
    assert_eq!(codes, ["import-placeholder"]);
    assert!(pipeline.schema_registry.is_none());
}

#[test]
fn brokers_on_a_line_are_taken_without_their_listener() {
    let (kind, pipeline, codes) = applied("SASL_SSL://pkc-1.confluent.cloud:9092");
    assert_eq!((kind, pipeline.kafka.brokers, codes), (Kind::ClientProperties, vec!["pkc-1.confluent.cloud:9092".to_owned()], Vec::new()));
    let (_, pipeline, codes) = applied("kafka://psrc-1.confluent.cloud:9092/t?protocol=avro");
    assert_eq!(codes, ["import-wrong-slot"]);
    assert!(pipeline.kafka.brokers.is_empty());
}

#[test]
fn raw_characters_in_a_registrys_credentials_are_told_and_taken() {
    for (password, code, taken) in [
        ("a<b", "import-registry-unencoded", "a<b"),
        ("é", "import-registry-unencoded", "é"),
        ("a%3Cb", "", "a<b"),
        ("${SECRET_URLENCODED}", "", "env:SECRET"),
    ] {
        let (_, pipeline, codes) = applied(&format!("https://k:{password}@psrc-1.confluent.cloud"));
        assert_eq!(codes.first().map(String::as_str).unwrap_or_default(), code, "{password}");
        assert_eq!(pipeline.schema_registry.unwrap().password.0, taken);
    }
}
