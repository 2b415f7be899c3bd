//! Connectors as the files that create them: requests of Connect's two APIs, Confluent's command line, Terraform, and a
//! list for those who fill in the console's form.

mod checklist;
mod terraform;

pub use checklist::connector_checklist;
pub(crate) use terraform::ENVIRONMENT_PREFIX;
pub(super) use terraform::variable;
pub use terraform::{Terraform, terraform};

use super::secrets::{Prepared, Secrets};
use crate::config::{Connector, Pipeline};
use crate::connector::{Flavour, Kind, Settings, class};
use serde_json::{Map, Value, json};

/// A connector that is created on a server of somebody else's, and so has files. Our own engine's have none.
#[must_use]
pub fn is_exported(connector: &Connector) -> bool {
    let (kind, flavour) = (Kind::parse(&connector.kind), Flavour::parse(&connector.flavour));
    kind.zip(flavour).is_some_and(|(kind, flavour)| class(kind, flavour).is_some())
}

/// The body of `POST /connectors`, `{"name", "config"}` with every value as text: of Confluent Cloud's Connect API and of a
/// Connect worker. `None` for a connector that is not exported.
#[must_use]
pub fn connector_request(pipeline: &Pipeline, connector: usize, secrets: Secrets<'_>) -> Option<String> {
    let prepared = Prepared::new(pipeline, secrets);
    let settings = settings(&prepared.pipeline, connector)?;
    let name = settings.sent("name").unwrap_or_default();
    Some(prepared.fill(&pretty(&json!({ "name": name, "config": config(&settings) }))))
}

/// Name and configuration of a connector of a normalised, unsealed document, as the server is sent them: every value is text,
/// every secret its value. Not for people. `None` for a connector that is not exported.
#[must_use]
pub fn connector_config(open: &Pipeline, connector: usize) -> Option<(String, Map<String, Value>)> {
    let settings = settings(open, connector)?;
    Some((settings.sent("name").unwrap_or_default(), config(&settings)))
}

/// The file of `confluent connect cluster create --config-file`: a flat map of text. `None` for a connector that is not
/// Confluent Cloud's.
#[must_use]
pub fn connector_cli_config(pipeline: &Pipeline, connector: usize, secrets: Secrets<'_>) -> Option<String> {
    let prepared = Prepared::new(pipeline, secrets);
    let settings = settings(&prepared.pipeline, connector).filter(|settings| settings.flavour == Some(Flavour::ConfluentCloud))?;
    Some(prepared.fill(&pretty(&config(&settings))))
}

/// All files of all connectors, names and texts. The same document gives the same bytes.
pub(super) fn connector_files(pipeline: &Pipeline, secrets: Secrets<'_>) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for (index, name) in file_names(pipeline).into_iter().enumerate() {
        files.extend(connector_request(pipeline, index, secrets).map(|text| (format!("connectors/{name}.json"), text)));
        files.extend(connector_cli_config(pipeline, index, secrets).map(|text| (format!("connectors/{name}.cli.json"), text)));
        files.extend(connector_checklist(pipeline, index).map(|text| (format!("connectors/{name}.md"), text)));
    }
    if let Some(terraform) = terraform(pipeline, secrets) {
        files.push(("terraform/connectors.tf".to_owned(), terraform.connectors));
        files.extend(terraform.secrets.map(|text| ("terraform/secrets.auto.tfvars".to_owned(), text)));
    }
    files
}

/// A file name for each connector, without its ending: its own name where that is one, and different from all others.
pub(super) fn file_names(pipeline: &Pipeline) -> Vec<String> {
    unique(pipeline.connectors.iter().map(|connector| plain(&connector.name, '-')))
}

fn settings(pipeline: &Pipeline, connector: usize) -> Option<Settings<'_>> {
    let connector = pipeline.connectors.get(connector).filter(|connector| is_exported(connector))?;
    Some(Settings::of(pipeline, connector))
}

fn config(settings: &Settings<'_>) -> Map<String, Value> {
    settings.to_send().into_iter().map(|(key, value)| (key, Value::String(value))).collect()
}

fn pretty(value: &impl serde::Serialize) -> String {
    // a map of text always has a JSON form
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// Letters, digits, `-` and `_`, at most 100 of them; `other` for every other character.
fn plain(name: &str, other: char) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let plain: String = name.chars().take(100).map(|c| if fits(c) { c } else { other }).collect();
    if plain.is_empty() { "connector".to_owned() } else { plain }
}

/// Equal names get a number; case does not tell two files apart everywhere.
fn unique(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for name in names {
        let is_free = |name: &str| !taken.iter().any(|other| other.eq_ignore_ascii_case(name));
        let mut candidates = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name}-{number}")));
        let name = candidates.find(|name| is_free(name)).unwrap_or(name);
        taken.push(name);
    }
    taken
}

#[cfg(test)]
mod tests;
