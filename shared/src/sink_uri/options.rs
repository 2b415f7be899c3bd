//! Kafka options, typed. Source: `pingcap/ticdc` pkg/sink/kafka/options.go.

use super::codec;
use super::go_duration::parse_signed;
use super::layers::{Layers, Section, URI_PATH};
use super::params::{is_known_param, unknown_param};
use super::transport::{Gssapi, OAuth, Sasl, read_sasl, read_tls};
use crate::Finding;
use crate::avro::AvroOptions;
use crate::config::Pipeline;
use crate::finding::has_errors;
use crate::spelling::did_you_mean;
use std::time::Duration;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    #[default]
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

impl Compression {
    const ALL: [Self; 5] = [Self::None, Self::Gzip, Self::Snappy, Self::Lz4, Self::Zstd];

    /// Kafka's spelling.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Snappy => "snappy",
            Self::Lz4 => "lz4",
            Self::Zstd => "zstd",
        }
    }
}

/// Everything the Kafka side of a changefeed can be told, defaults filled in. `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct KafkaOptions {
    /// 1 and up. Default: the existing topic's count, else 3.
    pub partition_num: Option<i32>,
    /// 1 and up. Default 1.
    pub replication_factor: i16,
    /// `x.y.z`; default: asked of the brokers.
    pub kafka_version: Option<String>,
    /// Bytes of key and value and 36 more. Default 10,485,760.
    pub max_message_bytes: usize,
    /// Retries of the producer. Default 5.
    pub max_retry: u32,
    pub compression: Compression,
    /// Default: made from the changefeed's name.
    pub client_id: Option<String>,
    /// Default true.
    pub auto_create_topic: bool,
    /// 0, 1 or -1 (all). Default -1.
    pub required_acks: i16,
    /// After the decision table: also true when the certificate files are all given.
    pub enable_tls: bool,
    /// Paths on the host that runs the changefeed; all three or none.
    pub ca: Option<String>,
    pub cert: Option<String>,
    pub key: Option<String>,
    /// Only with TLS.
    pub insecure_skip_verify: bool,
    pub sasl: Option<Sasl>,
    pub gssapi: Option<Gssapi>,
    pub oauth: Option<OAuth>,
    /// Above zero. Default 10 s each.
    pub dial_timeout: Duration,
    pub write_timeout: Duration,
    pub read_timeout: Duration,
    pub avro: AvroOptions,
    /// `avro-include-before-value`: deletes carry the old row. Default false.
    pub include_before_value: bool,
    /// `avro-enable-watermark`, TiCDC's test mode. Default false.
    pub watermark: bool,
    /// Updates of a key stay one message instead of delete and insert. Default false.
    pub output_raw_change_event: bool,
}

impl KafkaOptions {
    /// Reads the options: the sink URI's parameters merged over `sink.kafka-config`.
    ///
    /// # Errors
    /// All findings, when at least one is an error.
    pub fn from_pipeline(pipeline: &Pipeline) -> Result<Self, Vec<Finding>> {
        let (options, findings) = Self::read(pipeline);
        if has_errors(&findings) { Err(findings) } else { Ok(options) }
    }

    /// Reads the options as far as they can be read, with all findings; a bad value counts as not given.
    #[must_use]
    pub fn read(pipeline: &Pipeline) -> (Self, Vec<Finding>) {
        let mut layers = Layers::of(pipeline);
        for name in pipeline.kafka.params.keys().filter(|name| !is_known_param(name)) {
            layers.findings.push(unknown_param(crate::path::join(URI_PATH, name), name));
        }
        let codec = codec::read(&mut layers, pipeline);
        let tls = read_tls(&mut layers);
        let (sasl, gssapi, oauth) = read_sasl(&mut layers);
        let options = Self {
            partition_num: positive(&mut layers, "partition-num", "partition num", i32::MAX.into(), "partition-num-invalid")
                .and_then(|n| i32::try_from(n).ok()),
            replication_factor: positive(
                &mut layers,
                "replication-factor",
                "replication-factor",
                i16::MAX.into(),
                "replication-factor-invalid",
            )
            .and_then(|n| i16::try_from(n).ok())
            .unwrap_or(1),
            kafka_version: version(&mut layers),
            max_message_bytes: positive(&mut layers, "max-message-bytes", "max-message-bytes", i64::MAX, "max-message-bytes-invalid")
                .and_then(|n| usize::try_from(n).ok())
                .unwrap_or(DEFAULT_MAX_MESSAGE_BYTES),
            max_retry: max_retry(&mut layers),
            compression: compression(&mut layers),
            client_id: client_id(&mut layers),
            auto_create_topic: layers.boolean(Section::Kafka, "auto-create-topic").is_none_or(|setting| setting.value),
            required_acks: required_acks(&mut layers),
            enable_tls: tls.enable,
            ca: tls.ca,
            cert: tls.cert,
            key: tls.key,
            insecure_skip_verify: tls.insecure_skip_verify,
            sasl,
            gssapi,
            oauth,
            dial_timeout: timeout(&mut layers, "dial-timeout"),
            write_timeout: timeout(&mut layers, "write-timeout"),
            read_timeout: timeout(&mut layers, "read-timeout"),
            avro: codec.avro,
            include_before_value: codec.include_before_value,
            watermark: codec.watermark,
            output_raw_change_event: layers.file_boolean("output-raw-change-event"),
        };
        (options, layers.findings)
    }
}

const DEFAULT_MAX_MESSAGE_BYTES: usize = 10_485_760;
const DEFAULT_MAX_RETRY: u32 = 5;

/// A number from 1 to `max`; the falsy 0 counts when the file has no better value.
fn positive(layers: &mut Layers<'_>, name: &str, called: &str, max: i64, code: &str) -> Option<i64> {
    let setting = layers.integer(Section::Kafka, name)?;
    if (1..=max).contains(&setting.value) {
        return Some(setting.value);
    }
    let message = format!("invalid {called} {}: it must be from 1 to {max}.", setting.value);
    layers.error(&setting.path, code, message, "Leave it out for the default.");
    None
}

fn max_retry(layers: &mut Layers<'_>) -> u32 {
    let Some(setting) = layers.uri_integer("max-retry") else { return DEFAULT_MAX_RETRY };
    if setting.value < 0 { DEFAULT_MAX_RETRY } else { u32::try_from(setting.value).unwrap_or(u32::MAX) }
}

/// An empty version counts as given, and is none.
fn version(layers: &mut Layers<'_>) -> Option<String> {
    let setting = layers.any_text(Section::Kafka, "kafka-version")?;
    let parts: Vec<&str> = setting.value.split('.').collect();
    let numbers = parts.iter().all(|part| part.chars().all(|c| c.is_ascii_digit()) && part.parse::<u64>().is_ok());
    let wanted = if setting.value.starts_with('0') { 4 } else { 3 };
    if numbers && parts.len() == wanted && (wanted == 3 || parts[0] == "0") {
        return Some(setting.value);
    }
    let message = format!("invalid version `{}`.", setting.value);
    layers.error(&setting.path, "kafka-version-invalid", message, "Write `3.0.0` or `0.11.0.2`, or leave it out.");
    None
}

/// TiCDC logs a warning and sends uncompressed when it does not know the word.
fn compression(layers: &mut Layers<'_>) -> Compression {
    let Some(setting) = layers.text(Section::Kafka, "compression") else { return Compression::None };
    let word = setting.value.trim();
    if let Some(known) = Compression::ALL.into_iter().find(|c| c.name().eq_ignore_ascii_case(word)) {
        return known;
    }
    let hint = match did_you_mean(word, Compression::ALL.map(Compression::name)) {
        hint if hint.is_empty() => "It is one of `none`, `gzip`, `snappy`, `lz4`, `zstd`.".to_owned(),
        hint => hint,
    };
    layers.warning(
        &setting.path,
        "compression-unknown",
        format!("The compression `{word}` is not known: nothing would be compressed."),
        hint,
    );
    Compression::None
}

fn client_id(layers: &mut Layers<'_>) -> Option<String> {
    let setting = layers.text(Section::Kafka, "kafka-client-id")?;
    if setting.value.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c)) {
        return Some(setting.value);
    }
    let message = format!("invalid kafka client id `{}`.", setting.value);
    layers.error(&setting.path, "kafka-client-id-invalid", message, "Only letters, digits, `.`, `_` and `-` may stand in it.");
    None
}

fn required_acks(layers: &mut Layers<'_>) -> i16 {
    let Some(setting) = layers.integer(Section::Kafka, "required-acks") else { return -1 };
    match i16::try_from(setting.value) {
        Ok(acks @ -1..=1) => acks,
        _ => {
            let message = format!("invalid required acks {}: it is -1, 0 or 1.", setting.value);
            layers.error(&setting.path, "required-acks-invalid", message, "-1 waits for all replicas in sync and loses nothing.");
            -1
        }
    }
}

fn timeout(layers: &mut Layers<'_>, name: &str) -> Duration {
    let default = Duration::from_secs(10);
    let Some(setting) = layers.text(Section::Kafka, name) else { return default };
    match parse_signed(&setting.value) {
        Some(Some(duration)) if !duration.is_zero() => return duration,
        Some(_) => {
            let message = format!("`{name}` must be greater than zero.");
            layers.error(&setting.path, "timeout-invalid", message, "Leave it out for 10 s.");
        }
        None => {
            let message = format!("`{name}` has invalid syntax: `{}` is no duration.", setting.value);
            layers.error(&setting.path, "timeout-invalid", message, "Write it as `10s`, `1m30s` or `500ms`.");
        }
    }
    default
}

/// The client id that TiCDC makes when none is given; `None` when it would be refused.
#[must_use]
pub fn generated_client_id(advertise_address: &str, changefeed: &str) -> Option<String> {
    let id = format!("TiCDC_producer_{advertise_address}_default_{changefeed}").replace(['?', ':', ',', '"'], "_");
    id.chars().all(|c| c.is_ascii_alphanumeric() || ".-_".contains(c)).then_some(id)
}

#[cfg(test)]
mod tests;
