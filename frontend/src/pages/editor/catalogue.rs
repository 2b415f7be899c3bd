//! The source's tables, as the studio read them or as the user pasted them.

use super::state::Editor;
use crate::{
    api::{self, Failure},
    browser::{self, Cancel},
    rules,
    state::KeptTables,
};
use leptos::{prelude::*, task::spawn_local};
use shared::schema::{TableModel, ddl::DefinitionReader};
use std::sync::Arc;

/// Statements read at a time: a few milliseconds.
const PIECE: usize = 50;
/// Work between two breaths of the page, milliseconds.
const BUDGET_MS: f64 = 16.0;

#[derive(Clone, Debug, PartialEq)]
pub enum Loading {
    /// Nothing was asked for yet, or it was called off.
    Idle,
    Asking,
    /// Definitions read so far, of how many.
    Reading(usize, usize),
    Failed(Failure),
    /// From where: the server's own words, or the pasted text.
    Done(String),
}

/// A definition that could not be understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub table: String,
    pub why: String,
}

#[derive(Clone, Copy)]
pub struct Catalogue {
    pub tables: RwSignal<Arc<Vec<TableModel>>>,
    pub unread: RwSignal<Vec<Unread>>,
    pub loading: RwSignal<Loading>,
    /// The table that the truth panel follows, `schema.table`.
    pub chosen: RwSignal<Option<String>>,
    cancel: StoredValue<Option<Cancel>, LocalStorage>,
    turn: StoredValue<u32>,
}

impl Catalogue {
    pub fn new() -> Self {
        Self {
            tables: RwSignal::new(Arc::default()),
            unread: RwSignal::new(Vec::new()),
            loading: RwSignal::new(Loading::Idle),
            chosen: RwSignal::new(None),
            cancel: StoredValue::new_local(None),
            turn: StoredValue::new(0),
        }
    }

    /// What is known, and where it came from.
    pub fn loaded(self) -> Option<(String, Arc<Vec<TableModel>>)> {
        match self.loading.get_untracked() {
            Loading::Done(from) => Some((from, self.tables.get_untracked())),
            _ => None,
        }
    }

    /// Takes over what an earlier visit knew.
    pub fn restore(self, kept: KeptTables) {
        self.tables.set(kept.tables);
        self.loading.set(Loading::Done(kept.from));
    }

    fn begin(self) -> u32 {
        self.turn.update_value(|turn| *turn = turn.wrapping_add(1));
        self.turn.get_value()
    }

    fn is_stale(self, mine: u32) -> bool {
        self.turn.try_get_value() != Some(mine)
    }

    /// Asks the source that the document describes.
    pub fn load(self, editor: Editor) {
        let mine = self.begin();
        self.cancel.set_value(Cancel::new());
        self.loading.set(Loading::Asking);
        let document = editor.document.get_untracked();
        spawn_local(async move {
            // The request holds the signal; dropping the controller in `cancel` calls it off.
            let signal = self.cancel.try_with_value(|cancel| cancel.as_ref().map(Cancel::signal)).flatten();
            let answer = api::source_tables(document, signal).await;
            if self.is_stale(mine) {
                return;
            }
            match answer {
                Ok(answer) => self.read(mine, answer).await,
                Err(failure) if failure.is_cancelled() => self.loading.set(Loading::Idle),
                Err(failure) => self.loading.set(Loading::Failed(failure)),
            }
        });
    }

    pub fn cancel(self) {
        self.begin();
        self.cancel.set_value(None);
        self.loading.set(Loading::Idle);
    }

    async fn read(self, mine: u32, answer: shared::api::TablesAnswer) {
        let total = answer.tables.len();
        let (mut tables, mut unread) = (Vec::with_capacity(total), Vec::new());
        let mut began = browser::elapsed_ms();
        for (at, listing) in answer.tables.iter().enumerate() {
            match rules::read_definition(listing) {
                Ok(table) => tables.push(table),
                Err(why) => unread.push(Unread { table: format!("{}.{}", listing.schema, listing.name), why }),
            }
            if browser::elapsed_ms() - began > BUDGET_MS {
                self.loading.set(Loading::Reading(at + 1, total));
                browser::breathe().await;
                if self.is_stale(mine) {
                    return;
                }
                began = browser::elapsed_ms();
            }
        }
        self.show(tables, unread);
        self.loading.set(Loading::Done(answer.server));
    }

    /// Takes `CREATE TABLE` text in place of a connection, and says how many tables there are, or why there are none; nothing
    /// when it was called off.
    pub fn paste(self, text: &str, done: impl FnOnce(Result<usize, String>) + 'static) {
        let mine = self.begin();
        let before = self.loading.get_untracked();
        let reader = rules::definition_reader(text);
        spawn_local(async move {
            let Some(read) = self.read_text(mine, reader).await else { return };
            match read {
                Ok(tables) => {
                    let count = tables.len();
                    self.show(tables, Vec::new());
                    self.loading.set(Loading::Done("the pasted text".to_owned()));
                    done(Ok(count));
                }
                Err(why) => {
                    self.loading.set(before);
                    done(Err(why));
                }
            }
        });
    }

    /// `None` when something else was begun in the meantime.
    async fn read_text(self, mine: u32, mut reader: DefinitionReader) -> Option<Result<Vec<TableModel>, String>> {
        let total = reader.left();
        let mut began = browser::elapsed_ms();
        while reader.left() > 0 {
            if let Err(error) = reader.read(PIECE) {
                return Some(Err(error.to_string()));
            }
            if browser::elapsed_ms() - began > BUDGET_MS {
                self.loading.set(Loading::Reading(total - reader.left(), total));
                browser::breathe().await;
                if self.is_stale(mine) {
                    return None;
                }
                began = browser::elapsed_ms();
            }
        }
        let tables = reader.finish();
        Some(if tables.is_empty() { Err("There is no CREATE TABLE statement in the text.".to_owned()) } else { Ok(tables) })
    }

    fn show(self, tables: Vec<TableModel>, unread: Vec<Unread>) {
        let still_there = self
            .chosen
            .with_untracked(|chosen| chosen.as_ref().is_some_and(|chosen| tables.iter().any(|table| table.qualified() == *chosen)));
        if !still_there {
            self.chosen.set(None);
        }
        self.tables.set(Arc::new(tables));
        self.unread.set(unread);
    }
}
