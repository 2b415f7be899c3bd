//! A state in a word and a colour: of a pipeline, of a part of one.

use leptos::prelude::*;
use shared::{
    api::{PartState, PipelineState},
    figures,
};

pub fn state_text(state: PipelineState) -> &'static str {
    match state {
        PipelineState::Draft => "draft",
        PipelineState::Starting => "starting",
        PipelineState::Running => "running",
        PipelineState::Retrying => "retrying",
        PipelineState::Paused => "paused",
        PipelineState::Stopped => "stopped",
        PipelineState::Failed => "failed",
    }
}

fn class(state: PipelineState) -> &'static str {
    match state {
        PipelineState::Draft | PipelineState::Stopped => "chip",
        PipelineState::Starting => "chip info pulse",
        PipelineState::Running => "chip ok",
        PipelineState::Retrying => "chip warn pulse",
        PipelineState::Paused => "chip info",
        PipelineState::Failed => "chip bad",
    }
}

#[component]
pub fn StateChip(#[prop(into)] state: Signal<PipelineState>) -> impl IntoView {
    view! { <span class=move || class(state.get()) data-test="state" data-state=move || state_text(state.get())>{move || state_text(state.get())}</span> }
}

/// Beside a green light that is not the whole truth.
#[component]
pub fn DegradedChip(reasons: usize) -> impl IntoView {
    (reasons > 0)
        .then(|| view! { <span class="chip warn" data-test="degraded">{figures::counted(reasons as u64, "part")} " degraded"</span> })
}

/// As the API spells it; for tests.
fn part_word(state: PartState) -> &'static str {
    match state {
        PartState::Running => "running",
        PartState::Pending => "pending",
        PartState::Paused => "paused",
        PartState::Degraded => "degraded",
        PartState::Failed => "failed",
        PartState::Finished => "finished",
        PartState::Absent => "absent",
        PartState::Unknown => "unknown",
    }
}

fn part_class(state: PartState) -> &'static str {
    match state {
        PartState::Running => "chip ok",
        PartState::Pending => "chip info pulse",
        PartState::Paused => "chip info",
        PartState::Degraded => "chip warn",
        PartState::Failed => "chip bad",
        PartState::Finished | PartState::Absent | PartState::Unknown => "chip",
    }
}

/// `text` is the remote system's own word.
#[component]
pub fn PartChip(state: PartState, #[prop(into)] text: String) -> impl IntoView {
    let word = part_word(state);
    let text = if text.is_empty() || text.eq_ignore_ascii_case(word) { word.to_owned() } else { format!("{word} · {text}") };
    view! { <span class=part_class(state) data-test="part-state" data-state=word>{text}</span> }
}

/// Beside the green light: a connector that runs and drops what it cannot write looks well without it.
#[component]
pub fn DeadLetterChip(count: Option<u64>) -> impl IntoView {
    count
        .filter(|count| *count > 0)
        .map(|count| view! { <span class="chip warn" data-test="dead-letters">{figures::counted(count, "dead letter")}</span> })
}
