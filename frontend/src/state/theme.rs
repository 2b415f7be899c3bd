//! Light or dark: the system's choice until the user makes one, which is remembered.

use crate::browser;
use leptos::prelude::*;

/// Also read by the script in `index.html`, before the first paint.
const KEY: &str = "studio.theme";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThemeChoice {
    System,
    Light,
    Dark,
}

#[derive(Clone, Copy)]
pub struct Theme {
    choice: RwSignal<ThemeChoice>,
    system_dark: RwSignal<bool>,
}

impl Theme {
    pub fn provide() {
        let choice = match browser::remembered(KEY).as_deref() {
            Some("dark") => ThemeChoice::Dark,
            Some("light") => ThemeChoice::Light,
            _ => ThemeChoice::System,
        };
        let theme = Self { choice: RwSignal::new(choice), system_dark: RwSignal::new(browser::system_is_dark()) };
        browser::on_system_theme(move || theme.system_dark.set(browser::system_is_dark()));
        Effect::new(move || browser::set_root_class("dark", theme.is_dark()));
        provide_context(theme);
    }

    pub fn expect() -> Self {
        expect_context()
    }

    pub fn choice(self) -> ThemeChoice {
        self.choice.get()
    }

    pub fn is_dark(self) -> bool {
        match self.choice.get() {
            ThemeChoice::System => self.system_dark.get(),
            ThemeChoice::Light => false,
            ThemeChoice::Dark => true,
        }
    }

    pub fn choose(self, choice: ThemeChoice) {
        self.choice.set(choice);
        browser::remember(
            KEY,
            match choice {
                ThemeChoice::System => None,
                ThemeChoice::Light => Some("light"),
                ThemeChoice::Dark => Some("dark"),
            },
        );
    }

    pub fn switch(self) {
        let dark = untrack(|| self.is_dark());
        self.choose(if dark { ThemeChoice::Light } else { ThemeChoice::Dark });
    }
}
