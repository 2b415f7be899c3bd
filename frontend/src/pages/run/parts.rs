//! The parts of a launched pipeline: each with its state, its tasks, what is wrong with it, and what can be done.

use super::{RunState, lags::LagPlot, operate::Operate};
use crate::{
    api,
    components::{Confirm, DeadLetterChip, DegradedChip, Explain, FailurePanel, FindingNote, PartChip},
    pages::{field_href, launch_href},
    rules,
    state::{Load, Toasts},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::components::A;
use shared::{
    api::{PartAction, PartKind, PartStatus, PartTask},
    figures,
};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting,
    Failed,
    Empty,
    List,
}

#[component]
pub fn PartsCard(operate: Operate, run: RunState) -> impl IntoView {
    let ids = Memo::new(move |_| {
        operate
            .parts
            .with(|parts| parts.ready().map(|parts| parts.iter().map(|part| part.id.clone()).collect::<Vec<_>>()).unwrap_or_default())
    });
    let phase = Memo::new(move |_| {
        operate.parts.with(|parts| match parts {
            Load::Waiting => Phase::Waiting,
            Load::Failed(_) => Phase::Failed,
            Load::Ready(_) if ids.with(Vec::is_empty) => Phase::Empty,
            Load::Ready(_) => Phase::List,
        })
    });
    let launch = launch_href(&operate.name());
    let launch_again = launch.clone();
    let body = move || {
        match phase.get() {
        Phase::Waiting => view! { <div class="in" role="status" aria-label="Asking the systems"><span class="skeleton" style="width:60%"></span></div> }.into_any(),
        Phase::Failed => operate.parts.with_untracked(|parts| match parts {
            Load::Failed(failure) => {
                view! { <FailurePanel title="The parts could not be asked" failure=failure.clone() on_retry=move |()| operate.fetch_parts_now()/> }.into_any()
            }
            _ => ().into_any(),
        }),
        Phase::Empty => view! {
            <div class="empty">
                <b>"Nothing of it is launched"</b>
                <div class="buttons"><A href=launch_again.clone() attr:class="btn p">"Show the launch steps"</A></div>
            </div>
        }
        .into_any(),
        Phase::List => view! {
            <ul class="parts"><For each=move || ids.get() key=Clone::clone children=move |id| view! { <PartLine operate=operate run=run id=id/> }/></ul>
        }
        .into_any(),
    }
    };
    view! {
        <section class="card" data-test="parts">
            <header>
                <h2>"Parts"</h2>
                <span class="grow"></span>
                <A href=launch.clone() attr:class="btn s" attr:data-test="launch-steps">"Launch steps"</A>
            </header>
            {body}
        </section>
    }
}

/// One part. What was unfolded stays so while its figures change.
#[component]
fn PartLine(operate: Operate, run: RunState, id: String) -> impl IntoView {
    let wanted = id.clone();
    let status = Memo::new(move |_| operate.parts.with(|parts| parts.ready()?.iter().find(|part| part.id == wanted).cloned()));
    let head = move || {
        status.get().map(|status| {
            let what = format!("{} · {}", rules::kind_text(status.kind), status.place);
            view! { <PartChip state=status.state text=status.state_text.clone()/> <DeadLetterChip count=status.dead_letters/> <b>{status.name}</b> <span class="dim">{what}</span> }
        })
    };
    let actions = Memo::new(move |_| status.with(|status| status.as_ref().map(|status| status.actions.clone()).unwrap_or_default()));
    let figures = move || {
        status.with(|status| status.as_ref().map(rules::part_figures)).map(|figures| {
            let figure = |(label, value): (&'static str, String)| view! { <span>{label} " " <b>{value}</b></span> };
            view! { <p class="part-figures">{figures.into_iter().map(figure).collect_view()}</p> }
        })
    };
    let findings = Memo::new(move |_| status.with(|status| status.as_ref().map(|status| status.findings.clone()).unwrap_or_default()));
    let notes = move || {
        let note = |finding: shared::Finding| {
            let href = field_href(&operate.name(), &finding.path);
            view! { <FindingNote finding=finding place=true href=Some(href)/> }
        };
        findings.get().into_iter().map(note).collect_view()
    };
    let tasks = Memo::new(move |_| status.with(|status| status.as_ref().map(|status| status.tasks.clone()).unwrap_or_default()));
    let is_remote_changefeed = Memo::new(move |_| {
        status.with(|status| status.as_ref().is_some_and(|status| status.kind == PartKind::Changefeed && status.resolved_lag_ms.is_some()))
    });
    let part = StoredValue::new(id.clone());
    view! {
        <li class="part" data-test=format!("part-{id}")>
            <div class="part-head">{head}<span class="grow"></span><Actions operate=operate part=part status=status actions=actions/></div>
            {figures}
            <div class="finds">{notes}</div>
            <Show when=move || !tasks.with(Vec::is_empty)><Tasks tasks=tasks/></Show>
            <Show when=move || is_remote_changefeed.get()><LagPlot run=run/></Show>
        </li>
    }
}

#[component]
fn Actions(operate: Operate, part: StoredValue<String>, status: Memo<Option<PartStatus>>, actions: Memo<Vec<PartAction>>) -> impl IntoView {
    let toasts = Toasts::expect();
    let pending = RwSignal::new(None::<PartAction>);
    let asking = RwSignal::new(false);
    let act = move |action: PartAction| {
        pending.set(Some(action));
        spawn_local(async move {
            match api::act_on_part(&operate.name(), &part.get_value(), action).await {
                Ok(status) => operate.acted(status),
                Err(failure) => toasts.failed(&format!("{} `{}`", rules::action_text(action).to_lowercase(), part.get_value()), &failure),
            }
            let _ = pending.try_set(None);
        });
    };
    let button = move |action: PartAction| {
        let harmless = rules::is_harmless(action);
        let text = if harmless { rules::action_text(action).to_owned() } else { format!("{}…", rules::action_text(action)) };
        view! {
            <button
                type="button"
                class="btn s"
                class:danger=!harmless
                data-test=format!("{}-{}", rules::action_test(action), part.get_value())
                disabled=move || pending.get().is_some()
                on:click=move |_| if harmless { act(action) } else { asking.set(true) }
            >
                {move || (pending.get() == Some(action)).then(|| view! { <span class="spin"></span> })}
                {text}
            </button>
        }
    };
    let what =
        Signal::derive(move || status.with(|status| status.as_ref().map_or("", |status| rules::what_remove_does(status.kind)).to_owned()));
    let title =
        Signal::derive(move || status.with(|status| status.as_ref().map_or_else(String::new, |status| format!("Remove {}?", status.name))));
    view! {
        <div class="buttons">{move || actions.get().into_iter().map(button).collect_view()}</div>
        <Confirm open=asking title=title text=what yes="Remove" no="Keep it" on_yes=move |()| act(PartAction::Remove)/>
    }
}

/// A connector's tasks; unfolded when one of them failed.
#[component]
fn Tasks(tasks: Memo<Vec<PartTask>>) -> impl IntoView {
    let failed = Memo::new(move |_| tasks.with(|tasks| tasks.iter().filter(|task| rules::is_task_failed(&task.state)).count()));
    let summary = move || {
        let count = figures::counted(tasks.with(Vec::len) as u64, "task");
        if failed.get() > 0 { format!("{count}, {} failed", failed.get()) } else { count }
    };
    let line = |task: PartTask| {
        let trace = (!task.trace.is_empty()).then(|| {
            view! {
                <details class="fold small">
                    <summary data-test=format!("trace-{}", task.id)>"Trace"</summary>
                    <pre class="trace" tabindex="0">{task.trace.clone()}</pre>
                </details>
                <Explain text=task.trace/>
            }
        });
        view! {
            <li>
                <div class="part-head"><span class="mono">"task " {task.id}</span> <PartChip state=rules::task_state(&task.state) text=task.state.clone()/> <span class="dim">{task.worker}</span></div>
                {trace}
            </li>
        }
    };
    // Drawn anew only when a task changed: an unfolded trace stays unfolded.
    view! {
        <details class="fold" open=move || { failed.get() > 0 }>
            <summary data-test="tasks">{summary}</summary>
            <ul class="tasks">{move || tasks.get().into_iter().map(line).collect_view()}</ul>
        </details>
    }
}

/// How many parts do not do their work, beside the page's title: the changefeed's own state there says nothing of them.
#[component]
pub fn PartsChip(operate: Operate) -> impl IntoView {
    let count = Memo::new(move |_| operate.parts.with(|parts| parts.ready().map_or(0, |parts| rules::degraded_parts(parts))));
    move || view! { <DegradedChip reasons=count.get()/> }
}

/// The changefeed's state beside the page's title, when another engine than ours runs it.
#[component]
pub fn ChangefeedChip(operate: Operate) -> impl IntoView {
    move || {
        operate.parts.with(|parts| {
            let changefeed = parts.ready()?.iter().find(|part| part.kind == PartKind::Changefeed)?;
            Some(view! { <PartChip state=changefeed.state text=changefeed.state_text.clone()/> })
        })
    }
}
