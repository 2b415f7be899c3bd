//! The workload's rate: a slider over powers of ten, for sources that have one.

use super::RunState;
use crate::{api, state::Toasts};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};
use shared::figures;

/// Slider positions and their rates; 0 is as fast as possible.
const RATES: [u32; 14] = [1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 0];
/// A drag is sent when it rests this long, milliseconds.
const REST_MS: u32 = 250;

#[component]
pub fn RateCard(run: RunState) -> impl IntoView {
    let toasts = Toasts::expect();
    // What the user just chose, until the studio reports it.
    let wish = RwSignal::new(None::<u32>);
    let turn = StoredValue::new(0_u32);
    let reported = Memo::new(move |_| run.read(|progress| progress.target_rows_per_second).flatten());
    let shown = Memo::new(move |_| wish.get().or(reported.get()).unwrap_or(0));
    let choose = move |rate: u32| {
        wish.set(Some(rate));
        turn.update_value(|turn| *turn = turn.wrapping_add(1));
        let mine = turn.get_value();
        spawn_local(async move {
            TimeoutFuture::new(REST_MS).await;
            if turn.try_get_value() != Some(mine) {
                return;
            }
            if let Err(failure) = api::set_rate(&run.name(), rate).await {
                toasts.failed("change the rate", &failure);
            }
            // One reading later the studio's own figure is fresh again.
            TimeoutFuture::new(1_500).await;
            if turn.try_get_value() == Some(mine) {
                let _ = wish.try_set(None);
            }
        });
    };
    view! {
        <Show when=move || reported.get().is_some()>
            <section class="card rate">
                <label for="rate"><b>"Workload rate"</b></label>
                <input
                    id="rate"
                    type="range"
                    min="0"
                    max=RATES.len() - 1
                    step="1"
                    data-test="rate"
                    prop:value=move || position(shown.get()).to_string()
                    aria-valuetext=move || rate_text(shown.get())
                    on:input:target=move |event| {
                        if let Some(rate) = event.target().value().parse::<usize>().ok().and_then(|at| RATES.get(at)) {
                            choose(*rate);
                        }
                    }
                />
                <output for="rate">{move || rate_text(shown.get())}</output>
            </section>
        </Show>
    }
}

/// The slider position nearest to a rate.
fn position(rate: u32) -> usize {
    if rate == 0 {
        return RATES.len() - 1;
    }
    RATES[..RATES.len() - 1].iter().enumerate().min_by_key(|(_, known)| known.abs_diff(rate)).map_or(0, |(at, _)| at)
}

fn rate_text(rate: u32) -> String {
    if rate == 0 { "as fast as possible".to_owned() } else { format!("{} rows/s", figures::count(u64::from(rate))) }
}
