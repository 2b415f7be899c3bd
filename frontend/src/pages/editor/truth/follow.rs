//! A row of the chosen table, made up or written by hand, on its way: partition, key, value, as the engine would send it.

use super::{NoTables, spread::spread_plot};
use crate::{
    components::Segments,
    pages::editor::state::Editor,
    rules::{self, Cell, Followed, Part},
};
use leptos::prelude::*;
use serde_json::Value;
use shared::row::Op;

/// Bytes drawn of a key or value.
const MOST_BYTES: usize = 96;
/// Tables offered to choose from.
const MOST_TABLES: usize = 200;

#[component]
pub fn FollowTab() -> impl IntoView {
    let editor = Editor::expect();
    let op = RwSignal::new(Op::Update);
    let name = chosen_table(editor);
    // The row event that a person wrote, for this table and change.
    let own = RwSignal::new(None::<String>);
    Effect::new(move || {
        name.track();
        op.track();
        own.set(None);
    });
    // Follows the analysis, which rests while the user types.
    let followed = Memo::new(move |_| {
        editor.analysis.routes.track();
        let (name, op) = (name.get()?, op.get());
        let document = editor.document.get_untracked();
        let tables = editor.catalogue.tables.get();
        let table = tables.iter().find(|table| table.qualified() == name)?;
        Some(own.with(|own| match own {
            Some(text) => rules::follow_text(&document, table, text),
            None => rules::follow(&document, table, op),
        }))
    });
    let spread = Memo::new(move |_| {
        editor.analysis.routes.track();
        let name = name.get()?;
        let document = editor.document.get_untracked();
        editor.catalogue.tables.with(|tables| rules::spread(&document, tables.iter().find(|table| table.qualified() == name)?))
    });
    // Of rows that go nowhere there is nothing to spread.
    let goes = move || followed.with(|followed| matches!(followed, Some(Ok(_))));
    let spread = move || spread.get().filter(|_| goes()).map(spread_plot);
    let body = move || match followed.get() {
        None => ().into_any(),
        Some(Err(why)) => view! { <div class="find warn" data-test="follow-refused">{why}</div> }.into_any(),
        Some(Ok(records)) => records.into_iter().map(hops).collect_view().into_any(),
    };
    view! {
        <Show when=move || name.get().is_some() fallback=|| view! { <NoTables/> }>
            <div class="buttons"><OpSwitch op=op/><TableSelect name=name/></div>
            <div data-test="followed">{body}</div>
            <OwnValues own=own op=op name=name/>
            {spread}
            <p class="help">"A made-up row, sent through the engine's own routing and encoding in this page. Schema ids come from the registry; 1 and 2 stand for them."</p>
        </Show>
    }
}

/// The chosen table, or the first that really goes somewhere.
pub fn chosen_table(editor: Editor) -> Memo<Option<String>> {
    Memo::new(move |_| {
        editor.catalogue.chosen.get().or_else(|| {
            editor.analysis.routes.with(|routes| {
                let first = routes.iter().find(|route| route.matched && route.eligible).or(routes.first())?;
                Some(format!("{}.{}", first.schema, first.table))
            })
        })
    })
}

#[component]
pub fn OpSwitch(op: RwSignal<Op>) -> impl IntoView {
    view! {
        <Segments label="Change" options=vec![(Op::Insert, "insert"), (Op::Update, "update"), (Op::Delete, "delete")] chosen=op on_choose=move |chosen| op.set(chosen)/>
    }
}

/// The tables that go somewhere, to choose one.
#[component]
pub fn TableSelect(name: Memo<Option<String>>) -> impl IntoView {
    let editor = Editor::expect();
    let names = move || {
        let chosen = name.get();
        let mut names = editor.analysis.routes.with(|routes| {
            let going = routes.iter().filter(|route| route.matched && route.eligible);
            going.take(MOST_TABLES).map(|route| format!("{}.{}", route.schema, route.table)).collect::<Vec<_>>()
        });
        if let Some(chosen) = &chosen
            && !names.contains(chosen)
        {
            names.insert(0, chosen.clone());
        }
        names
            .into_iter()
            .map(|one| view! { <option value=one.clone() selected=chosen.as_ref() == Some(&one)>{one.clone()}</option> })
            .collect_view()
    };
    view! {
        <select class="input follow-table" aria-label="Table" on:change:target=move |event| editor.catalogue.chosen.set(Some(event.target().value()))>{names}</select>
    }
}

/// The row as JSON, to be changed: what is typed is followed at once.
#[component]
fn OwnValues(own: RwSignal<Option<String>>, op: RwSignal<Op>, name: Memo<Option<String>>) -> impl IntoView {
    let editor = Editor::expect();
    let made_up = move || {
        let (name, op) = (name.get()?, op.get());
        editor.catalogue.tables.with(|tables| Some(rules::sample_text(tables.iter().find(|table| table.qualified() == name)?, op)))
    };
    let text = move || own.get().or_else(made_up).unwrap_or_default();
    view! {
        <details class="fold">
            <summary data-test="own-values">"Own values"</summary>
            <div class="stack">
                <textarea
                    class="input"
                    rows="9"
                    spellcheck="false"
                    autocomplete="off"
                    aria-label="The row as a row event in JSON"
                    data-test="own-row"
                    prop:value=text
                    on:input:target=move |event| own.set(Some(event.target().value()))
                ></textarea>
                <div class="buttons">
                    <button type="button" class="btn s" disabled=move || own.with(Option::is_none) on:click=move |_| own.set(None)>"Back to the made-up row"</button>
                    <span class="help">"Decimals and times are text; bytes are base64."</span>
                </div>
            </div>
        </details>
    }
}

fn hops(followed: Followed) -> impl IntoView {
    let op = followed.op;
    let verb = match op {
        Op::Insert => "INSERT",
        Op::Update => "UPDATE",
        Op::Delete => "DELETE",
    };
    let hashed = (!followed.hashed.is_empty()).then(|| {
        let columns = followed.hashed.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ");
        view! { " of " <span class="s">{columns}</span> }
    });
    let value = match followed.value {
        Some(value) => part(value).into_any(),
        None => view! { <pre><span class="m">"tombstone"</span><span class="dim">", no value: consumers drop the row, compaction drops the key"</span></pre> }.into_any(),
    };
    view! {
        <div class="flow">
            <div class="hop"><b>"row"</b><pre>{verb}" "{cells(op, &followed.row)}</pre></div>
            <div class="hop"><b>"topic"</b><pre data-test="follow-topic">{followed.topic}</pre></div>
            <div class="hop">
                <b>"partition"</b>
                <pre>{followed.partition_rule}{hashed}" → "<span class="v" data-test="follow-partition">{followed.partition}</span><span class="dim">" of "{followed.partitions}</span></pre>
            </div>
            <div class="hop"><b>"key"</b>{followed.key.map_or_else(|| view! { <pre class="dim">"none: the table has no key"</pre> }.into_any(), |key| part(key).into_any())}</div>
            <div class="hop"><b>"value"</b>{value}</div>
        </div>
    }
}

fn cells(op: Op, cells: &[Cell]) -> impl IntoView + use<> {
    cells
        .iter()
        .map(|cell| {
            let (before, after) = (cell.before.clone().unwrap_or_default(), cell.after.clone().unwrap_or_default());
            let value = match op {
                Op::Insert => view! { <span class="v">{after}</span> }.into_any(),
                Op::Delete => view! { <span class="dim">{before}</span> }.into_any(),
                Op::Update => view! { <span class="dim">{before}" → "</span><span class="v">{after}</span> }.into_any(),
            };
            view! { <span class="k">{cell.column.clone()}</span>" "{value}"  " }
        })
        .collect_view()
}

/// Bytes with their header set apart, what a consumer reads, and the schema.
fn part(part: Part) -> impl IntoView {
    let (header, body) = part.bytes.split_at(part.bytes.len().min(5));
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let more = if body.len() > MOST_BYTES { "…" } else { "" };
    let shown = format!("{}{more}", hex(&body[..body.len().min(MOST_BYTES)]));
    let schema =
        serde_json::from_str::<Value>(&part.schema).and_then(|schema| serde_json::to_string_pretty(&schema)).unwrap_or(part.schema);
    view! {
        <div>
            <pre class="dim">{part.subject}</pre>
            <pre><span class="dim">{hex(header)}</span>" "<span class="s">{shown}</span><span class="dim">"  "{part.bytes.len()}" bytes"</span></pre>
            <pre>{json(&part.json)}</pre>
            <details class="fold small"><summary>"Avro schema"</summary><pre class="schema">{schema}</pre></details>
        </div>
    }
}

/// An object's names and values in their colours.
fn json(text: &str) -> impl IntoView + use<> {
    let Ok(Value::Object(map)) = serde_json::from_str::<Value>(text) else {
        return view! { <span>{text.to_owned()}</span> }.into_any();
    };
    let count = map.len();
    let fields = map
        .into_iter()
        .enumerate()
        .map(|(at, (name, value))| {
            let class = match value {
                Value::String(_) => "s",
                Value::Null => "dim",
                _ => "v",
            };
            let comma = if at + 1 < count { ", " } else { "" };
            view! { <span class="k">{format!("\"{name}\"")}</span>":"<span class=class>{value.to_string()}</span>{comma} }
        })
        .collect_view();
    view! { "{"{fields}"}" }.into_any()
}
