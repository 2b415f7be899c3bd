//! Server-sent events: one subscription per page, reopened by itself, closed with its owner; and streams that are read once.

use crate::{
    api::{self, Failure},
    state::Connection,
};
use futures::{StreamExt, future::AbortHandle};
use gloo_net::eventsource::{State, futures::EventSource};
use gloo_timers::future::TimeoutFuture;
use leptos::{
    prelude::*,
    task::{spawn_local, spawn_local_scoped_with_cancellation},
};
use std::ops::ControlFlow;

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

/// How a [`Reading`] ended.
pub enum End {
    /// The studio refused to begin.
    Refused(Failure),
    /// The studio ended it, or the line broke.
    Over,
}

/// A stream that is read once, and not opened again when it ends: a preflight, the rows of a query. The studio stops the work
/// behind it when it is closed, which happens at the latest when the owning component goes away.
#[derive(Clone, Copy)]
pub struct Reading(StoredValue<Option<AbortHandle>>);

impl Reading {
    pub fn new() -> Self {
        let reading = Self(StoredValue::new(None));
        on_cleanup(move || reading.stop());
        reading
    }

    /// Hands every event to `on_event` until it says `Break` or the stream ends, which `on_end` is told.
    pub fn start(
        self,
        path: String,
        names: &'static [&'static str],
        on_event: impl Fn(&str, &str) -> ControlFlow<()> + 'static,
        on_end: impl FnOnce(End) + 'static,
    ) {
        self.stop();
        let (reading, handle) = futures::future::abortable(async move {
            if let Some(end) = read(&path, names, on_event).await {
                on_end(end);
            }
        });
        self.0.set_value(Some(handle));
        // Called off: nobody is left to be told.
        spawn_local(async move { _ = reading.await });
    }

    pub fn stop(self) {
        if let Some(handle) = self.0.try_update_value(Option::take).flatten() {
            handle.abort();
        }
    }
}

/// `None` when the reader had enough.
async fn read(path: &str, names: &[&str], on_event: impl Fn(&str, &str) -> ControlFlow<()>) -> Option<End> {
    let mut begun = false;
    let mut done = false;
    if let Ok(mut source) = EventSource::new(&format!("{}{path}", api::BASE)) {
        let streams: Vec<_> = names.iter().filter_map(|name| source.subscribe(*name).ok()).collect();
        let mut events = futures::stream::select_all(streams);
        // The first broken line ends it: the browser would ask for everything anew.
        while let Some(Ok((name, message))) = events.next().await {
            begun = true;
            done = message.data().as_string().is_some_and(|data| on_event(&name, &data).is_break());
            if done {
                break;
            }
        }
        begun |= source.state() != State::Closed;
    }
    match (done, begun) {
        (true, _) => None,
        (false, true) => Some(End::Over),
        (false, false) => Some(End::Refused(api::why_refused(path).await)),
    }
}
