//! Sentences with literal values in `backticks`.

use leptos::{either::Either, prelude::*};

/// The text, its backticked parts in the code face.
#[component]
pub fn Prose(#[prop(into)] text: String) -> impl IntoView {
    let closed = text.matches('`').count().is_multiple_of(2);
    text.split('`')
        .enumerate()
        .map(|(at, part)| {
            let part = part.to_owned();
            // An odd one out is a character like any other.
            if closed && at % 2 == 1 {
                Either::Left(view! { <code>{part}</code> })
            } else {
                Either::Right(if closed || at == 0 { part } else { format!("`{part}") })
            }
        })
        .collect_view()
}
