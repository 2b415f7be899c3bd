//! The query of a sink URI: what TiCDC reads from it, and what it would drop or ignore in silence.

use super::escape::{Plus, decode};
use super::params::{is_known_param, unknown_param};
use crate::Finding;
use crate::secret::is_secret_key;

/// Parameters in order, and the names that no finding shows: see [`super::uri::ReadUri::hidden`].
pub(super) fn parse_query(query: &str, findings: &mut Vec<Finding>) -> (Vec<(String, String)>, Vec<String>) {
    let mut params: Vec<(String, String)> = Vec::new();
    let mut hidden: Vec<String> = Vec::new();
    let mut is_behind_secret = false;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (raw_name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(raw_name, Plus::Space);
        let known = is_known_param(name.as_deref().unwrap_or(raw_name));
        let is_hidden = !known && (is_behind_secret || !looks_like_name(raw_name));
        // a secret may be cut more than once
        is_behind_secret = holds_secret(raw_name) || (is_behind_secret && !known);
        let decoded = if pair.contains(';') { None } else { name.zip(decode(value, Plus::Space)) };
        let Some((name, decoded_value)) = decoded else {
            let shown = if known { format!("`{raw_name}`") } else { "A parameter".to_owned() };
            findings.push(
                Finding::warning(
                    "",
                    "sink-uri-param-dropped",
                    format!("{shown} has a malformed `%` escape or a raw `;`: TiCDC drops it silently."),
                )
                .hint("Percent-encode the value: `%` is `%25`, `;` is `%3B`."),
            );
            continue;
        };
        let (path, shown) = match is_hidden {
            true => (PARAMS.to_owned(), "a parameter".to_owned()),
            false => (format!("{PARAMS}.{name}"), format!("`{name}`")),
        };
        if value.contains('+') {
            findings.push(
                Finding::warning(path.as_str(), "sink-uri-plus", format!("A raw `+` in {shown} is read as a space."))
                    .hint("If a plus is meant, write it as `%2B`; for a space write `%20`."),
            );
        }
        if params.iter().any(|(own, _)| *own == name) {
            let message = format!("Of {shown}, which is given twice, the first counts.");
            findings.push(Finding::warning(path, "sink-uri-param-repeated", message));
            continue;
        }
        if is_hidden {
            let message = "TiCDC does not know a parameter of the URI; its name is not shown, as it may be a piece of a secret.";
            findings.push(Finding::warning(path, "unknown-param", message).hint("Write a `&` that belongs to a value as `%26`."));
            hidden.push(name.clone());
        } else if !known {
            findings.push(unknown_param(path, &name));
        }
        params.push((name, decoded_value));
    }
    (params, hidden)
}

const PARAMS: &str = "kafka.params";

fn holds_secret(name: &str) -> bool {
    is_secret_key(name) || name == "schema-registry"
}

/// Whether it can be the name of a parameter, of whatever client.
fn looks_like_name(text: &str) -> bool {
    text.len() <= 40
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_piece_of_a_secret_is_not_named() {
        for (query, is_named) in [
            ("sasl-password=a&hunter2=c", false),
            ("sasl-password=a&hunter2", false),
            ("sasl-password=a&b=c&hunter2=d+e", false),
            ("sasl-password=a%zz&hunter2=c", false),
            ("sasl-pasword=a&hunter2=b&hunter2=c", false),
            ("schema-registry=https://u:a&hunter2@h", false),
            ("protocol=avro&hunter2/==b", false),
            ("protocol=avro&hunter2%zz=b", false),
            ("sasl-password=a&protocol=avro&hunter2=b", true),
            ("hunter2=b+c&sasl-password=a", true),
        ] {
            let mut findings = Vec::new();
            parse_query(query, &mut findings);
            assert!(!findings.is_empty(), "{query}");
            assert_eq!(format!("{findings:?}").contains("hunter2"), is_named, "{query}: {findings:?}");
        }
    }
}
