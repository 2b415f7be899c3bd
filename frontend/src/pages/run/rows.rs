//! Rows of a ksqlDB stream or table as they come.

use super::operate::Operate;
use crate::{
    api,
    components::{FindingNote, Icon, Shape},
    live::{End, Reading},
    rules,
};
use leptos::prelude::*;
use serde_json::Value;
use std::{collections::VecDeque, ops::ControlFlow};

/// Rows asked for; a query that ran on unseen would cost the server.
const LIMIT: u32 = 1_000;
/// Rows drawn, the newest first.
const MOST: usize = 50;

#[derive(Clone, Debug, PartialEq)]
enum Phase {
    Resting,
    Running,
    Over(&'static str),
    Failed(String, Vec<shared::Finding>),
}

#[component]
pub fn RowsCard(operate: Operate) -> impl IntoView {
    let objects = Memo::new(move |_| operate.document.with(|document| document.ready().map(rules::ksql_objects).unwrap_or_default()));
    let chosen = RwSignal::new(String::new());
    let object = Memo::new(move |_| {
        let chosen = chosen.get();
        if chosen.is_empty() { objects.with(|objects| objects.first().cloned().unwrap_or_default()) } else { chosen }
    });
    let phase = RwSignal::new(Phase::Resting);
    let columns = RwSignal::new(Vec::<String>::new());
    let rows = RwSignal::new(VecDeque::<(u64, Vec<Value>)>::new());
    let seen = RwSignal::new(0_u64);
    let reading = Reading::new();
    let start = move || {
        phase.set(Phase::Running);
        columns.set(Vec::new());
        rows.set(VecDeque::new());
        seen.set(0);
        let on_event = move |event: &str, data: &str| {
            match (event, serde_json::from_str::<Value>(data)) {
                ("columns", Ok(value)) => columns.set(rules::row_columns(&value)),
                ("row", Ok(value)) => {
                    let number = seen.get_untracked() + 1;
                    seen.set(number);
                    rows.update(|rows| {
                        rows.push_front((number, rules::row_values(value)));
                        rows.truncate(MOST);
                    });
                }
                ("failed", Ok(value)) => {
                    let finding: Option<shared::Finding> = serde_json::from_value(value).ok();
                    phase.set(Phase::Failed("The query failed.".to_owned(), finding.into_iter().collect()));
                    return ControlFlow::Break(());
                }
                _ => {}
            }
            ControlFlow::Continue(())
        };
        let on_end = move |end| {
            phase.set(match end {
                End::Refused(failure) => Phase::Failed(failure.message, failure.findings),
                End::Over => Phase::Over("The query has ended."),
            });
        };
        reading.start(api::rows_path(&operate.name(), &object.get_untracked(), LIMIT), &["columns", "row", "failed"], on_event, on_end);
    };
    let stop = move || {
        reading.stop();
        phase.set(Phase::Over("Stopped; the query on the server too."));
    };
    let running = move || phase.get() == Phase::Running;
    let button = move || {
        if running() {
            view! { <button type="button" class="btn s" data-test="rows-stop" on:click=move |_| stop()><Icon shape=Shape::Stop size=13/> "Stop"</button> }.into_any()
        } else {
            let nothing = move || object.with(String::is_empty);
            view! { <button type="button" class="btn s" data-test="rows-start" disabled=nothing on:click=move |_| start()><Icon shape=Shape::Play size=13/> "Show rows"</button> }.into_any()
        }
    };
    let table = move || {
        let head = columns.get().into_iter().map(|name| view! { <th scope="col">{name}</th> }).collect_view();
        let cell = |value: Value| view! { <td class="mono">{rules::cell_text(&value)}</td> };
        let row =
            move |(_, values): (u64, Vec<Value>)| view! { <tr data-test="ksql-row">{values.into_iter().map(cell).collect_view()}</tr> };
        view! {
            <div class="scroll-x fixed-list" tabindex="0">
                <table><thead><tr>{head}</tr></thead><tbody><For each=move || rows.get() key=|(number, _)| *number children=row/></tbody></table>
            </div>
        }
    };
    let note = move || match phase.get() {
        Phase::Resting => Some(
            view! { <p class="help">"The rows from the beginning, then as they come; stopping ends the query on the server."</p> }
                .into_any(),
        ),
        Phase::Running if seen.get() == 0 => Some(view! { <p class="help" role="status">"Waiting for the first row…"</p> }.into_any()),
        Phase::Running => None,
        Phase::Over(text) => Some(
            view! { <p class="help" role="status">{text} " " {move || shared::figures::counted(seen.get(), "row")} " came."</p> }
                .into_any(),
        ),
        Phase::Failed(text, findings) if findings.is_empty() => {
            Some(view! { <div class="find bad"><Icon shape=Shape::Bad/><div>{text}</div></div> }.into_any())
        }
        Phase::Failed(_, findings) => {
            Some(findings.into_iter().map(|finding| view! { <FindingNote finding=finding/> }).collect_view().into_any())
        }
    };
    view! {
        <section class="card" data-test="ksql-rows">
            <header>
                <h2>"Rows in ksqlDB"</h2>
                <span class="grow"></span>
                <input
                    class="input rows-object"
                    type="text"
                    list="ksql-objects"
                    spellcheck="false"
                    aria-label="Stream or table"
                    data-test="rows-object"
                    prop:value=move || object.get()
                    on:change:target=move |event| chosen.set(event.target().value())
                />
                <datalist id="ksql-objects">{move || objects.get().into_iter().map(|name| view! { <option value=name></option> }).collect_view()}</datalist>
                {button}
            </header>
            <div class="in stack">{note}</div>
            <Show when=move || !columns.with(Vec::is_empty)>{table}</Show>
        </section>
    }
}
