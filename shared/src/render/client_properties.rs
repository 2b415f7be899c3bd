//! Connection settings for Kafka clients: librdkafka's and Java's spelling.

use super::changefeed_toml::comment;
use super::secrets::{Prepared, Secrets};
use crate::config::Pipeline;
use crate::quoting::{jaas, properties};
use crate::sink_uri::{KafkaOptions, RegistryUrl, Sasl, SaslMechanism};

/// For librdkafka clients (C, Go, Python, Rust) and Confluent's registry clients.
#[must_use]
pub fn client_properties(pipeline: &Pipeline, secrets: Secrets<'_>) -> String {
    let prepared = Prepared::new(pipeline, secrets);
    let (options, _) = KafkaOptions::read(&prepared.pipeline);
    let mut lines = head(&prepared, &options, "librdkafka clients (C, Go, Python, Rust)");
    if let Some(sasl) = &options.sasl {
        lines.push(("sasl.mechanisms".to_owned(), sasl.mechanism.name().to_owned()));
        if has_password(sasl) {
            lines.push(("sasl.username".to_owned(), sasl.user.clone()));
            lines.push(("sasl.password".to_owned(), sasl.password.clone()));
        }
    }
    for (name, file) in [("ssl.ca.location", &options.ca), ("ssl.certificate.location", &options.cert), ("ssl.key.location", &options.key)]
    {
        lines.extend(file.clone().map(|file| (name.to_owned(), file)));
    }
    if options.insecure_skip_verify {
        lines.push(("enable.ssl.certificate.verification".to_owned(), "false".to_owned()));
    }
    lines.push(("session.timeout.ms".to_owned(), "45000".to_owned()));
    lines.extend(registry(&prepared));
    finish(&prepared, lines, Escape::None)
}

/// For Java clients: Kafka's own tools, Connect workers.
#[must_use]
pub fn java_client_properties(pipeline: &Pipeline, secrets: Secrets<'_>) -> String {
    let prepared = Prepared::new(pipeline, secrets);
    let (options, _) = KafkaOptions::read(&prepared.pipeline);
    let mut lines = head(&prepared, &options, "Java clients");
    if let Some(sasl) = &options.sasl {
        lines.push(("sasl.mechanism".to_owned(), sasl.mechanism.name().to_owned()));
        if has_password(sasl) {
            lines.push(("sasl.jaas.config".to_owned(), login_module(sasl)));
        }
    }
    if let Some(ca) = &options.ca {
        lines.push(("ssl.truststore.type".to_owned(), "PEM".to_owned()));
        lines.push(("ssl.truststore.location".to_owned(), ca.clone()));
    }
    if options.insecure_skip_verify {
        lines.push(("ssl.endpoint.identification.algorithm".to_owned(), String::new()));
    }
    lines.push(("client.dns.lookup".to_owned(), "use_all_dns_ips".to_owned()));
    lines.push(("session.timeout.ms".to_owned(), "45000".to_owned()));
    lines.push(("acks".to_owned(), "all".to_owned()));
    lines.extend(registry(&prepared));
    finish(&prepared, lines, Escape::Java)
}

type Line = (String, String);

fn head(prepared: &Prepared, options: &KafkaOptions, whom: &str) -> Vec<Line> {
    let security = match (options.enable_tls, options.sasl.is_some()) {
        (true, true) => "SASL_SSL",
        (true, false) => "SSL",
        (false, true) => "SASL_PLAINTEXT",
        (false, false) => "PLAINTEXT",
    };
    vec![
        (format!("# Connection settings of the pipeline {} for {whom}", comment(&prepared.pipeline.name)), String::new()),
        ("bootstrap.servers".to_owned(), prepared.pipeline.kafka.brokers.join(",")),
        ("security.protocol".to_owned(), security.to_owned()),
    ]
}

fn has_password(sasl: &Sasl) -> bool {
    !matches!(sasl.mechanism, SaslMechanism::Gssapi | SaslMechanism::OAuthBearer)
}

fn login_module(sasl: &Sasl) -> String {
    let module = match sasl.mechanism {
        SaslMechanism::Plain => "plain.PlainLoginModule",
        _ => "scram.ScramLoginModule",
    };
    format!(
        "org.apache.kafka.common.security.{module} required username=\"{}\" password=\"{}\";",
        jaas::write(&sasl.user),
        jaas::write(&sasl.password)
    )
}

/// Raw credentials: registry clients do not decode these.
fn registry(prepared: &Prepared) -> Vec<Line> {
    let url = prepared.pipeline.schema_registry.as_ref().and_then(|registry| RegistryUrl::from_registry(registry).ok());
    let Some(url) = url else { return Vec::new() };
    let mut lines = vec![("schema.registry.url".to_owned(), url.base())];
    if let (Some(user), Some(password)) = (&url.user, &url.password) {
        lines.push(("basic.auth.credentials.source".to_owned(), "USER_INFO".to_owned()));
        lines.push(("basic.auth.user.info".to_owned(), format!("{user}:{password}")));
    }
    lines
}

/// Whose file it is.
#[derive(Clone, Copy)]
enum Escape {
    /// librdkafka's has no escapes.
    None,
    Java,
}

fn finish(prepared: &Prepared, lines: Vec<Line>, escape: Escape) -> String {
    let text: String = lines
        .into_iter()
        .map(|(name, value)| {
            if name.starts_with('#') {
                return format!("{name}\n");
            }
            match escape {
                // a line break would end the property
                Escape::None => format!("{name}={}\n", value.replace(['\r', '\n'], " ")),
                Escape::Java => format!("{name}={}\n", properties::write(&value)),
            }
        })
        .collect();
    prepared.fill(&text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::parse;
    use crate::secret::SecretRef;
    use proptest::prelude::*;

    const DOCUMENT: &str = r#"
version = 1
name = "orders"
[source]
kind = "tidb"
[kafka]
brokers = ["h:9092"]
topic = "meta"
[kafka.params]
protocol = "avro"
sasl-mechanism = "plain"
sasl-user = "store:x"
sasl-password = "store:x"
[schema_registry]
url = "https://h"
user = "key"
password = "store:x"
"#;

    /// The text behind `name=` on its line.
    fn line<'a>(text: &'a str, name: &str) -> &'a str {
        text.split('\n').find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap()
    }

    proptest! {
        #[test]
        fn clients_read_the_secret_that_was_stored(secret in "(?s).{1,40}", hostile in r##"[+/=%&#;:@?"'\\$! \n\r\té😀a]{1,16}"##) {
            for secret in [secret, hostile] {
                let fixed = secret.clone();
                let resolve = move |_: &str, _: &SecretRef| Some(fixed.clone());
                let secrets = Secrets::inline(&resolve);
                let pipeline = parse(DOCUMENT).unwrap();
                let java = java_client_properties(&pipeline, secrets);
                prop_assert_eq!(properties::read(line(&java, "basic.auth.user.info")), Some(format!("key:{secret}")));
                let login = properties::read(line(&java, "sasl.jaas.config")).unwrap();
                let password = login.split_once(" password=\"").unwrap().1.strip_suffix("\";").unwrap();
                prop_assert_eq!(jaas::read(password), Some(secret.clone()));
                // librdkafka's file cannot hold line breaks
                if !secret.contains(['\r', '\n']) {
                    let plain = client_properties(&pipeline, secrets);
                    prop_assert_eq!(line(&plain, "sasl.password"), secret);
                }
            }
        }
    }
}
