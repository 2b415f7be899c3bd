//! A short list of actions under a button.

use super::{Icon, Shape};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// Opens on click; closes on a choice, on Escape, and on a click elsewhere. `children` are buttons and links with
/// `role="menuitem"`, made anew each time it opens.
#[component]
pub fn Menu(#[prop(into)] label: String, children: ChildrenFn) -> impl IntoView {
    let open = RwSignal::new(false);
    let root: NodeRef<html::Div> = NodeRef::new();
    let button: NodeRef<html::Button> = NodeRef::new();
    let outside = window_event_listener(ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if open.get_untracked() && root.get_untracked().is_some_and(|root| !root.contains(target.as_ref())) {
            open.set(false);
        }
    });
    on_cleanup(move || outside.remove());
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Escape" if open.get_untracked() => {
            open.set(false);
            if let Some(button) = button.get_untracked() {
                let _ = button.focus();
            }
        }
        "ArrowDown" | "ArrowUp" if open.get_untracked() => {
            event.prevent_default();
            move_focus(root, if event.key() == "ArrowDown" { 1 } else { -1 });
        }
        _ => {}
    };
    view! {
        <div class="menu" node_ref=root on:keydown=on_key>
            <button
                type="button"
                class="btn q icon"
                node_ref=button
                aria-label=label
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                <Icon shape=Shape::Dots size=18/>
            </button>
            <Show when=move || open.get()>
                <div class="menu-list" role="menu" on:click=move |_| open.set(false)>{children()}</div>
            </Show>
        </div>
    }
}

/// Focus goes to the next or previous item, around the ends.
fn move_focus(root: NodeRef<html::Div>, step: i32) {
    let Some(root) = root.get_untracked() else { return };
    let Ok(items) = root.query_selector_all("[role=menuitem]:not(:disabled)") else { return };
    let count = i32::try_from(items.length()).unwrap_or(0);
    if count == 0 {
        return;
    }
    let active = document().active_element();
    let at = (0..count).find(|i: &i32| items.item(i.unsigned_abs()).as_ref() == active.as_deref());
    let next = at.map_or(if step > 0 { 0 } else { count - 1 }, |at| (at + step).rem_euclid(count));
    if let Some(item) = items.item(next.unsigned_abs()).and_then(|item| item.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = item.focus();
    }
}
