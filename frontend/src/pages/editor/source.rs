//! Step 1: the pipeline's name and where changes come from.

use super::{
    catalogue::Loading,
    engine::EngineFields,
    field::{Choice, Field, FindingsAt, SecretField},
    state::Editor,
    tables::LoadTables,
};
use crate::rules;
use leptos::prelude::*;
use shared::config::SourceKind;

#[component]
pub fn SourceStep() -> impl IntoView {
    let editor = Editor::expect();
    let kind = Memo::new(move |_| editor.document.with(|document| document.source.kind));
    let is_saved = Signal::derive(move || editor.saved_name.get().is_some());
    // The workload has its tables at hand: no connection to anybody's database is made by looking.
    Effect::new(move || {
        if kind.get() == SourceKind::Tpcc && editor.catalogue.loading.with_untracked(|loading| *loading == Loading::Idle) {
            editor.catalogue.load(editor);
        }
    });
    let choice = move |value: SourceKind, title: &'static str, text: &'static str, test: &'static str| {
        view! {
            <label class="choice">
                <input
                    type="radio"
                    name="source-kind"
                    data-test=test
                    prop:checked=move || kind.get() == value
                    on:change=move |_| {
                        editor.document.update(|document| rules::set_source_kind(document, value));
                        editor.catalogue.cancel();
                    }
                />
                <b>{title}</b>
                <span>{text}</span>
            </label>
        }
    };
    view! {
        <section>
            <div><h2>"Source"</h2><p class="lead">"Where changes come from."</p></div>
            <Field
                path="name"
                label="Pipeline name"
                key="name"
                help="Letters, digits and single dashes. It is the pipeline's identity: fixed after the first save."
                placeholder="orders-to-kafka"
                value=editor.text(|document| document.name.clone())
                on_input=editor.write(|document, text| document.name = text)
                disabled=is_saved
            />
            <fieldset class="field plain">
                <legend class="label">"Kind " <code>"source.kind"</code></legend>
                <div class="choices">
                    {choice(SourceKind::Mysql, "MySQL or MariaDB", "Row binlog of MySQL 5.7+, MariaDB 10.5+", "kind-mysql")}
                    {choice(SourceKind::Tpcc, "TPC-C workload", "Built in: nine tables that change by themselves", "kind-tpcc")}
                    {choice(SourceKind::Tidb, "TiDB", "Through TiCDC, which this studio launches and operates; or files for it", "kind-tidb")}
                </div>
                <FindingsAt path="source.kind"/>
            </fieldset>
            {move || match kind.get() {
                SourceKind::Mysql => view! { <MysqlFields/> }.into_any(),
                SourceKind::Tpcc => view! { <TpccFields/> }.into_any(),
                SourceKind::Tidb => view! { <TidbFields/> }.into_any(),
            }}
            <FindingsAt path="source"/>
            <EngineFields/>
        </section>
    }
}

#[component]
fn MysqlFields() -> impl IntoView {
    let editor = Editor::expect();
    view! {
        <Field
            path="source.url"
            label="Address"
            key="source.url"
            help="User, host and port. The user needs REPLICATION SLAVE, REPLICATION CLIENT and SELECT."
            placeholder="mysql://replicator@db.example:3306"
            value=editor.text(|document| document.source.url.clone())
            on_input=editor.write(|document, text| document.source.url = text)
        />
        <SecretField
            path="source.password"
            label="Password"
            key="source.password"
            help="Sealed in the studio on save and never shown again; or a reference: env:NAME, file:PATH."
            value=editor.text(|document| document.source.password.0.clone())
            on_input=editor.write(|document, text| document.source.password.0 = text)
        />
        <SourceTlsFields/>
        <div class="fields">
            <Field
                path="source.start"
                label="Start"
                key="source.start"
                help="now · snapshot: the rows that are there first · a time such as 2026-11-28T10:00:00Z · a TSO · a binlog place such as mysql-bin.000007:4 · a GTID set"
                suggestions=&["now", "snapshot"]
                value=editor.text(|document| document.source.start.clone())
                on_input=editor.write(|document, text| document.source.start = text)
            />
            <Field
                path="source.server_id"
                label="Server id"
                key="source.server_id"
                help="Ours among the server's replicas; derived from the name when empty."
                numeric=true
                value=editor.text(|document| document.source.server_id.map(|id| id.to_string()).unwrap_or_default())
                on_input=editor.write(|document, text| document.source.server_id = number(&text, document.source.server_id))
            />
        </div>
        <LoadTables/>
    }
}

/// What makes the way to the database safe.
#[component]
fn SourceTlsFields() -> impl IntoView {
    let editor = Editor::expect();
    // What a database with a public certificate, or without TLS, does not need stays folded.
    let folded = editor.document.with_untracked(rules::has_plain_source_tls);
    view! {
        <Choice
            path="source.tls"
            label="TLS"
            key="source.tls"
            options=rules::SOURCE_TLS.to_vec()
            value=editor.text(rules::source_tls_word)
            on_input=editor.write(|document, word| document.source.tls = word)
        />
        <details class="fold" open=!folded>
            <summary data-test="source-tls-files">"Authority and certificate"</summary>
            <div class="stack">
                <SecretField
                    path="source.ca"
                    label="Authority"
                    key="source.ca"
                    help="PEM, or file:PATH: who signed the server's certificate (its ssl_ca). The system's when empty."
                    value=editor.text(|document| document.source.ca.0.clone())
                    on_input=editor.write(|document, text| document.source.ca.0 = text)
                />
                <SecretField
                    path="source.cert"
                    label="Our certificate"
                    key="source.cert"
                    help="PEM, or file:PATH: for an account with REQUIRE X509. Goes with the key."
                    value=editor.text(|document| document.source.cert.0.clone())
                    on_input=editor.write(|document, text| document.source.cert.0 = text)
                />
                <SecretField
                    path="source.key"
                    label="Its key"
                    key="source.key"
                    value=editor.text(|document| document.source.key.0.clone())
                    on_input=editor.write(|document, text| document.source.key.0 = text)
                />
            </div>
        </details>
    }
}

#[component]
fn TpccFields() -> impl IntoView {
    let editor = Editor::expect();
    view! {
        <div class="fields">
            <Field
                path="source.warehouses"
                label="Warehouses"
                key="source.warehouses"
                help="1 to 100; each holds 10 districts and 30,000 customers. Default 1."
                placeholder="1"
                numeric=true
                value=editor.text(|document| document.source.warehouses.map(|count| count.to_string()).unwrap_or_default())
                on_input=editor.write(|document, text| document.source.warehouses = number(&text, document.source.warehouses))
            />
            <Field
                path="source.rows_per_second"
                label="Row changes per second"
                key="source.rows_per_second"
                help="0 is as fast as possible; it can be changed while it runs. Default 1,000."
                placeholder="1000"
                numeric=true
                value=editor.text(|document| document.source.rows_per_second.map(|rate| rate.to_string()).unwrap_or_default())
                on_input=editor.write(|document, text| document.source.rows_per_second = number(&text, document.source.rows_per_second))
            />
        </div>
        <LoadTables/>
    }
}

#[component]
fn TidbFields() -> impl IntoView {
    let editor = Editor::expect();
    view! {
        <div class="find">
            "TiDB's changes are read by a TiCDC cluster: name one below, or take the files and commands from the panel. Paste CREATE TABLE text in the next step to see where rows go."
        </div>
        <Field
            path="source.pd"
            label="PD addresses"
            key="source.pd"
            help="Separated by commas; used in the commands."
            placeholder="http://10.0.10.25:2379"
            value=editor.text(|document| super::document::join(&document.source.pd))
            on_input=editor.write(|document, text| document.source.pd = super::document::split(&text))
            on_leave=move || editor.document.update(|document| super::document::tidy(&mut document.source.pd))
        />
        <Field
            path="source.start"
            label="Start"
            key="source.start"
            help="now · a TSO · an RFC 3339 time"
            suggestions=&["now"]
            value=editor.text(|document| document.source.start.clone())
            on_input=editor.write(|document, text| document.source.start = text)
        />
    }
}

/// Digits as a number; empty is none; anything else leaves what was there.
fn number(text: &str, known: Option<u32>) -> Option<u32> {
    let text = text.trim();
    if text.is_empty() { None } else { text.parse().ok().or(known) }
}
