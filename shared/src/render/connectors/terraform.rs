//! Confluent Cloud's connectors as resources of Terraform's provider `confluentinc/confluent`.

use super::super::changefeed_toml::comment;
use super::super::secrets::{Placeholder, Prepared, Secrets, secret_values};
use super::{plain, settings, unique};
use crate::config::Pipeline;
use crate::connector::{Flavour, Settings};
use crate::quoting::hcl::quoted;

/// A module of Terraform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terraform {
    /// `connectors.tf`: resources and variables. It never holds a secret and can be committed.
    pub connectors: String,
    /// `secrets.auto.tfvars`: the variables' values, when values are asked for; `None` when none is.
    pub secrets: Option<String>,
}

const HEAD: &str = r#"terraform {
  required_providers {
    confluent = {
      source = "confluentinc/confluent"
    }
  }
}

variable "environment_id" {
  description = "The environment, env-…"
  type        = string
}

variable "kafka_cluster_id" {
  description = "The Kafka cluster, lkc-…"
  type        = string
}
"#;

/// A resource for each connector of Confluent Cloud, in one module; `None` when there is none. Its values of type
/// PASSWORD are sensitive, secrets are variables; environment and cluster, which no document names, are variables too.
#[must_use]
pub fn terraform(pipeline: &Pipeline, secrets: Secrets<'_>) -> Option<Terraform> {
    // marks for all secrets: in the module they become variables whether or not values are asked for
    let prepared = Prepared::new(pipeline, Secrets::placeholders());
    let connectors: Vec<Settings<'_>> = (0..pipeline.connectors.len())
        .filter_map(|index| settings(&prepared.pipeline, index))
        .filter(|settings| settings.flavour == Some(Flavour::ConfluentCloud))
        .collect();
    if connectors.is_empty() {
        return None;
    }
    let labels = unique(connectors.iter().map(|settings| label(&settings.connector.name)));
    let resources: String = labels.iter().zip(&connectors).map(|(label, settings)| resource(&prepared, label, settings)).collect();
    let used: Vec<(Placeholder, Option<String>)> = secret_values(pipeline, secrets)
        .into_iter()
        .filter(|(secret, _)| resources.contains(&format!("= var.{}\n", variable(&secret.name))))
        .collect();
    let mut seen = Vec::new();
    let mut variables = String::new();
    let mut values = Vec::new();
    for (secret, value) in used {
        let name = variable(&secret.name);
        if seen.contains(&name) {
            continue;
        }
        variables.push_str(&format!(
            "\nvariable \"{name}\" {{\n  description = {}\n  type        = string\n  sensitive   = true\n}}\n",
            quoted(&format!("Secret of {}", secret.path))
        ));
        values.extend(value.map(|value| (name.clone(), quoted(&value))));
        seen.push(name);
    }
    let title = format!("# Confluent Cloud connectors of the pipeline {}.\n\n", comment(&pipeline.name));
    Some(Terraform { connectors: title + HEAD + &variables + &resources, secrets: (!values.is_empty()).then(|| entries("", &values)) })
}

/// How Terraform's variables in the environment begin; a secret from there keeps its name.
pub(crate) const ENVIRONMENT_PREFIX: &str = "TF_VAR_";

/// The name of the variable that holds a secret in the module, for the README too.
pub(in crate::render) fn variable(placeholder: &str) -> String {
    // what Terraform keeps for itself, and our own two
    const TAKEN: [&str; 10] =
        ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals", "environment_id", "kafka_cluster_id"];
    let name = placeholder.strip_prefix(ENVIRONMENT_PREFIX).map_or_else(|| placeholder.to_ascii_lowercase(), str::to_owned);
    let is_free = !TAKEN.contains(&name.as_str()) && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    if is_free { name } else { format!("secret_{name}") }
}

fn resource(prepared: &Prepared, label: &str, settings: &Settings<'_>) -> String {
    let is_sensitive = |key: &str| settings.class.is_some_and(|class| class.is_sensitive(key));
    let (sensitive, plain): (Vec<_>, Vec<_>) = settings.to_send().into_iter().partition(|(key, _)| is_sensitive(key));
    let map = |values: Vec<(String, String)>| -> String {
        let lines: Vec<(String, String)> = values.iter().map(|(key, value)| (quoted(key), expression(prepared, value))).collect();
        entries("    ", &lines)
    };
    let mut text = format!(
        "\nresource \"confluent_connector\" \"{label}\" {{\n  \
           environment {{\n    id = var.environment_id\n  }}\n\n  \
           kafka_cluster {{\n    id = var.kafka_cluster_id\n  }}\n"
    );
    for (name, values) in [("config_sensitive", sensitive), ("config_nonsensitive", plain)] {
        if !values.is_empty() {
            text.push_str(&format!("\n  {name} = {{\n{}  }}\n", map(values)));
        }
    }
    text + "}\n"
}

/// A secret is always the whole of a value here: it is a variable then.
fn expression(prepared: &Prepared, value: &str) -> String {
    prepared.placeholder_of(value).map_or_else(|| quoted(value), |name| format!("var.{}", variable(name)))
}

/// `key = value` lines with the equal signs below each other, as `terraform fmt` writes them.
fn entries(indent: &str, entries: &[(String, String)]) -> String {
    let width = entries.iter().map(|(key, _)| key.chars().count()).max().unwrap_or_default();
    entries.iter().map(|(key, value)| format!("{indent}{key:width$} = {value}\n")).collect()
}

/// A resource's name: an identifier.
fn label(name: &str) -> String {
    let label = plain(name, '_').replace('-', "_");
    if label.starts_with(|c: char| c.is_ascii_digit()) { format!("_{label}") } else { label }
}
