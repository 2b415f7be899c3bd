//! A change of the chosen table before anybody runs it: whether the registry takes it, and what each sink does.

use super::{
    NoTables,
    follow::{TableSelect, chosen_table},
    schema_change::SchemaCard,
};
use crate::{
    components::{CodeBlock, Icon, Prose, Shape, severity_class},
    pages::editor::{state::Editor, steps::Step},
    rules,
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use shared::{
    Finding, Severity,
    avro::compatibility::Level,
    downstream::{self, Rehearsal, SinkChange},
};

/// Rest after the last keystroke: half a statement is no statement, milliseconds.
const REST_MS: u32 = 300;

/// What the user typed; it stays while other tabs show.
#[derive(Clone, Copy)]
pub struct Draft {
    ddl: RwSignal<String>,
    level: RwSignal<Level>,
}

impl Draft {
    pub fn new() -> Self {
        Self { ddl: RwSignal::new(String::new()), level: RwSignal::new(Level::default()) }
    }
}

#[component]
pub fn RehearseTab(draft: Draft) -> impl IntoView {
    let editor = Editor::expect();
    let name = chosen_table(editor);
    let table = move || {
        let name = name.get()?;
        editor.catalogue.tables.with(|tables| tables.iter().find(|table| table.qualified() == name).cloned())
    };
    let examples = Memo::new(move |_| table().map(|table| rules::ddl_examples(&table)).unwrap_or_default());
    let placeholder = move || examples.with(|all| all.first().map(|(_, ddl)| ddl.clone()).unwrap_or_default());
    let rested = rested(draft.ddl);
    let resting = move || draft.ddl.with(|now| rested.with(|then| now != then));
    // With the analysis, which rests while the user types.
    let rehearsed = Memo::new(move |_| {
        editor.analysis.routes.track();
        let (ddl, level) = (rested.get(), draft.level.get());
        if ddl.trim().is_empty() {
            return None;
        }
        let document = editor.document.get_untracked();
        Some((level, rules::rehearse(&document, &table()?, &ddl, level)))
    });
    let body = move || {
        match rehearsed.get() {
        None => view! {
            <div class="empty">
                <Icon shape=Shape::Play size=24/>
                <b>"Nothing to rehearse yet"</b>
                <p>"Type the DDL that is planned, or take an example: the page says whether the registry accepts the new schemas and what every sink does, before anybody runs it."</p>
            </div>
        }
        .into_any(),
        Some((_, Err(findings))) => findings.into_iter().map(refused).collect_view().into_any(),
        Some((level, Ok(rehearsal))) => told(level, rehearsal).into_any(),
    }
    };
    view! {
        <Show when=move || name.get().is_some() fallback=|| view! { <NoTables/> }>
            <div class="buttons"><TableSelect name=name/></div>
            <div class="field">
                <label for="rehearse-ddl">"Planned change " <code>"DDL"</code></label>
                <textarea
                    id="rehearse-ddl"
                    class="input"
                    rows="3"
                    spellcheck="false"
                    autocomplete="off"
                    data-test="rehearse-sql"
                    placeholder=placeholder
                    prop:value=move || draft.ddl.get()
                    on:input:target=move |event| draft.ddl.set(event.target().value())
                ></textarea>
                <div class="buttons" role="group" aria-label="Examples">{move || examples.get().into_iter().map(|one| example(draft, one)).collect_view()}</div>
            </div>
            <LevelSelect level=draft.level/>
            <div class="stack" aria-live="polite" aria-busy=move || resting().to_string()>{body}</div>
        </Show>
    }
}

/// The text, once it has rested.
fn rested(text: RwSignal<String>) -> RwSignal<String> {
    let rested = RwSignal::new(text.get_untracked());
    let turn = StoredValue::new(0_u32);
    Effect::new(move |again: Option<()>| {
        let now = text.get();
        turn.update_value(|turn| *turn = turn.wrapping_add(1));
        let mine = turn.get_value();
        if again.is_some() {
            spawn_local(async move {
                TimeoutFuture::new(REST_MS).await;
                if turn.try_get_value() == Some(mine) {
                    let _ = rested.try_set(now);
                }
            });
        }
    });
    rested
}

fn example(draft: Draft, (title, ddl): (&'static str, String)) -> impl IntoView + use<> {
    view! { <button type="button" class="btn q s" on:click=move |_| draft.ddl.set(ddl.clone())>{title}</button> }
}

#[component]
fn LevelSelect(level: RwSignal<Level>) -> impl IntoView {
    let options = rules::LEVELS
        .into_iter()
        .map(|(one, name)| view! { <option value=name selected=move || level.get() == one>{name}</option> })
        .collect_view();
    let choose = move |text: String| {
        if let Ok(chosen) = text.parse() {
            level.set(chosen);
        }
    };
    view! {
        <div class="field">
            <label for="rehearse-level">"Registry's compatibility level"</label>
            <select id="rehearse-level" class="input" data-test="rehearse-level" aria-describedby="rehearse-level-help" on:change:target=move |event| choose(event.target().value())>{options}</select>
            <span class="help" id="rehearse-level-help">"A setting of the registry, for all subjects or for one, and not of this document: BACKWARD until somebody sets another."</span>
        </div>
    }
}

/// A statement that cannot be followed, which half a statement is too.
fn refused(finding: Finding) -> impl IntoView {
    let hint = (!finding.hint.is_empty()).then(|| view! { <span class="hint"><Prose text=finding.hint/></span> });
    view! { <div class="find warn" data-test="rehearse-refused"><Icon shape=Shape::Warning/><div><Prose text=finding.message/>{hint}</div></div> }
}

fn told(level: Level, rehearsal: Rehearsal) -> impl IntoView {
    let notes = rehearsal.notes.iter().map(|note| view! { <p class="help"><Prose text=note.clone()/></p> }).collect_view();
    let verdict = verdict(level, &rehearsal);
    let topic = (rehearsal.topic != rehearsal.topic_before).then(|| {
        view! {
            <div class="hop"><b>"topic"</b><pre><span class="dim">{rehearsal.topic_before.clone()}</span>" → "<span class="v">{rehearsal.topic.clone()}</span></pre></div>
        }
    });
    let schemas = [("value", rehearsal.value), ("key", rehearsal.key)]
        .into_iter()
        .filter_map(|(side, change)| Some(view! { <SchemaCard side=side change=change?/> }))
        .collect_view();
    let no_sinks = rehearsal.sinks.is_empty().then(|| {
        view! { <p class="help">"No connector reads this topic. "<a href=Step::Downstream.href()>"Add one"</a>" to see what the change does to its table."</p> }
    });
    view! {
        {verdict}
        {notes}
        {topic}
        {schemas}
        {rehearsal.sinks.into_iter().map(sink).collect_view()}
        {no_sinks}
    }
}

fn verdict(level: Level, rehearsal: &Rehearsal) -> impl IntoView + use<> {
    let (class, shape, text) = match rehearsal {
        Rehearsal { table: None, .. } => ("find", Shape::Info, "Nothing for the registry to judge.".to_owned()),
        Rehearsal { accepted: false, .. } => (
            "find bad",
            Shape::Bad,
            format!(
                "Refused: under {level} the registry does not take the new schema. The changefeed stops at the first row after the change."
            ),
        ),
        same if !rules::changes_records(same) => ("find", Shape::Info, "No new schema: the records stay as they are.".to_owned()),
        _ => ("find ok", Shape::Check, format!("Accepted: the registry takes the new schemas under {level}.")),
    };
    view! { <div class=class data-test="rehearse-verdict"><Icon shape=shape/><div>{text}</div></div> }
}

/// What one connector runs and meets when the first row after the change arrives.
fn sink(change: SinkChange) -> impl IntoView {
    let statements = (!change.statements.is_empty()).then(|| {
        let statements = change.statements.iter().map(|statement| view! { <pre>{statement.sql.clone()}</pre> }).collect_view();
        view! { <div class="hop"><b>"runs"</b><div class="stack">{statements}</div></div> }
    });
    let effects = (!change.effects.is_empty()).then(|| {
        let effects = change.effects.into_iter().map(effect).collect_view();
        view! { <div class="finds">{effects}</div> }
    });
    view! {
        <div class="card" data-test="rehearse-sink">
            <header><h3>{change.connector}</h3></header>
            <div class="in flow">{statements}{effects}</div>
        </div>
    }
}

fn effect(effect: downstream::Effect) -> impl IntoView {
    let shape = match effect.severity {
        Severity::Error => Shape::Bad,
        Severity::Warning => Shape::Warning,
        Severity::Info => Shape::Info,
    };
    let column = effect.column.map(|column| view! { <code>{column}</code>" " });
    let remedy = match effect.remedy {
        none if none.is_empty() => ().into_any(),
        sql if rules::is_statement(&sql) => {
            let one_line = sql.lines().count() == 1;
            view! { <CodeBlock title="By hand" text=sql wrap=one_line/> }.into_any()
        }
        words => view! { <span class="hint"><Prose text=words/></span> }.into_any(),
    };
    view! { <div class=format!("find {}", severity_class(effect.severity))><Icon shape=shape/><div>{column}<Prose text=effect.what/>{remedy}</div></div> }
}
