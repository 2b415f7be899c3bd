//! Hands the running pipeline to another engine, at its checkpoint.

use super::operate::Operate;
use crate::{
    api,
    components::{Confirm, Icon, Shape},
    rules,
    state::Toasts,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

#[component]
pub fn MoveButton(operate: Operate) -> impl IntoView {
    let toasts = Toasts::expect();
    let navigate = StoredValue::new(use_navigate());
    let asking = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let way = Memo::new(move |_| operate.document.with(|document| document.ready().and_then(rules::way_to_move)));
    let go = move |()| {
        let Some(way) = way.get_untracked() else { return };
        busy.set(true);
        spawn_local(async move {
            match api::move_pipeline(&operate.name(), way.target).await {
                Ok(_) => navigate.get_value()(&api::pipeline_path(&operate.name(), "launch"), NavigateOptions::default()),
                Err(failure) => toasts.failed("move the pipeline", &failure),
            }
            let _ = busy.try_set(false);
        });
    };
    let text = Signal::derive(move || way.get().map_or("", |way| way.what).to_owned());
    let title = Signal::derive(move || way.get().map_or("", |way| way.title).to_owned());
    view! {
        <Show when=move || way.get().is_some()>
            <button type="button" class="btn" data-test="move" disabled=move || busy.get() on:click=move |_| asking.set(true)>
                {move || if busy.get() { view! { <span class="spin"></span> }.into_any() } else { view! { <Icon shape=Shape::Pipe size=14/> }.into_any() }}
                {move || way.get().map(|way| way.button)}
            </button>
        </Show>
        <Confirm open=asking title=title text=text yes="Move it" danger=false on_yes=go/>
    }
}
