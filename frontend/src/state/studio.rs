//! Facts about the studio itself, asked once.

use super::Load;
use crate::api;
use leptos::{prelude::*, task::spawn_local};
use shared::api::{Meta, Playground};

#[derive(Clone, Copy)]
pub struct Studio {
    meta: RwSignal<Load<Meta>>,
}

impl Studio {
    pub fn provide() {
        let studio = Self { meta: RwSignal::new(Load::Waiting) };
        studio.refresh();
        provide_context(studio);
    }

    pub fn expect() -> Self {
        expect_context()
    }

    pub fn refresh(self) {
        spawn_local(async move { self.meta.set(api::meta().await.into()) });
    }

    pub fn meta(self) -> Load<Meta> {
        self.meta.get()
    }

    /// Addresses of the embedded broker and registry, when this studio has them.
    pub fn playground(self) -> Option<Playground> {
        self.meta.with(|meta| meta.ready().and_then(|meta| meta.playground.clone()))
    }
}
