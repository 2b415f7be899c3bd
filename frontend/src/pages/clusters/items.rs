//! Everything on a cluster: filter, selection, and one action on many.

use super::{Watched, bulk::BulkBar, nothing, row::ItemRow};
use crate::{
    components::{Icon, Shape},
    rules,
};
use leptos::prelude::*;
use shared::{api::ActionResult, figures};
use std::collections::BTreeSet;

/// More rows than a person reads would only slow the page.
const MOST_ROWS: usize = 200;

/// What the user chose, and what became of the last action.
#[derive(Clone, Copy)]
pub struct Selection {
    pub chosen: RwSignal<BTreeSet<String>>,
    pub results: RwSignal<Vec<ActionResult>>,
}

#[component]
pub fn ItemsCard(watched: Watched) -> impl IntoView {
    let filter = RwSignal::new(String::new());
    let selection = Selection { chosen: RwSignal::new(BTreeSet::new()), results: RwSignal::new(Vec::new()) };
    let ids = Memo::new(move |_| {
        let wanted = filter.get().to_lowercase();
        watched
            .read(|detail| {
                let matched = detail.items.iter().filter(|item| rules::is_item_wanted(item, &wanted));
                matched.map(|item| item.id.clone()).collect::<Vec<_>>()
            })
            .unwrap_or_default()
    });
    // What is gone, or not shown, is not chosen.
    Effect::new(move || {
        let ids = ids.get();
        if selection.chosen.with_untracked(|chosen| chosen.iter().any(|id| !ids.contains(id))) {
            selection.chosen.update(|chosen| chosen.retain(|id| ids.contains(id)));
        }
    });
    let total = Memo::new(move |_| watched.read(|detail| detail.items.len()).unwrap_or_default());
    let noun = move || {
        watched.read(|detail| figures::counted(detail.items.len() as u64, rules::items_noun(detail.cluster.kind))).unwrap_or_default()
    };
    let shown = move || ids.with(|ids| ids.iter().take(MOST_ROWS).cloned().collect::<Vec<_>>());
    let more = move || ids.with(Vec::len).saturating_sub(MOST_ROWS);
    let all_chosen = move || ids.with(|ids| !ids.is_empty() && selection.chosen.with(|chosen| ids.iter().all(|id| chosen.contains(id))));
    let choose_all = move |on: bool| selection.chosen.set(if on { ids.get_untracked().into_iter().collect() } else { BTreeSet::new() });
    let table = move || {
        view! {
            <table class="items stack">
                <thead>
                    <tr>
                        <th scope="col" class="tick"><input type="checkbox" aria-label="All of them" data-test="choose-all" prop:checked=all_chosen on:change:target=move |event| choose_all(event.target().checked())/></th>
                        <th scope="col">"Name"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Figures"</th>
                        <th scope="col">"Pipeline"</th>
                        <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody><For each=shown key=Clone::clone children=move |id| view! { <ItemRow watched=watched selection=selection id=id/> }/></tbody>
            </table>
            <Show when=move || { more() > 0 }><p class="in-pad dim">"and " {more} " more: filter to narrow them."</p></Show>
        }
    };
    let body = move || {
        if total.get() == 0 {
            nothing("Nothing runs there", "What is made on it, here or elsewhere, shows up.").into_any()
        } else if ids.with(Vec::is_empty) {
            nothing("Nothing matches the filter", "").into_any()
        } else {
            table().into_any()
        }
    };
    view! {
        <section class="card">
            <header>
                <h2>{noun}</h2>
                <span class="grow"></span>
                <div class="search">
                    <Icon shape=Shape::Search size=15/>
                    <input
                        type="search"
                        class="input"
                        placeholder="Filter"
                        aria-label="Filter by name, state or pipeline"
                        data-test="filter-items"
                        prop:value=move || filter.get()
                        on:input:target=move |event| filter.set(event.target().value())
                    />
                </div>
            </header>
            <BulkBar watched=watched selection=selection/>
            {body}
        </section>
    }
}
