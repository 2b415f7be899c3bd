//! How far a line of a list is: a check of a preflight, a step of a launch.

use super::{Icon, Shape};
use leptos::prelude::*;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    Waiting,
    Running,
    Ok,
    Warning,
    Failed,
    /// Left out on purpose.
    Skipped,
}

impl Mark {
    /// The line's class.
    pub fn class(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "now",
            Self::Ok => "done",
            Self::Warning => "warned",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// `word` says the same to people who do not see the sign.
#[component]
pub fn MarkSign(mark: Mark, word: &'static str) -> impl IntoView {
    let sign = match mark {
        Mark::Waiting => view! { <Icon shape=Shape::Circle size=10/> }.into_any(),
        Mark::Running => view! { <span class="spin"></span> }.into_any(),
        Mark::Ok => view! { <Icon shape=Shape::Check/> }.into_any(),
        Mark::Warning => view! { <Icon shape=Shape::Warning/> }.into_any(),
        Mark::Failed => view! { <Icon shape=Shape::Bad/> }.into_any(),
        Mark::Skipped => view! { <Icon shape=Shape::Minus/> }.into_any(),
    };
    view! { <span class="mark" title=word>{sign}<span class="visually-hidden">{word}</span></span> }
}
