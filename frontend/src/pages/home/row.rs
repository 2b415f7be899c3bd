//! One pipeline: its figures, and what can be done with it.

use super::Pipelines;
use crate::{
    api::{self, Operation},
    components::{Confirm, DegradedChip, Icon, Menu, Prose, Shape, Sparkline, StateChip},
    pages::operations_of,
    state::Toasts,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;
use shared::{
    api::{PipelineState, PipelineSummary},
    figures,
};

#[component]
pub fn PipelineRow(name: String, pipelines: Pipelines) -> impl IntoView {
    let name = StoredValue::new(name);
    // The row outlives its pipeline for a moment while the list is drawn anew: it keeps the last figures.
    let summary = Memo::new(move |last: Option<&Option<PipelineSummary>>| {
        let name = name.get_value();
        pipelines
            .0
            .with(|known| known.ready().and_then(|list| list.iter().find(|line| line.name == name).cloned()))
            .or_else(|| last.cloned().flatten())
    });
    let read = move |take: fn(&PipelineSummary) -> String| summary.with(|line| line.as_ref().map(take).unwrap_or_default());
    let state = Memo::new(move |_| summary.with(|line| line.as_ref().map_or(PipelineState::Draft, |line| line.state)));
    let spark = Memo::new(move |_| summary.with(|line| line.as_ref().map(|line| line.spark.clone()).unwrap_or_default()));
    let why = move || {
        summary.with(|line| {
            line.as_ref()
                // its own state's reason comes first
                .and_then(|line| line.message.as_ref().or(line.degraded.first()))
                .map(|finding| view! { <span class="why"><Prose text=finding.message.clone()/></span> })
        })
    };
    let degraded = Memo::new(move |_| summary.with(|line| line.as_ref().map_or(0, |line| line.degraded.len())));
    let href = api::pipeline_path(&name.get_value(), "");
    view! {
        <tr data-test=format!("pipeline-{}", name.get_value())>
            <td class="head"><A href=href attr:class="name">{name.get_value()}</A></td>
            <td class="soft" data-label="Source">{move || read(|line| line.source.clone())}</td>
            <td class="soft" data-label="Goes to">{move || read(|line| line.target.clone())}</td>
            <td data-label="State"><div><StateChip state=state/>{move || view! { <DegradedChip reasons=degraded.get()/> }}{why}</div></td>
            <td class="num" data-label="rows/s">{move || read(|line| figures::rate(line.rows_per_second))}</td>
            <td data-label="last 10 min"><Sparkline values=spark/></td>
            <td class="num" data-label="lag">{move || read(|line| lag_text(line.lag_ms))}</td>
            <td class="act"><RowMenu name=name state=state pipelines=pipelines/></td>
        </tr>
    }
}

fn lag_text(lag: Option<u64>) -> String {
    lag.map_or_else(
        || "–".to_owned(),
        |ms| {
            let (value, unit) = figures::duration_ms(ms);
            format!("{value} {unit}")
        },
    )
}

#[component]
fn RowMenu(name: StoredValue<String>, #[prop(into)] state: Signal<PipelineState>, pipelines: Pipelines) -> impl IntoView {
    let toasts = Toasts::expect();
    let asking = RwSignal::new(false);
    let operate = move |operation: Operation| {
        spawn_local(async move {
            let name = name.get_value();
            match api::operate(&name, operation).await {
                Ok(summary) => pipelines.replace(summary),
                Err(failure) => toasts.failed(&format!("{} `{name}`", operation.verb()), &failure),
            }
        });
    };
    let delete = move |()| {
        spawn_local(async move {
            let name = name.get_value();
            match api::delete_pipeline(&name).await {
                Ok(()) => {
                    pipelines.remove(&name);
                    toasts.good(format!("Deleted {name}"));
                }
                Err(failure) => toasts.failed(&format!("delete `{name}`"), &failure),
            }
        });
    };
    let operations = move || {
        operations_of(state.get())
            .iter()
            .map(|(operation, text, shape)| {
                let operation = *operation;
                view! { <button type="button" role="menuitem" on:click=move |_| operate(operation)><Icon shape=*shape size=15/>{*text}</button> }
            })
            .collect_view()
    };
    let what_happens = move || {
        let running = if matches!(state.get(), PipelineState::Starting | PipelineState::Running | PipelineState::Retrying) {
            "It is running: it will be stopped first. "
        } else {
            ""
        };
        format!(
            "{running}Its document, checkpoint and sealed secrets are removed from this studio. Topics, messages and schemas already in Kafka and the registry stay. This cannot be undone."
        )
    };
    view! {
        <Menu label=format!("Actions for {}", name.get_value())>
            <A href=api::pipeline_path(&name.get_value(), "edit") attr:role="menuitem"><Icon shape=Shape::Pencil size=15/>"Edit"</A>
            {operations}
            <hr/>
            <button type="button" role="menuitem" class="danger" on:click=move |_| asking.set(true)><Icon shape=Shape::Trash size=15/>"Delete…"</button>
        </Menu>
        <Confirm open=asking title=format!("Delete {}?", name.get_value()) text=Signal::derive(what_happens) yes="Delete the pipeline" on_yes=delete/>
    }
}
