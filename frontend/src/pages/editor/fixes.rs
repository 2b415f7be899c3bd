//! Findings that one click repairs.

use super::{analysis::Said, state::Editor};
use crate::rules;
use shared::config::Pipeline;

/// A repair: what its button says, and what it does to the document.
pub struct Fix {
    pub label: String,
    /// Its button's name in tests.
    pub test: &'static str,
    repair: Repair,
}

enum Repair {
    /// Percent-decodes the secret at this path.
    Decode(String),
    /// Leaves this table, by schema and name, out of the filter.
    LeaveOut(String, String),
    /// Makes the finding's own edits.
    Edit(shared::fix::Fix),
}

pub fn fix_of(said: &Said) -> Option<Fix> {
    let finding = &said.finding;
    if let Some(fix) = &finding.fix {
        return Some(Fix { label: fix.label.clone(), test: "fix", repair: Repair::Edit((**fix).clone()) });
    }
    if finding.code == rules::CODE_SECRET_ENCODED {
        return Some(Fix { label: "Decode it".to_owned(), test: "decode", repair: Repair::Decode(finding.path.clone()) });
    }
    let (schema, table) = said.table.clone()?;
    Some(Fix { label: "Leave it out".to_owned(), test: "leave-out", repair: Repair::LeaveOut(schema, table) })
}

impl Fix {
    pub fn apply(&self, editor: Editor) {
        use leptos::prelude::Update;
        editor.document.update(|document| match &self.repair {
            Repair::Decode(path) => decode_at(document, path),
            Repair::LeaveOut(schema, table) => rules::leave_out(document, schema, table),
            // The document may have changed since the finding was drawn; then the next analysis says what is left to do.
            Repair::Edit(fix) => _ = shared::fix::apply(document, fix),
        });
    }
}

fn decode_at(document: &mut Pipeline, path: &str) {
    document.for_each_secret(&mut |at, secret| {
        if at == path
            && let Some(decoded) = rules::decode_secret(secret)
        {
            *secret = decoded;
        }
    });
}
