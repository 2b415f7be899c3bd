//! Everything other tools want of the document, to copy or save.

use crate::{components::CodeBlock, pages::editor::state::Editor, rules};
use leptos::prelude::*;

#[component]
pub fn FilesTab() -> impl IntoView {
    let editor = Editor::expect();
    // With the findings, which rest while the user types.
    let artefacts = Memo::new(move |_| {
        editor.analysis.said.track();
        editor.document.with(rules::artefacts)
    });
    let count = Memo::new(move |_| artefacts.with(Vec::len));
    let block = move |at: usize| {
        let text = Signal::derive(move || artefacts.with(|all| all.get(at).map(|one| one.text.clone()).unwrap_or_default()));
        artefacts.with_untracked(|all| {
            all.get(at).map(|one| match one.file.clone() {
                Some(file) => view! { <CodeBlock title=one.title.clone() text=text file=file/> }.into_any(),
                None => view! { <CodeBlock title=one.title.clone() text=text wrap=true/> }.into_any(),
            })
        })
    };
    view! {
        <p class="help">"Secrets stay out: references are kept, values are redacted."</p>
        <For each=move || 0..count.get() key=|at| *at children=block/>
    }
}
