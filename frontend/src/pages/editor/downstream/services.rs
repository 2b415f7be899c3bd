//! Where connectors and statements run: the systems and their logins.

use crate::{
    pages::editor::{
        field::{Field, FindingsAt, SecretField},
        state::Editor,
    },
    rules::{self, ServiceKind},
};
use leptos::prelude::*;
use shared::config::{ConfluentCloud, Service};

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
    let editor = Editor::expect();
    let path = move |field: &str| format!("{}.{field}", kind.key());
    let text = move |take: fn(&Service) -> &String| {
        editor.text(move |document| kind.of(document).map(|service| take(service).clone()).unwrap_or_default())
    };
    let write = move |take: fn(&mut Service) -> &mut String| {
        editor.write(move |document, text| kind.change(document, |service| *take(service) = text))
    };
    let (title, lead, example) = match kind {
        ServiceKind::Connect => ("Kafka Connect", "The worker that runs the connectors of its flavours.", "http://connect:8083"),
        ServiceKind::Ksqldb => {
            ("ksqlDB server", "Runs the statements. On Confluent Cloud it has an API key of its own.", "http://ksqldb:8088")
        }
    };
    let folded = editor.document.with_untracked(|document| {
        kind.of(document).is_none_or(|service| [&service.ca, &service.cert, &service.key].into_iter().all(|secret| secret.is_empty()))
    });
    view! {
        <section>
            <div><h3>{title}</h3><p class="lead">{lead}</p></div>
            <Field path=path("url") label="Address" key=path("url") placeholder=example value=text(|service| &service.url) on_input=write(|service| &mut service.url)/>
            <div class="fields">
                <Field path=path("user") label="User or API key" key=path("user") value=text(|service| &service.user) on_input=write(|service| &mut service.user)/>
                <SecretField
                    path=path("password")
                    label="Password or API secret"
                    key=path("password")
                    value=text(|service| &service.password.0)
                    on_input=write(|service| &mut service.password.0)
                />
            </div>
            <details class="fold small" open=!folded>
                <summary data-test=format!("{}-more", kind.key())>"TLS"</summary>
                <div class="stack">
                    <SecretField
                        path=path("ca")
                        label="Authority"
                        key=path("ca")
                        help="PEM, or file:PATH: who signed the server's certificate, when the system does not know it."
                        value=text(|service| &service.ca.0)
                        on_input=write(|service| &mut service.ca.0)
                    />
                    <SecretField path=path("cert") label="Our certificate" key=path("cert") value=text(|service| &service.cert.0) on_input=write(|service| &mut service.cert.0)/>
                    <SecretField path=path("key") label="Its key" key=path("key") value=text(|service| &service.key.0) on_input=write(|service| &mut service.key.0)/>
                </div>
            </details>
        </section>
    }
}
