//! Unsaved documents and loaded tables: neither going back in the browser nor a reload costs work.

use crate::browser;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use serde::{Deserialize, Serialize};
use shared::{api::OpenedItem, config, config::Pipeline, schema::TableModel};
use std::{collections::HashMap, sync::Arc};

/// Rest after the last change before a draft goes to the browser's storage, milliseconds.
const REST_MS: u32 = 300;

/// By the name under which the editor was opened; empty for a new pipeline. In memory a draft is whole. The browser's session
/// storage has it without the secrets that were typed: those must not reach a disk.
#[derive(Clone, Copy)]
pub struct KeptDrafts {
    by_name: StoredValue<HashMap<String, Pipeline>>,
    tables: StoredValue<Option<KeptTables>>,
    opened: StoredValue<Option<OpenedItem>>,
    turn: StoredValue<u32>,
}

/// An unsaved document.
#[derive(Clone, Serialize, Deserialize)]
pub struct KeptDraft {
    pub document: Pipeline,
    /// How many typed secrets it has lost by a reload.
    pub secrets_lost: usize,
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

fn storage_key(name: &str) -> String {
    format!("draft:{name}")
}

impl KeptDrafts {
    pub fn provide() {
        provide_context(Self {
            by_name: StoredValue::new(HashMap::new()),
            tables: StoredValue::new(None),
            opened: StoredValue::new(None),
            turn: StoredValue::new(0),
        });
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// Until the page is loaded again.
    pub fn keep(self, name: &str, document: Pipeline) {
        let _ = self.by_name.try_update_value(|map| map.insert(name.to_owned(), document));
    }

    /// Across a reload, shortly after the last change; `None` when nothing is unsaved.
    pub fn store_soon(self, name: String, draft: Option<Pipeline>) {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        let mine = self.turn.get_value();
        spawn_local(async move {
            TimeoutFuture::new(REST_MS).await;
            if self.turn.try_get_value() != Some(mine) {
                return;
            }
            let text = draft.and_then(|draft| {
                let (document, secrets_lost) = config::without_typed_secrets(&draft);
                serde_json::to_string(&KeptDraft { document, secrets_lost }).ok()
            });
            browser::remember_here(&storage_key(&name), text.as_deref());
        });
    }

    /// A draft that is none any more.
    pub fn forget(self, name: &str) {
        let _ = self.by_name.try_update_value(|map| map.remove(name));
        browser::remember_here(&storage_key(name), None);
    }

    pub fn keep_tables(self, kept: KeptTables) {
        let _ = self.tables.try_update_value(|tables| *tables = Some(kept));
    }

    /// The tables of that pipeline, when they were the last ones kept.
    pub fn tables_of(self, name: &str) -> Option<KeptTables> {
        self.tables.try_with_value(|tables| tables.clone().filter(|tables| tables.name == name)).flatten()
    }

    /// What runs on a cluster, for the editor that is opened next.
    pub fn open(self, item: OpenedItem) {
        self.opened.set_value(Some(item));
    }

    pub fn take_opened(self) -> Option<OpenedItem> {
        self.opened.try_update_value(Option::take).flatten()
    }

    pub fn take(self, name: &str) -> Option<KeptDraft> {
        let whole = self.by_name.try_update_value(|map| map.remove(name)).flatten();
        whole.map(|document| KeptDraft { document, secrets_lost: 0 }).or_else(|| {
            let text = browser::remembered_here(&storage_key(name))?;
            // A draft of a studio that was another version is no longer one.
            serde_json::from_str(&text).ok()
        })
    }
}
