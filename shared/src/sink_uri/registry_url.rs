//! The registry's URL, with or without credentials in it.

use super::escape::{Plus, decode, encode};
use crate::Finding;
use crate::config::SchemaRegistry;
use crate::secret::{REDACTED, is_userinfo};

/// `http(s)://[user[:password]@]host[:port][/prefix]`, decoded. Shows itself redacted.
#[derive(Clone, PartialEq, Eq)]
pub struct RegistryUrl {
    /// `http` or `https`.
    pub scheme: String,
    /// `host` or `host:port`, as written.
    pub host: String,
    /// Path without slashes at the end: empty, or begins with `/`.
    pub prefix: String,
    pub user: Option<String>,
    pub password: Option<String>,
}

impl RegistryUrl {
    /// Reads a URL as TiCDC does: the last `@` ends the credentials, their first `:` splits them, `+` is a plus.
    ///
    /// # Errors
    /// A finding without the URL's text, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, Finding> {
        let refuse = |message: &str| {
            Finding::error("", "registry-url-invalid", message).hint("Write it as `https://psrc-xxxxx.region.cloud.confluent.cloud`.")
        };
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").ok_or_else(|| refuse("The registry URL has no scheme."))?;
        let scheme = scheme.to_ascii_lowercase();
        if scheme != "http" && scheme != "https" {
            return Err(refuse("The registry URL's scheme is not `http` or `https`."));
        }
        if rest.contains(['?', '#']) {
            return Err(refuse("The registry URL has a query or fragment, or an unencoded `?` or `#` in its credentials."));
        }
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        // an unencoded slash in the password leaves an `@` in the path
        if path.contains('@') && !authority.contains('@') {
            return Err(refuse("The registry URL's credentials have an unencoded `/`."));
        }
        let (credentials, host) = authority.rsplit_once('@').map_or((None, authority), |(before, host)| (Some(before), host));
        let port_fits = host.rsplit_once(':').is_none_or(|(_, port)| port.ends_with(']') || port.parse::<u16>().is_ok());
        let host_fits = |c: char| c.is_ascii_alphanumeric() || "-._~:[]".contains(c) || !c.is_ascii();
        if host.is_empty() || host.starts_with(':') || !port_fits || !host.chars().all(host_fits) {
            return Err(refuse("The registry URL's host is not `host` or `host:port`."));
        }
        let part =
            |raw: &str| decode(raw, Plus::Literal).ok_or_else(|| refuse("The registry URL's credentials have a malformed `%` escape."));
        let (user, password) = match credentials.map(|c| c.split_once(':').map_or((c, None), |(user, password)| (user, Some(password)))) {
            None => (None, None),
            Some((user, password)) => (Some(part(user)?), password.map(part).transpose()?),
        };
        Ok(Self { scheme, host: host.to_owned(), prefix: path.trim_end_matches('/').to_owned(), user, password })
    }

    /// Whether the credentials hold characters as they are that Go refuses there (a space, `"`, `<`, `{`, a backslash, anything
    /// outside ASCII). [`RegistryUrl::parse`] takes them: what we write ourselves is encoded.
    pub(crate) fn has_raw_credentials(text: &str) -> bool {
        let authority = text.split_once("://").and_then(|(_, rest)| rest.split('/').next());
        let credentials = authority.and_then(|authority| authority.rsplit_once('@')).map(|(credentials, _)| credentials);
        credentials.is_some_and(|credentials| !credentials.chars().all(is_userinfo))
    }

    /// The registry of a document: its `user` and `password` fields come before credentials in the URL.
    ///
    /// # Errors
    /// As [`RegistryUrl::parse`], at `schema_registry.url`.
    pub fn from_registry(registry: &SchemaRegistry) -> Result<Self, Finding> {
        let mut url = Self::parse(&registry.url).map_err(|finding| finding.below("schema_registry.url"))?;
        if !registry.user.is_empty() {
            url.user = Some(registry.user.clone());
        }
        if !registry.password.is_empty() {
            url.password = Some(registry.password.0.clone());
        }
        Ok(url)
    }

    /// The URL without credentials.
    #[must_use]
    pub fn base(&self) -> String {
        format!("{}://{}{}", self.scheme, self.host, self.prefix)
    }

    /// The URL with its credentials, percent-encoded.
    #[must_use]
    pub fn render(&self) -> String {
        self.render_with(encode)
    }

    /// The URL for people and logs: the password is `xxxxx`.
    #[must_use]
    pub fn redacted(&self) -> String {
        self.render_with(|_| REDACTED.to_owned())
    }

    /// The URL with the password as `write` gives it, encoded or meant to stand as it is.
    pub(crate) fn render_with(&self, write: impl Fn(&str) -> String) -> String {
        let user = encode(self.user.as_deref().unwrap_or_default());
        let credentials = match (&self.user, &self.password) {
            (None, None) => String::new(),
            (_, Some(password)) => format!("{user}:{}@", write(password)),
            (Some(_), None) => format!("{user}@"),
        };
        format!("{}://{credentials}{}{}", self.scheme, self.host, self.prefix)
    }
}

impl std::fmt::Display for RegistryUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.redacted())
    }
}

impl std::fmt::Debug for RegistryUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RegistryUrl({})", self.redacted())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn credentials_are_decoded_and_slashes_trimmed() {
        let url = RegistryUrl::parse("https://SRKEY:a%2Fb+c@d%40e:f@psrc-abc.confluent.cloud/sub//").unwrap();
        assert_eq!((url.user.as_deref(), url.password.as_deref()), (Some("SRKEY"), Some("a/b+c@d@e:f")));
        assert_eq!((url.base().as_str(), url.host.as_str()), ("https://psrc-abc.confluent.cloud/sub", "psrc-abc.confluent.cloud"));
        assert_eq!(url.render(), "https://SRKEY:a%2Fb%2Bc%40d%40e%3Af@psrc-abc.confluent.cloud/sub");
        assert_eq!(url.to_string(), "https://SRKEY:xxxxx@psrc-abc.confluent.cloud/sub");
        assert!(!format!("{url:?}").contains("a/b"));
    }

    #[test]
    fn raw_credentials_are_those_that_go_refuses() {
        for (text, expected) in [
            ("https://k:a%20b@h", false),
            ("https://k:a+b~!$&'()*,;=@h/a b", false),
            ("https://h/\"<{\\", false),
            ("https://k:a b@h", true),
            ("https://k:\"@h", true),
            ("https://k<:a@h", true),
            ("https://k:{@h", true),
            ("https://k:\\@h", true),
            ("https://k:é@h", true),
        ] {
            assert_eq!(RegistryUrl::has_raw_credentials(text), expected, "{text}");
            assert!(RegistryUrl::parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_registry_url_is_refused_without_showing_it() {
        for text in [
            "psrc-abc:8081",
            "ftp://h",
            "https://",
            "https://u:se/cret@h",
            "https://u:50%@h",
            "http://h:99999",
            "http://a b",
            "https://u:a#b@h",
        ] {
            let finding = RegistryUrl::parse(text).unwrap_err();
            assert_eq!(finding.code, "registry-url-invalid", "{text}");
            assert!(!finding.message.contains("cret"), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_rendered_parses_back(
            host in "[a-z0-9.-]{1,12}(:[0-9]{1,4})?",
            prefix in "(/[a-z:.]{1,8}){0,2}",
            user in proptest::option::of(".{0,12}"),
            password in proptest::option::of(".{0,12}"),
        ) {
            // a password without a user is written as an empty user
            let user = if password.is_some() { Some(user.unwrap_or_default()) } else { user };
            let url = RegistryUrl { scheme: "https".to_owned(), host, prefix, user, password };
            prop_assert_eq!(RegistryUrl::parse(&url.render()).unwrap(), url);
        }

        #[test]
        fn no_text_panics(text in ".{0,60}") {
            let _ = RegistryUrl::parse(&text);
            let _ = RegistryUrl::parse(&format!("https://{text}"));
        }
    }
}
