//! What is wrong with a key for a Snowflake connector.

use super::rsa::{self, Der};
use super::{Examined, KeyFormat};
use crate::Finding;
use crate::secret::{SecretRef, is_masked};

/// Snowflake takes no shorter modulus.
const MIN_BITS: u32 = 2048;

/// The findings for a connector's private key. References, masks and what Connect looks up by itself (`${file:…}`) are not
/// looked into; an empty text is no key.
#[must_use]
pub fn findings(path: &str, text: &str, has_passphrase: bool) -> Vec<Finding> {
    let looked_up = text.trim_start().starts_with("${");
    if text.trim().is_empty() || !SecretRef::parse(text).is_inline() || is_masked(text) || looked_up {
        return Vec::new();
    }
    check(path, &Examined::of(text), has_passphrase)
}

pub(super) fn check(path: &str, key: &Examined, has_passphrase: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    let name = key.format.name();
    match key.format {
        KeyFormat::Pkcs8Pem | KeyFormat::Pkcs8Body | KeyFormat::EncryptedPkcs8 => {}
        KeyFormat::Pkcs1 | KeyFormat::Pkcs1Encrypted => found.push(
            Finding::error(path, "snowflake-key-pkcs1", format!("This is a {name}; connectors want PKCS#8."))
                .hint("Convert it: `openssl pkcs8 -topk8 -nocrypt -in key.pem`."),
        ),
        KeyFormat::Openssh | KeyFormat::NotRsa | KeyFormat::PublicKey | KeyFormat::Certificate | KeyFormat::OtherDer => found.push(
            Finding::error(path, "snowflake-key-kind", format!("This is a {name}, not an RSA private key."))
                .hint("Make a key pair: `openssl genrsa 2048 | openssl pkcs8 -topk8 -nocrypt -out rsa_key.p8`."),
        ),
        KeyFormat::Unknown => found.push(
            Finding::error(
                path,
                "snowflake-key-unreadable",
                "This is not a private key: it is neither PEM nor base64 of one, or a part is missing.",
            )
            .hint("Paste the whole file `rsa_key.p8`."),
        ),
    }
    if key.text.as_ref().is_some_and(|text| text.has_lines || text.is_wrapped) && is_private(key.format) {
        found.push(
            Finding::error(
                path,
                "snowflake-key-lines",
                "The key has BEGIN and END lines or line breaks; the property holds one line of base64.",
            )
            .hint("Remove them: the key bench gives the line to use."),
        );
    }
    check_encryption(path, key, has_passphrase, &mut found);
    check_strength(path, key, &mut found);
    found
}

/// Formats that end up in the property, as they are or converted.
fn is_private(format: KeyFormat) -> bool {
    matches!(format, KeyFormat::Pkcs8Pem | KeyFormat::Pkcs8Body | KeyFormat::EncryptedPkcs8 | KeyFormat::Pkcs1)
}

fn check_encryption(path: &str, key: &Examined, has_passphrase: bool, found: &mut Vec<Finding>) {
    if let Some(Der::Encrypted { modern: false }) = key.der() {
        found.push(
            Finding::error(path, "snowflake-key-old-encryption", "The key is encrypted with an old scheme that connectors cannot decrypt.")
                .hint("Encrypt it anew: `openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem`."),
        );
    }
    match key.format {
        KeyFormat::EncryptedPkcs8 | KeyFormat::Pkcs1Encrypted if !has_passphrase => found.push(
            Finding::error(path, "snowflake-key-passphrase-missing", "The key is encrypted, and no passphrase is given.")
                .hint("Set `snowflake.private.key.passphrase`."),
        ),
        KeyFormat::Pkcs8Pem | KeyFormat::Pkcs8Body | KeyFormat::Pkcs1 if has_passphrase => found.push(
            Finding::warning(path, "snowflake-key-passphrase-unused", "A passphrase is given, but the key is not encrypted.")
                .hint("Remove `snowflake.private.key.passphrase`, or encrypt the key."),
        ),
        _ => {}
    }
}

fn check_strength(path: &str, key: &Examined, found: &mut Vec<Finding>) {
    if let Some(Der::Pkcs8(private) | Der::Pkcs1(private)) = key.der()
        && !private.is_consistent
    {
        found.push(
            Finding::error(path, "snowflake-key-damaged", "The key is damaged: its parts do not belong together.")
                .hint("Copy it anew from its file."),
        );
    }
    if let Some(bits) = key.public().map(|public| rsa::bits(public.modulus)).filter(|bits| *bits < MIN_BITS) {
        found.push(
            Finding::warning(path, "snowflake-key-short", format!("The key has {bits} bits; Snowflake wants at least {MIN_BITS}."))
                .hint("Make a new one: `openssl genrsa 2048`."),
        );
    }
}
