//! Step 7: what reads the topics: sink connectors and ksqlDB statements.

mod connector;
mod key_bench;
mod ksql;
mod properties;
mod services;

use super::{field::FindingsAt, state::Editor};
use crate::{
    components::{Icon, Shape},
    rules::{self, ServiceKind},
};
use connector::ConnectorCard;
use ksql::KsqlPart;
use leptos::prelude::*;
use services::{ConfluentCloudFields, ServiceFields};

#[component]
pub fn DownstreamStep() -> impl IntoView {
    let editor = Editor::expect();
    let count = Memo::new(move |_| editor.document.with(|document| document.connectors.len()));
    view! {
        <section>
            <div>
                <h2>"Connectors"</h2>
                <p class="lead">"Sinks that read the topics: on Confluent Cloud or on a Kafka Connect of your own. Each becomes the files that its console, REST interface, command line and Terraform take."</p>
            </div>
            <div class="rows" data-test="connectors">
                <For each=move || 0..count.get() key=|at| *at children=move |at| view! { <ConnectorCard at=at/> }/>
                <Show when=move || count.get() == 0>
                    <div class="empty card">
                        <b>"No connectors"</b>
                        <p>"The changefeed fills topics. To go on into a database, add a sink; its upserts, deletes and new columns are set for TiCDC's messages."</p>
                    </div>
                </Show>
            </div>
            <FindingsAt path="connectors"/>
            <AddConnector/>
        </section>
        <ConfluentCloudFields/>
        <ServiceFields kind=ServiceKind::Connect/>
        <KsqlPart/>
        <ServiceFields kind=ServiceKind::Ksqldb/>
    }
}

/// One button a target: what is added works with the changefeed as it is.
#[component]
fn AddConnector() -> impl IntoView {
    let editor = Editor::expect();
    let button = move |(kind, title): (&'static str, &'static str)| {
        let add = move |_| {
            let topics = known_topics(editor);
            editor.document.update(|document| rules::add_connector(document, kind, topics));
        };
        view! {
            <button type="button" class="btn" data-test=format!("add-{kind}") on:click=add><Icon shape=Shape::Plus size=14/> {title}</button>
        }
    };
    view! { <div class="buttons" role="group" aria-label="Add a connector">{rules::CONNECTOR_KINDS.into_iter().map(button).collect_view()}</div> }
}

/// The topics that the loaded tables go to, in the tables' order.
fn known_topics(editor: Editor) -> Vec<String> {
    editor.analysis.routes.with_untracked(|routes| {
        let mut topics: Vec<String> = Vec::new();
        for route in routes.iter().filter(|route| route.matched && route.eligible) {
            if !topics.contains(&route.topic) {
                topics.push(route.topic.clone());
            }
        }
        topics
    })
}
