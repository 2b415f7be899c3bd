//! Whether live figures still arrive.

use leptos::prelude::*;

/// The line to the studio, as the shell's banner shows it.
#[derive(Clone, Copy)]
pub struct Connection {
    lost: RwSignal<bool>,
}

impl Connection {
    pub fn provide() {
        provide_context(Self { lost: RwSignal::new(false) });
    }

    pub fn expect() -> Self {
        expect_context()
    }

    pub fn is_lost(self) -> bool {
        self.lost.get()
    }

    pub fn lost(self) {
        self.lost.set(true);
    }

    pub fn restored(self) {
        // A page on its way out may come after the shell is gone.
        let _ = self.lost.try_set(false);
    }
}
