//! One finding: what is wrong, and what to do.

use super::{Icon, Prose, Shape};
use leptos::prelude::*;
use shared::{Finding, Severity};

pub fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "bad",
        Severity::Warning => "warn",
        Severity::Info => "",
    }
}

#[component]
pub fn FindingNote(
    finding: Finding,
    /// Also names the field.
    #[prop(optional)]
    place: bool,
    /// Where the field is; the place is a link then.
    #[prop(optional_no_strip, into)]
    href: Option<String>,
    /// At the right: a button.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let class = format!("find {}", severity_class(finding.severity));
    let shape = match finding.severity {
        Severity::Error => Shape::Bad,
        Severity::Warning => Shape::Warning,
        Severity::Info => Shape::Info,
    };
    let hint = (!finding.hint.is_empty()).then(|| view! { <span class="hint"><Prose text=finding.hint/></span> });
    let place = (place && !finding.path.is_empty()).then(|| match href {
        Some(href) => view! { <a class="where" href=href data-test="to-field">{finding.path}</a> }.into_any(),
        None => view! { <span class="where">{finding.path}</span> }.into_any(),
    });
    view! {
        <div class=class data-test="finding" data-code=finding.code>
            <Icon shape=shape/>
            <div><Prose text=finding.message/>{hint}{place}</div>
            {children.map(|children| children())}
        </div>
    }
}
