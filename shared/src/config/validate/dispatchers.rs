//! Filter, dispatchers and the other rules with matchers.

use crate::Finding;
use crate::config::{Dispatcher, Pipeline};
use crate::dispatch::{PARTITION_WORDS, PartitionRule, Router, TableFilter, TopicExpression, check_re2};
use crate::spelling::did_you_mean;
use crate::ticdc::{Architecture, IGNORE_EVENTS, Protocol, Release};
use serde_json::Value;

const SINK: &str = "changefeed.config.sink";

pub(super) fn check(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    if let Err(bad) = Router::new(pipeline) {
        findings.extend(bad);
    }
    let config = &pipeline.changefeed.config;
    let case_sensitive = config.case_sensitive.unwrap_or(false);
    let case_counts = Release::of(&pipeline.changefeed).architecture == Some(Architecture::Classic);
    for (i, dispatcher) in config.sink.dispatchers.iter().enumerate() {
        let path = format!("{SINK}.dispatchers[{i}]");
        let mut own = Vec::new();
        check_dispatcher(dispatcher, case_sensitive && !case_counts, &mut own);
        findings.extend(own.into_iter().map(|finding| finding.below(&path)));
    }
    if Protocol::is_avro(pipeline) {
        check_shared_topics(pipeline, case_sensitive, findings);
    }
    check_other_matchers(pipeline, case_sensitive, findings);
}

/// Findings are relative to the dispatcher. `case_is_lost`: the document wants case to count, and TiCDC may not look at it.
fn check_dispatcher(dispatcher: &Dispatcher, case_is_lost: bool, findings: &mut Vec<Finding>) {
    if dispatcher.matcher.iter().all(|rule| rule.trim().is_empty()) {
        findings.push(
            Finding::warning("matcher", "matcher-empty", "The dispatcher has no matcher: it matches no table.")
                .hint("Use `*.*` for all tables."),
        );
    }
    if case_is_lost && dispatcher.matcher.iter().any(|rule| rule.contains(char::is_uppercase)) {
        findings.push(
            Finding::warning(
                "matcher",
                "matcher-case",
                "TiCDC's new architecture ignores case in matchers, whatever `case-sensitive` says.",
            )
            .hint("Choose names that differ in more than case."),
        );
    }
    let (field, word) =
        if dispatcher.partition.is_empty() { ("dispatcher", &dispatcher.dispatcher) } else { ("partition", &dispatcher.partition) };
    if field == "dispatcher" && !word.is_empty() {
        findings.push(
            Finding::warning(
                "dispatcher",
                "dispatcher-deprecated",
                "`dispatcher` is the old name of `partition`; the Open API does not take it.",
            )
            .hint("Rename it to `partition`."),
        );
    }
    if !word.is_empty() && !PARTITION_WORDS.iter().any(|known| known.eq_ignore_ascii_case(word)) {
        let hint = match did_you_mean(word, PARTITION_WORDS) {
            hint if hint.is_empty() => "It is one of `index-value`, `columns`, `table`, `ts`, `default`.".to_owned(),
            hint => hint,
        };
        findings.push(
            Finding::warning(field, "partition-unknown", format!("`{word}` is no partition rule: TiCDC would use `table`.")).hint(hint),
        );
    }
    match PartitionRule::of(dispatcher) {
        PartitionRule::Columns(columns) if columns.is_empty() => findings.push(
            Finding::error("columns", "dispatcher-columns-missing", "The partition rule `columns` has no columns.")
                .hint("List them, or use `index-value`."),
        ),
        // one partition, or one timestamp order, for all rows is not what an upserting sink wants
        PartitionRule::Ts => findings.push(
            Finding::warning(
                field,
                "partition-reorders-keys",
                "With `ts` the changes of one row spread over partitions: a sink may apply them in the wrong order.",
            )
            .hint("Use `index-value`."),
        ),
        _ => {}
    }
    let rule = PartitionRule::of(dispatcher);
    if !dispatcher.index.is_empty() && !matches!(rule, PartitionRule::IndexValue { .. }) {
        findings.push(
            Finding::warning("index", "dispatcher-option-unused", "`index` is read with `partition = \"index-value\"` only.")
                .hint("Remove it."),
        );
    }
    if !dispatcher.columns.is_empty() && !matches!(rule, PartitionRule::Columns(_)) {
        findings.push(
            Finding::warning("columns", "dispatcher-option-unused", "`columns` is read with `partition = \"columns\"` only.")
                .hint("Remove it."),
        );
    }
}

/// Dispatchers that would put several tables into one topic, which Avro cannot have.
fn check_shared_topics(pipeline: &Pipeline, case_sensitive: bool, findings: &mut Vec<Finding>) {
    let config = &pipeline.changefeed.config;
    let single = |rules: &[String]| TableFilter::parse(rules, case_sensitive).is_ok_and(|filter| filter.is_single_table());
    if !config.filter.rules.is_empty() && single(&config.filter.rules) {
        return;
    }
    let hint = "Avro needs one topic per table: use `tidb_{schema}_{table}`.";
    let mut is_everything_routed = false;
    for (i, dispatcher) in config.sink.dispatchers.iter().enumerate() {
        let Ok(matcher) = TableFilter::parse(&dispatcher.matcher, case_sensitive) else { continue };
        let shares = !matches!(TopicExpression::parse(&dispatcher.topic), Ok(TopicExpression::Template { .. }) | Err(_));
        if shares && !is_everything_routed && !matcher.is_single_table() {
            let message = "All tables of this matcher would share one topic.";
            findings.push(Finding::error(format!("{SINK}.dispatchers[{i}].topic"), "topic-not-per-table", message).hint(hint));
        }
        is_everything_routed |= matcher.is_everything();
    }
    if config.sink.dispatchers.is_empty() {
        let message = "Without a dispatcher all tables would share the default topic.";
        findings.push(Finding::error(format!("{SINK}.dispatchers"), "topic-not-per-table", message).hint(hint));
    }
}

/// Column selectors and event filters use the same grammar.
fn check_other_matchers(pipeline: &Pipeline, case_sensitive: bool, findings: &mut Vec<Finding>) {
    let config = &pipeline.changefeed.config;
    let places = [
        (format!("{SINK}.column-selectors"), config.sink.extra.get("column-selectors")),
        ("changefeed.config.filter.event-filters".to_owned(), config.filter.extra.get("event-filters")),
    ];
    for (path, entries) in places {
        for (i, entry) in entries.and_then(Value::as_array).into_iter().flatten().enumerate() {
            let rules: Vec<String> = texts(entry.get("matcher"));
            if let Err(bad) = TableFilter::parse(&rules, case_sensitive) {
                findings.extend(bad.into_iter().map(|finding| finding.below(&format!("{path}[{i}].matcher"))));
            }
            for (j, word) in texts(entry.get("ignore-event")).iter().enumerate() {
                if !IGNORE_EVENTS.contains(&word.as_str()) {
                    findings.push(
                        Finding::error(
                            format!("{path}[{i}].ignore-event[{j}]"),
                            "ignore-event-unknown",
                            format!("invalid ignore event type: '{word}'."),
                        )
                        .hint(did_you_mean(word, IGNORE_EVENTS.iter().copied())),
                    );
                }
            }
            // one expression of all, as TiCDC makes it
            if let Err(cause) = check_re2(&format!("(?i){}", texts(entry.get("ignore-sql")).join("|"))) {
                findings.push(
                    Finding::error(
                        format!("{path}[{i}].ignore-sql"),
                        "ignore-sql-invalid",
                        format!("TiCDC cannot read `ignore-sql`: {cause}."),
                    )
                    .hint("TiCDC uses RE2 expressions: escape what is meant literally with a backslash."),
                );
            }
        }
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
