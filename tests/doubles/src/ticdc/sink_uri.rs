//! Sink URIs, as far as a server that connects to nothing reads them.

/// `scheme://[userinfo@]host/path?query`, its query decoded in order.
pub(super) struct SinkUri {
    pub scheme: String,
    authority: String,
    path: String,
    pub params: Vec<(String, String)>,
}

impl SinkUri {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let rest = rest.split('#').next().unwrap_or_default();
        let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = address.find('/').map_or((address, ""), |at| address.split_at(at));
        let pairs = query.split('&').filter(|pair| !pair.is_empty() && !pair.contains(';'));
        let params = pairs.filter_map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decode(name)?, decode(value)?))
        });
        Some(Self { scheme: scheme.to_ascii_lowercase(), authority: authority.to_owned(), path: path.to_owned(), params: params.collect() })
    }

    pub(super) fn is_kafka(&self) -> bool {
        matches!(self.scheme.as_str(), "kafka" | "kafka+ssl")
    }

    pub(super) fn topic(&self) -> &str {
        self.path.trim_matches('/')
    }

    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// As answers show it: with a SASL password the query is written anew, sorted, the password `xxxxx`. Other secrets stay.
    pub(super) fn display(text: &str) -> String {
        let Some(mut uri) = Self::parse(text) else { return String::new() };
        let query = match uri.params.iter_mut().find(|(name, _)| name == "sasl-password") {
            Some((_, password)) => {
                "xxxxx".clone_into(password);
                uri.params.sort();
                let pairs: Vec<String> = uri.params.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
                format!("?{}", pairs.join("&"))
            }
            None => text.find('?').map_or(String::new(), |at| text[at..].to_owned()),
        };
        let authority = match uri.authority.rsplit_once('@') {
            Some((login, host)) => match login.split_once(':') {
                Some((user, _)) => format!("{user}:xxxxx@{host}"),
                None => uri.authority.clone(),
            },
            None => uri.authority.clone(),
        };
        format!("{}://{authority}{}{query}", uri.scheme, uri.path)
    }
}

/// Go's `url.QueryUnescape`; `None` on a malformed escape.
pub(super) fn decode(text: &str) -> Option<String> {
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [bytes.next()?, bytes.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(out).ok()
}

/// Go's `url.QueryEscape`.
fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_mask_the_sasl_password_and_nothing_else() {
        for (stored, shown) in [
            (
                "kafka://127.0.0.1:9093/cdc?sasl-mechanism=SCRAM-SHA-256&sasl-user=ticdc&sasl-password=verysecure",
                "kafka://127.0.0.1:9093/cdc?sasl-mechanism=SCRAM-SHA-256&sasl-password=xxxxx&sasl-user=ticdc",
            ),
            ("kafka://u:p@b:9092/t?b=1&a=2", "kafka://u:xxxxx@b:9092/t?b=1&a=2"),
            ("kafka://b/t?sasl-gssapi-password=seen", "kafka://b/t?sasl-gssapi-password=seen"),
        ] {
            assert_eq!(SinkUri::display(stored), shown);
        }
    }
}
