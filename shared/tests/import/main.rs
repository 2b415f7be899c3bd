//! Importing, seen from outside: every sample is recognised, exports come back, no text breaks anything.

mod corpus;
mod documents;
mod fuzz;
mod round_trip;

use shared::Finding;
use shared::config::Pipeline;
use shared::import::{apply, recognise};
use std::{fs, path::PathBuf};

fn corpus_file(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What a paste makes of a document.
fn pasted_into(mut pipeline: Pipeline, text: &str) -> (Pipeline, Vec<Finding>) {
    let understood = recognise(text);
    let mut findings = understood.findings.clone();
    findings.extend(apply(&understood, &mut pipeline));
    (pipeline, findings)
}
