//! Fixes that follow from a finding's code and place. Rules that know more when they speak bring their fix themselves.
//!
//! A fix is for what has one answer. What changes which rows arrive says so on its button, and no value that may be a
//! secret is ever written into one: such values are moved or cleaned.

mod addresses;
mod dispatchers;
mod ksql;
mod options;
mod secrets;
mod simple;

use crate::config::Pipeline;
use crate::path::{Step, parse};
use crate::{Finding, Fix};
use serde_json::Value;

/// Gives each finding its fix, if it has none yet and there is one.
pub(super) fn offer(pipeline: &Pipeline, findings: &mut [Finding]) {
    let mut open = findings.iter_mut().filter(|finding| finding.fix.is_none()).peekable();
    if open.peek().is_none() {
        return;
    }
    let Ok(json) = serde_json::to_value(pipeline) else { return };
    let document = Document { pipeline, json };
    for finding in open {
        finding.fix = fix_of(&document, finding).map(Box::new);
    }
}

fn fix_of(document: &Document<'_>, finding: &Finding) -> Option<Fix> {
    secrets::fix(document, finding)
        .or_else(|| options::fix(document, finding))
        .or_else(|| dispatchers::fix(document, finding))
        .or_else(|| addresses::fix(document, finding))
        .or_else(|| ksql::fix(document, finding))
        .or_else(|| simple::fix(finding))
}

/// The document that is to be fixed.
struct Document<'p> {
    pipeline: &'p Pipeline,
    json: Value,
}

impl Document<'_> {
    fn at(&self, path: &str) -> Option<&Value> {
        crate::fix::value_at(&self.json, path)
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.at(path)?.as_str()
    }

    /// Whether nothing is at a place: what is moved there must not write over another setting.
    fn is_free(&self, path: &str) -> bool {
        self.at(path).is_none_or(|value| value.is_null() || value == "")
    }

    /// Moves a value to a place that is free.
    fn rename(&self, label: impl Into<String>, from: &str, to: impl Into<String>) -> Option<Fix> {
        let to = to.into();
        self.is_free(&to).then(|| Fix::new(label).rename(from, to))
    }
}

/// The last key of a path; `None` for a list's item.
fn last_key(path: &str) -> Option<String> {
    match parse(path)?.pop()? {
        Step::Key(key) => Some(key),
        Step::Index(_) => None,
    }
}

/// The place of another key beside this one.
fn sibling(path: &str, key: &str) -> Option<String> {
    let table = path.strip_suffix(&crate::path::join("", &last_key(path)?))?;
    Some(crate::path::join(table.strip_suffix('.').unwrap_or(table), key))
}

#[cfg(test)]
mod tests;
