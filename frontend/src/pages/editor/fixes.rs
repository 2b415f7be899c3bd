//! Findings that one click repairs.

use super::{analysis::Said, state::Editor};
use leptos::prelude::Update;
use shared::fix::{self, Edit, Fix};

/// A repair: what its button says, and what it does to the document.
pub struct Repair {
    pub label: String,
    /// Its button's name in tests.
    pub test: &'static str,
    fix: Fix,
}

/// The finding's own way out; for a table that cannot be replicated, to leave it out.
pub fn repair_of(said: &Said) -> Option<Repair> {
    let fix = match (&said.finding.fix, &said.table) {
        (Some(fix), _) => (**fix).clone(),
        (None, Some((schema, table))) => Fix::new("Leave it out").leave_out(schema, table),
        (None, None) => return None,
    };
    let test = match fix.edits.first() {
        Some(Edit::LeaveOut { .. }) => "leave-out",
        Some(Edit::CleanSecret { .. }) => "decode",
        _ => "fix",
    };
    Some(Repair { label: fix.label.clone(), test, fix })
}

impl Repair {
    pub fn apply(&self, editor: Editor) {
        // The document may have changed since the finding was drawn; then the next analysis says what is left to do.
        editor.document.update(|document| _ = fix::apply(document, &self.fix));
    }
}
