//! Anything that runs as a pipeline document, by way of the import.

use super::option::{is_same, says_nothing};
use crate::Finding;
use crate::config::{Pipeline, Target, from_json};
use crate::import::{apply_all, recognise_all};
use crate::path::join;
use crate::secret::SecretRef;
use crate::ticdc::{Release, by_path, is_section, path_in};
use serde_json::{Map, Value, json};

/// The Open API's description of a changefeed as a document that would make the same one. Defaults are left out, so that what
/// somebody chose can be seen; no secret is taken over, masked or not, and each has a finding.
#[must_use]
pub fn open_changefeed(info: &Value) -> (Pipeline, Vec<Finding>) {
    let id = info.get("id").and_then(Value::as_str).unwrap_or_default();
    let (mut pipeline, mut findings) = open(info, id);
    pipeline.changefeed.target = Target::Ticdc;
    if let Some(version) = info.get("creator_version").and_then(Value::as_str) {
        pipeline.changefeed.ticdc_version = version.trim_start_matches('v').to_owned();
    }
    if let Ok(mut config) = serde_json::to_value(&pipeline.changefeed.config) {
        without_defaults(&mut config, "", Release::of(&pipeline.changefeed));
        // a configuration with less in it is one still
        if let Ok(read) = from_json(json!({"version": 1, "name": "p", "changefeed": {"config": config}})) {
            pipeline.changefeed.config = read.changefeed.config;
        }
    }
    leave_secrets_out(&mut pipeline, &mut findings);
    (pipeline, findings)
}

/// A connector's configuration on its server as a document with that connector alone; secrets as in [`open_changefeed`].
#[must_use]
pub fn open_connector(name: &str, config: &Map<String, Value>) -> (Pipeline, Vec<Finding>) {
    let (mut pipeline, mut findings) = open(&json!({"name": name, "config": config}), name);
    leave_secrets_out(&mut pipeline, &mut findings);
    (pipeline, findings)
}

fn open(described: &Value, id: &str) -> (Pipeline, Vec<Finding>) {
    let understood = recognise_all(&described.to_string());
    let mut pipeline = Pipeline::named(&document_name(id));
    let mut findings: Vec<Finding> = understood.iter().flat_map(|one| one.findings.clone()).collect();
    findings.extend(apply_all(&understood, None, &mut pipeline));
    pipeline.normalise();
    (pipeline, findings)
}

/// A name that a document may have, as near to the id as can be.
fn document_name(id: &str) -> String {
    const LONGEST: usize = 128;
    let parts: Vec<&str> = id.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let mut name = parts.join("-");
    name.truncate(LONGEST);
    let name = name.trim_end_matches('-');
    if name.is_empty() { "opened".to_owned() } else { name.to_owned() }
}

/// `at` is the table's place in TiCDC's configuration. Entries of lists keep what they say; so do keys that are not known.
fn without_defaults(value: &mut Value, at: &str, release: Release) {
    match value {
        Value::Object(map) => {
            map.retain(|name, value| {
                let Some(inner) = path_in(at, name) else { return true };
                if let Some(key) = by_path(&inner) {
                    // a matcher is part of its entry even when it matches nothing
                    return name == "matcher" || !(says_nothing(key, value) || is_same(key, None, Some(value), release));
                }
                without_defaults(value, &inner, release);
                !(is_section(&inner) && value.as_object().is_some_and(Map::is_empty))
            });
        }
        Value::Array(items) => items.iter_mut().for_each(|item| without_defaults(item, &format!("{at}[]"), release)),
        _ => {}
    }
}

/// Masked ones are left out by the import already.
fn leave_secrets_out(pipeline: &mut Pipeline, findings: &mut Vec<Finding>) {
    pipeline.for_each_secret(&mut |path, text| {
        if SecretRef::parse(text).is_inline() {
            text.clear();
            let message = format!("`{path}` is a secret that the server shows in clear: it was not taken over.");
            findings.push(Finding::warning(path, "opened-secret-left-out", message).hint("Enter it again, or refer to it as `env:NAME`."));
        }
    });
    // an empty secret would be a value of its own
    let empty = |map: &mut Map<String, Value>| map.retain(|key, value| !(crate::secret::is_secret_key(key) && *value == json!("")));
    empty(&mut pipeline.kafka.params);
    pipeline.connectors.iter_mut().for_each(|connector| empty(&mut connector.config));
    if let Some(Value::Object(kafka)) = pipeline.changefeed.config.sink.extra.get_mut("kafka-config") {
        empty(kafka);
    }
    // the import names a connector's place without its number
    for finding in findings.iter_mut().filter(|finding| finding.path.starts_with("connectors.")) {
        let key = finding.path.trim_start_matches("connectors.").to_owned();
        finding.path = join("connectors[0].config", &key);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_changefeed_opens_with_what_somebody_chose() {
        let info = json!({
            "id": "orders_to-kafka", "state": "normal", "creator_version": "v8.5.4", "start_ts": 451_234_567_890_123_456_u64,
            "sink_uri": "kafka://b:9092/t?protocol=avro&sasl-password=xxxxx&sasl-user=u",
            "config": {
                "memory_quota": 1_073_741_824, "case_sensitive": false, "changefeed_error_stuck_duration": 1_800_000_000_000_u64,
                "filter": {"rules": ["app.*"], "ignore_txn_start_ts": null},
                "mounter": {"worker_num": 16}, "synced_status": {"synced_check_interval": 300, "checkpoint_interval": 15},
                "sink": {
                    "protocol": "avro", "schema_registry": "https://k:hunter2@r", "encoder_concurrency": 32,
                    "dispatchers": [{"matcher": ["app.*"], "topic": "a_{schema}_{table}", "partition": "index-value", "index": "", "columns": null}],
                    "kafka_config": {"sasl_gssapi_password": "hunter2", "compression": "zstd"},
                },
            },
        });
        let (pipeline, findings) = open_changefeed(&info);
        assert_eq!((pipeline.name.as_str(), pipeline.changefeed.id.as_str()), ("orders-to-kafka", "orders_to-kafka"));
        assert_eq!(
            serde_json::to_value(&pipeline.changefeed.config).unwrap(),
            json!({
                "filter": {"rules": ["app.*"]},
                "sink": {
                    "dispatchers": [{"matcher": ["app.*"], "topic": "a_{schema}_{table}", "partition": "index-value"}],
                    "protocol": "avro", "kafka-config": {"compression": "zstd"},
                },
            })
        );
        let shown = serde_json::to_string(&(&pipeline, &findings)).unwrap();
        assert!(!shown.contains("hunter2"), "{shown}");
        for (path, code) in [
            ("kafka.params.sasl-password", "import-secret-masked"),
            ("changefeed.config.sink.kafka-config.sasl-gssapi-password", "opened-secret-left-out"),
            ("schema_registry.password", "opened-secret-left-out"),
        ] {
            assert!(findings.iter().any(|finding| (finding.path.as_str(), finding.code.as_str()) == (path, code)), "{path}: {findings:?}");
        }
    }

    #[test]
    fn a_connector_opens_without_its_secrets() {
        let config = json!({
            "connector.class": "SnowflakeSink", "topics": "a,b", "kafka.region": "x", "snowflake.private.key": "****************",
            "snowflake.private.key.passphrase": "hunter2", "tasks.max": "1",
        });
        let (pipeline, findings) = open_connector("to snowflake!", config.as_object().unwrap());
        let connector = &pipeline.connectors[0];
        assert_eq!(
            (pipeline.name.as_str(), connector.name.as_str(), connector.kind.as_str()),
            ("to-snowflake", "to snowflake!", "snowflake")
        );
        assert_eq!(Value::Object(connector.config.clone()), json!({"tasks.max": "1"}));
        let mut seen: Vec<(&str, &str)> = findings.iter().map(|finding| (finding.code.as_str(), finding.path.as_str())).collect();
        seen.sort_unstable();
        assert_eq!(
            seen,
            [
                ("import-not-taken", ""),
                ("import-secret-masked", r#"connectors[0].config."snowflake.private.key""#),
                ("opened-secret-left-out", r#"connectors[0].config."snowflake.private.key.passphrase""#),
            ]
        );
    }
}
