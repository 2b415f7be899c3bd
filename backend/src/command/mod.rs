//! The command line: one file a command.

pub mod bench;
pub mod check;
pub mod encode;
pub mod explain;
pub mod export;
pub mod import;
pub mod launch;
pub mod route;
pub mod run;
pub mod serve;
pub mod workload;

use anyhow::Context;
use shared::{Finding, Severity, config::Pipeline};
use std::path::Path;

/// Reads a pipeline document; findings of an unreadable one become the error's text.
///
/// # Errors
/// The file cannot be read or is no document.
pub fn read_pipeline(path: &Path) -> anyhow::Result<Pipeline> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    shared::config::parse(&text).map_err(|error| {
        let findings: Vec<String> = error.findings.iter().map(show_finding).collect();
        anyhow::anyhow!("`{}` is not a pipeline document\n{}", path.display(), findings.join("\n"))
    })
}

/// A finding as a line or two for a terminal.
#[must_use]
pub fn show_finding(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    let place = if finding.path.is_empty() { "document" } else { &finding.path };
    let hint = if finding.hint.is_empty() { String::new() } else { format!("\n  {}", finding.hint) };
    format!("{severity}[{}] {place}: {}{hint}", finding.code, finding.message)
}
