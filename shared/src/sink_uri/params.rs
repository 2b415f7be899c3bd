//! Names in the sink URI's query. TiCDC ignores one it does not know without a message.

use crate::Finding;
use crate::spelling::did_you_mean;
use crate::ticdc::{ConfigKey, all, by_param};

/// Whether TiCDC reads a query parameter of this name (names are compared exactly).
#[must_use]
pub fn is_known_param(name: &str) -> bool {
    by_param(name).is_some()
}

/// A warning for a name that would be ignored.
pub(super) fn unknown_param(path: String, name: &str) -> Finding {
    let message = format!("TiCDC does not know the parameter `{name}` and would ignore it silently.");
    Finding::warning(path, "unknown-param", message).hint(advice(name))
}

/// Names of guides and other clients come with what to write instead.
fn advice(name: &str) -> String {
    if let Some(place) = all().filter(|key| key.name == name).find_map(ConfigKey::path) {
        return format!("It is an option of the file: move it to `changefeed.config.{place}`.");
    }
    let instead = match name {
        "keep-connection-alive" => "Remove it: it never did anything.",
        "compressionType" | "compression-type" => "Write `compression`.",
        "sasl-username" => "Write `sasl-user`.",
        "security-protocol" | "security.protocol" | "tls" | "ssl" => "Write `enable-tls=true`, and `sasl-mechanism` for a login.",
        "topic" => "The topic is the path of the URI: `kafka.topic`.",
        _ => "",
    };
    match did_you_mean(name, all().filter_map(ConfigKey::param)) {
        _ if !instead.is_empty() => instead.to_owned(),
        hint if hint.is_empty() => "Remove it, or check its spelling in the TiCDC manual.".to_owned(),
        hint => hint,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_ignored_comes_with_the_one_to_write() {
        for (name, hint) in [
            ("partition_num", "Did you mean `partition-num`?"),
            ("Protocol", "Did you mean `protocol`?"),
            ("keep-connection-alive", "never did anything"),
            ("compressionType", "Write `compression`."),
            ("sasl-oauth-client-id", "changefeed.config.sink.kafka-config.sasl-oauth-client-id"),
            ("encoder-concurrency", "changefeed.config.sink.encoder-concurrency"),
            ("zebra", "Remove it"),
        ] {
            let finding = unknown_param(String::new(), name);
            assert_eq!(finding.code, "unknown-param");
            assert!(finding.hint.contains(hint), "{name}: {}", finding.hint);
        }
    }
}
