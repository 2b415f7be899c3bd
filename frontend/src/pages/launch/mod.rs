//! A launch: its steps before anything happens, then each as it goes, and the way back.

mod plan;
mod progress;
mod step;

use crate::{
    api,
    components::{FailurePanel, Icon, Shape, Top},
    state::Load,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    components::A,
    hooks::{use_params_map, use_query_map},
};
use plan::PlanView;
use progress::ProgressView;
use shared::api::{LaunchReport, LaunchState};

/// Where the steps of a pipeline's launch are shown before anything happens.
pub fn launch_href(name: &str) -> String {
    format!("{}?plan=1", api::pipeline_path(name, "launch"))
}

#[component]
pub fn LaunchPage() -> impl IntoView {
    let params = use_params_map();
    let name = Memo::new(move |_| params.with(|params| params.get("name").unwrap_or_default()));
    move || view! { <LaunchOf name=name.get()/> }
}

/// What the page shows of a launch.
#[derive(Clone, Copy)]
struct Launching {
    name: StoredValue<String>,
    /// The last launch, if there was one.
    report: RwSignal<Load<Option<LaunchReport>>>,
    /// The plan is wanted, although there was a launch before.
    planning: RwSignal<bool>,
}

impl Launching {
    fn name(self) -> String {
        self.name.get_value()
    }

    fn fetch(self) {
        spawn_local(async move {
            let Some(name) = self.name.try_get_value() else { return };
            let answer = api::launch(&name).await;
            let _ = self.report.try_update(|known| {
                // What is known stays when a refresh fails: the banner already says that the line is broken.
                if answer.is_ok() || known.ready().is_none() {
                    *known = answer.into();
                }
            });
        });
    }

    /// The studio's newest word.
    fn told(self, report: LaunchReport) {
        let _ = self.planning.try_set(false);
        let _ = self.report.try_set(Load::Ready(Some(report)));
    }

    fn state(self) -> Option<LaunchState> {
        self.report.with(|report| report.ready()?.as_ref().map(|report| report.state))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting,
    Failed,
    Missing,
    Plan,
    Report,
}

#[component]
fn LaunchOf(name: String) -> impl IntoView {
    let wants_plan = use_query_map().with_untracked(|query| query.get("plan").is_some());
    let launching =
        Launching { name: StoredValue::new(name.clone()), report: RwSignal::new(Load::Waiting), planning: RwSignal::new(wants_plan) };
    launching.fetch();
    let phase = Memo::new(move |_| {
        launching.report.with(|report| match report {
            Load::Waiting => Phase::Waiting,
            Load::Failed(failure) if failure.status == 404 => Phase::Missing,
            Load::Failed(_) => Phase::Failed,
            Load::Ready(None) => Phase::Plan,
            // A launch at work is shown whatever was asked for.
            Load::Ready(Some(report)) if launching.planning.get() && !crate::rules::is_at_work(report.state) => Phase::Plan,
            Load::Ready(Some(_)) => Phase::Report,
        })
    });
    let body = move || {
        match phase.get() {
        Phase::Waiting => waiting().into_any(),
        Phase::Missing => view! {
            <div class="card empty">
                <Icon shape=Shape::Search size=26/>
                <b>"There is no pipeline of this name"</b>
                <div class="buttons"><A href="/" attr:class="btn">"All pipelines"</A></div>
            </div>
        }
        .into_any(),
        Phase::Failed => launching.report.with_untracked(|report| match report {
            Load::Failed(failure) => view! {
                <div class="card"><FailurePanel title="The launch could not be fetched" failure=failure.clone() on_retry=move |()| launching.fetch()/></div>
            }
            .into_any(),
            _ => ().into_any(),
        }),
        Phase::Plan => view! { <PlanView launching=launching/> }.into_any(),
        Phase::Report => view! { <ProgressView launching=launching/> }.into_any(),
    }
    };
    let chip = move || {
        launching.state().filter(|_| phase.get() == Phase::Report).map(|state| {
            let (word, class, _) = crate::rules::launch_words(state);
            view! { <span class=class data-test="launch-state" data-state=word>{word}</span> }
        })
    };
    view! {
        <Top title=format!("Launch {name}") in_pipelines=true beside=chip>
            <A href=api::pipeline_path(&name, "edit") attr:class="btn" attr:data-test="edit"><Icon shape=Shape::Pencil size=14/> "Edit"</A>
            <A href=api::pipeline_path(&name, "") attr:class="btn" attr:data-test="open-run">"Open the pipeline"</A>
        </Top>
        <div class="page narrow">{body}</div>
    }
}

fn waiting() -> impl IntoView {
    view! {
        <div class="card in-pad" role="status" aria-label="Loading the launch">
            <span class="skeleton" style="width:40%;height:18px"></span>
            <span class="skeleton" style="width:80%;margin-top:14px"></span>
            <span class="skeleton" style="width:70%;margin-top:10px"></span>
        </div>
    }
}
