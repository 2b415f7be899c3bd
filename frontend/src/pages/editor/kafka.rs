//! Step 4: brokers, default topic, transport security, and the topics that get created.

use super::{
    document,
    field::{Choice, Field, FindingsAt, SecretField},
    state::Editor,
};
use crate::{
    components::{Icon, Shape},
    state::Studio,
};
use leptos::prelude::*;

#[component]
pub fn KafkaStep() -> impl IntoView {
    let editor = Editor::expect();
    let studio = Studio::expect();
    let use_playground = move |_| {
        if let Some(playground) = untrack(|| studio.playground()) {
            editor.document.update(|document| {
                document.kafka.brokers = vec![playground.kafka.clone()];
                if document.kafka.topic.is_empty() {
                    "changefeed-meta".clone_into(&mut document.kafka.topic);
                }
                document::set_param(document, "protocol", "avro");
                document::set_param(document, "replication-factor", "1");
                for name in ["enable-tls", "sasl-mechanism", "sasl-user", "sasl-password"] {
                    document::set_param(document, name, "");
                }
            });
        }
    };
    let param = move |name: &'static str| editor.text(move |document| document.kafka.param(name).unwrap_or_default());
    let set_param = move |name: &'static str| editor.write(move |document, text| document::set_param(document, name, &text));
    let mechanism = param("sasl-mechanism");
    let tls = param("enable-tls");
    let skips = param("insecure-skip-verify");
    let with_sasl =
        Memo::new(move |_| !mechanism.get().is_empty() || !param("sasl-user").get().is_empty() || !param("sasl-password").get().is_empty());
    view! {
        <section>
            <div class="head-row">
                <div><h2>"Kafka"</h2><p class="lead">"The sink URI in parts; keys are its own parameter names."</p></div>
                <Show when=move || studio.playground().is_some()>
                    <button type="button" class="btn" data-test="playground-broker" on:click=use_playground>"Use the playground broker"</button>
                </Show>
            </div>
            <Field
                path="kafka.brokers"
                label="Brokers"
                key="kafka.brokers"
                help="host:port, separated by commas."
                placeholder="pkc-xxxxx.region.aws.confluent.cloud:9092"
                value=editor.text(|document| document::join(&document.kafka.brokers))
                on_input=editor.write(|document, text| document.kafka.brokers = document::split(&text))
                on_leave=move || editor.document.update(|document| document::tidy(&mut document.kafka.brokers))
            />
            <Field
                path="kafka.topic"
                label="Default topic"
                key="kafka.topic"
                help="For tables that no dispatcher sends elsewhere; TiCDC requires one in every sink URI."
                placeholder="changefeed-meta"
                value=editor.text(|document| document.kafka.topic.clone())
                on_input=editor.write(|document, text| document.kafka.topic = text)
            />
            <div class="fields">
                <Field
                    path="kafka.params.partition-num"
                    label="Partitions"
                    key="partition-num"
                    help="Of topics that get created. Default 3; an existing topic keeps its own count."
                    placeholder="3"
                    numeric=true
                    value=param("partition-num")
                    on_input=set_param("partition-num")
                />
                <Field
                    path="kafka.params.replication-factor"
                    label="Replication factor"
                    key="replication-factor"
                    help="Of topics that get created. Confluent Cloud accepts only 3; default 1."
                    placeholder="1"
                    numeric=true
                    value=param("replication-factor")
                    on_input=set_param("replication-factor")
                />
            </div>
            <div class="fields">
                <Choice
                    path="kafka.params.enable-tls"
                    label="TLS"
                    key="enable-tls"
                    options=vec![("", "off (default)"), ("true", "on"), ("false", "off")]
                    value=param("enable-tls")
                    on_input=set_param("enable-tls")
                />
                <Choice
                    path="kafka.params.sasl-mechanism"
                    label="Log in with"
                    key="sasl-mechanism"
                    options=vec![("", "nothing"), ("plain", "PLAIN: API key and secret"), ("scram-sha-256", "SCRAM-SHA-256"), ("scram-sha-512", "SCRAM-SHA-512")]
                    value=mechanism
                    on_input=set_param("sasl-mechanism")
                />
            </div>
            <Show when=move || with_sasl.get()>
                <div class="fields">
                    <Field path="kafka.params.sasl-user" label="User or API key" key="sasl-user" value=param("sasl-user") on_input=set_param("sasl-user")/>
                    <SecretField
                        path="kafka.params.sasl-password"
                        label="Password or API secret"
                        key="sasl-password"
                        help="As you got it: percent-encoding is our work."
                        value=param("sasl-password")
                        on_input=set_param("sasl-password")
                    />
                </div>
            </Show>
            <Show when=move || tls.get() == "true">
                <div class="fields">
                    <Field
                        path="kafka.params.ca"
                        label="Authority to trust"
                        key="ca"
                        help="PEM file on the machine that runs the changefeed; empty is what that machine trusts, enough for Confluent Cloud. TiCDC takes all three files or none."
                        placeholder="/etc/kafka/ca.pem"
                        value=param("ca")
                        on_input=set_param("ca")
                    />
                    <Choice
                        path="kafka.params.insecure-skip-verify"
                        label="Brokers' certificates"
                        key="insecure-skip-verify"
                        options=vec![("", "verified (default)"), ("true", "not verified: for trials only"), ("false", "verified")]
                        value=skips
                        on_input=set_param("insecure-skip-verify")
                    />
                </div>
                <div class="fields">
                    <Field
                        path="kafka.params.cert"
                        label="Client certificate"
                        key="cert"
                        help="PEM file, for brokers that ask for one."
                        placeholder="/etc/kafka/client.pem"
                        value=param("cert")
                        on_input=set_param("cert")
                    />
                    <Field
                        path="kafka.params.key"
                        label="Its private key"
                        key="key"
                        placeholder="/etc/kafka/client.key"
                        value=param("key")
                        on_input=set_param("key")
                    />
                </div>
            </Show>
            <FindingsAt path="kafka"/>
            <OtherParams/>
        </section>
    }
}

/// Parameters with a field of their own.
const OWN: [&str; 14] = [
    "protocol",
    "partition-num",
    "replication-factor",
    "enable-tls",
    "sasl-mechanism",
    "sasl-user",
    "sasl-password",
    "ca",
    "cert",
    "key",
    "insecure-skip-verify",
    "avro-decimal-handling-mode",
    "avro-bigint-unsigned-handling-mode",
    "enable-tidb-extension",
];

/// All other parameters: nothing of a document is out of reach of the form.
#[component]
fn OtherParams() -> impl IntoView {
    let editor = Editor::expect();
    let names = Memo::new(move |_| {
        editor
            .document
            .with(|document| document.kafka.params.keys().filter(|name| !OWN.contains(&name.as_str())).cloned().collect::<Vec<_>>())
    });
    let fresh = RwSignal::new(String::new());
    let add = move || {
        let name = fresh.get_untracked().trim().to_owned();
        if !name.is_empty() {
            editor.document.update(|document| {
                document.kafka.params.entry(name).or_insert_with(|| "".into());
            });
            fresh.set(String::new());
        }
    };
    let line = move |name: String| {
        let (get, set, remove, path) = (name.clone(), name.clone(), name.clone(), format!("kafka.params.{name}"));
        let value = editor.text(move |document| document.kafka.param(&get).unwrap_or_default());
        let on_input = editor.write(move |document, text| document::write_param(document, &set, &text));
        let field = if shared::secret::is_secret_key(&name) {
            view! { <SecretField path=path label="Parameter" key=name.clone() value=value on_input=on_input/> }.into_any()
        } else {
            view! { <Field path=path label="Parameter" key=name.clone() value=value on_input=on_input/> }.into_any()
        };
        view! {
            <div class="rule-row">
                {field}
                <button
                    type="button"
                    class="btn q s icon"
                    aria-label=format!("Remove {name}")
                    on:click=move |_| editor.document.update(|document| { document.kafka.params.shift_remove(&remove); })
                >
                    <Icon shape=Shape::Close size=15/>
                </button>
            </div>
        }
    };
    view! {
        <details class="fold" open=move || names.with(|names| !names.is_empty())>
            <summary>"Other sink URI parameters"</summary>
            <div class="stack">
                <For each=move || names.get() key=Clone::clone children=line/>
                <div class="input-row">
                    <input
                        class="input"
                        type="text"
                        spellcheck="false"
                        aria-label="Name of another parameter"
                        placeholder="max-message-bytes"
                        prop:value=move || fresh.get()
                        on:input:target=move |event| fresh.set(event.target().value())
                        on:keydown=move |event| if event.key() == "Enter" { add() }
                    />
                    <button type="button" class="btn" on:click=move |_| add()><Icon shape=Shape::Plus size=14/> "Add"</button>
                </div>
            </div>
        </details>
    }
}
