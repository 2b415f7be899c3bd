//! `docs/OPTIONS.md` is the model of TiCDC's options as tables, and the model has what TiCDC's own source has.
//!
//! `UPDATE_DOCS=1 cargo test -p shared --test options` writes the file anew.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::config::{from_json, validate};
use shared::ticdc::{Architectures, ConfigKey, Place, Since, ValueType, all, word_since};
use std::{collections::BTreeMap, env, fmt::Write as _, fs, path::Path};

const HEAD: &str = "# TiCDC's options for Kafka sinks

Generated from `shared/src/ticdc`; a test keeps it so. Options marked URI are parameters of the sink URI (`kafka.params`), those
marked file are keys of the changefeed's configuration (`changefeed.config`), both can be either: the URI wins unless its value is
empty, `0` or `false`.

Since: the first release of each maintained branch; nothing means that every release this studio knows has the option. \"about\" is
a guess, \"after\" a release that is not out yet. Architecture: `new` is refused by the classic one, `classic` is taken by the new
one without effect. Protocols: nothing means all.
";

fn manual() -> String {
    let place = |key: &ConfigKey| (key.place == Place::Uri, key.section);
    let mut places: Vec<(bool, &str)> = Vec::new();
    for key in all() {
        if !places.contains(&place(key)) {
            places.push(place(key));
        }
    }
    let mut text = HEAD.to_owned();
    for at in places {
        let title = match at {
            (true, _) => "Sink URI only".to_owned(),
            (_, "") => "The changefeed".to_owned(),
            (_, section) => format!("`{section}`"),
        };
        let _ = write!(text, "\n## {title}\n\n| Option | Where | Value | Default | Since | Architecture | Protocols | |\n");
        text.push_str("|---|---|---|---|---|---|---|---|\n");
        text.extend(all().filter(|key| place(key) == at).map(row));
    }
    text
}

fn row(key: &ConfigKey) -> String {
    let place = match key.place {
        Place::Uri => "URI",
        Place::File => "file",
        Place::Both => "both",
    };
    let architecture = match key.architectures {
        Architectures::Both => "",
        Architectures::Classic => "classic",
        Architectures::New => "new",
    };
    let protocols: Vec<&str> = key.protocols.iter().map(|protocol| protocol.name()).collect();
    let default = if key.default.is_empty() { String::new() } else { format!("`{}`", key.default) };
    let mut doc = key.doc.to_owned();
    if !key.deprecated.is_empty() {
        doc = format!("Deprecated. {} {doc}", key.deprecated);
    }
    if key.secret {
        doc.push_str(" A secret.");
    }
    format!(
        "| `{}` | {place} | {} | {default} | {} | {architecture} | {} | {doc} |\n",
        key.name,
        value(key),
        key.since,
        protocols.join(", ")
    )
}

/// Words with the release that brought them, where that was later than the option.
fn value(key: &ConfigKey) -> String {
    let ValueType::Word(words) = key.value_type else { return key.value_type.to_string() };
    let shown = words.iter().map(|word| match word_since(key.name, word) {
        Since::Always => format!("`{word}`"),
        since => format!("`{word}` ({since})"),
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_manual_is_what_the_model_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/OPTIONS.md");
    let wanted = manual();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    let first = found.lines().zip(wanted.lines()).find(|(found, wanted)| found != wanted);
    assert!(found == wanted, "docs/OPTIONS.md differs: run this test with UPDATE_DOCS=1; first difference: {first:?}");
}

/// Name in the fixture -> default and first release.
fn model() -> BTreeMap<String, (String, String)> {
    let mut names = BTreeMap::new();
    for key in all() {
        let facts = (key.default.to_owned(), key.since.to_string());
        if let Some(name) = key.param() {
            names.insert(format!("?{name}"), facts.clone());
        }
        if let Some(path) = key.path() {
            names.insert(path, facts);
        }
    }
    names
}

#[test]
fn nothing_of_the_reference_is_missing_and_nothing_is_invented() {
    let text = include_str!("reference/options.tsv");
    let mut reference = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<&str> = line.split('\t').collect();
        assert_eq!(fields.len(), 4, "{line}");
        assert!(reference.insert(fields[0].to_owned(), (fields[1].to_owned(), fields[2].to_owned())).is_none(), "{line} is there twice");
    }
    let model = model();
    let missing: Vec<_> = reference.keys().filter(|name| !model.contains_key(*name)).collect();
    let invented: Vec<_> = model.keys().filter(|name| !reference.contains_key(*name)).collect();
    assert!(missing.is_empty() && invented.is_empty(), "missing: {missing:?}; invented: {invented:?}");
    let different: Vec<_> = model.iter().filter(|(name, facts)| reference[*name] != **facts).collect();
    assert!(different.is_empty(), "{different:?}");
}

#[test]
fn what_is_not_released_is_of_the_new_architecture() {
    let unreleased: Vec<&str> = all().filter(|key| key.since == Since::Unreleased).map(|key| key.name).collect();
    let known = ["avro-include-before-value", "target-schema", "target-table", "ignore-update-only-columns", "performance-mode"];
    assert_eq!(unreleased, known);
    assert!(all().filter(|key| key.since == Since::Unreleased).all(|key| key.architectures == Architectures::New));
}

/// Paths of the findings about one value at a place of the changefeed's configuration.
fn found_in_file(path: &str, value: &Value) -> Vec<String> {
    let mut config = value.clone();
    for name in path.rsplit('.') {
        config = match name.strip_suffix("[]") {
            Some(list) => json!({ list: [config] }),
            None => json!({ name: config }),
        };
    }
    found(json!({"protocol": "avro"}), config)
}

fn found(params: Value, config: Value) -> Vec<String> {
    let document = json!({
        "version": 1, "name": "p", "kafka": {"brokers": ["h:1"], "topic": "t", "params": params}, "changefeed": {"config": config},
    });
    let findings = match from_json(document) {
        Ok(pipeline) => validate(&pipeline),
        Err(error) => error.findings,
    };
    findings.into_iter().map(|finding| format!("{} {}", finding.path, finding.code)).collect()
}

fn is_about_the_value(finding: &str, path: &str) -> bool {
    finding.strip_prefix(path).is_some_and(|rest| {
        let (item, code) = rest.split_once(' ').unwrap_or_default();
        // an item of a list is as good as the list
        (item.is_empty() || item.starts_with('[')) && !code.starts_with("option-") && code != "native-unsupported"
    })
}

#[test]
fn a_value_of_another_type_is_found_at_every_option() {
    for key in all() {
        let Some(path) = key.path() else { continue };
        let at = format!("changefeed.config.{}", path.replace("[]", "[0]"));
        let unexpected = if matches!(key.value_type, ValueType::Section) { json!("text") } else { json!({"unexpected": 1}) };
        let findings = found_in_file(&path, &unexpected);
        assert!(findings.iter().any(|finding| is_about_the_value(finding, &at)), "{at}: {findings:?}");
    }
}

#[test]
fn a_word_that_is_no_value_is_found_at_every_parameter() {
    for key in all().filter(|key| !matches!(key.value_type, ValueType::Text)) {
        let Some(name) = key.param() else { continue };
        let at = format!("kafka.params.{name}");
        let protocol = key.protocols.first().map_or("avro", |protocol| protocol.name());
        let findings = found(json!({ "protocol": protocol, name: "yes, please" }), json!({}));
        assert!(findings.iter().any(|finding| is_about_the_value(finding, &at)), "{at}: {findings:?}");
    }
}

#[test]
fn defaults_and_words_of_the_model_are_taken() {
    for key in all().filter(|key| !key.default.is_empty()) {
        let values: Vec<Value> = match key.value_type {
            ValueType::Boolean => key.default.parse::<bool>().ok().into_iter().map(Value::from).collect(),
            ValueType::Integer(..) => key.default.parse::<i64>().ok().into_iter().map(Value::from).collect(),
            ValueType::Duration(_) => vec![key.default.into()],
            ValueType::Interval => vec!["1m".into(), json!(60_000_000_000_i64)],
            ValueType::Word(words) => words.iter().map(|&word| word.into()).collect(),
            _ => continue,
        };
        for value in values {
            for (place, at, findings) in [
                key.path().map(|path| ("file", format!("changefeed.config.{}", path.replace("[]", "[0]")), found_in_file(&path, &value))),
                key.param()
                    .map(|name| ("URI", format!("kafka.params.{name}"), found(json!({ "protocol": "avro", name: value }), json!({})))),
            ]
            .into_iter()
            .flatten()
            {
                let bad = ["wrong-", "param-invalid", "-invalid", "-unknown", "unknown-"];
                let about = findings.iter().find(|f| is_about_the_value(f, &at) && bad.iter().any(|code| f.contains(code)));
                assert!(about.is_none(), "{value} in the {place}: {about:?}");
            }
        }
    }
}

/// Any JSON, its keys mostly those of options and tables.
fn configuration() -> impl Strategy<Value = Value> {
    let tables = ["sink", "filter", "kafka-config", "codec-config", "dispatchers", "event-filters", "column-selectors", "scheduler"];
    let names: Vec<&str> = all().map(|key| key.name).chain(tables).chain(["", "a.b", "nonsense"]).collect();
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((proptest::sample::select(names.clone()), inner), 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())),
        ]
    })
}

/// As [`configuration`], a table at its top.
fn table() -> impl Strategy<Value = Value> {
    configuration().prop_map(|value| if value.is_object() { value } else { json!({}) })
}

proptest! {
    #[test]
    fn no_configuration_panics(params in table(), config in table(), version in "[v0-9.a-z-]{0,12}") {
        let document = json!({
            "version": 1, "name": "p", "kafka": {"brokers": ["h:1"], "topic": "t", "params": params},
            "changefeed": {"config": config, "ticdc_version": version, "target": "export"},
        });
        if let Ok(pipeline) = from_json(document) {
            let findings = validate(&pipeline);
            prop_assert!(findings.iter().all(|finding| !finding.message.is_empty()));
        }
    }

    #[test]
    fn no_search_panics(words in ".{0,40}") {
        prop_assert!(shared::ticdc::search(&words).len() <= all().count());
    }
}
