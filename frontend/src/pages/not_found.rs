//! An address that leads nowhere.

use crate::components::{Icon, Shape, Top};
use leptos::prelude::*;
use leptos_router::components::A;

#[component]
pub fn NotFoundPage() -> impl IntoView {
    view! {
        <Top title="Nothing here"/>
        <div class="page">
            <div class="card empty">
                <Icon shape=Shape::Search size=26/>
                <b>"No page has this address"</b>
                <p>"It may be mistyped, or from another version of the studio."</p>
                <div class="buttons"><A href="/" attr:class="btn">"All pipelines"</A></div>
            </div>
        </div>
    }
}
