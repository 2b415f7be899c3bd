//! The table of pipelines: filter, loading, empty and error states.

use super::{Pipelines, row::PipelineRow};
use crate::{
    browser,
    components::{FailurePanel, Icon, Shape},
    state::Load,
};
use leptos::{ev, html, prelude::*};
use shared::api::PipelineSummary;

/// What the list shows in place of, or around, its rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting,
    Failed,
    Empty,
    NoMatch,
    Rows,
}

#[component]
pub fn PipelineList(pipelines: Pipelines) -> impl IntoView {
    let filter = RwSignal::new(String::new());
    let names = Memo::new(move |_| {
        let wanted = filter.get().to_lowercase();
        pipelines.0.with(|known| {
            let list = known.ready().map_or(&[][..], Vec::as_slice);
            list.iter().filter(|line| matches(line, &wanted)).map(|line| line.name.clone()).collect::<Vec<_>>()
        })
    });
    let phase = Memo::new(move |_| {
        pipelines.0.with(|known| match known {
            Load::Waiting => Phase::Waiting,
            Load::Failed(_) => Phase::Failed,
            Load::Ready(list) if list.is_empty() => Phase::Empty,
            Load::Ready(_) if names.with(Vec::is_empty) => Phase::NoMatch,
            Load::Ready(_) => Phase::Rows,
        })
    });
    let body = move || {
        match phase.get() {
        Phase::Waiting => skeleton().into_any(),
        Phase::Failed => pipelines.0.with_untracked(|known| match known {
            Load::Failed(failure) => {
                let retry = move |()| {
                    pipelines.0.set(Load::Waiting);
                    pipelines.fetch();
                };
                view! { <FailurePanel title="The pipelines could not be fetched" failure=failure.clone() on_retry=retry/> }.into_any()
            }
            _ => ().into_any(),
        }),
        Phase::Empty => view! {
            <div class="empty">
                <Icon shape=Shape::Pipe size=26/>
                <b>"No pipelines yet"</b>
                <p>"Start the playground to see rows flow within seconds, or build a pipeline from your own database."</p>
            </div>
        }
        .into_any(),
        Phase::NoMatch => view! {
            <div class="empty">
                <Icon shape=Shape::Search size=26/>
                <b>"No pipeline matches the filter"</b>
                <div class="buttons"><button type="button" class="btn" on:click=move |_| filter.set(String::new())>"Show all"</button></div>
            </div>
        }
        .into_any(),
        Phase::Rows => view! {
            <table class="pipelines stack">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Source"</th>
                        <th scope="col">"Goes to"</th>
                        <th scope="col">"State"</th>
                        <th scope="col" class="num">"rows/s"</th>
                        <th scope="col">"last 10 min"</th>
                        <th scope="col" class="num">"lag"</th>
                        <th scope="col"><span class="visually-hidden">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || names.get() key=Clone::clone children=move |name| view! { <PipelineRow name=name pipelines=pipelines/> }/>
                </tbody>
            </table>
        }
        .into_any(),
    }
    };
    let search: NodeRef<html::Input> = NodeRef::new();
    // "/" goes to the filter, as in many tools; not while something is being typed.
    let shortcut = window_event_listener(ev::keydown, move |event| {
        if event.key() == "/"
            && !browser::is_typing()
            && let Some(search) = search.get_untracked()
        {
            event.prevent_default();
            let _ = search.focus();
        }
    });
    on_cleanup(move || shortcut.remove());
    let countless = move || matches!(phase.get(), Phase::Waiting | Phase::Failed | Phase::Empty);
    view! {
        <section class="card" aria-busy=move || (phase.get() == Phase::Waiting).to_string()>
            <header>
                <h2>"Pipelines"</h2>
                <span class="grow"></span>
                <Show when=move || !countless()>
                    <div class="search">
                        <Icon shape=Shape::Search size=15/>
                        <input
                            node_ref=search
                            type="search"
                            aria-keyshortcuts="/"
                            class="input"
                            placeholder="Filter"
                            aria-label="Filter pipelines by name, source, target or state"
                            prop:value=move || filter.get()
                            on:input:target=move |event| filter.set(event.target().value())
                        />
                    </div>
                </Show>
            </header>
            {body}
        </section>
    }
}

fn matches(line: &PipelineSummary, wanted: &str) -> bool {
    wanted.is_empty()
        || [line.name.as_str(), &line.source, &line.target, crate::components::state_text(line.state)]
            .iter()
            .any(|text| text.to_lowercase().contains(wanted))
        || (!line.degraded.is_empty() && "degraded".contains(wanted))
}

fn skeleton() -> impl IntoView {
    let row = |i: u32| {
        view! {
            <tr>
                <td><span class="skeleton" style=format!("width:{}px", 150 - i * 18)></span></td>
                <td><span class="skeleton" style="width:130px"></span></td>
                <td><span class="skeleton" style="width:160px"></span></td>
                <td><span class="skeleton" style="width:70px"></span></td>
                <td><span class="skeleton" style="width:48px"></span></td>
            </tr>
        }
    };
    view! {
        <span class="visually-hidden" role="status">"Loading the pipelines"</span>
        <table aria-hidden="true"><tbody>{(0..3).map(row).collect_view()}</tbody></table>
    }
}
