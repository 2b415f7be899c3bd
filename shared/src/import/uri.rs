//! Addresses on a line of their own: sink URIs, a registry's URL, brokers.

use super::change::Slot;
use super::reading::{Layer, Reading};
use super::understood::{Kind, Understood};
use crate::Finding;
use crate::sink_uri::uri::ReadUri;
use crate::sink_uri::{RegistryUrl, SinkUri, is_known_param};

/// Bytes of an address; brokers refuse far shorter ones.
const MAX_BYTES: usize = 8 << 10;

/// A line that is one address.
pub(super) fn recognise_line(line: &str) -> Option<Understood> {
    let line = unquoted(line.trim());
    if line.len() > MAX_BYTES {
        return None;
    }
    if is_sink_uri(line) {
        let mut reading = Reading::default();
        sink_uri(line, &mut reading);
        return Some(reading.finish(Kind::SinkUri, "Sink URI of a changefeed"));
    }
    if line.contains(char::is_whitespace) {
        return None;
    }
    let lower = line.to_ascii_lowercase();
    if lower.starts_with("http://") || lower.starts_with("https://") {
        return Some(web_address(line));
    }
    is_broker_list(line).then(|| {
        let mut reading = Reading::default();
        reading.brokers(line.split(','));
        reading.finish(Kind::ClientProperties, "Bootstrap servers")
    })
}

fn is_sink_uri(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| ["kafka", "kafka+ssl"].contains(&scheme.to_ascii_lowercase().as_str()))
}

/// The text without quotes around it, or an option's name before it.
fn unquoted(text: &str) -> &str {
    let text = ["--sink-uri=", "sink-uri=", "--schema-registry=", "schema-registry="]
        .iter()
        .find_map(|name| text.strip_prefix(name))
        .unwrap_or(text);
    let text = text.trim_end_matches([',', ';']);
    ['"', '\'', '`'].iter().find_map(|&quote| text.strip_prefix(quote)?.strip_suffix(quote)).unwrap_or(text)
}

/// Takes a sink URI apart, as TiCDC would.
pub(super) fn sink_uri(text: &str, reading: &mut Reading) {
    if text.len() > MAX_BYTES {
        reading.findings.push(Finding::error("", "import-sink-uri-long", "The sink URI is longer than 8 KiB: it was not read."));
        return;
    }
    match SinkUri::read(text) {
        Ok(ReadUri { uri, findings, hidden }) => {
            // a raw `&` in a secret leaves a piece without a value behind, which must not be shown
            let is_stray = |name: &str, value: &str| value.is_empty() && !is_known_param(name);
            let strays: Vec<String> =
                uri.params.iter().filter(|(name, value)| is_stray(name, value)).map(|(name, _)| format!("kafka.params.{name}")).collect();
            let hides_more = uri.params.iter().any(|(name, value)| hidden.contains(name) && !is_stray(name, value));
            let is_told = |finding: &Finding| {
                !strays.contains(&finding.path) && (hides_more || finding.code != "unknown-param" || finding.path != "kafka.params")
            };
            reading.findings.extend(findings.into_iter().filter(is_told));
            if !strays.is_empty() {
                let message = "The sink URI has a piece that is no parameter, as a raw `&` in a secret leaves: it was not taken.";
                let finding = Finding::warning("kafka.params", "import-stray-parameter", message);
                reading.findings.push(finding.hint("Write a `&` that belongs to a value as `%26`."));
            }
            reading.brokers(uri.brokers.iter().map(String::as_str));
            reading.text(Slot::Topic, &uri.topic);
            for (name, value) in uri.params.iter().filter(|(name, value)| !is_stray(name, value)) {
                if name == "schema-registry" {
                    reading.registry(value);
                } else if hidden.contains(name) {
                    reading.nameless_param(name, value, Layer::Url);
                } else {
                    reading.param(name, value, Layer::Url);
                }
            }
        }
        Err(findings) => reading.findings.extend(findings),
    }
}

/// Addresses that are often taken for the registry's. The last is a port, the others begin a host's name.
const OTHER_SERVICES: [(&str, &str); 7] = [
    ("pkc-", "Kafka's REST address on Confluent Cloud"),
    ("pksqlc-", "a ksqlDB endpoint"),
    ("api.confluent.cloud", "Confluent Cloud's own API"),
    (":2379", "a PD server of TiDB"),
    (":8300", "a TiCDC server"),
    (":8083", "a Kafka Connect worker"),
    (":8088", "a ksqlDB server"),
];

fn web_address(text: &str) -> Understood {
    let mut reading = Reading::default();
    let host = RegistryUrl::parse(text).map(|url| url.host).unwrap_or_default();
    if let Some((_, service)) = OTHER_SERVICES.iter().find(|(sign, _)| host.starts_with(sign) || host.ends_with(sign)) {
        let message = format!("The URL is that of {service}, not of a Schema Registry: it was not taken.");
        reading.findings.push(
            Finding::error("schema_registry.url", "import-wrong-slot", message)
                .hint("Confluent Cloud's registries are `https://psrc-….confluent.cloud`; others often listen on port 8081."),
        );
        return reading.finish(Kind::Unknown, "Address of another service");
    }
    let is_read = reading.registry(text);
    reading.finish(if is_read { Kind::RegistryUrl } else { Kind::Unknown }, "Schema Registry URL")
}

/// `host:port` with commas between: Kafka's usual port, or Confluent Cloud's names.
fn is_broker_list(line: &str) -> bool {
    let line = line.split_once("://").map_or(line, |(_, rest)| rest);
    line.split(',').all(|broker| {
        broker.trim().rsplit_once(':').is_some_and(|(host, port)| {
            let name = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
            let kafka = (9090..=9099).contains(&port.parse::<u16>().unwrap_or_default());
            !host.is_empty() && host.chars().all(name) && (kafka || host.ends_with(".confluent.cloud"))
        })
    })
}

#[cfg(test)]
mod tests;
