//! The configuration that results from a document, in the words that the judge answers with.

use serde_json::{Map, Value, json};
use shared::avro::{BigintUnsignedMode, DecimalMode};
use shared::config::Pipeline;
use shared::sink_uri::{KafkaOptions, RegistryUrl, SaslMechanism, generated_client_id};
use shared::ticdc::Protocol;
use std::time::Duration;

/// Address that the judge's server has: a generated client id holds it.
const ADVERTISED: &str = "127.0.0.1:8300";

/// What this studio makes of a document.
pub(crate) fn ours(pipeline: &Pipeline) -> Map<String, Value> {
    let (options, _) = KafkaOptions::read(pipeline);
    let config = &pipeline.changefeed.config;
    let protocol = Protocol::of(pipeline);
    let is_avro = protocol == Some(Protocol::Avro);
    let micros = |duration: Duration| json!(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
    let id = if pipeline.changefeed.id.is_empty() { &pipeline.name } else { &pipeline.changefeed.id };
    let registry = pipeline.schema_registry.as_ref().filter(|registry| !registry.url.is_empty());
    let mut found = json!({
        "topic": pipeline.kafka.topic.trim_matches('/'),
        "brokers": pipeline.kafka.brokers,
        "protocol": protocol.map(Protocol::name),
        "partition-num": options.partition_num.unwrap_or(0),
        "replication-factor": options.replication_factor,
        "max-message-bytes": options.max_message_bytes,
        "max-retry": options.max_retry,
        "compression": options.compression.name(),
        "client-id": options.client_id.or_else(|| generated_client_id(ADVERTISED, id)),
        "auto-create-topic": options.auto_create_topic,
        "required-acks": options.required_acks,
        "enable-tls": options.enable_tls,
        "ca": options.ca.unwrap_or_default(),
        "cert": options.cert.unwrap_or_default(),
        "key": options.key.unwrap_or_default(),
        "insecure-skip-verify": options.insecure_skip_verify,
        "dial-timeout": micros(options.dial_timeout),
        "write-timeout": micros(options.write_timeout),
        "read-timeout": micros(options.read_timeout),
        "enable-tidb-extension": options.avro.tidb_extension,
        "avro-include-before-value": options.include_before_value && is_avro,
        "avro-enable-watermark": options.watermark && options.avro.tidb_extension && protocol.is_some_and(Protocol::needs_registry),
        "output-raw-change-event": options.output_raw_change_event,
        "schema-registry": registry.and_then(|registry| Some(RegistryUrl::from_registry(registry).ok()?.render())).unwrap_or_default(),
        "case-sensitive": config.case_sensitive.unwrap_or(false),
        "rules": if config.filter.rules.is_empty() { vec!["*.*".to_owned()] } else { config.filter.rules.clone() },
    });
    if let Some(version) = options.kafka_version {
        found["kafka-version"] = json!(version);
    }
    if is_avro {
        found["avro-decimal-handling-mode"] = json!(if options.avro.decimal == DecimalMode::String { "string" } else { "precise" });
        let strings = options.avro.bigint_unsigned == BigintUnsignedMode::String;
        found["avro-bigint-unsigned-handling-mode"] = json!(if strings { "string" } else { "long" });
    }
    let mechanism = options.sasl.as_ref().map(|sasl| sasl.mechanism);
    if let Some(sasl) = options.sasl {
        found["sasl-mechanism"] = json!(sasl.mechanism.name());
        found["sasl-user"] = json!(sasl.user);
        found["sasl-password"] = json!(sasl.password);
    }
    if let Some(gssapi) = options.gssapi {
        found["gssapi-auth-type"] = json!(if gssapi.keytab { 2 } else { 1 });
        found["gssapi-user"] = json!(gssapi.user);
        found["gssapi-password"] = json!(gssapi.password);
        found["gssapi-keytab-path"] = json!(gssapi.keytab_path);
        found["gssapi-kerberos-config-path"] = json!(gssapi.kerberos_config_path);
        found["gssapi-service-name"] = json!(gssapi.service_name);
        found["gssapi-realm"] = json!(gssapi.realm);
        found["gssapi-disable-pafxfast"] = json!(gssapi.disable_pafxfast);
    }
    if let Some(oauth) = options.oauth.filter(|_| mechanism == Some(SaslMechanism::OAuthBearer)) {
        found["oauth-client-id"] = json!(oauth.client_id);
        found["oauth-token-url"] = json!(oauth.token_url);
        found["oauth-scopes"] = json!(oauth.scopes);
        found["oauth-grant-type"] = json!(oauth.grant_type);
        found["oauth-audience"] = json!(oauth.audience);
    }
    let dispatchers: Vec<Value> = config.sink.dispatchers.iter().map(|dispatcher| {
        let partition = if dispatcher.partition.is_empty() { &dispatcher.dispatcher } else { &dispatcher.partition };
        json!({"matcher": dispatcher.matcher, "topic": dispatcher.topic, "partition": partition, "index": dispatcher.index, "columns": dispatcher.columns})
    }).collect();
    found["dispatchers"] = json!(dispatchers);
    simplified(found.as_object().cloned().unwrap_or_default())
}

/// The judge's answer without what this studio has no model of, and without what does not act.
pub(crate) fn judged(mut found: Map<String, Value>) -> Map<String, Value> {
    for name in ["max-batch-size", "row-checksum", "oauth-client-secret"] {
        found.remove(name);
    }
    if found["protocol"] != "avro" {
        found.remove("avro-decimal-handling-mode");
        found.remove("avro-bigint-unsigned-handling-mode");
    }
    // ours is 32 bits wide
    if found["max-retry"].as_u64().is_some_and(|retries| retries > u32::MAX.into()) {
        found["max-retry"] = json!(u32::MAX);
    }
    let mechanism = found["sasl-mechanism"].as_str().unwrap_or_default().to_owned();
    // an empty grant type is the library's default
    if found["oauth-grant-type"] == "" {
        found["oauth-grant-type"] = json!("client_credentials");
    }
    let has_client = found["oauth-client-id"] != "";
    found.retain(|name, _| match name.split('-').next() {
        Some("sasl") => !mechanism.is_empty(),
        Some("gssapi") => mechanism == "GSSAPI",
        Some("oauth") => mechanism == "OAUTHBEARER" && has_client,
        _ => true,
    });
    simplified(found)
}

/// Without what is empty, and without lists that are.
fn simplified(mut map: Map<String, Value>) -> Map<String, Value> {
    map.retain(|_, value| !(value.is_null() || *value == json!("") || *value == json!(0) || *value == json!(false) || *value == json!([])));
    for dispatcher in map.get_mut("dispatchers").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(fields) = dispatcher.as_object_mut() {
            let kept = simplified(std::mem::take(fields));
            *fields = kept;
        }
    }
    map.sort_keys();
    map
}
