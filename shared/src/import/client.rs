//! Settings of Kafka clients: Java's `client.properties`, librdkafka's lines and JSON.

use super::change::Slot;
use super::reading::{Layer, Reading};
use super::understood::{Kind, Understood};
use crate::quoting::{jaas, properties};
use serde_json::{Map, Value};

/// Names and values in order.
type Pairs = Vec<(String, String)>;

/// One of these makes a text the settings of a client.
const SIGNS: [&str; 10] = [
    "bootstrap.servers",
    "metadata.broker.list",
    "security.protocol",
    "sasl.mechanism",
    "sasl.mechanisms",
    "sasl.username",
    "sasl.password",
    "sasl.jaas.config",
    "schema.registry.url",
    "basic.auth.user.info",
];

/// Only Java's clients have these.
const JAVA_ONLY: [&str; 6] =
    ["sasl.jaas.config", "ssl.truststore.location", "ssl.keystore.location", "client.dns.lookup", "key.serializer", "key.deserializer"];

/// Lines of `key=value`.
pub(super) fn recognise(text: &str) -> Option<Vec<Understood>> {
    let pairs = properties::pairs(text);
    let has = |pairs: &Pairs, names: &[&str]| pairs.iter().any(|(name, _)| names.contains(&name.as_str()));
    if !has(&pairs, &SIGNS) {
        return None;
    }
    let is_java = has(&pairs, &JAVA_ONLY) || (has(&pairs, &["sasl.mechanism"]) && !has(&pairs, &["sasl.username"]));
    Some(vec![if is_java {
        understood(&pairs, Kind::ClientProperties, "Settings of a Java client")
    } else {
        understood(&plain(text), Kind::LibrdkafkaConfig, "Settings of a librdkafka client")
    }])
}

/// librdkafka's files: everything after the first `=` is the value, backslashes included.
fn plain(text: &str) -> Pairs {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}

/// librdkafka's settings as a flat object.
pub(super) fn from_json(map: &Map<String, Value>) -> Option<Understood> {
    if !SIGNS.iter().any(|sign| map.contains_key(*sign)) || map.contains_key("connector.class") {
        return None;
    }
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pairs: Pairs = map.iter().map(|(name, value)| (name.clone(), text(value))).collect();
    Some(understood(&pairs, Kind::LibrdkafkaConfig, "Settings of a librdkafka client"))
}

/// Settings that say how a client works, not where the cluster is.
const CLIENTS_OWN: [&str; 6] = [
    "session.timeout.ms",
    "client.dns.lookup",
    "basic.auth.credentials.source",
    "schema.registry.basic.auth.credentials.source",
    "ssl.truststore.type",
    "ssl.keystore.type",
];

fn understood(pairs: &Pairs, kind: Kind, title: &str) -> Understood {
    let mut reading = Reading::default();
    let mut rest = Vec::new();
    for (name, value) in pairs {
        if !setting(name, value, &mut reading) && !CLIENTS_OWN.contains(&name.as_str()) {
            rest.push(name.as_str());
        }
    }
    // a line that is no setting may be half a secret
    let is_name =
        |name: &&str| name.contains('.') && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-".contains(c));
    let (names, lines): (Vec<&str>, Vec<&str>) = rest.into_iter().partition(is_name);
    if !names.is_empty() {
        reading.not_taken(&names.join(", "), "it concerns the client alone.");
    }
    reading.passed_over(lines.len());
    reading.finish(kind, title)
}

/// Whether the setting has a place in the document, or says nothing new.
fn setting(name: &str, value: &str, reading: &mut Reading) -> bool {
    match name {
        "bootstrap.servers" | "metadata.broker.list" => reading.brokers(value.split(',')),
        "security.protocol" => {
            let tls = ["SSL", "SASL_SSL"].iter().any(|word| word.eq_ignore_ascii_case(value));
            reading.param("enable-tls", if tls { "true" } else { "false" }, Layer::Raw);
        }
        "sasl.mechanism" | "sasl.mechanisms" => reading.param("sasl-mechanism", &value.to_ascii_lowercase(), Layer::Raw),
        "sasl.username" => reading.param("sasl-user", value, Layer::Raw),
        "sasl.password" => reading.param("sasl-password", value, Layer::Raw),
        "sasl.jaas.config" => login_module(value, reading),
        "ssl.ca.location" | "ssl.truststore.location" => reading.param("ca", value, Layer::Raw),
        "ssl.certificate.location" => reading.param("cert", value, Layer::Raw),
        "ssl.key.location" => reading.param("key", value, Layer::Raw),
        "enable.ssl.certificate.verification" if value.eq_ignore_ascii_case("false") => {
            reading.param("insecure-skip-verify", "true", Layer::Raw);
        }
        "ssl.endpoint.identification.algorithm" if value.is_empty() || value == "none" => {
            reading.param("insecure-skip-verify", "true", Layer::Raw);
        }
        "enable.ssl.certificate.verification" | "ssl.endpoint.identification.algorithm" => {}
        "acks" | "request.required.acks" => match value {
            // TiCDC's default
            "all" | "-1" => {}
            other => reading.param("required-acks", other, Layer::Raw),
        },
        "compression.type" | "compression.codec" => reading.param("compression", value, Layer::Raw),
        "client.id" => reading.param("kafka-client-id", value, Layer::Raw),
        "message.max.bytes" | "max.request.size" => reading.param("max-message-bytes", value, Layer::Raw),
        "schema.registry.url" => {
            reading.registry(value.split(',').next().unwrap_or_default());
        }
        // raw: registry clients decode nothing here
        "basic.auth.user.info" | "schema.registry.basic.auth.user.info" => {
            let (user, password) = value.split_once(':').unwrap_or((value, ""));
            reading.text(Slot::RegistryUser, user);
            reading.text_secret(Slot::RegistryPassword, password, Layer::Raw);
        }
        _ => return false,
    }
    true
}

/// `…PlainLoginModule required username="…" password="…";`
fn login_module(text: &str, reading: &mut Reading) {
    let mut found = 0;
    for (name, value) in jaas_options(text) {
        match name.as_str() {
            "username" => reading.param("sasl-user", &value, Layer::Raw),
            "password" => reading.param("sasl-password", &value, Layer::Raw),
            _ => continue,
        }
        found += 1;
    }
    if found == 0 {
        reading.not_taken("sasl.jaas.config", "it has no `username` and `password`.");
    }
}

/// The `name=value` options of a login module; values in double or single quotes, a backslash escapes.
fn jaas_options(text: &str) -> Vec<(String, String)> {
    let mut options = Vec::new();
    let mut chars = text.chars().peekable();
    let mut word = String::new();
    while let Some(c) = chars.next() {
        match c {
            '=' => {
                let quote = chars.next_if(|&c| c == '"' || c == '\'');
                let mut value = String::new();
                while let Some(c) = chars.next_if(|&c| quote.is_some() || !(c.is_whitespace() || c == ';')) {
                    match c {
                        _ if Some(c) == quote => break,
                        '"' if quote.is_some() => value.push_str("\\\""),
                        '\\' => value.extend(std::iter::once(c).chain(chars.next())),
                        other => value.push(other),
                    }
                }
                if quote.is_some() {
                    value = jaas::read(&value).unwrap_or(value);
                }
                options.push((std::mem::take(&mut word), value));
            }
            c if c.is_whitespace() || c == ';' => word.clear(),
            other => word.push(other),
        }
    }
    options
}

#[cfg(test)]
mod tests;
