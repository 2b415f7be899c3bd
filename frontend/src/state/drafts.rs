//! Unsaved documents, kept while the page is open: going back in the browser never costs work.

use leptos::prelude::*;
use shared::config::Pipeline;
use std::collections::HashMap;

/// By the name under which the editor was opened; empty for a new pipeline. Memory only: a document may hold a secret
/// that was just typed, which must not reach the browser's storage.
#[derive(Clone, Copy)]
pub struct KeptDrafts {
    by_name: StoredValue<HashMap<String, Pipeline>>,
}

impl KeptDrafts {
    pub fn provide() {
        provide_context(Self { by_name: StoredValue::new(HashMap::new()) });
    }

    pub fn expect() -> Self {
        expect_context()
    }

    pub fn keep(self, name: &str, document: Pipeline) {
        let _ = self.by_name.try_update_value(|map| map.insert(name.to_owned(), document));
    }

    pub fn take(self, name: &str) -> Option<Pipeline> {
        self.by_name.try_update_value(|map| map.remove(name)).flatten()
    }
}
