#![allow(clippy::unwrap_used)]

mod cases;

use super::*;
use crate::Severity;
use crate::config::{parse as parse_document, validate, validate_tables};
use crate::fix::apply;
use crate::schema::ddl::parse_create_table;
use cases::cases;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

const FINE: &str = r#"
version = 1
name = "p"
[source]
kind = "tidb"
pd = ["http://127.0.0.1:2379"]
[changefeed]
target = "export"
[[changefeed.config.sink.dispatchers]]
matcher = ["*.*"]
topic = "tidb_{schema}_{table}"
partition = "index-value"
[kafka]
brokers = ["127.0.0.1:9092"]
topic = "meta"
[kafka.params]
protocol = "avro"
[schema_registry]
url = "http://127.0.0.1:8081"
"#;
const TABLES: [&str; 2] =
    ["CREATE TABLE u (id int PRIMARY KEY)", "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, UNIQUE KEY by_a (a), KEY plain (a))"];

fn judge(pipeline: &Pipeline) -> Vec<Finding> {
    let mut findings = validate(pipeline);
    findings.extend(validate_tables(pipeline, &TABLES.map(|ddl| parse_create_table(ddl, "app").unwrap())));
    findings
}

fn document(changes: &[(String, Value)]) -> Pipeline {
    let mut pipeline = parse_document(FINE).unwrap();
    let change = changes.iter().fold(Fix::new(""), |fix, (path, value)| fix.set(path, value.clone()));
    apply(&mut pipeline, &change).unwrap();
    pipeline
}

/// The codes of errors, each as often as there are findings of it.
fn errors(findings: &[Finding]) -> Vec<&str> {
    let mut codes: Vec<&str> = findings.iter().filter(|finding| finding.severity == Severity::Error).map(|f| f.code.as_str()).collect();
    codes.sort_unstable();
    codes
}

#[test]
fn every_fix_takes_its_finding_away_and_brings_no_error() {
    assert!(judge(&document(&[])).is_empty(), "{:?}", judge(&document(&[])));
    let mut problems = Vec::new();
    for (code, label, changes) in cases() {
        let pipeline = document(&changes);
        let findings = judge(&pipeline);
        let is_offered = |finding: &Finding| finding.code == code && finding.fix.as_ref().is_some_and(|fix| fix.label == label);
        if !findings.iter().any(is_offered) {
            problems.push(format!("{code} has no `{label}`: {findings:?}"));
        }
        problems.extend(findings.iter().filter_map(|finding| problem_of(&pipeline, &findings, finding)));
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

/// What is wrong with a finding's fix, if it has one.
fn problem_of(pipeline: &Pipeline, findings: &[Finding], finding: &Finding) -> Option<String> {
    let fix = finding.fix.as_ref()?;
    let mut fixed = pipeline.clone();
    if let Err(error) = apply(&mut fixed, fix) {
        return Some(format!("`{}` of {} at {} cannot be made: {error}", fix.label, finding.code, finding.path));
    }
    let left = judge(&fixed);
    let is_same = |other: &Finding| other.code == finding.code && other.path == finding.path && other.message == finding.message;
    let mut brought = errors(&left);
    for code in errors(findings) {
        if let Some(at) = brought.iter().position(|other| *other == code) {
            brought.remove(at);
        }
    }
    match left.iter().any(is_same) {
        true => Some(format!("`{}` does not help {} at {}", fix.label, finding.code, finding.path)),
        // what is only remarked is a choice, which has consequences
        false if !brought.is_empty() && finding.severity != Severity::Info => {
            Some(format!("`{}` of {} at {} brings {brought:?}", fix.label, finding.code, finding.path))
        }
        false => None,
    }
}

#[test]
fn no_fix_holds_a_secret() {
    let changes = [
        ("kafka.params.sasl-pasword", "hunter2"),
        ("kafka.params.sasl-user", "u"),
        ("kafka.params.sasl-oauth-client-secret", "hunter2"),
        ("changefeed.config.sink.sasl-password", "hunter2"),
        ("schema_registry.url", "psrc-1:hunter2@h.confluent.cloud/x"),
        ("kafka.brokers[0]", "SASL_SSL://u:hunter2@h:9092"),
        ("source.pd[0]", "u:hunter2@h:2379"),
    ];
    let changes = changes.map(|(path, text)| (path.to_owned(), json!(text)));
    let findings = judge(&document(&changes));
    assert!(findings.iter().filter(|finding| finding.fix.is_some()).count() > 2, "{findings:#?}");
    assert!(!serde_json::to_string(&findings).unwrap().contains("hunter2"), "{findings:#?}");
}

#[test]
fn what_has_no_single_answer_has_no_fix() {
    for (path, text, code) in [
        ("kafka.brokers[0]", "h", "broker-invalid"),
        ("schema_registry.url", "http://h:9092", "registry-url-is-broker"),
        ("kafka.params.sasl-mechanism", "zebra", "sasl-mechanism-unknown"),
        ("source.pd[0]", "pd", "source-pd-invalid"),
        ("name", "!", "name-invalid"),
    ] {
        let findings = judge(&document(&[(path.to_owned(), json!(text))]));
        assert!(findings.iter().any(|finding| finding.code == code && finding.fix.is_none()), "{code}: {findings:#?}");
    }
}

#[test]
fn what_the_list_of_findings_calls_fixable_is() {
    let documented = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/FINDINGS.md")).unwrap();
    let rows = documented.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let marked: BTreeSet<&str> =
        rows.filter(|(_, rest)| rest.split(" |").next().is_some_and(|kind| kind.contains("*fix*"))).map(|(code, _)| code).collect();
    let cases = cases();
    let mut offered: BTreeSet<&str> = cases.iter().map(|(code, ..)| *code).chain(simple::codes()).chain(secrets::codes()).collect();
    let mut own = BTreeSet::new();
    rules_with_a_fix(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut own);
    offered.extend(own.iter().map(String::as_str));
    offered.extend(OF_SEVERAL_CALLS);
    let lost: Vec<&&str> = marked.difference(&offered).collect();
    let unmarked: Vec<&&str> = offered.difference(&marked).collect();
    assert!(lost.is_empty() && unmarked.is_empty(), "marked, and not offered: {lost:?}; offered, and not marked: {unmarked:?}");
}

/// Their code or their fix is not in the call that makes the finding.
const OF_SEVERAL_CALLS: [&str; 4] =
    ["table-without-key", "table-with-unsupported-type", "deletes-need-key-format", "record-key-is-primitive"];

/// The codes of findings that are given a fix where they are made.
fn rules_with_a_fix(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            rules_with_a_fix(&entry, found);
        } else if entry.extension().is_some_and(|extension| extension == "rs") && !entry.ends_with("tests.rs") {
            let text = std::fs::read_to_string(&entry).unwrap();
            let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for call in text.split("Finding::").skip(1).filter(|call| call.contains(".fix(")) {
                let kebab =
                    |word: &&str| word.contains('-') && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
                found.extend(call.split('"').skip(1).step_by(2).find(kebab).map(str::to_owned));
            }
        }
    }
}

#[test]
fn a_sibling_is_in_the_same_table() {
    for (path, key, expected) in [
        ("kafka.params.x", "y", Some("kafka.params.y")),
        ("x", "y", Some("y")),
        (r#"c[0].config."a.b""#, "d.e", Some(r#"c[0].config."d.e""#)),
        ("kafka.brokers[0]", "y", None),
    ] {
        assert_eq!(sibling(path, key).as_deref(), expected, "{path}");
    }
}
