//! The last guard of secrets: whatever a system repeats of them is blacked out before it is shown.

use super::graph::Outcome;
use shared::{config::Pipeline, secret::REDACTED};

/// Shorter secrets are parts of ordinary words too; blacking those out would say more than it hides.
const SHORTEST: usize = 6;

/// The values that must not be shown.
pub(super) struct Scrub(Vec<String>);

impl Scrub {
    /// All secrets of a document whose secrets are resolved, as they are and as a URL would have them.
    pub(super) fn of(open: &Pipeline) -> Self {
        let mut values = Vec::new();
        open.clone().for_each_secret(&mut |_, value| {
            if value.len() >= SHORTEST {
                values.push(value.clone());
                values.push(percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string());
            }
        });
        // The longest first: one may be a part of another.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        values.dedup();
        Self(values)
    }

    pub(super) fn text(&self, text: String) -> String {
        self.0
            .iter()
            .filter(|secret| !secret.is_empty())
            .fold(text, |text, secret| if text.contains(secret.as_str()) { text.replace(secret, REDACTED) } else { text })
    }

    pub(super) fn outcome(&self, mut outcome: Outcome) -> Outcome {
        outcome.detail = self.text(outcome.detail);
        for finding in &mut outcome.findings {
            finding.message = self.text(std::mem::take(&mut finding.message));
            finding.hint = self.text(std::mem::take(&mut finding.hint));
        }
        outcome
    }
}
