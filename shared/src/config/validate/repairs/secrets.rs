//! Secrets that were pasted with something around them, or into each other's place.

use super::{Document, sibling};
use crate::secret::cleaned;
use crate::{Finding, Fix};

/// Findings of a pasted secret that is not quite the secret, and their buttons.
const CLEANED: [(&str, &str); 7] = [
    ("secret-looks-encoded", "Decode it"),
    ("white-space-around-secret", "Remove the white space"),
    ("secret-line-break", "Join the lines"),
    ("secret-invisible-character", "Remove it"),
    ("secret-in-quotes", "Remove the quotes"),
    ("snowflake-key-lines", "Make it one line"),
    ("snowflake-key-pkcs1", "Convert it"),
];

pub(super) fn fix(document: &Document<'_>, finding: &Finding) -> Option<Fix> {
    let path = finding.path.as_str();
    match finding.code.as_str() {
        "snowflake-key-passphrase-unused" => {
            Some(Fix::new("Remove the passphrase").remove(sibling(path, "snowflake.private.key.passphrase")?))
        }
        "key-and-secret-swapped" => swap(path),
        code => {
            let (_, label) = CLEANED.iter().find(|(own, _)| *own == code)?;
            // a key in an old encryption, for one, cannot be converted here
            cleaned(document.text(path)?)?;
            Some(Fix::new(*label).clean_secret(path))
        }
    }
}

/// Key and secret change places, by way of a third.
fn swap(key: &str) -> Option<Fix> {
    let secret = if key.ends_with("sasl-user") { sibling(key, "sasl-password")? } else { sibling(key, "password")? };
    let aside = sibling(key, "swapped")?;
    Some(Fix::new("Swap them").rename(key, aside.clone()).rename(secret.clone(), key).rename(aside, secret))
}

/// The codes that have a fix here.
#[cfg(test)]
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    CLEANED.into_iter().map(|(code, _)| code).chain(["snowflake-key-passphrase-unused", "key-and-secret-swapped"])
}
