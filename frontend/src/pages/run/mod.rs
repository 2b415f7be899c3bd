//! One pipeline at work: figures, plots, tables, messages, log of our engine; the parts on other systems; and the buttons.

mod controls;
mod drift;
mod figures;
mod lags;
mod log;
mod messages;
mod move_to;
mod operate;
mod parts;
mod plots;
mod rate;
mod rows;
mod state;
mod tables;

use crate::{
    api,
    components::{FailurePanel, Icon, Prose, Shape, StateChip, Top},
    rules,
    state::Load,
};
use controls::Controls;
use drift::DriftCard;
use figures::{CheckpointLine, Kpis};
use leptos::prelude::*;
use leptos_router::{components::A, hooks::use_params_map};
use log::LogCard;
use messages::MessagesCard;
use move_to::MoveButton;
use operate::Operate;
use parts::{ChangefeedChip, PartsCard, PartsChip};
use plots::Plots;
use rate::RateCard;
use rows::RowsCard;
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
    /// Another engine than ours runs it.
    Elsewhere,
}

#[component]
fn RunOf(name: String) -> impl IntoView {
    let run = RunState::open(name.clone());
    let operate = Operate::open(name.clone(), run);
    // Ours until the document says otherwise.
    let is_ours = Memo::new(move |_| operate.document.with(|document| document.ready().is_none_or(rules::is_native)));
    let has_parts = Memo::new(move |_| operate.document.with(|document| document.ready().is_some_and(rules::has_remote_parts)));
    let has_statements =
        Memo::new(move |_| operate.document.with(|document| document.ready().is_some_and(|document| !document.ksqldb.is_empty())));
    let phase = Memo::new(move |_| {
        run.load.with(|load| match load {
            Load::Waiting => Phase::Waiting,
            Load::Failed(failure) if failure.status == 404 => Phase::Missing,
            Load::Failed(_) => Phase::Failed,
            Load::Ready(()) if !is_ours.get() => Phase::Elsewhere,
            Load::Ready(()) if run.pipeline_state() == PipelineState::Draft => Phase::Draft,
            Load::Ready(()) => Phase::Live,
        })
    });
    let edit = api::pipeline_path(&name, "edit");
    let (edit_again, edit_elsewhere) = (edit.clone(), edit.clone());
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
        // Its parts stand below; a document that is only exported has none.
        Phase::Elsewhere => (!has_parts.get()).then(|| view! {
            <div class="card empty">
                <Icon shape=Shape::Download size=26/>
                <b>"This document is exported only"</b>
                <p>"Nothing runs here: its files and commands are in the editor's panel. Choose an engine there to launch it."</p>
                <div class="buttons"><A href=edit_elsewhere.clone() attr:class="btn p">"Open in the editor"</A></div>
            </div>
        })
        .into_any(),
    }
    };
    let known = move || run.load.with(|load| load.ready().is_some());
    let chip = move || {
        if is_ours.get() {
            view! { <StateChip state=Signal::derive(move || run.pipeline_state())/> }.into_any()
        } else {
            view! { <ChangefeedChip operate=operate/> }.into_any()
        }
    };
    view! {
        <Top
            title=name
            in_pipelines=true
            beside=move || view! { <Show when=known>{chip}<PartsChip operate=operate/></Show> }
        >
            <Show when=known>
                <A href=edit.clone() attr:class="btn" attr:data-test="edit"><Icon shape=Shape::Pencil size=14/> "Edit"</A>
                <MoveButton operate=operate/>
                <Show when=move || is_ours.get()><Controls run=run/></Show>
            </Show>
        </Top>
        <div class="page">
            {body}
            <Show when=move || known() && has_parts.get()>
                <PartsCard operate=operate run=run/>
                <DriftCard operate=operate/>
                <Show when=move || has_statements.get()><RowsCard operate=operate/></Show>
            </Show>
        </div>
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
