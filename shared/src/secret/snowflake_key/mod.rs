//! The bench for Snowflake's private keys: what a pasted key is, the form that connectors want, its public half and
//! fingerprint, the statement that gives it to a user, and the claims of a login token.
//!
//! Source: Snowflake's manual, "Key-pair authentication and key-pair rotation"; what the Kafka connector accepts.

mod der;
mod jwt;
mod public_key;
mod rsa;
mod rules;
mod text;

pub use jwt::{JwtClaims, jwt_claims, signed_jwt, signing_input};
pub use public_key::{KeySlot, PublicKey, alter_user_sql, describe_user_sql};
pub use rules::findings;

use crate::Finding;
use rsa::{Der, RsaPublic};
use text::KeyText;

/// What a text is, by its content and, where that says nothing, by its BEGIN line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFormat {
    /// `BEGIN PRIVATE KEY`, RSA.
    Pkcs8Pem,
    /// The same as bare base64: what connectors want.
    Pkcs8Body,
    /// `BEGIN ENCRYPTED PRIVATE KEY`, or its bare base64.
    EncryptedPkcs8,
    /// `BEGIN RSA PRIVATE KEY`; can be converted.
    Pkcs1,
    /// The same with `Proc-Type: 4,ENCRYPTED`: only OpenSSL and its kind can convert it.
    Pkcs1Encrypted,
    Openssh,
    /// A private key that is not RSA: EC, Ed25519.
    NotRsa,
    /// A public key: RSA when the report has it.
    PublicKey,
    Certificate,
    /// Base64 of DER that is no key known here.
    OtherDer,
    Unknown,
}

impl KeyFormat {
    /// Its name for a person.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pkcs8Pem => "PKCS#8 private key",
            Self::Pkcs8Body => "PKCS#8 private key without its BEGIN and END lines",
            Self::EncryptedPkcs8 => "encrypted PKCS#8 private key",
            Self::Pkcs1 => "PKCS#1 private key",
            Self::Pkcs1Encrypted => "PKCS#1 private key, encrypted in OpenSSL's old manner",
            Self::Openssh => "OpenSSH key",
            Self::NotRsa => "private key that is not RSA",
            Self::PublicKey => "public key",
            Self::Certificate => "certificate",
            Self::OtherDer => "DER structure other than a key",
            Self::Unknown => "text that is no key",
        }
    }
}

/// What is known of a pasted key. Nothing in it is secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyReport {
    pub format: KeyFormat,
    /// Bits of the RSA modulus; `None` while the key is encrypted or not RSA.
    pub bits: Option<u32>,
    /// The public half; `None` as for `bits`.
    pub public_key: Option<PublicKey>,
    /// Their path is empty.
    pub findings: Vec<Finding>,
}

/// Examines a key as it was pasted: PEM, bare base64, base64 of a PEM file, line breaks as `\n` or not at all. No text panics;
/// more than 64 KiB is not looked at.
#[must_use]
pub fn inspect(text: &str, has_passphrase: bool) -> KeyReport {
    let key = Examined::of(text);
    let public = key.public();
    KeyReport {
        format: key.format,
        bits: public.map(|public| rsa::bits(public.modulus)),
        public_key: public.map(PublicKey::new),
        findings: rules::check("", &key, has_passphrase),
    }
}

/// The one line of base64 that a connector takes: PKCS#8 without BEGIN and END, PKCS#1 converted to it, encrypted keys as
/// they are. `None` when the text is no such key. The result is as secret as the text.
#[must_use]
pub fn normalise(text: &str) -> Option<String> {
    let key = Examined::of(text);
    let der = key.text.as_ref()?.der.as_ref()?;
    match key.format {
        KeyFormat::Pkcs8Pem | KeyFormat::Pkcs8Body | KeyFormat::EncryptedPkcs8 => Some(text::body(der)),
        KeyFormat::Pkcs1 => Some(text::body(&rsa::wrapped(der))),
        _ => None,
    }
}

/// A text taken apart and recognised.
struct Examined {
    text: Option<KeyText>,
    format: KeyFormat,
}

impl Examined {
    fn of(text: &str) -> Self {
        let key = text::read(text);
        let format = match &key {
            Some(key) => format(key),
            None if text.trim_start().starts_with("ssh-") => KeyFormat::Openssh,
            None => KeyFormat::Unknown,
        };
        Self { text: key, format }
    }

    fn der(&self) -> Option<Der<'_>> {
        rsa::recognise(self.text.as_ref()?.der.as_ref()?)
    }

    fn public(&self) -> Option<RsaPublic<'_>> {
        match self.der()? {
            Der::Pkcs8(key) | Der::Pkcs1(key) => Some(key.public),
            Der::PublicKey(public) => Some(public),
            _ => None,
        }
    }
}

fn format(key: &KeyText) -> KeyFormat {
    if key.has_old_encryption {
        return KeyFormat::Pkcs1Encrypted;
    }
    let recognised = key.der.as_deref().and_then(rsa::recognise);
    match (&recognised, key.label.as_str()) {
        (Some(Der::Pkcs8(_)), "") => KeyFormat::Pkcs8Body,
        (Some(Der::Pkcs8(_)), _) => KeyFormat::Pkcs8Pem,
        (Some(Der::Encrypted { .. }), _) => KeyFormat::EncryptedPkcs8,
        (Some(Der::Pkcs1(_)), _) => KeyFormat::Pkcs1,
        (Some(Der::Pkcs8Other), _) | (_, "EC PRIVATE KEY" | "DSA PRIVATE KEY") => KeyFormat::NotRsa,
        (Some(Der::PublicKey(_) | Der::PublicKeyOther), _) | (_, "RSA PUBLIC KEY" | "PUBLIC KEY") => KeyFormat::PublicKey,
        (_, "OPENSSH PRIVATE KEY") => KeyFormat::Openssh,
        (_, "CERTIFICATE") => KeyFormat::Certificate,
        (Some(Der::Other), _) => KeyFormat::OtherDer,
        (None, _) => KeyFormat::Unknown,
    }
}

#[cfg(test)]
mod tests;
