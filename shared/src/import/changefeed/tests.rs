#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::Pipeline;
use crate::import::{apply, recognise};

fn applied(text: &str) -> (Kind, Pipeline, Vec<String>) {
    let understood = recognise(text);
    let mut pipeline = Pipeline::named("p");
    let mut findings = understood.findings.clone();
    findings.extend(apply(&understood, &mut pipeline));
    (understood.kind, pipeline, findings.into_iter().map(|f| f.code).collect())
}

#[test]
fn a_changefeed_toml_keeps_every_key() {
    let (kind, pipeline, codes) = applied(
        "case-sensitive = true\nmemory-quota = 1\nfuture-key = [1]\n[sink]\nschema-registry = 'https://k:a%2Bb@h'\nnew-option = true\n\
         dispatchers = [\n  {matcher = ['*.*'], topic = \"tidb_{schema}_{table}\", partition=\"index-value\"},\n]\n",
    );
    assert_eq!((kind, codes), (Kind::ChangefeedToml, Vec::new()));
    let config = &pipeline.changefeed.config;
    assert_eq!((config.case_sensitive, &config.extra["memory-quota"], &config.extra["future-key"]), (Some(true), &json!(1), &json!([1])));
    assert_eq!(config.sink.dispatchers[0].topic, "tidb_{schema}_{table}");
    assert_eq!(Value::Object(config.sink.extra.clone()), json!({"new-option": true}));
    let registry = pipeline.schema_registry.unwrap();
    assert_eq!((registry.url.as_str(), registry.user.as_str(), registry.password.0.as_str()), ("https://h", "k", "a+b"));
}

#[test]
fn what_is_shown_of_a_configuration_holds_no_secret() {
    let understood =
        recognise("[sink.kafka-config]\nsasl-password = 'hunter2'\nsasl-gssapi-password = '****'\n[filter]\nrules = ['a.*']\n");
    assert!(!format!("{understood:?}").contains("hunter2"));
    assert_eq!(understood.findings[0].code, "import-secret-masked");
    let mut pipeline = Pipeline::named("p");
    apply(&understood, &mut pipeline);
    assert_eq!(pipeline.changefeed.config.sink.extra["kafka-config"], json!({"sasl-password": "hunter2"}));
}

#[test]
fn a_broken_or_wrong_toml_is_found_with_its_place() {
    let (kind, pipeline, codes) = applied("[sink]\nprotocol = \"avro\n[filter]\nrules = []\n");
    assert_eq!((kind, codes), (Kind::ChangefeedToml, vec!["document-unreadable".to_owned()]));
    assert_eq!(pipeline, Pipeline::named("p"));
    let (_, pipeline, codes) = applied("[filter]\nrules = 'a.*'\n");
    assert_eq!((codes, pipeline), (vec!["wrong-type".to_owned()], Pipeline::named("p")));
}

const REQUEST: &str = r#"{"changefeed_id": "orders-to-kafka", "start_ts": 0, "target_ts": 0,
    "sink_uri": "kafka://broker:9092/ticdc-meta?protocol=avro&partition-num=6",
    "replica_config": {"memory_quota": 5, "filter": {"rules": ["app.*"], "event_filters": [{"matcher": ["a.b"], "ignore_event": ["drop table"]}]},
        "sink": {"schema_registry": "https://KEY:S%2BT@registry.example:443", "file_config": {"file_index_width": 6},
            "dispatchers": [{"matcher": ["app.*"], "partition": "ts", "target-schema": "x"}],
            "kafka_config": {"sasl_gssapi_password": "hunter2", "codec_config": {"enable_tidb_extension": true}}}}}"#;

#[test]
fn a_request_of_the_open_api_has_the_files_names_again() {
    let (kind, pipeline, codes) = applied(REQUEST);
    assert_eq!((kind, codes), (Kind::OpenApiJson, vec!["import-source-tidb".to_owned()]));
    assert_eq!((pipeline.changefeed.id.as_str(), pipeline.kafka.param("partition-num").unwrap().as_str()), ("orders-to-kafka", "6"));
    assert_eq!(pipeline.source.start, "now");
    let config = serde_json::to_value(&pipeline.changefeed.config).unwrap();
    assert_eq!(
        config,
        json!({
            "memory-quota": 5,
            "filter": {"rules": ["app.*"], "event-filters": [{"matcher": ["a.b"], "ignore-event": ["drop table"]}]},
            "sink": {
                "file-config": {"file-index-digit": 6},
                "dispatchers": [{"matcher": ["app.*"], "partition": "ts", "target-schema": "x"}],
                "kafka-config": {"sasl-gssapi-password": "hunter2", "codec-config": {"enable-tidb-extension": true}},
            },
        })
    );
    assert_eq!(pipeline.schema_registry.unwrap().password.0, "S+T");
}

#[test]
fn a_description_gives_up_its_masks_and_empty_fields() {
    let (kind, pipeline, codes) = applied(
        r#"{"id": "orders", "keyspace": "default", "sink_uri": "kafka://b:9092/t?protocol=avro&sasl-password=xxxxx&sasl-user=u", "state": "normal",
            "start_ts": 451234567890123456, "checkpoint_ts": 451234567890123999,
            "config": {"changefeed_error_stuck_duration": 1800000000000, "sync_point_interval": 90500000000, "bdr_mode": null,
                "filter": {"rules": ["*.*"], "ignore_txn_start_ts": []}, "sink": {"protocol": "", "kafka_config": {"sasl_user": ""}}}}"#,
    );
    assert_eq!(kind, Kind::OpenApiJson);
    assert_eq!(codes, ["import-secret-masked", "import-checkpoint", "import-not-taken", "import-source-tidb"]);
    assert_eq!((pipeline.kafka.param("sasl-user").as_deref(), pipeline.kafka.param("sasl-password")), (Some("u"), None));
    assert_eq!(pipeline.source.start, "451234567890123456");
    assert_eq!(
        serde_json::to_value(&pipeline.changefeed.config).unwrap(),
        json!({"changefeed-error-stuck-duration": "30m", "sync-point-interval": "90500ms", "filter": {"rules": ["*.*"]}})
    );
}

#[test]
fn a_configuration_alone_is_enough() {
    let (kind, pipeline, _) = applied(r#"{"case_sensitive": true, "sink": {"dispatchers": [{"matcher": ["*.*"]}]}}"#);
    assert_eq!((kind, pipeline.changefeed.config.case_sensitive), (Kind::OpenApiJson, Some(true)));
    assert_eq!(recognise(r#"{"something": 1}"#).kind, Kind::Unknown);
    assert_eq!(recognise(r#"{"sink_uri": "#).findings[0].code, "import-unreadable");
}
