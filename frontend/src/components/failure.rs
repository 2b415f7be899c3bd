//! What stands where something should be that could not be fetched.

use super::{Icon, Prose, Shape};
use crate::api::Failure;
use leptos::prelude::*;

/// Says what failed and offers to try again.
#[component]
pub fn FailurePanel(#[prop(into)] title: String, failure: Failure, #[prop(into)] on_retry: Callback<()>) -> impl IntoView {
    let detail =
        if failure.request_id.is_empty() { failure.code.clone() } else { format!("{} · request {}", failure.code, failure.request_id) };
    view! {
        <div class="empty" role="alert">
            <Icon shape=Shape::Warning size=26/>
            <b>{title}</b>
            <p><Prose text=failure.message/></p>
            <code class="dim">{detail}</code>
            <div class="buttons"><button type="button" class="btn" data-test="retry" on:click=move |_| on_retry.run(())>"Try again"</button></div>
        </div>
    }
}
