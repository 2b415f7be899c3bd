//! The document as text: line numbers, and the line that is wrong.

use super::{analysis::Said, field::FindingLine, state::Editor};
use leptos::{html, prelude::*};
use shared::Finding;

#[component]
pub fn TomlView() -> impl IntoView {
    let editor = Editor::expect();
    let numbers: NodeRef<html::Pre> = NodeRef::new();
    let text: NodeRef<html::Textarea> = NodeRef::new();
    let count = Memo::new(move |_| editor.toml.with(|text| text.lines().count().max(1) + usize::from(text.ends_with('\n'))));
    let wrong = Memo::new(move |_| editor.toml_findings.with(|findings| findings.iter().filter_map(line_of).collect::<Vec<_>>()));
    // The numbers scroll with the text.
    let follow = move |_| {
        if let (Some(numbers), Some(text)) = (numbers.get_untracked(), text.get_untracked()) {
            numbers.set_scroll_top(text.scroll_top());
        }
    };
    let gutter = move || {
        let wrong = wrong.get();
        (1..=count.get()).map(|line| view! { <span class:bad=wrong.contains(&line)>{line}</span> "\n" }).collect_view()
    };
    view! {
        <section>
            <div>
                <h2>"The document as text"</h2>
                <p class="lead">"The form and this text are one document. Comments are kept when it is saved from here."</p>
            </div>
            <div class="toml">
                <pre node_ref=numbers aria-hidden="true">{gutter}</pre>
                <textarea
                    node_ref=text
                    spellcheck="false"
                    autocomplete="off"
                    aria-label="Pipeline document, TOML"
                    aria-describedby="toml-finds"
                    data-test="toml"
                    wrap="off"
                    prop:value=move || editor.toml.get()
                    on:input:target=move |event| editor.text_changed(event.target().value())
                    on:scroll=follow
                ></textarea>
            </div>
            <div class="finds" id="toml-finds" aria-live="polite">
                {move || editor.toml_findings.get().into_iter().map(|finding| view! { <FindingLine said=Said { finding, table: None } place=true/> }).collect_view()}
            </div>
        </section>
    }
}

/// The line that a message names: `… line 12, column 3 …`.
fn line_of(finding: &Finding) -> Option<usize> {
    let (_, rest) = finding.message.split_once("line ")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}
