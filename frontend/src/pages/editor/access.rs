//! Address, login and certificates of a system: the same fields for TiCDC, a Connect worker and a ksqlDB server.

use super::{
    field::{Field, SecretField},
    state::Editor,
};
use crate::rules::{AccessField, Reached};
use leptos::prelude::*;

/// How people call a system's fields.
#[derive(Clone, Copy)]
pub struct AccessWords {
    pub address: &'static str,
    pub address_help: &'static str,
    pub example: &'static str,
    pub user: &'static str,
    pub user_help: &'static str,
    pub password: &'static str,
    /// Of what stays folded, and its name in tests.
    pub more: &'static str,
    pub more_test: &'static str,
}

/// What a server without TLS does not need stays folded, `children` with it, unless `open`.
#[component]
pub fn AccessFields(
    of: Reached,
    words: AccessWords,
    #[prop(optional)] open: bool,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let editor = Editor::expect();
    let text = move |field: AccessField| editor.text(move |document| of.read(document, field));
    let write = move |field: AccessField| editor.write(move |document, text| of.write(document, field, text));
    let plain = move |field: AccessField, label: &'static str, help: &'static str, example: &'static str| {
        let path = of.path(field);
        view! { <Field path=path.clone() label=label key=path help=help placeholder=example value=text(field) on_input=write(field)/> }
    };
    let secret = move |field: AccessField, label: &'static str, help: &'static str| {
        let path = of.path(field);
        view! { <SecretField path=path.clone() label=label key=path help=help value=text(field) on_input=write(field)/> }
    };
    let open = open || editor.document.with_untracked(|document| of.has_tls(document));
    view! {
        {plain(AccessField::Address, words.address, words.address_help, words.example)}
        <div class="fields">
            {plain(AccessField::User, words.user, words.user_help, "")}
            {secret(AccessField::Password, words.password, "")}
        </div>
        <details class="fold small" open=open>
            <summary data-test=words.more_test>{words.more}</summary>
            <div class="stack">
                {secret(AccessField::Authority, "Authority", "PEM, or file:PATH: who signed the server's certificate, when the system does not know it.")}
                {secret(AccessField::Certificate, "Our certificate", "PEM, or file:PATH: for a server that asks for one. Goes with the key.")}
                {secret(AccessField::Key, "Its key", "")}
                {children.map(|children| children())}
            </div>
        </details>
    }
}
