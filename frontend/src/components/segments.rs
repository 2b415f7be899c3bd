//! One of several: a row of buttons, and tabs over a panel.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

/// A small choice. `options` are values and their words.
#[component]
pub fn Segments<T: Copy + PartialEq + Send + Sync + 'static>(
    #[prop(into)] label: String,
    options: Vec<(T, &'static str)>,
    #[prop(into)] chosen: Signal<T>,
    #[prop(into)] on_choose: Callback<T>,
) -> impl IntoView {
    let buttons = options
        .into_iter()
        .map(|(value, text)| {
            view! {
                <button type="button" aria-pressed=move || (chosen.get() == value).to_string() on:click=move |_| on_choose.run(value)>{text}</button>
            }
        })
        .collect_view();
    view! { <div class="seg" role="group" aria-label=label>{buttons}</div> }
}

/// Tabs with an optional count each: text and severity class. Arrow keys move between them.
#[component]
pub fn Tabs<T: Copy + PartialEq + Send + Sync + 'static>(
    #[prop(into)] label: String,
    options: Vec<(T, &'static str)>,
    #[prop(into)] chosen: Signal<T>,
    #[prop(into)] on_choose: Callback<T>,
    #[prop(into)] badge: Callback<T, Option<(String, &'static str)>>,
) -> impl IntoView {
    let values: Vec<T> = options.iter().map(|(value, _)| *value).collect();
    let on_key = move |event: ev::KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowRight" => 1,
            "ArrowLeft" => values.len() - 1,
            _ => return,
        };
        event.prevent_default();
        let at = values.iter().position(|value| *value == chosen.get_untracked()).unwrap_or(0);
        let next = (at + step) % values.len();
        on_choose.run(values[next]);
        let tabs = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let tab = tabs.and_then(|tabs| tabs.children().item(u32::try_from(next).unwrap_or(0)));
        if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = tab.focus();
        }
    };
    let tabs = options
        .into_iter()
        .map(|(value, text)| {
            let selected = move || chosen.get() == value;
            view! {
                <button
                    type="button"
                    role="tab"
                    aria-selected=move || selected().to_string()
                    tabindex=move || if selected() { "0" } else { "-1" }
                    on:click=move |_| on_choose.run(value)
                >
                    {text}
                    {move || badge.run(value).map(|(count, class)| view! { <span class=format!("count {class}")>{count}</span> })}
                </button>
            }
        })
        .collect_view();
    view! { <div class="tabs" role="tablist" aria-label=label on:keydown=on_key>{tabs}</div> }
}
