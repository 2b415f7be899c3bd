//! What the chosen TiCDC release knows of the options that a document sets.

use crate::Finding;
use crate::config::{Pipeline, Target};
use crate::ticdc::{Architecture, Architectures, NEWEST, Protocol, Release, Since, Version, Written, api_name, word_since};

/// From these releases on `case-sensitive` is false when it is not given.
const CASE_INSENSITIVE: Since = Since::Releases(&[Version::new(6, 5, 6), Version::new(7, 1, 3), Version::new(7, 5, 0)]);

pub(super) fn check(pipeline: &Pipeline, written: &[Written<'_>], findings: &mut Vec<Finding>) {
    let release = Release::of(&pipeline.changefeed);
    check_version(pipeline, release, findings);
    check_default_case(pipeline, release, findings);
    let protocol = Protocol::of(pipeline);
    let target = pipeline.changefeed.target;
    for option in written {
        findings.extend(
            too_new(option, release, target)
                .or_else(|| other_architecture(option, release, target))
                .or_else(|| other_protocol(option, protocol))
                .or_else(|| deprecated(option))
                .or_else(|| not_in_api(option, target))
                .or_else(|| word_too_new(option, release, target)),
        );
    }
}

fn check_version(pipeline: &Pipeline, release: Release, findings: &mut Vec<Finding>) {
    let text = &pipeline.changefeed.ticdc_version;
    if release.version.is_none() && !["", "nightly", "latest"].contains(&text.as_str()) {
        findings.push(
            Finding::error("changefeed.ticdc_version", "ticdc-version-invalid", "The TiCDC version is none.")
                .hint(format!("Write it as `{NEWEST}`, or leave it out for the newest.")),
        );
    }
    if !release.exists() {
        let message = "The new architecture needs TiCDC v8.5.4-release.1 or later.";
        findings.push(
            Finding::error("changefeed.ticdc_architecture", "ticdc-architecture-too-new", message)
                .hint("Set `classic`, or the version of the server's TiCDC, which can be newer than its TiDB."),
        );
    }
}

/// Without the key an old release routes and filters other tables than those that are shown.
fn check_default_case(pipeline: &Pipeline, release: Release, findings: &mut Vec<Finding>) {
    let config = &pipeline.changefeed.config;
    let mut rules = config.filter.rules.iter().chain(config.sink.dispatchers.iter().flat_map(|dispatcher| &dispatcher.matcher));
    if config.case_sensitive.is_none() && !release.has(CASE_INSENSITIVE) && rules.any(|rule| rule.contains(char::is_alphabetic)) {
        findings.push(
            Finding::warning(
                "changefeed.config.case-sensitive",
                "case-sensitive-default",
                "Before v6.5.6, v7.1.3 and v7.5.0 rules look at case unless `case-sensitive` is given: other tables may match than shown.",
            )
            .hint("Set `case-sensitive = false`."),
        );
    }
}

/// The command line refuses a key that TiCDC does not know. The Open API and the sink URI let it pass, and nobody notices.
fn refused_or_ignored(option: &Written<'_>, target: Target) -> &'static str {
    match (option.in_uri, target) {
        (true, _) => "ignores it silently",
        (false, Target::Ticdc) => "ignores it silently in its Open API, and refuses it on its command line",
        (false, _) => "refuses the configuration",
    }
}

fn too_new(option: &Written<'_>, release: Release, target: Target) -> Option<Finding> {
    let version = release.version.filter(|_| !release.has(option.key.since))?;
    let message = format!("`{}` came with TiCDC {}: {version} {}.", option.key.name, option.key.since, refused_or_ignored(option, target));
    let unsure = option.in_uri || target == Target::Native || matches!(option.key.since, Since::About(_));
    let report = if unsure { Finding::warning } else { Finding::error };
    Some(report(&option.path, "option-too-new", message).hint("Remove it, or choose a newer `changefeed.ticdc_version`."))
}

fn other_architecture(option: &Written<'_>, release: Release, target: Target) -> Option<Finding> {
    let name = option.key.name;
    match (option.key.architectures, release.architecture?) {
        (Architectures::New, Architecture::Classic) => {
            let message = format!("Only TiCDC's new architecture knows `{name}`; the classic one {}.", refused_or_ignored(option, target));
            let report = if option.in_uri || target == Target::Native { Finding::warning } else { Finding::error };
            Some(
                report(&option.path, "option-not-in-architecture", message)
                    .hint("Remove it, or set `changefeed.ticdc_architecture = \"new\"` for a server with `newarch = true`."),
            )
        }
        (Architectures::Classic, Architecture::New) if !option.is_default() => {
            let message = format!("TiCDC's new architecture takes `{name}` and does not act on it.");
            Some(
                Finding::warning(&option.path, "option-ignored-by-architecture", message)
                    .hint("Do not rely on it: remove it, or run the changefeed on a classic server."),
            )
        }
        _ => None,
    }
}

fn other_protocol(option: &Written<'_>, protocol: Option<Protocol>) -> Option<Finding> {
    let protocol = protocol?;
    // what a large message does is an error of its own
    if option.is_default() || option.key.is_read_by(protocol) || option.key.name == "large-message-handle-option" {
        return None;
    }
    let readers: Vec<String> = option.key.protocols.iter().map(|protocol| format!("`{}`", protocol.name())).collect();
    let message = format!("`{}` does nothing with the protocol `{}`.", option.key.name, protocol.name());
    Some(
        Finding::warning(&option.path, "option-ignored-by-protocol", message).hint(format!("Remove it: it is for {}.", readers.join(", "))),
    )
}

fn deprecated(option: &Written<'_>) -> Option<Finding> {
    // `dispatcher` has a code of its own
    if option.key.deprecated.is_empty() || option.key.name == "dispatcher" {
        return None;
    }
    Some(Finding::warning(&option.path, "option-deprecated", format!("`{}` is deprecated.", option.key.name)).hint(option.key.deprecated))
}

/// A changefeed on a TiCDC cluster is created through its Open API.
fn not_in_api(option: &Written<'_>, target: Target) -> Option<Finding> {
    let table = option.key.section.rsplit('.').next().unwrap_or_default();
    if target != Target::Ticdc || option.in_uri || option.is_default() || api_name(table, option.key.name, None).is_some() {
        return None;
    }
    let message = format!("TiCDC's Open API has no field for `{}`: it would be lost.", option.key.name);
    Some(Finding::warning(&option.path, "option-not-in-api", message).hint(match option.key.param() {
        Some(name) => format!("Move it to `kafka.params.{name}`."),
        None => "Create the changefeed with `cdc cli` from the exported files.".to_owned(),
    }))
}

fn word_too_new(option: &Written<'_>, release: Release, target: Target) -> Option<Finding> {
    let word = option.text()?;
    let since = word_since(option.key.name, &word);
    let version = release.version.filter(|_| !release.has(since))?;
    let message = format!("`{word}` came to `{}` with TiCDC {since}: {version} does not know it.", option.key.name);
    let report = if target == Target::Native || matches!(since, Since::About(_)) { Finding::warning } else { Finding::error };
    Some(report(&option.path, "value-too-new", message).hint("Choose another word, or a newer `changefeed.ticdc_version`."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::validate;
    use crate::config::{Pipeline, Target};
    use crate::ticdc::Protocol;
    use serde_json::{Value, json};

    /// `path code severity` of the findings that a release has against options.
    fn found(version: &str, architecture: &str, params: Value, config: Value) -> Vec<String> {
        let mut pipeline = Pipeline::named("p");
        pipeline.changefeed.target = Target::Export;
        pipeline.changefeed.ticdc_version = version.to_owned();
        pipeline.changefeed.ticdc_architecture = architecture.to_owned();
        pipeline.changefeed.config = serde_json::from_value(config).unwrap();
        pipeline.kafka.params = params.as_object().unwrap().clone();
        pipeline.kafka.params.entry("protocol").or_insert("avro".into());
        let codes = ["option-", "value-too-new", "ticdc-version-invalid", "ticdc-architecture-too-new", "case-sensitive-default"];
        validate(&pipeline)
            .into_iter()
            .filter(|f| codes.iter().any(|code| f.code.starts_with(code)))
            .map(|f| format!("{} {} {:?}", f.path.replace("changefeed.config.", ""), f.code, f.severity))
            .collect()
    }

    fn none() -> Value {
        json!({})
    }

    #[test]
    fn an_option_that_the_version_does_not_have_is_refused_in_the_file_and_ignored_in_the_uri() {
        let columns = json!({"sink": {"column-selectors": [{"matcher": ["a.b"], "columns": ["*"]}]}});
        assert_eq!(
            found("7.4.0", "", none(), columns.clone()),
            ["sink.column-selectors[0].matcher option-too-new Error", "sink.column-selectors[0].columns option-too-new Error"]
        );
        assert!(found("7.5.0", "", none(), columns.clone()).is_empty() && found("", "", none(), columns).is_empty());
        let raw = json!({"sink": {"kafka-config": {"output-raw-change-event": true}}});
        assert_eq!(found("v7.5.2", "", none(), raw.clone()), ["sink.kafka-config.output-raw-change-event option-too-new Error"]);
        assert!(found("v7.5.3", "", none(), raw).is_empty());
        let extension = json!({"enable-tidb-extension": "true"});
        assert_eq!(found("6.0.0", "", extension.clone(), none()), ["kafka.params.enable-tidb-extension option-too-new Warning"]);
        assert!(found("6.1.0", "", extension, none()).is_empty());
        let claim = json!({"sink": {"kafka-config": {"large-message-handle": {"claim-check-storage-uri": "s3://b"}}}});
        assert!(found("7.1.0", "", json!({"protocol": "simple"}), claim)[1].ends_with("option-too-new Warning"), "the release is a guess");
    }

    #[test]
    fn each_architecture_has_options_of_its_own() {
        let new = json!({"event-collector-batch-count": 1});
        assert_eq!(found("8.5.4", "", none(), new.clone()), ["event-collector-batch-count option-not-in-architecture Error"]);
        assert!(found("8.5.4", "new", none(), new.clone()).is_empty() && found("8.5.4-release.1", "", none(), new.clone()).is_empty());
        assert!(found("", "", none(), new).is_empty());
        let classic = json!({"integrity": {"corruption-handle-level": "error"}});
        assert_eq!(
            found("8.5.4", "new", none(), classic.clone()),
            ["integrity.corruption-handle-level option-ignored-by-architecture Warning"]
        );
        assert!(found("8.5.4", "classic", none(), classic).is_empty());
        assert!(found("8.5.4", "new", none(), json!({"integrity": {"integrity-check-level": "none"}})).is_empty(), "the default");
        let unreleased = json!({"avro-include-before-value": true});
        assert_eq!(found("8.5.4", "new", unreleased.clone(), none()), ["kafka.params.avro-include-before-value option-too-new Warning"]);
        assert_eq!(found("", "classic", unreleased, none()), ["kafka.params.avro-include-before-value option-not-in-architecture Warning"]);
        assert_eq!(found("7.5.0", "new", none(), none()), ["changefeed.ticdc_architecture ticdc-architecture-too-new Error"]);
        assert_eq!(found("eight", "", none(), none()), ["changefeed.ticdc_version ticdc-version-invalid Error"]);
        assert!(found("nightly", "new", none(), none()).is_empty());
    }

    #[test]
    fn an_option_of_another_protocol_does_nothing() {
        assert_eq!(found("", "", json!({"max-batch-size": 8}), none()), ["kafka.params.max-batch-size option-ignored-by-protocol Warning"]);
        assert!(found("", "", json!({"max-batch-size": 16}), none()).is_empty(), "the default");
        assert!(found("", "", json!({"max-batch-size": 8, "protocol": "open-protocol"}), none()).is_empty());
        assert_eq!(
            found("", "", none(), json!({"sink": {"content-compatible": true, "protocol": "avro"}})),
            ["sink.content-compatible option-ignored-by-protocol Warning"]
        );
        assert_eq!(
            found("", "", json!({"protocol": Protocol::CanalJson.name(), "avro-decimal-handling-mode": "string"}), none()),
            ["kafka.params.avro-decimal-handling-mode option-ignored-by-protocol Warning"]
        );
    }

    #[test]
    fn what_the_open_api_cannot_carry_is_sent_to_the_uri() {
        let found = |target: Target, params: Value, file: bool| {
            let mut pipeline = Pipeline::named("p");
            pipeline.changefeed.target = target;
            pipeline.kafka.params = params.as_object().unwrap().clone();
            let config = json!({"codec-config": {"output-row-key": file}});
            pipeline.changefeed.config.sink.extra.insert("kafka-config".to_owned(), config);
            let findings = validate(&pipeline);
            findings.into_iter().filter(|f| f.code == "option-not-in-api").map(|f| (f.path, f.hint)).collect::<Vec<_>>()
        };
        let simple = || json!({"protocol": "simple"});
        let path = "changefeed.config.sink.kafka-config.codec-config.output-row-key";
        let hint = "Move it to `kafka.params.output-row-key`.";
        assert_eq!(found(Target::Ticdc, simple(), true), [(path.to_owned(), hint.to_owned())]);
        assert!(found(Target::Export, simple(), true).is_empty() && found(Target::Ticdc, simple(), false).is_empty());
        assert!(found(Target::Ticdc, json!({"protocol": "simple", "output-row-key": true}), false).is_empty());
    }

    #[test]
    fn words_can_be_younger_than_their_option() {
        assert_eq!(found("7.5.0", "", json!({"protocol": "simple"}), none()), ["kafka.params.protocol value-too-new Error"]);
        assert!(found("8.0.0", "", json!({"protocol": "simple"}), none()).is_empty());
        assert_eq!(found("8.5.4", "", json!({"protocol": "debezium-avro"}), none()), ["kafka.params.protocol value-too-new Error"]);
        let columns = json!({"sink": {"dispatchers": [{"matcher": ["*.*"], "partition": "columns"}]}});
        assert_eq!(found("6.5.9", "", none(), columns), ["sink.dispatchers[0].partition value-too-new Warning"]);
    }

    #[test]
    fn what_does_nothing_any_more_is_named() {
        assert_eq!(found("", "", none(), json!({"sql-mode": "ANSI"})), ["sql-mode option-deprecated Warning"]);
        assert!(found("", "", none(), json!({"sink": {"dispatchers": [{"matcher": ["*.*"], "dispatcher": "ts"}]}})).is_empty());
    }

    #[test]
    fn an_old_release_looks_at_case_when_it_is_not_told() {
        let rules = json!({"filter": {"rules": ["App.*"]}});
        assert_eq!(found("7.1.2", "", none(), rules.clone()), ["case-sensitive case-sensitive-default Warning"]);
        assert!(found("7.1.3", "", none(), rules).is_empty() && found("7.1.2", "", none(), none()).is_empty());
        assert!(found("7.1.2", "", none(), json!({"case-sensitive": true, "filter": {"rules": ["App.*"]}})).is_empty());
    }
}
