//! One step: what it makes and where, the sign it waits for, its way back, and the same by hand.

use crate::components::{CodeBlock, Mark, MarkSign, Prose};
use leptos::prelude::*;
use shared::api::PlannedStep;

/// The step's head: sign, title, place. `children` come below.
#[component]
pub fn StepHead(step: PlannedStep, mark: Mark, word: &'static str, children: Children) -> impl IntoView {
    view! {
        <MarkSign mark=mark word=word/>
        <div class="body">
            <div class="head"><b><Prose text=step.title/></b><span class="mono dim">{step.place}</span></div>
            {children()}
        </div>
    }
}

/// What a person wants to know before saying yes.
#[component]
pub fn StepFacts(step: PlannedStep) -> impl IntoView {
    let fact = |label: &'static str, text: String| (!text.is_empty()).then(|| view! { <dt>{label}</dt> <dd><Prose text=text/></dd> });
    view! { <dl class="facts">{fact("Waits for", step.waits_for)} {fact("Undone by", step.undo)}</dl> }
}

/// What one would type instead of pressing the button.
#[component]
pub fn ByHand(step: PlannedStep) -> impl IntoView {
    let tools = step.equivalents.iter().map(|one| one.tool.clone()).collect::<Vec<_>>().join(", ");
    let test = format!("by-hand-{}", step.id);
    (!step.equivalents.is_empty()).then(|| {
        let blocks =
            step.equivalents.into_iter().map(|one| view! { <CodeBlock title=one.tool text=Signal::stored(one.command) wrap=true/> });
        view! {
            <details class="fold small">
                <summary data-test=test>"The same by hand: " {tools}</summary>
                <div class="stack">{blocks.collect_view()}</div>
            </details>
        }
    })
}
