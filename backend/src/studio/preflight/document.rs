//! What the document says by itself, and of the source's tables.

use super::{
    Site,
    graph::{About, LIMIT, Outcome, Plan},
    ids,
};
use shared::{
    Finding, Severity,
    api::CheckGroup,
    config::{self, Pipeline},
};
use std::sync::Arc;

const SUBJECT: &str = "Document";

fn about<'a>(id: &str, group: CheckGroup, title: &'a str, needs: &[&str]) -> About<'a> {
    About { id: id.to_owned(), group, subject: SUBJECT, title, needs: ids(needs), limit: LIMIT }
}

/// Keys and words, and fields that belong together.
pub(super) fn add_alone(plan: &mut Plan, sealed: &Pipeline) {
    for (id, group, title) in [
        ("document.keys", CheckGroup::Spelling, "Keys, types and words"),
        ("document.fields", CheckGroup::CrossField, "Fields that belong together"),
    ] {
        let sealed = sealed.clone();
        plan.add(about(id, group, title, &[]), move |_| async move {
            let findings = super::off_thread(move || config::validate(&sealed)).await;
            let own = |finding: &Finding| is_spelling(finding) == (group == CheckGroup::Spelling);
            Outcome::with("", findings.into_iter().filter(own).collect())
        });
    }
}

pub(super) fn add(plan: &mut Plan, site: &Arc<Site>, sealed: &Pipeline) {
    add_alone(plan, sealed);
    let (own, references) = (Arc::clone(site), sealed.clone());
    let secrets = about("document.secrets", CheckGroup::CrossField, "Secrets behind the references", &[]);
    plan.add(secrets, move |_| async move {
        let findings = super::off_thread(move || seen_with_values(&own.open, &references)).await;
        Outcome::with("", findings)
    });
    let own = Arc::clone(site);
    let tables = about("document.tables", CheckGroup::CrossField, "Tables and their routes", &["source.login"]);
    plan.add(tables, move |_| async move {
        if own.tables.get().is_none() {
            return Outcome::skipped("the tables are known to TiCDC only");
        }
        let findings = super::off_thread(move || config::validate_tables(&own.open, own.tables())).await;
        Outcome::with("", findings)
    });
}

/// Instead of everything that needs the secrets.
pub(super) fn add_missing_secret(plan: &mut Plan, finding: Finding) {
    let secrets = about("document.secrets", CheckGroup::CrossField, "Secrets behind the references", &[]);
    plan.add(secrets, move |_| async move { Outcome::failed(finding) });
}

/// Rules that look at a secret itself say nothing of a reference; here they see the value.
fn seen_with_values(open: &Pipeline, sealed: &Pipeline) -> Vec<Finding> {
    let known: Vec<(String, String)> = config::validate(sealed).into_iter().map(|finding| (finding.path, finding.code)).collect();
    let is_new = |finding: &Finding| !known.iter().any(|(path, code)| *path == finding.path && *code == finding.code);
    let mut findings = config::validate(open);
    findings.retain(|finding| finding.severity > Severity::Info && is_new(finding));
    findings
}

/// Of a key, a type or a word alone; the rest compares fields.
fn is_spelling(finding: &Finding) -> bool {
    const CODES: [&str; 5] = ["wrong-type", "wrong-value", "missing-key", "version-unsupported", "protocol-spelling"];
    let code = finding.code.as_str();
    CODES.contains(&code)
        || code.starts_with("unknown-")
        || ["-unknown", "-invalid", "-invalid-syntax"].iter().any(|end| code.ends_with(end))
}
