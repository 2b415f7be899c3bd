//! Unsaved documents and loaded tables, kept while the page is open: going back in the browser never costs work.

use leptos::prelude::*;
use shared::{config::Pipeline, schema::TableModel};
use std::{collections::HashMap, sync::Arc};

/// By the name under which the editor was opened; empty for a new pipeline. Memory only: a document may hold a secret
/// that was just typed, which must not reach the browser's storage.
#[derive(Clone, Copy)]
pub struct KeptDrafts {
    by_name: StoredValue<HashMap<String, Pipeline>>,
    tables: StoredValue<Option<KeptTables>>,
}

/// The tables that the editor knew last.
#[derive(Clone)]
pub struct KeptTables {
    /// The pipeline they belong to.
    pub name: String,
    /// Where they came from, for people.
    pub from: String,
    pub tables: Arc<Vec<TableModel>>,
}

impl KeptDrafts {
    pub fn provide() {
        provide_context(Self { by_name: StoredValue::new(HashMap::new()), tables: StoredValue::new(None) });
    }

    pub fn expect() -> Self {
        expect_context()
    }

    pub fn keep(self, name: &str, document: Pipeline) {
        let _ = self.by_name.try_update_value(|map| map.insert(name.to_owned(), document));
    }

    pub fn keep_tables(self, kept: KeptTables) {
        let _ = self.tables.try_update_value(|tables| *tables = Some(kept));
    }

    /// The tables of that pipeline, when they were the last ones kept.
    pub fn tables_of(self, name: &str) -> Option<KeptTables> {
        self.tables.try_with_value(|tables| tables.clone().filter(|tables| tables.name == name)).flatten()
    }

    pub fn take(self, name: &str) -> Option<Pipeline> {
        self.by_name.try_update_value(|map| map.remove(name)).flatten()
    }
}
