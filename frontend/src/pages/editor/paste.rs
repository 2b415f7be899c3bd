//! "Paste what you have": key files, sink URIs, commands, connector JSON. First it says what it understood, then it fills in.

use super::{
    analysis::Said,
    field::FindingLine,
    state::{Editor, Mode},
};
use crate::{
    browser,
    components::{Dialog, ExplanationCard, Icon, Segments, Shape},
    state::Toasts,
};
use leptos::{ev, prelude::*};
use shared::{
    Finding, Severity,
    explain::explain,
    import::{self, KeySlot, Kind, Understood},
};

const BOX: &str = "paste-box";

/// The button, its dialog, and a paste anywhere outside a field.
#[component]
pub fn PasteButton() -> impl IntoView {
    let open = RwSignal::new(false);
    let text = RwSignal::new(String::new());
    let show = move || {
        open.set(true);
        request_animation_frame(|| browser::focus(BOX));
    };
    let pasted = window_event_listener(ev::paste, move |event: ev::ClipboardEvent| {
        if browser::is_typing() || open.get_untracked() {
            return;
        }
        let Some(pasted) = event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()) else { return };
        if !pasted.trim().is_empty() {
            event.prevent_default();
            text.set(pasted);
            show();
        }
    });
    on_cleanup(move || pasted.remove());
    view! {
        <button type="button" class="btn" data-test="paste" on:click=move |_| show()><Icon shape=Shape::Paste size=15/> "Paste"</button>
        <PasteDialog open=open text=text/>
    }
}

#[component]
fn PasteDialog(open: RwSignal<bool>, text: RwSignal<String>) -> impl IntoView {
    let editor = Editor::expect();
    let toasts = Toasts::expect();
    // What a person says of it: its secrets are percent-encoded, its key is one of this slot.
    let encoded = RwSignal::new(false);
    let slot = RwSignal::new(None::<KeySlot>);
    let recognised = Memo::new(move |_| text.with(|text| if text.trim().is_empty() { Vec::new() } else { import::recognise_all(text) }));
    let looks_encoded = move || recognised.with(|all| all.iter().any(Understood::looks_encoded));
    let needs_slot = move || recognised.with(|all| all.iter().any(Understood::needs_slot));
    let understood = Memo::new(move |_| {
        let all = recognised.get();
        if encoded.get() { all.into_iter().map(Understood::decoded).collect() } else { all }
    });
    // What applying it said, while the dialog is still open.
    let said = RwSignal::new(Vec::<Finding>::new());
    Effect::new(move || {
        if !open.get() {
            // What was pasted may hold secrets.
            text.set(String::new());
        }
    });
    Effect::new(move || {
        text.track();
        said.set(Vec::new());
        encoded.set(false);
        slot.set(None);
    });
    let useful = move || {
        (!needs_slot() || slot.get().is_some())
            && understood.with(|all| all.iter().any(|one| one.changes_document() || one.needs_slot() || one.tables().is_some()))
    };
    let apply = move || {
        let all = understood.get_untracked();
        let mut document = editor.document.get_untracked();
        let mut findings = import::apply_all(&all, slot.get_untracked(), &mut document);
        for one in &all {
            if let Some(tables) = one.tables() {
                editor.catalogue.paste(tables, move |read| match read {
                    Ok(count) => toasts.good(format!("{} read", shared::figures::counted(count as u64, "table"))),
                    Err(why) => toasts.bad(why),
                });
            }
        }
        editor.document.set(document);
        if editor.mode.get_untracked() == Mode::Toml {
            editor.show_text();
        }
        findings.retain(|finding| finding.severity != Severity::Info);
        if findings.is_empty() {
            toasts.good(format!("Filled in: {}", all.iter().map(|one| one.title.as_str()).collect::<Vec<_>>().join(", ")));
            open.set(false);
        } else {
            said.set(findings);
        }
    };
    // What is nothing to fill in may be an error that somebody wants explained.
    let explained = Memo::new(move |_| {
        let unknown = recognised.with(|all| all.iter().all(|one| one.kind == Kind::Unknown));
        if unknown { text.with(|text| explain(text)) } else { Vec::new() }
    });
    let explanations = move || explained.get().into_iter().map(|one| view! { <ExplanationCard one=one/> }).collect_view();
    let parts = move || understood.get().into_iter().map(part).collect_view();
    view! {
        <Dialog open=open title="Paste what you have" wide=true>
            <p>"API key files, a client.properties, a sink URI, a cdc or tiup command, changefeed TOML, connector JSON or Terraform, CREATE TABLE or CREATE STREAM; or an error message, to have it explained. It stays in this page."</p>
            <textarea
                id=BOX
                class="input"
                rows="9"
                data-test="paste-text"
                aria-label="What you have"
                spellcheck="false"
                autocomplete="off"
                prop:value=move || text.get()
                on:input:target=move |event| text.set(event.target().value())
            ></textarea>
            <Show when=move || explained.with(Vec::is_empty)>
                <div class="understood" data-test="understood" aria-live="polite">{parts}</div>
            </Show>
            <div class="understood" data-test="explained" aria-live="polite">{explanations}</div>
            <Show when=needs_slot>
                <div class="field">
                    <span class="label">"The text does not say what its API key is for"</span>
                    <Segments
                        label="The key is for"
                        options=vec![
                            (Some(KeySlot::Kafka), "the Kafka cluster"),
                            (Some(KeySlot::Registry), "the Schema Registry"),
                            (Some(KeySlot::Cloud), "the cloud's API"),
                            (Some(KeySlot::Ksqldb), "ksqlDB"),
                        ]
                        chosen=slot
                        on_choose=move |chosen| slot.set(chosen)
                    />
                </div>
            </Show>
            <Show when=move || looks_encoded() || encoded.get()>
                <label class="check">
                    <input type="checkbox" data-test="paste-decode" prop:checked=move || encoded.get() on:change:target=move |event| encoded.set(event.target().checked())/>
                    "Its secrets are percent-encoded: decode them"
                </label>
            </Show>
            <div class="finds">{move || said.get().into_iter().map(|finding| view! { <FindingLine said=Said { finding, table: None } place=true/> }).collect_view()}</div>
            <div class="buttons">
                <button type="button" class="btn" on:click=move |_| open.set(false)>{move || if said.with(Vec::is_empty) { "Cancel" } else { "Close" }}</button>
                <button type="button" class="btn p" data-test="paste-apply" disabled=move || !useful() || said.with(|said| !said.is_empty()) on:click=move |_| apply()>"Fill in"</button>
            </div>
        </Dialog>
    }
}

/// One thing that was recognised: its name, what it says and where that goes, what is wrong with it.
fn part(understood: Understood) -> impl IntoView {
    let facts = understood.facts.iter().map(|fact| {
        let place = (!fact.path.is_empty()).then(|| view! { <code class="dim">{fact.path.clone()}</code> });
        view! { <dt>{fact.label.clone()}</dt> <dd><code>{fact.value.clone()}</code> " " {place}</dd> }
    });
    view! {
        <div class="card">
            <header><h3>{understood.title.clone()}</h3></header>
            <div class="in stack">
                <dl class="facts">{facts.collect_view()}</dl>
                <div class="finds">{understood.findings.iter().cloned().map(|finding| view! { <FindingLine said=Said { finding, table: None }/> }).collect_view()}</div>
            </div>
        </div>
    }
}
