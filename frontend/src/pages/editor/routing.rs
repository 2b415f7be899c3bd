//! Step 3: dispatchers, in order; the first whose matcher matches decides.

use super::{
    document,
    field::{Choice, Field, FindingsAt},
    state::Editor,
};
use crate::{
    components::{Icon, Shape},
    rules,
};
use leptos::{ev, prelude::*};
use shared::config::{Dispatcher, Pipeline};

const PATH: &str = "changefeed.config.sink.dispatchers";

fn list(document: &mut Pipeline) -> &mut Vec<Dispatcher> {
    &mut document.changefeed.config.sink.dispatchers
}

#[component]
pub fn RoutingStep() -> impl IntoView {
    let editor = Editor::expect();
    let count = Memo::new(move |_| editor.document.with(|document| document.changefeed.config.sink.dispatchers.len()));
    let dragged = RwSignal::new(None::<usize>);
    let over = RwSignal::new(None::<usize>);
    let said = RwSignal::new(String::new());
    let add = move |_| editor.document.update(|document| list(document).push(rules::new_dispatcher()));
    view! {
        <section>
            <div>
                <h2>"Routing"</h2>
                <p class="lead">"The first matching dispatcher decides topic and partition. Avro needs one topic per table: put " <code>"{schema}"</code> " and " <code>"{table}"</code> " into the topic."</p>
            </div>
            <div class="rows" data-test="dispatchers">
                <For
                    each=move || 0..count.get()
                    key=|at| *at
                    children=move |at| view! { <DispatcherCard at=at count=count dragged=dragged over=over said=said/> }
                />
                <Show when=move || count.get() == 0>
                    <div class="empty card">
                        <b>"No dispatchers"</b>
                        <p>"Every table goes to the default topic, which Avro can hold only for a single table."</p>
                    </div>
                </Show>
            </div>
            <span class="visually-hidden" role="status">{move || said.get()}</span>
            <FindingsAt path=PATH/>
            <div class="buttons">
                <button type="button" class="btn" data-test="add-dispatcher" on:click=add><Icon shape=Shape::Plus size=14/> "Add dispatcher"</button>
                <span class="help">"Drag to reorder, or use the arrows."</span>
            </div>
        </section>
    }
}

/// One dispatcher, by its place in the list: the card stays when the order changes, its values move.
#[component]
fn DispatcherCard(
    at: usize,
    #[prop(into)] count: Signal<usize>,
    dragged: RwSignal<Option<usize>>,
    over: RwSignal<Option<usize>>,
    said: RwSignal<String>,
) -> impl IntoView {
    let editor = Editor::expect();
    let path = move |field: &str| format!("{PATH}[{at}].{field}");
    let read = move |get: fn(&Dispatcher) -> String| {
        editor.text(move |document| document.changefeed.config.sink.dispatchers.get(at).map(get).unwrap_or_default())
    };
    let write = move |set: fn(&mut Dispatcher, String)| {
        editor.write(move |document, text| {
            if let Some(dispatcher) = list(document).get_mut(at) {
                set(dispatcher, text);
            }
        })
    };
    let tidy = move |get: fn(&mut Dispatcher) -> &mut Vec<String>| {
        move || {
            editor.document.update(|document| {
                if let Some(dispatcher) = list(document).get_mut(at) {
                    document::tidy(get(dispatcher));
                }
            });
        }
    };
    let move_to = move |from: usize, to: usize| {
        editor.document.update(|document| {
            let list = list(document);
            if from < list.len() && to < list.len() {
                let dispatcher = list.remove(from);
                list.insert(to, dispatcher);
            }
        });
        said.set(format!("Dispatcher {} is now number {}", from + 1, to + 1));
    };
    let rule =
        read(|dispatcher| if dispatcher.partition.is_empty() { dispatcher.dispatcher.clone() } else { dispatcher.partition.clone() });
    let used =
        move || editor.analysis.routes.with(|routes| routes.iter().filter(|route| route.matched && route.dispatcher == Some(at)).count());
    let known = move || editor.catalogue.tables.with(|tables| !tables.is_empty());
    let class = move || {
        let mut class = "disp".to_owned();
        if dragged.get() == Some(at) {
            class.push_str(" dragging");
        } else if over.get() == Some(at) {
            class.push_str(" over");
        }
        class
    };
    let drop_here = move |event: ev::DragEvent| {
        event.prevent_default();
        if let Some(from) = dragged.get_untracked() {
            move_to(from, at);
        }
        dragged.set(None);
        over.set(None);
    };
    view! {
        <div
            class=class
            role="group"
            aria-label=format!("Dispatcher {}", at + 1)
            on:dragover=move |event: ev::DragEvent| {
                if dragged.get_untracked().is_some() {
                    event.prevent_default();
                    over.set(Some(at));
                }
            }
            on:drop=drop_here
        >
            <header>
                <span
                    class="grip"
                    draggable="true"
                    title="Drag to reorder"
                    on:dragstart=move |event: ev::DragEvent| {
                        dragged.set(Some(at));
                        if let Some(transfer) = event.data_transfer() {
                            // Some browsers drag only what carries data.
                            let _ = transfer.set_data("text/plain", &at.to_string());
                        }
                    }
                    on:dragend=move |_| {
                        dragged.set(None);
                        over.set(None);
                    }
                >
                    <Icon shape=Shape::Grip size=18/>
                </span>
                <span>{at + 1}</span>
                <span class="grow dim">
                    {move || known().then(|| match used() { 0 => "decides for no table".to_owned(), 1 => "decides for 1 table".to_owned(), n => format!("decides for {n} tables") })}
                </span>
                <button type="button" class="btn q s icon" aria-label=format!("Move dispatcher {} up", at + 1) disabled=at == 0 on:click=move |_| move_to(at, at - 1)>
                    <Icon shape=Shape::ChevronUp size=16/>
                </button>
                <button type="button" class="btn q s icon" aria-label=format!("Move dispatcher {} down", at + 1) disabled=move || { at + 1 >= count.get() } on:click=move |_| move_to(at, at + 1)>
                    <Icon shape=Shape::ChevronDown size=16/>
                </button>
                <button
                    type="button"
                    class="btn q s icon"
                    aria-label=format!("Remove dispatcher {}", at + 1)
                    on:click=move |_| editor.document.update(|document| if at < list(document).len() { list(document).remove(at); })
                >
                    <Icon shape=Shape::Close size=16/>
                </button>
            </header>
            <div class="cols">
                <Field
                    path=path("matcher")
                    label="Tables"
                    key="matcher"
                    placeholder="shop.*"
                    value=read(|dispatcher| document::join(&dispatcher.matcher))
                    on_input=write(|dispatcher, text| dispatcher.matcher = document::split(&text))
                    on_leave=tidy(|dispatcher| &mut dispatcher.matcher)
                />
                <Field
                    path=path("topic")
                    label="Topic"
                    key="topic"
                    placeholder="the default topic"
                    value=read(|dispatcher| dispatcher.topic.clone())
                    on_input=write(|dispatcher, text| dispatcher.topic = text)
                />
                <Choice
                    path=path("partition")
                    label="Partition"
                    key="partition"
                    options=vec![
                        ("", "default"),
                        ("table", "table"),
                        ("index-value", "index-value"),
                        ("columns", "columns"),
                        ("ts", "ts"),
                    ]
                    value=rule
                    on_input=write(|dispatcher, text| {
                        dispatcher.partition = text;
                        dispatcher.dispatcher.clear();
                    })
                />
            </div>
            <Show when=move || rule.get() == "index-value" || !read(|dispatcher| dispatcher.index.clone()).get().is_empty()>
                <Field
                    path=path("index")
                    label="Index"
                    key="index"
                    help="Its columns choose the partition. Empty: the primary key, else the first unique index without NULLs."
                    value=read(|dispatcher| dispatcher.index.clone())
                    on_input=write(|dispatcher, text| dispatcher.index = text)
                />
            </Show>
            <Show when=move || rule.get() == "columns" || !read(|dispatcher| document::join(&dispatcher.columns)).get().is_empty()>
                <Field
                    path=path("columns")
                    label="Columns"
                    key="columns"
                    help="Separated by commas; every matched table must have them."
                    value=read(|dispatcher| document::join(&dispatcher.columns))
                    on_input=write(|dispatcher, text| dispatcher.columns = document::split(&text))
                    on_leave=tidy(|dispatcher| &mut dispatcher.columns)
                />
            </Show>
        </div>
    }
}
