//! One field of the document: label, key, help, and its findings with their fixes.

use super::{analysis::Said, fixes, readings::Readings, state::Editor, steps::Step};
use crate::browser;
use crate::components::{FindingNote, Icon, Prose, Shape};
use leptos::{either::Either, prelude::*};
use shared::{Finding, Severity, secret::SecretRef};

/// Findings drawn at one field; the panel has all.
const MOST: usize = 5;

/// What a field's parts share: ids that tie label, help and findings to the input.
pub fn id_of(path: &str) -> String {
    format!("f-{}", path.replace(['.', '[', ']', '"'], "-"))
}

/// Findings of a path that are due, the live test's among them. `deep` includes paths below it.
fn due_at(editor: Editor, path: String, deep: bool) -> Memo<Vec<Said>> {
    Memo::new(move |_| {
        if !editor.is_due(&path) {
            return Vec::new();
        }
        let here = |finding: &Finding| {
            finding.path == path || (deep && finding.path.strip_prefix(&path).is_some_and(|rest| rest.starts_with(['.', '['])))
        };
        let mut found: Vec<Said> =
            editor.analysis.said.with(|all| all.iter().filter(|one| here(&one.finding)).take(MOST).cloned().collect());
        for finding in editor.connection_findings() {
            if here(&finding) && !found.iter().any(|one| one.finding == finding) {
                found.push(Said { finding, table: None });
            }
        }
        found
    })
}

/// One finding with its hint, and its fix when there is one. `place` also names the field.
#[component]
pub fn FindingLine(said: Said, #[prop(optional)] place: bool) -> impl IntoView {
    let editor = Editor::expect();
    let fix = fixes::repair_of(&said).map(|fix| {
        let label = fix.label.clone();
        let test = fix.test;
        view! { <button type="button" class="btn s" data-test=test on:click=move |_| fix.apply(editor)>{label}</button> }
    });
    let href = place.then(|| Step::href_of(&said.finding.path));
    view! { <FindingNote finding=said.finding place=place href=href>{fix}</FindingNote> }
}

/// The findings of one path, where its field is.
#[component]
pub fn FindingsAt(path: &'static str, #[prop(optional)] deep: bool) -> impl IntoView {
    let found = due_at(Editor::expect(), path.to_owned(), deep);
    let id = format!("{}-finds", id_of(path));
    view! { <div class="finds" id=id aria-live="polite">{move || found.get().into_iter().map(|said| view! { <FindingLine said=said/> }).collect_view()}</div> }
}

/// The input's look for the worst of its findings.
fn input_class(found: &[Said]) -> &'static str {
    match found.iter().map(|one| one.finding.severity).max() {
        Some(Severity::Error) => "input bad",
        Some(Severity::Warning) => "input warn",
        _ => "input",
    }
}

/// A text field.
#[component]
pub fn Field(
    /// Path of the value in the document: where its findings are.
    #[prop(into)]
    path: String,
    /// For tests, after `field-`; the path unless given.
    #[prop(optional, into)]
    test: Option<String>,
    #[prop(into)] label: String,
    /// The key as people know it from the file.
    #[prop(into)]
    key: String,
    #[prop(optional, into)] help: String,
    #[prop(optional, into)] placeholder: String,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_input: Callback<String>,
    /// When the field is left: time to tidy what was typed.
    #[prop(optional, into)]
    on_leave: Option<Callback<()>>,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// Numbers get the numeric keyboard.
    #[prop(optional)]
    numeric: bool,
    /// Values to choose from; others can be typed.
    #[prop(optional)]
    suggestions: &'static [&'static str],
) -> impl IntoView {
    let editor = Editor::expect();
    let id = id_of(&path);
    let found = due_at(editor, path.clone(), true);
    let (help_id, finds_id, list_id) = (format!("{id}-help"), format!("{id}-finds"), format!("{id}-list"));
    let described = format!("{help_id} {finds_id}");
    let test = format!("field-{}", test.unwrap_or_else(|| path.clone()));
    let touched = path.clone();
    let leave = move |_| {
        editor.touch(&touched);
        if let Some(on_leave) = on_leave {
            on_leave.run(());
        }
    };
    let list = (!suggestions.is_empty()).then(|| view! { <datalist id=list_id.clone()>{suggestions.iter().map(|text| view! { <option value=*text></option> }).collect_view()}</datalist> });
    view! {
        <div class="field">
            <label for=id.clone()>{label} <code>{key}</code></label>
            <input
                id=id
                class=move || found.with(|found| input_class(found))
                type="text"
                data-test=test
                placeholder=placeholder
                autocomplete="off"
                spellcheck="false"
                inputmode=if numeric { "numeric" } else { "text" }
                list=(!suggestions.is_empty()).then_some(list_id)
                aria-describedby=described
                aria-invalid=move || found.with(|found| found.iter().any(|one| one.finding.severity == Severity::Error)).to_string()
                disabled=move || disabled.get()
                prop:value=move || value.get()
                on:input:target=move |event| on_input.run(event.target().value())
                on:blur=leave
            />
            {list}
            <span class="help" id=help_id><Prose text=help/></span>
            <div class="finds" id=finds_id aria-live="polite">
                {move || found.get().into_iter().map(|said| view! { <FindingLine said=said/> }).collect_view()}
            </div>
        </div>
    }
}

/// One of a few values.
#[component]
pub fn Choice(
    #[prop(into)] path: String,
    #[prop(optional, into)] test: Option<String>,
    #[prop(into)] label: String,
    #[prop(into)] key: String,
    #[prop(optional, into)] help: String,
    /// Values and their words.
    options: Vec<(&'static str, &'static str)>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_input: Callback<String>,
) -> impl IntoView {
    let editor = Editor::expect();
    let id = id_of(&path);
    let found = due_at(editor, path.clone(), true);
    let (help_id, finds_id) = (format!("{id}-help"), format!("{id}-finds"));
    let described = format!("{help_id} {finds_id}");
    let known = options.clone();
    // A value that is not in the list is kept and shown, with its finding.
    let other = move || {
        let value = value.get();
        (!known.iter().any(|(option, _)| *option == value)).then(|| view! { <option value=value.clone()>{value.clone()}</option> })
    };
    let test = format!("field-{}", test.unwrap_or_else(|| path.clone()));
    view! {
        <div class="field">
            <label for=id.clone()>{label} <code>{key}</code></label>
            <select
                id=id
                class=move || found.with(|found| input_class(found))
                data-test=test
                aria-describedby=described
                prop:value=move || value.get()
                on:change:target=move |event| {
                    editor.touch(&path);
                    on_input.run(event.target().value());
                }
            >
                {options.into_iter().map(|(option, text)| view! { <option value=option selected=move || value.get() == option>{text}</option> }).collect_view()}
                {other}
            </select>
            <span class="help" id=help_id><Prose text=help/></span>
            <div class="finds" id=finds_id aria-live="polite">
                {move || found.get().into_iter().map(|said| view! { <FindingLine said=said/> }).collect_view()}
            </div>
        </div>
    }
}

/// A secret: typed once, then a reference. The studio never sends the value back.
#[component]
pub fn SecretField(
    #[prop(into)] path: String,
    #[prop(optional, into)] test: Option<String>,
    #[prop(into)] label: String,
    #[prop(into)] key: String,
    #[prop(optional, into)] help: String,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] on_input: Callback<String>,
) -> impl IntoView {
    let editor = Editor::expect();
    let id = id_of(&path);
    let found = due_at(editor, path.clone(), true);
    let (help_id, finds_id) = (format!("{id}-help"), format!("{id}-finds"));
    let described = format!("{help_id} {finds_id}");
    let test = format!("field-{}", test.unwrap_or_else(|| path.clone()));
    let shown = RwSignal::new(false);
    // The reference that "Replace" put aside.
    let aside = RwSignal::new(None::<String>);
    let is_reference = Memo::new(move |_| value.with(|value| !value.is_empty() && !SecretRef::parse(value).is_inline()));
    let typing_reference = RwSignal::new(false);
    let stored_text = move || match SecretRef::parse(&value.get()) {
        SecretRef::Store(_) => "stored, sealed in the studio".to_owned(),
        SecretRef::Env(name) => format!("from the environment variable {name}"),
        SecretRef::File(path) => format!("from the file {path}"),
        SecretRef::Inline(_) => String::new(),
    };
    let touched = StoredValue::new(path);
    let input_id = StoredValue::new(id.clone());
    let test = StoredValue::new(test);
    let described = StoredValue::new(described);
    let body = move || {
        if is_reference.get() && !typing_reference.get() {
            Either::Left(view! {
                <div class="stored" data-test=format!("stored-{}", touched.get_value())>
                    <Icon shape=Shape::Lock size=14/>
                    <span class="grow">{stored_text}</span>
                    <button
                        type="button"
                        class="btn q s"
                        id=input_id.get_value()
                        on:click=move |_| {
                            aside.set(Some(value.get_untracked()));
                            on_input.run(String::new());
                            request_animation_frame(move || browser::focus(&input_id.get_value()));
                        }
                    >
                        "Replace"
                    </button>
                </div>
            })
        } else {
            Either::Right(view! {
                <div class="input-row">
                    <input
                        id=input_id.get_value()
                        class=move || found.with(|found| input_class(found))
                        type=move || if shown.get() { "text" } else { "password" }
                        data-test=test.get_value()
                        autocomplete="new-password"
                        spellcheck="false"
                        aria-describedby=described.get_value()
                        prop:value=move || value.get()
                        on:input:target=move |event| {
                            typing_reference.set(true);
                            on_input.run(event.target().value());
                        }
                        on:blur=move |_| {
                            typing_reference.set(false);
                            editor.touch(&touched.get_value());
                        }
                    />
                    <button type="button" class="btn q s" aria-pressed=move || shown.get().to_string() on:click=move |_| shown.update(|shown| *shown = !*shown)>
                        {move || if shown.get() { "Hide" } else { "Show" }}
                    </button>
                    {move || aside.get().map(|reference| view! {
                        <button
                            type="button"
                            class="btn q s"
                            on:click=move |_| {
                                on_input.run(reference.clone());
                                aside.set(None);
                            }
                        >
                            "Keep the old one"
                        </button>
                    })}
                </div>
                <Show when=move || !value.with(String::is_empty)><Readings value=value shown=shown/></Show>
            })
        }
    };
    view! {
        <div class="field">
            <label for=id>{label} <code>{key}</code></label>
            {body}
            <span class="help" id=help_id><Prose text=help/></span>
            <div class="finds" id=finds_id aria-live="polite">
                {move || found.get().into_iter().map(|said| view! { <FindingLine said=said/> }).collect_view()}
            </div>
        </div>
    }
}
