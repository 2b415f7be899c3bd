//! Options that come in lists: event filters, column selectors. Each entry is a card with all its options.

use super::field::value_field;
use crate::{
    components::{Icon, Shape},
    pages::editor::state::Editor,
    rules,
};
use leptos::prelude::*;

#[component]
pub fn ListPart(
    /// As in the model of options, e.g. `filter.event-filters[]`.
    section: &'static str,
    title: &'static str,
    lead: &'static str,
) -> impl IntoView {
    let editor = Editor::expect();
    let path = rules::list_path(section);
    let (counted, added) = (path.clone(), path.clone());
    let count = Memo::new(move |_| editor.document.with(|document| rules::list_len(document, &counted)));
    let add = move |_| {
        let entry = format!("{added}[{}]", count.get_untracked());
        editor.document.update(|document| rules::add_entry(document, &entry));
    };
    let card = move |at: usize| {
        let entry = format!("{path}[{at}]");
        let removed = entry.clone();
        let fields = rules::options_of(section).map(|key| value_field(key, format!("{entry}.{}", key.name), || ())).collect_view();
        view! {
            <div class="disp" role="group" aria-label=format!("{title} {}", at + 1)>
                <header>
                    <span class="grow">{format!("{}", at + 1)}</span>
                    <button
                        type="button"
                        class="btn q s icon"
                        aria-label=format!("Remove number {} of {title}", at + 1)
                        on:click=move |_| editor.document.update(|document| rules::remove_entry(document, &removed))
                    >
                        <Icon shape=Shape::Close size=16/>
                    </button>
                </header>
                <div class="fields">{fields}</div>
            </div>
        }
    };
    view! {
        <section>
            <div><h3>{title}</h3><p class="lead">{lead}</p></div>
            <div class="rows"><For each=move || 0..count.get() key=|at| *at children=card/></div>
            <div class="buttons"><button type="button" class="btn" data-test=format!("add-{section}") on:click=add><Icon shape=Shape::Plus size=14/> "Add"</button></div>
        </section>
    }
}
