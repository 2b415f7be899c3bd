//! TLS towards a MySQL or MariaDB source: its words, and those of other clients that people paste with an address.

use super::Source;

/// How a connection to the database is made safe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SourceTls {
    /// As it is: whoever is on the way can read along.
    #[default]
    Off,
    /// A trusted authority signed the server's certificate, and it is for the host of the URL.
    Verify,
    /// As `Verify`, whatever name the certificate is for: databases in a cloud are often reached by an address that it lacks.
    VerifyCa,
    /// Encrypted, with whoever answers.
    SkipVerify,
}

impl SourceTls {
    /// The words of `source.tls`.
    pub const WORDS: [&'static str; 4] = ["off", "verify", "verify-ca", "skip-verify"];

    /// Its word in the document.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Verify => "verify",
            Self::VerifyCa => "verify-ca",
            Self::SkipVerify => "skip-verify",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "off" => Self::Off,
            "verify" => Self::Verify,
            "verify-ca" => Self::VerifyCa,
            "skip-verify" => Self::SkipVerify,
            _ => return None,
        })
    }
}

impl Source {
    /// `tls`, understood. Without a word of its own, or with one that is none, files turn verification on.
    #[must_use]
    pub fn tls_mode(&self) -> SourceTls {
        let has_files = !(self.ca.is_empty() && self.cert.is_empty() && self.key.is_empty());
        SourceTls::parse(&self.tls).unwrap_or(if has_files { SourceTls::Verify } else { SourceTls::Off })
    }
}

/// The URL without a TLS parameter of MySQL's clients (`ssl-mode`, Connector/J's `sslMode`) or Go's (`tls`), and the word of
/// `source.tls` that means the same; `None` when there is no such parameter, or anything else beside it.
pub(super) fn in_url(url: &str) -> Option<(&str, &'static str)> {
    let (address, parameters) = url.split_once('?')?;
    let (name, value) = parameters.split_once('=')?;
    let word = match (name, value.to_ascii_lowercase().as_str()) {
        ("ssl-mode" | "sslmode" | "sslMode" | "ssl_mode", "disabled") | ("tls", "false") => "off",
        ("ssl-mode" | "sslmode" | "sslMode" | "ssl_mode", "required") | ("tls", "skip-verify") => "skip-verify",
        ("ssl-mode" | "sslmode" | "sslMode" | "ssl_mode", "verify_ca") => "verify-ca",
        ("ssl-mode" | "sslmode" | "sslMode" | "ssl_mode", "verify_identity") | ("tls", "true") => "verify",
        _ => return None,
    };
    Some((address, word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::SecretText;

    #[test]
    fn a_word_decides_and_files_without_one_are_verified_with() {
        let source = |tls: &str, ca: &str| Source { tls: tls.to_owned(), ca: SecretText(ca.to_owned()), ..Source::default() };
        for (tls, ca, expected) in [
            ("", "", SourceTls::Off),
            ("", "file:/ca.pem", SourceTls::Verify),
            ("off", "file:/ca.pem", SourceTls::Off),
            ("verify", "", SourceTls::Verify),
            ("verify-ca", "", SourceTls::VerifyCa),
            ("skip-verify", "file:/ca.pem", SourceTls::SkipVerify),
            ("nonsense", "file:/ca.pem", SourceTls::Verify),
        ] {
            assert_eq!(source(tls, ca).tls_mode(), expected, "`{tls}` `{ca}`");
        }
        assert!(SourceTls::WORDS.iter().all(|word| SourceTls::parse(word).is_some_and(|mode| mode.word() == *word)));
    }

    #[test]
    fn parameters_of_other_clients_are_understood() {
        for (url, expected) in [
            ("mysql://u@h?ssl-mode=REQUIRED", Some(("mysql://u@h", "skip-verify"))),
            ("mysql://u@h:3306/?sslMode=VERIFY_CA", Some(("mysql://u@h:3306/", "verify-ca"))),
            ("mysql://u@h/db?ssl-mode=verify_identity", Some(("mysql://u@h/db", "verify"))),
            ("mysql://u@h?ssl-mode=DISABLED", Some(("mysql://u@h", "off"))),
            ("mysql://u@h?tls=true", Some(("mysql://u@h", "verify"))),
            ("mysql://u@h?tls=skip-verify", Some(("mysql://u@h", "skip-verify"))),
            // Encrypted or not, as it comes: nothing that can be promised.
            ("mysql://u@h?ssl-mode=PREFERRED", None),
            ("mysql://u@h?charset=utf8", None),
            ("mysql://u@h?tls=true&charset=utf8", None),
            ("mysql://u@h", None),
        ] {
            assert_eq!(in_url(url), expected, "{url}");
        }
    }
}
