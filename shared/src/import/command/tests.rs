#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::{Pipeline, SourceKind};
use crate::import::{apply, recognise, recognise_all};

fn applied(text: &str) -> (Kind, Pipeline, Vec<String>) {
    let understood = recognise(text);
    let mut pipeline = Pipeline::named("p");
    let mut findings = understood.findings.clone();
    findings.extend(apply(&understood, &mut pipeline));
    (understood.kind, pipeline, findings.into_iter().map(|f| f.code).collect())
}

#[test]
fn a_cdc_command_is_taken_apart() {
    let (kind, pipeline, codes) = applied(
        "$ cdc cli changefeed create --server=http://10.0.10.25:8300 -c orders \\\n> --sink-uri='kafka://b:9092/meta?protocol=avro&sasl-password=a%2Bb' \
         \\\n> --schema-registry \"http://k:s%40@sr:8081\" --start-ts=438156275634929664 --config=cf.toml --sort-engine unified --no-confirm",
    );
    assert_eq!(kind, Kind::CdcCli);
    assert_eq!((pipeline.changefeed.id.as_str(), pipeline.changefeed.ticdc_server.as_str()), ("orders", "http://10.0.10.25:8300"));
    assert_eq!((pipeline.kafka.topic.as_str(), pipeline.kafka.param("sasl-password").unwrap().as_str()), ("meta", "a+b"));
    assert_eq!((pipeline.source.start.as_str(), pipeline.source.kind), ("438156275634929664", SourceKind::Tidb));
    assert_eq!(pipeline.schema_registry.unwrap().password.0, "s@");
    assert_eq!(codes, ["import-config-file", "import-not-taken", "import-not-taken", "import-source-tidb"]);
}

#[test]
fn tiup_commands_have_a_version() {
    let (kind, pipeline, _) =
        applied("tiup ctl:v6.1.0 cdc changefeed create --pd=http://pd:2379,http://pd2:2379 --sink-uri='kafka://b:9092/m'");
    assert_eq!((kind, pipeline.changefeed.ticdc_version.as_str()), (Kind::TiupCtl, "6.1.0"));
    assert_eq!(pipeline.source.pd, ["http://pd:2379", "http://pd2:2379"]);
    let (kind, pipeline, _) = applied("sudo tiup cdc:v8.5.4 cli --server http://c:8300 changefeed create -corders -k=ks");
    assert_eq!((kind, pipeline.changefeed.ticdc_version.as_str(), pipeline.changefeed.id.as_str()), (Kind::CdcCli, "8.5.4", "orders"));
}

#[test]
fn the_manuals_placeholders_are_no_values() {
    let (kind, pipeline, codes) = applied(
        "tiup ctl:v<cluster-version> cdc changefeed create --server=\"http://127.0.0.1:8300\" --sink-uri=\"kafka://<broker_endpoint>/ticdc-meta\
         ?protocol=avro&sasl-user=<broker_api_key>&sasl-password=<broker_api_secret>\" --changefeed-id=\"confluent-changefeed\"",
    );
    assert_eq!(kind, Kind::TiupCtl);
    assert!(
        pipeline.kafka.brokers.is_empty() && pipeline.kafka.param("sasl-user").is_none() && pipeline.kafka.param("sasl-password").is_none()
    );
    assert_eq!(codes, ["import-placeholder", "import-placeholder", "import-secret-masked", "import-source-tidb"]);
}

#[test]
fn unknown_options_unquoted_addresses_and_other_commands_are_told() {
    let (_, pipeline, codes) =
        applied("cdc cli changefeed create --sink-uri=kafka://h:9092/t?protocol=avro&partition-num=3 --sink-url x --changefeed-id a");
    assert_eq!(pipeline.kafka.param("partition-num").as_deref(), Some("3"));
    assert_eq!(pipeline.changefeed.id, "a");
    assert_eq!(codes, ["import-shell-unquoted", "import-option-unknown", "import-source-tidb"]);
    let (_, _, codes) = applied("cdc cli changefeed query -c orders --server=http://c:8300");
    assert!(codes.contains(&"import-command-other".to_owned()), "{codes:?}");
    assert_eq!(recognise("cdc cli capture list # changefeed").kind, Kind::Unknown);
}

#[test]
fn a_script_brings_its_files_along() {
    let text = "#!/bin/sh\nset -eu\nSECRET='a%2Bb'\ncat > cf.toml <<EOF\n[filter]\nrules = [\"tpcc.*\"]\n[sink]\nschema-registry = \"http://file:8081\"\nEOF\n\
        cdc cli changefeed create --sink-uri=\"kafka://h:9092/t?sasl-password=${SECRET}&sasl-user=$NOBODY\" --schema-registry=http://flag:8081 --config cf.toml\n";
    let kinds: Vec<Kind> = recognise_all(text).iter().map(|understood| understood.kind).collect();
    assert_eq!(kinds, [Kind::ChangefeedToml, Kind::CdcCli]);
    let (_, pipeline, codes) = applied(text);
    assert_eq!(pipeline.changefeed.config.filter.rules, ["tpcc.*"]);
    assert_eq!(pipeline.kafka.param("sasl-password").as_deref(), Some("a+b"));
    assert_eq!(pipeline.schema_registry.unwrap().url, "http://flag:8081", "the option counts more than the file");
    assert!(!codes.contains(&"import-config-file".to_owned()), "{codes:?}");
}

#[test]
fn a_curl_command_is_the_request_in_it() {
    let (kind, pipeline, _) = applied(
        "curl -X POST http://cdc:8300/api/v2/changefeeds -H 'Content-Type: application/json' -d '{\n  \"changefeed_id\":\"orders\",\
         \"sink_uri\":\"kafka://b:9092/meta?protocol=avro\",\"replica_config\":{\"sink\":{\"schema_registry\":\"http://sr:8081\"}}}'",
    );
    assert_eq!((kind, pipeline.changefeed.id.as_str()), (Kind::OpenApiJson, "orders"));
    assert_eq!(
        (pipeline.changefeed.ticdc_server.as_str(), pipeline.schema_registry.unwrap().url.as_str()),
        ("http://cdc:8300", "http://sr:8081")
    );
}

#[test]
fn no_option_shows_a_secret() {
    let understood = recognise("cdc cli changefeed create --password hunter2 --hunter2=x --sasl hunter2");
    assert!(!format!("{understood:?}").contains("hunter2"), "{understood:?}");
}
