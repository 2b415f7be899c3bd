//! `replica_config`: its fields with their defaults, and what becomes of a configuration that is sent.
//!
//! Sources: `pingcap/ticdc` api/v2/model.go, pkg/config/replica_config.go; the releases are those of its documentation.

use super::Architecture;
use serde_json::{Map, Value};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Int,
    Float,
    Bool,
    Text,
    /// Nanoseconds, or a Go duration on the way in.
    Duration,
    Texts,
    Ints,
    /// Dispatchers, selectors, event filters: taken as they are.
    Objects,
}

/// The first release of a field: `(0, 0, 0)` is always, [`LATER`] none yet.
type Since = (u16, u16, u16);
const ALWAYS: Since = (0, 0, 0);
const LATER: Since = (99, 0, 0);

/// Where a field is, its kind, its default as JSON (empty: none), and its first release.
type Field = (&'static str, Kind, &'static str, Since);

#[rustfmt::skip]
const FIELDS: &[Field] = &[
    ("memory_quota", Kind::Int, "1073741824", (7, 1, 0)),
    ("case_sensitive", Kind::Bool, "false", ALWAYS),
    ("force_replicate", Kind::Bool, "", ALWAYS),
    ("ignore_ineligible_table", Kind::Bool, "", ALWAYS),
    ("check_gc_safe_point", Kind::Bool, "true", ALWAYS),
    ("enable_sync_point", Kind::Bool, "false", ALWAYS),
    ("bdr_mode", Kind::Bool, "false", ALWAYS),
    ("sync_point_interval", Kind::Duration, "600000000000", ALWAYS),
    ("sync_point_retention", Kind::Duration, "86400000000000", ALWAYS),
    ("changefeed_error_stuck_duration", Kind::Duration, "1800000000000", (7, 5, 0)),
    ("sql_mode", Kind::Text, "", ALWAYS),
    ("enable_table_monitor", Kind::Bool, "false", LATER),
    ("enable_active_active", Kind::Bool, "false", LATER),
    ("active_active_progress_interval", Kind::Duration, "1800000000000", LATER),
    ("active_active_sync_stats_interval", Kind::Duration, "60000000000", LATER),
    ("performance_mode", Kind::Text, "\"throughput\"", LATER),
    ("event_collector_batch_count", Kind::Int, "", LATER),
    ("event_collector_batch_bytes", Kind::Int, "", LATER),
    ("filter.rules", Kind::Texts, "[\"*.*\"]", ALWAYS),
    ("filter.ignore_txn_start_ts", Kind::Ints, "", ALWAYS),
    ("filter.event_filters", Kind::Objects, "", (6, 2, 0)),
    ("mounter.worker_num", Kind::Int, "16", ALWAYS),
    ("sink.protocol", Kind::Text, "", ALWAYS),
    ("sink.schema_registry", Kind::Text, "", ALWAYS),
    ("sink.dispatchers", Kind::Objects, "", ALWAYS),
    ("sink.column_selectors", Kind::Objects, "", (7, 5, 0)),
    ("sink.transaction_atomicity", Kind::Text, "", ALWAYS),
    ("sink.encoder_concurrency", Kind::Int, "32", ALWAYS),
    ("sink.terminator", Kind::Text, "\"\\r\\n\"", ALWAYS),
    ("sink.date_separator", Kind::Text, "\"day\"", ALWAYS),
    ("sink.enable_partition_separator", Kind::Bool, "true", ALWAYS),
    ("sink.file_index_width", Kind::Int, "", ALWAYS),
    ("sink.only_output_updated_columns", Kind::Bool, "false", (7, 1, 0)),
    ("sink.delete_only_output_handle_key_columns", Kind::Bool, "false", (7, 2, 0)),
    ("sink.content_compatible", Kind::Bool, "false", (7, 5, 0)),
    ("sink.safe_mode", Kind::Bool, "", ALWAYS),
    ("sink.advance_timeout_in_sec", Kind::Int, "150", (7, 5, 0)),
    ("sink.send_bootstrap_interval_in_sec", Kind::Int, "120", (8, 0, 0)),
    ("sink.send_bootstrap_in_msg_count", Kind::Int, "10000", (8, 0, 0)),
    ("sink.send_bootstrap_to_all_partition", Kind::Bool, "true", (8, 0, 0)),
    ("sink.send_all_bootstrap_at_start", Kind::Bool, "false", (8, 0, 0)),
    ("sink.debezium_disable_schema", Kind::Bool, "false", (8, 0, 0)),
    ("sink.csv.delimiter", Kind::Text, "\",\"", ALWAYS),
    ("sink.csv.quote", Kind::Text, "\"\\\"\"", ALWAYS),
    ("sink.csv.null", Kind::Text, "\"\\\\N\"", ALWAYS),
    ("sink.csv.include_commit_ts", Kind::Bool, "false", ALWAYS),
    ("sink.csv.binary_encoding_method", Kind::Text, "\"base64\"", ALWAYS),
    ("sink.csv.output_old_value", Kind::Bool, "false", (8, 0, 0)),
    ("sink.csv.output_handle_key", Kind::Bool, "false", (8, 0, 0)),
    ("sink.csv.output_field_header", Kind::Bool, "false", LATER),
    ("sink.debezium.output_old_value", Kind::Bool, "true", (8, 0, 0)),
    ("sink.open.output_old_value", Kind::Bool, "true", (8, 0, 0)),
    ("sink.kafka_config.partition_num", Kind::Int, "", (7, 1, 0)),
    ("sink.kafka_config.replication_factor", Kind::Int, "", (7, 1, 0)),
    ("sink.kafka_config.kafka_version", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.max_message_bytes", Kind::Int, "", (7, 1, 0)),
    ("sink.kafka_config.compression", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.kafka_client_id", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.auto_create_topic", Kind::Bool, "", (7, 1, 0)),
    ("sink.kafka_config.dial_timeout", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.write_timeout", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.read_timeout", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.required_acks", Kind::Int, "", (7, 1, 0)),
    ("sink.kafka_config.sasl_user", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.sasl_password", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.sasl_mechanism", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.sasl_gssapi_auth_type", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.sasl_gssapi_keytab_path", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.sasl_gssapi_kerberos_config_path", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.sasl_gssapi_service_name", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.sasl_gssapi_user", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.sasl_gssapi_password", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.sasl_gssapi_realm", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.sasl_gssapi_disable_pafxfast", Kind::Bool, "", (7, 1, 0)),
    ("sink.kafka_config.sasl_oauth_client_id", Kind::Text, "", (7, 2, 0)),
    ("sink.kafka_config.sasl_oauth_client_secret", Kind::Text, "", (7, 2, 0)),
    ("sink.kafka_config.sasl_oauth_token_url", Kind::Text, "", (7, 2, 0)),
    ("sink.kafka_config.sasl_oauth_scopes", Kind::Texts, "", (7, 2, 0)),
    ("sink.kafka_config.sasl_oauth_grant_type", Kind::Text, "", (7, 2, 0)),
    ("sink.kafka_config.sasl_oauth_audience", Kind::Text, "", (7, 2, 0)),
    ("sink.kafka_config.enable_tls", Kind::Bool, "", (7, 1, 0)),
    ("sink.kafka_config.ca", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.cert", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.key", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.insecure_skip_verify", Kind::Bool, "", (7, 1, 0)),
    ("sink.kafka_config.output_raw_change_event", Kind::Bool, "", (8, 1, 1)),
    ("sink.kafka_config.codec_config.enable_tidb_extension", Kind::Bool, "", (7, 1, 0)),
    ("sink.kafka_config.codec_config.max_batch_size", Kind::Int, "", (7, 1, 0)),
    ("sink.kafka_config.codec_config.avro_enable_watermark", Kind::Bool, "", (7, 1, 0)),
    ("sink.kafka_config.codec_config.avro_decimal_handling_mode", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.codec_config.avro_bigint_unsigned_handling_mode", Kind::Text, "", (7, 1, 0)),
    ("sink.kafka_config.codec_config.avro_include_before_value", Kind::Bool, "", LATER),
    ("sink.kafka_config.codec_config.encoding_format", Kind::Text, "", (8, 0, 0)),
    ("sink.kafka_config.large_message_handle.large_message_handle_option", Kind::Text, "", (7, 3, 0)),
    ("sink.kafka_config.large_message_handle.large_message_handle_compression", Kind::Text, "", (7, 3, 0)),
    ("sink.kafka_config.large_message_handle.claim_check_storage_uri", Kind::Text, "", (7, 4, 0)),
    ("sink.kafka_config.large_message_handle.claim_check_raw_value", Kind::Bool, "", (8, 4, 0)),
    ("sink.kafka_config.glue_schema_registry_config.registry_name", Kind::Text, "", (7, 4, 0)),
    ("sink.kafka_config.glue_schema_registry_config.region", Kind::Text, "", (7, 4, 0)),
    ("sink.kafka_config.glue_schema_registry_config.access_key", Kind::Text, "", (7, 4, 0)),
    ("sink.kafka_config.glue_schema_registry_config.secret_access_key", Kind::Text, "", (7, 4, 0)),
    ("sink.kafka_config.glue_schema_registry_config.token", Kind::Text, "", (7, 4, 0)),
    ("consistent.level", Kind::Text, "\"none\"", ALWAYS),
    ("consistent.max_log_size", Kind::Int, "64", ALWAYS),
    ("consistent.flush_interval", Kind::Int, "2000", ALWAYS),
    ("consistent.meta_flush_interval", Kind::Int, "200", ALWAYS),
    ("consistent.encoding_worker_num", Kind::Int, "16", ALWAYS),
    ("consistent.flush_worker_num", Kind::Int, "8", ALWAYS),
    ("consistent.storage", Kind::Text, "\"\"", ALWAYS),
    ("consistent.use_file_backend", Kind::Bool, "false", ALWAYS),
    ("consistent.compression", Kind::Text, "\"\"", ALWAYS),
    ("consistent.memory_usage.memory_quota_percentage", Kind::Int, "50", ALWAYS),
    ("scheduler.region_count_refresh_interval", Kind::Duration, "300000000000", LATER),
    ("scheduler.enable_splittable_check", Kind::Bool, "false", LATER),
    ("scheduler.force_split", Kind::Bool, "false", LATER),
    ("scheduler.enable_table_across_nodes", Kind::Bool, "false", (7, 0, 0)),
    ("scheduler.region_threshold", Kind::Int, "10000", (7, 0, 0)),
    ("scheduler.region_count_per_span", Kind::Int, "100", (8, 5, 4)),
    ("scheduler.write_key_threshold", Kind::Int, "0", (7, 0, 0)),
    ("scheduler.scheduling_task_count_per_node", Kind::Int, "20", LATER),
    ("scheduler.balance_score_threshold", Kind::Int, "20", LATER),
    ("scheduler.min_traffic_percentage", Kind::Float, "0.8", LATER),
    ("scheduler.max_traffic_percentage", Kind::Float, "1.25", LATER),
    ("integrity.integrity_check_level", Kind::Text, "\"none\"", (7, 1, 0)),
    ("integrity.corruption_handle_level", Kind::Text, "\"warn\"", (7, 1, 0)),
    ("synced_status.synced_check_interval", Kind::Int, "300", (7, 6, 0)),
    ("synced_status.checkpoint_interval", Kind::Int, "15", (7, 6, 0)),
];

/// The stored configuration for one that was sent: defaults, and of what was sent the fields that this release knows. The rest is
/// lost without a word.
///
/// # Errors
/// A field of another type, in Go's words.
pub(super) fn stored(sent: &Value, architecture: Architecture, version: &str) -> Result<Value, String> {
    let release = release(version);
    let mut config = Value::Object(Map::new());
    for (place, kind, default, since) in FIELDS {
        if *since > release {
            continue;
        }
        let place = &spelling(place, architecture);
        let parts: Vec<&str> = place.split('.').collect();
        match parts.iter().try_fold(sent, |value, part| value.get(part)).filter(|value| !value.is_null()) {
            Some(value) => set(&mut config, &parts, read(*kind, value, place)?),
            None => {
                let default =
                    if *place == "scheduler.region_threshold" && architecture == Architecture::Classic { "100000" } else { default };
                if let Ok(default) = serde_json::from_str(default) {
                    set(&mut config, &parts, default);
                }
            }
        }
    }
    Ok(config)
}

/// A configuration with `xxxxx` in place of the registry's password and of what is secret by name.
pub(super) fn masked(config: &Value) -> Value {
    let mut config = config.clone();
    let sink = &mut config["sink"];
    if let Some((start, end)) =
        sink["schema_registry"].as_str().and_then(|url| Some((url.rfind(':')?, url.rfind('@')?))).filter(|(s, e)| s < e)
    {
        let url = sink["schema_registry"].as_str().unwrap_or_default();
        sink["schema_registry"] = format!("{}:xxxxx{}", &url[..start], &url[end..]).into();
    }
    for name in ["sasl_password", "sasl_gssapi_password", "sasl_oauth_client_secret"] {
        if let Some(secret) = sink.get_mut("kafka_config").and_then(|kafka| kafka.get_mut(name)) {
            *secret = "xxxxx".into();
        }
    }
    config
}

/// The classic model's own spellings.
fn spelling(place: &str, architecture: Architecture) -> String {
    match (architecture, place) {
        (Architecture::Classic, "sink.advance_timeout_in_sec") => "sink.advance_timeout".to_owned(),
        (Architecture::Classic, "sink.send_all_bootstrap_at_start") => "sink.send-all-bootstrap-at-start".to_owned(),
        _ => place.to_owned(),
    }
}

fn set(config: &mut Value, parts: &[&str], value: Value) {
    let mut place = config;
    for part in parts {
        place = &mut place[*part];
    }
    *place = value;
}

fn read(kind: Kind, value: &Value, place: &str) -> Result<Value, String> {
    let all = |fits: fn(&Value) -> bool| value.as_array().is_some_and(|items| items.iter().all(fits));
    let fits = match kind {
        Kind::Int => value.is_i64() || value.is_u64(),
        Kind::Float => value.is_number(),
        Kind::Bool => value.is_boolean(),
        Kind::Text => value.is_string(),
        Kind::Texts => all(Value::is_string),
        Kind::Ints => all(Value::is_u64),
        Kind::Objects => all(Value::is_object),
        Kind::Duration => match value.as_str() {
            Some(text) => return nanoseconds(text).map(Value::from).ok_or_else(|| format!("time: invalid duration \"{text}\"")),
            None => value.is_number(),
        },
    };
    if fits {
        Ok(value.clone())
    } else {
        Err(format!("json: cannot unmarshal into Go struct field ChangefeedConfig.replica_config.{place}"))
    }
}

/// Go durations of whole numbers: `10m`, `1h30m`.
fn nanoseconds(text: &str) -> Option<u64> {
    let mut total = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, tail) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
        let (unit, tail) = tail.split_at(tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len()));
        let scale = match unit {
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        total += number.parse::<u64>().ok()? * scale;
        rest = tail;
    }
    (!text.is_empty()).then_some(total)
}

/// `v8.5.4-release.1` as numbers.
fn release(version: &str) -> Since {
    let numbers = version.trim_start_matches('v').split('-').next().unwrap_or_default();
    let mut numbers = numbers.split('.').map(|part| part.parse().unwrap_or_default());
    let mut next = || numbers.next().unwrap_or_default();
    (next(), next(), next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_release_keeps_what_it_knows_and_fills_in_the_rest() {
        let sent = json!({
            "memory_quota": 5, "sync_point_interval": "1h30m", "unheard_of": 1,
            "sink": { "column_selectors": [{ "matcher": ["a.*"] }], "advance_timeout": 7 },
        });
        let old = stored(&sent, Architecture::Classic, "v7.1.0").expect("it fits");
        assert_eq!((&old["memory_quota"], &old["sync_point_interval"]), (&json!(5), &json!(5_400_000_000_000_u64)));
        assert_eq!(old.get("unheard_of"), None);
        assert_eq!(old["sink"].get("column_selectors"), None);
        assert_eq!((&old["filter"]["rules"], &old["scheduler"]["region_threshold"]), (&json!(["*.*"]), &json!(100_000)));
        let new = stored(&sent, Architecture::New, "v8.5.4-release.1").expect("it fits");
        assert_eq!(new["sink"]["column_selectors"], sent["sink"]["column_selectors"]);
        assert_eq!(new["sink"]["advance_timeout_in_sec"], 150);
        assert!(stored(&json!({ "memory_quota": "5" }), Architecture::New, "v8.5.4").is_err());
    }
}
