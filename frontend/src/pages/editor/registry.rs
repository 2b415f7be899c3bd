//! Step 5: the Schema Registry, and the options of the Avro encoding.

use super::{
    document,
    field::{Choice, Field, FindingsAt, SecretField},
    state::Editor,
};
use crate::state::Studio;
use leptos::prelude::*;

#[component]
pub fn RegistryStep() -> impl IntoView {
    let editor = Editor::expect();
    let studio = Studio::expect();
    let use_playground = move |_| {
        if let Some(playground) = untrack(|| studio.playground()) {
            editor.document.update(|document| {
                let registry = document::registry(document);
                registry.url.clone_from(&playground.schema_registry);
                registry.user.clear();
                registry.password.0.clear();
            });
        }
    };
    let param = move |name: &'static str| editor.text(move |document| document.kafka.param(name).unwrap_or_default());
    let set_param = move |name: &'static str| editor.write(move |document, text| document::set_param(document, name, &text));
    view! {
        <section>
            <div class="head-row">
                <div><h2>"Schema Registry"</h2><p class="lead">"Confluent-compatible. Avro needs one: consumers find the schemas there."</p></div>
                <Show when=move || studio.playground().is_some()>
                    <button type="button" class="btn" data-test="playground-registry" on:click=use_playground>"Use the playground registry"</button>
                </Show>
            </div>
            <Field
                path="schema_registry.url"
                label="Address"
                key="schema_registry.url"
                placeholder="https://psrc-xxxxx.region.aws.confluent.cloud"
                value=editor.text(|document| document.schema_registry.as_ref().map(|registry| registry.url.clone()).unwrap_or_default())
                on_input=editor.write(|document, text| {
                    document::registry(document).url = text;
                    document::drop_empty_registry(document);
                })
            />
            <div class="fields">
                <Field
                    path="schema_registry.user"
                    label="User or API key"
                    key="schema_registry.user"
                    value=editor.text(|document| document.schema_registry.as_ref().map(|registry| registry.user.clone()).unwrap_or_default())
                    on_input=editor.write(|document, text| {
                        document::registry(document).user = text;
                        document::drop_empty_registry(document);
                    })
                />
                <SecretField
                    path="schema_registry.password"
                    label="Password or API secret"
                    key="schema_registry.password"
                    value=editor.text(|document| document.schema_registry.as_ref().map(|registry| registry.password.0.clone()).unwrap_or_default())
                    on_input=editor.write(|document, text| {
                        document::registry(document).password.0 = text;
                        document::drop_empty_registry(document);
                    })
                />
            </div>
            <FindingsAt path="schema_registry"/>
            <div><h3>"Avro"</h3><p class="lead">"How values that Avro has no exact type for travel."</p></div>
            <div class="fields">
                <Choice
                    path="kafka.params.avro-decimal-handling-mode"
                    label="DECIMAL"
                    key="avro-decimal-handling-mode"
                    options=vec![("", "precise (default)"), ("precise", "precise: bytes, logical type decimal"), ("string", "string")]
                    value=param("avro-decimal-handling-mode")
                    on_input=set_param("avro-decimal-handling-mode")
                />
                <Choice
                    path="kafka.params.avro-bigint-unsigned-handling-mode"
                    label="BIGINT UNSIGNED"
                    key="avro-bigint-unsigned-handling-mode"
                    help="As long, values from 2^63 on turn negative."
                    options=vec![("", "long (default)"), ("long", "long"), ("string", "string")]
                    value=param("avro-bigint-unsigned-handling-mode")
                    on_input=set_param("avro-bigint-unsigned-handling-mode")
                />
                <Choice
                    path="kafka.params.enable-tidb-extension"
                    label="TiDB extension"
                    key="enable-tidb-extension"
                    help="Adds _tidb_op, _tidb_commit_ts and _tidb_commit_physical_time to each value."
                    options=vec![("", "off (default)"), ("true", "on"), ("false", "off")]
                    value=param("enable-tidb-extension")
                    on_input=set_param("enable-tidb-extension")
                />
            </div>
        </section>
    }
}
