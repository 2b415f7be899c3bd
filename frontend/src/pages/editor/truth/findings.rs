//! Everything there is to say, worst first, each with its field and its step.

use crate::{
    components::{Icon, Shape},
    pages::editor::{analysis::Said, field::FindingLine, form::TestButton, state::Editor, steps::Step},
};
use leptos::prelude::*;
use shared::figures;

/// Lines drawn at most.
const MOST: usize = 100;

#[component]
pub fn FindingsTab() -> impl IntoView {
    let editor = Editor::expect();
    let all = move || {
        let mut said = editor.analysis.said.with(|said| said.iter().take(MOST).cloned().collect::<Vec<_>>());
        for finding in editor.connection_findings() {
            if !said.iter().any(|one| one.finding == finding) {
                said.push(Said { finding, table: None });
            }
        }
        said
    };
    let more = move || editor.analysis.said.with(Vec::len).saturating_sub(MOST);
    let unchecked = move || editor.analysis.unchecked.get();
    let line = |said: Said| {
        let step = Step::of_path(&said.finding.path);
        view! {
            <div>
                <FindingLine said=said place=true/>
                <a href=step.href() class="to-step">"Go to " {step.title()}</a>
            </div>
        }
    };
    view! {
        <div class="buttons"><TestButton/></div>
        <Show when=move || { unchecked() > 0 }>
            <p class="help" data-test="tables-unchecked">"The filter lets " {move || figures::count(unchecked() as u64)} " tables in: too many to look into their columns, keys and names in the sinks here. Topics and partitions are checked for all."</p>
        </Show>
        <Show
            when=move || !all().is_empty()
            fallback=|| view! {
                <div class="empty">
                    <Icon shape=Shape::Check size=24/>
                    <b>"No findings"</b>
                    <p>"Nothing is wrong as far as can be seen without connecting."</p>
                </div>
            }
        >
            <div class="finds">{move || all().into_iter().map(line).collect_view()}</div>
            <Show when=move || { more() > 0 }><p class="help">"and " {more} " more"</p></Show>
        </Show>
    }
}
