//! What creating and changing a changefeed are refused for, in the order in which TiCDC looks.

use super::refusal::Refusal;
use super::sink_uri::SinkUri;
use super::{Architecture, Table};
use serde_json::Value;

/// `^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$`, at most 128 bytes.
pub(super) fn check_id(id: &str) -> Result<(), Refusal> {
    let fits = id.len() <= 128 && id.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()));
    if fits {
        return Ok(());
    }
    let rule = "[CDC:ErrInvalidChangefeedID]bad changefeed id, please match the pattern \"^[a-zA-Z0-9]+(\\-[a-zA-Z0-9]+)*$\", \
                the length should no more than 128, eg, \"simple-changefeed-task\"";
    Err(Refusal::parameter(&format!("invalid changefeed_id: {id}, {rule}")))
}

/// The sink URI's shape: it is there, can be read, has a topic.
pub(super) fn check_sink_uri(text: &str) -> Result<SinkUri, Refusal> {
    if text.is_empty() {
        let message = "sink uri invalid 'sink_uri is empty, cannot create a changefeed without sink_uri'";
        return Err(Refusal::new("ErrSinkURIInvalid", message));
    }
    let uri = SinkUri::parse(text).ok_or_else(|| Refusal::new("ErrSinkURIInvalid", "sink uri invalid '<invalid uri>'"))?;
    if uri.is_kafka() && uri.topic().is_empty() {
        return Err(wrapped(text, "[CDC:ErrKafkaInvalidConfig]no topic is specified in sink-uri"));
    }
    Ok(uri)
}

/// `start_ts` and `target_ts`, the former with its default.
pub(super) fn check_times(start: u64, target: u64, now: u64) -> Result<u64, Refusal> {
    let start = if start == 0 { now } else { start };
    if start > now {
        return Err(Refusal::parameter(&format!("invalid start-ts {start}, larger than current tso {now}")));
    }
    if target > 0 && target <= start {
        let message = format!("fail to create changefeed because target-ts {target} is earlier than start-ts {start}");
        return Err(Refusal::new("ErrTargetTsBeforeStartTs", &message));
    }
    Ok(start)
}

pub(super) fn check_gc(ts: u64, safepoint: u64) -> Result<(), Refusal> {
    if ts > safepoint {
        return Ok(());
    }
    let message =
        format!("fail to create or maintain changefeed because start-ts {ts} is earlier than or equal to GC safepoint at {safepoint}");
    Err(Refusal::new("ErrStartTsBeforeGC", &message))
}

/// Protocol and registry. The protocol of the URI comes first and is stored; a registry is lost unless the protocol is spelt
/// `avro`.
pub(super) fn adjust_config(config: &mut Value, uri: &SinkUri) -> Result<(), Refusal> {
    if !uri.is_kafka() {
        return Ok(());
    }
    const PROTOCOLS: [&str; 11] =
        ["default", "open-protocol", "canal", "canal-json", "maxwell", "craft", "avro", "flat-avro", "csv", "debezium", "simple"];
    let of_config = config["sink"]["protocol"].as_str().unwrap_or_default().to_owned();
    let protocol = uri.param("protocol").filter(|protocol| !protocol.is_empty()).map_or(of_config, str::to_owned);
    if !PROTOCOLS.contains(&protocol.to_ascii_lowercase().as_str()) {
        let cause = format!("[CDC:ErrSinkUnknownProtocol]unknown '{protocol}' message protocol for sink");
        return Err(Refusal::new("ErrInvalidReplicaConfig", &format!("invalid replica config, : {cause}")));
    }
    let has_glue = config["sink"]["kafka_config"].get("glue_schema_registry_config").is_some();
    let has_registry = config["sink"].get("schema_registry").is_some();
    if has_glue && has_registry {
        let cause = "schema-registry and glue-schema-registry-config cannot be set at the same time";
        return Err(Refusal::new("ErrInvalidReplicaConfig", &format!("invalid replica config, {cause}")));
    }
    if protocol != "avro"
        && let Some(sink) = config["sink"].as_object_mut()
    {
        sink.remove("schema_registry");
    }
    config["sink"]["protocol"] = protocol.into();
    Ok(())
}

/// Tables that the filter lets in, those with a key first.
pub(super) fn tables<'a>(config: &Value, tables: &'a [Table]) -> Result<(Vec<&'a Table>, Vec<&'a Table>), Refusal> {
    let rules: Vec<&str> = config["filter"]["rules"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for rule in &rules {
        if !rule.trim_start_matches('!').contains('.') {
            let message = format!("filter rule is invalid {{[\"{rule}\"]}}: wrong table pattern");
            return Err(Refusal::new("ErrFilterRuleInvalid", &message));
        }
    }
    let is_in = |table: &&Table| {
        let name = format!("{}.{}", table.schema, table.name);
        let decides = rules.iter().rev().find(|rule| fits(rule.trim_start_matches('!'), &name));
        decides.is_some_and(|rule| !rule.starts_with('!'))
    };
    Ok(tables.iter().filter(is_in).partition(|table| table.has_key))
}

pub(super) fn check_tables(config: &Value, all: &[Table]) -> Result<(), Refusal> {
    let (_, ineligible) = tables(config, all)?;
    let is_set = |key: &str| config[key].as_bool().unwrap_or_default();
    if ineligible.is_empty() || is_set("force_replicate") || is_set("ignore_ineligible_table") {
        return Ok(());
    }
    let names: Vec<String> = ineligible.iter().map(|table| format!("{}.{}", table.schema, table.name)).collect();
    let message = format!(
        "some tables are not eligible to replicate([{}]), if you want to ignore these tables, please set ignore_ineligible_table to true",
        names.join(" ")
    );
    Err(Refusal::new("ErrTableIneligible", &message))
}

/// What TiCDC finds when it makes the sink.
pub(super) fn check_sink(text: &str, uri: &SinkUri, config: &Value, architecture: Architecture) -> Result<(), Refusal> {
    if !uri.is_kafka() {
        return Ok(());
    }
    let config_error = |text: &str| match architecture {
        Architecture::New => format!("[CDC:ErrKafkaInvalidConfig]kafka config invalid: {text}"),
        Architecture::Classic => format!("[CDC:ErrKafkaInvalidPartitionNum]{text}"),
    };
    let count = uri.param("partition-num").map(|text| text.parse::<i32>().map_err(|_| text));
    match count {
        Some(Ok(count)) if count <= 0 => return Err(wrapped(text, &config_error(&format!("invalid partition num {count}")))),
        Some(Err(value)) => {
            let cause = format!("strconv.ParseInt: parsing \"{value}\": invalid syntax");
            return Err(wrapped(text, &config_error(&cause)));
        }
        _ => {}
    }
    if let Some(level) = uri.param("transaction-atomicity").filter(|level| *level != "none") {
        return Err(wrapped(text, &format!("{level} level atomicity is not supported by kafka scheme")));
    }
    let is_avro = config["sink"]["protocol"].as_str().is_some_and(|protocol| protocol.ends_with("avro"));
    let has_registry = config["sink"].get("schema_registry").is_some()
        || config["sink"]["kafka_config"].get("glue_schema_registry_config").is_some()
        || uri.param("schema-registry").is_some();
    if is_avro && !has_registry {
        let cause = "[CDC:ErrSinkInvalidConfig]sink config invalid: [CDC:ErrCodecInvalidConfig]Avro protocol requires parameter \
                     \"schema-registry\" or \"glue-schema-registry\"";
        return Err(wrapped(text, cause));
    }
    Ok(())
}

fn wrapped(uri: &str, cause: &str) -> Refusal {
    Refusal::new("ErrSinkURIInvalid", &format!("sink uri invalid '{}': {cause}", SinkUri::display(uri)))
}

/// `*` and `?`, case ignored.
fn fits(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    fn inner(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern.first(), name.first()) {
            (None, None) => true,
            (Some(b'*'), _) => inner(&pattern[1..], name) || (!name.is_empty() && inner(pattern, &name[1..])),
            (Some(b'?'), Some(_)) => inner(&pattern[1..], &name[1..]),
            (Some(one), Some(other)) if one == other => inner(&pattern[1..], &name[1..]),
            _ => false,
        }
    }
    inner(pattern.as_bytes(), name.as_bytes())
}
