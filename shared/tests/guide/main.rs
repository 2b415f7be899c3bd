//! The worked flow of TiDB's page "Integrate Data with Confluent Cloud" (v6.2 and later): what its reader has at hand is pasted,
//! and every file that comes out is known to the byte.
//!
//! `pasted/` is what the reader has; all secrets in it are invented. `expected/` is what comes out, and is written anew by
//! `UPDATE_GOLDEN=1 cargo test -p shared --test guide`. Read the difference before committing it.

mod files;
mod findings;
mod golden;
mod paste;

use shared::Finding;
use shared::config::{Pipeline, Target};
use shared::import::{apply, recognise};
use std::{fs, path::PathBuf};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/guide").join(name)
}

fn pasted(file: &str) -> String {
    let path = folder("pasted").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a paste makes of a document.
fn pasted_into(mut pipeline: Pipeline, text: &str) -> (Pipeline, Vec<Finding>) {
    let understood = recognise(text);
    let mut findings = understood.findings.clone();
    findings.extend(apply(&understood, &mut pipeline));
    (pipeline, findings)
}

fn keys_and_endpoint() -> String {
    ["cluster-key.txt", "registry-key.txt", "registry-endpoint.txt"].map(pasted).join("\n")
}

/// The document at the end of the page: its own settings, nothing put right, on a TiCDC cluster.
fn the_pages_document() -> Pipeline {
    let files = ["changefeed.conf", "create-changefeed.sh", "orders.ksql", "snowflake-sink.json", "sql-server-sink.json"].map(pasted);
    let mut pipeline = pasted_into(Pipeline::named("tpcc-to-confluent"), &keys_and_endpoint()).0;
    pipeline.changefeed.target = Target::Ticdc;
    files.iter().fold(pipeline, |pipeline, text| pasted_into(pipeline, text).0)
}
