//! What an error means, from the tables of `shared::explain`: cause and fix, asked of nobody.

use super::Prose;
use leptos::prelude::*;
use shared::explain::{Explanation, explain};

/// One error that is known: what it means, and what to do.
#[component]
pub fn ExplanationCard(one: Explanation) -> impl IntoView {
    let field = (!one.path.is_empty()).then(|| view! { <dt>"Field"</dt> <dd><code>{one.path}</code></dd> });
    view! {
        <div class="card">
            <header><h3>{one.title}</h3> <span class="tag">{one.system.name()}</span></header>
            <div class="in">
                <dl class="facts">
                    <dt>"Said"</dt> <dd><code>{one.quote}</code></dd>
                    <dt>"Cause"</dt> <dd><Prose text=one.cause/></dd>
                    <dt>"What to do"</dt> <dd><Prose text=one.fix/></dd>
                    {field}
                </dl>
            </div>
        </div>
    }
}

/// Explains an error text when asked to.
#[component]
pub fn Explain(#[prop(into)] text: String) -> impl IntoView {
    let open = RwSignal::new(false);
    let known = Memo::new(move |_| if open.get() { explain(&text) } else { Vec::new() });
    let answer = move || {
        if known.with(Vec::is_empty) {
            view! { <p class="help">"Nothing in it is known to this studio."</p> }.into_any()
        } else {
            known.get().into_iter().map(|one| view! { <ExplanationCard one=one/> }).collect_view().into_any()
        }
    };
    view! {
        <details class="fold small" on:toggle=move |_| open.update(|open| *open = !*open)>
            <summary data-test="explain">"Explain"</summary>
            <div class="stack" data-test="explained" aria-live="polite"><Show when=move || open.get()>{answer}</Show></div>
        </details>
    }
}
