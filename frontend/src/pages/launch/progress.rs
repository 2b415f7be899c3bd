//! A launch at work or at its end, step by step, live.

use super::{
    Launching,
    step::{ByHand, StepFacts, StepHead},
};
use crate::{
    api::{self, Failure},
    components::{Dialog, Explain, FindingNote, Icon, Prose, Shape},
    live,
    pages::field_href,
    rules,
    state::Toasts,
};
use leptos::{prelude::*, task::spawn_local};
use shared::api::{LaunchReport, LaunchState, StepReport};

#[component]
pub fn ProgressView(launching: Launching) -> impl IntoView {
    live::subscribe(
        api::launch_events_path(&launching.name()),
        &["launch"],
        move |_, data| {
            if let Ok(report) = serde_json::from_str::<LaunchReport>(data) {
                launching.told(report);
            }
        },
        move || launching.fetch(),
    );
    let state = Memo::new(move |_| launching.state().unwrap_or(LaunchState::Running));
    let ids = Memo::new(move |_| {
        launching.report.with(|report| match report.ready() {
            Some(Some(report)) => report.steps.iter().map(|step| step.step.id.clone()).collect(),
            _ => Vec::new(),
        })
    });
    let meaning = move || rules::launch_words(state.get()).2;
    view! {
        <section class="card">
            <header><h2>"Steps"</h2><span class="grow"></span><Buttons launching=launching state=state/></header>
            <div class="in stack">
                <p class="help" role="status">{meaning}</p>
                <ol class="launch-steps" data-test="launch-report">
                    <For each=move || ids.get() key=Clone::clone children=move |id| view! { <StepLine launching=launching id=id/> }/>
                </ol>
            </div>
        </section>
    }
}

/// One step as it is now. What was unfolded stays so when it changes.
#[component]
fn StepLine(launching: Launching, id: String) -> impl IntoView {
    let wanted = id.clone();
    let report = Memo::new(move |_| {
        launching.report.with(|report| report.ready()?.as_ref()?.steps.iter().find(|step| step.step.id == wanted).cloned())
    });
    let class = move || report.with(|report| report.as_ref().map_or("", |report| rules::step_mark(report.state).0.class()));
    let word = move || report.with(|report| report.as_ref().map_or("", |report| rules::step_word(report.state)));
    let planned = report.with_untracked(|report| report.as_ref().map(|report| report.step.clone()));
    let head = move || {
        report.get().map(|report| {
            let (mark, text) = rules::step_mark(report.state);
            let now = now_text(&report, text);
            let finding = report.finding.map(|finding| {
                let href = field_href(&launching.name(), &finding.path);
                let message = finding.message.clone();
                view! { <div class="finds"><FindingNote finding=finding place=true href=Some(href)/><Explain text=message/></div> }
            });
            view! { <StepHead step=report.step mark=mark word=text><p class="now" data-test="step-note"><Prose text=now/></p>{finding}</StepHead> }
        })
    };
    view! {
        <li class=class data-test=format!("step-{id}") data-state=word>
            {head}
            {planned.map(|step| view! { <div class="more"><StepFacts step=step.clone()/><ByHand step=step/></div> })}
        </li>
    }
}

/// The step's state with what it does or waits for, and how long it took.
fn now_text(report: &StepReport, state: &str) -> String {
    let took = report.started_ms.zip(report.ended_ms).map(|(from, to)| rules::duration_text(to.saturating_sub(from)));
    let parts = [Some(state.to_owned()), (!report.note.is_empty()).then(|| report.note.clone()), took];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What can be asked of the launch in its state.
#[component]
fn Buttons(launching: Launching, state: Memo<LaunchState>) -> impl IntoView {
    let toasts = Toasts::expect();
    let busy = RwSignal::new(false);
    let asking_cancel = RwSignal::new(false);
    let asking_undo = RwSignal::new(false);
    let ended = move |doing: &str, answer: Result<LaunchReport, Failure>| {
        match answer {
            // The stream has said so by now, and may have said more since: this answer is how it began.
            Ok(_) => {}
            Err(failure) => toasts.failed(doing, &failure),
        }
        let _ = busy.try_set(false);
    };
    let go_on = move |()| {
        busy.set(true);
        spawn_local(async move { ended("go on", api::begin_launch(&launching.name()).await) });
    };
    let undo = move || {
        busy.set(true);
        spawn_local(async move { ended("undo the launch", api::undo_launch(&launching.name()).await) });
    };
    let cancel = move |with_undo: bool| {
        asking_cancel.set(false);
        busy.set(true);
        spawn_local(async move { ended("stop the launch", api::cancel_launch(&launching.name(), with_undo).await) });
    };
    let can_undo = move || !rules::is_at_work(state.get()) && state.get() != LaunchState::Undone;
    let button = move |test: &'static str, text: &'static str, class: &'static str, open: RwSignal<bool>| {
        view! { <button type="button" class=class data-test=test disabled=move || busy.get() on:click=move |_| open.set(true)>{text}</button> }
    };
    view! {
        <Show when=move || state.get() == LaunchState::Running>{button("launch-cancel", "Cancel…", "btn", asking_cancel)}</Show>
        <Show when=can_undo>{button("launch-undo", "Undo everything…", "btn danger", asking_undo)}</Show>
        <Show when=move || rules::can_go_on(state.get())>
            <button type="button" class="btn p" data-test="launch-on" disabled=move || busy.get() on:click=move |_| go_on(())><Icon shape=Shape::Play size=14/> "Go on"</button>
        </Show>
        <Show when=move || !rules::is_at_work(state.get()) && !rules::can_go_on(state.get())>
            <button type="button" class="btn" data-test="launch-again" on:click=move |_| launching.planning.set(true)>"Launch again…"</button>
        </Show>
        <Dialog open=asking_cancel title="Stop this launch?">
            <p>"It stops between two steps, or in a wait. What was made so far can stay, to go on from later; or it is taken back."</p>
            <WhatUndoDoes launching=launching/>
            <div class="buttons">
                <button type="button" class="btn" data-test="cancel-no" on:click=move |_| asking_cancel.set(false)>"Let it run"</button>
                <button type="button" class="btn" data-test="cancel-keep" on:click=move |_| cancel(false)>"Stop and keep"</button>
                <button type="button" class="btn p danger" data-test="cancel-undo" on:click=move |_| cancel(true)>"Stop and undo"</button>
            </div>
        </Dialog>
        <Dialog open=asking_undo title="Undo everything?">
            <WhatUndoDoes launching=launching/>
            <div class="buttons">
                <button type="button" class="btn" data-test="confirm-no" on:click=move |_| asking_undo.set(false)>"Keep it"</button>
                <button type="button" class="btn p danger" data-test="confirm-yes" on:click=move |_| { asking_undo.set(false); undo(); }>"Undo everything"</button>
            </div>
        </Dialog>
    }
}

/// In words, before it is done: the last step first.
#[component]
fn WhatUndoDoes(launching: Launching) -> impl IntoView {
    let report = move || launching.report.with(|report| report.ready().cloned().flatten());
    move || {
        let report = report()?;
        let undone = rules::what_undo_does(&report);
        let kept = rules::found_before(&report);
        let list = undone
            .into_iter()
            .map(|(title, undo)| view! { <li><b><Prose text=title/></b><span><Prose text=undo/></span></li> })
            .collect_view();
        let nothing = rules::what_undo_does(&report).is_empty().then_some("Nothing was made yet: there is nothing to take back.");
        let kept = (kept > 0)
            .then(|| format!("What was there before this launch is left alone: {}.", shared::figures::counted(kept as u64, "step")));
        Some(view! { <ul class="undo-list" data-test="undo-list">{list}</ul> <p class="help">{nothing} {kept}</p> })
    }
}
