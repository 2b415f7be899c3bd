//! Brokers, the default topic and the registry's address; what Confluent Cloud asks of them.

use crate::config::Pipeline;
use crate::dispatch::is_legal_topic;
use crate::sink_uri::{KafkaOptions, RegistryUrl, SaslMechanism};
use crate::{Finding, Fix};

/// What Confluent Cloud's hosts end with.
pub(super) const CONFLUENT: &str = ".confluent.cloud";

pub(super) fn check(pipeline: &Pipeline, options: &KafkaOptions, findings: &mut Vec<Finding>) {
    check_brokers(pipeline, findings);
    let topic = &pipeline.kafka.topic;
    if topic.is_empty() {
        findings.push(
            Finding::error("kafka.topic", "topic-missing", "No default topic is given: no topic is specified in sink-uri.")
                .hint("Any name will do, for example `ticdc-meta`: with a dispatcher for all tables no row goes there."),
        );
    } else if !is_legal_topic(topic) {
        findings.push(
            Finding::error("kafka.topic", "topic-name-illegal", format!("Kafka refuses the topic name `{topic}`."))
                .hint("Letters, digits, `.`, `_` and `-`, at most 249 of them."),
        );
    }
    for (i, dispatcher) in pipeline.changefeed.config.sink.dispatchers.iter().enumerate() {
        let fixed = !dispatcher.topic.contains('{');
        if fixed && !dispatcher.topic.is_empty() && !is_legal_topic(&dispatcher.topic) {
            let path = format!("changefeed.config.sink.dispatchers[{i}].topic");
            findings.push(
                Finding::error(path, "topic-name-illegal", "Kafka refuses this topic name.")
                    .hint("Letters, digits, `.`, `_` and `-`, at most 249 of them."),
            );
        }
    }
    if pipeline.kafka.brokers.iter().any(|broker| host(broker).ends_with(CONFLUENT)) {
        check_confluent(options, findings);
    }
    check_registry(pipeline, findings);
}

/// The host of `host:port`, lower case.
fn host(broker: &str) -> String {
    broker.trim().rsplit_once(':').map_or(broker, |(host, _)| host).to_ascii_lowercase()
}

/// Whether it is `host:port`, and no more; an IPv6 host stands in brackets.
pub(super) fn is_broker(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| {
        let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
        let ipv6 = bare.is_some_and(|h| !h.is_empty() && h.chars().all(|c| c.is_ascii_hexdigit() || ":.%".contains(c)));
        let name = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || "/:@?#,\"'\\[]".contains(c));
        (ipv6 || name) && port.parse::<u16>().is_ok_and(|port| port > 0)
    })
}

fn check_brokers(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    let hint = "Write `host:port`, for example `pkc-xxxxx.region.cloud.confluent.cloud:9092`.";
    if pipeline.kafka.brokers.is_empty() {
        findings.push(Finding::error("kafka.brokers", "brokers-missing", "No broker is given.").hint(hint));
    }
    for (i, broker) in pipeline.kafka.brokers.iter().enumerate() {
        if !is_broker(broker) {
            let message = "A bootstrap server must be host:port, without scheme or path.";
            findings.push(Finding::error(format!("kafka.brokers[{i}]"), "broker-invalid", message).hint(hint));
        }
    }
}

fn check_confluent(options: &KafkaOptions, findings: &mut Vec<Finding>) {
    if !options.enable_tls {
        findings.push(
            Finding::error("kafka.params.enable-tls", "confluent-needs-tls", "Confluent Cloud only accepts TLS.")
                .hint("Set `enable-tls = true`."),
        );
    }
    match options.sasl.as_ref().map(|sasl| sasl.mechanism) {
        Some(SaslMechanism::Plain | SaslMechanism::OAuthBearer) => {}
        Some(_) => findings.push(
            Finding::error("kafka.params.sasl-mechanism", "confluent-needs-plain", "Confluent Cloud API keys log in with PLAIN.")
                .hint("Set `sasl-mechanism = \"plain\"`."),
        ),
        None => findings.push(
            Finding::error("kafka.params.sasl-mechanism", "confluent-needs-plain", "Confluent Cloud needs an API key.")
                .hint("Set `sasl-mechanism = \"plain\"`, `sasl-user` and `sasl-password`."),
        ),
    }
    if options.replication_factor != 3 {
        findings.push(
            Finding::error(
                "kafka.params.replication-factor",
                "confluent-replication-factor",
                "Confluent Cloud topics need replication factor 3.",
            )
            .hint("Set `replication-factor = 3`."),
        );
    }
}

fn check_registry(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    let Some(registry) = pipeline.schema_registry.as_ref().filter(|registry| !registry.url.is_empty()) else { return };
    let path = "schema_registry.url";
    let host_and_port = registry.url.split_once("://").map_or(registry.url.as_str(), |(_, rest)| rest);
    if host_and_port.starts_with("lsrc-") {
        findings.push(
            Finding::error(path, "registry-url-is-id", "This is the registry's id, not its endpoint.")
                .hint("Copy the `https://psrc-…` URL from Environment > Schema Registry."),
        );
        return;
    }
    let url = match RegistryUrl::parse(&registry.url) {
        Ok(url) => url,
        Err(finding) => return findings.push(finding.below(path)),
    };
    if url.host.ends_with(":9092") {
        findings.push(
            Finding::error(path, "registry-url-is-broker", "Port 9092 is a broker's, not the registry's.")
                .hint("Copy the registry's URL; on Confluent Cloud it has no port."),
        );
    }
    if !url.prefix.is_empty() && !url.prefix.starts_with("/contexts/") {
        findings.push(
            Finding::warning(path, "registry-url-path", "The registry URL has a path.")
                .hint("Keep it only for a registry behind a prefix."),
        );
    }
    let differs =
        |field: &str, pasted: &Option<String>| !field.is_empty() && pasted.as_deref().is_some_and(|p| !p.is_empty() && p != field);
    if differs(&registry.user, &url.user) || differs(&registry.password.0, &url.password) {
        findings.push(
            Finding::error(path, "registry-credentials-twice", "Two sets of registry credentials: in the URL and in their fields.")
                .hint("Remove those in the URL."),
        );
    }
    if url.scheme == "http" && url.host.ends_with(CONFLUENT) {
        let finding =
            Finding::error(path, "registry-needs-https", "Confluent Cloud's registry is reached by https only.").hint("Write `https://`.");
        // credentials in the URL would show in the fix
        let is_plain = url.user.is_none() && url.password.is_none();
        let secure = registry.url.replacen("http://", "https://", 1);
        findings.push(if is_plain { finding.fix(Fix::new("Use https").set(path, secure)) } else { finding });
    }
    if url.host.ends_with(CONFLUENT) && registry.user.is_empty() && url.user.is_none() {
        findings.push(
            Finding::error("schema_registry.user", "registry-key-missing", "Confluent Cloud's registry needs an API key of its own.")
                .hint("Give the key's id and secret (header `lsrc-…`)."),
        );
    }
    let broker_key = pipeline.kafka.param("sasl-user").unwrap_or_default();
    if !registry.user.is_empty() && registry.user == broker_key && url.host.ends_with(CONFLUENT) {
        findings.push(
            Finding::warning("schema_registry.user", "same-key-twice", "Brokers and registry have the same API key.").hint(
                "Only a global key opens both. A registry's key cannot log in to brokers, nor a cluster's to the registry: then one of them is in the wrong place.",
            ),
        );
    }
}
