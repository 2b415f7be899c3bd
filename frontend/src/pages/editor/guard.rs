//! Unsaved changes: asked about before they are left behind.

use super::state::Editor;
use crate::components::Confirm;
use leptos::{ev, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{HtmlAnchorElement, MouseEvent};

/// Asks before a link leads out of the editor, and has the browser ask before the page is closed.
#[component]
pub fn LeaveGuard() -> impl IntoView {
    let editor = Editor::expect();
    let navigate = use_navigate();
    let asking = RwSignal::new(false);
    let wanted = RwSignal::new(String::new());

    let closing = window_event_listener(ev::beforeunload, move |event| {
        if editor.dirty_now() {
            event.prevent_default();
        }
    });
    on_cleanup(move || closing.remove());

    // Before the router sees the click: it listens on the window, after this.
    let on_click = Closure::<dyn Fn(MouseEvent)>::new(move |event: MouseEvent| {
        if let Some(target) = way_out(&event)
            && editor.dirty_now()
        {
            event.prevent_default();
            event.stop_propagation();
            wanted.set(target);
            asking.set(true);
        }
    });
    let _ = document().add_event_listener_with_callback_and_bool("click", on_click.as_ref().unchecked_ref(), true);
    let on_click = StoredValue::new_local(Some(on_click));
    on_cleanup(move || {
        let _ = on_click.try_update_value(|held| {
            if let Some(closure) = held.take() {
                let _ = document().remove_event_listener_with_callback_and_bool("click", closure.as_ref().unchecked_ref(), true);
            }
        });
    });
    let leave = move |()| {
        editor.discard();
        navigate(&wanted.get_untracked(), NavigateOptions::default());
    };
    view! {
        <Confirm
            open=asking
            title="Leave without saving?"
            text="This pipeline has changes that are not saved. Leaving throws them away."
            yes="Leave without saving"
            no="Keep editing"
            on_yes=leave
        />
    }
}

/// Where a click on a link of ours leads, if it is another page and opens here.
fn way_out(event: &MouseEvent) -> Option<String> {
    if event.button() != 0 || event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key() {
        return None;
    }
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let link = target.closest("a[href]").ok()??.dyn_into::<HtmlAnchorElement>().ok()?;
    let here = window().location();
    let same_page = link.pathname() == here.pathname().ok()?;
    let ours =
        link.origin() == here.origin().ok()? && link.target().is_empty() && link.rel() != "external" && !link.has_attribute("download");
    (ours && !same_page).then(|| format!("{}{}", link.pathname(), link.search()))
}
