//! How a pasted secret looks: what came along with it, and what is no secret at all.

use super::SecretRef;
use super::snowflake_key;
use super::trap::is_escape;
use crate::Finding;
use crate::sink_uri::escape::{Plus, decode, is_unreserved};

/// Length of a Confluent API key: upper-case letters and digits.
const API_KEY_CHARS: usize = 16;
/// Length of a Confluent API secret, base64-like.
const API_SECRET_CHARS: usize = 64;

/// What is suspicious about a secret as it was pasted. References (`env:NAME`) are looked at for white space only.
#[must_use]
pub fn findings(path: &str, text: &str) -> Vec<Finding> {
    let mut found = Vec::new();
    let trimmed = text.trim();
    if trimmed.len() != text.len() {
        let message = "The secret has white space or a line break around it.";
        found.push(Finding::warning(path, "white-space-around-secret", message).hint("Saving removes it."));
    }
    if !SecretRef::parse(text).is_inline() || trimmed.is_empty() {
        return found;
    }
    // a PEM file has lines of its own
    if trimmed.contains(['\r', '\n']) && !trimmed.contains("-----BEGIN") {
        let message = "The secret has a line break inside: a long line was probably wrapped when it was copied.";
        found.push(Finding::warning(path, "secret-line-break", message).hint("Join the lines."));
    }
    if let Some(at) = trimmed.chars().position(is_invisible) {
        let message = format!("The secret has an invisible character at position {}.", at + 1);
        found.push(Finding::warning(path, "secret-invisible-character", message).hint("Copy it from the key file, or type it there anew."));
    }
    if in_quotes(trimmed).is_some() {
        let message = "The secret stands in quotes: they would be sent as a part of it.";
        found.push(Finding::warning(path, "secret-in-quotes", message).hint("Remove them, unless they belong to the secret."));
    }
    if is_masked(trimmed) {
        let message = "This is a mask that some tool shows instead of the secret.";
        found.push(Finding::error(path, "secret-masked", message).hint("Paste the secret itself: it would be stored as it stands."));
    } else if is_placeholder(trimmed) {
        let message = "This looks like a placeholder from an example, not like a secret.";
        found.push(
            Finding::warning(path, "secret-placeholder", message).hint("Put the secret in its place, or a reference such as `env:NAME`."),
        );
    } else if is_api_key(trimmed) {
        let message = "This looks like a Confluent API key, not like its secret.";
        found.push(
            Finding::warning(path, "secret-is-key", message)
                .hint(format!("The secret is the longer one, of {API_SECRET_CHARS} characters.")),
        );
    }
    if looks_encoded(trimmed) {
        let message = "The secret looks percent-encoded already.";
        found.push(
            Finding::warning(path, "secret-looks-encoded", message).hint("Store the raw secret: it is encoded where a URL needs it."),
        );
    }
    found
}

/// What only shows with key and secret side by side: that they were mixed up. `key` is an API key or user name.
#[must_use]
pub fn pair_findings(key_path: &str, key: &str, secret_path: &str, secret: &str) -> Vec<Finding> {
    let (key, secret) = (key.trim(), secret.trim());
    if is_api_key(secret) && is_api_secret(key) {
        let message = "API key and secret are swapped.";
        return vec![
            Finding::error(key_path, "key-and-secret-swapped", message).hint("The key is the one of 16 upper-case letters and digits."),
        ];
    }
    if !key.is_empty() && key == secret {
        let message = "The secret is the same text as the key.";
        return vec![Finding::warning(secret_path, "secret-same-as-key", message).hint("Paste the line below `API secret:`.")];
    }
    Vec::new()
}

/// The raw secret that was probably meant; `None` when there is nothing to change.
pub(crate) fn cleaned(text: &str) -> Option<String> {
    if let Some(key) = snowflake_key::normalise(text) {
        return (key != text).then_some(key);
    }
    let trimmed = text.trim();
    let bare = in_quotes(trimmed).unwrap_or(trimmed);
    let joined: String = bare.split(['\r', '\n']).map(str::trim).collect();
    let joined: String = joined.chars().filter(|c| !is_invisible(*c)).collect();
    let raw = decoded(&joined).unwrap_or(joined);
    (raw != text && !raw.is_empty()).then_some(raw)
}

/// `%2B`, and no other character that would have to be encoded.
#[must_use]
pub fn looks_encoded(secret: &str) -> bool {
    let mut escapes = secret.match_indices('%').peekable();
    escapes.peek().is_some() && escapes.all(|(at, _)| is_escape(secret, at)) && secret.chars().all(|c| c == '%' || is_unreserved(c))
}

/// The text with one layer of percent-encoding less, when it looks as if it had one.
pub(crate) fn decoded(secret: &str) -> Option<String> {
    looks_encoded(secret).then(|| decode(secret, Plus::Literal)).flatten()
}

/// Whether it is what tools show instead of a secret: `****`, `xxxxx`, `[hidden]`, `(sensitive value)`.
#[must_use]
pub fn is_masked(text: &str) -> bool {
    let text = text.trim();
    let made_of = |mask: &[char], least: usize| text.chars().count() >= least && text.chars().all(|c| mask.contains(&c));
    let lower = text.to_ascii_lowercase();
    let word = lower.trim_matches(|c| "[](){}<>*".contains(c));
    made_of(&['*', '•', '●', '·', '.', '…'], 3)
        || made_of(&['x', 'X'], 4)
        || lower == "redacted"
        || (word.len() < lower.len() && ["hidden", "redacted", "masked", "sensitive", "sensitive value"].contains(&word))
}

/// Whether it is surely what manuals write where the reader's own value belongs: `<broker_endpoint>`, `{{name}}`, `YOUR_KEY`.
pub(crate) fn is_template(text: &str) -> bool {
    let text = text.trim();
    [("<", ">"), ("{{", "}}")].iter().any(|(open, close)| is_name_within(text, open, close)) || text.starts_with("YOUR_")
}

fn is_name_within(text: &str, open: &str, close: &str) -> bool {
    let name = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)).unwrap_or_default();
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_ .".contains(c))
}

/// Whether it is an example's stand-in for a secret: `<secret>`, `${NAME}`, `YOUR_API_SECRET`, `changeme`. What Connect
/// looks up by itself (`${file:/path:key}`) is none.
#[must_use]
pub fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let lower = text.to_ascii_lowercase();
    is_template(text)
        || [("${", "}"), ("{", "}"), ("[", "]")].iter().any(|(open, close)| is_name_within(text, open, close))
        || ["your_", "your-", "my_secret", "my-secret", "insert_", "replace_"].iter().any(|start| lower.starts_with(start))
        || ["changeme", "change-me", "change_me", "todo", "secret", "api_secret", "api-secret", "apisecret"].contains(&lower.as_str())
}

fn is_api_key(text: &str) -> bool {
    text.len() == API_KEY_CHARS && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_api_secret(text: &str) -> bool {
    text.len() == API_SECRET_CHARS && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
}

/// The text between a pair of the same quotes.
fn in_quotes(text: &str) -> Option<&str> {
    [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’')]
        .iter()
        .find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))
        .filter(|inside| !inside.is_empty())
}

/// Takes no room on the screen, or looks like a space and is none.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
        || (c.is_control() && !matches!(c, '\r' | '\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> Vec<String> {
        findings("p", text).into_iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn each_look_has_its_finding() {
        for (text, expected) in [
            ("k3+/x9Z==", ""),
            ("pass word%", ""),
            ("", ""),
            ("ab\n", "white-space-around-secret"),
            ("env:NAME ", "white-space-around-secret"),
            ("abc\r\ndef", "secret-line-break"),
            ("-----BEGIN PRIVATE KEY-----\nabc", ""),
            ("abc\u{200b}def", "secret-invisible-character"),
            ("\"abc\"", "secret-in-quotes"),
            ("“abc”", "secret-in-quotes"),
            ("\"", ""),
            ("****************", "secret-masked"),
            ("xxxxx", "secret-masked"),
            ("XXXX", "secret-masked"),
            ("......", "secret-masked"),
            ("REDACTED", "secret-masked"),
            ("xxx", ""),
            ("[hidden]", "secret-masked"),
            ("(sensitive value)", "secret-masked"),
            ("hidden", ""),
            ("xx", ""),
            ("<API secret>", "secret-placeholder"),
            ("${CLUSTER_SECRET}", "secret-placeholder"),
            ("YOUR_API_SECRET", "secret-placeholder"),
            ("${file:/etc/k.properties:key}", ""),
            ("ABCD1234EFGH5678", "secret-is-key"),
            ("abcd1234EFGH5678", ""),
            ("a%2Bb", "secret-looks-encoded"),
            ("a%2Bb+", ""),
            ("50%", ""),
        ] {
            assert_eq!(codes(text).join(" "), expected, "{text:?}");
        }
    }

    #[test]
    fn no_finding_holds_the_secret() {
        for text in [" q7Kz%2Bmm ", "\"q7Kz\"", "q7Kz\nq7Kz", "<q7Kz>", "q7Kz\u{feff}"] {
            assert!(!findings("p", text).is_empty() && !format!("{:?}", findings("p", text)).contains("q7Kz"), "{text:?}");
        }
    }

    #[test]
    fn key_and_secret_are_told_apart() {
        let (key, secret) = ("ABCD1234EFGH5678", "k3+/x9Z0".repeat(8));
        let code = |key: &str, secret: &str| pair_findings("k", key, "s", secret).first().map(|finding| finding.code.clone());
        assert_eq!(code(key, &secret), None);
        assert_eq!(code(&secret, key).as_deref(), Some("key-and-secret-swapped"));
        assert_eq!(code(key, key).as_deref(), Some("secret-same-as-key"));
        assert_eq!(code("", ""), None);
    }

    #[test]
    fn what_was_meant_is_offered() {
        for (text, expected) in
            [(" a%2Bb\n", Some("a+b")), ("\"a b\"", Some("a b")), ("abc\r\n  def", Some("abcdef")), ("a+b", None), ("  ", None)]
        {
            assert_eq!(cleaned(text).as_deref(), expected, "{text:?}");
        }
    }
}
