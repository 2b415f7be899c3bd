//! What TiCDC's Kafka client refuses before it connects. Source: `IBM/sarama` config.go, asked by `tests/oracle`.

use crate::Finding;
use crate::config::{Pipeline, Target};
use crate::sink_uri::{Compression, KafkaOptions, SaslMechanism};

pub(super) fn check(pipeline: &Pipeline, options: &KafkaOptions, findings: &mut Vec<Finding>) {
    check_compression(options, findings);
    let is_ticdc = pipeline.changefeed.target != Target::Native;
    if is_ticdc && options.sasl.as_ref().is_some_and(|sasl| sasl.mechanism == SaslMechanism::Gssapi) {
        check_kerberos(pipeline, options, findings);
    }
}

/// A compression that the given version of Kafka does not have yet; a version that is asked of the brokers has all.
fn check_compression(options: &KafkaOptions, findings: &mut Vec<Finding>) {
    let Some(version) = &options.kafka_version else { return };
    let numbers: Vec<u64> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    let (since, text) = match options.compression {
        Compression::Zstd => (vec![2, 1, 0], "2.1.0"),
        Compression::Lz4 => (vec![0, 10, 0, 0], "0.10.0.0"),
        _ => return,
    };
    if numbers < since {
        let message = format!("`{}` needs Kafka {text}, and `kafka-version` is {version}.", options.compression.name());
        findings.push(
            Finding::error("kafka.params.compression", "compression-needs-newer-kafka", message)
                .hint("Leave `kafka-version` out: TiCDC asks the brokers for theirs."),
        );
    }
}

/// Kerberos needs all of its options, and a password or a keytab as its type says.
fn check_kerberos(pipeline: &Pipeline, options: &KafkaOptions, findings: &mut Vec<Finding>) {
    const AUTH_TYPE: &str = "sasl-gssapi-auth-type";
    let mut missing = |name: &str| {
        let in_file = pipeline.changefeed.config.sink.extra.get("kafka-config").is_some_and(|kafka| kafka.get(name).is_some());
        let place = if in_file { "changefeed.config.sink.kafka-config" } else { "kafka.params" };
        let message = format!("`{name}` is missing: Kerberos cannot log in without it.");
        findings.push(
            Finding::error(format!("{place}.{name}"), "sasl-gssapi-incomplete", message)
                .hint("GSSAPI needs type, service name, user, realm, `krb5.conf`, and a password or a keytab."),
        );
    };
    let Some(kerberos) = &options.gssapi else { return missing(AUTH_TYPE) };
    let credential =
        if kerberos.keytab { ("sasl-gssapi-keytab-path", &kerberos.keytab_path) } else { ("sasl-gssapi-password", &kerberos.password) };
    for (name, value) in [
        ("sasl-gssapi-service-name", &kerberos.service_name),
        credential,
        ("sasl-gssapi-kerberos-config-path", &kerberos.kerberos_config_path),
        ("sasl-gssapi-user", &kerberos.user),
        ("sasl-gssapi-realm", &kerberos.realm),
    ] {
        if value.is_empty() {
            missing(name);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::config::{Pipeline, Target, validate};
    use serde_json::{Value, json};

    /// Paths of the findings with one of these codes.
    fn found(params: Value) -> Vec<String> {
        let mut pipeline = Pipeline::named("p");
        pipeline.changefeed.target = Target::Export;
        pipeline.kafka.params = params.as_object().unwrap().clone();
        let codes = ["compression-needs-newer-kafka", "sasl-gssapi-incomplete"];
        validate(&pipeline).into_iter().filter(|f| codes.contains(&f.code.as_str())).map(|f| f.path.replace("kafka.params.", "")).collect()
    }

    #[test]
    fn a_compression_needs_the_kafka_that_has_it() {
        for (compression, version, is_refused) in [
            ("zstd", "2.0.1", true),
            ("zstd", "2.1.0", false),
            ("zstd", "0.11.0.2", true),
            ("lz4", "0.9.0.1", true),
            ("lz4", "0.10.0.0", false),
            ("lz4", "1.0.0", false),
            ("gzip", "0.8.2.0", false),
        ] {
            let expected: &[&str] = if is_refused { &["compression"] } else { &[] };
            assert_eq!(found(json!({"compression": compression, "kafka-version": version})), expected, "{compression} {version}");
        }
        assert!(found(json!({"compression": "zstd"})).is_empty());
    }

    #[test]
    fn kerberos_needs_all_of_its_options() {
        let mut params = json!({"sasl-mechanism": "gssapi"});
        assert_eq!(found(params.clone()), ["sasl-gssapi-auth-type"]);
        params["sasl-gssapi-auth-type"] = json!("user");
        params["sasl-gssapi-service-name"] = json!("kafka");
        let missing = ["sasl-gssapi-password", "sasl-gssapi-kerberos-config-path", "sasl-gssapi-user", "sasl-gssapi-realm"];
        assert_eq!(found(params.clone()), missing);
        params["sasl-gssapi-auth-type"] = json!("keytab");
        for name in ["sasl-gssapi-keytab-path", "sasl-gssapi-kerberos-config-path", "sasl-gssapi-user", "sasl-gssapi-realm"] {
            assert!(found(params.clone()).iter().any(|path| path == name), "{name}");
            params[name] = json!("x");
        }
        assert!(found(params).is_empty());
    }
}
