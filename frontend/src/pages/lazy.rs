//! Pages whose code does not come with the first screen. The browser fetches it when such a page is opened, or before that, when it
//! has nothing else to do. `cargo xtask` cuts the program at the functions marked here: what only they reach is in files of its own.

use super::{clusters, editor, launch, run};
use crate::{
    browser,
    components::{Icon, Shape, Top},
};
use futures::FutureExt;
use gloo_timers::future::TimeoutFuture;
use leptos::{
    prelude::*,
    task::spawn_local,
    wasm_split::{SplitLoaderError, wasm_split},
};

/// The first screen's own requests go first, milliseconds.
const FIRST_SCREEN_MS: u32 = 1_000;

#[derive(Clone, Copy)]
pub enum EditorPage {
    New,
    Saved,
}

#[derive(Clone, Copy)]
pub enum OperatePage {
    Run,
    Launch,
    Clusters,
    Cluster,
}

#[wasm_split(editor, wasm_split_path = ::leptos::wasm_split, fallible, preload(fetch_editor))]
fn editor_page(page: EditorPage) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        EditorPage::New => view! { <editor::NewPage/> }.into_any(),
        EditorPage::Saved => view! { <editor::EditPage/> }.into_any(),
    })
}

#[wasm_split(operate, wasm_split_path = ::leptos::wasm_split, fallible, preload(fetch_operate))]
fn operate_page(page: OperatePage) -> Result<AnyView, SplitLoaderError> {
    Ok(match page {
        OperatePage::Run => view! { <run::RunPage/> }.into_any(),
        OperatePage::Launch => view! { <launch::LaunchPage/> }.into_any(),
        OperatePage::Clusters => view! { <clusters::ClustersPage/> }.into_any(),
        OperatePage::Cluster => view! { <clusters::ClusterPage/> }.into_any(),
    })
}

pub fn show_editor(page: EditorPage) -> AnyView {
    once_fetched(fetch_editor, move || editor_page(page))
}

pub fn show_operate(page: OperatePage) -> AnyView {
    once_fetched(fetch_operate, move || operate_page(page))
}

/// Fetches the code of all pages, so that nobody waits for it later.
pub fn fetch_when_idle() {
    spawn_local(async {
        TimeoutFuture::new(FIRST_SCREEN_MS).await;
        // What fails is tried again, and told, when its page is opened.
        browser::idle().await;
        let _ = fetch_operate().await;
        browser::idle().await;
        let _ = fetch_editor().await;
    });
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Code {
    OnItsWay,
    Here,
    Missing,
}

/// The page, at once when its code is here.
fn once_fetched<Fetch, Page>(fetch: fn() -> Fetch, page: impl Fn() -> Page + Copy + Send + 'static) -> AnyView
where
    Fetch: Future<Output = Result<(), SplitLoaderError>> + 'static,
    Page: Future<Output = Result<AnyView, SplitLoaderError>>,
{
    // Waits for nothing but the code.
    let now = move || page().now_or_never().and_then(Result::ok);
    if let Some(page) = now() {
        return page;
    }
    let code = RwSignal::new(Code::OnItsWay);
    let fetch = move || {
        code.set(Code::OnItsWay);
        spawn_local(async move {
            let fetched = fetch().await;
            let _ = code.try_set(if fetched.is_ok() { Code::Here } else { Code::Missing });
        });
    };
    fetch();
    let shown = move || match code.get() {
        Code::OnItsWay => view! { <OnItsWay/> }.into_any(),
        Code::Here => now().unwrap_or_else(|| view! { <Missing on_retry=fetch/> }.into_any()),
        Code::Missing => view! { <Missing on_retry=fetch/> }.into_any(),
    };
    shown.into_any()
}

#[component]
fn OnItsWay() -> impl IntoView {
    view! {
        <Top title="Loading…"/>
        <div class="page" role="status" aria-label="Loading the page" data-test="code-on-its-way">
            <span class="skeleton" style="width:30%;height:18px"></span>
            <span class="skeleton" style="width:70%"></span>
            <span class="skeleton" style="width:60%"></span>
        </div>
    }
}

#[component]
fn Missing(on_retry: impl Fn() + 'static) -> impl IntoView {
    view! {
        <Top title="Not loaded"/>
        <div class="page">
            <div class="card empty" role="alert" data-test="code-missing">
                <Icon shape=Shape::Warning size=26/>
                <b>"This page could not be fetched from the studio"</b>
                <p>"Either the studio does not answer, or it is another version by now: then load it again. Unsaved changes are kept."</p>
                <div class="buttons">
                    <button type="button" class="btn" data-test="retry" on:click=move |_| on_retry()>"Try again"</button>
                    <button type="button" class="btn" data-test="reload" on:click=|_| browser::reload()>"Load the studio again"</button>
                </div>
            </div>
        </div>
    }
}
