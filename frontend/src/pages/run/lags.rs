//! How far a TiCDC changefeed is behind.

use super::RunState;
use crate::{
    components::{Plot, Series},
    rules,
};
use leptos::prelude::*;
use shared::{api::LagPoint, plot::Span};

/// A young plot starts with this much room.
const ONE_MINUTE_MS: u64 = 60_000;

#[component]
pub fn LagPlot(run: RunState) -> impl IntoView {
    let span = Memo::new(move |_| {
        run.lags.with(|lags| {
            let (first, last) = (lags.front()?.at_ms, lags.back()?.at_ms);
            Some(Span { from_ms: first, to_ms: last.max(first + ONE_MINUTE_MS) })
        })
    });
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of lag")]
    let points = move |take: fn(&LagPoint) -> Option<u64>| {
        run.lags.with(|lags| lags.iter().map(|point| (point.at_ms, take(point).map(|ms| ms as f64))).collect())
    };
    let series = Memo::new(move |_| {
        vec![
            Series { name: "checkpoint", colour: "var(--c1)", points: points(|point| point.checkpoint_ms), filled: true },
            Series { name: "resolved", colour: "var(--c3)", points: points(|point| point.resolved_ms), filled: false },
        ]
    });
    view! {
        <div data-test="lag-plot">
            <p class="help">"ms behind now: " <span class="k"><span class="swatch"></span>"checkpoint"</span> " " <span class="v"><span class="swatch"></span>"resolved"</span></p>
            <Plot label="Checkpoint and resolved lag" series=series span=span value_text=lag_text nothing="No figures yet"/>
        </div>
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "came from a u64")]
fn lag_text(ms: f64) -> String {
    rules::duration_text(ms as u64)
}
