//! What happened, newest first.

use super::RunState;
use crate::{browser, components::Prose};
use leptos::prelude::*;
use shared::api::{LogEntry, LogLevel};

#[component]
pub fn LogCard(run: RunState) -> impl IntoView {
    let entries = move || {
        let mut seen = std::collections::HashMap::new();
        run.log.with(|log| {
            log.iter()
                .map(|entry| {
                    // Two entries of one millisecond still need keys of their own.
                    let count = seen.entry(entry.at_ms).or_insert(0_u32);
                    *count += 1;
                    (entry.at_ms, *count, entry.clone())
                })
                .rev()
                .collect::<Vec<_>>()
        })
    };
    let line = |(_, _, entry): (u64, u32, LogEntry)| {
        let (class, word) = match entry.level {
            LogLevel::Info => ("dim", "info"),
            LogLevel::Warning => ("warn-text", "warning"),
            LogLevel::Error => ("bad-text", "error"),
        };
        view! { <li><time>{browser::time_of_day(entry.at_ms, true)}</time><span class=class>{word}</span><span><Prose text=entry.text/></span></li> }
    };
    view! {
        <section class="card">
            <header><h2>"Events"</h2></header>
            <Show when=move || run.log.with(|log| !log.is_empty()) fallback=|| view! { <p class="in dim">"Nothing has happened yet."</p> }>
                <ul class="log" data-test="log" tabindex="0"><For each=entries key=|(at, count, _)| (*at, *count) children=line/></ul>
            </Show>
        </section>
    }
}
