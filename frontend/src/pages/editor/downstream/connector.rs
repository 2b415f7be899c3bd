//! One sink connector: where it runs, what it reads, and its properties in the console's words.

use super::{key_bench::KeyBench, known_topics, properties::Properties};
use crate::{
    components::{Icon, Shape},
    pages::editor::{
        document,
        field::{Choice, Field},
        state::Editor,
    },
    rules,
};
use leptos::prelude::*;
use shared::config::Connector;

/// By its place in the list, as a dispatcher's card.
#[component]
pub fn ConnectorCard(at: usize) -> impl IntoView {
    let editor = Editor::expect();
    let path = move |field: &str| format!("connectors[{at}].{field}");
    let read = move |get: fn(&Connector) -> String| editor.text(move |document| document.connectors.get(at).map(get).unwrap_or_default());
    let write = move |set: fn(&mut Connector, String)| {
        editor.write(move |document, text| {
            if let Some(connector) = document.connectors.get_mut(at) {
                set(connector, text);
            }
        })
    };
    let kind = read(|connector| connector.kind.clone());
    let name = read(|connector| connector.name.clone());
    let all_topics = move |_| {
        let topics = known_topics(editor);
        editor.document.update(|document| {
            if let Some(connector) = document.connectors.get_mut(at) {
                connector.topics = topics;
            }
        });
    };
    let tidy = move || {
        editor.document.update(|document| {
            if let Some(connector) = document.connectors.get_mut(at) {
                document::tidy(&mut connector.topics);
            }
        });
    };
    let title = move || rules::CONNECTOR_KINDS.into_iter().find(|(known, _)| *known == kind.get()).map_or("Connector", |(_, title)| title);
    let flavours = move || rules::flavours_of(&kind.get());
    view! {
        <div class="disp" role="group" aria-label=move || format!("Connector {}", name.get()) data-test=format!("connector-{at}")>
            <header>
                <Icon shape=Shape::Database size=16/>
                <span class="grow">{title}</span>
                <button
                    type="button"
                    class="btn q s icon"
                    aria-label=move || format!("Remove connector {}", name.get())
                    on:click=move |_| editor.document.update(|document| if at < document.connectors.len() { document.connectors.remove(at); })
                >
                    <Icon shape=Shape::Close size=16/>
                </button>
            </header>
            <div class="fields">
                <Field path=path("name") label="Name" key="name" value=name on_input=write(|connector, text| connector.name = text)/>
                {move || view! {
                    <Choice
                        path=path("flavour")
                        label="Runs on"
                        key="flavour"
                        options=flavours()
                        value=read(|connector| if connector.flavour.is_empty() { "confluent-cloud".to_owned() } else { connector.flavour.clone() })
                        on_input=write(rules::set_flavour)
                    />
                }}
            </div>
            <Field
                path=path("topics")
                label="Topics"
                key="topics"
                help="Separated by commas."
                placeholder="tidb_tpcc_orders"
                value=read(|connector| document::join(&connector.topics))
                on_input=write(|connector, text| connector.topics = document::split(&text))
                on_leave=tidy
            />
            <Show when=move || editor.analysis.routes.with(|routes| !routes.is_empty())>
                <div class="buttons"><button type="button" class="btn s" data-test=format!("all-topics-{at}") on:click=all_topics>"All topics of the matched tables"</button></div>
            </Show>
            <Properties at=at/>
            <Show when=move || kind.get() == "snowflake"><KeyBench at=at/></Show>
        </div>
    }
}
