//! The steps of the form, and which step a finding belongs to.

use super::{analysis::Said, field::id_of, state::Editor};
use crate::{
    browser,
    components::{Icon, Shape},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::Severity;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Source,
    Tables,
    Routing,
    Kafka,
    Registry,
    Options,
    Downstream,
    Review,
}

impl Step {
    pub const ALL: [Self; 8] =
        [Self::Source, Self::Tables, Self::Routing, Self::Kafka, Self::Registry, Self::Options, Self::Downstream, Self::Review];

    /// In the address, `?step=`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Tables => "tables",
            Self::Routing => "routing",
            Self::Kafka => "kafka",
            Self::Registry => "registry",
            Self::Options => "options",
            Self::Downstream => "downstream",
            Self::Review => "review",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Source => "Source",
            Self::Tables => "Tables",
            Self::Routing => "Routing",
            Self::Kafka => "Kafka",
            Self::Registry => "Registry",
            Self::Options => "Options",
            Self::Downstream => "Downstream",
            Self::Review => "Review",
        }
    }

    /// Where the field of a path is.
    pub fn of_path(path: &str) -> Self {
        let under = |prefix: &str| path == prefix || path.strip_prefix(prefix).is_some_and(|rest| rest.starts_with(['.', '[']));
        let is_option = under("changefeed.config") || path == "changefeed.ticdc_version" || path == "changefeed.ticdc_architecture";
        if path == "name" || under("source") || under("engine") || (under("changefeed") && !is_option) {
            Self::Source
        } else if under("changefeed.config.filter") || under("changefeed.config.case-sensitive") {
            Self::Tables
        } else if under("changefeed.config.sink.dispatchers") {
            Self::Routing
        } else if under("kafka") {
            Self::Kafka
        } else if under("schema_registry") {
            Self::Registry
        } else if ["connectors", "connect", "confluent_cloud", "ksqldb", "ksqldb_server"].into_iter().any(under) {
            Self::Downstream
        } else if is_option {
            Self::Options
        } else {
            Self::Review
        }
    }

    pub fn before(self) -> Option<Self> {
        let at = Self::ALL.iter().position(|step| *step == self)?;
        Self::ALL.get(at.checked_sub(1)?).copied()
    }

    pub fn after(self) -> Option<Self> {
        let at = Self::ALL.iter().position(|step| *step == self)?;
        Self::ALL.get(at + 1).copied()
    }

    /// The link to this step of the open page.
    pub fn href(self) -> String {
        format!("?step={}", self.key())
    }

    /// The link to the field of a path, on the open page.
    pub fn href_of(path: &str) -> String {
        format!("{}&field={}", Self::of_path(path).href(), browser::encode(path))
    }

    /// The address's step; the first one when it names none.
    pub fn current() -> Memo<Self> {
        let query = use_query_map();
        Memo::new(move |_| {
            query.with(|query| {
                query.get_str("step").and_then(|key| Self::ALL.into_iter().find(|step| step.key() == key)).unwrap_or(Self::Source)
            })
        })
    }
}

/// The keyboard goes to the field that the address names, `&field=PATH`; to the nearest one around it when it has none of its own.
pub fn follow_field() {
    let query = use_query_map();
    let field = Memo::new(move |_| query.with(|query| query.get("field").unwrap_or_default()));
    Effect::new(move || {
        let path = field.get();
        if !path.is_empty() {
            let around = std::iter::successors(Some(path), |path| path.rfind(['.', '[']).map(|end| path[..end].to_owned()));
            let ids: Vec<String> = around.map(|path| id_of(&path)).collect();
            // The step that has it is drawn first.
            request_animation_frame(move || browser::focus_first(&ids));
        }
    });
}

#[component]
pub fn StepsRail(#[prop(into)] current: Signal<Step>) -> impl IntoView {
    let editor = Editor::expect();
    let step_link = move |step: Step| {
        let mark = move || editor.analysis.said.with(|said| mark_of(step, said));
        view! {
            <li>
                <a href=step.href() aria-current=move || (current.get() == step).then_some("step") data-test=format!("step-{}", step.key())>
                    {step.title()}
                    <span class="mark">{mark}</span>
                </a>
            </li>
        }
    };
    view! { <nav aria-label="Steps"><ol class="steps">{Step::ALL.into_iter().map(step_link).collect_view()}</ol></nav> }
}

/// A count in the colour of the worst finding, or a tick.
fn mark_of(step: Step, said: &[Said]) -> Option<AnyView> {
    let of_step =
        || said.iter().map(|one| &one.finding).filter(|finding| finding.severity != Severity::Info && Step::of_path(&finding.path) == step);
    let count = of_step().count();
    let worst = of_step().map(|finding| finding.severity).max();
    match worst {
        Some(severity) => {
            let (class, word) = if severity == Severity::Error { ("count bad", "errors or warnings") } else { ("count warn", "warnings") };
            Some(view! { <span class=class aria-label=format!("{count} {word}")>{count}</span> }.into_any())
        }
        None if step == Step::Review => None,
        None => Some(view! { <span class="ok-text"><Icon shape=Shape::Check size=14/></span> }.into_any()),
    }
}
