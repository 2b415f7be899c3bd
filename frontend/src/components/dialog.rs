//! Questions before something happens. The native dialog traps focus and closes on Escape.

use super::Prose;
use leptos::{ev, html, prelude::*};

/// Shown while `open`; Escape closes it. `wide` gives room for more than a question.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(optional)] wide: bool,
    children: Children,
) -> impl IntoView {
    let node: NodeRef<html::Dialog> = NodeRef::new();
    Effect::new(move || {
        let Some(dialog) = node.get() else { return };
        if open.get() {
            // Fails only when it is open already.
            let _ = dialog.show_modal();
        } else {
            dialog.close();
        }
    });
    view! {
        <dialog class="dialog" class:wide=wide node_ref=node aria-label=move || title.get() on:close=move |_: ev::Event| open.set(false)>
            <div>
                <h2>{move || title.get()}</h2>
                {children()}
            </div>
        </dialog>
    }
}

/// A question with one way on and one way back.
#[component]
pub fn Confirm(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    /// What will happen, in full.
    #[prop(into)]
    text: Signal<String>,
    #[prop(into)] yes: String,
    #[prop(into, default = "Cancel".to_owned())] no: String,
    #[prop(default = true)] danger: bool,
    #[prop(into)] on_yes: Callback<()>,
) -> impl IntoView {
    view! {
        <Dialog open=open title=title>
            <p>{move || view! { <Prose text=text.get()/> }}</p>
            <div class="buttons">
                <button type="button" class="btn" data-test="confirm-no" on:click=move |_| open.set(false)>{no}</button>
                <button
                    type="button"
                    class="btn p"
                    class:danger=danger
                    data-test="confirm-yes"
                    on:click=move |_| {
                        open.set(false);
                        on_yes.run(());
                    }
                >
                    {yes}
                </button>
            </div>
        </Dialog>
    }
}
