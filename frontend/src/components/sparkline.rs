//! A line without axes, for tables. The number beside it says the same to people who do not see it.

use leptos::prelude::*;
use shared::plot::spark_path;

const WIDTH: f64 = 84.0;
const HEIGHT: f64 = 22.0;

#[component]
pub fn Sparkline(#[prop(into)] values: Signal<Vec<f64>>, #[prop(default = "var(--c2)")] colour: &'static str) -> impl IntoView {
    view! {
        <svg class="spark" width=WIDTH height=HEIGHT viewBox=format!("0 0 {WIDTH} {HEIGHT}") aria-hidden="true">
            <path d=move || values.with(|values| spark_path(values, WIDTH, HEIGHT)) fill="none" stroke=colour stroke-width="1.5" stroke-linejoin="round"/>
        </svg>
    }
}
