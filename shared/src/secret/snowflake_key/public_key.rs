//! The public half, and the statements that give it to a Snowflake user.

use super::rsa::{RsaPublic, spki};
use super::text::{body, to_pem};
use base64::Engine;
use sha2::{Digest, Sha256};

/// An RSA public key as SubjectPublicKeyInfo. It is no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    spki: Vec<u8>,
}

impl PublicKey {
    pub(super) fn new(public: RsaPublic<'_>) -> Self {
        Self { spki: spki(public) }
    }

    /// DER bytes.
    #[must_use]
    pub fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// The file `rsa_key.pub`, as `openssl rsa -pubout` writes it.
    #[must_use]
    pub fn pem(&self) -> String {
        to_pem("PUBLIC KEY", &self.spki)
    }

    /// `SHA256:…`, to be compared with `RSA_PUBLIC_KEY_FP` of `DESC USER`.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(&self.spki)))
    }
}

/// A user has two keys, so that one can be replaced while the other works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeySlot {
    #[default]
    First,
    Second,
}

impl KeySlot {
    /// The user's property: `RSA_PUBLIC_KEY` or `RSA_PUBLIC_KEY_2`. `DESC USER` shows the fingerprint under the same name with
    /// `_FP` behind it.
    #[must_use]
    pub fn property(self) -> &'static str {
        match self {
            Self::First => "RSA_PUBLIC_KEY",
            Self::Second => "RSA_PUBLIC_KEY_2",
        }
    }
}

/// `ALTER USER … SET RSA_PUBLIC_KEY='…';`. The user as in SQL: unquoted names are upper-cased by Snowflake, odd ones get quotes.
#[must_use]
pub fn alter_user_sql(user: &str, slot: KeySlot, key: &PublicKey) -> String {
    format!("ALTER USER {} SET {}='{}';", identifier(user), slot.property(), body(&key.spki))
}

/// `DESC USER …;`: its row `RSA_PUBLIC_KEY_FP` must hold [`PublicKey::fingerprint`].
#[must_use]
pub fn describe_user_sql(user: &str) -> String {
    format!("DESC USER {};", identifier(user))
}

/// A user's name as it stands in SQL.
fn identifier(user: &str) -> String {
    let user = user.trim();
    match unquoted(user) {
        Some(inside) => format!("\"{}\"", inside.replace('"', "\"\"")),
        None if is_plain(user) => user.to_owned(),
        None => format!("\"{}\"", user.replace('"', "\"\"")),
    }
}

/// A user's name as Snowflake stores it: upper case, unless it was made with quotes or has characters that need them.
pub(super) fn stored_name(user: &str) -> String {
    let user = user.trim();
    match unquoted(user) {
        Some(inside) => inside,
        None if is_plain(user) => user.to_ascii_uppercase(),
        None => user.to_owned(),
    }
}

fn unquoted(user: &str) -> Option<String> {
    let inside = user.strip_prefix('"')?.strip_suffix('"')?;
    Some(inside.replace("\"\"", "\""))
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(|c| c.is_ascii_alphanumeric() || "_$".contains(c))
}
