//! One option: its name, what it does, and a field that fits its type.

use crate::{
    pages::editor::{
        field::{Choice, Field, SecretField},
        state::Editor,
    },
    rules,
};
use leptos::prelude::*;
use shared::ticdc::{ConfigKey, ValueType};

/// An option outside lists.
#[component]
pub fn OptionField(key: &'static ConfigKey, opened: RwSignal<Vec<&'static str>>) -> impl IntoView {
    let editor = Editor::expect();
    // Where it stands, or would: an option that both places know moves when the other place has it.
    let path = editor.document.with_untracked(|document| rules::option_path(document, key));
    value_field(key, path, move || {
        if !opened.with_untracked(|opened| opened.contains(&key.name)) {
            opened.update(|opened| opened.push(key.name));
        }
    })
}

/// A field for an option at a place of the document. `touched` is told before each change.
pub fn value_field(key: &'static ConfigKey, path: String, touched: impl Fn() + Send + Sync + 'static) -> AnyView {
    let editor = Editor::expect();
    let at = path.clone();
    let value = editor.text(move |document| rules::option_text(document, &at));
    let at = path.clone();
    let on_input = editor.write(move |document, text| {
        touched();
        rules::set_option(document, key, &at, &text);
    });
    let help = rules::option_help(key);
    let place = if key.section.is_empty() { key.name.to_owned() } else { format!("{}.{}", key.section, key.name) };
    let choice = |words: &'static [&'static str]| {
        let mut options = vec![("", if key.default.is_empty() { "not set" } else { "default" })];
        options.extend(words.iter().map(|word| (*word, *word)));
        options
    };
    match key.value_type {
        _ if key.secret => view! { <SecretField path=path label=key.name key=place help=help value=value on_input=on_input/> }.into_any(),
        ValueType::Boolean => {
            view! { <Choice path=path label=key.name key=place help=help options=choice(&["true", "false"]) value=value on_input=on_input/> }.into_any()
        }
        ValueType::Word(words) => {
            view! { <Choice path=path label=key.name key=place help=help options=choice(words) value=value on_input=on_input/> }.into_any()
        }
        _ => {
            let numeric = matches!(key.value_type, ValueType::Integer(..));
            view! { <Field path=path label=key.name key=place help=help placeholder=key.default numeric=numeric value=value on_input=on_input/> }.into_any()
        }
    }
}
