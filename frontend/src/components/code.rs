//! Text to copy: commands, files.

use super::{Icon, Shape};
use crate::{browser, state::Toasts};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

/// Copies `text`; `label` says what, for people who do not see the icon.
#[component]
pub fn CopyButton(#[prop(into)] text: Signal<String>, #[prop(into)] label: String) -> impl IntoView {
    let toasts = Toasts::expect();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let text = text.get_untracked();
        spawn_local(async move {
            if browser::copy(&text).await {
                copied.set(true);
                TimeoutFuture::new(1_600).await;
                let _ = copied.try_set(false);
            } else {
                toasts.bad("The browser did not allow copying: select the text instead");
            }
        });
    };
    view! {
        <button type="button" class="btn q s" on:click=copy aria-label=format!("Copy {label}")>
            {move || view! { <Icon shape=if copied.get() { Shape::Check } else { Shape::Copy } size=14/> }}
            {move || if copied.get() { "Copied" } else { "Copy" }}
        </button>
    }
}

/// A titled block of text with a copy button, and a download button when it has a file name.
#[component]
pub fn CodeBlock(
    #[prop(into)] title: String,
    #[prop(into)] text: Signal<String>,
    /// Offers the text as a file of this name.
    #[prop(optional, into)]
    file: Option<String>,
    /// Long lines are broken: for commands.
    #[prop(optional)]
    wrap: bool,
) -> impl IntoView {
    let copy_label = title.clone();
    let download = file.map(|file| {
        let label = format!("Download {file}");
        view! {
            <button type="button" class="btn q s" aria-label=label on:click=move |_| browser::download(&file, &text.get_untracked())>
                <Icon shape=Shape::Download size=14/> "Save"
            </button>
        }
    });
    view! {
        <section class="code" class:wrap=wrap>
            <header><span class="grow">{title}</span>{download}<CopyButton text=text label=copy_label/></header>
            <pre tabindex="0">{move || text.get()}</pre>
        </section>
    }
}
