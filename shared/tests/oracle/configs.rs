//! Configurations: refused by this studio exactly when TiCDC refuses them, and else the same in effect.

use super::documents::document;
use super::draw::Draw;
use super::effective;
use super::judge::{Judge, count, record};
use serde_json::{Map, Value, json};
use shared::Severity;
use shared::config::{Pipeline, from_json, validate};
use shared::render::{Secrets, changefeed_toml, open_api_request};
use shared::sink_uri::SinkUri;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const VECTORS: &str = include_str!("configs.jsonl");

/// Errors of this studio for what TiCDC takes: code, what path or message hold, and the reason why they stay.
const STRICTER: [(&str, &str, &str); 19] = [
    ("duration-invalid", "config.scheduler.", "looked at with tables across nodes only"),
    ("topic-name-illegal", "", "Kafka refuses the name, at the first row"),
    ("topic-not-per-table", "", "two tables of one Avro topic replace each other's schema"),
    ("dispatcher-columns-missing", "", "all rows of a table would go to one partition"),
    ("force-replicate-with-avro", "", "the new architecture forgets to look at the top-level key; the classic one refuses"),
    ("force-replicate-with-key-deletes", "", "the new architecture forgets to look at the top-level key; the classic one refuses"),
    ("checksum-needs-text-modes", "", "the new architecture forgets to look at the top-level key; the classic one refuses"),
    ("protocol-spelling", "", "created, but the registry is lost when the changefeed is next read from its store"),
    ("watermark-without-extension", "", "ignored in silence"),
    ("sasl-oauth-incomplete", "", "OAUTHBEARER without client, secret and token URL cannot log in"),
    ("duration-invalid", "sync-point-", "looked at for MySQL sinks only"),
    ("wrong-value", "config.consistent.", "looked at with the redo log on only"),
    ("wrong-value", "config.scheduler.", "looked at with tables across nodes only"),
    ("wrong-value", "sink.file-index-digit", "looked at for storage sinks only"),
    ("wrong-value", "sink.date-separator", "looked at for storage sinks only"),
    ("wrong-value", "must be a whole number from 0", "a count below zero is taken, for another number or for the default"),
    ("wrong-type", "filter.ignore-txn-start-ts", "a negative number is taken for another, huge one"),
    ("wrong-type", "must be text", "durations are taken as whole nanoseconds too, which nobody means"),
    ("filter-rule-invalid", "a pattern is missing", "a rule without a schema pattern is taken, and matches nothing"),
];

/// Errors, and those among them that stand for a refusal of TiCDC.
fn refusals(pipeline: &Pipeline) -> (Vec<String>, Vec<String>) {
    let errors = validate(pipeline).into_iter().filter(|finding| finding.severity == Severity::Error);
    let (mut all, mut shared) = (Vec::new(), Vec::new());
    for error in errors {
        let text = format!("{} at {}: {}", error.code, error.path, error.message);
        if !STRICTER.iter().any(|(code, part, _)| *code == error.code && text.contains(part)) {
            shared.push(text.clone());
        }
        all.push(text);
    }
    (all, shared)
}

fn question(pipeline: &Pipeline) -> Value {
    let values = Secrets::inline(&|_, _| None);
    let id = if pipeline.changefeed.id.is_empty() { &pipeline.name } else { &pipeline.changefeed.id };
    let request: Value = serde_json::from_str(&open_api_request(pipeline, values)).expect("it is JSON");
    json!({"id": id, "toml": changefeed_toml(pipeline, values), "sink_uri": SinkUri::from_pipeline(pipeline).render(), "request": request})
}

/// What the two make of a document differently.
fn difference(pipeline: &Pipeline, refused: Option<&str>, effective: &Map<String, Value>) -> Option<String> {
    let (errors, refusals) = refusals(pipeline);
    match refused {
        Some(error) if errors.is_empty() => Some(format!("TiCDC alone refuses it: {error}")),
        None if !refusals.is_empty() => Some(format!("this studio alone refuses it: {}", refusals.join(", "))),
        Some(_) => None,
        None => {
            let ours = effective::ours(pipeline);
            let names: std::collections::BTreeSet<&String> = ours.keys().chain(effective.keys()).collect();
            let mut text = String::new();
            for name in names.into_iter().filter(|name| ours.get(*name) != effective.get(*name)) {
                let _ = write!(text, "{name}: ours {:?}, TiCDC's {:?}; ", ours.get(name), effective.get(name));
            }
            (!text.is_empty()).then_some(text)
        }
    }
}

#[test]
#[ignore = "asks the judge"]
fn this_studio_and_ticdc_refuse_the_same_documents_and_read_the_others_alike() {
    let mut judge = Judge::start(&[]);
    let (count, mut draw) = (count(10_000), Draw::seeded());
    let mut differences: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut accepted = 0;
    for _ in 0..count {
        let pipeline = document(&mut draw);
        let question = question(&pipeline);
        let answer = judge.ask(&question);
        let refused = answer["refused"].as_str().map(|code| format!("{code} {} {}", answer["stage"], answer["error"]));
        let effective = answer["effective"].as_object().cloned().map(effective::judged).unwrap_or_default();
        accepted += usize::from(refused.is_none());
        if refusals(&pipeline).0.is_empty() {
            note_request(&answer, &effective, &question, &mut differences);
        }
        if let Some(difference) = difference(&pipeline, refused.as_deref(), &effective) {
            let kind: String = difference.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).take(170).collect();
            let entry = differences.entry(kind).or_default();
            entry.0 += 1;
            entry.1 = format!("{difference}\n{}\n{}", question["toml"].as_str().unwrap_or_default(), question["sink_uri"]);
        }
    }
    let total: usize = differences.values().map(|(count, _)| count).sum();
    for (count, example) in differences.values() {
        println!("== {count} times: {example}");
    }
    println!("{count} documents, {accepted} accepted, {total} differences");
    assert_eq!(total, 0);
}

/// The request of the Open API has to come to the same.
fn note_request(answer: &Value, effective: &Map<String, Value>, question: &Value, differences: &mut BTreeMap<String, (usize, String)>) {
    let Some(request) = answer["request"].as_object() else { return };
    let of_request = request.get("effective").and_then(Value::as_object).cloned().map(effective::judged).unwrap_or_default();
    if of_request != *effective {
        let changed: Vec<String> = effective
            .iter()
            .filter(|(name, value)| of_request.get(*name) != Some(value))
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        let kind = format!("the request differs: {} {}", request.get("error").cloned().unwrap_or_default(), changed.join(", "));
        let entry = differences.entry(kind.chars().take(170).collect()).or_default();
        entry.0 += 1;
        entry.1 = format!("{kind}\n{}\n{:#}", question["toml"].as_str().unwrap_or_default(), question["request"]);
    }
}

/// Documents that TiCDC takes are the smaller part of random ones, and half of those recorded.
#[test]
#[ignore = "asks the judge, and writes what it says"]
fn record_configurations() {
    let mut judge = Judge::start(&[]);
    let (count, mut draw) = (count(700), Draw::seeded());
    let mut kept = [0, 0];
    let mut lines = Vec::new();
    while lines.len() < count {
        let pipeline = document(&mut draw);
        let answer = judge.ask(&question(&pipeline));
        let half = &mut kept[usize::from(answer["refused"].is_null())];
        if *half < count.div_ceil(2) {
            *half += 1;
            let mut vector = json!({"document": pipeline});
            match answer["effective"].as_object().cloned() {
                Some(effective) => vector["effective"] = Value::Object(effective::judged(effective)),
                None => vector["refused"] = answer["refused"].clone(),
            }
            lines.push(vector.to_string());
        }
    }
    record("configs.jsonl", &lines);
}

#[test]
fn recorded_documents_are_judged_as_ticdc_judged_them() {
    let mut accepted = 0;
    for line in VECTORS.lines().skip(1) {
        let vector: Value = serde_json::from_str(line).expect("a vector is JSON");
        let pipeline = from_json(vector["document"].clone()).expect("it is a document");
        let effective = vector["effective"].as_object().cloned().unwrap_or_default();
        assert_eq!(difference(&pipeline, vector["refused"].as_str(), &effective), None, "{line}");
        accepted += usize::from(vector["refused"].is_null());
    }
    assert!(accepted > 300, "only {accepted} documents were compared");
}
