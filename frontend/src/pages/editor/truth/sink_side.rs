//! A table on a connector's side: what does not arrive as it was, and the statements that make it.

use crate::{
    components::{CodeBlock, Prose},
    rules::{Script, SinkSide},
};
use leptos::prelude::*;
use shared::downstream::LossGroup;

/// Columns named of a loss that many share.
const MOST_COLUMNS: usize = 8;

pub fn sink_side(side: SinkSide) -> impl IntoView {
    let losses = if side.losses.is_empty() {
        view! { <p class="ok-text" data-test="sink-loss">"Nothing: every value arrives as it is in the source."</p> }.into_any()
    } else {
        view! { <ul class="losses">{side.losses.into_iter().map(loss).collect_view()}</ul> }.into_any()
    };
    let scripts = (!side.scripts.is_empty()).then(|| {
        view! {
            <details class="fold" data-test="sink-scripts">
                <summary>"Statements for this table"</summary>
                <div class="stack">{side.scripts.into_iter().map(script).collect_view()}</div>
            </details>
        }
    });
    view! {
        <div class="hop"><b>"loses"</b>{losses}</div>
        {scripts}
    }
}

fn loss(loss: LossGroup) -> impl IntoView {
    let hidden = loss.columns.len().saturating_sub(MOST_COLUMNS);
    let columns = loss.columns.iter().take(MOST_COLUMNS).map(|column| view! { <code class="k">{column.clone()}</code>" " }).collect_view();
    let more = (hidden > 0).then(|| view! { <span class="dim" title=loss.columns.join(", ")>{format!("and {hidden} more ")}</span> });
    view! { <li data-test="sink-loss">{columns}{more}<Prose text=loss.what/>" "<span class="dim"><Prose text=loss.remedy/></span></li> }
}

fn script(script: Script) -> impl IntoView {
    view! { <CodeBlock title=script.title text=script.sql/> }
}
