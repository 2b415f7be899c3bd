//! The bench for a Snowflake connector's private key: what it is, the one line that the connector takes, the statement that
//! gives its public half to the user, and a login token to try it with. The key stays in the browser.

use crate::{
    browser,
    components::CodeBlock,
    pages::editor::{analysis::Said, field::FindingLine, state::Editor},
    rules,
    state::Toasts,
};
use leptos::{prelude::*, task::spawn_local};
use serde_json::Value;
use shared::{
    config::Pipeline,
    secret::{
        SecretRef,
        snowflake_key::{self, KeyReport},
    },
};

const KEY: &str = "snowflake.private.key";

fn setting(document: &Pipeline, at: usize, key: &str) -> String {
    let value = document.connectors.get(at).and_then(|connector| connector.config.get(key));
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[component]
pub fn KeyBench(at: usize) -> impl IntoView {
    let editor = Editor::expect();
    let toasts = Toasts::expect();
    let pasted = RwSignal::new(String::new());
    let written = editor.text(move |document| setting(document, at, KEY));
    let user = editor.text(move |document| setting(document, at, "snowflake.user.name"));
    let account = editor.text(move |document| setting(document, at, "snowflake.url.name"));
    let has_passphrase = editor.text(move |document| setting(document, at, "snowflake.private.key.passphrase"));
    // What was pasted here, else what was typed into the field.
    let key = Memo::new(move |_| {
        let pasted = pasted.get();
        let typed = written.get();
        if !pasted.trim().is_empty() {
            pasted
        } else if SecretRef::parse(&typed).is_inline() {
            typed
        } else {
            String::new()
        }
    });
    let report = Memo::new(move |_| {
        key.with(|key| (!key.is_empty()).then(|| snowflake_key::inspect(key, has_passphrase.with(|phrase| !phrase.is_empty()))))
    });
    let token = RwSignal::new(String::new());
    Effect::new(move || {
        key.track();
        token.set(String::new());
    });
    let take_over = move |_| {
        let Some(line) = key.with_untracked(|key| snowflake_key::normalise(key)) else { return };
        editor.document.update(|document| {
            if let Some(connector) = document.connectors.get_mut(at) {
                connector.config.insert(KEY.to_owned(), Value::from(line));
            }
        });
        pasted.set(String::new());
        toasts.good("The key is in the document as the connector wants it");
    };
    let make_token = move |_| {
        let (key, user, account) = (key.get_untracked(), user.get_untracked(), account.get_untracked());
        spawn_local(async move {
            match rules::snowflake_token(&key, &account, &user, browser::unix_seconds()).await {
                Ok(made) => _ = token.try_set(made),
                Err(why) => toasts.bad(why),
            }
        });
    };
    let usable = move || key.with(|key| snowflake_key::normalise(key)).is_some();
    view! {
        <details class="fold">
            <summary data-test=format!("key-bench-{at}")>"Key bench: examine, convert and try the private key"</summary>
            <div class="stack">
                <div class="field">
                    <label for=format!("key-{at}")>"Private key, as you have it"</label>
                    <textarea
                        id=format!("key-{at}")
                        class="input"
                        rows="5"
                        spellcheck="false"
                        autocomplete="off"
                        placeholder="-----BEGIN PRIVATE KEY-----"
                        data-test=format!("key-{at}")
                        prop:value=move || pasted.get()
                        on:input:target=move |event| pasted.set(event.target().value())
                    ></textarea>
                    <span class="help">"It is examined in this page and goes nowhere. Empty: the key of the field above, while it is not sealed yet."</span>
                </div>
                {move || report.get().map(|report| reported(&report, &user.get()))}
                <div class="buttons">
                    <button type="button" class="btn" data-test=format!("use-key-{at}") disabled=move || pasted.with(|text| text.trim().is_empty()) || !usable() on:click=take_over>"Use it in one line"</button>
                    <button
                        type="button"
                        class="btn"
                        data-test=format!("make-token-{at}")
                        disabled=move || !usable() || user.with(String::is_empty) || account.with(String::is_empty)
                        on:click=make_token
                    >
                        "Make a login token"
                    </button>
                </div>
                <Show when=move || !token.with(String::is_empty)>
                    <CodeBlock title="Token, valid for an hour: as secret as the key" text=token wrap=true/>
                </Show>
            </div>
        </details>
    }
}

/// What is known of the key; none of it is secret.
fn reported(report: &KeyReport, user: &str) -> impl IntoView + use<> {
    let findings =
        report.findings.iter().cloned().map(|finding| view! { <FindingLine said=Said { finding, table: None }/> }).collect_view();
    let bits = report.bits.map(|bits| view! { <dt>"Size"</dt> <dd>{bits} " bits"</dd> });
    let user = if user.is_empty() { "THE_USER" } else { user };
    let public = report.public_key.as_ref().map(|public| {
        let fingerprint = public.fingerprint();
        let statements = format!(
            "{}\n-- RSA_PUBLIC_KEY_FP must then be {fingerprint}\n{}\n",
            snowflake_key::alter_user_sql(user, snowflake_key::KeySlot::First, public),
            snowflake_key::describe_user_sql(user)
        );
        view! {
            <dl class="facts"><dt>"Fingerprint"</dt> <dd><code data-test="key-fingerprint">{fingerprint}</code></dd></dl>
            <CodeBlock title="Give it to the user" text=Signal::stored(statements) wrap=true/>
        }
    });
    view! {
        <dl class="facts"><dt>"It is a"</dt> <dd data-test="key-format">{report.format.name()}</dd> {bits}</dl>
        <div class="finds">{findings}</div>
        {public}
    }
}
