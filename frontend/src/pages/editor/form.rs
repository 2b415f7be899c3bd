//! The editor's frame: bar, steps, form or text, and the truth beside them.

use super::{
    analysis::Said,
    downstream::DownstreamStep,
    field::FindingLine,
    guard::LeaveGuard,
    history::HistoryButtons,
    kafka::KafkaStep,
    options::OptionsStep,
    paste::PasteButton,
    registry::RegistryStep,
    review::ReviewStep,
    routing::RoutingStep,
    source::SourceStep,
    state::{Editor, Mode},
    steps::{Step, StepsRail, follow_field},
    tables::TablesStep,
    toml_view::TomlView,
    truth::TruthPanel,
};
use crate::{
    components::{Icon, Segments, Shape, Top},
    state::Toasts,
};
use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

#[component]
pub fn EditorView(editor: Editor) -> impl IntoView {
    editor.analysis.follow(editor);
    follow_field();
    let current = Step::current();
    let title = move || {
        let name = editor.document.with(|document| document.name.clone());
        if name.is_empty() { "New pipeline".to_owned() } else { name }
    };
    let chip = move || {
        if editor.dirty() {
            view! { <span class="chip warn" data-test="dirty">"not saved"</span> }
        } else if editor.saved_name.get().is_some() {
            view! { <span class="chip" data-test="saved">"saved"</span> }
        } else {
            view! { <span class="chip" data-test="saved">"new"</span> }
        }
    };
    let step = move || match current.get() {
        Step::Source => view! { <SourceStep/> }.into_any(),
        Step::Tables => view! { <TablesStep/> }.into_any(),
        Step::Routing => view! { <RoutingStep/> }.into_any(),
        Step::Kafka => view! { <KafkaStep/> }.into_any(),
        Step::Registry => view! { <RegistryStep/> }.into_any(),
        Step::Options => view! { <OptionsStep/> }.into_any(),
        Step::Downstream => view! { <DownstreamStep/> }.into_any(),
        Step::Review => view! { <ReviewStep/> }.into_any(),
    };
    let form = move || {
        if editor.mode.get() == Mode::Toml {
            view! { <TomlView/> }.into_any()
        } else {
            view! { {step} <NextSteps current=current/> }.into_any()
        }
    };
    view! {
        <Top title=Signal::derive(title) in_pipelines=true beside=chip>
            <HistoryButtons/>
            <PasteButton/>
            <ModeSwitch/>
            <SaveButton/>
            <a href=Step::Review.href() class="btn p" data-test="review">"Review and launch"</a>
        </Top>
        <Show when=move || editor.restored.get().is_some()>
            <div class="banner info" role="status" data-test="restored">
                "Unsaved changes from your last visit were kept."
                {move || match editor.restored.get() {
                    None | Some(0) => "",
                    Some(_) => " Secrets that were typed and not saved are not: type them again.",
                }}
                <button type="button" class="btn s" on:click=move |_| editor.discard()>"Throw them away"</button>
            </div>
        </Show>
        <TakenOver/>
        <div class="edit">
            <StepsRail current=current/>
            <div class="form">{form}</div>
            <TruthPanel/>
        </div>
        <LeaveGuard/>
    }
}

/// The document was made from what runs: said once, with what it lacks.
#[component]
fn TakenOver() -> impl IntoView {
    let editor = Editor::expect();
    let lines = move || {
        let findings = editor.taken_over.get().unwrap_or_default();
        findings.into_iter().map(|finding| view! { <FindingLine said=Said { finding, table: None } place=true/> }).collect_view()
    };
    view! {
        <Show when=move || editor.taken_over.get().is_some()>
            <div class="banner info" role="status" data-test="taken-over">
                <span class="grow">"This document says what runs there now. Nothing is saved or changed yet; give it a name."</span>
                <button type="button" class="btn s" on:click=move |_| editor.taken_over.set(None)>"Dismiss"</button>
                <div class="finds">{lines}</div>
            </div>
        </Show>
    }
}

#[component]
fn ModeSwitch() -> impl IntoView {
    let editor = Editor::expect();
    let toasts = Toasts::expect();
    let choose = move |mode: Mode| match mode {
        Mode::Toml if editor.mode.get_untracked() == Mode::Form => editor.show_text(),
        Mode::Form if editor.toml_findings.with_untracked(|findings| !findings.is_empty()) => {
            toasts.bad("The text is no document yet: repair the marked line first, or the form would lose it");
        }
        mode => editor.mode.set(mode),
    };
    view! { <Segments label="Edit as" options=vec![(Mode::Form, "Form"), (Mode::Toml, "TOML")] chosen=editor.mode on_choose=choose/> }
}

#[component]
fn SaveButton() -> impl IntoView {
    let editor = Editor::expect();
    let toasts = Toasts::expect();
    let navigate = use_navigate();
    let current = Step::current();
    let navigate = StoredValue::new(navigate);
    let save = move || {
        let navigate = navigate.get_value();
        spawn_local(async move {
            let was_new = editor.saved_name.get_untracked().is_none();
            match editor.save().await {
                Ok(detail) => {
                    toasts.good(format!("Saved {}", detail.summary.name));
                    if was_new {
                        // The page of the saved document opens with the tables of this one.
                        editor.keep_tables();
                        let href = format!("{}{}", crate::api::pipeline_path(&detail.summary.name, "edit"), current.get_untracked().href());
                        navigate(&href, NavigateOptions { replace: true, ..NavigateOptions::default() });
                    }
                }
                Err(failure) => {
                    editor.show_everything();
                    toasts.failed("save", &failure);
                }
            }
        });
    };
    let name_missing = move || editor.document.with(|document| document.name.is_empty());
    let blocked = move || editor.saving.get() || !editor.dirty() || name_missing();
    let shortcut = window_event_listener(ev::keydown, move |event| {
        if event.key() == "s" && (event.ctrl_key() || event.meta_key()) && !event.shift_key() {
            event.prevent_default();
            if !untrack(blocked) {
                save();
            }
        }
    });
    on_cleanup(move || shortcut.remove());
    view! {
        <button
            type="button"
            class="btn"
            data-test="save"
            disabled=blocked
            aria-keyshortcuts="Control+S Meta+S"
            title=move || if name_missing() { "A name is needed first" } else { "Ctrl+S" }
            on:click=move |_| save()
        >
            {move || if editor.saving.get() { view! { <span class="spin"></span> }.into_any() } else { ().into_any() }}
            {move || if editor.saved_name.get().is_some() { "Save" } else { "Save draft" }}
        </button>
    }
}

/// Tries all connections; the answer shows at the fields and under Findings.
#[component]
pub fn TestButton() -> impl IntoView {
    let editor = Editor::expect();
    let toasts = Toasts::expect();
    let test = move |_| {
        spawn_local(async move {
            if let Err(failure) = editor.test_connections().await {
                toasts.failed("test the connections", &failure);
            }
        });
    };
    view! {
        <button type="button" class="btn" data-test="test-connections" disabled=move || editor.checking.get() on:click=test>
            {move || if editor.checking.get() { view! { <span class="spin"></span> }.into_any() } else { view! { <Icon shape=Shape::Pipe size=14/> }.into_any() }}
            {move || if editor.checking.get() { "Testing…" } else { "Test connections" }}
        </button>
    }
}

#[component]
fn NextSteps(#[prop(into)] current: Signal<Step>) -> impl IntoView {
    let link = |step: Step, text: String, class: &'static str| view! { <a href=step.href() class=class>{text}</a> };
    view! {
        <div class="next">
            <span>{move || current.get().before().map(|step| link(step, format!("Back: {}", step.title()), "btn q"))}</span>
            <span>{move || current.get().after().map(|step| link(step, format!("Next: {}", step.title()), "btn"))}</span>
        </div>
    }
}
