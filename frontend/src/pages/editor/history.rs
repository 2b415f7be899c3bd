//! Undo and redo over the whole document, form and text alike.

use super::state::{Editor, Mode};
use crate::{
    browser,
    components::{Icon, Shape},
};
use leptos::{ev, prelude::*};
use shared::config::Pipeline;

/// Changes closer together than this are one step: a word is undone at once, not letter by letter. Milliseconds.
const ONE_STEP_MS: f64 = 700.0;
/// Steps kept.
const MOST: usize = 200;

#[derive(Clone, Copy)]
pub struct History {
    past: RwSignal<Vec<Pipeline>>,
    future: RwSignal<Vec<Pipeline>>,
    changed_at: StoredValue<f64>,
    /// What undo or redo has just set: that change is no new step.
    moved_to: StoredValue<Option<Pipeline>>,
}

impl History {
    pub fn new() -> Self {
        Self {
            past: RwSignal::new(Vec::new()),
            future: RwSignal::new(Vec::new()),
            changed_at: StoredValue::new(f64::NEG_INFINITY),
            moved_to: StoredValue::new(None),
        }
    }

    /// Remembers what the document was, whenever it changes.
    pub fn follow(self, document: RwSignal<Pipeline>) {
        Effect::new(move |before: Option<Pipeline>| {
            let now = document.get();
            if let Some(before) = before
                && before != now
            {
                self.record(before, &now);
            }
            now
        });
    }

    fn record(self, before: Pipeline, now: &Pipeline) {
        if self.moved_to.try_update_value(Option::take).flatten().is_some_and(|moved| moved == *now) {
            return;
        }
        let at = browser::elapsed_ms();
        let same_step = at - self.changed_at.get_value() < ONE_STEP_MS;
        self.changed_at.set_value(at);
        if !same_step || self.past.with_untracked(Vec::is_empty) {
            self.past.update(|past| {
                if past.len() == MOST {
                    past.remove(0);
                }
                past.push(before);
            });
        }
        self.future.set(Vec::new());
    }

    /// Forgets everything: what is remembered may hold secrets that were typed.
    pub fn clear(self) {
        self.past.set(Vec::new());
        self.future.set(Vec::new());
    }

    fn step(self, editor: Editor, from: RwSignal<Vec<Pipeline>>, to: RwSignal<Vec<Pipeline>>) {
        let Some(document) = from.try_update(Vec::pop).flatten() else { return };
        let now = editor.document.get_untracked();
        to.update(|to| to.push(now));
        // The next change is a step of its own, however soon it comes.
        self.changed_at.set_value(f64::NEG_INFINITY);
        self.moved_to.set_value(Some(document.clone()));
        editor.document.set(document);
        if editor.mode.get_untracked() == Mode::Toml {
            editor.show_text();
        }
    }

    pub fn undo(self, editor: Editor) {
        self.step(editor, self.past, self.future);
    }

    pub fn redo(self, editor: Editor) {
        self.step(editor, self.future, self.past);
    }
}

/// Undo and redo as buttons, and as the keys everyone knows. Inside a text field the browser's own undo stays.
#[component]
pub fn HistoryButtons() -> impl IntoView {
    let editor = Editor::expect();
    let history = editor.history;
    let keys = window_event_listener(ev::keydown, move |event| {
        if !(event.ctrl_key() || event.meta_key()) || browser::is_typing() {
            return;
        }
        match (event.key().as_str(), event.shift_key()) {
            ("z", false) => history.undo(editor),
            ("Z", true) | ("y", false) => history.redo(editor),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || keys.remove());
    view! {
        <span class="pair">
            <button
                type="button"
                class="btn q icon"
                data-test="undo"
                aria-label="Undo"
                title="Undo (Ctrl+Z outside a field)"
                aria-keyshortcuts="Control+Z Meta+Z"
                disabled=move || history.past.with(Vec::is_empty)
                on:click=move |_| history.undo(editor)
            >
                <Icon shape=Shape::Undo size=16/>
            </button>
            <button
                type="button"
                class="btn q icon"
                data-test="redo"
                aria-label="Redo"
                title="Redo (Ctrl+Shift+Z outside a field)"
                aria-keyshortcuts="Control+Shift+Z Meta+Shift+Z"
                disabled=move || history.future.with(Vec::is_empty)
                on:click=move |_| history.redo(editor)
            >
                <Icon shape=Shape::Redo size=16/>
            </button>
        </span>
    }
}
