//! Our own secrets in other people's texts: a worker's trace or refusal may repeat the password that it was given.

use serde_json::{Map, Value};
use shared::connector::secrets_of;
use shared::explain::redact;
use shared::secret::REDACTED;

/// Shorter ones are in every other word; redaction by name still finds them.
const SHORTEST: usize = 4;

/// The secrets of one configuration. Has no `Debug`: it holds them.
#[derive(Default)]
pub(super) struct Scrub {
    /// As they are and as JSON writes them, the longest first, so that no secret is cut by one that it contains.
    secrets: Vec<String>,
}

impl Scrub {
    pub(super) fn of(config: &Map<String, Value>) -> Self {
        let raw = secrets_of(config).into_iter().filter(|secret| secret.len() >= SHORTEST);
        let mut secrets: Vec<_> = raw.flat_map(|secret| [secret.to_owned(), escaped(secret)]).collect();
        secrets.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
        secrets.dedup();
        Self { secrets }
    }

    /// The text without them, and without whatever else looks like a secret.
    pub(super) fn text(&self, text: &str) -> String {
        redact(&self.exact(text))
    }

    /// A body without them.
    pub(super) fn body(&self, body: Vec<u8>) -> Vec<u8> {
        if self.secrets.is_empty() { body } else { self.exact(&String::from_utf8_lossy(&body)).into_bytes() }
    }

    fn exact(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, REDACTED))
    }
}

/// Inside a JSON text.
fn escaped(secret: &str) -> String {
    let quoted = Value::from(secret).to_string();
    quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(&quoted).to_owned()
}
