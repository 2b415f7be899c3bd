//! The studio's own settings, and facts that other tools need.

use crate::{
    components::{CopyButton, FailurePanel, Segments, Top},
    state::{Load, Studio, Theme, ThemeChoice},
};
use leptos::prelude::*;
use shared::api::Meta;

#[component]
pub fn SettingsPage() -> impl IntoView {
    let theme = Theme::expect();
    let studio = Studio::expect();
    let about = move || match studio.meta() {
        Load::Waiting => view! { <div class="in"><span class="skeleton" style="width:40%"></span></div> }.into_any(),
        Load::Failed(failure) => {
            view! { <FailurePanel title="The studio did not say what it is" failure=failure on_retry=move |()| studio.refresh()/> }
                .into_any()
        }
        Load::Ready(meta) => facts(&meta).into_any(),
    };
    view! {
        <Top title="Settings"/>
        <div class="page">
            <section class="card">
                <header><h2>"Appearance"</h2></header>
                <div class="in">
                    <Segments
                        label="Theme"
                        options=vec![(ThemeChoice::System, "As the system"), (ThemeChoice::Light, "Light"), (ThemeChoice::Dark, "Dark")]
                        chosen=Signal::derive(move || theme.choice())
                        on_choose=move |choice| theme.choose(choice)
                    />
                </div>
            </section>
            <section class="card">
                <header><h2>"This studio"</h2></header>
                {about}
            </section>
        </div>
    }
}

fn facts(meta: &Meta) -> impl IntoView + use<> {
    let reach = if meta.loopback_only { "Only this machine can reach it" } else { "Reachable from the network, with a token" };
    let playground = match &meta.playground {
        None => view! { <dt>"Playground"</dt> <dd>"Off: the studio was started with " <code>"--no-playground"</code></dd> }.into_any(),
        Some(playground) => view! {
            <dt>"Playground broker"</dt>
            <dd>{address(playground.kafka.clone(), "the broker's address")}</dd>
            <dt>"Playground registry"</dt>
            <dd>{address(playground.schema_registry.clone(), "the registry's address")}</dd>
        }
        .into_any(),
    };
    view! {
        <div class="in">
            <dl class="facts">
                <dt>"Version"</dt>
                <dd><code>{meta.version.clone()}</code></dd>
                <dt>"Reach"</dt>
                <dd>{reach}</dd>
                {playground}
                <dt>"API"</dt>
                <dd><a href="/api/openapi.json" rel="external">"OpenAPI document"</a></dd>
                <dt>"Metrics"</dt>
                <dd><a href="/metrics" rel="external">"Prometheus metrics"</a></dd>
            </dl>
        </div>
    }
}

fn address(address: String, label: &'static str) -> impl IntoView {
    let text = address.clone();
    view! { <span class="input-row"><code>{address}</code><CopyButton text=Signal::stored(text) label=label/></span> }
}
