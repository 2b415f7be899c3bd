//! A connector's properties: those that matter as fields, all others a search away. The console's label stands beside the key.

use crate::{
    components::{Icon, Prose, Shape},
    pages::editor::{
        field::{Choice, Field, SecretField},
        state::Editor,
    },
    rules,
};
use leptos::prelude::*;
use serde_json::Value;
use shared::{
    config::{Connector, Pipeline},
    connector::{Class, Property, ValueType},
};
use std::collections::BTreeSet;

/// Properties listed for one search.
const MOST: usize = 60;

fn class_of(document: &Pipeline, at: usize) -> Option<&'static Class> {
    rules::class_of(document.connectors.get(at)?)
}

/// Sets a property, or takes it out.
fn set(connector: &mut Connector, key: &str, text: &str) {
    if text.is_empty() {
        connector.config.shift_remove(key);
    } else {
        connector.config.insert(key.to_owned(), Value::from(text));
    }
}

#[component]
pub fn Properties(at: usize) -> impl IntoView {
    let editor = Editor::expect();
    // Fields that were opened stay, also while they are empty.
    let opened = RwSignal::new(BTreeSet::<String>::new());
    let shown = Memo::new(move |_| editor.document.with(|document| opened.with(|opened| rules::property_fields(document, at, opened))));
    let class = Memo::new(move |_| editor.document.with(|document| class_of(document, at)).map(|class| class.name));
    let fields = move || {
        // Other plugin, other meaning of the same key: all fields are made anew.
        class.track();
        view! { <For each=move || shown.get() key=Clone::clone children=move |key| property_field(editor, at, key, opened)/> }
    };
    view! {
        <div class="fields">{fields}</div>
        <AllProperties at=at opened=opened/>
    }
}

fn property_field(editor: Editor, at: usize, key: String, opened: RwSignal<BTreeSet<String>>) -> AnyView {
    let property = editor.document.with_untracked(|document| class_of(document, at)?.property(&key));
    let path = shared::path::join(&format!("connectors[{at}].config"), &key);
    let test = format!("connectors[{at}].config.{key}");
    let (get, kept) = (key.clone(), key.clone());
    let value = editor.text(move |document| match document.connectors.get(at).and_then(|connector| connector.config.get(&get)) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    });
    let on_input = editor.write(move |document, text| {
        opened.update(|opened| {
            opened.insert(kept.clone());
        });
        if let Some(connector) = document.connectors.get_mut(at) {
            set(connector, &kept, &text);
        }
    });
    let Some(property) = property else {
        return view! { <Field path=path test=test label="Property" key=key value=value on_input=on_input/> }.into_any();
    };
    // A key that no console has a label for is named once.
    let (label, key) = if property.label.is_empty() { (property.key, String::new()) } else { (property.label, key) };
    let without = editor.document.with_untracked(|document| rules::without_setting(document, at, property.key));
    let help = property.doc;
    let words: &'static [&'static str] = if property.value_type == ValueType::Boolean { &["true", "false"] } else { property.values };
    if property.value_type == ValueType::Password {
        view! { <SecretField path=path test=test label=label key=key help=help value=value on_input=on_input/> }.into_any()
    } else if words.is_empty() {
        let numeric = property.value_type == ValueType::Integer;
        view! { <Field path=path test=test label=label key=key help=help placeholder=without.unwrap_or_default() numeric=numeric value=value on_input=on_input/> }.into_any()
    } else {
        // The first choice says what happens without one.
        let unset: &'static str = if property.required { "choose" } else { "default" };
        let mut options = vec![("", unset)];
        options.extend(words.iter().map(|word| (*word, *word)));
        let help = match without {
            Some(without) if !property.required => format!("{help} Default {without}."),
            _ => help.to_owned(),
        };
        view! { <Choice path=path test=test label=label key=key help=help options=options value=value on_input=on_input/> }.into_any()
    }
}

/// Search over keys, console labels and explanations.
#[component]
fn AllProperties(at: usize, opened: RwSignal<BTreeSet<String>>) -> impl IntoView {
    let editor = Editor::expect();
    let open = RwSignal::new(false);
    let words = RwSignal::new(String::new());
    let found = Memo::new(move |_| {
        if !open.get() {
            return Vec::new();
        }
        let keys = editor.document.with(|document| {
            class_of(document, at).map(|class| words.with(|words| rules::search_properties(class, words))).unwrap_or_default()
        });
        keys.into_iter().map(|property| property.key).collect::<Vec<&'static str>>()
    });
    let line = move |key: &'static str| {
        let property = editor.document.with_untracked(|document| class_of(document, at)?.property(key));
        property.map(|property| property_line(property, opened))
    };
    view! {
        <details class="fold" on:toggle=move |_| open.update(|open| *open = !*open)>
            <summary data-test=format!("all-properties-{at}")>"All properties"</summary>
            <div class="stack">
                <div class="search">
                    <Icon shape=Shape::Search size=15/>
                    <input
                        type="search"
                        class="input"
                        placeholder="Search keys and the console's words: Delete on null"
                        aria-label="Search properties"
                        data-test=format!("search-properties-{at}")
                        prop:value=move || words.get()
                        on:input:target=move |event| words.set(event.target().value())
                    />
                </div>
                <div class="matched">
                    <ul>
                        {move || found.get().into_iter().take(MOST).map(line).collect_view()}
                        <Show when=move || { found.with(|found| found.len() > MOST) }><li class="more">"More: search to narrow them."</li></Show>
                        <Show when=move || found.with(Vec::is_empty)><li class="more">"No property is called or explained like that."</li></Show>
                    </ul>
                </div>
            </div>
        </details>
    }
}

fn property_line(property: &'static Property, opened: RwSignal<BTreeSet<String>>) -> impl IntoView {
    let label = (!property.label.is_empty()).then(|| view! { <span>{property.label}</span> });
    let default =
        property.default.filter(|default| !default.is_empty()).map(|default| view! { <span class="tag">"default " {default}</span> });
    let is_open = move || opened.with(|opened| opened.contains(property.key));
    let show = move |_| {
        opened.update(|opened| {
            opened.insert(property.key.to_owned());
        });
    };
    view! {
        <li>
            <code>{property.key}</code>
            {label}
            {default}
            <button type="button" class="btn s" disabled=is_open aria-label=format!("Set {}", property.key) on:click=show>{move || if is_open() { "Shown" } else { "Set" }}</button>
            <span class="why"><Prose text=property.doc/></span>
        </li>
    }
}
