#![allow(clippy::unwrap_used)]

use super::*;
use crate::avro::{BigintUnsignedMode, DecimalMode};
use crate::config::SchemaRegistry;
use crate::sink_uri::{SaslMechanism, SinkUri};
use serde_json::{Value, json};

/// A document with these URI parameters (protocol and registry given) and this `kafka-config`.
fn pipeline(query: &str, kafka_config: Value) -> Pipeline {
    let mut pipeline = Pipeline::named("p");
    let (uri, _) = SinkUri::parse(&format!("kafka://h:9092/t?protocol=avro&{query}")).unwrap();
    pipeline.kafka.params = uri.params.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    pipeline.schema_registry = Some(SchemaRegistry { url: "http://r:8081".to_owned(), ..SchemaRegistry::default() });
    if !kafka_config.is_null() {
        pipeline.changefeed.config.sink.extra.insert("kafka-config".to_owned(), kafka_config);
    }
    pipeline
}

fn read(query: &str) -> (KafkaOptions, Vec<Finding>) {
    KafkaOptions::read(&pipeline(query, Value::Null))
}

#[test]
fn defaults_are_those_of_ticdc() {
    let options = KafkaOptions::from_pipeline(&pipeline("", Value::Null)).unwrap();
    assert_eq!((options.partition_num, options.replication_factor, options.max_message_bytes), (None, 1, 10_485_760));
    assert_eq!((options.compression, options.auto_create_topic, options.required_acks), (Compression::None, true, -1));
    assert_eq!((options.enable_tls, options.max_retry, options.dial_timeout), (false, 5, Duration::from_secs(10)));
    assert_eq!(options.avro, AvroOptions::default());
    assert!(options.sasl.is_none() && options.client_id.is_none() && !options.output_raw_change_event);
}

#[test]
fn bad_values_are_errors_at_their_parameter() {
    for (query, code, text) in [
        ("replication-factor=a", "param-invalid-syntax", "invalid syntax"),
        ("max-message-bytes=a", "param-invalid-syntax", "invalid syntax"),
        ("max-retry=a", "param-invalid-syntax", "invalid syntax"),
        ("partition-num=a", "param-invalid-syntax", "invalid syntax"),
        ("partition-num=0", "partition-num-invalid", "invalid partition num 0"),
        ("partition-num=", "partition-num-invalid", "invalid partition num 0"),
        ("replication-factor=-1", "replication-factor-invalid", "invalid replication-factor -1"),
        ("replication-factor=40000", "replication-factor-invalid", "40000"),
        ("required-acks=3", "required-acks-invalid", "invalid required acks"),
        ("kafka-client-id=^invalid$", "kafka-client-id-invalid", "invalid"),
        ("dial-timeout=0s", "timeout-invalid", "must be greater than zero"),
        ("read-timeout=-1s", "timeout-invalid", "must be greater than zero"),
        ("write-timeout=soon", "timeout-invalid", "invalid syntax"),
        ("sasl-mechanism=a", "sasl-mechanism-unknown", "unknown SASL mechanism"),
        ("sasl-gssapi-auth-type=keyta1b", "sasl-gssapi-auth-type-unknown", "unknown auth type"),
        ("ca=a&cert=b", "tls-files-incomplete", "should all be supplied"),
        ("ca=a&cert=b&key=c&enable-tls=false", "tls-files-without-tls", "'enable-tls' is set to false"),
        ("transaction-atomicity=table", "transaction-atomicity-unsupported", "table level atomicity is not supported by kafka scheme"),
        ("enable-tidb-extension=a", "param-invalid-syntax", "invalid syntax"),
        ("avro-decimal-handling-mode=String", "codec-mode-invalid", "could only be"),
        ("avro-bigint-unsigned-handling-mode=x", "codec-mode-invalid", "could only be"),
        ("max-batch-size=0", "max-batch-size-invalid", "max-batch-size"),
        ("avro-enable-watermark=true", "watermark-without-extension", "enable-tidb-extension"),
        ("kafka-version=3.0", "kafka-version-invalid", "invalid version"),
    ] {
        let (_, findings) = read(query);
        let errors: Vec<&Finding> = findings.iter().filter(|f| f.severity == crate::Severity::Error).collect();
        assert_eq!(errors.len(), 1, "{query}: {findings:?}");
        assert_eq!(errors[0].code, code, "{query}");
        assert!(errors[0].message.contains(text), "{query}: {}", errors[0].message);
        assert!(errors[0].path.starts_with("kafka.params."), "{query}: {}", errors[0].path);
    }
}

#[test]
fn odd_but_accepted_values_behave_as_in_ticdc() {
    assert_eq!(read("max-retry=-1").0.max_retry, 5);
    assert_eq!(read("compression=%20ZSTD%20").0.compression, Compression::Zstd);
    let (options, findings) = read("compression=lz5");
    assert_eq!((options.compression, findings[0].code.as_str()), (Compression::None, "compression-unknown"));
    assert!(!read("auto-create-topic=F").0.auto_create_topic);
    assert_eq!(read("kafka-version=0.11.0.2").0.kafka_version.as_deref(), Some("0.11.0.2"));
    let (options, findings) = read("avro-decimal-handling-mode=string&avro-bigint-unsigned-handling-mode=string&enable-tidb-extension=1");
    assert!(findings.is_empty(), "{findings:?}");
    assert_eq!(
        options.avro,
        AvroOptions { tidb_extension: true, decimal: DecimalMode::String, bigint_unsigned: BigintUnsignedMode::String }
    );
}

#[test]
fn protocol_and_registry_are_checked() {
    let codes = |change: &dyn Fn(&mut Pipeline)| -> Vec<String> {
        let mut pipeline = pipeline("", Value::Null);
        change(&mut pipeline);
        KafkaOptions::from_pipeline(&pipeline).unwrap_err().into_iter().map(|f| f.code).collect()
    };
    let protocol = |word: &str| codes(&|p| _ = p.kafka.params.insert("protocol".to_owned(), json!(word)));
    assert_eq!(protocol("random"), ["protocol-unknown"]);
    assert_eq!(protocol("flat-avro"), ["protocol-spelling"]);
    assert_eq!(protocol("Avro"), ["protocol-spelling"]);
    assert_eq!(protocol("canal-json"), ["protocol-not-avro"]);
    assert_eq!(
        codes(&|p| p.kafka.params = [("Protocol".to_owned(), json!("avro"))].into_iter().collect()),
        ["unknown-param", "protocol-missing"]
    );
    let mut none = pipeline("", Value::Null);
    none.schema_registry = None;
    let finding = &KafkaOptions::from_pipeline(&none).unwrap_err()[0];
    assert_eq!(finding.code, "registry-missing");
    assert!(finding.message.contains("`schema-registry`") && finding.message.contains("`glue-schema-registry-config`"));
    assert_eq!(
        codes(&|p| _ = p.changefeed.config.sink.extra.insert("kafka-config".to_owned(), json!({"glue-schema-registry-config": {}}))),
        ["registry-twice"]
    );
}

#[test]
fn the_uri_is_merged_over_the_file_but_falsy_values_do_not_override() {
    let merged = |query: &str, file: Value| KafkaOptions::read(&pipeline(query, file)).0;
    assert_eq!(merged("required-acks=0", json!({"required-acks": -1})).required_acks, -1);
    assert_eq!(merged("partition-num=0", json!({"partition-num": 3})).partition_num, Some(3));
    assert!(merged("auto-create-topic=false", json!({"auto-create-topic": true})).auto_create_topic);
    assert!(merged("enable-tls=false", json!({"enable-tls": true})).enable_tls);
    assert!(!merged("auto-create-topic=false", Value::Null).auto_create_topic);
    assert_eq!(merged("compression=gzip", json!({"compression": "lz4"})).compression, Compression::Gzip);
    let file = json!({"output-raw-change-event": true, "codec-config": {"enable-tidb-extension": true}});
    let options = merged("", file);
    assert!(options.output_raw_change_event && options.avro.tidb_extension);
    let (_, findings) = KafkaOptions::read(&pipeline("partition-num=0", json!({"partition-num": 3, "compression": 1})));
    let codes: Vec<&str> = findings.iter().map(|f| f.code.as_str()).collect();
    assert_eq!(codes, ["param-does-not-override", "wrong-type"]);
    let codes =
        |query: &str, file: Value| -> Vec<String> { KafkaOptions::read(&pipeline(query, file)).1.into_iter().map(|f| f.code).collect() };
    assert_eq!(codes("compression=gzip", json!({"compression": "lz4"})), ["param-overrides-file"]);
    assert!(codes("compression=lz4", json!({"compression": "lz4"})).is_empty());
    let is_judged = |protocol: &str, query: &str| {
        let mut pipeline = pipeline(query, Value::Null);
        pipeline.kafka.params.insert("protocol".to_owned(), protocol.into());
        KafkaOptions::read(&pipeline).1.iter().any(|finding| finding.code == "codec-mode-invalid")
    };
    for (query, reader, other) in [("encoding-format=xml", "simple", "avro"), ("avro-decimal-handling-mode=text", "avro", "simple")] {
        assert!(is_judged(reader, query) && !is_judged(other, query), "{query}");
    }
    let mut sink = pipeline("content-compatible=false", Value::Null);
    sink.changefeed.config.sink.extra.insert("content-compatible".to_owned(), json!(true));
    assert_eq!(KafkaOptions::read(&sink).1[0].code, "param-does-not-override");
    assert_eq!(codes("debezium-disable-schema=yes", Value::Null), ["param-invalid-syntax"]);
}

#[test]
fn tls_follows_the_decision_table() {
    for (query, tls) in [
        ("", Some(false)),
        ("ca=a&cert=b&key=c", Some(true)),
        ("enable-tls=true", Some(true)),
        ("enable-tls=true&ca=a&cert=b&key=c", Some(true)),
        ("enable-tls=false&ca=a&cert=b&key=c", None),
        ("enable-tls=true&ca=a", None),
        ("enable-tls=false&cert=a", None),
    ] {
        assert_eq!(KafkaOptions::from_pipeline(&pipeline(query, Value::Null)).ok().map(|o| o.enable_tls), tls, "{query}");
    }
}

#[test]
fn sasl_is_read_and_never_shown() {
    let (options, findings) = read("sasl-mechanism=scram-SHA-256&sasl-user=me&sasl-password=a%2Bb-hidden");
    assert!(findings.is_empty(), "{findings:?}");
    assert!(!format!("{options:?}").contains("hidden"));
    let sasl = options.sasl.unwrap();
    assert_eq!((sasl.mechanism, sasl.user.as_str(), sasl.password.as_str()), (SaslMechanism::ScramSha256, "me", "a+b-hidden"));
    let codes = |query: &str| read(query).1.into_iter().map(|f| f.code).collect::<Vec<_>>();
    assert_eq!(codes("sasl-user=me"), ["sasl-ignored"]);
    assert_eq!(codes("sasl-mechanism=plain&sasl-user=me"), ["sasl-credentials-missing"]);
}

#[test]
fn oauth_is_only_for_oauthbearer_and_complete() {
    let codes =
        |query: &str, file: Value| -> Vec<String> { KafkaOptions::read(&pipeline(query, file)).1.into_iter().map(|f| f.code).collect() };
    let full = json!({"sasl-oauth-client-id": "i", "sasl-oauth-client-secret": "c2VjcmV0", "sasl-oauth-token-url": "https://t"});
    assert!(codes("sasl-mechanism=oauthbearer", full.clone()).is_empty());
    assert_eq!(codes("sasl-mechanism=plain&sasl-user=u&sasl-password=p", full.clone()), ["sasl-oauth-mechanism"]);
    assert_eq!(
        codes("sasl-mechanism=OAUTHBEARER", json!({"sasl-oauth-client-id": "i", "sasl-oauth-token-url": "t"})),
        ["sasl-oauth-incomplete"]
    );
    let mut bad = full;
    bad["sasl-oauth-client-secret"] = json!("not base64!");
    assert_eq!(codes("sasl-mechanism=oauthbearer", bad), ["sasl-oauth-secret-not-base64"]);
}

#[test]
fn the_generated_client_id_is_ticdc_s() {
    let id = "123-121-121-121";
    assert_eq!(generated_client_id("domain:1234", id).as_deref(), Some("TiCDC_producer_domain_1234_default_123-121-121-121"));
    assert_eq!(
        generated_client_id("127.0.0.1:1234?:,\"", id).as_deref(),
        Some("TiCDC_producer_127.0.0.1_1234_____default_123-121-121-121")
    );
    assert_eq!(generated_client_id("中文", id), None);
}

#[test]
fn options_of_one_protocol_are_refused_with_another() {
    let codes = |protocol: &str, query: &str, sink: Value| {
        let mut pipeline = pipeline(query, Value::Null);
        pipeline.kafka.params.insert("protocol".to_owned(), protocol.into());
        pipeline.changefeed.config.sink.extra = sink.as_object().unwrap().clone();
        KafkaOptions::read(&pipeline).1.into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    let has = |codes: Vec<String>, code: &str| codes.iter().any(|found| found == code);
    let option = "debezium-option-with-other-protocol";
    assert!(has(codes("avro", "debezium-include-start-ts=true", json!({})), option));
    assert!(!has(codes("avro", "debezium-include-start-ts=false", json!({})), option));
    assert!(!has(codes("debezium", "debezium-include-start-ts=true", json!({})), option));
    assert!(
        has(codes("debezium", "", json!({})), "registry-with-debezium") && !has(codes("avro", "", json!({})), "registry-with-debezium")
    );
    let keys_only = || json!({"delete-only-output-handle-key-columns": true});
    assert!(
        has(codes("csv", "", keys_only()), "csv-with-key-deletes") && !has(codes("canal-json", "", keys_only()), "csv-with-key-deletes")
    );
    let large = |raw: bool| {
        let handle =
            json!({"large-message-handle-option": "claim-check", "claim-check-storage-uri": "s3://b", "claim-check-raw-value": raw});
        json!({"kafka-config": {"large-message-handle": handle}})
    };
    let unsupported = "large-message-unsupported";
    assert!(has(codes("open-protocol", "", large(true)), unsupported) && !has(codes("open-protocol", "", large(false)), unsupported));
    assert!(!has(codes("simple", "", large(true)), unsupported));
    let mut in_file = large(false);
    in_file["kafka-config"]["codec-config"] = json!({"enable-tidb-extension": true});
    assert!(has(codes("canal-json", "", in_file), unsupported), "TiCDC looks for the extension in the sink URI alone");
    assert!(!has(codes("canal-json", "enable-tidb-extension=true", large(false)), unsupported));
}

#[test]
fn an_empty_version_is_given_and_is_none() {
    for (version, is_right) in
        [("", false), ("3.0.0", true), ("99999.0.0", true), ("0.11.0.2", true), ("0.11.0", false), ("00.1.2.3", false), (" 3.0.0", false)]
    {
        let found = KafkaOptions::read(&pipeline("", json!({"kafka-version": version}))).1;
        assert_eq!(found.is_empty(), is_right, "{version:?}: {found:?}");
    }
    let (options, _) = read("max-retry=9223372036854775807");
    assert_eq!(options.max_retry, u32::MAX);
}
