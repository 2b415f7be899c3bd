//! One action on many items: asked about with their names, answered item by item.

use super::{Watched, items::Selection};
use crate::{
    api,
    components::{Dialog, FindingNote, Icon, Shape},
    rules,
    state::Toasts,
};
use leptos::{prelude::*, task::spawn_local};
use shared::{
    api::{ActionResult, PartAction},
    figures,
};

const ACTIONS: [PartAction; 3] = [PartAction::Pause, PartAction::Resume, PartAction::Remove];

#[component]
pub fn BulkBar(watched: Watched, selection: Selection) -> impl IntoView {
    let toasts = Toasts::expect();
    let open = RwSignal::new(false);
    let action = RwSignal::new(PartAction::Pause);
    let busy = RwSignal::new(false);
    let count = Memo::new(move |_| selection.chosen.with(|chosen| chosen.len()));
    let run = move |_| {
        open.set(false);
        busy.set(true);
        let items: Vec<String> = selection.chosen.get_untracked().into_iter().collect();
        let action = action.get_untracked();
        spawn_local(async move {
            match api::act_on_items(&watched.id(), action, items).await {
                Ok(results) => {
                    let _ = selection.results.try_set(results);
                    watched.fetch();
                }
                Err(failure) => toasts.failed(&rules::action_text(action).to_lowercase(), &failure),
            }
            let _ = busy.try_set(false);
        });
    };
    let button = move |one: PartAction| {
        let ask = move |_| {
            action.set(one);
            open.set(true);
        };
        let disabled = move || busy.get() || count.get() == 0 || !can(watched, selection, one);
        view! {
            <button type="button" class="btn s" class:danger=!rules::is_harmless(one) data-test=format!("bulk-{}", rules::action_test(one)) disabled=disabled on:click=ask>
                {rules::action_text(one)}"…"
            </button>
        }
    };
    let title = Signal::derive(move || format!("{} {}?", rules::action_text(action.get()), figures::count(count.get() as u64)));
    let names = move || selection.chosen.get().into_iter().map(|id| view! { <li><code>{id}</code></li> }).collect_view();
    let what = move || {
        let kind = watched.read(|detail| detail.items.first().map(|item| item.status.kind)).flatten();
        kind.filter(|_| action.get() == PartAction::Remove).map(|kind| view! { <p>{rules::what_remove_does(kind)}</p> })
    };
    view! {
        <Show when=move || { count.get() > 0 || busy.get() }>
            <div class="bulk" role="group" aria-label="Act on the chosen ones">
                <span data-test="chosen-count">{move || figures::count(count.get() as u64)} " chosen"</span>
                {move || busy.get().then(|| view! { <span class="spin"></span> })}
                {ACTIONS.map(button)}
            </div>
        </Show>
        <Results selection=selection/>
        <Dialog open=open title=title>
            {what}
            <ul class="bulk-names" data-test="bulk-names">{names}</ul>
            <div class="buttons">
                <button type="button" class="btn" data-test="confirm-no" on:click=move |_| open.set(false)>"Cancel"</button>
                <button type="button" class="btn p" class:danger=move || !rules::is_harmless(action.get()) data-test="confirm-yes" on:click=run>
                    {move || rules::action_text(action.get())}
                </button>
            </div>
        </Dialog>
    }
}

/// Whether any chosen item takes the action now.
fn can(watched: Watched, selection: Selection, action: PartAction) -> bool {
    let any = |chosen: &std::collections::BTreeSet<String>| {
        watched.read(|detail| detail.items.iter().any(|item| chosen.contains(&item.id) && item.status.actions.contains(&action)))
    };
    selection.chosen.with(any).unwrap_or(false)
}

/// What became of the last action, item by item.
#[component]
fn Results(selection: Selection) -> impl IntoView {
    let line = |result: ActionResult| {
        let outcome = match result.finding {
            Some(finding) => view! { <FindingNote finding=finding/> }.into_any(),
            None => view! { <span class="ok-text">"done"</span> }.into_any(),
        };
        view! { <li data-test=format!("result-{}", result.item)><code>{result.item.clone()}</code> {outcome}</li> }
    };
    view! {
        <Show when=move || !selection.results.with(Vec::is_empty)>
            <div class="bulk-results" role="status" data-test="bulk-results">
                <ul>{move || selection.results.get().into_iter().map(line).collect_view()}</ul>
                <button type="button" class="btn q s icon" aria-label="Dismiss" on:click=move |_| selection.results.set(Vec::new())><Icon shape=Shape::Close size=14/></button>
            </div>
        </Show>
    }
}
