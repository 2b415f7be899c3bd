//! TiCDC's changefeed configuration, from its file and from the Open API.

use super::change::{Change, Slot};
use super::reading::Reading;
use super::understood::{Kind, Understood};
use super::uri;
use crate::Finding;
use crate::config::{ChangefeedConfig, from_json};
use serde_json::{Map, Value, json};

/// Takes a configuration with the file's key names. Its registry goes where the document has it.
pub(super) fn config(mut map: Map<String, Value>, reading: &mut Reading) {
    take_registry(&mut map, reading);
    reading.clean_secrets(&mut map, "changefeed.config");
    match from_json(json!({"version": 1, "name": "p", "changefeed": {"config": map}})) {
        Ok(read) => {
            facts(&read.changefeed.config, reading);
            reading.changes.push(Change::Config(Box::new(read.changefeed.config)));
        }
        Err(error) => reading.findings.extend(error.findings),
    }
}

/// An unreadable URL stays where it is, for `validate` to point at.
fn take_registry(map: &mut Map<String, Value>, reading: &mut Reading) {
    const KEY: &str = "schema-registry";
    let Some(sink) = map.get_mut("sink").and_then(Value::as_object_mut) else { return };
    if let Some(url) = sink.get(KEY).and_then(Value::as_str).map(str::to_owned)
        && (url.is_empty() || reading.registry(&url))
    {
        sink.shift_remove(KEY);
    }
    if sink.is_empty() {
        map.shift_remove("sink");
    }
}

fn facts(config: &ChangefeedConfig, reading: &mut Reading) {
    const PATH: &str = "changefeed.config";
    if !config.filter.rules.is_empty() {
        reading.fact("Filter rules", config.filter.rules.join(", "), "changefeed.config.filter.rules");
    }
    for (i, dispatcher) in config.sink.dispatchers.iter().enumerate() {
        let partition = if dispatcher.partition.is_empty() { &dispatcher.dispatcher } else { &dispatcher.partition };
        let parts = [("topic", &dispatcher.topic), ("partition", partition)];
        let parts: Vec<String> = parts.iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| format!("{name} {text}")).collect();
        let value = format!("{}: {}", dispatcher.matcher.join(", "), parts.join(", "));
        reading.fact("Dispatcher", value, &format!("{PATH}.sink.dispatchers[{i}]"));
    }
    // names only: a value may be a secret
    for (label, keys, path) in [
        ("More of the sink", &config.sink.extra, "changefeed.config.sink"),
        ("More of the filter", &config.filter.extra, "changefeed.config.filter"),
        ("More keys", &config.extra, PATH),
    ] {
        if !keys.is_empty() {
            let names: Vec<&str> = keys.keys().map(String::as_str).collect();
            reading.fact(label, names.join(", "), path);
        }
    }
}

/// A request that creates a changefeed, or the API's description of one.
pub(super) fn from_open_api(map: &Map<String, Value>) -> Option<Understood> {
    let is_body = |map: &Map<String, Value>| ["sink", "filter"].iter().any(|key| map.get(*key).is_some_and(Value::is_object));
    let is_description = map.contains_key("state") || map.contains_key("creator_version") || map.contains_key("checkpoint_ts");
    let mut reading = Reading::default();
    if !map.contains_key("sink_uri") && !map.contains_key("replica_config") {
        if !is_body(map) {
            return None;
        }
        replica_config(map, false, &mut reading);
        return Some(reading.finish(Kind::OpenApiJson, "Configuration of a changefeed, as TiCDC's Open API has it"));
    }
    // the sink URI counts more than the configuration: it comes later
    if let Some(config) = ["replica_config", "config"].iter().find_map(|key| map.get(*key)?.as_object()) {
        replica_config(config, is_description, &mut reading);
    }
    if let Some(id) = ["changefeed_id", "id"].iter().find_map(|key| map.get(*key)?.as_str()) {
        reading.text(Slot::ChangefeedId, id);
    }
    if let Some(uri) = map.get("sink_uri").and_then(Value::as_str).filter(|uri| !uri.is_empty()) {
        uri::sink_uri(uri, &mut reading);
    }
    if let Some(start) = map.get("start_ts").and_then(Value::as_u64).filter(|&start| start > 0) {
        reading.text(Slot::Start, &start.to_string());
    }
    if let Some(addresses) = map.get("pd_addrs").and_then(Value::as_array).filter(|addresses| !addresses.is_empty()) {
        let addresses: Vec<String> = addresses.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        reading.fact("PD addresses", addresses.join(", "), "source.pd");
        reading.changes.push(Change::Pd(addresses));
    }
    reading.changes.push(Change::TidbSource);
    if let Some(checkpoint) = map.get("checkpoint_ts").and_then(Value::as_u64).filter(|_| is_description) {
        reading.findings.push(
            Finding::info("source.start", "import-checkpoint", format!("The changefeed has come to the checkpoint {checkpoint}."))
                .hint("Set the start to it to go on from there, instead of beginning again."),
        );
    }
    let is_used = |key: &str| ["replica_config", "config", "changefeed_id", "id", "sink_uri", "start_ts", "pd_addrs"].contains(&key);
    let is_empty = |value: &Value| value.is_null() || *value == json!(0) || *value == json!("");
    let unused: Vec<&str> =
        map.iter().filter(|(key, value)| !is_used(key) && !is_state(key) && !is_empty(value)).map(|(key, _)| key.as_str()).collect();
    if !unused.is_empty() {
        reading.not_taken(&unused.join(", "), "a pipeline document has no place for it.");
    }
    let title = if is_description { "Changefeed, as TiCDC's Open API describes it" } else { "Request to TiCDC's Open API" };
    Some(reading.finish(Kind::OpenApiJson, title))
}

/// What the API tells of a running changefeed, and nobody configures.
fn is_state(key: &str) -> bool {
    const STATE: [&str; 15] = [
        "upstream_id",
        "create_time",
        "creator_version",
        "state",
        "error",
        "warning",
        "resolved_ts",
        "checkpoint_ts",
        "checkpoint_tso",
        "checkpoint_time",
        "task_status",
        "gid",
        "maintainer_addr",
        "admin_job_type",
        "engine",
    ];
    STATE.contains(&key)
}

/// A description has every field, set or not: there, empty ones say nothing.
fn replica_config(map: &Map<String, Value>, drop_empty: bool, reading: &mut Reading) {
    if let Value::Object(map) = in_file_names(Value::Object(map.clone()), drop_empty) {
        config(map, reading);
    }
}

/// Keys of the API as the file spells them, durations as the file writes them.
fn in_file_names(value: Value, drop_empty: bool) -> Value {
    match value {
        Value::Object(map) => {
            let is_empty = |value: &Value| match value {
                Value::Null => true,
                Value::String(text) => drop_empty && text.is_empty(),
                Value::Array(items) => drop_empty && items.is_empty(),
                Value::Object(map) => drop_empty && map.is_empty(),
                _ => false,
            };
            let renamed = map.into_iter().filter_map(|(key, value)| {
                let key = crate::ticdc::file_name(&key);
                let value = in_file_names(duration(&key, value), drop_empty);
                (!is_empty(&value)).then_some((key, value))
            });
            Value::Object(renamed.collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(|item| in_file_names(item, drop_empty)).collect()),
        plain => plain,
    }
}

/// The API answers durations in nanoseconds; the file has `10m`.
fn duration(key: &str, value: Value) -> Value {
    const DURATIONS: [&str; 3] = ["sync-point-interval", "sync-point-retention", "changefeed-error-stuck-duration"];
    const UNITS: [(u64, &str); 4] = [(3_600_000_000_000, "h"), (60_000_000_000, "m"), (1_000_000_000, "s"), (1_000_000, "ms")];
    match value.as_u64() {
        Some(nanoseconds) if DURATIONS.contains(&key) => {
            let unit = UNITS.iter().find(|(unit, _)| nanoseconds % unit == 0);
            Value::String(unit.map_or_else(|| format!("{nanoseconds}ns"), |(unit, name)| format!("{}{name}", nanoseconds / unit)))
        }
        _ => value,
    }
}

#[cfg(test)]
mod tests;
