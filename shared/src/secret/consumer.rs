//! Who reads a secret: each with its own syntax, what that makes of a text put there as it is, and how to write it right.

use super::trap::{AUTHORITY_ENDS, Effect, Pattern, Trap, is_userinfo};
use crate::quoting::{hcl, jaas, properties};
use crate::render::shell::{double_quoted, quoted};
use crate::sink_uri::escape::{Plus, decode, encode};
use crate::sink_uri::uri::is_go_host;
use Effect::{Changes, Ends, Refuses};

/// A place where users put a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consumer {
    /// `sasl-password=` in the query of TiCDC's sink URI.
    SinkUri,
    /// The password in the registry's URL, as TiCDC and `confluent-kafka` (Python) read it. Java's clients do not decode it:
    /// give them `basic.auth.user.info`.
    RegistryUrl,
    /// A value of a Java properties file.
    JavaProperties,
    /// `password="…"` in the `sasl.jaas.config` of a Java properties file: two syntaxes, one in the other.
    Jaas,
    /// A line `sasl.password=…` as librdkafka's tools and examples read it.
    Librdkafka,
    /// A shell word in double quotes.
    ShellDouble,
    /// A shell word in single quotes.
    ShellSingle,
    /// A JSON string: connector configurations, Open API requests.
    Json,
    /// A TOML string: pipeline document, changefeed configuration.
    Toml,
    /// A string of Terraform's language.
    Hcl,
    /// The part behind the colon in `curl -u KEY:SECRET`, as curl receives it.
    Curl,
}

/// What a consumer gets.
pub(super) enum Read {
    Text(String),
    /// Something that depends on more than the text, or no value at all.
    Other,
    Refused,
}

impl Consumer {
    pub const ALL: [Self; 11] = [
        Self::SinkUri,
        Self::RegistryUrl,
        Self::JavaProperties,
        Self::Jaas,
        Self::Librdkafka,
        Self::ShellDouble,
        Self::ShellSingle,
        Self::Json,
        Self::Toml,
        Self::Hcl,
        Self::Curl,
    ];

    /// Its name for a person.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SinkUri => "TiCDC sink URI",
            Self::RegistryUrl => "Registry URL",
            Self::JavaProperties => "Java properties file",
            Self::Jaas => "JAAS in a Java properties file",
            Self::Librdkafka => "librdkafka configuration",
            Self::ShellDouble => "Shell, double quotes",
            Self::ShellSingle => "Shell, single quotes",
            Self::Json => "JSON",
            Self::Toml => "TOML",
            Self::Hcl => "Terraform",
            Self::Curl => "curl -u",
        }
    }

    /// Where the secret goes; `…` stands for what [`super::Reading::write`] gives.
    #[must_use]
    pub fn place(self) -> &'static str {
        match self {
            Self::SinkUri => "kafka://…?sasl-password=…",
            Self::RegistryUrl => "https://KEY:…@psrc-xxxxx.region.cloud.confluent.cloud",
            Self::JavaProperties => "ssl.key.password=…",
            Self::Jaas => "sasl.jaas.config=… password=\"…\";",
            Self::Librdkafka => "sasl.password=…",
            Self::ShellDouble | Self::ShellSingle => "export SECRET=…",
            Self::Json => "\"kafka.api.secret\": …",
            Self::Toml => "sasl-password = …",
            Self::Hcl => "\"kafka.api.secret\" = …",
            Self::Curl => "curl -u KEY:… https://…",
        }
    }

    /// The rule in a few words.
    #[must_use]
    pub fn rule(self) -> &'static str {
        match self {
            Self::SinkUri | Self::RegistryUrl => "percent-encode everything but letters, digits and `-._~`",
            Self::JavaProperties => "backslash escapes; `\\uXXXX` outside ASCII",
            Self::Jaas => "escape `\"` and backslashes for JAAS, then all backslashes for the file",
            Self::Librdkafka => "as it is; white space around it and line breaks cannot be written",
            Self::ShellDouble => "a backslash before `$`, `` ` ``, `\"` and backslashes; `!` in single quotes",
            Self::ShellSingle => "a single quote is `'\\''`",
            Self::Json => "JSON string",
            Self::Toml => "TOML string",
            Self::Hcl => "backslash escapes; `${` is `$${`, `%{` is `%%{`",
            Self::Curl => "as it is, quoted for the shell",
        }
    }

    /// What is read when the text is put there as it is, in the quotes that belong to the place.
    pub(super) fn read(self, text: &str) -> Read {
        let or_refused = |read: Option<String>| read.map_or(Read::Refused, Read::Text);
        match self {
            Self::SinkUri => read_query(text),
            Self::RegistryUrl => read_userinfo(text),
            Self::JavaProperties => or_refused(properties::read(text)),
            Self::Jaas => or_refused(read_jaas(text)),
            Self::Librdkafka => Read::Text(text.split(['\r', '\n']).next().unwrap_or_default().trim().to_owned()),
            Self::ShellDouble if text.contains('\0') => Read::Refused,
            Self::ShellDouble if find_any(self.traps(), text) => Read::Other,
            Self::ShellSingle | Self::Curl if text.contains('\0') => Read::Refused,
            Self::ShellSingle if text.contains('\'') => Read::Other,
            Self::ShellDouble | Self::ShellSingle | Self::Curl => Read::Text(text.to_owned()),
            Self::Json => or_refused(serde_json::from_str(&format!("\"{text}\"")).ok()),
            Self::Toml => read_toml(text),
            Self::Hcl => match hcl::read(text) {
                Some(hcl::Template::Text(read)) => Read::Text(read),
                Some(hcl::Template::Expression) => Read::Other,
                None => Read::Refused,
            },
        }
    }

    /// What has to stand there instead, quotes of the place included where it has a choice; `None` when it cannot be written.
    pub(super) fn write(self, secret: &str) -> Option<String> {
        let in_argument = |word: fn(&str) -> String| (!secret.contains('\0')).then(|| word(secret));
        match self {
            Self::SinkUri | Self::RegistryUrl => Some(encode(secret)),
            Self::JavaProperties => Some(properties::write(secret)),
            Self::Jaas => Some(properties::write(&jaas::write(secret))),
            Self::Librdkafka => (secret.trim() == secret && !secret.contains(['\r', '\n'])).then(|| secret.to_owned()),
            Self::ShellDouble => in_argument(double_quoted),
            Self::ShellSingle | Self::Curl => in_argument(quoted),
            Self::Json => serde_json::to_string(secret).ok(),
            Self::Toml => Some(toml::Value::from(secret).to_string()),
            Self::Hcl => Some(hcl::quoted(secret)),
        }
    }

    /// What to say about a text that is not read as it is.
    pub(super) fn traps(self) -> &'static [Trap] {
        const NUL: Trap = (Pattern::AnyOf("\0"), Refuses, "cannot be in an argument");
        match self {
            Self::SinkUri => &[
                (Pattern::Control, Refuses, "makes TiCDC refuse the URI"),
                (Pattern::AnyOf("&"), Ends, "ends the value"),
                (Pattern::AnyOf("#"), Ends, "ends the URI: the rest is lost"),
                (Pattern::AnyOf(";"), Changes, "makes TiCDC drop the parameter, without a word"),
                (Pattern::HalfEscape, Changes, "is no escape: TiCDC drops the parameter, without a word"),
                (Pattern::AnyOf("+"), Changes, "becomes a space"),
                (Pattern::Escape, Changes, "is decoded"),
            ],
            Self::RegistryUrl => &[
                (Pattern::Control, Refuses, "makes the URL invalid"),
                (Pattern::AnyOf(AUTHORITY_ENDS), Refuses, "ends the credentials, and what stands before it is no host"),
                (Pattern::AnyOf(AUTHORITY_ENDS), Ends, "ends the credentials: the URL leads to another host"),
                (Pattern::HalfEscape, Refuses, "is no escape: the URL is refused"),
                (Pattern::NotUserinfo, Refuses, "is not allowed in a URL's credentials"),
                (Pattern::Escape, Changes, "is decoded"),
            ],
            Self::JavaProperties => &[
                (Pattern::LeadingBlank, Changes, "is skipped, with all white space after it"),
                (Pattern::LineBreak, Ends, "ends the value"),
                (Pattern::AnyOf("\\"), Changes, "starts an escape"),
                (Pattern::NonAscii, Changes, "is read as two or more, the file being taken for ISO-8859-1"),
            ],
            Self::Jaas => &[
                (Pattern::LineBreak, Refuses, "ends the line in the middle of the password"),
                (Pattern::AnyOf("\""), Refuses, "ends the password"),
                (Pattern::AnyOf("\\"), Changes, "starts an escape, of the file and then of JAAS"),
                (Pattern::NonAscii, Changes, "is read as two or more, the file being taken for ISO-8859-1"),
            ],
            Self::Librdkafka => &[(Pattern::OuterSpace, Changes, "is left out"), (Pattern::LineBreak, Ends, "ends the value")],
            Self::ShellDouble => &[
                NUL,
                (Pattern::AnyOf("\""), Ends, "ends the quotes"),
                (Pattern::Before('$'), Changes, "starts an expansion"),
                (Pattern::AnyOf("`"), Changes, "starts a command"),
                (Pattern::BackslashBefore("$`\"\\\n"), Changes, "starts an escape"),
                (Pattern::Before('!'), Changes, "recalls a command in an interactive bash"),
            ],
            Self::ShellSingle => &[NUL, (Pattern::AnyOf("'"), Ends, "ends the quotes")],
            Self::Json => &[
                (Pattern::AnyOf("\""), Ends, "ends the text: what follows is refused"),
                (Pattern::AnyOf("\\"), Changes, "starts an escape"),
                (Pattern::Control, Refuses, "has to be escaped"),
            ],
            Self::Toml => &[
                (Pattern::AnyOf("\""), Ends, "ends the text"),
                (Pattern::AnyOf("\\"), Changes, "starts an escape"),
                (Pattern::ControlButTab, Refuses, "has to be escaped"),
            ],
            Self::Hcl => &[
                (Pattern::AnyOf("\""), Ends, "ends the text"),
                (Pattern::AnyOf("\\"), Changes, "starts an escape"),
                (Pattern::LineBreak, Refuses, "has to be escaped"),
                (Pattern::Sequence("${"), Changes, "starts an expression"),
                (Pattern::Sequence("%{"), Changes, "starts an expression"),
            ],
            Self::Curl => &[NUL],
        }
    }
}

fn find_any(traps: &[Trap], text: &str) -> bool {
    traps.iter().any(|(pattern, ..)| pattern.find(text).is_some())
}

/// A value of a URL's query, as Go's `net/url` reads it.
fn read_query(text: &str) -> Read {
    let (uri, fragment) = text.split_once('#').unwrap_or((text, ""));
    if Pattern::Control.find(uri).is_some() || Pattern::HalfEscape.find(fragment).is_some() {
        return Read::Refused;
    }
    let value = uri.split('&').next().unwrap_or_default();
    if value.contains(';') {
        return Read::Other;
    }
    decode(value, Plus::Space).map_or(Read::Other, Read::Text)
}

/// A password in a URL's credentials, as Go's `net/url` reads it.
fn read_userinfo(text: &str) -> Read {
    let has_sound_escapes = |part: &str| Pattern::HalfEscape.find(part).is_none();
    let is_credentials = |part: &str| part.chars().all(is_userinfo) && has_sound_escapes(part);
    let (url, fragment) = text.split_once('#').unwrap_or((text, ""));
    if Pattern::Control.find(url).is_some() || !has_sound_escapes(fragment) {
        return Read::Refused;
    }
    let Some(end) = Pattern::AnyOf(AUTHORITY_ENDS).find(text) else {
        return match is_credentials(text) {
            true => decode(text, Plus::Literal).map_or(Read::Other, Read::Text),
            false => Read::Refused,
        };
    };
    // what stands before the end is taken for a host and its port, or has one behind an `@`
    let (authority, rest) = text.split_at(end);
    let (credentials, host) = match authority.rsplit_once('@') {
        Some((credentials, host)) => (credentials, host.to_owned()),
        None => ("", format!("key:{authority}")),
    };
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    if is_credentials(credentials) && is_go_host(&host) && has_sound_escapes(path) { Read::Other } else { Read::Refused }
}

/// The password of a login module: a line that ends too early leaves its quotes open. A quote in the text is taken for an
/// error; one that opens another option is not told apart.
fn read_jaas(text: &str) -> Option<String> {
    const REST: &str = "\";";
    let line = properties::read_rest(&format!("{text}{REST}"))?;
    jaas::read(line.strip_suffix(REST)?)
}

fn read_toml(text: &str) -> Read {
    match toml::from_str::<toml::Table>(&format!("secret = \"{text}\"")) {
        Ok(table) => table.get("secret").and_then(toml::Value::as_str).map_or(Read::Other, |read| Read::Text(read.to_owned())),
        Err(_) => Read::Refused,
    }
}
