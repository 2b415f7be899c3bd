//! What the document means, beside the form: a row followed, the sinks, a change rehearsed, the routing table, the files, the findings.

mod files;
mod findings;
mod follow;
mod ksql_row;
mod rehearse;
mod routes;
mod schema_change;
mod sink_side;
mod sinks;
mod spread;

use super::state::Editor;
use crate::components::{Icon, Shape, Tabs};
use files::FilesTab;
use findings::FindingsTab;
use follow::FollowTab;
use leptos::prelude::*;
use rehearse::{Draft, RehearseTab};
use routes::RoutesTab;
use sinks::SinksTab;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tab {
    Follow,
    Sinks,
    Rehearse,
    Routes,
    Files,
    Findings,
}

#[component]
pub fn TruthPanel() -> impl IntoView {
    let editor = Editor::expect();
    let tab = RwSignal::new(Tab::Follow);
    let draft = Draft::new();
    let badge = move |of: Tab| match of {
        Tab::Findings => {
            let count = editor.analysis.said.with(Vec::len);
            let class = if editor.analysis.errors() > 0 { "bad" } else { "warn" };
            (count > 0).then(|| (count.to_string(), class))
        }
        _ => None,
    };
    let body = move || match tab.get() {
        Tab::Follow => view! { <FollowTab/> }.into_any(),
        Tab::Sinks => view! { <SinksTab/> }.into_any(),
        Tab::Rehearse => view! { <RehearseTab draft=draft/> }.into_any(),
        Tab::Routes => view! { <RoutesTab/> }.into_any(),
        Tab::Files => view! { <FilesTab/> }.into_any(),
        Tab::Findings => view! { <FindingsTab/> }.into_any(),
    };
    view! {
        <aside class="truth" aria-label="What the document means" data-test="truth">
            <div>
                <Tabs
                    label="What the document means"
                    options=vec![(Tab::Follow, "Follow"), (Tab::Sinks, "Sinks"), (Tab::Rehearse, "Rehearse"), (Tab::Routes, "Routing"), (Tab::Files, "Files"), (Tab::Findings, "Findings")]
                    chosen=tab
                    on_choose=move |chosen| tab.set(chosen)
                    badge=badge
                />
                <div class="in" role="tabpanel">{body}</div>
            </div>
        </aside>
    }
}

/// Where rows would be, before any table is known.
#[component]
fn NoTables() -> impl IntoView {
    view! {
        <div class="empty">
            <Icon shape=Shape::Database size=24/>
            <b>"No tables yet"</b>
            <p>"Load the source's tables, or paste CREATE TABLE text (step Tables), to see where every row goes."</p>
        </div>
    }
}
