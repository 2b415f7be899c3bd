//! ksqlDB streams and tables over the topics.

use crate::{
    components::{CodeBlock, Icon, Shape},
    pages::editor::{
        field::{Choice, Field, FindingsAt},
        state::Editor,
    },
    rules,
};
use leptos::prelude::*;
use shared::{config::KsqlStatement, ksql::Derived};

#[component]
pub fn KsqlPart() -> impl IntoView {
    let editor = Editor::expect();
    let count = Memo::new(move |_| editor.document.with(|document| document.ksqldb.len()));
    let add = move |_| {
        let topic = super::known_topics(editor).into_iter().next().unwrap_or_default();
        editor.document.update(|document| rules::add_statement(document, topic));
    };
    view! {
        <section>
            <div>
                <h2>"ksqlDB"</h2>
                <p class="lead">"A STREAM sees each change; a TABLE holds the last row of each key, and follows deletes."</p>
            </div>
            <div class="rows" data-test="ksqldb"><For each=move || 0..count.get() key=|at| *at children=move |at| view! { <StatementCard at=at/> }/></div>
            <FindingsAt path="ksqldb"/>
            <div class="buttons"><button type="button" class="btn" data-test="add-ksql" on:click=add><Icon shape=Shape::Plus size=14/> "Add a statement"</button></div>
        </section>
    }
}

#[component]
fn StatementCard(at: usize) -> impl IntoView {
    let editor = Editor::expect();
    let path = move |field: &str| format!("ksqldb[{at}].{field}");
    let read = move |get: fn(&KsqlStatement) -> String| editor.text(move |document| document.ksqldb.get(at).map(get).unwrap_or_default());
    let write = move |set: fn(&mut KsqlStatement, String)| {
        editor.write(move |document, text| {
            if let Some(statement) = document.ksqldb.get_mut(at) {
                set(statement, text);
            }
        })
    };
    let name = read(|statement| statement.name.clone());
    let kind = read(|statement| statement.statement.clone());
    let sql = read(|statement| statement.sql.clone());
    let own = Memo::new(move |_| kind.get().is_empty());
    // With the analysis, which rests while the user types.
    let generated = Memo::new(move |_| {
        editor.analysis.said.track();
        editor.document.with(|document| editor.catalogue.tables.with(|tables| rules::statement_text(document, at, tables)))
    });
    let preview = Signal::derive(move || generated.get());
    let derived = Memo::new(move |_| {
        editor.analysis.said.track();
        editor.document.with(|document| editor.catalogue.tables.with(|tables| rules::derived_statements(document, at, tables)))
    });
    view! {
        <div class="disp" role="group" aria-label=move || format!("Statement {}", name.get()) data-test=format!("statement-{at}")>
            <header>
                <span class="grow">{move || if name.get().is_empty() { "Statement".to_owned() } else { name.get() }}</span>
                <button
                    type="button"
                    class="btn q s icon"
                    aria-label=move || format!("Remove statement {}", name.get())
                    on:click=move |_| editor.document.update(|document| if at < document.ksqldb.len() { document.ksqldb.remove(at); })
                >
                    <Icon shape=Shape::Close size=16/>
                </button>
            </header>
            <div class="fields">
                <Field path=path("name") label="Name" key="name" value=name on_input=write(|statement, text| statement.name = text)/>
                <Choice
                    path=path("statement")
                    label="Kind"
                    key="statement"
                    options=vec![("stream", "STREAM over the topic"), ("table", "TABLE over the topic"), ("", "own SQL")]
                    value=kind
                    on_input=write(|statement, text| statement.statement = text)
                />
            </div>
            <Show
                when=move || own.get()
                fallback=move || view! {
                    <Field
                        path=path("topic")
                        label="Topic"
                        key="topic"
                        placeholder="tidb_tpcc_orders"
                        value=read(|statement| statement.topic.clone())
                        on_input=write(|statement, text| statement.topic = text)
                    />
                    <Show when=move || !preview.get().is_empty()><CodeBlock title="Statement" text=preview wrap=true/></Show>
                    <Show when=move || derived.with(|all| !all.is_empty())>
                        <details class="fold">
                            <summary>"Statements on top of it"</summary>
                            <div class="stack">{move || derived.get().into_iter().map(on_top).collect_view()}</div>
                        </details>
                    </Show>
                }
            >
                <div class="field">
                    <label for=format!("sql-{at}")>"SQL " <code>"sql"</code></label>
                    <textarea
                        id=format!("sql-{at}")
                        class="input"
                        rows="6"
                        spellcheck="false"
                        data-test=format!("field-ksqldb[{at}].sql")
                        prop:value=move || sql.get()
                        on:input:target=move |event| write(|statement, text| statement.sql = text).run(event.target().value())
                    ></textarea>
                </div>
            </Show>
        </div>
    }
}

/// A statement that a generated one makes possible, to be taken or not.
fn on_top(derived: Derived) -> impl IntoView {
    let editor = Editor::expect();
    let sql = derived.sql.clone();
    let add = move |_| editor.document.update(|document| rules::add_own_statement(document, sql.clone()));
    view! {
        <div class="stack">
            <CodeBlock title=derived.title text=derived.sql wrap=true/>
            <div class="buttons"><button type="button" class="btn s" data-test="add-derived" on:click=add><Icon shape=Shape::Plus size=14/> "Add it as own SQL"</button></div>
        </div>
    }
}
