//! The newest messages of the chosen table's topic, read back from Kafka and decoded through the registry.

use super::RunState;
use crate::{
    api::{self, Failure},
    components::{Icon, Segments, Shape},
};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};
use serde_json::Value;
use shared::{
    api::{PipelineState, TopicMessage},
    figures,
};

const EVERY_MS: u32 = 2_000;
const LIMIT: u32 = 20;
/// Columns shown of a value; the rest is in the title.
const MOST_PAIRS: usize = 6;

#[component]
pub fn MessagesCard(run: RunState) -> impl IntoView {
    let live = RwSignal::new(true);
    let topic = Memo::new(move |_| run.chosen_table().map(|table| table.topic));
    let messages = RwSignal::new(None::<Result<Vec<TopicMessage>, Failure>>);
    let moving =
        Memo::new(move |_| matches!(run.pipeline_state(), PipelineState::Starting | PipelineState::Running | PipelineState::Retrying));
    // Another topic: its messages, not the last one's.
    Effect::new(move || {
        topic.track();
        messages.set(None);
    });
    spawn_local_scoped_with_cancellation(async move {
        let mut shown = None;
        loop {
            let wanted = topic.get_untracked();
            let fresh = wanted != shown;
            if let Some(name) = wanted.clone()
                && (fresh || (live.get_untracked() && moving.get_untracked()))
            {
                let answer = api::messages(&run.name(), &name, LIMIT).await;
                if topic.get_untracked() == wanted {
                    messages.set(Some(answer));
                    shown = wanted;
                }
            }
            // A new choice is answered quickly; otherwise the pace is slow.
            for _ in 0..EVERY_MS / 100 {
                TimeoutFuture::new(100).await;
                if topic.get_untracked() != shown {
                    break;
                }
            }
        }
    });
    let body = move || {
        if topic.get().is_none() {
            return view! { <p class="in dim">"Messages appear with the first rows."</p> }.into_any();
        }
        messages.with(|messages| match messages {
            None => view! { <div class="in"><span class="skeleton" style="width:80%"></span></div> }.into_any(),
            Some(Err(failure)) => view! { <div class="in"><div class="find bad"><Icon shape=Shape::Bad/><div>{failure.message.clone()}<span class="where">{failure.code.clone()}</span></div></div></div> }.into_any(),
            Some(Ok(list)) if list.is_empty() => view! { <p class="in dim">"The topic has no messages yet."</p> }.into_any(),
            Some(Ok(list)) => view! {
                <div class="scroll-x fixed-list" tabindex="0">
                    <table class="messages">
                        <thead><tr><th scope="col">"part:offset"</th><th scope="col">"key"</th><th scope="col">"value"</th></tr></thead>
                        <tbody>{list.iter().map(row).collect_view()}</tbody>
                    </table>
                </div>
            }
            .into_any(),
        })
    };
    view! {
        <section class="card">
            <header>
                <h2>"Newest messages"</h2>
                <span class="mono dim grow">{move || topic.get()}</span>
                <Segments label="Messages" options=vec![(true, "Live"), (false, "Hold")] chosen=live on_choose=move |on| live.set(on)/>
            </header>
            {body}
        </section>
    }
}

fn row(message: &TopicMessage) -> impl IntoView + use<> {
    let value = if let Some(error) = &message.error {
        view! { <span class="bad-text">{error.clone()}</span> }.into_any()
    } else if message.tombstone {
        view! { <span class="pairs"><span class="m">"d"</span><span class="dim">"tombstone"</span></span> }.into_any()
    } else {
        pairs(message.value.as_ref(), message.key.as_ref()).into_any()
    };
    let schema = message.value_schema_id.map(|id| format!(", schema {id}")).unwrap_or_default();
    let title = format!("{} bytes{schema}", figures::count(message.value_bytes));
    view! {
        <tr data-test="message-row">
            <td class="mono dim nowrap">{message.partition}":"{message.offset}</td>
            <td class="mono">{pairs(message.key.as_ref(), None)}</td>
            <td class="mono" title=title>{value}</td>
        </tr>
    }
}

/// `column value` of an object, without those that are the same in `known` (the key is shown beside the value).
fn pairs(value: Option<&Value>, known: Option<&Value>) -> impl IntoView + use<> {
    let Some(Value::Object(map)) = value else {
        return view! { <span class="dim">{value.map_or_else(|| "none".to_owned(), Value::to_string)}</span> }.into_any();
    };
    let fresh: Vec<_> = map.iter().filter(|(name, value)| known.and_then(|known| known.get(name)) != Some(*value)).collect();
    let more = fresh.len().saturating_sub(MOST_PAIRS);
    let shown = fresh
        .into_iter()
        .take(MOST_PAIRS)
        .map(|(name, value)| {
            let (class, text) = match value {
                Value::Null => ("dim", "null".to_owned()),
                Value::String(text) => ("s", text.clone()),
                other => ("v", other.to_string()),
            };
            view! { <span><span class="k">{name.clone()}</span>" "<span class=class>{text}</span></span> }
        })
        .collect_view();
    view! { <span class="pairs">{shown}{(more > 0).then(|| view! { <span class="dim">"+" {more}</span> })}</span> }.into_any()
}
