//! Commands that create the changefeed: `cdc cli`, and the older `tiup ctl`.

use super::secrets::{Prepared, Secrets};
use super::shell::{quoted, word};
use crate::config::{Pipeline, StartFrom};
use crate::ticdc::{NEWEST, Version};

/// File name of the configuration beside the commands.
pub(super) const CONFIG_FILE: &str = "changefeed.toml";

pub(super) const DEFAULT_SERVER: &str = "http://127.0.0.1:8300";
const DEFAULT_PD: &str = "http://127.0.0.1:2379";

/// `cdc cli changefeed create …`, one option a line, safe to paste into a POSIX shell.
#[must_use]
pub fn cdc_cli(pipeline: &Pipeline, secrets: Secrets<'_>) -> String {
    let server = match pipeline.changefeed.ticdc_server.as_str() {
        "" => DEFAULT_SERVER,
        given => given,
    };
    create("cdc cli changefeed create", &format!("--server={}", quoted(server)), pipeline, secrets)
}

/// `tiup ctl:v… cdc changefeed create …`: the form of the manual. Before v6.2 it is addressed to PD.
#[must_use]
pub fn tiup_ctl(pipeline: &Pipeline, secrets: Secrets<'_>) -> String {
    let version = match pipeline.changefeed.ticdc_version.as_str() {
        "" => NEWEST.to_string(),
        given => format!("v{}", given.trim_start_matches('v')),
    };
    let address = if Version::parse(&version).is_some_and(|version| version < Version::new(6, 2, 0)) {
        format!("--pd={}", quoted(pipeline.source.pd.first().map_or(DEFAULT_PD, String::as_str)))
    } else {
        let server = &pipeline.changefeed.ticdc_server;
        format!("--server={}", quoted(if server.is_empty() { DEFAULT_SERVER } else { server }))
    };
    create(&format!("tiup {} cdc changefeed create", quoted(&format!("ctl:{version}"))), &address, pipeline, secrets)
}

/// Only the URLs may hold placeholders for the shell to fill in; everything else is taken as it is.
fn create(command: &str, address: &str, pipeline: &Pipeline, secrets: Secrets<'_>) -> String {
    let prepared = Prepared::new(pipeline, secrets);
    let id = if pipeline.changefeed.id.is_empty() { &pipeline.name } else { &pipeline.changefeed.id };
    let start = StartFrom::parse(&pipeline.source.start).ok().and_then(|start| start.tso());
    let mut lines = vec![
        command.to_owned(),
        address.to_owned(),
        format!("--changefeed-id={}", quoted(id)),
        format!("--sink-uri={}", word(&prepared.sink_uri())),
    ];
    lines.extend(prepared.registry_url().map(|url| format!("--schema-registry={}", word(&url))));
    lines.extend(start.map(|tso| format!("--start-ts={tso}")));
    lines.push(format!("--config={CONFIG_FILE}"));
    lines.join(" \\\n  ")
}
