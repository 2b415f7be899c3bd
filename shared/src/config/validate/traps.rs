//! Options that are valid one by one and do not do together, or here, what was meant.

use crate::Finding;
use crate::config::Pipeline;
use crate::dispatch::PartitionRule;
use crate::ticdc::{Architecture, Release, Version, Written};
use serde_json::Value;

/// Documented upper end of `max-message-bytes`.
const LARGEST_MESSAGE: i64 = 100 * 1024 * 1024;
/// TiCDC raises a smaller `write-key-threshold` to this, bytes a second.
const LEAST_WRITE_KEY: i64 = 10_485_760;

pub(super) fn check(pipeline: &Pipeline, written: &[Written<'_>], findings: &mut Vec<Finding>) {
    for option in written {
        check_number(option, findings);
        check_kafka_version(pipeline, option, findings);
        check_table_route(option, findings);
    }
    check_glue(pipeline, findings);
    check_claim_check(written, findings);
    check_split_tables(pipeline, written, findings);
    check_force_replicate(pipeline, written, findings);
    check_event_filters(pipeline, findings);
    if let Some(level) = find(written, "level").filter(|level| !level.is_default()) {
        findings.push(
            Finding::warning(&level.path, "redo-log-with-kafka", "The redo log is for MySQL sinks: with Kafka it only costs.")
                .hint("Set `none`, or remove it."),
        );
    }
}

fn find<'w, 'd>(written: &'w [Written<'d>], name: &str) -> Option<&'w Written<'d>> {
    written.iter().find(|option| option.key.name == name)
}

fn is_on(written: &[Written<'_>], name: &str) -> bool {
    find(written, name).is_some_and(|option| option.value.as_bool() == Some(true))
}

fn check_number(option: &Written<'_>, findings: &mut Vec<Finding>) {
    let Some(number) = option.text().and_then(|text| text.parse::<i64>().ok()) else { return };
    match option.key.name {
        "max-message-bytes" if number > LARGEST_MESSAGE => findings.push(
            Finding::warning(
                &option.path,
                "max-message-bytes-large",
                "`max-message-bytes` is above 100 MiB, the largest that is supported.",
            )
            .hint("Raise the topic's limit as far as needed only, and split what is larger."),
        ),
        "write-key-threshold" if (1..LEAST_WRITE_KEY).contains(&number) => findings.push(
            Finding::warning(&option.path, "write-key-threshold-raised", "TiCDC raises a `write-key-threshold` below 10485760 to it.")
                .hint("Set 0 for never, or 10485760 and more."),
        ),
        _ => {}
    }
}

/// The oldest brokers that a release of TiCDC is made for. Source: `pingcap/docs` ticdc/ticdc-sink-to-kafka.md.
fn oldest_broker(ticdc: Option<Version>) -> Version {
    let Some(ticdc) = ticdc else { return Version::new(2, 1, 0) };
    let in_2_4 = (ticdc >= Version::new(7, 5, 0) && ticdc < Version::new(7, 5, 2))
        || (ticdc >= Version::new(7, 6, 0) && ticdc < Version::new(8, 1, 0));
    match ticdc {
        _ if in_2_4 => Version::new(2, 4, 0),
        old if old < Version::new(6, 5, 0) => Version::new(2, 0, 0),
        _ => Version::new(2, 1, 0),
    }
}

fn check_kafka_version(pipeline: &Pipeline, option: &Written<'_>, findings: &mut Vec<Finding>) {
    if option.key.name != "kafka-version" {
        return;
    }
    let Some(text) = option.text() else { return };
    let oldest = oldest_broker(Release::of(&pipeline.changefeed).version);
    // versions before 1.0 have four numbers
    let is_old = text.starts_with("0.") || Version::parse(&text).is_some_and(|version| version < oldest);
    if is_old {
        let message = format!("TiCDC is made for Kafka {oldest} and later: with `kafka-version` {text} it speaks an older protocol.");
        findings.push(
            Finding::warning(&option.path, "kafka-version-too-old", message)
                .hint("Leave it out: TiCDC asks the brokers for their version."),
        );
    }
}

/// `target-schema` and `target-table` are text with `{schema}` and `{table}`.
fn check_table_route(option: &Written<'_>, findings: &mut Vec<Finding>) {
    if !["target-schema", "target-table"].contains(&option.key.name) {
        return;
    }
    let Some(text) = option.value.as_str() else { return };
    if text.replace("{schema}", "").replace("{table}", "").contains(['{', '}']) {
        let message = format!("`{}` has braces around something else than `schema` or `table`.", option.key.name);
        findings.push(Finding::error(&option.path, "table-route-invalid", message).hint("Write for example `copy_{table}`."));
    }
}

fn check_glue(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    const GLUE: &str = "glue-schema-registry-config";
    let kafka = pipeline.changefeed.config.sink.extra.get("kafka-config");
    let Some(glue) = kafka.and_then(|kafka| kafka.get(GLUE)).and_then(Value::as_object) else { return };
    for name in ["registry-name", "region"] {
        if glue.get(name).and_then(Value::as_str).is_none_or(str::is_empty) {
            findings.push(
                Finding::error(
                    format!("changefeed.config.sink.kafka-config.{GLUE}.{name}"),
                    "glue-incomplete",
                    format!("A Glue registry needs `{name}`."),
                )
                .hint("Give `registry-name` and `region`."),
            );
        }
    }
}

fn check_claim_check(written: &[Written<'_>], findings: &mut Vec<Finding>) {
    let Some(option) = find(written, "large-message-handle-option").filter(|o| o.value.as_str() == Some("claim-check")) else { return };
    if find(written, "claim-check-storage-uri").is_none_or(Written::is_default) {
        findings.push(
            Finding::error(&option.path, "claim-check-storage-missing", "`claim-check` needs a place for large messages.")
                .hint("Set `claim-check-storage-uri`, for example `s3://bucket/prefix`."),
        );
    }
}

/// Parts of one table run on several nodes, so only what goes by key keeps its order.
fn check_split_tables(pipeline: &Pipeline, written: &[Written<'_>], findings: &mut Vec<Finding>) {
    if !is_on(written, "enable-table-across-nodes") {
        return;
    }
    let message = "With `enable-table-across-nodes` a table's rows come from several nodes: order holds per key only.";
    let mut report = |path: String| {
        findings.push(
            Finding::warning(path, "split-table-reorders-rows", message).hint("Set `partition = \"index-value\"`, or leave tables whole."),
        );
    };
    let dispatchers = &pipeline.changefeed.config.sink.dispatchers;
    if dispatchers.is_empty() {
        report("changefeed.config.scheduler.enable-table-across-nodes".to_owned());
    }
    for (i, dispatcher) in dispatchers.iter().enumerate() {
        if !matches!(PartitionRule::of(dispatcher), PartitionRule::IndexValue { .. }) {
            report(format!("changefeed.config.sink.dispatchers[{i}].partition"));
        }
    }
}

fn check_force_replicate(pipeline: &Pipeline, written: &[Written<'_>], findings: &mut Vec<Finding>) {
    if pipeline.changefeed.config.force_replicate != Some(true) {
        return;
    }
    let path = "changefeed.config.force-replicate";
    if is_on(written, "delete-only-output-handle-key-columns") {
        let message = "`force-replicate` and `delete-only-output-handle-key-columns` are refused together.";
        findings.push(Finding::error(path, "force-replicate-with-key-deletes", message).hint("Remove one of them."));
    }
    let handles_large = find(written, "large-message-handle-option").is_some_and(|option| !option.is_default());
    if handles_large && Release::of(&pipeline.changefeed).architecture != Some(Architecture::New) {
        let message = "TiCDC's classic architecture refuses `force-replicate` together with large-message handling.";
        findings.push(Finding::error(path, "force-replicate-with-large-messages", message).hint("Remove one of them."));
    }
}

fn check_event_filters(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    let entries = pipeline.changefeed.config.filter.extra.get("event-filters").and_then(Value::as_array);
    let has_sink = !pipeline.connectors.is_empty() || !pipeline.ksqldb.is_empty();
    for (i, entry) in entries.into_iter().flatten().enumerate() {
        let path = format!("changefeed.config.filter.event-filters[{i}]");
        let Some(map) = entry.as_object() else { continue };
        let is_set = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty()) || value.as_array().is_some_and(|l| !l.is_empty());
        if !map.get("matcher").is_some_and(is_set) {
            findings.push(
                Finding::warning(format!("{path}.matcher"), "matcher-empty", "The event filter has no matcher: it applies to no table.")
                    .hint("Use `*.*` for all tables."),
            );
        }
        if !map.iter().any(|(name, value)| name != "matcher" && is_set(value)) {
            findings.push(
                Finding::warning(&path, "event-filter-without-condition", "The event filter says nothing to leave out.")
                    .hint("Give `ignore-event`, `ignore-sql` or one of the expressions."),
            );
        }
        let words = || map.get("ignore-event").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let leaves_deletes = words().any(|word| ["delete", "all dml"].iter().any(|known| known.eq_ignore_ascii_case(word)));
        if has_sink && leaves_deletes {
            findings.push(
                Finding::warning(
                    format!("{path}.ignore-event"),
                    "deletes-left-out",
                    "Deletes are left out: rows that are gone at the source stay in the sinks' tables.",
                )
                .hint("Keep deletes, unless the sink is an archive."),
            );
        }
    }
}

#[cfg(test)]
mod tests;
