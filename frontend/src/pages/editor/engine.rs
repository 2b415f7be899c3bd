//! Who runs the changefeed, and how a TiCDC cluster is reached.

use super::{
    access::{AccessFields, AccessWords},
    field::{Choice, Field},
    state::Editor,
};
use crate::rules::{self, Reached};
use leptos::prelude::*;
use shared::config::{ChangefeedSpec, Target};

#[component]
pub fn EngineFields() -> impl IntoView {
    let editor = Editor::expect();
    let target = Memo::new(move |_| editor.document.with(|document| document.changefeed.target));
    view! {
        <div><h3>"Engine"</h3><p class="lead">"Who moves the rows."</p></div>
        <Choice
            path="changefeed.target"
            label="Runs on"
            key="changefeed.target"
            options=rules::TARGETS.into_iter().map(|(_, word, text)| (word, text)).collect()
            value=Signal::derive(move || rules::target_word(target.get()).to_owned())
            on_input=editor.write(|document, word| document.changefeed.target = rules::target_of(&word))
        />
        {move || match target.get() {
            Target::Native => view! { <NativeFields/> }.into_any(),
            Target::Ticdc => view! { <TicdcFields/> }.into_any(),
            Target::Export => ().into_any(),
        }}
    }
}

#[component]
fn NativeFields() -> impl IntoView {
    let editor = Editor::expect();
    let delivery = editor.text(|document| rules::delivery_word(document).to_owned());
    let poison = editor.text(|document| rules::poison_word(document).to_owned());
    view! {
        <div class="fields">
            <Choice
                path="engine.delivery"
                label="Delivery"
                key="engine.delivery"
                help="Exactly once: rows and position in one Kafka transaction, for consumers with isolation.level=read_committed."
                options=rules::DELIVERIES.to_vec()
                value=delivery
                on_input=editor.write(|document, word| rules::set_delivery(document, &word))
            />
            <Choice
                path="engine.poison_rows"
                label="A row that cannot be sent"
                key="engine.poison_rows"
                options=rules::POISON_ROWS.to_vec()
                value=poison
                on_input=editor.write(|document, word| rules::set_poison_rows(document, &word))
            />
        </div>
        <Show when=move || poison.with(|word| word != "stop")>
            <Field
                path="engine.dead_letter_topic"
                label="Dead letter topic"
                key="engine.dead_letter_topic"
                help="The pipeline's name and -dead-letters unless given."
                value=editor.text(|document| document.engine.dead_letter_topic.clone())
                on_input=editor.write(|document, text| document.engine.dead_letter_topic = text)
            />
        </Show>
    }
}

const TICDC_WORDS: AccessWords = AccessWords {
    address: "TiCDC server",
    address_help: "Any server of the cluster; it forwards to the owner.",
    example: "http://10.0.10.25:8300",
    user: "User",
    user_help: "Only where the server asks for TiDB's users.",
    password: "Password",
    more: "TLS, keyspace and id",
    more_test: "ticdc-more",
};

#[component]
fn TicdcFields() -> impl IntoView {
    let editor = Editor::expect();
    let text = move |take: fn(&ChangefeedSpec) -> &String| editor.text(move |document| take(&document.changefeed).clone());
    let write =
        move |take: fn(&mut ChangefeedSpec) -> &mut String| editor.write(move |document, text| *take(&mut document.changefeed) = text);
    let has_names = editor.document.with_untracked(|document| rules::has_ticdc_names(&document.changefeed));
    view! {
        <AccessFields of=Reached::Ticdc words=TICDC_WORDS open=has_names>
            <div class="fields">
                <Field
                    path="changefeed.ticdc_keyspace"
                    label="Keyspace"
                    key="changefeed.ticdc_keyspace"
                    help="Of a TiDB that has some; empty is the default one."
                    value=text(|spec| &spec.ticdc_keyspace)
                    on_input=write(|spec| &mut spec.ticdc_keyspace)
                />
                <Field
                    path="changefeed.id"
                    label="Changefeed id"
                    key="changefeed.id"
                    help="The pipeline's name unless given."
                    value=text(|spec| &spec.id)
                    on_input=write(|spec| &mut spec.id)
                />
            </div>
        </AccessFields>
    }
}
