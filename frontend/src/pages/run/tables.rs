//! Counters of every table; choosing one shows its messages.

use super::RunState;
use crate::components::{Icon, Shape, Sparkline};
use leptos::prelude::*;
use shared::{api::TableProgress, figures};

#[component]
pub fn TablesCard(run: RunState) -> impl IntoView {
    let names = Memo::new(move |_| {
        run.read(|progress| progress.tables.iter().map(|table| table.table.clone()).collect::<Vec<_>>()).unwrap_or_default()
    });
    let more = Memo::new(move |_| run.read(|progress| progress.tables_total.saturating_sub(progress.tables.len() as u64)).unwrap_or(0));
    let chosen = Memo::new(move |_| run.chosen_table().map(|table| table.table));
    view! {
        <section class="card">
            <header><h2>"Tables"</h2><span class="dim">{move || figures::count(names.with(Vec::len) as u64 + more.get())}</span></header>
            <Show
                when=move || !names.with(Vec::is_empty)
                fallback=|| view! {
                    <div class="empty">
                        <Icon shape=Shape::Database size=24/>
                        <b>"No table has sent a row yet"</b>
                        <p>"Tables appear here with their first change."</p>
                    </div>
                }
            >
                <div class="scroll-x fixed-list">
                    <table class="run-tables stack">
                        <thead>
                            <tr>
                                <th scope="col">"Table"</th>
                                <th scope="col">"Topic"</th>
                                <th scope="col" class="num">"rows"</th>
                                <th scope="col">"10 min"</th>
                                <th scope="col" class="num">"lag"</th>
                                <th scope="col" class="num">"deletes"</th>
                            </tr>
                        </thead>
                        <tbody>
                            <For each=move || names.get() key=Clone::clone children=move |name| view! { <TableRow run=run name=name chosen=chosen/> }/>
                        </tbody>
                    </table>
                </div>
                <Show when=move || more.get() != 0><p class="in dim">"and " {move || figures::count(more.get())} " more, with fewer rows"</p></Show>
            </Show>
        </section>
    }
}

#[component]
fn TableRow(run: RunState, name: String, #[prop(into)] chosen: Signal<Option<String>>) -> impl IntoView {
    let name = StoredValue::new(name);
    let table = Memo::new(move |last: Option<&Option<TableProgress>>| {
        let name = name.get_value();
        run.read(|progress| progress.tables.iter().find(|table| table.table == name).cloned()).flatten().or_else(|| last.cloned().flatten())
    });
    let read = move |take: fn(&TableProgress) -> String| table.with(|table| table.as_ref().map(take).unwrap_or_default());
    let selected = move || chosen.with(|chosen| chosen.as_deref() == Some(&*name.get_value()));
    let choose = move |_| run.chosen.set(Some(name.get_value()));
    view! {
        <tr class:sel=selected data-test=format!("table-row-{}", name.get_value()) data-rows=move || read(|table| table.rows.to_string()) on:click=choose>
            <td class="head"><button type="button" class="pick mono" aria-pressed=move || selected().to_string()>{name.get_value()}</button></td>
            <td class="mono dim" data-label="Topic">{move || read(|table| table.topic.clone())}</td>
            <td class="num" data-label="rows">{move || read(|table| figures::count(table.rows))}</td>
            <td data-label="10 min"><Sparkline values=Signal::derive(move || table.with(|table| table.as_ref().map(|table| table.spark.clone()).unwrap_or_default())) colour="var(--c1)"/></td>
            <td class="num" data-label="lag">{move || read(|table| table.lag_ms.map_or_else(|| "–".to_owned(), |ms| { let (value, unit) = figures::duration_ms(ms); format!("{value} {unit}") }))}</td>
            <td class="num" data-label="deletes">{move || read(|table| figures::count(table.deletes))}</td>
        </tr>
    }
}
