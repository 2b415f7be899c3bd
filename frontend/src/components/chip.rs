//! A pipeline's state in a word and a colour.

use leptos::prelude::*;
use shared::api::PipelineState;

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
