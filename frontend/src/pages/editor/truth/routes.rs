//! Every matched table with its topic, partition rule and key.

use super::NoTables;
use crate::{
    components::{Icon, Shape},
    pages::editor::state::Editor,
};
use leptos::prelude::*;
use shared::{dispatch::RoutePreview, figures};

/// Lines drawn at most; the filter finds the rest.
const MOST: usize = 200;

fn wanted(route: &RoutePreview, text: &str) -> bool {
    route.matched
        && route.eligible
        && (text.is_empty() || route.table.contains(text) || route.schema.contains(text) || route.topic.contains(text))
}

#[component]
pub fn RoutesTab() -> impl IntoView {
    let editor = Editor::expect();
    let filter = RwSignal::new(String::new());
    let count = Memo::new(move |_| {
        let text = filter.get();
        editor.analysis.routes.with(|routes| routes.iter().filter(|route| wanted(route, &text)).count())
    });
    let rows = move || {
        let text = filter.get();
        editor
            .analysis
            .routes
            .with(|routes| routes.iter().filter(|route| wanted(route, &text)).take(MOST).map(|route| row(editor, route)).collect_view())
    };
    view! {
        <Show when=move || editor.catalogue.tables.with(|tables| !tables.is_empty()) fallback=|| view! { <NoTables/> }>
            <div class="search">
                <Icon shape=Shape::Search size=15/>
                <input type="search" class="input" placeholder="Filter tables and topics" aria-label="Filter tables and topics" prop:value=move || filter.get() on:input:target=move |event| filter.set(event.target().value())/>
            </div>
            <div class="matched scroll-x">
                <table class="routes" data-test="routes">
                    <thead><tr><th scope="col">"Table"</th><th scope="col">"Topic"</th><th scope="col">"Partition"</th><th scope="col">"Key"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <Show when=move || { count.get() > MOST }><p class="help">"and " {move || figures::count((count.get() - MOST) as u64)} " more"</p></Show>
            <Show when=move || count.get() == 0><p class="help">"No table is matched by the filter rules."</p></Show>
        </Show>
    }
}

fn row(editor: Editor, route: &RoutePreview) -> impl IntoView + use<> {
    let name = format!("{}.{}", route.schema, route.table);
    let (chosen, shown) = (name.clone(), name.clone());
    let rule = if route.partition_columns.is_empty() || route.partition_columns == route.key_columns {
        route.partition_rule.clone()
    } else {
        format!("{} ({})", route.partition_rule, route.partition_columns.join(", "))
    };
    view! {
        <tr class:sel=move || editor.catalogue.chosen.with(|known| known.as_ref() == Some(&chosen))>
            <td><button type="button" class="pick mono" on:click=move |_| editor.catalogue.chosen.set(Some(name.clone()))>{shown}</button></td>
            <td class="mono">{route.topic.clone()}</td>
            <td class="mono dim">{rule}</td>
            <td class="mono dim">{route.key_columns.join(", ")}</td>
        </tr>
    }
}
