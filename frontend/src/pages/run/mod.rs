//! One pipeline at work: figures, plots, tables, messages, log, and the buttons.

mod controls;
mod figures;
mod log;
mod messages;
mod plots;
mod rate;
mod state;
mod tables;

use crate::{
    api,
    components::{FailurePanel, Icon, Prose, Shape, StateChip, Top},
    state::Load,
};
use controls::Controls;
use figures::{CheckpointLine, Kpis};
use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_params_map};
use log::LogCard;
use messages::MessagesCard;
use plots::Plots;
use rate::RateCard;
use shared::api::PipelineState;
use state::RunState;
use tables::TablesCard;

#[component]
pub fn RunPage() -> impl IntoView {
    let params = use_params_map();
    let name = Memo::new(move |_| params.with(|params| params.get("name").unwrap_or_default()));
    // Another pipeline is another page: its figures and subscriptions start anew.
    move || view! { <RunOf name=name.get()/> }
}

/// What stands under the title.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting,
    Failed,
    Missing,
    Draft,
    Live,
}

#[component]
fn RunOf(name: String) -> impl IntoView {
    let run = RunState::open(name.clone());
    let phase = Memo::new(move |_| {
        run.load.with(|load| match load {
            Load::Waiting => Phase::Waiting,
            Load::Failed(failure) if failure.status == 404 => Phase::Missing,
            Load::Failed(_) => Phase::Failed,
            Load::Ready(()) if run.pipeline_state() == PipelineState::Draft => Phase::Draft,
            Load::Ready(()) => Phase::Live,
        })
    });
    let edit = api::pipeline_path(&name, "edit");
    let edit_again = edit.clone();
    let body = move || {
        match phase.get() {
        Phase::Waiting => waiting().into_any(),
        Phase::Missing => view! {
            <div class="card empty">
                <Icon shape=Shape::Search size=26/>
                <b>"There is no pipeline of this name"</b>
                <p>"It may have been deleted or renamed."</p>
                <div class="buttons"><A href="/" attr:class="btn">"All pipelines"</A></div>
            </div>
        }
        .into_any(),
        Phase::Failed => run.load.with_untracked(|load| match load {
            Load::Failed(failure) => view! {
                <div class="card">
                    <FailurePanel title="The pipeline's figures could not be fetched" failure=failure.clone() on_retry=move |()| run.fetch()/>
                </div>
            }
            .into_any(),
            _ => ().into_any(),
        }),
        Phase::Draft => view! {
            <div class="card empty">
                <Icon shape=Shape::Pencil size=26/>
                <b>"This is a draft"</b>
                <p>"It has never been launched: no figures yet. Finish it in the editor, or start it as it is."</p>
                <div class="buttons"><A href=edit_again.clone() attr:class="btn p">"Open in the editor"</A></div>
            </div>
        }
        .into_any(),
        Phase::Live => view! {
            <Advice run=run/>
            <Kpis run=run/>
            <RateCard run=run/>
            <Plots run=run/>
            <div class="two wide-left">
                <TablesCard run=run/>
                <div class="page-column">
                    <MessagesCard run=run/>
                    <LogCard run=run/>
                </div>
            </div>
            <CheckpointLine run=run/>
        }
        .into_any(),
    }
    };
    let known = move || run.load.with(|load| load.ready().is_some());
    view! {
        <Top
            title=name
            in_pipelines=true
            beside=move || view! { <Show when=known><StateChip state=Signal::derive(move || run.pipeline_state())/></Show> }
        >
            <Show when=known>
                <A href=edit.clone() attr:class="btn" attr:data-test="edit"><Icon shape=Shape::Pencil size=14/> "Edit"</A>
                <Controls run=run/>
            </Show>
        </Top>
        <div class="page">{body}</div>
    }
}

/// What is wrong and what to do about it, when the engine retries or gave up.
#[component]
fn Advice(run: RunState) -> impl IntoView {
    move || {
        let finding = run.message()?;
        let retrying = run.pipeline_state() == PipelineState::Retrying;
        let hint = (!finding.hint.is_empty()).then(|| view! { <span class="soft"><Prose text=finding.hint.clone()/></span> });
        let fate = if retrying {
            "Trying again by itself; nothing is lost."
        } else {
            "Stopped here; the checkpoint is kept. Resume goes on from it."
        };
        Some(view! {
            <section class="card advice" class:warn=retrying role="alert" data-test="advice">
                <Icon shape=Shape::Warning size=20/>
                <div>
                    <b><Prose text=finding.message.clone()/></b>
                    {hint}
                    <span class="dim">{fate}" "<code>{finding.code.clone()}</code></span>
                </div>
            </section>
        })
    }
}

fn waiting() -> impl IntoView {
    let card = || view! { <div class="card kpi"><span class="skeleton" style="width:50%"></span><span class="skeleton" style="width:70%;height:22px;margin-top:8px"></span></div> };
    view! {
        <span class="visually-hidden" role="status">"Loading the pipeline"</span>
        <div class="kpis" aria-hidden="true">{(0..5).map(|_| card()).collect_view()}</div>
        <div class="two" aria-hidden="true">
            <div class="card in-pad"><span class="skeleton" style="height:168px"></span></div>
            <div class="card in-pad"><span class="skeleton" style="height:168px"></span></div>
        </div>
    }
}
