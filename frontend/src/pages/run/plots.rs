//! Lag and throughput over the last ten minutes.

use super::RunState;
use crate::components::{Plot, Series};
use leptos::prelude::*;
use shared::{api::ProgressPoint, figures, plot::Span};

const TEN_MINUTES_MS: u64 = 600_000;
/// A young pipeline's plot starts with this much room, and grows to ten minutes.
const ONE_MINUTE_MS: u64 = 60_000;

#[component]
pub fn Plots(run: RunState) -> impl IntoView {
    let span = Memo::new(move |_| {
        run.history.with(|history| {
            let (first, last) = (history.front()?.at_ms, history.back()?.at_ms);
            Some(Span { from_ms: first.max(last.saturating_sub(TEN_MINUTES_MS)), to_ms: last.max(first + ONE_MINUTE_MS) })
        })
    });
    let points = move |take: fn(&ProgressPoint) -> Option<f64>| {
        run.history.with(|history| history.iter().map(|point| (point.at_ms, take(point))).collect())
    };
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of lag")]
    let lag = Memo::new(move |_| {
        vec![
            Series { name: "p50", colour: "var(--c1)", points: points(|point| point.lag_p50_ms.map(|ms| ms as f64)), filled: true },
            Series { name: "p99", colour: "var(--c3)", points: points(|point| point.lag_p99_ms.map(|ms| ms as f64)), filled: false },
        ]
    });
    let throughput = Memo::new(move |_| {
        vec![Series { name: "rows", colour: "var(--c2)", points: points(|point| Some(point.rows_per_second)), filled: true }]
    });
    view! {
        <div class="two">
            <section class="card">
                <header>
                    <h2>"Lag"</h2>
                    <span class="grow"></span>
                    <span class="dim">"ms " <span class="k"><span class="swatch"></span>"p50"</span> " " <span class="v"><span class="swatch"></span>"p99"</span></span>
                </header>
                <div class="in">
                    <Plot label="Lag over the last ten minutes, median and 99th percentile" series=lag span=span value_text=lag_text nothing="No rows acknowledged yet"/>
                </div>
            </section>
            <section class="card">
                <header><h2>"Throughput"</h2><span class="grow"></span><span class="dim">"rows/s"</span></header>
                <div class="in"><Plot label="Rows per second over the last ten minutes" series=throughput span=span value_text=rate_text nothing="No figures yet"/></div>
            </section>
        </div>
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "came from a u64")]
fn lag_text(ms: f64) -> String {
    let (value, unit) = figures::duration_ms(ms as u64);
    format!("{value} {unit}")
}

fn rate_text(rows: f64) -> String {
    format!("{} /s", figures::rate(rows))
}
