//! One subject's schema before and after, field by field.

use crate::components::{CodeBlock, Icon, Prose, Shape};
use leptos::prelude::*;
use serde_json::Value;
use shared::downstream::{FieldChange, Mark, SchemaChange};

/// `side`: key or value.
#[component]
pub fn SchemaCard(side: &'static str, change: SchemaChange) -> impl IntoView {
    let (chip, word) = match (&change.before, change.accepted) {
        (_, false) => ("chip bad", "refused"),
        (None, _) => ("chip info", "new subject"),
        (Some(before), _) if *before == change.after => ("chip", "unchanged"),
        _ => ("chip ok", "accepted"),
    };
    let (same, news): (Vec<FieldChange>, Vec<FieldChange>) = change.fields().into_iter().partition(|field| field.mark() == Mark::Same);
    let news = (!news.is_empty()).then(|| view! { <ul class="diff">{news.into_iter().map(field).collect_view()}</ul> });
    let count = same.len();
    let same = (count > 0).then(|| {
        let title = if count == 1 { "1 field stays as it is".to_owned() } else { format!("{count} fields stay as they are") };
        view! { <details class="fold small"><summary>{title}</summary><ul class="diff">{same.into_iter().map(field).collect_view()}</ul></details> }
    });
    let advice = change
        .advice
        .iter()
        .map(|advice| view! { <div class="find bad"><Icon shape=Shape::Bad/><div><Prose text=advice.clone()/></div></div> })
        .collect_view();
    let reasons = (!change.reasons.is_empty()).then(|| {
        let reasons = change.reasons.iter().map(|reason| view! { <pre>{reason.clone()}</pre> }).collect_view();
        view! { <details class="fold small reasons"><summary>"The registry's own words"</summary>{reasons}</details> }
    });
    let before = change.before.as_ref().map(|text| view! { <CodeBlock title="Before" text=pretty(text)/> });
    view! {
        <section class="card" data-test=format!("rehearse-{side}")>
            <header><h3 class="grow">{change.subject}</h3><span class=chip>{word}</span></header>
            <div class="in stack">
                {advice}
                {reasons}
                {news}
                {same}
                <details class="fold small">
                    <summary>{format!("The {side}'s Avro schema")}</summary>
                    <div class="stack">{before}<CodeBlock title="After" text=pretty(&change.after)/></div>
                </details>
            </div>
        </section>
    }
}

fn field(field: FieldChange) -> impl IntoView {
    let (class, sign, word) = match field.mark() {
        Mark::Same => ("", " ", "unchanged"),
        Mark::Added => ("added", "+", "added"),
        Mark::Removed => ("removed", "−", "removed"),
        Mark::Changed => ("changed", "~", "changed"),
    };
    let text = match (field.before, field.after) {
        (Some(before), Some(after)) if before != after => view! { <del>{before}</del>" → "{after} }.into_any(),
        (before, after) => view! { {after.or(before)} }.into_any(),
    };
    view! {
        <li class=class>
            <span aria-hidden="true">{sign}</span>
            <span><span class="visually-hidden">{word}" "</span><b>{field.name}</b>" "{text}</span>
        </li>
    }
}

/// With line breaks, for people.
fn pretty(schema: &str) -> String {
    serde_json::from_str::<Value>(schema).and_then(|schema| serde_json::to_string_pretty(&schema)).unwrap_or_else(|_| schema.to_owned())
}
