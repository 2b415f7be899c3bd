//! Secrets of requests: kept out of errors, and looked for masks.

use crate::clients::http::RemoteError;
use serde_json::Value;
use shared::secret::{REDACTED, is_masked, is_secret_key};

/// A shorter text would be found in innocent words.
const SHORTEST_SECRET: usize = 4;

/// The error without the secrets of the request, which a server may repeat in its own way.
pub(super) fn scrub(mut error: RemoteError, request: &Value) -> RemoteError {
    let mut secrets = Vec::new();
    for_each_secret(request, &mut |_, secret| secrets.push(secret.to_owned()));
    // A secret that holds another one goes first.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST_SECRET && *secret != REDACTED) {
        error.reason = error.reason.replace(secret.as_str(), REDACTED);
    }
    error
}

/// The key of the first secret in a request that is a mask instead: `sasl_password`, `schema_registry`.
pub(super) fn first_mask(request: &Value) -> Option<String> {
    let mut found = None;
    for_each_secret(request, &mut |key, secret| {
        if found.is_none() && is_masked(secret) {
            found = Some(key.to_owned());
        }
    });
    found
}

/// Every secret with the key that it stands under; those within URLs raw and decoded, under the URL's parameter if they have one.
fn for_each_secret(value: &Value, visit: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text) if is_secret(key) => visit(key, text),
                    Value::String(text) => for_each_in_url(key, text, visit),
                    other => for_each_secret(other, visit),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| for_each_secret(item, visit)),
        _ => {}
    }
}

fn is_secret(key: &str) -> bool {
    let key = key.replace('_', "-");
    is_secret_key(&key) || key.ends_with("access-key")
}

/// The password before the `@`, and parameters whose names say that they are secret; also of a URL within the URL.
fn for_each_in_url(key: &str, text: &str, visit: &mut dyn FnMut(&str, &str)) {
    let Some((_, rest)) = text.split_once("://") else { return };
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    if let Some((login, _)) = address.rsplit_once('@')
        && let Some((_, password)) = login.split_once(':')
    {
        raw_and_decoded(key, password, visit);
    }
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        if is_secret(name) {
            raw_and_decoded(name, value, visit);
        } else {
            for_each_in_url(name, &decoded(value), visit);
        }
    }
}

fn raw_and_decoded(key: &str, raw: &str, visit: &mut dyn FnMut(&str, &str)) {
    visit(key, raw);
    let decoded = decoded(raw);
    if decoded != raw {
        visit(key, &decoded);
    }
}

fn decoded(raw: &str) -> String {
    percent_encoding::percent_decode_str(raw).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::clients::http::RemoteErrorKind;
    use serde_json::json;

    fn request() -> Value {
        json!({
            "sink_uri": "kafka://b:9092/t?sasl-user=u&sasl-password=a%2Bsecret&schema-registry=https%3A%2F%2Fk%3Areg-secret%40r",
            "replica_config": { "sink": {
                "schema_registry": "https://key:other-secret@r.example",
                "kafka_config": { "sasl_oauth_client_secret": "oauth-s3cret", "glue_schema_registry_config": { "access_key": "AKIA-of-test" } },
            } },
        })
    }

    #[test]
    fn no_form_of_a_secret_stays_in_an_error() {
        let text = "a%2Bsecret a+secret reg-secret other-secret oauth-s3cret AKIA-of-test kafka";
        let error = RemoteError::new("TiCDC", "changefeed", RemoteErrorKind::Invalid, 400, text.to_owned());
        assert_eq!(scrub(error, &request()).reason, "xxxxx xxxxx xxxxx xxxxx xxxxx xxxxx kafka");
    }

    #[test]
    fn a_mask_is_found_wherever_a_secret_stands() {
        assert_eq!(first_mask(&request()), None);
        for (pointer, text, expected) in [
            ("/sink_uri", "kafka://b:9092/t?sasl-password=xxxxx&sasl-user=u", "sasl-password"),
            ("/replica_config/sink/schema_registry", "https://key:xxxxx@r.example", "schema_registry"),
            ("/replica_config/sink/schema_registry", "https://key:%2A%2A%2A%2A%2A%2A@r.example", "schema_registry"),
            ("/replica_config/sink/kafka_config/sasl_oauth_client_secret", "******", "sasl_oauth_client_secret"),
        ] {
            let mut masked = request();
            *masked.pointer_mut(pointer).unwrap() = text.into();
            assert_eq!(first_mask(&masked).as_deref(), Some(expected), "{text}");
        }
    }
}
