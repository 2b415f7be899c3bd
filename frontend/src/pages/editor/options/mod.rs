//! Step 6: every option of TiCDC's Kafka sink, found by any word one remembers of it.

mod field;
mod lists;

use super::{
    field::{Choice, Field},
    state::Editor,
};
use crate::{
    components::{Icon, Segments, Shape},
    rules,
};
use field::OptionField;
use leptos::prelude::*;
use lists::ListPart;
use shared::ticdc::ConfigKey;

/// Fields drawn at most: searching is quicker than reading on.
const MOST: usize = 60;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Show {
    Written,
    All,
}

#[component]
pub fn OptionsStep() -> impl IntoView {
    let editor = Editor::expect();
    let words = RwSignal::new(String::new());
    let show = RwSignal::new(Show::Written);
    // Options that were opened stay, also while they are empty.
    let opened = RwSignal::new(Vec::<&'static str>::new());
    let found = Memo::new(move |_| {
        let words = words.get();
        let options = if !words.trim().is_empty() {
            rules::search_options(&words)
        } else if show.get() == Show::All {
            rules::all_options()
        } else {
            editor.document.with(|document| opened.with(|opened| rules::written_options(document, opened)))
        };
        options.into_iter().map(rules::option_id).collect::<Vec<_>>()
    });
    let ids = move || found.with(|found| found.iter().take(MOST).cloned().collect::<Vec<_>>());
    let more = move || found.with(Vec::len).saturating_sub(MOST);
    view! {
        <section>
            <div>
                <h2>"Options"</h2>
                <p class="lead">"Everything TiCDC knows for Kafka: the sink URI's parameters and the changefeed's configuration. What the chosen version does not have, or reads and ignores, is a finding."</p>
            </div>
            <VersionFields/>
            <div class="head-row">
                <div class="search grow">
                    <Icon shape=Shape::Search size=15/>
                    <input
                        type="search"
                        class="input"
                        placeholder="Search names and explanations: compression, large message"
                        aria-label="Search options"
                        data-test="search-options"
                        prop:value=move || words.get()
                        on:input:target=move |event| words.set(event.target().value())
                    />
                </div>
                <Segments label="Options" options=vec![(Show::Written, "Set"), (Show::All, "All")] chosen=show on_choose=move |chosen| show.set(chosen)/>
            </div>
            <div class="fields" data-test="options">
                <For each=ids key=Clone::clone children=move |id| rules::option_by_id(&id).map(|key: &'static ConfigKey| view! { <OptionField key=key opened=opened/> })/>
            </div>
            <Show when=move || found.with(Vec::is_empty)>
                <p class="help">{move || if words.with(|words| words.trim().is_empty()) { "Nothing is set: TiCDC's defaults apply." } else { "No option is called or explained like that." }}</p>
            </Show>
            <Show when=move || { more() > 0 }><p class="help">{more} " more: search to narrow them."</p></Show>
        </section>
        <ListPart section="filter.event-filters[]" title="Event filters" lead="Leave out single kinds of changes of some tables."/>
        <ListPart section="sink.column-selectors[]" title="Column selectors" lead="Leave out columns of some tables. Key columns stay."/>
    }
}

/// The target, chosen once: whose options and defaults apply.
#[component]
fn VersionFields() -> impl IntoView {
    let editor = Editor::expect();
    view! {
        <div class="fields">
            <Field
                path="changefeed.ticdc_version"
                label="TiCDC version"
                key="changefeed.ticdc_version"
                placeholder="8.5.4"
                help="Empty: every option is taken as known."
                value=editor.text(|document| document.changefeed.ticdc_version.clone())
                on_input=editor.write(|document, text| document.changefeed.ticdc_version = text)
            />
            <Choice
                path="changefeed.ticdc_architecture"
                label="Architecture"
                key="changefeed.ticdc_architecture"
                options=vec![("", "as the version says"), ("classic", "classic"), ("new", "new: a server with newarch = true")]
                value=editor.text(|document| document.changefeed.ticdc_architecture.clone())
                on_input=editor.write(|document, text| document.changefeed.ticdc_architecture = text)
            />
        </div>
    }
}
