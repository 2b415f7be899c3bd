//! Drift: what runs against what the document says, and both ways to make them one again.
//!
//! Only differences that mean something count. What a server adds by itself (defaults, keys of its own), another spelling of
//! the same value, and a secret that one side does not show are none. Every difference knows the edits that would make the
//! document say what runs, so that what is shown and what [`pull`] does cannot differ.

mod changefeed;
mod connector;
mod ksql;
mod open;
mod option;

pub use changefeed::RunningChangefeed;
pub use ksql::replacement;
pub use open::{open_changefeed, open_connector};

use crate::api::Drift;
use crate::config::Pipeline;
use crate::fix::{self, Edit, Fix};
use crate::secret::{REDACTED, SecretRef, is_masked};
use crate::{Finding, explain};
use serde_json::{Map, Value};

/// One part of a pipeline as its server describes it.
#[derive(Clone, Copy)]
pub enum Running<'a> {
    Changefeed(RunningChangefeed<'a>),
    /// The document's connector of that index, and its configuration on the server.
    Connector {
        index: usize,
        config: &'a Map<String, Value>,
    },
    /// The document's entry of that index, and the statement that made one of its streams or tables.
    Ksql {
        index: usize,
        statement: &'a str,
    },
}

/// What differs, in the order of the document. `open` is the document with its secrets as values; where it has references
/// instead, secrets are taken for equal. No answer holds a secret.
///
/// # Errors
/// What runs cannot be compared: a sink URI or statement that cannot be read, or a part that the document does not have.
pub fn drifts(open: &Pipeline, running: &Running<'_>) -> Result<Vec<Drift>, Finding> {
    Ok(differences(open, running)?.into_iter().map(|difference| difference.drift).collect())
}

/// Makes the document say what runs. `true`: it was changed. `open` is the same document with its secrets as
/// values. Secrets that the server masks stay as the document has them; one that it shows in clear and that differs becomes
/// an inline value.
///
/// # Errors
/// As [`drifts`], and when an edit has no place in the document; it is then as it was.
pub fn pull(document: &mut Pipeline, open: &Pipeline, running: &Running<'_>) -> Result<bool, Finding> {
    let (mut pulled, mut open) = (document.clone(), open.clone());
    pulled.normalise();
    open.normalise();
    let mut is_changed = false;
    for _ in 0..MOST_ROUNDS {
        let differences = differences(&open, running)?;
        let fix = Fix { label: String::new(), edits: in_order(differences) };
        if fix.edits.is_empty() {
            break;
        }
        for document in [&mut pulled, &mut open] {
            fix::apply(document, &fix).map_err(|error| {
                Finding::error("", "drift-not-pulled", format!("What runs does not fit into the document: {error}."))
                    .hint("Open what runs as a document of its own, and compare the two.")
            })?;
        }
        is_changed = true;
    }
    *document = pulled;
    Ok(is_changed)
}

/// A connector's converter that is not the document's takes with it what the document implies for its own: what is left then
/// is pulled in another round.
const MOST_ROUNDS: usize = 4;

/// Removals come last, and from the end of each list, so that the places before stay true.
fn in_order(differences: Vec<Difference>) -> Vec<Edit> {
    let edits = differences.into_iter().flat_map(|difference| difference.edits);
    let (mut edits, removals): (Vec<Edit>, Vec<Edit>) = edits.partition(|edit| !matches!(edit, Edit::Remove { .. }));
    edits.extend(removals.into_iter().rev());
    edits
}

fn differences(open: &Pipeline, running: &Running<'_>) -> Result<Vec<Difference>, Finding> {
    let mut open = open.clone();
    // credentials inside URLs are compared as what they are
    open.normalise();
    match running {
        Running::Changefeed(running) => changefeed::differences(&open, running),
        Running::Connector { index, config } => connector::differences(&open, *index, config),
        Running::Ksql { index, statement } => ksql::differences(&open, *index, statement),
    }
}

/// A difference, and the edits that take it into the document. No `Debug`: an edit may hold a secret.
struct Difference {
    drift: Drift,
    edits: Vec<Edit>,
}

/// What a secret of both sides comes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SecretDifference {
    /// Equal, or not known to differ.
    None,
    /// They differ; the running one is known.
    Known,
    /// They differ, and which secret runs is not known.
    Masked,
}

/// `None` and empty text are no secret.
fn secret_difference(document: Option<&str>, running: Option<&str>) -> SecretDifference {
    let set = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    match (set(document), set(running)) {
        (None, None) => SecretDifference::None,
        // services mask an empty secret too
        (None, Some(running)) if is_hidden(&running) => SecretDifference::None,
        (None, Some(_)) | (Some(_), None) => SecretDifference::Known,
        (Some(document), Some(running)) => {
            let is_known = SecretRef::parse(&document).is_inline() && !is_hidden(&running);
            if is_known && document != running { SecretDifference::Known } else { SecretDifference::None }
        }
    }
}

/// A mask, also one that leaves the ends of what it hides; or what Connect looks up by itself (`${file:/path:key}`).
fn is_hidden(text: &str) -> bool {
    is_masked(text) || text.contains("*****") || (text.starts_with("${") && text.ends_with('}') && text.contains(':'))
}

/// A secret as a drift shows it.
fn redacted(text: Option<&str>) -> Option<Value> {
    text.filter(|text| !text.is_empty()).map(|_| Value::from(REDACTED))
}

/// A value that is no secret by its name; credentials inside its text are redacted all the same.
fn shown(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains("://") => Value::String(explain::redact(text)),
        Value::Array(items) => Value::Array(items.iter().map(shown).collect()),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| {
                let is_secret = crate::secret::is_secret_key(key) && value.is_string();
                (key.clone(), if is_secret { Value::from(REDACTED) } else { shown(value) })
            })
            .collect(),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests;
