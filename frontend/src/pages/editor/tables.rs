//! Step 2: which tables. Filter rules with their live matches, from the source or from pasted text.

use super::{catalogue::Loading, field::FindingsAt, state::Editor};
use crate::{
    components::{Icon, Prose, Shape},
    rules,
    state::Toasts,
};
use leptos::{html, prelude::*};
use shared::{config::Pipeline, dispatch::RoutePreview, figures};

/// Lines drawn at most; the rest is counted.
const MOST: usize = 200;

#[component]
pub fn TablesStep() -> impl IntoView {
    view! {
        <section>
            <div>
                <h2>"Tables"</h2>
                <p class="lead">"Rules are read from the first to the last; the last one that matches decides. " <code>"!"</code> " leaves out, " <code>"*"</code> " is any text. System schemas are always left out."</p>
            </div>
            <Rules/>
            <LoadTables/>
            <Matches/>
            <PasteTables/>
        </section>
    }
}

/// The rules as the form shows them: one empty line when there are none.
fn lines(document: &Pipeline) -> usize {
    document.changefeed.config.filter.rules.len().max(1)
}

#[component]
fn Rules() -> impl IntoView {
    let editor = Editor::expect();
    let count = Memo::new(move |_| editor.document.with(lines));
    let edit =
        move |change: &dyn Fn(&mut Vec<String>)| editor.document.update(|document| change(&mut document.changefeed.config.filter.rules));
    let line = move |at: usize| {
        let value = editor.text(move |document| document.changefeed.config.filter.rules.get(at).cloned().unwrap_or_default());
        let set = move |text: String| {
            edit(&|rules| {
                if rules.len() <= at {
                    rules.resize(at + 1, String::new());
                }
                rules[at].clone_from(&text);
            });
        };
        let leave = move |_| {
            editor.touch("changefeed.config.filter.rules");
            // A lone empty line is the default, not a rule.
            edit(&|rules| {
                if rules.len() == 1 && rules[0].trim().is_empty() {
                    rules.clear();
                }
            });
        };
        view! {
            <div class="rule-row">
                <input
                    class="input"
                    type="text"
                    spellcheck="false"
                    autocomplete="off"
                    placeholder=if at == 0 { "*.*" } else { "schema.table" }
                    aria-label=format!("Filter rule {}", at + 1)
                    aria-describedby="f-changefeed-config-filter-rules-finds"
                    data-test=if at == 0 { "field-filter.rules".to_owned() } else { format!("field-filter.rules[{at}]") }
                    prop:value=move || value.get()
                    on:input:target=move |event| set(event.target().value())
                    on:blur=leave
                />
                <button type="button" class="btn q s icon" aria-label=format!("Move rule {} up", at + 1) disabled=at == 0 on:click=move |_| edit(&|rules| if at < rules.len() && at > 0 { rules.swap(at, at - 1) })>
                    <Icon shape=Shape::ChevronUp size=15/>
                </button>
                <button
                    type="button"
                    class="btn q s icon"
                    aria-label=format!("Remove rule {}", at + 1)
                    disabled=move || editor.document.with(|document| document.changefeed.config.filter.rules.is_empty())
                    on:click=move |_| edit(&|rules| if at < rules.len() { rules.remove(at); })
                >
                    <Icon shape=Shape::Close size=15/>
                </button>
            </div>
        }
    };
    view! {
        <div class="field">
            <span class="label">"Filter rules " <code>"filter.rules"</code></span>
            <div class="rows"><For each=move || 0..count.get() key=|at| *at children=line/></div>
            <FindingsAt path="changefeed.config.filter.rules" deep=true/>
            <div class="buttons">
                <button
                    type="button"
                    class="btn s"
                    on:click=move |_| edit(&|rules| {
                        if rules.is_empty() {
                            rules.push("*.*".to_owned());
                        }
                        rules.push(String::new());
                    })
                >
                    <Icon shape=Shape::Plus size=14/> "Add a rule"
                </button>
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || editor.document.with(|document| document.changefeed.config.case_sensitive == Some(true))
                        on:change:target=move |event| {
                            let on = event.target().checked();
                            editor.document.update(|document| document.changefeed.config.case_sensitive = on.then_some(true));
                        }
                    />
                    <span>"Letter case matters " <code>"case-sensitive"</code></span>
                </label>
            </div>
        </div>
    }
}

/// Asks the source for its tables: with progress, a way to call it off, and what went wrong.
#[component]
pub fn LoadTables() -> impl IntoView {
    let editor = Editor::expect();
    let catalogue = editor.catalogue;
    let busy = move || catalogue.loading.with(|loading| matches!(loading, Loading::Asking | Loading::Reading(..)));
    let unsupported = move || editor.document.with(|document| document.source.kind == shared::config::SourceKind::Tidb);
    let status = move || {
        match catalogue.loading.get() {
        Loading::Idle => ().into_any(),
        Loading::Asking => view! { <span class="soft" role="status">"Asking the source…"</span> }.into_any(),
        Loading::Reading(done, total) => view! {
            <span class="soft" role="status">"Reading definitions: " {figures::count(done as u64)} " of " {figures::count(total as u64)}</span>
        }
        .into_any(),
        Loading::Failed(_) => ().into_any(),
        Loading::Done(from) => view! {
            <span class="soft" role="status" data-test="tables-loaded">
                {figures::count(catalogue.tables.with(|tables| tables.len()) as u64)} " tables from " {from}
            </span>
        }
        .into_any(),
    }
    };
    let trouble = move || match catalogue.loading.get() {
        Loading::Failed(failure) => {
            let findings = failure
                .findings
                .iter()
                .map(|finding| view! { <span class="hint"><Prose text=format!("{} {}", finding.message, finding.hint)/></span> })
                .collect_view();
            Some(view! {
                <div class="find bad" role="alert">
                    <Icon shape=Shape::Bad/>
                    <div><Prose text=failure.message.clone()/>{findings}<span class="where">{failure.code.clone()} {(!failure.request_id.is_empty()).then(|| format!(" · request {}", failure.request_id))}</span></div>
                </div>
            })
        }
        _ => None,
    };
    view! {
        <Show when=move || !unsupported()>
            <div class="finds">
                <div class="buttons">
                    <button type="button" class="btn" data-test="load-tables" disabled=busy on:click=move |_| catalogue.load(editor)>
                        {move || if busy() { view! { <span class="spin"></span> }.into_any() } else { view! { <Icon shape=Shape::Database size=14/> }.into_any() }}
                        {move || if catalogue.loading.with(|loading| matches!(loading, Loading::Done(_))) { "Load tables again" } else { "Load tables" }}
                    </button>
                    <Show when=busy><button type="button" class="btn q" on:click=move |_| catalogue.cancel()>"Cancel"</button></Show>
                    {status}
                </div>
                {trouble}
            </div>
        </Show>
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    In,
    Out,
    Cannot,
}

impl Group {
    fn of(route: &RoutePreview) -> Self {
        match (route.matched, route.eligible) {
            (false, _) => Self::Out,
            (true, true) => Self::In,
            (true, false) => Self::Cannot,
        }
    }
}

/// What the rules do to the known tables.
#[component]
fn Matches() -> impl IntoView {
    let editor = Editor::expect();
    let group = RwSignal::new(Group::In);
    let counts = Memo::new(move |_| {
        editor.analysis.routes.with(|routes| {
            let count = |wanted: Group| routes.iter().filter(|route| Group::of(route) == wanted).count();
            (count(Group::In), count(Group::Out), count(Group::Cannot))
        })
    });
    let listed = move || {
        let wanted = group.get();
        editor
            .analysis
            .routes
            .with(|routes| routes.iter().filter(|route| Group::of(route) == wanted).take(MOST).cloned().collect::<Vec<_>>())
    };
    let more = move || {
        let (matched, excluded, cannot) = counts.get();
        match group.get() {
            Group::In => matched,
            Group::Out => excluded,
            Group::Cannot => cannot,
        }
        .saturating_sub(MOST)
    };
    let line = move |route: RoutePreview| {
        let name = format!("{}.{}", route.schema, route.table);
        let leave_out = (route.matched && !route.eligible).then(|| {
            let (schema, table) = (route.schema.clone(), route.table.clone());
            view! {
                <span class="why">{route.reason.clone()}</span>
                <button type="button" class="btn s" data-test="leave-out" aria-label=format!("Leave {name} out") on:click=move |_| editor.document.update(|document| rules::leave_out(document, &schema, &table))>
                    "Leave it out"
                </button>
            }
        });
        view! { <li><code class="grow">{name.clone()}</code>{leave_out}</li> }
    };
    let segment = move |value: Group, text: &'static str, count: Signal<usize>| {
        let test = (value == Group::In).then_some("matched-count");
        view! {
            <button type="button" aria-pressed=move || (group.get() == value).to_string() on:click=move |_| group.set(value)>
                {text} " " <b data-test=test>{move || figures::count(count.get() as u64)}</b>
            </button>
        }
    };
    view! {
        <Show when=move || editor.catalogue.tables.with(|tables| !tables.is_empty())>
            <div class="stack">
                <Show when=move || { counts.get().2 > 0 && group.get() != Group::Cannot }>
                    <div class="find warn">
                        <Icon shape=Shape::Warning/>
                        <div>{move || match counts.get().2 { 1 => "One matched table cannot be replicated.".to_owned(), n => format!("{n} matched tables cannot be replicated.") }}</div>
                        <button type="button" class="btn s" on:click=move |_| group.set(Group::Cannot)>"See why"</button>
                    </div>
                </Show>
                <div class="seg" role="group" aria-label="Tables by what the rules do to them">
                    {segment(Group::In, "Matched", Signal::derive(move || counts.get().0))}
                    {segment(Group::Out, "Left out", Signal::derive(move || counts.get().1))}
                    {segment(Group::Cannot, "Cannot be replicated", Signal::derive(move || counts.get().2))}
                </div>
                <div class="matched" data-test="matches">
                    <ul>
                        <For each=listed key=|route| (route.schema.clone(), route.table.clone(), route.matched, route.eligible) children=line/>
                        <Show when=move || { more() > 0 }><li class="more">"and " {move || figures::count(more() as u64)} " more"</li></Show>
                        <Show when=move || listed().is_empty()><li class="more">"None"</li></Show>
                    </ul>
                </div>
                <Unread/>
            </div>
        </Show>
    }
}

/// Definitions that could not be read are said, not dropped.
#[component]
fn Unread() -> impl IntoView {
    let editor = Editor::expect();
    let unread = editor.catalogue.unread;
    view! {
        <Show when=move || unread.with(|unread| !unread.is_empty())>
            <div class="find warn">
                <Icon shape=Shape::Warning/>
                <div>
                    "The definitions of these tables could not be read:"
                    {move || unread.get().into_iter().take(5).map(|one| view! { <span class="hint"><code>{one.table}</code>": "{one.why}</span> }).collect_view()}
                    {move || { let more = unread.with(Vec::len).saturating_sub(5); (more > 0).then(|| view! { <span class="hint">"and " {more} " more"</span> }) }}
                </div>
            </div>
        </Show>
    }
}

#[component]
fn PasteTables() -> impl IntoView {
    let editor = Editor::expect();
    let toasts = Toasts::expect();
    let text = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let (fold, summary): (NodeRef<html::Details>, NodeRef<html::Summary>) = (NodeRef::new(), NodeRef::new());
    // A long text costs the browser a twentieth of a second at every change beside it, as long as it is shown.
    let close = move || {
        if let (Some(fold), Some(summary)) = (fold.get_untracked(), summary.get_untracked()) {
            let has_focus = fold.query_selector(":focus").is_ok_and(|focused| focused.is_some());
            fold.set_open(false);
            if has_focus {
                let _ = summary.focus();
            }
        }
    };
    let read = move |_| {
        let done = move |read: Result<usize, String>| match read {
            Ok(count) => {
                error.set(None);
                close();
                toasts.good(format!("Read {} table definitions", figures::count(count as u64)));
            }
            Err(why) => error.set(Some(why)),
        };
        text.with_untracked(|text| editor.catalogue.paste(text, done));
    };
    view! {
        <details class="fold" node_ref=fold>
            <summary data-test="paste-tables" node_ref=summary>"No connection? Paste CREATE TABLE text"</summary>
            <div class="stack">
                <textarea
                    class="input"
                    rows="7"
                    spellcheck="false"
                    aria-label="CREATE TABLE text"
                    data-test="paste-ddl"
                    placeholder="CREATE TABLE shop.orders (id BIGINT PRIMARY KEY, …);"
                    prop:value=move || text.get()
                    on:input:target=move |event| text.set(event.target().value())
                ></textarea>
                {move || error.get().map(|why| view! { <div class="find bad" role="alert"><Icon shape=Shape::Bad/><div>{why}</div></div> })}
                <div class="buttons">
                    <button type="button" class="btn" data-test="read-ddl" disabled=move || text.with(|text| text.trim().is_empty()) on:click=read>"Read the definitions"</button>
                    <span class="help">"Takes the place of the loaded tables in this page; nothing is sent."</span>
                </div>
            </div>
        </details>
    }
}
