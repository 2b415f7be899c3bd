//! Terraform: resources `confluent_connector`, with the values of variables that stand in the same text.

use super::change::Change;
use super::connector::{PATH, connector, finish};
use super::hcl::{self, Block, HclValue};
use super::reading::Reading;
use super::understood::{Kind, Understood};
use crate::Finding;
use crate::render::ENVIRONMENT_PREFIX;
use crate::secret::is_secret_key;
use serde_json::{Map, Value};
use std::collections::HashMap;

const RESOURCE: &str = "confluent_connector";

pub(super) fn recognise(text: &str) -> Option<Vec<Understood>> {
    if !text.contains("resource ") || !text.contains(RESOURCE) {
        return None;
    }
    let mut reading = Reading::default();
    match hcl::read(text) {
        Ok(file) => {
            let variables = variables(&file);
            let is_connector = |block: &Block| block.kind == "resource" && block.labels.first().is_some_and(|label| label == RESOURCE);
            for block in file.blocks.iter().filter(|block| is_connector(block)) {
                resource(block, &variables, &mut reading);
            }
            // what every module has is not worth a word
            let is_passed_over =
                |block: &&Block| is_connector(block) || ["terraform", "provider", "variable"].contains(&block.kind.as_str());
            let others = file.blocks.iter().filter(|block| !is_passed_over(block));
            let others: Vec<String> = others.map(|block| format!("{} {}", block.kind, block.labels.join(" "))).collect();
            if !others.is_empty() {
                reading.not_taken(&others.join(", "), "only connectors are read from Terraform.");
            }
        }
        Err(line) => {
            let finding = Finding::error("", "import-unreadable", format!("The Terraform text cannot be read from line {line} on."));
            reading.findings.push(finding.hint("Check quotes and braces there; a truncated text ends like this too."));
        }
    }
    if reading.changes.iter().any(|change| matches!(change, Change::Connector(..))) || !reading.findings.is_empty() {
        return Some(vec![finish(reading, Kind::Terraform)]);
    }
    None
}

/// Variables by name: a line of a `.tfvars` file counts, then the default.
type Variables<'f> = HashMap<&'f str, &'f str>;

fn variables(file: &Block) -> Variables<'_> {
    let blocks = file.blocks.iter().filter(|block| block.kind == "variable");
    let defaults = blocks.filter_map(|block| Some((block.labels.first()?.as_str(), block.attribute("default")?.literal()?)));
    defaults.chain(file.attributes.iter().filter_map(|(name, value)| Some((name.as_str(), value.literal()?)))).collect()
}

fn resource(block: &Block, variables: &Variables<'_>, reading: &mut Reading) {
    let mut config = Map::new();
    let mut unknown = Vec::new();
    for part in ["config_sensitive", "config_nonsensitive"] {
        let entries = match block.attribute(part) {
            Some(HclValue::Map(entries)) => entries,
            Some(_) => {
                unknown.push(part);
                continue;
            }
            None => continue,
        };
        for (key, value) in entries {
            match value {
                HclValue::Literal(text) => {
                    config.insert(key.clone(), Value::from(text.as_str()));
                }
                HclValue::Expression(expression) => match variable(expression) {
                    Some(name) if variables.contains_key(name) => {
                        config.insert(key.clone(), Value::from(variables[name]));
                    }
                    Some(name) if part == "config_sensitive" || is_secret_key(key) => {
                        config.insert(key.clone(), Value::String(format!("env:{ENVIRONMENT_PREFIX}{name}")));
                    }
                    _ => unknown.push(key.as_str()),
                },
                HclValue::Map(_) | HclValue::List(_) => unknown.push(key.as_str()),
            }
        }
    }
    let mut extra = Map::new();
    for (kind, attribute) in [("environment", "id"), ("kafka_cluster", "id")] {
        let id = block.blocks.iter().find(|inner| inner.kind == kind).and_then(|inner| inner.attribute(attribute));
        if let Some(HclValue::Literal(id)) = id {
            extra.insert(kind.to_owned(), Value::from(id.as_str()));
        }
    }
    let label = block.labels.get(1).map(String::as_str).unwrap_or_default();
    let name = config.get("name").and_then(Value::as_str).unwrap_or(label).to_owned();
    if !unknown.is_empty() {
        let message = format!("Terraform computes these properties, so their values are not in the text: `{}`.", unknown.join("`, `"));
        reading.findings.push(Finding::warning(PATH, "import-expression", message).hint("Give their values by hand."));
    }
    connector(&name, config, extra, reading);
}

/// The name in `var.name`: Terraform reads such a variable from `TF_VAR_name`.
fn variable(expression: &str) -> Option<&str> {
    let name = expression.strip_prefix("var.")?;
    (!name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')).then_some(name)
}

#[cfg(test)]
mod tests;
