//! What a ksqlDB stream or table shows of the followed event.

use super::sinks::short;
use crate::{
    components::{Icon, Prose, Shape},
    rules::KsqlStory,
};
use leptos::prelude::*;
use shared::ksql::{Cell, RowView};

pub fn ksql_row(story: KsqlStory) -> impl IntoView {
    let body = match story.views {
        Ok(views) => views.into_iter().map(|view| view! { <div class="hop">{row(view)}</div> }).collect_view().into_any(),
        Err(why) => view! { <div class="find bad"><Icon shape=Shape::Bad/><div><Prose text=why/></div></div> }.into_any(),
    };
    view! {
        <div class="card" data-test="ksql-row">
            <header><h3 class="grow">{story.name}</h3><span class="tag">"ksqlDB "{story.keyword}</span></header>
            <div class="in flow">{body}</div>
        </div>
    }
}

fn row(view: RowView) -> impl IntoView {
    let (word, shown) = match view {
        RowView::Row(row) => ("shows", view! { <pre>{cells(row)}</pre> }.into_any()),
        RowView::Removed(key) => ("removes", view! { <pre class="dim">{cells(key)}</pre> }.into_any()),
        RowView::Nothing(why) => {
            ("shows", view! { <div class="find warn"><Icon shape=Shape::Warning/><div>{format!("Nothing: {why}.")}</div></div> }.into_any())
        }
    };
    view! { <b>{word}</b>{shown} }
}

fn cells(cells: Vec<Cell>) -> impl IntoView {
    cells
        .into_iter()
        .map(|cell| view! { <span class="k" title=cell.ty>{cell.column}</span>"="<span class="v">{short(&cell.value)}</span>"  " })
        .collect_view()
}
