//! What is exported, secrets inline: each percent-encoded, quoted or left alone as its reader wants it.

use super::{folder, golden, the_pages_document};
use shared::render::{Secrets, bundle};
use shared::secret::SecretRef;
use std::fs;

/// The files of the bundle that the page asks its reader to type.
fn is_the_pages(file: &str) -> bool {
    ["changefeed.toml", "create-changefeed.sh", "create-changefeed-tiup.sh", "ksqldb.sql"].contains(&file)
        || (file.starts_with("connectors/") && file.ends_with(".json"))
        || file.starts_with("terraform/")
}

#[test]
fn every_file_of_the_page_comes_out_as_expected() {
    let nothing = |_: &str, _: &SecretRef| None;
    let files: Vec<(String, String)> =
        bundle(&the_pages_document(), Secrets::inline(&nothing)).into_iter().filter(|(file, _)| is_the_pages(file)).collect();
    for (file, text) in &files {
        golden::check(file, text);
    }
    // the folder has no file that nobody makes any more
    let mut made: Vec<&str> =
        files.iter().map(|(file, _)| file.as_str()).chain(["after-the-keys.toml", "findings.txt", "findings-after-fixes.txt"]).collect();
    made.sort_unstable();
    let mut found = Vec::new();
    for part in ["", "connectors/", "terraform/"] {
        let entries = fs::read_dir(folder("expected").join(part)).unwrap().map(Result::unwrap);
        let files = entries.filter(|entry| entry.path().is_file());
        found.extend(files.map(|entry| format!("{part}{}", entry.file_name().into_string().unwrap())));
    }
    found.sort_unstable();
    assert_eq!(found, made);
}
