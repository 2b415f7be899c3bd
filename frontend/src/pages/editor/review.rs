//! Step 8: everything at a glance, the live test, and the launch.

use super::{
    analysis::Said,
    field::{Choice, Field, FindingLine},
    launch::LaunchPanel,
    state::Editor,
};
use crate::components::{Icon, Shape};
use leptos::prelude::*;
use shared::{
    Severity,
    config::{Pipeline, SourceKind, Target},
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
            <WhereItRuns/>
            <ConnectionTest/>
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

#[component]
fn WhereItRuns() -> impl IntoView {
    let editor = Editor::expect();
    let target = editor.text(|document| {
        match document.changefeed.target {
            Target::Native => "native",
            Target::Ticdc => "ticdc",
            Target::Export => "export",
        }
        .to_owned()
    });
    view! {
        <div class="fields">
            <Choice
                path="changefeed.target"
                label="Runs on"
                key="changefeed.target"
                options=vec![("native", "this studio's engine"), ("ticdc", "a TiCDC cluster"), ("export", "nothing: files only")]
                value=target
                on_input=editor.write(|document, text| {
                    document.changefeed.target = match text.as_str() {
                        "ticdc" => Target::Ticdc,
                        "export" => Target::Export,
                        _ => Target::Native,
                    };
                })
            />
            <Show when=move || target.get() != "native">
                <Field
                    path="changefeed.ticdc_version"
                    label="TiCDC version"
                    key="changefeed.ticdc_version"
                    placeholder="8.5.4"
                    help="Whose options and defaults apply."
                    value=editor.text(|document| document.changefeed.ticdc_version.clone())
                    on_input=editor.write(|document, text| document.changefeed.ticdc_version = text)
                />
            </Show>
        </div>
    }
}

/// Source, brokers and registry, tried for real.
#[component]
fn ConnectionTest() -> impl IntoView {
    let editor = Editor::expect();
    let result = move || {
        let checked = editor.checked.get()?;
        let stale = editor.document.with(|document| *document != checked.document);
        let worst = checked.findings.iter().map(|finding| finding.severity).max();
        let verdict = (worst.unwrap_or(Severity::Info) == Severity::Info).then(|| {
            view! { <div class="find ok" data-test="connections-ok"><Icon shape=Shape::Check/><div>"Source, brokers and registry answered as they should."</div></div> }
        });
        let lines = checked
            .findings
            .into_iter()
            .map(|finding| view! { <FindingLine said=Said { finding, table: None } place=true/> })
            .collect_view();
        let note = stale.then(|| view! { <p class="help">"The document has changed since: test again."</p> });
        Some(view! { <div class="finds" data-test="check-result">{verdict}{lines}{note}</div> })
    };
    view! {
        <div class="stack">
            <div><h3>"Connections"</h3><p class="lead">"Tries source, brokers and registry for real; nothing is written."</p></div>
            <div class="buttons"><super::form::TestButton/></div>
            {result}
        </div>
    }
}
