//! A connector for the form in Confluent Cloud's console, which shows labels where files have keys.

use super::super::changefeed_toml::comment;
use super::super::secrets::{Prepared, Secrets};
use super::settings;
use crate::config::Pipeline;
use crate::connector::Flavour;

/// What is to be entered under which label, as a table of Markdown. Secrets are placeholders whatever is asked for: a list
/// to type from is not a place for them. `None` for a connector that is not Confluent Cloud's.
#[must_use]
pub fn connector_checklist(pipeline: &Pipeline, connector: usize) -> Option<String> {
    let prepared = Prepared::new(pipeline, Secrets::placeholders());
    let settings = settings(&prepared.pipeline, connector).filter(|settings| settings.flavour == Some(Flavour::ConfluentCloud))?;
    let mut text = format!(
        "# {} in the console\n\nClusters → your cluster → Connectors → Add connector; the plugin is `{}`.\n\n\
         | Label | Value | Key |\n|---|---|---|\n",
        cell(&comment(&settings.connector.name)),
        settings.sent("connector.class").unwrap_or_default(),
    );
    for (key, value) in settings.to_send() {
        if key == "connector.class" || value.is_empty() {
            continue;
        }
        let label = settings.class.and_then(|class| class.property(&key)).map_or("", |property| property.label);
        text.push_str(&format!("| {} | {} | `{}` |\n", cell(label), code(&value), cell(&key)));
    }
    Some(prepared.fill(&text))
}

/// A value as code: as many backticks around it as it needs.
fn code(value: &str) -> String {
    let fence = if value.contains('`') { "``" } else { "`" };
    format!("{fence}{}{fence}", cell(value))
}

/// A table's cell ends at a line break or a bar.
fn cell(text: &str) -> String {
    text.replace(['\r', '\n'], " ").replace('|', "\\|")
}
