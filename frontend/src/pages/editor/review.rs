//! Step 8: everything at a glance, the preflight, and the launch.

use super::{field::FindingLine, launch::LaunchPanel, preflight::PreflightPanel, state::Editor, steps::Step};
use crate::{
    components::{Icon, Shape},
    rules,
};
use leptos::prelude::*;
use shared::{
    Severity,
    config::{Pipeline, SourceKind},
    figures,
};

#[component]
pub fn ReviewStep() -> impl IntoView {
    let editor = Editor::expect();
    editor.show_everything();
    view! {
        <section>
            <div><h2>"Review"</h2><p class="lead">"What will run, and what stands in its way."</p></div>
            <Summary/>
            <Problems/>
            <PreflightPanel/>
            <LaunchPanel/>
        </section>
    }
}

#[component]
fn Summary() -> impl IntoView {
    let editor = Editor::expect();
    let read = move |get: fn(&Pipeline) -> String| editor.text(get);
    let or_missing = |text: String| {
        if text.is_empty() {
            view! { <span class="bad-text">"not set"</span> }.into_any()
        } else {
            view! { <code>{text}</code> }.into_any()
        }
    };
    let name = read(|document| document.name.clone());
    let source = read(|document| match document.source.kind {
        SourceKind::Mysql => document.source.url.clone(),
        SourceKind::Tpcc => format!("TPC-C, {}", figures::counted(document.source.warehouses.unwrap_or(1).into(), "warehouse")),
        SourceKind::Tidb => document.source.pd.join(", "),
    });
    let start = read(|document| document.source.start.clone());
    let brokers = read(|document| document.kafka.brokers.join(", "));
    let registry = read(|document| document.schema_registry.as_ref().map(|registry| registry.url.clone()).unwrap_or_default());
    let target = read(rules::engine_text);
    let downstream = read(rules::downstream_text);
    let tables = move || {
        editor.analysis.routes.with(|routes| {
            if routes.is_empty() {
                return "not loaded in this page".to_owned();
            }
            let (matched, topics) = routes.iter().filter(|route| route.matched && route.eligible).fold(
                (0_u64, std::collections::HashSet::new()),
                |(count, mut topics), route| {
                    topics.insert(route.topic.as_str());
                    (count + 1, topics)
                },
            );
            format!("{} to {}", figures::counted(matched, "table"), figures::counted(topics.len() as u64, "topic"))
        })
    };
    view! {
        <div class="card">
            <div class="in">
                <dl class="facts">
                    <dt>"Name"</dt> <dd>{move || or_missing(name.get())}</dd>
                    <dt>"Source"</dt> <dd>{move || or_missing(source.get())}</dd>
                    <dt>"From"</dt> <dd>{move || or_missing(start.get())}</dd>
                    <dt>"Tables"</dt> <dd>{tables}</dd>
                    <dt>"Kafka"</dt> <dd>{move || or_missing(brokers.get())}</dd>
                    <dt>"Registry"</dt> <dd>{move || or_missing(registry.get())}</dd>
                    <dt>"Runs on"</dt> <dd>{move || target.get()} " " <a href=Step::href_of("changefeed.target") class="to-step">"Change"</a></dd>
                    <Show when=move || !downstream.with(String::is_empty)><dt>"Then to"</dt> <dd>{move || downstream.get()}</dd></Show>
                </dl>
            </div>
        </div>
    }
}

#[component]
fn Problems() -> impl IntoView {
    let editor = Editor::expect();
    let list = move || {
        editor
            .analysis
            .said
            .with(|said| said.iter().filter(|one| one.finding.severity != Severity::Info).take(20).cloned().collect::<Vec<_>>())
    };
    view! {
        <Show
            when=move || !list().is_empty()
            fallback=|| view! { <div class="find ok"><Icon shape=Shape::Check/><div>"Nothing stands in the way, as far as can be seen without connecting."</div></div> }
        >
            <div class="finds">{move || list().into_iter().map(|said| view! { <FindingLine said=said place=true/> }).collect_view()}</div>
        </Show>
    }
}
