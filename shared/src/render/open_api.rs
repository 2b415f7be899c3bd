//! The body of `POST /api/v2/changefeeds`, TiCDC's Open API.

use super::secrets::{Prepared, Secrets};
use crate::config::{Pipeline, StartFrom};
use crate::sink_uri::parse_duration;
use crate::ticdc::{Architecture, Release, api_name};
use serde_json::{Map, Value, json};

/// A request that creates the changefeed: the same options as `changefeed.toml` and the `cdc cli` command, in the names of the
/// API's model. Keys that nobody knows are passed on; `output-row-key` is not, the API has no field for it.
///
/// Source: pingcap/ticdc `api/v2/model.go`.
#[must_use]
pub fn open_api_request(pipeline: &Pipeline, secrets: Secrets<'_>) -> String {
    let prepared = Prepared::new(pipeline, secrets);
    // A map of text always has a JSON form.
    let text = serde_json::to_string_pretty(&request(&prepared)).unwrap_or_default();
    prepared.fill(&text) + "\n"
}

/// The same request for sending, of a document whose secrets are values: it holds them, in the sink URI and elsewhere.
#[must_use]
pub fn open_api_body(open: &Pipeline) -> Value {
    request(&Prepared::new(open, Secrets::opened()))
}

fn request(prepared: &Prepared) -> Value {
    let pipeline = &prepared.pipeline;
    let config = serde_json::to_value(&pipeline.changefeed.config).unwrap_or_else(|_| json!({}));
    let mut config = in_api_names(config, "", Release::of(&pipeline.changefeed).architecture);
    if let Some(url) = prepared.registry_url()
        && let Some(sink) = config.as_object_mut().and_then(|config| config.entry("sink").or_insert_with(|| json!({})).as_object_mut())
    {
        sink.insert("schema_registry".to_owned(), Value::String(url));
    }
    let id = if pipeline.changefeed.id.is_empty() { &pipeline.name } else { &pipeline.changefeed.id };
    let mut request = Map::new();
    request.insert("changefeed_id".to_owned(), Value::from(id.as_str()));
    // Left out is "now", as with the command.
    if let Some(tso) = StartFrom::parse(&pipeline.source.start).ok().and_then(|start| start.tso()) {
        request.insert("start_ts".to_owned(), Value::from(tso));
    }
    request.insert("sink_uri".to_owned(), Value::String(prepared.sink_uri()));
    request.insert("replica_config".to_owned(), config);
    Value::Object(request)
}

/// A duration that is text in the file; the API takes it as a number only, unlike all others.
const IN_NANOSECONDS: &str = "region-count-refresh-interval";

/// What is no duration is left as it is.
fn in_nanoseconds(value: Value) -> Value {
    let duration = value.as_str().and_then(parse_duration);
    duration.and_then(|duration| u64::try_from(duration.as_nanos()).ok()).map_or(value, Value::from)
}

/// Keys of the file as the API spells them; what it has no field for is left out.
fn in_api_names(value: Value, within: &str, architecture: Option<Architecture>) -> Value {
    match value {
        Value::Object(map) => {
            let renamed = map.into_iter().filter_map(|(key, value)| {
                let name = api_name(within, &key, architecture)?;
                let value = if key == IN_NANOSECONDS { in_nanoseconds(value) } else { value };
                Some((name, in_api_names(value, &key, architecture)))
            });
            Value::Object(renamed.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(|item| in_api_names(item, within, architecture)).collect()),
        plain => plain,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::parse;

    const DOCUMENT: &str = r#"
version = 1
name = "orders"
[source]
kind = "tidb"
start = "438156275634929664"
[changefeed]
target = "export"
[changefeed.config]
memory-quota = 1073741824
changefeed-error-stuck-duration = "30m"
[changefeed.config.filter]
rules = ["app.*"]
ignore-txn-start-ts = [1]
[[changefeed.config.filter.event-filters]]
matcher = ["app.orders"]
ignore-event = ["drop table"]
[[changefeed.config.sink.dispatchers]]
matcher = ["app.*"]
dispatcher = "index-value"
target-schema = "out"
[changefeed.config.sink.kafka-config]
sasl-gssapi-password = "env:KRB"
[changefeed.config.sink.kafka-config.codec-config]
enable-tidb-extension = true
output-row-key = true
[changefeed.config.sink.file-config]
file-index-digit = 6
[kafka]
brokers = ["h:9092"]
topic = "t"
[kafka.params]
protocol = "avro"
sasl-mechanism = "plain"
sasl-user = "u"
sasl-password = "a+\"b"
[schema_registry]
url = "https://r.example"
user = "k"
password = "store:sr"
"#;

    #[test]
    fn the_request_has_the_names_of_the_apis_model() {
        let request: Value = serde_json::from_str(&open_api_request(&parse(DOCUMENT).unwrap(), Secrets::placeholders())).unwrap();
        assert_eq!(request["changefeed_id"], "orders");
        assert_eq!(request["start_ts"], 438_156_275_634_929_664_u64);
        assert_eq!(
            request["sink_uri"],
            "kafka://h:9092/t?protocol=avro&sasl-mechanism=plain&sasl-user=u&sasl-password=${SASL_PASSWORD_URLENCODED}"
        );
        assert_eq!(
            request["replica_config"],
            json!({
                "memory_quota": 1_073_741_824,
                "changefeed_error_stuck_duration": "30m",
                "filter": {
                    "rules": ["app.*"],
                    "ignore_txn_start_ts": [1],
                    "event_filters": [{ "matcher": ["app.orders"], "ignore_event": ["drop table"] }],
                },
                "sink": {
                    "dispatchers": [{ "matcher": ["app.*"], "partition": "index-value", "target-schema": "out" }],
                    "kafka_config": { "sasl_gssapi_password": "${KRB}", "codec_config": { "enable_tidb_extension": true } },
                    "file_config": { "file_index_width": 6 },
                    "schema_registry": "https://k:${SR_URLENCODED}@r.example",
                },
            })
        );
    }

    #[test]
    fn the_body_to_send_has_secrets_as_they_stand_in_the_opened_document() {
        let mut open = parse(DOCUMENT).unwrap();
        // What was behind a reference may look like one itself.
        open.schema_registry.as_mut().unwrap().password.0 = "env:A+b".to_owned();
        open.kafka.params.insert("sasl-password".to_owned(), "store:p+1".into());
        let body = open_api_body(&open);
        assert_eq!(body["replica_config"]["sink"]["schema_registry"], "https://k:env%3AA%2Bb@r.example");
        assert_eq!(body["replica_config"]["sink"]["kafka_config"]["sasl_gssapi_password"], "env:KRB");
        let uri = "kafka://h:9092/t?protocol=avro&sasl-mechanism=plain&sasl-user=u&sasl-password=store%3Ap%2B1";
        assert_eq!(body["sink_uri"], uri);
    }

    #[test]
    fn the_classic_architecture_has_spellings_of_its_own() {
        let sink = |architecture: &str| {
            let mut pipeline = parse(DOCUMENT).unwrap();
            pipeline.changefeed.ticdc_architecture = architecture.to_owned();
            pipeline.changefeed.config.sink.extra.insert("advance-timeout-in-sec".to_owned(), 60.into());
            let request: Value = serde_json::from_str(&open_api_request(&pipeline, Secrets::placeholders())).unwrap();
            request["replica_config"]["sink"].clone()
        };
        assert_eq!(sink("classic")["advance_timeout"], 60);
        assert_eq!(sink("new")["advance_timeout_in_sec"], 60);
    }

    #[test]
    fn the_one_duration_that_the_api_takes_as_a_number_is_one() {
        for (written, sent) in [(json!("1m"), json!(60_000_000_000_u64)), (json!(5), json!(5)), (json!("1d"), json!("1d"))] {
            let mut pipeline = parse(DOCUMENT).unwrap();
            pipeline.changefeed.config.extra.insert("scheduler".to_owned(), json!({"region-count-refresh-interval": written}));
            let request: Value = serde_json::from_str(&open_api_request(&pipeline, Secrets::placeholders())).unwrap();
            assert_eq!(request["replica_config"]["scheduler"]["region_count_refresh_interval"], sent);
        }
    }

    #[test]
    fn values_asked_for_survive_uri_and_json() {
        let resolve = |_: &str, _: &crate::secret::SecretRef| Some("q\"\\\n".to_owned());
        let text = open_api_request(&parse(DOCUMENT).unwrap(), Secrets::inline(&resolve));
        let request: Value = serde_json::from_str(&text).unwrap();
        let (uri, _) = crate::sink_uri::SinkUri::parse(request["sink_uri"].as_str().unwrap()).unwrap();
        assert_eq!(uri.params.last().unwrap().1, "a+\"b");
        assert_eq!(request["replica_config"]["sink"]["kafka_config"]["sasl_gssapi_password"], "q\"\\\n");
    }
}
