//! Drift: what runs against what the document says, and the repair in either direction.

use super::operate::Operate;
use crate::{
    api,
    components::{Confirm, FailurePanel, FindingNote, Icon, Shape},
    pages::field_href,
    rules,
    state::{Load, Toasts},
};
use leptos::{prelude::*, task::spawn_local};
use shared::api::{Drift, DriftReport, RepairDirection};

#[component]
pub fn DriftCard(operate: Operate) -> impl IntoView {
    let busy = RwSignal::new(false);
    let compare = move |_| {
        operate.drift.set(Load::Waiting);
        operate.compare();
    };
    let body = move || match operate.drift.get() {
        Load::Waiting => {
            view! { <div class="in" role="status" aria-label="Comparing"><span class="skeleton" style="width:60%"></span></div> }.into_any()
        }
        Load::Failed(failure) => {
            view! { <FailurePanel title="The parts could not be compared" failure=failure on_retry=move |()| operate.compare()/> }
                .into_any()
        }
        Load::Ready(report) => differences(operate, report, busy).into_any(),
    };
    view! {
        <section class="card" data-test="drift">
            <header>
                <h2>"Drift"</h2>
                <span class="grow"></span>
                <button type="button" class="btn s" data-test="compare" disabled=move || busy.get() on:click=compare>"Compare again"</button>
            </header>
            {body}
        </section>
    }
}

fn differences(operate: Operate, report: DriftReport, busy: RwSignal<bool>) -> impl IntoView {
    let notes = report.findings.into_iter().map(|finding| {
        let href = field_href(&operate.name(), &finding.path);
        view! { <FindingNote finding=finding place=true href=Some(href)/> }
    });
    let notes = notes.collect::<Vec<_>>();
    let equal = (report.drifts.is_empty() && notes.is_empty()).then(|| {
        view! { <div class="find ok" data-test="no-drift"><Icon shape=Shape::Check/><div>"What runs is what the document says."</div></div> }
    });
    let parts = rules::by_part(&report.drifts)
        .into_iter()
        .map(|(part, drifts)| view! { <PartDrift operate=operate part=part drifts=drifts busy=busy/> });
    view! { <div class="in stack">{equal}<div class="finds">{notes}</div>{parts.collect_view()}</div> }
}

/// The differences of one part, and its two repairs.
#[component]
fn PartDrift(operate: Operate, part: String, drifts: Vec<Drift>, busy: RwSignal<bool>) -> impl IntoView {
    let line = |drift: &Drift| {
        let place = (!drift.path.is_empty())
            .then(|| view! { <a class="where" href=field_href(&operate.name(), &drift.path)>{drift.path.clone()}</a> });
        view! {
            <tr data-test="drift-row">
                <td class="head mono"><div>{drift.key.clone()}{place}</div></td>
                <td class="mono" data-label="Document">{rules::value_text(drift.document.as_ref())}</td>
                <td class="mono" data-label="Runs">{rules::value_text(drift.running.as_ref())}</td>
            </tr>
        }
    };
    let rows = drifts.iter().map(line).collect_view();
    let can_push = drifts.iter().any(|drift| drift.can_push);
    let can_pull = drifts.iter().any(|drift| drift.can_pull);
    view! {
        <div class="drift-part">
            <div class="part-head">
                <b class="mono">{part.clone()}</b>
                <span class="grow"></span>
                <Repair operate=operate part=part.clone() drifts=drifts.clone() direction=RepairDirection::Push possible=can_push busy=busy/>
                <Repair operate=operate part=part drifts=drifts direction=RepairDirection::Pull possible=can_pull busy=busy/>
            </div>
            <div class="scroll-x">
                <table class="stack">
                    <thead><tr><th scope="col">"Key"</th><th scope="col">"Document says"</th><th scope="col">"Runs"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}

#[component]
fn Repair(
    operate: Operate,
    part: String,
    drifts: Vec<Drift>,
    direction: RepairDirection,
    possible: bool,
    busy: RwSignal<bool>,
) -> impl IntoView {
    let toasts = Toasts::expect();
    let asking = RwSignal::new(false);
    let (word, title, text) = rules::repair_text(direction, &part, &drifts);
    let test = if direction == RepairDirection::Push { format!("push-{part}") } else { format!("pull-{part}") };
    let repair = move |()| {
        let part = part.clone();
        busy.set(true);
        spawn_local(async move {
            match api::repair_drift(&operate.name(), direction, vec![part]).await {
                Ok(report) => {
                    operate.compared(Ok(report));
                    operate.document_changed();
                    operate.fetch_parts_now();
                }
                Err(failure) => toasts.failed("repair the drift", &failure),
            }
            let _ = busy.try_set(false);
        });
    };
    view! {
        <button type="button" class="btn s" data-test=test disabled=move || !possible || busy.get() on:click=move |_| asking.set(true)>{word}"…"</button>
        <Confirm open=asking title=title text=text yes=word danger=false on_yes=repair/>
    }
}
