//! The sink URI itself. Reading follows Go's `net/url`, because that is what TiCDC reads it with.

use super::escape::{Plus, decode, encode};
use super::query::parse_query;
use super::registry_url::RegistryUrl;
use crate::Finding;
use crate::config::Pipeline;
use crate::secret::{REDACTED, is_secret_key};

/// `kafka://host:port,host:port/topic?name=value&…`, taken apart and decoded. Shows itself redacted.
#[derive(Clone, PartialEq, Eq)]
pub struct SinkUri {
    /// `host:port` each, as written.
    pub brokers: Vec<String>,
    /// The default topic.
    pub topic: String,
    /// Query parameters in order, decoded. Names are unique after [`SinkUri::parse`].
    pub params: Vec<(String, String)>,
}

/// A sink URI as it was read.
pub(crate) struct ReadUri {
    pub uri: SinkUri,
    pub findings: Vec<Finding>,
    /// Names among its parameters that may be pieces of a secret, cut off by a raw `&` in it.
    pub hidden: Vec<String>,
}

impl SinkUri {
    /// The sink URI of a document. Secret references stay references: resolve the document first where values are needed.
    #[must_use]
    pub fn from_pipeline(pipeline: &Pipeline) -> Self {
        let kafka = &pipeline.kafka;
        let params = kafka.params.keys().filter_map(|name| Some((name.clone(), kafka.param(name)?))).collect();
        Self { brokers: kafka.brokers.clone(), topic: kafka.topic.clone(), params }
    }

    /// Reads a URI as TiCDC would, with warnings for everything that TiCDC would drop or ignore in silence.
    ///
    /// # Errors
    /// What makes TiCDC refuse the URI: scheme, host, escapes in the path, no topic. Findings never hold a value.
    pub fn parse(text: &str) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        Self::read(text).map(|read| (read.uri, read.findings))
    }

    /// As [`SinkUri::parse`], with the names that are better not shown.
    pub(crate) fn read(text: &str) -> Result<ReadUri, Vec<Finding>> {
        let mut findings = Vec::new();
        let refuse = |code: &str, message: &str, hint: &str| Err(vec![Finding::error("", code, message).hint(hint)]);
        if text.chars().any(|c| c.is_ascii_control()) {
            return refuse("sink-uri-invalid", "The sink URI holds a control character.", "Remove line breaks and tabs from it.");
        }
        let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
        if !fragment.is_empty() {
            findings.push(
                Finding::warning("", "sink-uri-fragment", "A raw `#` ends the URI: what follows it is lost.").hint("Write it as `%23`."),
            );
        }
        let shape = "A sink URI is `kafka://host:port,host:port/topic?name=value`.";
        let Some((scheme, rest)) = text.split_once("://") else {
            return refuse("sink-uri-invalid", "The sink URI has no scheme.", shape);
        };
        if !["kafka", "kafka+ssl"].contains(&scheme.to_ascii_lowercase().as_str()) {
            return refuse("sink-uri-scheme", "The scheme of the sink URI is not `kafka` or `kafka+ssl`.", shape);
        }
        if scheme.eq_ignore_ascii_case("kafka+ssl") {
            findings.push(
                Finding::info("", "sink-uri-scheme-ssl", "`kafka+ssl` changes nothing: TLS comes from `enable-tls` or certificates.")
                    .hint("Add `enable-tls=true`."),
            );
        }
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let host = match authority.rsplit_once('@') {
            Some((_, host)) => {
                findings.push(
                    Finding::warning("", "sink-uri-userinfo", "Credentials before the `@` are ignored.")
                        .hint("SASL takes them from `sasl-user` and `sasl-password`."),
                );
                host
            }
            None => authority,
        };
        if !is_go_host(host) {
            return refuse("sink-uri-host", "The brokers of the sink URI are not `host:port`, separated by commas.", shape);
        }
        let Some(path) = decode(path, Plus::Literal) else {
            return refuse("sink-uri-path", "The topic of the sink URI has a malformed `%` escape.", "A literal `%` is written `%25`.");
        };
        let topic = path.trim_matches('/').to_owned();
        if topic.is_empty() {
            return refuse("topic-missing", "No topic is given in the sink URI.", shape);
        }
        let (params, hidden) = parse_query(query, &mut findings);
        let brokers = host.split(',').map(str::to_owned).collect();
        Ok(ReadUri { uri: Self { brokers, topic, params }, findings, hidden })
    }

    /// The URI with its secrets, everything outside `A-Za-z0-9-._~` percent-encoded.
    #[must_use]
    pub fn render(&self) -> String {
        self.render_with(|_, value| encode(value))
    }

    /// The URI for people and logs: secrets are `xxxxx`.
    #[must_use]
    pub fn redacted(&self) -> String {
        self.render_with(|name, value| match name {
            _ if is_secret_key(name) => REDACTED.to_owned(),
            // an unreadable URL may hold a password anywhere
            "schema-registry" => encode(&RegistryUrl::parse(value).map_or_else(|_| REDACTED.to_owned(), |url| url.redacted())),
            _ => encode(value),
        })
    }

    /// The URI with values as `write` gives them, encoded or meant to stand as they are.
    pub(crate) fn render_with(&self, write: impl Fn(&str, &str) -> String) -> String {
        let brokers: Vec<String> = self.brokers.iter().map(|broker| encode_host(broker)).collect();
        let mut uri = format!("kafka://{}/{}", brokers.join(","), encode(&self.topic));
        for (i, (name, value)) in self.params.iter().enumerate() {
            uri.push(if i == 0 { '?' } else { '&' });
            uri.push_str(&encode(name));
            uri.push('=');
            uri.push_str(&write(name, value));
        }
        uri
    }
}

impl std::fmt::Display for SinkUri {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.redacted())
    }
}

impl std::fmt::Debug for SinkUri {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SinkUri({})", self.redacted())
    }
}

/// ASCII that Go lets stand in a host.
fn is_host_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:[]<>\"".contains(c) || !c.is_ascii()
}

/// Whether Go accepts the whole list as one host: it checks the characters and only the last port.
pub(crate) fn is_go_host(host: &str) -> bool {
    let after = match host.strip_prefix('[') {
        Some(_) => host.rsplit_once(']').map(|(_, after)| after),
        None => Some(host.rfind(':').map_or("", |at| &host[at..])),
    };
    let port_fits = |port: &str| port.is_empty() || port.strip_prefix(':').is_some_and(|p| p.chars().all(|c| c.is_ascii_digit()));
    host.chars().all(is_host_char) && after.is_some_and(port_fits)
}

/// A broker as it stands in the URI; what no host can hold is encoded so that it cannot reach another part.
fn encode_host(broker: &str) -> String {
    broker.chars().map(|c| if is_host_char(c) { c.to_string() } else { encode(c.encode_utf8(&mut [0; 4])) }).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> (SinkUri, Vec<String>) {
        let (uri, findings) = SinkUri::parse(text).unwrap_or_else(|f| panic!("{text}: {f:?}"));
        (uri, findings.into_iter().map(|f| f.code).collect())
    }

    fn password(raw: &str) -> Option<String> {
        let (uri, _) = parsed(&format!("kafka://h:1/t?protocol=avro&sasl-password={raw}&sasl-user=u"));
        assert_eq!(uri.params.last().unwrap().1, "u", "the parameters around it survive");
        uri.params.into_iter().find(|(name, _)| name == "sasl-password").map(|(_, value)| value)
    }

    #[test]
    fn query_values_decode_as_in_go() {
        for (raw, expected) in [
            ("a+b", Some("a b")),
            ("a%2Bb", Some("a+b")),
            ("a%20b", Some("a b")),
            ("a;b", None),
            ("50%", None),
            ("%zz", None),
            ("a%26b%23c", Some("a&b#c")),
            ("a/b=c:d@e?f", Some("a/b=c:d@e?f")),
            ("", Some("")),
        ] {
            assert_eq!(password(raw).as_deref(), expected, "{raw}");
        }
    }

    #[test]
    fn a_sink_uri_without_topic_or_with_a_bad_part_is_refused() {
        for (text, code) in [
            ("kafka://127.0.0.1:9092", "topic-missing"),
            ("kafka://127.0.0.1:9092/", "topic-missing"),
            ("kafka://127.0.0.1:9092//?protocol=avro", "topic-missing"),
            ("mysql://127.0.0.1:9092/t", "sink-uri-scheme"),
            ("127.0.0.1:9092/t", "sink-uri-invalid"),
            ("kafka://h:9092/%zz", "sink-uri-path"),
            ("kafka://h:port/t", "sink-uri-host"),
            ("kafka://a b:1/t", "sink-uri-host"),
            ("kafka://h:1/t\n", "sink-uri-invalid"),
        ] {
            assert_eq!(SinkUri::parse(text).unwrap_err()[0].code, code, "{text}");
        }
    }

    #[test]
    fn what_ticdc_ignores_in_silence_is_a_warning() {
        let (uri, codes) = parsed("Kafka+SSL://me:pw@a:1,b:2//x.y/?Protocol=avro&max-retry=1&max-retry=2&sasl-password=a+b&ca=%zz#rest");
        assert_eq!((uri.brokers.join(" "), uri.topic.as_str()), ("a:1 b:2".to_owned(), "x.y"));
        assert_eq!(uri.params.len(), 3);
        assert_eq!(
            codes,
            [
                "sink-uri-fragment",
                "sink-uri-scheme-ssl",
                "sink-uri-userinfo",
                "unknown-param",
                "sink-uri-param-repeated",
                "sink-uri-plus",
                "sink-uri-param-dropped"
            ]
        );
    }

    #[test]
    fn secrets_are_not_shown() {
        let (uri, _) = parsed(
            "kafka://127.0.0.1:9093/cdc?sasl-mechanism=SCRAM-SHA-256&sasl-user=ticdc&sasl-password=verysecure&schema-registry=https%3A%2F%2Fu%3Apw%40h",
        );
        for shown in [uri.to_string(), format!("{uri:?}"), uri.redacted()] {
            assert!(shown.contains("sasl-password=xxxxx") && shown.contains("sasl-user=ticdc"), "{shown}");
            assert!(!shown.contains("verysecure") && !shown.contains("pw"), "{shown}");
        }
    }

    #[test]
    fn the_confluent_form_is_written_as_the_manual_has_it() {
        let params = [("protocol", "avro"), ("sasl-password", "a+b/c==&d%e#f;g h")];
        let uri = SinkUri {
            brokers: vec!["pkc-abc.us-east-1.aws.confluent.cloud:9092".to_owned()],
            topic: "ticdc-meta".to_owned(),
            params: params.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        };
        assert_eq!(
            uri.render(),
            "kafka://pkc-abc.us-east-1.aws.confluent.cloud:9092/ticdc-meta?protocol=avro&sasl-password=a%2Bb%2Fc%3D%3D%26d%25e%23f%3Bg%20h"
        );
    }

    proptest! {
        #[test]
        fn what_is_rendered_parses_back(
            brokers in proptest::collection::vec("[a-z0-9.-]{1,12}:[0-9]{1,5}", 1..4),
            topic in "[^/]([^\u{0}]{0,12}[^/])?",
            params in proptest::collection::btree_map(".{1,12}", ".{0,24}", 0..5),
        ) {
            let uri = SinkUri { brokers, topic, params: params.into_iter().collect() };
            let (back, _) = SinkUri::parse(&uri.render()).unwrap();
            prop_assert_eq!(back, uri);
        }

        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = SinkUri::parse(&text);
            let _ = SinkUri::parse(&format!("kafka://{text}"));
        }

        #[test]
        fn no_password_survives_redaction(secret in "[A-Za-z0-9]{8,20}Z9q") {
            let params = vec![("sasl-password".to_owned(), secret.clone()), ("schema-registry".to_owned(), format!("https://u:{secret}@h"))];
            let uri = SinkUri { brokers: vec!["h:1".to_owned()], topic: "t".to_owned(), params };
            prop_assert!(!uri.redacted().contains(&secret));
        }
    }
}
