//! Secrets: references to them, how a pasted one looks, and how each of its readers would take it.
//!
//! A secret is stored raw and encoded where it is written. [`inspect`] shows what goes wrong otherwise.

mod consumer;
mod inspect;
mod looks;
mod reference;
pub mod snowflake_key;
mod trap;

pub use consumer::Consumer;
pub use inspect::{Inspection, Outcome, Reading, inspect};
pub(crate) use looks::{cleaned, decoded, is_template};
pub use looks::{findings, is_masked, is_placeholder, looks_encoded, pair_findings};
pub use reference::{SecretRef, SecretText};
pub(crate) use trap::is_userinfo;

/// Shown in place of a secret.
pub const REDACTED: &str = "xxxxx";

/// Whether a key's name says that its value is a secret: ours, TiCDC's, Kafka clients' and connectors'.
#[must_use]
pub fn is_secret_key(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "password",
        "pasword",
        "passwd",
        "passphrase",
        "pwd",
        "secret",
        "token",
        "private.key",
        "private-key",
        "credential",
        "basic.auth.user.info",
        "jaas",
    ]
    .iter()
    .any(|word| name.contains(word))
        && !["token-url", "token.url", "token.endpoint", "credentials.source"].iter().any(|word| name.contains(word))
}
