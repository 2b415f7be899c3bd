//! What each sink would do with the followed row, what ksqlDB shows of it, what somebody would find there afterwards, and what is lost on the way.

use super::{
    NoTables,
    follow::{OpSwitch, TableSelect, chosen_table},
    ksql_row::ksql_row,
    sink_side::sink_side,
};
use crate::{
    components::{Icon, Prose, Shape},
    pages::editor::{state::Editor, steps::Step},
    rules::{self, SinkStory},
};
use leptos::prelude::*;
use serde_json::{Map, Value};
use shared::{
    downstream::{End, SinkRows, Statement},
    row::Op,
};

#[component]
pub fn SinksTab() -> impl IntoView {
    let editor = Editor::expect();
    let op = RwSignal::new(Op::Delete);
    let name = chosen_table(editor);
    // With the analysis, which rests while the user types.
    let played = Memo::new(move |_| {
        editor.analysis.said.track();
        editor.analysis.routes.track();
        let (name, op) = (name.get()?, op.get());
        let document = editor.document.get_untracked();
        editor.catalogue.tables.with(|tables| {
            let table = tables.iter().find(|table| table.qualified() == name)?;
            let sinks = rules::sink_stories(&document, table, op);
            Some(sinks.and_then(|sinks| Ok((sinks, rules::ksql_stories(&document, table, op)?))))
        })
    });
    let none = move || editor.document.with(|document| document.connectors.is_empty() && document.ksqldb.is_empty());
    let body = move || match played.get() {
        None => ().into_any(),
        Some(Err(why)) => view! { <div class="find warn"><Icon shape=Shape::Warning/><div><Prose text=why/></div></div> }.into_any(),
        Some(Ok((sinks, ksql))) if sinks.is_empty() && ksql.is_empty() => {
            view! { <p class="help">"Nothing in the document reads this table's topic."</p> }.into_any()
        }
        Some(Ok((sinks, ksql))) => view! {
            {sinks.into_iter().map(sink).collect_view()}
            {ksql.into_iter().map(ksql_row).collect_view()}
        }
        .into_any(),
    };
    view! {
        <Show when=move || name.get().is_some() fallback=|| view! { <NoTables/> }>
            <div class="buttons"><OpSwitch op=op/><TableSelect name=name/></div>
            <Show
                when=move || !none()
                fallback=|| view! {
                    <div class="empty">
                        <Icon shape=Shape::Database size=24/>
                        <b>"Nothing reads the topics yet"</b>
                        <p>"Add a sink to see the statement that it runs for each change, the rows that are there afterwards and what is lost; add a ksqlDB statement to see the row that it shows."</p>
                        <div class="buttons"><a href=Step::Downstream.href() class="btn">"Add a sink"</a></div>
                    </div>
                }
            >
                <div class="stack" data-test="sinks">{body}</div>
                <p class="help">"The same made-up row, inserted, then updated, then deleted, played through each sink on an empty database; ksqlDB shows the last change."</p>
            </Show>
        </Show>
    }
}

/// One sink: the last step in full, the final state, and the table on its side.
fn sink(SinkStory { played, table: side }: SinkStory) -> impl IntoView {
    let last = played.steps.last().cloned();
    // A failure before the last change explains why nothing happens to it.
    let earlier = played.steps.iter().rev().skip(1).find_map(|step| match &step.end {
        End::Stopped(why) => Some(why.clone()),
        _ => None,
    });
    let step = last.map(|step| {
        let statements = step.statements.iter().map(statement).collect_view();
        let row = step.row.as_ref().map(|row| view! { <pre>{pairs(row)}</pre> });
        view! { <div class="hop"><b>"runs"</b><div class="stack">{statements}{row}{end(&step.end, earlier.as_deref())}</div></div> }
    });
    let tables = played.tables.iter().chain(&played.views).map(table).collect_view();
    view! {
        <div class="card" data-test="sink">
            <header><h3>{played.connector.clone()}</h3></header>
            <div class="in flow">
                {step}
                <div class="hop"><b>"then"</b><div class="stack">{tables}</div></div>
                {side.map(sink_side)}
            </div>
        </div>
    }
}

fn statement(statement: &Statement) -> impl IntoView + use<> {
    let values = (!statement.values.is_empty()).then(|| {
        let values = statement
            .values
            .iter()
            .map(|bound| view! { <span class="k">{bound.column.clone()}</span>"="<span class="v">{short(&bound.value)}</span>" " })
            .collect_view();
        view! { <pre class="dim">{values}</pre> }
    });
    view! { <div><pre>{statement.sql.clone()}</pre>{values}</div> }
}

fn end(end: &End, earlier: Option<&str>) -> AnyView {
    let line = |class: &'static str, shape: Shape, text: String| {
        view! { <div class=class data-test="sink-end"><Icon shape=shape/><div>{text}</div></div> }.into_any()
    };
    match end {
        End::Written => line("find ok", Shape::Check, "Written.".to_owned()),
        End::Ignored(why) => line("find warn", Shape::Warning, format!("Passed over: {why}.")),
        End::DeadLetter(why) => {
            line("find warn", Shape::Warning, format!("Goes to the dead letter queue, and the connector stays green: {why}."))
        }
        End::Stopped(why) => line("find bad", Shape::Bad, format!("The task stops: {why}.")),
        End::NotReached => line(
            "find bad",
            Shape::Bad,
            format!("Not reached: the task stopped at an earlier change{}.", earlier.map(|why| format!(": {why}")).unwrap_or_default()),
        ),
    }
}

fn table(table: &SinkRows) -> impl IntoView + use<> {
    let rows = if table.rows.is_empty() {
        view! { <pre class="dim">"no rows"</pre> }.into_any()
    } else {
        table.rows.iter().map(|row| view! { <pre>{pairs(row)}</pre> }).collect_view().into_any()
    };
    view! { <div><pre class="m">{table.table.clone()}</pre>{rows}</div> }
}

fn pairs(row: &Map<String, Value>) -> impl IntoView + use<> {
    row.iter()
        .map(|(name, value)| view! { <span class="k">{name.clone()}</span>"="<span class="v">{short(value)}</span>"  " })
        .collect_view()
}

pub(super) fn short(value: &Value) -> String {
    match value {
        Value::String(text) => format!("'{text}'"),
        other => other.to_string(),
    }
}
