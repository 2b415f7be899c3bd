//! Protocol, registry and codec options.
//! Source: `pingcap/ticdc` pkg/sink/codec/common/config.go, pkg/config/sink.go, pkg/config/sink_protocol.go.

use super::layers::{FILE_PATH, Layers, SINK_PATH, Section, URI_PATH};
use crate::Finding;
use crate::avro::{AvroOptions, BigintUnsignedMode, DecimalMode};
use crate::config::{Pipeline, Target};
use crate::spelling::did_you_mean;
use crate::ticdc::Protocol;
use serde_json::Value;

/// What the codec is told, beyond the Avro options.
pub(super) struct Codec {
    pub avro: AvroOptions,
    pub include_before_value: bool,
    pub watermark: bool,
}

pub(super) fn read(layers: &mut Layers<'_>, pipeline: &Pipeline) -> Codec {
    check_protocol(layers, pipeline);
    check_registry(layers, pipeline);
    check_atomicity(layers, pipeline);
    let tidb_extension = layers.boolean(Section::Codec, "enable-tidb-extension").is_some_and(|s| s.value);
    check_large_messages(layers, Protocol::of(pipeline));
    check_debezium(layers, pipeline);
    check_csv(layers, pipeline);
    let protocol = Protocol::of(pipeline);
    let is_avro = protocol.is_none_or(Protocol::needs_registry);
    let decimal = match word(layers, is_avro, "avro-decimal-handling-mode", ["precise", "string"]) {
        Some("string") => DecimalMode::String,
        _ => DecimalMode::Precise,
    };
    let bigint_unsigned = match word(layers, is_avro, "avro-bigint-unsigned-handling-mode", ["long", "string"]) {
        Some("string") => BigintUnsignedMode::String,
        _ => BigintUnsignedMode::Long,
    };
    let include_before_value = layers.boolean(Section::Codec, "avro-include-before-value").is_some_and(|s| s.value);
    let watermark = layers.boolean(Section::Codec, "avro-enable-watermark");
    if let Some(watermark) = watermark.as_ref().filter(|w| w.value && !tidb_extension) {
        layers.error(
            &watermark.path,
            "watermark-without-extension",
            "`avro-enable-watermark` needs `enable-tidb-extension`.",
            "It is a test mode of TiCDC: remove it.",
        );
    }
    if let Some(size) = layers.integer(Section::Codec, "max-batch-size").filter(|size| size.value <= 0) {
        layers.error(&size.path, "max-batch-size-invalid", format!("invalid max-batch-size {}: it must be above 0.", size.value), "");
    }
    let _ = word(layers, protocol == Some(Protocol::Simple), "encoding-format", ["json", "avro"]);
    // nothing here acts on these, but a value that TiCDC cannot read is an error all the same
    for (section, name) in [
        (Section::Sink, "only-output-updated-columns"),
        (Section::Sink, "content-compatible"),
        (Section::Sink, "debezium-disable-schema"),
        (Section::Codec, "output-row-key"),
    ] {
        let _ = layers.boolean(section, name);
    }
    Codec {
        avro: AvroOptions { tidb_extension, decimal, bigint_unsigned },
        include_before_value,
        watermark: watermark.is_some_and(|w| w.value),
    }
}

/// One of two words, compared exactly where the protocol reads them at all.
fn word(layers: &mut Layers<'_>, is_read: bool, name: &str, words: [&'static str; 2]) -> Option<&'static str> {
    let setting = layers.text(Section::Codec, name)?;
    let known = words.into_iter().find(|&word| word == setting.value);
    if known.is_none() && is_read {
        layers.error(
            &setting.path,
            "codec-mode-invalid",
            format!("{name} value could only be \"{}\" or \"{}\", not `{}`.", words[0], words[1], setting.value),
            did_you_mean(&setting.value, words),
        );
    }
    known
}

fn sink_text(pipeline: &Pipeline, name: &str) -> Option<String> {
    pipeline.changefeed.config.sink.extra.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// TiCDC drops the registry of the file unless the protocol is spelt exactly `avro`, so only that spelling passes.
fn check_protocol(layers: &mut Layers<'_>, pipeline: &Pipeline) {
    let uri = pipeline.kafka.param("protocol").filter(|text| !text.is_empty());
    let file = sink_text(pipeline, "protocol");
    let uri_path = format!("{URI_PATH}.protocol");
    let (path, protocol) = match (uri, file) {
        (Some(uri), Some(file)) => {
            if uri != file {
                let message = format!("The sink URI says `{uri}` and the configuration `{file}`: the sink URI wins.");
                layers.warning(&format!("{SINK_PATH}.protocol"), "protocol-twice", message, "Keep one of them.");
            }
            (uri_path, uri)
        }
        (Some(uri), None) => (uri_path, uri),
        (None, Some(file)) => (format!("{SINK_PATH}.protocol"), file),
        (None, None) => {
            return layers.error(&uri_path, "protocol-missing", "No protocol is given.", "Set `protocol = \"avro\"`.");
        }
    };
    if protocol == "avro" {
        return;
    }
    if protocol.eq_ignore_ascii_case("avro") || protocol.eq_ignore_ascii_case("flat-avro") {
        let message = format!("With the protocol spelt `{protocol}` TiCDC loses the schema registry of its configuration.");
        layers.error(&path, "protocol-spelling", message, "Write it exactly `avro`.");
    } else if let Some(known) = Protocol::parse(&protocol) {
        let name = known.name();
        layers.findings.push(if pipeline.changefeed.target == Target::Native {
            Finding::error(&path, "protocol-not-avro", format!("Our engine writes Avro, not `{name}`."))
                .hint("Set `protocol = \"avro\"`, or the target `ticdc` or `export`.")
        } else {
            Finding::info(&path, "protocol-not-avro", format!("TiCDC will write `{name}`; the messages shown here are Avro."))
        });
    } else {
        let hint = match did_you_mean(&protocol, Protocol::ALL.map(Protocol::name)) {
            hint if hint.is_empty() => "Set `protocol = \"avro\"`.".to_owned(),
            hint => hint,
        };
        layers.error(&path, "protocol-unknown", format!("unknown '{protocol}' message protocol for sink."), hint);
    }
}

fn check_registry(layers: &mut Layers<'_>, pipeline: &Pipeline) {
    const GLUE: &str = "glue-schema-registry-config";
    let document = pipeline.schema_registry.as_ref().is_some_and(|registry| !registry.url.is_empty());
    let elsewhere = [
        (format!("{URI_PATH}.schema-registry"), pipeline.kafka.param("schema-registry").is_some_and(|url| !url.is_empty())),
        (format!("{SINK_PATH}.schema-registry"), sink_text(pipeline, "schema-registry").is_some()),
    ];
    let glue = layers.file_value(GLUE).is_some();
    let confluent = document || elsewhere.iter().any(|(_, given)| *given);
    if glue && confluent {
        layers.error(
            &format!("{FILE_PATH}.{GLUE}"),
            "registry-twice",
            "Both `schema-registry` and `glue-schema-registry-config` are given.",
            "Keep one of them.",
        );
    }
    // a protocol that is missing or misspelt was meant to be Avro
    let needed = Protocol::of(pipeline).is_none_or(Protocol::needs_registry);
    if needed && !glue && !confluent {
        layers.error(
            "schema_registry.url",
            "registry-missing",
            "Avro needs a registry: neither `schema-registry` nor `glue-schema-registry-config` is given.",
            "Give the registry's URL, for example `https://psrc-xxxxx.region.cloud.confluent.cloud`.",
        );
    }
    for (path, _) in elsewhere.into_iter().filter(|(_, given)| *given) {
        let message = if document {
            "The registry is given here and in `schema_registry`; TiCDC may take this one."
        } else {
            "The registry's URL belongs to `schema_registry`: this studio reads it only there."
        };
        let report = if document { Finding::warning } else { Finding::error };
        layers.findings.push(report(&path, "registry-misplaced", message).hint("Move it to `schema_registry.url`."));
    }
}

/// Two options that TiCDC refuses with, or without, Debezium.
fn check_debezium(layers: &mut Layers<'_>, pipeline: &Pipeline) {
    let protocol = Protocol::of(pipeline);
    let start_ts = layers.boolean(Section::Codec, "debezium-include-start-ts").filter(|setting| setting.value);
    if let Some(setting) = start_ts.filter(|_| protocol.is_some_and(|protocol| protocol != Protocol::Debezium)) {
        layers.error(
            &setting.path,
            "debezium-option-with-other-protocol",
            "`debezium-include-start-ts` only takes effect with the protocol `debezium`, and is refused with any other.",
            "Remove it.",
        );
    }
    let registry = pipeline.schema_registry.as_ref().is_some_and(|registry| !registry.url.is_empty());
    if protocol == Some(Protocol::Debezium) && registry {
        layers.error(
            "schema_registry.url",
            "registry-with-debezium",
            "The protocol `debezium` does not support a schema registry.",
            "Remove the registry, or write `debezium-avro`.",
        );
    }
}

/// CSV has all columns of a delete.
fn check_csv(layers: &mut Layers<'_>, pipeline: &Pipeline) {
    const KEYS_ONLY: &str = "delete-only-output-handle-key-columns";
    let keys_only = pipeline.changefeed.config.sink.extra.get(KEYS_ONLY).and_then(Value::as_bool) == Some(true);
    if keys_only && Protocol::of(pipeline) == Some(Protocol::Csv) {
        layers.error(
            &format!("{SINK_PATH}.{KEYS_ONLY}"),
            "csv-with-key-deletes",
            "The protocol `csv` always writes all columns of a delete.",
            "Remove it.",
        );
    }
}

fn check_atomicity(layers: &mut Layers<'_>, pipeline: &Pipeline) {
    let uri = pipeline.kafka.param("transaction-atomicity").map(|text| (format!("{URI_PATH}.transaction-atomicity"), text));
    let file = || sink_text(pipeline, "transaction-atomicity").map(|text| (format!("{SINK_PATH}.transaction-atomicity"), text));
    if let Some((path, level)) = uri.filter(|(_, text)| !text.is_empty()).or_else(file).filter(|(_, level)| level != "none") {
        layers.error(
            &path,
            "transaction-atomicity-unsupported",
            format!("{level} level atomicity is not supported by kafka scheme."),
            "Remove it, or set `none`.",
        );
    }
}

/// For canal-json TiCDC looks for the extension in the sink URI alone.
fn check_large_messages(layers: &mut Layers<'_>, protocol: Option<Protocol>) {
    const OPTION: &str = "large-message-handle-option";
    let option = layers.file_value("large-message-handle").and_then(|config| config.get(OPTION)).and_then(Value::as_str).unwrap_or("none");
    let protocol = protocol.unwrap_or(Protocol::Avro);
    let supported = match protocol {
        Protocol::OpenProtocol | Protocol::Simple => true,
        Protocol::CanalJson => layers.is_on_in_uri("enable-tidb-extension"),
        _ => false,
    };
    if !["", "none"].contains(&option) && !supported {
        let message = match protocol {
            Protocol::CanalJson => "canal-json handles large messages with `enable-tidb-extension` in the sink URI only.".to_owned(),
            other => format!("The protocol `{}` does not support the large-message option `{option}`.", other.name()),
        };
        layers.error(
            &format!("{FILE_PATH}.large-message-handle.{OPTION}"),
            "large-message-unsupported",
            message,
            "Set `none`, and raise `max-message-bytes` with the topic's limit.",
        );
    }
    const RAW: &str = "claim-check-raw-value";
    let raw = layers.file_value("large-message-handle").and_then(|config| config.get(RAW)).and_then(Value::as_bool) == Some(true);
    if option == "claim-check" && raw && protocol == Protocol::OpenProtocol {
        layers.error(
            &format!("{FILE_PATH}.large-message-handle.{RAW}"),
            "large-message-unsupported",
            "The open protocol cannot keep raw values in a claim check.",
            "Remove it.",
        );
    }
}
