//! Where connectors and statements run: the systems and their logins.

use crate::{
    pages::editor::{
        access::{AccessFields, AccessWords},
        field::{Field, FindingsAt, SecretField},
        state::Editor,
    },
    rules::{self, Reached, ServiceKind},
};
use leptos::prelude::*;
use shared::config::ConfluentCloud;

/// The control plane of Confluent Cloud, as soon as a connector is to run there.
#[component]
pub fn ConfluentCloudFields() -> impl IntoView {
    let editor = Editor::expect();
    let wanted = Memo::new(move |_| editor.document.with(rules::wants_confluent_cloud));
    view! { <Show when=move || wanted.get()><ConfluentCloudCard/></Show> }
}

#[component]
fn ConfluentCloudCard() -> impl IntoView {
    let editor = Editor::expect();
    let text = move |take: fn(&ConfluentCloud) -> &String| {
        editor.text(move |document| document.confluent_cloud.as_ref().map(|cloud| take(cloud).clone()).unwrap_or_default())
    };
    let write = move |take: fn(&mut ConfluentCloud) -> &mut String| {
        editor.write(move |document, text| rules::change_confluent_cloud(document, |cloud| *take(cloud) = text))
    };
    view! {
        <section>
            <div>
                <h3>"Confluent Cloud"</h3>
                <p class="lead">"Runs the managed connectors. The key is a cloud key (resource management), not the Kafka cluster's. Without it they are exported only."</p>
            </div>
            <div class="fields">
                <Field
                    path="confluent_cloud.environment"
                    label="Environment"
                    key="confluent_cloud.environment"
                    placeholder="env-xxxxx"
                    value=text(|cloud| &cloud.environment)
                    on_input=write(|cloud| &mut cloud.environment)
                />
                <Field
                    path="confluent_cloud.cluster"
                    label="Kafka cluster"
                    key="confluent_cloud.cluster"
                    placeholder="lkc-xxxxx"
                    value=text(|cloud| &cloud.cluster)
                    on_input=write(|cloud| &mut cloud.cluster)
                />
                <Field
                    path="confluent_cloud.api_key"
                    label="Cloud API key"
                    key="confluent_cloud.api_key"
                    value=text(|cloud| &cloud.api_key)
                    on_input=write(|cloud| &mut cloud.api_key)
                />
                <SecretField
                    path="confluent_cloud.api_secret"
                    label="Cloud API secret"
                    key="confluent_cloud.api_secret"
                    value=text(|cloud| &cloud.api_secret.0)
                    on_input=write(|cloud| &mut cloud.api_secret.0)
                />
            </div>
            <details class="fold small" open=!text(|cloud| &cloud.url).get_untracked().is_empty()>
                <summary data-test="cloud-more">"Another address"</summary>
                <div class="stack">
                    <Field
                        path="confluent_cloud.url"
                        label="Address"
                        key="confluent_cloud.url"
                        placeholder=ConfluentCloud::DEFAULT_URL
                        value=text(|cloud| &cloud.url)
                        on_input=write(|cloud| &mut cloud.url)
                    />
                </div>
            </details>
            <FindingsAt path="confluent_cloud"/>
        </section>
    }
}

/// A Kafka Connect worker or a ksqlDB server, as soon as something is to run there.
#[component]
pub fn ServiceFields(kind: ServiceKind) -> impl IntoView {
    let editor = Editor::expect();
    let wanted = Memo::new(move |_| editor.document.with(|document| kind.is_wanted(document)));
    view! { <Show when=move || wanted.get()><ServiceCard kind=kind/></Show> }
}

#[component]
fn ServiceCard(kind: ServiceKind) -> impl IntoView {
    let (title, lead, example, more_test) = match kind {
        ServiceKind::Connect => {
            ("Kafka Connect", "The worker that runs the connectors of its flavours.", "http://connect:8083", "connect-more")
        }
        ServiceKind::Ksqldb => (
            "ksqlDB server",
            "Runs the statements. On Confluent Cloud it has an API key of its own.",
            "http://ksqldb:8088",
            "ksqldb_server-more",
        ),
    };
    let words = AccessWords {
        address: "Address",
        address_help: "",
        example,
        user: "User or API key",
        user_help: "",
        password: "Password or API secret",
        more: "TLS",
        more_test,
    };
    view! {
        <section>
            <div><h3>{title}</h3><p class="lead">{lead}</p></div>
            <AccessFields of=Reached::Service(kind) words=words/>
        </section>
    }
}
