//! The big numbers, and the checkpoint.

use super::RunState;
use crate::browser;
use leptos::prelude::*;
use shared::{
    api::{PipelineState, Progress},
    figures,
};

#[component]
pub fn Kpis(run: RunState) -> impl IntoView {
    let lag = move || match run.read(|progress| progress.now.lag_p50_ms).flatten() {
        Some(ms) => figures::duration_ms(ms),
        None => ("–".to_owned(), ""),
    };
    let bytes_rate = move || {
        let (value, unit) = figures::bytes(run.read(|progress| progress.now.bytes_per_second).unwrap_or(0.0));
        (value, format!("{unit}/s"))
    };
    #[expect(clippy::cast_precision_loss, reason = "shown with two digits")]
    let total_bytes = move || figures::bytes(run.read(|progress| progress.bytes_total).unwrap_or(0) as f64);
    let count = move |take: fn(&Progress) -> u64| figures::count(run.read(take).unwrap_or(0));
    let dead_letters = move || run.read(|progress| progress.dead_letters).unwrap_or(0);
    let errors = move || run.read(|progress| progress.errors_24h).unwrap_or(0);
    view! {
        <div class="kpis">
            <div class="card kpi"><span title="From commit in the database to acknowledgement by Kafka, median of the last second">"lag"</span><b data-test="kpi-lag">{move || lag().0} " " <i>{move || lag().1}</i></b></div>
            <div class="card kpi">
                <span>"rows"</span>
                <b data-test="kpi-rows-rate">{move || figures::rate(run.read(|progress| progress.now.rows_per_second).unwrap_or(0.0))} " " <i>"/s"</i></b>
            </div>
            <div class="card kpi"><span>"bytes"</span><b>{move || bytes_rate().0} " " <i>{move || bytes_rate().1}</i></b></div>
            <div class="card kpi">
                <span>"rows since launch"</span>
                <b data-test="kpi-rows-total" data-rows=move || run.read(|progress| progress.rows_total).unwrap_or(0).to_string()>
                    {move || count(|progress| progress.rows_total)} " "
                </b>
                <span>{move || { let (value, unit) = total_bytes(); format!("{value} {unit}") }}</span>
            </div>
            <div class="card kpi"><span>"waiting for acks"</span><b>{move || count(|progress| progress.waiting_for_acks)} " " <i>"rows"</i></b></div>
            <Show when=move || dead_letters() != 0>
                <div class="card kpi bad"><span>"dead letters"</span><b data-test="kpi-dead-letters">{move || figures::count(dead_letters())}</b></div>
            </Show>
            <div class="card kpi" class:bad=move || errors() != 0><span>"errors, 24 h"</span><b data-test="kpi-errors">{move || figures::count(errors())}</b></div>
        </div>
    }
}

/// Up to where Kafka has everything.
#[component]
pub fn CheckpointLine(run: RunState) -> impl IntoView {
    move || {
        let checkpoint = run.read(|progress| progress.checkpoint.clone()).flatten();
        let running = matches!(run.pipeline_state(), PipelineState::Starting | PipelineState::Running);
        match checkpoint {
            Some(checkpoint) => view! {
                <p class="checkpoint" data-test="checkpoint">
                    <span>"Checkpoint " <code>{checkpoint.position}</code></span>
                    <span>"commit " <code>{checkpoint.commit_ts.0.to_string()}</code> " (" {browser::time_of_day(checkpoint.commit_ts.physical_ms(), true)} ")"</span>
                    <span>"written " {browser::time_of_day(checkpoint.at_ms, true)}</span>
                    <span>"Everything up to here is acknowledged by Kafka; a restart goes on from here."</span>
                </p>
            }
            .into_any(),
            None if running => view! { <p class="checkpoint">"No checkpoint yet: the first one follows the first acknowledged rows."</p> }.into_any(),
            None => ().into_any(),
        }
    }
}
