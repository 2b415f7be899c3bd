//! Short messages in the corner: what failed, with the request id to look for in the log, and what worked.

use crate::api::Failure;
use gloo_timers::future::TimeoutFuture;
use leptos::{prelude::*, task::spawn_local};

/// How long a good message stays, milliseconds. Bad ones stay until dismissed.
const GOOD_FOR_MS: u32 = 4_000;
/// Older messages make room.
const MOST: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    pub id: u32,
    pub tone: Tone,
    pub text: String,
    /// Code and request id, for support.
    pub detail: String,
}

#[derive(Clone, Copy)]
pub struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toasts {
    pub fn provide() {
        provide_context(Self { list: RwSignal::new(Vec::new()), next: StoredValue::new(0) });
    }

    pub fn expect() -> Self {
        expect_context()
    }

    pub fn list(self) -> Vec<Toast> {
        self.list.get()
    }

    /// `doing` completes "Could not …".
    pub fn failed(self, doing: &str, failure: &Failure) {
        let detail = if failure.request_id.is_empty() {
            failure.code.clone()
        } else {
            format!("{} · request {}", failure.code, failure.request_id)
        };
        // A single finding says more than the sentence about it.
        let why = match failure.findings.as_slice() {
            [one] => format!("{} {}", one.message, one.hint),
            _ => failure.message.clone(),
        };
        self.push(Tone::Bad, format!("Could not {doing}: {why}"), detail);
    }

    pub fn good(self, text: impl Into<String>) {
        let id = self.push(Tone::Good, text.into(), String::new());
        spawn_local(async move {
            TimeoutFuture::new(GOOD_FOR_MS).await;
            self.dismiss(id);
        });
    }

    pub fn bad(self, text: impl Into<String>) {
        self.push(Tone::Bad, text.into(), String::new());
    }

    pub fn dismiss(self, id: u32) {
        self.list.update(|list| list.retain(|toast| toast.id != id));
    }

    fn push(self, tone: Tone, text: String, detail: String) -> u32 {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.list.update(|list| {
            // The same thing said twice is said once.
            list.retain(|toast| toast.text != text);
            list.push(Toast { id, tone, text, detail });
            if list.len() > MOST {
                list.remove(0);
            }
        });
        id
    }
}
