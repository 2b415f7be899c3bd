//! Routes, and the frame around every page.

use crate::{
    browser,
    components::{Icon, Shape, ToastList},
    pages::{EditorPage, HomePage, NotFoundPage, OperatePage, SettingsPage, show_editor, show_operate},
    state::{Connection, KeptDrafts, Studio, Theme, Toasts},
};
use leptos::prelude::*;
use leptos_router::{
    components::{A, Route, Router, Routes},
    hooks::use_location,
    path,
};

#[component]
pub fn App() -> impl IntoView {
    Theme::provide();
    Toasts::provide();
    Connection::provide();
    Studio::provide();
    KeptDrafts::provide();
    view! {
        <Router>
            <a class="skip" href="#main" on:click=move |event| { event.prevent_default(); browser::focus("main"); }>"Skip to the page"</a>
            <div class="app">
                <Rail/>
                <main id="main" tabindex="-1">
                    <LostBanner/>
                    <Routes fallback=NotFoundPage>
                        <Route path=path!("/") view=HomePage/>
                        <Route path=path!("/pipelines/new") view=|| show_editor(EditorPage::New)/>
                        <Route path=path!("/pipelines/:name") view=|| show_operate(OperatePage::Run)/>
                        <Route path=path!("/pipelines/:name/edit") view=|| show_editor(EditorPage::Saved)/>
                        <Route path=path!("/pipelines/:name/launch") view=|| show_operate(OperatePage::Launch)/>
                        <Route path=path!("/clusters") view=|| show_operate(OperatePage::Clusters)/>
                        <Route path=path!("/clusters/:id") view=|| show_operate(OperatePage::Cluster)/>
                        <Route path=path!("/settings") view=SettingsPage/>
                    </Routes>
                </main>
            </div>
            <ToastList/>
        </Router>
    }
}

#[component]
fn Rail() -> impl IntoView {
    let theme = Theme::expect();
    let studio = Studio::expect();
    let location = use_location();
    let in_pipelines = move || {
        let path = location.pathname.get();
        path == "/" || path.starts_with("/pipelines")
    };
    let in_clusters = move || location.pathname.get().starts_with("/clusters");
    let facts = move || {
        studio.meta().ready().map(|meta| {
            let reach = if meta.loopback_only { "this machine only" } else { "on the network" };
            format!("v{} · {reach}", meta.version)
        })
    };
    view! {
        <nav class="rail" aria-label="Main">
            <A href="/" attr:class="brand" attr:aria-label="Changefeed Studio, home">
                <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true">
                    <rect width="22" height="22" rx="6" fill="var(--accent)"/>
                    <path d="M5 7h5c3 0 3 8 7 8M5 15h5c3 0 3-8 7-8" stroke="var(--accent-ink)" stroke-width="1.8" fill="none" stroke-linecap="round"/>
                </svg>
                <span>"Changefeed Studio"</span>
            </A>
            <A href="/" attr:class=move || if in_pipelines() { "rail-link on" } else { "rail-link" }><Icon shape=Shape::Pipe/> <span>"Pipelines"</span></A>
            <A href="/clusters" attr:class=move || if in_clusters() { "rail-link on" } else { "rail-link" } attr:data-test="clusters"><Icon shape=Shape::Servers/> <span>"Clusters"</span></A>
            <div class="sp"></div>
            <button
                type="button"
                class="rail-link theme"
                aria-label=move || if theme.is_dark() { "Switch to light" } else { "Switch to dark" }
                data-test="theme"
                on:click=move |_| theme.switch()
            >
                {move || view! { <Icon shape=if theme.is_dark() { Shape::Sun } else { Shape::Moon }/> }}
                <span>{move || if theme.is_dark() { "Light" } else { "Dark" }}</span>
            </button>
            <A href="/settings" attr:class="rail-link settings" attr:aria-label="Settings"><Icon shape=Shape::Settings/> <span>"Settings"</span></A>
            <small>{facts}</small>
        </nav>
    }
}

/// Figures that stand still must not look alive.
#[component]
fn LostBanner() -> impl IntoView {
    let connection = Connection::expect();
    view! {
        <Show when=move || connection.is_lost()>
            <div class="banner" role="alert" data-test="lost">
                <span class="spin"></span>
                "The line to the studio is broken: figures on this page stand still. Trying again…"
            </div>
        </Show>
    }
}
