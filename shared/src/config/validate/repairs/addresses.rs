//! Addresses and names that were pasted with too much or too little around them.

use super::Document;
use crate::config::validate::addresses::{CONFLUENT, is_broker};
use crate::dispatch::is_legal_topic;
use crate::sink_uri::RegistryUrl;
use crate::{Finding, Fix};

/// Longest changefeed id, in bytes.
const MAX_ID_BYTES: usize = 128;
/// Warehouses of the built-in workload.
const WAREHOUSES: std::ops::RangeInclusive<u64> = 1..=100;

pub(super) fn fix(document: &Document<'_>, finding: &Finding) -> Option<Fix> {
    let path = finding.path.as_str();
    let write = |text: String| Fix::new(format!("Write `{text}`")).set(path, text);
    match finding.code.as_str() {
        "broker-invalid" => broker(document, path),
        "source-pd-invalid" | "ticdc-server-invalid" => {
            let address = document.text(path)?.trim().trim_end_matches('/');
            is_broker(address).then(|| write(format!("http://{address}")))
        }
        // a connector has to read the topic that there is
        "topic-name-illegal" if !path.starts_with("connectors[") => {
            let legal = document.text(path)?.trim().replace(|c: char| !(c.is_ascii_alphanumeric() || "._-".contains(c)), "_");
            is_legal_topic(&legal).then(|| write(legal))
        }
        "topic-missing" => Some(Fix::new("Use `ticdc-meta`").set("kafka.topic", "ticdc-meta")),
        "name-invalid" | "changefeed-id-invalid" => {
            let id = as_id(document.text(path)?);
            (!id.is_empty()).then(|| write(id))
        }
        "source-warehouses-invalid" => {
            let fitting = document.at(path)?.as_u64()?.clamp(*WAREHOUSES.start(), *WAREHOUSES.end());
            Some(Fix::new(format!("Set it to {fitting}")).set(path, fitting))
        }
        code => registry(document, code, path),
    }
}

/// `SASL_SSL://host:9092/`, `"host:9092"`, `a:9092,b:9092`, or Confluent Cloud's without the port that it always has.
fn broker(document: &Document<'_>, path: &str) -> Option<Fix> {
    let bare = |text: &str| {
        let text = text.trim().trim_matches(['"', '\'']);
        let text = text.split_once("://").map_or(text, |(_, rest)| rest);
        let host = text.split(['/', '?']).next().unwrap_or_default().trim();
        if host.to_ascii_lowercase().ends_with(CONFLUENT) { format!("{host}:9092") } else { host.to_owned() }
    };
    let brokers: Vec<String> = document.text(path)?.split([',', ' ', '\n']).map(bare).filter(|text| !text.is_empty()).collect();
    let (first, others) = brokers.split_first().filter(|_| brokers.iter().all(|text| is_broker(text)))?;
    let label = if others.is_empty() { format!("Write `{first}`") } else { format!("Make {} brokers of it", brokers.len()) };
    let next = document.pipeline.kafka.brokers.len();
    let fix = Fix::new(label).set(path, first.as_str());
    Some(others.iter().enumerate().fold(fix, |fix, (i, other)| fix.set(format!("kafka.brokers[{}]", next + i), other.as_str())))
}

/// Credentials in the URL would show in a fix, so such a URL gets none unless it loses them.
fn registry(document: &Document<'_>, code: &str, path: &str) -> Option<Fix> {
    let text = document.text("schema_registry.url")?.trim();
    let open = || RegistryUrl::parse(text).ok().filter(|url| url.user.is_none() && url.password.is_none());
    match code {
        "registry-url-path" => {
            let url = open()?;
            Some(Fix::new("Remove the path").set(path, format!("{}://{}", url.scheme, url.host)))
        }
        "registry-url-is-broker" => {
            let url = open()?;
            let host = url.host.strip_suffix(":9092").filter(|host| host.starts_with("psrc-"))?;
            Some(Fix::new("Remove the port").set(path, format!("{}://{host}{}", url.scheme, url.prefix)))
        }
        "registry-url-invalid" => {
            let host = text.trim_end_matches('/');
            let is_host = host.ends_with(CONFLUENT) && host.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
            is_host.then(|| Fix::new(format!("Write `https://{host}`")).set(path, format!("https://{host}")))
        }
        "registry-credentials-twice" => {
            let url = RegistryUrl::parse(text).ok()?;
            Some(Fix::new("Remove those in the URL").set(path, url.base()))
        }
        _ => None,
    }
}

/// Letters and digits with single dashes between them.
fn as_id(text: &str) -> String {
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let mut id = parts.join("-");
    id.truncate(MAX_ID_BYTES);
    id.trim_end_matches('-').to_owned()
}
