//! The bar over a page: where one is, and what can be done here. Sets the title of the window too.

use crate::browser;
use leptos::prelude::*;
use leptos_router::components::A;

#[component]
pub fn Top(
    #[prop(into)] title: Signal<String>,
    /// Whether the page is inside Pipelines.
    #[prop(optional)]
    in_pipelines: bool,
    /// Beside the title: a chip.
    #[prop(optional, into)]
    beside: ViewFn,
    /// At the right: buttons.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    Effect::new(move || browser::set_title(&title.get()));
    view! {
        <div class="top">
            <div class="title">
                {in_pipelines.then(|| view! { <A href="/" attr:class="crumb">"Pipelines /"</A> })}
                <h1>{move || title.get()}</h1>
                {move || beside.run()}
            </div>
            <span class="grow"></span>
            <div class="buttons">{children.map(|children| children())}</div>
        </div>
    }
}
