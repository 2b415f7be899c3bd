//! Snowflake's private key, as far as its text shows: header lines and line breaks. A reference cannot be looked into.

use super::{Site, at};
use crate::Finding;
use crate::secret::SecretRef;

const KEY: &str = "snowflake.private.key";
const PASSPHRASE: &str = "snowflake.private.key.passphrase";

/// What the line `-----BEGIN …-----` says the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Header<'a> {
    /// PKCS#8, which Snowflake takes.
    Plain,
    /// PKCS#8, encrypted.
    Encrypted,
    /// PKCS#1.
    Rsa,
    Other(&'a str),
}

impl<'a> Header<'a> {
    /// `None` when there is no header: the body alone.
    fn of(text: &'a str) -> Option<Self> {
        let (_, rest) = text.split_once("-----BEGIN ")?;
        let (label, _) = rest.split_once("-----")?;
        Some(match label {
            "PRIVATE KEY" => Self::Plain,
            "ENCRYPTED PRIVATE KEY" => Self::Encrypted,
            "RSA PRIVATE KEY" => Self::Rsa,
            other => Self::Other(other),
        })
    }
}

/// The base64 body alone, as the connector wants it; `None` when the text is that already, or no key that it takes.
pub(in crate::config) fn bare(text: &str) -> Option<String> {
    let body = match Header::of(text) {
        None => text,
        Some(Header::Plain | Header::Encrypted) => {
            let (_, rest) = text.split_once("-----BEGIN ")?;
            let (_, rest) = rest.split_once("-----")?;
            rest.split_once("-----END ")?.0
        }
        Some(Header::Rsa | Header::Other(_)) => return None,
    };
    let body: String = body.replace("\\n", "").chars().filter(|c| !c.is_whitespace()).collect();
    (body != text && !body.is_empty()).then_some(body)
}

pub(super) fn check(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let Some(text) = site.settings.written(KEY).filter(|text| SecretRef::parse(text).is_inline()) else { return };
    let header = Header::of(&text);
    let has_passphrase = site.get(PASSPHRASE).is_some();
    match header {
        Some(Header::Rsa) => findings.push(
            Finding::error(at(KEY), "private-key-pkcs1", "The private key is in PKCS#1 form (`RSA PRIVATE KEY`); Snowflake takes PKCS#8.")
                .hint("Convert it: `openssl pkcs8 -topk8 -nocrypt -in key.pem`."),
        ),
        Some(Header::Other(label)) => {
            let what = match label {
                _ if label.contains("PUBLIC KEY") => "a public key: it belongs to the Snowflake user, `ALTER USER … SET RSA_PUBLIC_KEY`",
                _ if label.contains("OPENSSH") => "an OpenSSH key",
                _ if label.contains("EC ") => "a key for elliptic curves",
                _ if label.contains("CERTIFICATE") => "a certificate",
                _ => "no private key that Snowflake takes",
            };
            let hint = "Make one: `openssl genrsa 2048 | openssl pkcs8 -topk8 -nocrypt -out key.p8`.";
            findings.push(Finding::error(at(KEY), "private-key-wrong-kind", format!("This is {what}.")).hint(hint));
        }
        _ if bare(&text).is_some() => findings.push(
            Finding::error(
                at(KEY),
                "private-key-has-lines",
                "The private key has `BEGIN`/`END` lines or line breaks: the connector takes the body alone.",
            )
            .hint("Saving takes them off."),
        ),
        _ => {}
    }
    match header {
        Some(Header::Encrypted) if !has_passphrase => findings.push(
            Finding::error(at(PASSPHRASE), "private-key-passphrase-missing", "The private key is encrypted, and there is no passphrase.")
                .hint("Give it, or decrypt the key: `openssl pkcs8 -in key.p8`."),
        ),
        Some(Header::Plain) if has_passphrase => findings.push(
            Finding::warning(
                at(PASSPHRASE),
                "private-key-passphrase-unused",
                "The private key is not encrypted: the passphrase is not used.",
            )
            .hint("Remove it.")
            .fix(crate::Fix::new("Remove it").remove(at(PASSPHRASE))),
        ),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn a_key_is_stripped_to_its_body() {
        for (text, body) in [
            ("-----BEGIN PRIVATE KEY-----\nMIIE\r\nvQ==\n-----END PRIVATE KEY-----\n", Some("MIIEvQ==")),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\\nMIIE\\n-----END ENCRYPTED PRIVATE KEY-----", Some("MIIE")),
            ("MIIE\nvQ==", Some("MIIEvQ==")),
            ("MIIEvQ==", None),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", None),
            ("-----BEGIN PRIVATE KEY-----\nMIIE", None),
        ] {
            assert_eq!(bare(text).as_deref(), body, "{text}");
        }
    }
}
