//! The published plugins as judge of our validator: `document.toml` has a connector for each case, `verdicts.json` what we find in
//! it and what Debezium's and Snowflake's plugins say to the configuration that we make of it.
//!
//! Here our side is checked. `cargo xtask e2e connect-plugins` asks the plugins on a real worker whether theirs still holds, and
//! with `RECORD=1` writes it down; `RECORD=1 cargo test -p shared --test plugins` writes ours.

mod definitions;

use serde_json::{Map, Value, json};
use shared::{Severity, config};
use std::{env, fs, path::PathBuf};

fn verdicts_file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/plugins/verdicts.json")
}

fn verdicts() -> Value {
    serde_json::from_str(&fs::read_to_string(verdicts_file()).expect("the verdicts are there")).expect("the verdicts are JSON")
}

/// Of each case: what we find, as `severity place code`.
fn ours() -> Vec<(String, Vec<String>)> {
    let pipeline = config::parse(include_str!("document.toml")).expect("the document is one");
    let findings = config::validate(&pipeline);
    let of = |index: usize| {
        let place = format!("connectors[{index}]");
        let own = findings.iter().filter_map(|finding| Some((finding, finding.path.strip_prefix(&place)?)));
        own.map(|(finding, path)| format!("{} {} {}", word(finding.severity), path.trim_start_matches('.'), finding.code)).collect()
    };
    let outside: Vec<_> = findings.iter().filter(|finding| !finding.path.starts_with("connectors[")).collect();
    assert!(outside.is_empty(), "{outside:#?}");
    pipeline.connectors.iter().enumerate().map(|(index, connector)| (connector.name.clone(), of(index))).collect()
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

/// What the plugin says to a case: to its settings, and then, when it takes those, at its start.
fn is_refused(case: &Value) -> bool {
    let says = |key: &str| case.get(key).is_some_and(|answer| answer.as_object().map_or(!answer.is_null(), |fields| !fields.is_empty()));
    says("validate") || says("start")
}

#[test]
fn our_findings_are_those_on_record() {
    let ours = ours();
    if env::var_os("RECORD").is_some_and(|value| value == "1") {
        let mut record = verdicts();
        let old = std::mem::take(&mut record["cases"]);
        let merge = |(name, findings): &(String, Vec<String>)| {
            let mut case = old.get(name).cloned().unwrap_or_else(|| json!({}));
            case["ours"] = json!(findings);
            (name.clone(), case)
        };
        record["cases"] = Value::Object(ours.iter().map(merge).collect::<Map<_, _>>());
        fs::write(verdicts_file(), format!("{record:#}\n")).expect("the verdicts can be written");
    }
    let record = verdicts();
    let cases = record["cases"].as_object().expect("cases");
    assert_eq!(cases.len(), ours.len(), "each connector of the document is a case of its own");
    for (name, findings) in ours {
        assert_eq!(cases.get(&name).map(|case| &case["ours"]), Some(&json!(findings)), "{name}");
    }
}

#[test]
fn we_refuse_what_the_plugins_refuse_and_nothing_else_without_a_reason() {
    for (name, case) in verdicts()["cases"].as_object().expect("cases") {
        let we_refuse = case["ours"].as_array().into_iter().flatten().filter_map(Value::as_str).any(|line| line.starts_with("error "));
        let reason = case["difference"].as_str().unwrap_or_default();
        let theirs = is_refused(case);
        assert!(case.get("validate").is_some(), "{name}: the plugin was not asked");
        assert_eq!(we_refuse != theirs, !reason.is_empty(), "{name}: we refuse: {we_refuse}, the plugin: {theirs}, reason: {reason:?}");
    }
}
