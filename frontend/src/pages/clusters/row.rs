//! One changefeed, connector or query of a cluster.

use super::{Watched, items::Selection};
use crate::{
    api,
    components::{DeadLetterChip, FindingNote, PartChip},
    rules,
    state::{KeptDrafts, Toasts},
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, components::A, hooks::use_navigate};

#[component]
pub fn ItemRow(watched: Watched, selection: Selection, id: String) -> impl IntoView {
    let toasts = Toasts::expect();
    let drafts = KeptDrafts::expect();
    let navigate = StoredValue::new(use_navigate());
    let opening = RwSignal::new(false);
    let wanted = id.clone();
    let item = Memo::new(move |_| watched.read(|detail| detail.items.iter().find(|item| item.id == wanted).cloned()).flatten());
    let key = StoredValue::new(id.clone());
    let is_chosen = move || selection.chosen.with(|chosen| chosen.contains(&key.get_value()));
    let choose = move |on: bool| {
        selection.chosen.update(|chosen| {
            if on {
                chosen.insert(key.get_value())
            } else {
                chosen.remove(&key.get_value())
            };
        });
    };
    let open = move |_| {
        opening.set(true);
        spawn_local(async move {
            match api::open_item(&watched.id(), &key.get_value()).await {
                Ok(opened) => {
                    drafts.open(opened);
                    navigate.get_value()("/pipelines/new", NavigateOptions::default());
                }
                Err(failure) => toasts.failed("open it as a document", &failure),
            }
            let _ = opening.try_set(false);
        });
    };
    let state = move || {
        item.with(|item| item.as_ref().map(|item| view! { <PartChip state=item.status.state text=item.status.state_text.clone()/> <DeadLetterChip count=item.status.dead_letters/> }))
    };
    let name = move || item.with(|item| item.as_ref().map(|item| item.status.name.clone()));
    let figures = move || {
        let figures = item.with(|item| item.as_ref().map(|item| rules::part_figures(&item.status)).unwrap_or_default());
        let figure = |(label, value): (&'static str, String)| view! { <span>{label} " " <b>{value}</b></span> };
        figures.into_iter().map(figure).collect_view()
    };
    let findings = move || {
        let findings = item.with(|item| item.as_ref().map(|item| item.status.findings.clone()).unwrap_or_default());
        findings.into_iter().map(|finding| view! { <FindingNote finding=finding/> }).collect_view()
    };
    let pipeline = move || match item.with(|item| item.as_ref().and_then(|item| item.pipeline.clone())) {
        Some(name) => view! { <A href=api::pipeline_path(&name, "")>{name.clone()}</A> }.into_any(),
        None => view! { <span class="dim">"made elsewhere"</span> }.into_any(),
    };
    view! {
        <tr class:sel=is_chosen data-test=format!("item-{id}")>
            <td class="tick"><input type="checkbox" aria-label=format!("Choose {id}") data-test=format!("choose-{id}") prop:checked=is_chosen on:change:target=move |event| choose(event.target().checked())/></td>
            <td class="head"><div><b>{name}</b><div class="finds">{findings}</div></div></td>
            <td data-label="State"><div>{state}</div></td>
            <td data-label="Figures"><div class="part-figures">{figures}</div></td>
            <td data-label="Pipeline"><div>{pipeline}</div></td>
            <td class="open">
                <button type="button" class="btn s" data-test=format!("open-{id}") disabled=move || opening.get() on:click=open>"Open as document"</button>
            </td>
        </tr>
    }
}
