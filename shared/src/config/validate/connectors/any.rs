//! What holds for every sink connector: kind, topics, login, errors, and how values are written.

use super::{Site, at, list};
use crate::connector::{Flavour, Kind, topic_regex};
use crate::dispatch::is_legal_topic;
use crate::secret::{is_masked, is_secret_key};
use crate::sink_uri::KafkaOptions;
use crate::spelling::did_you_mean;
use crate::{Finding, Fix};
use serde_json::Value;

pub(super) fn check(site: &Site<'_>, findings: &mut Vec<Finding>) {
    check_kind(site, findings);
    check_values(site, findings);
    check_topics(site, findings);
    check_dead_letters(site, findings);
    check_tasks(site, findings);
    check_login(site, findings);
    if let Some(name) = site.settings.written("name").filter(|name| *name != site.connector.name) {
        let message = format!("The configuration names the connector `{name}`, the document `{}`.", site.connector.name);
        let fix = Fix::new("Remove it from the configuration").remove(at("name"));
        findings.push(Finding::error(at("name"), "connector-name-differs", message).hint("Keep the document's name.").fix(fix));
    }
}

fn check_kind(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let one_of = |word: &str, known: &[&'static str]| match did_you_mean(word, known.iter().copied()) {
        hint if hint.is_empty() => format!("It is one of `{}`.", known.join("`, `")),
        hint => hint,
    };
    let (kind, flavour) = (&site.connector.kind, &site.connector.flavour);
    if site.settings.kind.is_none() {
        let message = if kind.is_empty() { "The connector has no kind.".to_owned() } else { format!("`{kind}` is no kind of connector.") };
        findings.push(Finding::error("kind", "connector-kind-unknown", message).hint(one_of(kind, &Kind::ALL.map(Kind::name))));
    }
    match site.settings.flavour {
        None if flavour == "native" => findings.push(
            Finding::error("flavour", "native-unsupported", "This studio does not write to databases itself; connectors do.")
                .hint("Use `confluent-cloud`, or one of the `kafka-connect-…` flavours."),
        ),
        None => findings.push(
            Finding::error("flavour", "connector-flavour-unknown", format!("`{flavour}` is no flavour of connectors."))
                .hint(one_of(flavour, &Flavour::ALL.map(Flavour::name))),
        ),
        Some(Flavour::Aiven | Flavour::Debezium) if site.settings.kind == Some(Kind::Snowflake) => findings.push(
            Finding::error("flavour", "connector-flavour-unknown", "Aiven and Debezium have no Snowflake sink.")
                .hint("Use `kafka-connect-confluent`: it stands for Snowflake's own connector.")
                .fix(Fix::new("Use Snowflake's own").set("flavour", "kafka-connect-confluent")),
        ),
        Some(_) => {}
    }
}

/// Connect takes text only. On the way there numbers, lists and tables of the document become text, so most of this is
/// for those who copy the configuration elsewhere; and a key with dots that is not quoted is a table in TOML.
fn check_values(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let is_sensitive = |key: &str| site.settings.class.map_or_else(|| is_secret_key(key), |class| class.is_sensitive(key));
    for (key, value) in &site.connector.config {
        match value {
            // the name of a secret says so for most, and these are looked at with all others
            Value::String(text) if is_sensitive(key) && !is_secret_key(key) && is_masked(text) => findings.push(
                Finding::error(at(key), "secret-masked", format!("`{key}` is the mask that a service shows in place of the value."))
                    .hint("Enter the value again."),
            ),
            Value::String(_) => {}
            Value::Object(_) => {
                let inner = format!("{}.", at(key));
                let leaves: Vec<_> = site.written.iter().filter(|(_, path)| path.starts_with(&inner)).collect();
                let quoted = leaves.first().map_or_else(|| key.clone(), |(name, _)| name.clone());
                let fix = leaves.into_iter().fold(Fix::new("Quote the keys"), |fix, (name, path)| fix.rename(path, at(name)));
                findings.push(
                    Finding::warning(
                        at(key),
                        "connector-value-not-text",
                        format!("`{key}` is a table: in TOML a key with dots is quoted."),
                    )
                    .hint(format!("Write `\"{quoted}\" = …`."))
                    .fix(fix.remove(at(key))),
                );
            }
            other => match as_text(other) {
                Some(text) => {
                    let finding =
                        Finding::info(at(key), "connector-value-not-text", format!("`{key}` is sent as text, as Connect takes it."));
                    // a fix shows the value, which a secret must not be
                    let fix = (!is_sensitive(key)).then(|| Box::new(Fix::new("Put it in quotes").set(at(key), text)));
                    findings.push(Finding { fix, ..finding.hint("Put it in quotes.") });
                }
                None => findings.push(
                    Finding::error(at(key), "connector-value-not-text", format!("`{key}` is not text: Connect takes every value as text."))
                        .hint("Remove it, or write it as text."),
                ),
            },
        }
    }
}

/// A number, a boolean or a list of texts, as Connect spells it.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Array(items) => Some(items.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?.join(",")),
        _ => None,
    }
}

fn check_topics(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let in_config = site.settings.written("topics").map(|text| list(&text));
    if let Some(written) = in_config.filter(|written| !site.connector.topics.is_empty() && *written != site.connector.topics) {
        let message = format!("`topics` names other topics than the configuration's own `topics` (`{}`).", written.join("`, `"));
        findings.push(
            Finding::error(at("topics"), "connector-topics-twice", message)
                .hint("Keep one of them.")
                .fix(Fix::new("Keep the document's list").remove(at("topics"))),
        );
    }
    match (&site.topics_regex, site.topics.is_empty()) {
        (None, true) => findings.push(
            Finding::error("topics", "connector-topics-missing", "The connector reads no topic.")
                .hint("List topics, or give a regular expression as `topics.regex`."),
        ),
        (Some(_), false) => findings.push(
            Finding::error(at("topics.regex"), "connector-topics-twice", "Give a topic list or a regular expression, not both.")
                .hint("Keep one of them.")
                .fix(Fix::new("Keep the list").remove(at("topics.regex"))),
        ),
        (Some(pattern), true) => {
            if let Err(problem) = topic_regex(pattern) {
                let message = format!("`topics.regex` is no regular expression: {problem}.");
                findings.push(Finding::error(at("topics.regex"), "topics-regex-invalid", message).hint("For example `tidb_tpcc_.*`."));
            }
        }
        (None, false) => {}
    }
    for (i, topic) in site.topics.iter().enumerate() {
        let path = if site.connector.topics.is_empty() { at("topics") } else { format!("topics[{i}]") };
        check_topic(site, &path, topic, findings);
    }
}

fn check_topic(site: &Site<'_>, path: &str, topic: &str, findings: &mut Vec<Finding>) {
    if topic.contains(|c: char| "*?+|()[]{}^$\\".contains(c)) {
        let message = format!("`{topic}` is a pattern, but `topics` is a list of names.");
        let finding = Finding::error(path, "topics-with-pattern", message).hint("Use `topics.regex`.");
        // a `*` after anything but a dot is meant as a wildcard of file names
        let regex = topic.replace(".*", "*").replace('*', ".*");
        let fix = Fix::new("Make it a regular expression").remove("topics").remove(at("topics")).set(at("topics.regex"), regex.clone());
        let is_alone = site.topics.len() == 1 && site.topics_regex.is_none() && topic_regex(&regex).is_ok();
        findings.push(if is_alone { finding.fix(fix) } else { finding });
    } else if !is_legal_topic(topic) {
        findings.push(
            Finding::error(path, "topic-name-illegal", format!("Kafka has no topic `{topic}`: the name is not allowed."))
                .hint("Letters, digits, `.`, `_` and `-`, at most 249 of them."),
        );
    } else if topic.contains('.') {
        findings.push(
            Finding::error(path, "topic-with-dot", "TiCDC registers the schema under a name with `_`, the sink looks it up with `.`.")
                .hint("Use `_` in topic names."),
        );
    }
}

fn check_dead_letters(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let tolerance = site.word("errors.tolerance").or_else(|| site.is_cloud().then(|| "all".to_owned()));
    if tolerance.as_deref() == Some("all") {
        let message = "Rows that fail go to the dead letter queue, and the connector looks healthy: a copy with gaps.";
        findings.push(
            Finding::warning(at("errors.tolerance"), "errors-tolerated", message)
                .hint("Set `none` for exact copies, or watch the dead letter queue.")
                .fix(Fix::new("Stop at the first failure").set(at("errors.tolerance"), "none")),
        );
    }
    let key = "errors.deadletterqueue.topic.name";
    if let Some(queue) = site.get(key) {
        let regex = site.topics_regex.as_deref().and_then(|pattern| topic_regex(pattern).ok().flatten());
        if site.topics.contains(&queue) || regex.is_some_and(|regex| regex.is_match(&queue)) {
            let message = format!("The dead letter queue `{queue}` must not be one of the inputs.");
            findings.push(Finding::error(at(key), "dlq-is-input", message).hint("Give it a name of its own."));
        }
    }
}

fn check_tasks(site: &Site<'_>, findings: &mut Vec<Finding>) {
    let Some(written) = site.get("tasks.max") else { return };
    let Some(tasks) = written.parse::<u64>().ok().filter(|tasks| *tasks >= 1) else {
        findings.push(
            Finding::error(at("tasks.max"), "tasks-max-invalid", "`tasks.max` must be a whole number from 1 up.")
                .fix(Fix::new("Set it to 1").set(at("tasks.max"), "1")),
        );
        return;
    };
    let (options, _) = KafkaOptions::read(site.pipeline);
    let partitions = options.partition_num.and_then(|each| u64::try_from(each).ok()).filter(|each| *each > 0);
    if let Some(all) = partitions.map(|each| each * site.topics.len() as u64).filter(|all| site.topics_regex.is_none() && *all > 0)
        && tasks > all
    {
        let message = format!("{tasks} tasks for {all} partitions: a partition is read by one task, so the others wait.");
        findings.push(
            Finding::warning(at("tasks.max"), "tasks-max-excess", message)
                .fix(Fix::new(format!("Set it to {all}")).set(at("tasks.max"), all.to_string())),
        );
    }
}

/// Confluent Cloud: how the connector logs in to Kafka. The document's own key is used when no other is given.
fn check_login(site: &Site<'_>, findings: &mut Vec<Finding>) {
    if !site.is_cloud() {
        return;
    }
    match site.get("kafka.auth.mode").as_deref() {
        None | Some("KAFKA_API_KEY") => {
            for (key, param) in [("kafka.api.key", "sasl-user"), ("kafka.api.secret", "sasl-password")] {
                if site.get(key).is_none() {
                    let message = format!("Confluent Cloud's connector needs `{key}` to read the topics.");
                    let hint = format!("Give it, or `kafka.params.{param}`, or set `kafka.auth.mode` to `SERVICE_ACCOUNT`.");
                    findings.push(Finding::error(at(key), "connector-login-incomplete", message).hint(hint));
                }
            }
        }
        Some("SERVICE_ACCOUNT") if site.get("kafka.service.account.id").is_none() => findings.push(
            Finding::error(at("kafka.service.account.id"), "connector-login-incomplete", "A service account needs its id.")
                .hint("It looks like `sa-…`."),
        ),
        Some(_) => {}
    }
    let registry_key = site.pipeline.schema_registry.as_ref().map(|registry| registry.user.as_str()).filter(|user| !user.is_empty());
    if registry_key.is_some() && site.settings.written("kafka.api.key").as_deref() == registry_key {
        let message = "The connector has the registry's key for Kafka: only a global key opens both.";
        let hint = "If it is the registry's own, give the cluster's key (header `lkc-…`), or leave it out: the changefeed's is used.";
        findings.push(Finding::warning(at("kafka.api.key"), "same-key-twice", message).hint(hint));
    }
}
