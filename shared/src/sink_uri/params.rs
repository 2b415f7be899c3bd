//! The names that TiCDC reads from a sink URI's query. Any other name is ignored there without a message.
//! Source: `pingcap/ticdc` pkg/sink/kafka/options.go, pkg/sink/codec/common/config.go, pkg/config/sink.go.

use crate::Finding;
use crate::spelling::did_you_mean;

/// Options that the URI shares with `sink.kafka-config`.
pub(super) const SHARED: [&str; 30] = [
    "partition-num",
    "replication-factor",
    "kafka-version",
    "max-message-bytes",
    "compression",
    "kafka-client-id",
    "auto-create-topic",
    "dial-timeout",
    "write-timeout",
    "read-timeout",
    "required-acks",
    "enable-tls",
    "ca",
    "cert",
    "key",
    "insecure-skip-verify",
    "sasl-user",
    "sasl-password",
    "sasl-mechanism",
    "sasl-gssapi-auth-type",
    "sasl-gssapi-keytab-path",
    "sasl-gssapi-kerberos-config-path",
    "sasl-gssapi-service-name",
    "sasl-gssapi-user",
    "sasl-gssapi-password",
    "sasl-gssapi-realm",
    "sasl-gssapi-disable-pafxfast",
    "enable-tidb-extension",
    "max-batch-size",
    "encoding-format",
];

/// Options that only the URI, or the URI and another part of the file, can carry.
const URI_ONLY: [&str; 13] = [
    "protocol",
    "max-retry",
    "avro-decimal-handling-mode",
    "avro-bigint-unsigned-handling-mode",
    "avro-include-before-value",
    "avro-enable-watermark",
    "schema-registry",
    "transaction-atomicity",
    "only-output-updated-columns",
    "content-compatible",
    "output-row-key",
    "debezium-disable-schema",
    "debezium-include-start-ts",
];

fn known() -> impl Iterator<Item = &'static str> {
    SHARED.into_iter().chain(URI_ONLY)
}

/// Whether TiCDC reads a query parameter of this name (names are compared exactly).
#[must_use]
pub fn is_known_param(name: &str) -> bool {
    known().any(|own| own == name)
}

/// A warning for a name that would be ignored.
pub(super) fn unknown_param(path: String, name: &str) -> Finding {
    let hint = match did_you_mean(name, known()) {
        hint if hint.is_empty() => "Remove it, or check its spelling in the TiCDC manual.".to_owned(),
        hint => hint,
    };
    Finding::warning(path, "unknown-param", format!("TiCDC does not know the parameter `{name}` and would ignore it silently.")).hint(hint)
}
