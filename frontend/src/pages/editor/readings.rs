//! How each reader would take a secret that was just typed, and how to write it for each.

use leptos::prelude::*;
use shared::secret::{Inspection, Outcome, Reading, inspect};

/// Folded away below a secret's field. The right spellings hold the secret: they show only while the field itself does.
#[component]
pub fn Readings(#[prop(into)] value: Signal<String>, #[prop(into)] shown: Signal<bool>) -> impl IntoView {
    let open = RwSignal::new(false);
    // Compared by the readings, which tell nothing of the text when they are printed.
    let inspection = Memo::new(move |_| (open.get() && !value.with(String::is_empty)).then(|| value.with(|text| inspect(text))));
    let lines = move || inspection.get().map(|Inspection { readings, .. }| readings.into_iter().map(|one| line(one, shown)).collect_view());
    view! {
        <details class="fold small" on:toggle=move |_| open.update(|open| *open = !*open)>
            <summary data-test="readings">"How each reader takes it"</summary>
            <div class="scroll-x">
                <table class="routes">
                    <thead><tr><th scope="col">"Reader"</th><th scope="col">"As it is"</th><th scope="col">"Write"</th></tr></thead>
                    <tbody>{lines}</tbody>
                </table>
            </div>
        </details>
    }
}

fn line(reading: Reading, shown: Signal<bool>) -> impl IntoView {
    let as_read = match reading.as_read {
        Outcome::Same => view! { <span class="ok-text">"read right"</span> }.into_any(),
        Outcome::Different(why) => view! { <span class="warn-text">{sentence("read as something else", &why)}</span> }.into_any(),
        Outcome::Refused(why) => view! { <span class="bad-text">{sentence("refused", &why)}</span> }.into_any(),
    };
    let write = move || match (&reading.write, shown.get()) {
        (None, _) => view! { <span class="dim">"cannot hold it"</span> }.into_any(),
        (Some(write), true) => view! { <code>{write.clone()}</code> }.into_any(),
        (Some(_), false) => view! { <span class="dim">"press Show"</span> }.into_any(),
    };
    view! { <tr><td title=reading.consumer.place()>{reading.consumer.name()}</td><td>{as_read}</td><td>{write}</td></tr> }
}

fn sentence(what: &str, why: &[String]) -> String {
    if why.is_empty() { what.to_owned() } else { format!("{what}: {}", why.join("; ")) }
}
