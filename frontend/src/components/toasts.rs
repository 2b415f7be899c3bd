//! Draws [`Toasts`] in the corner; read out by screen readers when they appear.

use super::{Icon, Prose, Shape};
use crate::state::{Toast, Toasts, Tone};
use leptos::prelude::*;

#[component]
pub fn ToastList() -> impl IntoView {
    let toasts = Toasts::expect();
    let draw = move |toast: Toast| {
        let (class, shape) = match toast.tone {
            Tone::Good => ("toast ok", Shape::Check),
            Tone::Bad => ("toast bad", Shape::Bad),
        };
        let detail = (!toast.detail.is_empty()).then(|| view! { <small>{toast.detail.clone()}</small> });
        view! {
            <div class=class data-test="toast">
                <Icon shape=shape/>
                <div><Prose text=toast.text.clone()/>{detail}</div>
                <button type="button" class="btn q s icon" aria-label="Dismiss" on:click=move |_| toasts.dismiss(toast.id)><Icon shape=Shape::Close size=14/></button>
            </div>
        }
    };
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.list() key=|toast| toast.id children=draw/>
        </div>
    }
}
