//! All files of a pipeline.

use super::changefeed_toml::changefeed_toml;
use super::client_properties::{client_properties, java_client_properties};
use super::commands::{CONFIG_FILE, cdc_cli, tiup_ctl};
use super::connectors::connector_files;
use super::open_api::open_api_request;
use super::readme::readme;
use super::secrets::{Prepared, Secrets, placeholders, with_references};
use super::setup::{snowflake_setup, sqlserver_setup};
use crate::config::{Pipeline, render};

/// File names and texts, the README first. The same document gives the same bytes.
#[must_use]
pub fn bundle(pipeline: &Pipeline, secrets: Secrets<'_>) -> Vec<(String, String)> {
    let script = |command: String| format!("#!/bin/sh\nset -eu\ncd \"$(dirname \"$0\")\"\n\n{command}\n");
    let placeholders = placeholders(pipeline, secrets);
    let connectors = connector_files(pipeline, secrets);
    let mut files = vec![
        ("README.md", readme(pipeline, &placeholders, secrets.is_inline(), &connectors)),
        ("pipeline.toml", render(&with_references(pipeline))),
        (CONFIG_FILE, changefeed_toml(pipeline, secrets)),
        ("create-changefeed.sh", script(cdc_cli(pipeline, secrets))),
        ("create-changefeed-tiup.sh", script(tiup_ctl(pipeline, secrets))),
        ("create-changefeed.json", open_api_request(pipeline, secrets)),
        ("client.properties", client_properties(pipeline, secrets)),
        ("client-java.properties", java_client_properties(pipeline, secrets)),
    ];
    let prepared = Prepared::new(pipeline, secrets);
    let statements = prepared.fill(&crate::ksql::script(&prepared.pipeline, &[]));
    if !statements.is_empty() {
        files.push(("ksqldb.sql", statements));
    }
    // The document has no table definitions: the scripts stop at rights.
    let setup = [("setup/sqlserver.sql", sqlserver_setup(pipeline, &[])), ("setup/snowflake.sql", snowflake_setup(pipeline, &[]))];
    files.extend(setup.into_iter().filter(|(_, script)| !script.is_empty()));
    files.into_iter().map(|(name, text)| (name.to_owned(), text)).chain(connectors).collect()
}

#[cfg(test)]
mod tests;
