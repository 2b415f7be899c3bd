//! Before anything happens: the steps in their order, and one question.

use super::{
    Launching,
    step::{ByHand, StepFacts, StepHead},
};
use crate::{
    api,
    components::{Confirm, FailurePanel, FindingNote, Icon, Mark, Shape},
    pages::field_href,
    state::{Load, Toasts},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, components::A, hooks::use_navigate};
use shared::{
    api::{LaunchPlan, PlannedStep},
    figures,
    finding::has_errors,
};

#[component]
pub fn PlanView(launching: Launching) -> impl IntoView {
    let plan = RwSignal::new(Load::<LaunchPlan>::Waiting);
    let fetch = move || {
        plan.set(Load::Waiting);
        spawn_local(async move {
            let answer = api::launch_plan(&launching.name()).await;
            let _ = plan.try_set(answer.into());
        });
    };
    fetch();
    move || {
        match plan.get() {
        Load::Waiting => super::waiting().into_any(),
        Load::Failed(failure) => {
            view! { <div class="card"><FailurePanel title="The steps could not be worked out" failure=failure on_retry=move |()| fetch()/></div> }
                .into_any()
        }
        Load::Ready(plan) => view! { <Planned launching=launching plan=plan/> }.into_any(),
    }
    }
}

#[component]
fn Planned(launching: Launching, plan: LaunchPlan) -> impl IntoView {
    let toasts = Toasts::expect();
    let navigate = StoredValue::new(use_navigate());
    let asking = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let blocked = has_errors(&plan.findings);
    let count = figures::counted(plan.steps.len() as u64, "step");
    let launch = move |()| {
        busy.set(true);
        spawn_local(async move {
            match api::begin_launch(&launching.name()).await {
                Ok(report) => {
                    launching.told(report);
                    // A reload shows the launch, not the plan again.
                    let options = NavigateOptions { replace: true, ..NavigateOptions::default() };
                    navigate.get_value()(&api::pipeline_path(&launching.name(), "launch"), options);
                }
                Err(failure) => toasts.failed("launch", &failure),
            }
            let _ = busy.try_set(false);
        });
    };
    let findings = plan.findings.iter().map(|finding| {
        let href = field_href(&launching.name(), &finding.path);
        view! { <FindingNote finding=finding.clone() place=true href=Some(href)/> }
    });
    let is_empty = plan.steps.is_empty();
    let before = launching.report.with_untracked(|report| report.ready().is_some_and(Option::is_some));
    let step = |(at, step): (usize, PlannedStep)| {
        let test = format!("step-{}", step.id);
        view! {
            <li class="waiting" data-test=test>
                <StepHead step=step.clone() mark=Mark::Waiting word="to come">
                    <StepFacts step=step.clone()/>
                    <ByHand step=step/>
                </StepHead>
                <span class="number dim" aria-hidden="true">{at + 1}</span>
            </li>
        }
    };
    view! {
        <section class="card" data-test="plan">
            <header>
                <h2>"What a launch does"</h2>
                <span class="dim">{count.clone()}</span>
                <span class="grow"></span>
                {before.then(|| view! { <button type="button" class="btn" data-test="last-launch" on:click=move |_| launching.planning.set(false)>"The last launch"</button> })}
                <button type="button" class="btn p" data-test="launch-go" disabled=move || blocked || is_empty || busy.get() on:click=move |_| asking.set(true)>
                    {move || if busy.get() { view! { <span class="spin"></span> }.into_any() } else { view! { <Icon shape=Shape::Play size=14/> }.into_any() }}
                    "Launch…"
                </button>
            </header>
            <div class="in stack">
                <p class="help">"In this order, each after the sign of the one before. Nothing has happened yet."</p>
                <div class="finds">{findings.collect_view()}</div>
                {is_empty.then(|| view! {
                    <div class="empty">
                        <b>"Nothing to launch"</b>
                        <p>"The document is exported only: its files and commands are in the editor's panel."</p>
                        <div class="buttons"><A href=api::pipeline_path(&launching.name(), "edit") attr:class="btn">"Open in the editor"</A></div>
                    </div>
                })}
                <ol class="launch-steps">{plan.steps.into_iter().enumerate().map(step).collect_view()}</ol>
            </div>
        </section>
        <Confirm
            open=asking
            title=format!("Launch {}?", launching.name())
            text=format!("{count}, in the order shown. You can stop between two steps, and undo what was made.")
            yes="Launch"
            danger=false
            on_yes=launch
        />
    }
}
