//! Server-sent events: one subscription per page, reopened by itself, closed with its owner.

use crate::{api, state::Connection};
use gloo_net::eventsource::{State, futures::EventSource};
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local_scoped_with_cancellation};

/// Wait before a refused subscription is tried again, milliseconds. The browser itself retries broken ones.
const REOPEN_AFTER_MS: u32 = 2_000;

/// Hands the data of every event named in `names` at `path` (below `/api/v1`) to `on_event`, until the calling component
/// goes away. Tells the shell when the line is lost and when it is back; `on_back` runs then, to fetch what was missed.
pub fn subscribe(path: String, names: &'static [&'static str], on_event: impl Fn(&str, &str) + 'static, on_back: impl Fn() + 'static) {
    let connection = Connection::expect();
    on_cleanup(move || connection.restored());
    spawn_local_scoped_with_cancellation(async move {
        let mut lost = false;
        loop {
            listen(&path, names, |message| match message {
                Some((name, data)) => {
                    if std::mem::take(&mut lost) {
                        connection.restored();
                        on_back();
                    }
                    on_event(name, data);
                }
                None => {
                    lost = true;
                    connection.lost();
                }
            })
            .await;
            TimeoutFuture::new(REOPEN_AFTER_MS).await;
        }
    });
}

/// One subscription, until the browser gives it up. `None` says that the line broke.
async fn listen(path: &str, names: &[&'static str], mut on: impl FnMut(Option<(&str, &str)>)) {
    use futures::StreamExt;
    let Ok(mut source) = EventSource::new(&format!("{}{path}", api::BASE)) else {
        on(None);
        return;
    };
    let streams: Vec<_> = names.iter().filter_map(|name| source.subscribe(*name).ok()).collect();
    let mut events = futures::stream::select_all(streams);
    while let Some(event) = events.next().await {
        match event {
            Ok((name, message)) => {
                if let Some(data) = message.data().as_string() {
                    on(Some((&name, &data)));
                }
            }
            Err(_) => {
                on(None);
                if source.state() == State::Closed {
                    return;
                }
            }
        }
    }
}
