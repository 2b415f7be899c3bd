#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::Pipeline;
use crate::import::{apply, recognise as recognise_text};

fn applied(text: &str) -> (Kind, Pipeline, Vec<String>) {
    let understood = recognise_text(text);
    let mut pipeline = Pipeline::named("p");
    let mut findings = understood.findings.clone();
    findings.extend(apply(&understood, &mut pipeline));
    (understood.kind, pipeline, findings.into_iter().map(|f| f.code).collect())
}

#[test]
fn java_properties_are_understood() {
    let (kind, pipeline, codes) = applied(
        "# Required\nbootstrap.servers=SASL_SSL://pkc-1.confluent.cloud:9092,b:9092\nsecurity.protocol=SASL_SSL\nsasl.mechanism=PLAIN\n\
         sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule \\\n   required username='KEY' \\\n   password=\"a\\\\\"b\\\\\\\\c=;d\";\n\
         client.dns.lookup=use_all_dns_ips\nsession.timeout.ms=45000\nacks=all\nschema.registry.url=https://psrc-1.confluent.cloud\n\
         basic.auth.credentials.source=USER_INFO\nbasic.auth.user.info=SR:s+e:c\nlinger.ms=5\n",
    );
    assert_eq!((kind, codes), (Kind::ClientProperties, vec!["import-not-taken".to_owned()]));
    assert_eq!(pipeline.kafka.brokers, ["pkc-1.confluent.cloud:9092", "b:9092"]);
    let param = |name| pipeline.kafka.param(name).unwrap_or_default();
    assert_eq!(["enable-tls", "sasl-mechanism", "sasl-user", "sasl-password"].map(param), ["true", "plain", "KEY", r#"a"b\c=;d"#]);
    assert!(pipeline.kafka.param("required-acks").is_none());
    let registry = pipeline.schema_registry.clone().unwrap();
    assert_eq!(
        (registry.url.as_str(), registry.user.as_str(), registry.password.0.as_str()),
        ("https://psrc-1.confluent.cloud", "SR", "s+e:c")
    );
}

#[test]
fn librdkafka_settings_are_understood_as_lines_and_json() {
    let lines = "bootstrap.servers=h:9092\nsecurity.protocol=sasl_plaintext\nsasl.mechanisms=SCRAM-SHA-256\nsasl.username=u\nsasl.password=a\\b=c#d\n\
        compression.codec=lz4\nssl.ca.location=/ca.pem\nrequest.required.acks=1\nenable.ssl.certificate.verification=false\n";
    let json = r#"{"bootstrap.servers": "h:9092", "security.protocol": "sasl_plaintext", "sasl.mechanisms": "SCRAM-SHA-256", "sasl.username": "u",
        "sasl.password": "a\\b=c#d", "compression.codec": "lz4", "ssl.ca.location": "/ca.pem", "request.required.acks": 1,
        "enable.ssl.certificate.verification": false}"#;
    for text in [lines, json] {
        let (kind, pipeline, codes) = applied(text);
        assert_eq!((kind, codes), (Kind::LibrdkafkaConfig, Vec::new()), "{text}");
        let param = |name| pipeline.kafka.param(name).unwrap_or_default();
        let names =
            ["enable-tls", "sasl-mechanism", "sasl-user", "sasl-password", "compression", "ca", "required-acks", "insecure-skip-verify"];
        assert_eq!(names.map(param), ["false", "scram-sha-256", "u", r"a\b=c#d", "lz4", "/ca.pem", "1", "true"], "{text}");
    }
}

#[test]
fn secrets_of_properties_are_not_shown_and_masks_not_taken() {
    let understood = recognise_text(
        "bootstrap.servers=h:9092\nsasl.username=u\nsasl.password=hunter2\nbasic.auth.user.info=k:hunter2\nssl.key.password=hunter2\n",
    );
    assert!(!format!("{understood:?}").contains("hunter2"));
    let (_, pipeline, codes) = applied("sasl.username=u\nsasl.password=******\n");
    assert_eq!((pipeline.kafka.param("sasl-password"), codes), (None, vec!["import-secret-masked".to_owned()]));
    let (_, _, codes) = applied("sasl.jaas.config=x.OAuthBearerLoginModule required;\n");
    assert_eq!(codes, ["import-not-taken"]);
}

#[test]
fn librdkafka_takes_a_value_as_it_is() {
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    assert_eq!(plain("# c\n a = b\\=#c \nno pair\n=x"), [("a", "b\\=#c"), ("", "x")].map(owned));
}

#[test]
fn options_of_a_login_module_are_read_as_kafka_does() {
    for (text, expected) in [
        (r#"M required password="a\"b\\c";"#, r#"a"b\c"#),
        (r#"M required password='a"b\'c';"#, r#"a"b'c"#),
        (r#"M required password="\101\t=";"#, "A\t="),
        ("M required password=plain;", "plain"),
    ] {
        assert_eq!(jaas_options(text), [("password".to_owned(), expected.to_owned())], "{text}");
    }
}
