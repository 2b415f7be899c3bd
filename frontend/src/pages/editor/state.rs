//! The editor's state: one document, seen as a form and as text.

use super::{analysis::Analysis, catalogue::Catalogue, history::History};
use crate::{
    api::{self, Failure},
    rules,
    state::{KeptDraft, KeptDrafts, KeptTables},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use shared::{
    Finding,
    api::{OpenedItem, PipelineDetail, SavePipeline},
    config::Pipeline,
};
use std::collections::HashSet;

/// A click is over by then, milliseconds.
const CLICK_MS: u32 = 250;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Form,
    Toml,
}

/// What the studio found by really connecting, and the document it tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    pub document: Pipeline,
    pub findings: Vec<Finding>,
}

#[derive(Clone, Copy)]
pub struct Editor {
    /// The name under which the studio has it; `None` until the first save.
    pub saved_name: RwSignal<Option<String>>,
    pub document: RwSignal<Pipeline>,
    saved: RwSignal<Pipeline>,
    /// The text of the last save, with its comments.
    saved_toml: RwSignal<String>,
    pub mode: RwSignal<Mode>,
    /// The text while it is what the user edits.
    pub toml: RwSignal<String>,
    /// Why the text is no document; empty while it is one.
    pub toml_findings: RwSignal<Vec<Finding>>,
    /// Fields that the user has been in: before that they are not nagged.
    touched: RwSignal<HashSet<String>>,
    /// Every finding shows at its field: for saved documents, and once the user asked for a review.
    show_all: RwSignal<bool>,
    pub checked: RwSignal<Option<Checked>>,
    pub checking: RwSignal<bool>,
    pub saving: RwSignal<bool>,
    /// Unsaved changes from an earlier visit were brought back, without so many secrets that had been typed.
    pub restored: RwSignal<Option<usize>>,
    /// The document was made from what runs on a cluster: what could not be taken over.
    pub taken_over: RwSignal<Option<Vec<Finding>>>,
    pub history: History,
    pub catalogue: Catalogue,
    pub analysis: Analysis,
    drafts: KeptDrafts,
}

impl Editor {
    /// Opens a saved document, or an empty one that works with the playground's source.
    pub fn new(detail: Option<PipelineDetail>) -> Self {
        let is_new = detail.is_none();
        let (name, document, toml) = match detail {
            Some(detail) => (Some(detail.summary.name), detail.document, detail.toml),
            None => (None, rules::new_document(), String::new()),
        };
        Self {
            saved_name: RwSignal::new(name),
            saved: RwSignal::new(document.clone()),
            document: RwSignal::new(document),
            saved_toml: RwSignal::new(toml),
            mode: RwSignal::new(Mode::Form),
            toml: RwSignal::new(String::new()),
            toml_findings: RwSignal::new(Vec::new()),
            touched: RwSignal::new(HashSet::new()),
            show_all: RwSignal::new(!is_new),
            checked: RwSignal::new(None),
            checking: RwSignal::new(false),
            saving: RwSignal::new(false),
            restored: RwSignal::new(None),
            taken_over: RwSignal::new(None),
            history: History::new(),
            catalogue: Catalogue::new(),
            analysis: Analysis::new(),
            drafts: KeptDrafts::expect(),
        }
    }

    pub fn expect() -> Self {
        expect_context()
    }

    /// Brings back unsaved changes of an earlier visit, and keeps this visit's when the page is left or loaded again.
    pub fn restore(self, kept: Option<KeptDraft>) {
        if let Some(kept) = kept
            && self.saved.with_untracked(|saved| *saved != kept.document)
        {
            self.document.set(kept.document);
            self.restored.set(Some(kept.secrets_lost));
        }
        self.history.follow(self.document);
        Effect::new(move |before: Option<String>| {
            let draft = self.dirty().then(|| self.document.get());
            let name = self.opened_as();
            // A new pipeline got its name by being saved: its draft must not greet the next new one.
            if let Some(before) = before.filter(|before| *before != name) {
                self.drafts.forget(&before);
            }
            self.drafts.store_soon(name.clone(), draft);
            name
        });
        if let Some(kept) = self.saved_name.get_untracked().and_then(|name| self.drafts.tables_of(&name)) {
            self.catalogue.restore(kept);
        }
        on_cleanup(move || {
            self.keep_tables();
            if self.dirty_now() {
                self.drafts.keep(&self.opened_as(), self.document.get_untracked());
            }
        });
    }

    /// Begins with what runs on a cluster. An unsaved draft is one Undo away.
    pub fn take_over(self, item: OpenedItem) {
        self.document.set(*item.document);
        self.restored.set(None);
        self.taken_over.set(Some(item.findings));
        self.show_everything();
    }

    /// Keeps the loaded tables for the next visit of this pipeline's editor.
    pub fn keep_tables(self) {
        if let (Some(name), Some((from, tables))) = (self.saved_name.get_untracked(), self.catalogue.loaded()) {
            self.drafts.keep_tables(KeptTables { name, from, tables });
        }
    }

    fn opened_as(self) -> String {
        self.saved_name.get_untracked().unwrap_or_default()
    }

    /// Throws the unsaved changes away.
    pub fn discard(self) {
        self.document.set(self.saved.get_untracked());
        self.restored.set(None);
        if self.mode.get_untracked() == Mode::Toml {
            self.show_text();
        }
    }

    pub fn dirty(self) -> bool {
        self.document.with(|document| self.saved.with(|saved| document != saved))
            || self.toml_findings.with(|findings| !findings.is_empty())
    }

    pub fn dirty_now(self) -> bool {
        untrack(|| self.dirty())
    }

    /// Reads a text of the document, again whenever it changes.
    pub fn text(self, get: impl Fn(&Pipeline) -> String + Send + Sync + 'static) -> Signal<String> {
        Memo::new(move |_| self.document.with(&get)).into()
    }

    /// A callback that writes a text into the document.
    pub fn write(self, set: impl Fn(&mut Pipeline, String) + Send + Sync + 'static) -> Callback<String> {
        Callback::new(move |text| self.document.update(|document| set(document, text)))
    }

    /// The user has been in a field. Its findings come a moment later: what leaves a field is often a click, and findings
    /// that appear under a pressed button move what is to be clicked away from it.
    pub fn touch(self, path: &str) {
        if self.touched.with_untracked(|touched| touched.contains(path)) {
            return;
        }
        let path = path.to_owned();
        spawn_local(async move {
            TimeoutFuture::new(CLICK_MS).await;
            let _ = self.touched.try_update(|touched| touched.insert(path));
        });
    }

    pub fn show_everything(self) {
        self.show_all.set(true);
    }

    /// Whether the findings of a field are due.
    pub fn is_due(self, path: &str) -> bool {
        self.show_all.get() || self.touched.with(|touched| touched.contains(path))
    }

    /// What the last live test said, as long as the document is the one it tried.
    pub fn connection_findings(self) -> Vec<Finding> {
        self.checked.with(|checked| match checked {
            Some(checked) if self.document.with(|document| *document == checked.document) => checked.findings.clone(),
            _ => Vec::new(),
        })
    }

    /// Turns to the text: the saved one with its comments when nothing has changed since.
    pub fn show_text(self) {
        let unchanged = self.document.with_untracked(|document| self.saved.with_untracked(|saved| document == saved));
        let saved = self.saved_toml.get_untracked();
        let text = if unchanged && !saved.is_empty() { saved } else { self.document.with_untracked(rules::document_text) };
        self.toml.set(text);
        self.toml_findings.set(Vec::new());
        self.mode.set(Mode::Toml);
    }

    /// The text changed: the document follows when the text is one.
    pub fn text_changed(self, text: String) {
        match rules::read_document(&text) {
            Ok(document) => {
                self.toml_findings.set(Vec::new());
                if self.document.with_untracked(|known| *known != document) {
                    self.document.set(document);
                }
            }
            Err(findings) => self.toml_findings.set(findings),
        }
        self.toml.set(text);
    }

    /// What a save sends: the text with its comments when that is what the user edits.
    fn payload(self) -> SavePipeline {
        if self.mode.get_untracked() == Mode::Toml {
            SavePipeline::Toml { toml: self.toml.get_untracked() }
        } else {
            SavePipeline::Document { document: Box::new(self.document.get_untracked()) }
        }
    }

    /// Saves, and takes over what the studio made of it: secrets are references from then on.
    ///
    /// # Errors
    /// What the studio said; nothing is lost then.
    pub async fn save(self) -> Result<PipelineDetail, Failure> {
        self.saving.set(true);
        let payload = self.payload();
        let answer = match self.saved_name.get_untracked() {
            Some(name) => api::update_pipeline(&name, &payload).await,
            None => api::create_pipeline(&payload).await,
        };
        let _ = self.saving.try_set(false);
        let detail = answer?;
        // A document that held typed secrets is remembered no longer than it takes to seal them.
        if self.document.with_untracked(|document| *document != detail.document) {
            self.history.clear();
        }
        self.saved.set(detail.document.clone());
        self.document.set(detail.document.clone());
        self.saved_toml.set(detail.toml.clone());
        self.saved_name.set(Some(detail.summary.name.clone()));
        self.restored.set(None);
        self.taken_over.set(None);
        if self.mode.get_untracked() == Mode::Toml {
            self.show_text();
        }
        Ok(detail)
    }

    /// Tries source, brokers and registry for real.
    ///
    /// # Errors
    /// What the studio said when it could not even try.
    pub async fn test_connections(self) -> Result<Vec<Finding>, Failure> {
        self.show_everything();
        self.checking.set(true);
        let document = self.document.get_untracked();
        let answer = api::check(SavePipeline::Document { document: Box::new(document.clone()) }, true).await;
        let _ = self.checking.try_set(false);
        let findings = answer?;
        let _ = self.checked.try_set(Some(Checked { document, findings: findings.clone() }));
        Ok(findings)
    }
}
