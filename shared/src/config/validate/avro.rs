//! What the Avro options mean for whoever reads the topics.

use crate::avro::DecimalMode;
use crate::config::{Pipeline, Target};
use crate::connector::Kind;
use crate::dispatch::{PartitionRule, TopicExpression};
use crate::sink_uri::KafkaOptions;
use crate::ticdc::Protocol;
use crate::{Finding, Fix};
use serde_json::Value;

pub(super) fn check(pipeline: &Pipeline, options: &KafkaOptions, findings: &mut Vec<Finding>) {
    let config = &pipeline.changefeed.config;
    let has_jdbc = pipeline.connectors.iter().any(|connector| Kind::parse(&connector.kind).is_some_and(Kind::is_jdbc));
    let has_ksql_table = pipeline.ksqldb.iter().any(crate::ksql::creates_table);
    let has_sink = !pipeline.connectors.is_empty() || !pipeline.ksqldb.is_empty();
    let is_avro = Protocol::is_avro(pipeline);
    if config.force_replicate == Some(true) && is_avro {
        findings.push(
            Finding::error("changefeed.config.force-replicate", "force-replicate-with-avro", "Avro cannot replicate tables without a key.")
                .hint("Remove `force-replicate`, and leave such tables out."),
        );
    }
    if options.watermark && has_sink {
        findings.push(
            Finding::error(
                "kafka.params.avro-enable-watermark",
                "watermark-with-sink",
                "Watermarks are no Avro messages: converters fail with `unknown magic byte`.",
            )
            .hint("Remove `avro-enable-watermark`, TiCDC's test mode."),
        );
    }
    if options.include_before_value && (has_jdbc || has_ksql_table) {
        findings.push(
            Finding::error(
                "kafka.params.avro-include-before-value",
                "before-value-with-sink",
                "With the old row in the message deletes are no tombstones, and `_ticdc_before` is a nested record.",
            )
            .hint("Remove `avro-include-before-value`."),
        );
    }
    if options.avro.tidb_extension && has_sink {
        findings.push(
            Finding::warning(
                "kafka.params.enable-tidb-extension",
                "extension-with-sink",
                "`_tidb_op`, `_tidb_commit_ts` and `_tidb_commit_physical_time` become columns of the sink's tables.",
            )
            .hint("Remove `enable-tidb-extension` if they are not wanted."),
        );
    }
    if options.avro.decimal == DecimalMode::String && has_sink {
        findings.push(
            Finding::warning(
                "kafka.params.avro-decimal-handling-mode",
                "decimal-as-text",
                "Decimals travel as text: sinks create text columns for them.",
            )
            .hint("Use `precise` for numeric columns."),
        );
    }
    if options.required_acks != -1 {
        findings.push(
            Finding::warning(
                "kafka.params.required-acks",
                "acks-may-lose-rows",
                "Rows may be lost when a broker fails: not all replicas have to confirm them.",
            )
            .hint("Leave `required-acks` out, or set -1."),
        );
    }
    check_checksum(pipeline, options, is_avro, findings);
    check_dots(pipeline, has_sink, findings);
    if has_sink {
        check_order_for_sinks(pipeline, findings);
    }
}

/// With Avro row checksums need the TiDB extension and text for both number kinds.
fn check_checksum(pipeline: &Pipeline, options: &KafkaOptions, is_avro: bool, findings: &mut Vec<Finding>) {
    let level = pipeline.changefeed.config.extra.get("integrity").and_then(|i| i.get("integrity-check-level")).and_then(Value::as_str);
    if level != Some("correctness") {
        return;
    }
    let path = "changefeed.config.integrity.integrity-check-level";
    let text_modes = options.avro.decimal == DecimalMode::String && options.avro.bigint_unsigned == crate::avro::BigintUnsignedMode::String;
    if is_avro && !(options.avro.tidb_extension && text_modes) {
        findings.push(
            Finding::error(
                path,
                "checksum-needs-text-modes",
                "Row checksums need `enable-tidb-extension=true` and both handling modes `string`.",
            )
            .hint("Set the three parameters, or the level to `none`."),
        );
    }
    if pipeline.changefeed.config.sink.extra.contains_key("column-selectors") {
        findings.push(
            Finding::error(path, "checksum-with-column-selectors", "Row checksums cannot be combined with column selectors.")
                .hint("Remove one of them."),
        );
    }
    if pipeline.changefeed.target == Target::Native {
        findings.push(
            Finding::error(path, "native-unsupported", "Our engine computes no row checksums.")
                .hint("Use the target `ticdc`, or remove it."),
        );
    }
}

/// TiCDC registers a schema under its topic's name with `_` for dots; whoever looks it up by the topic does not find it.
fn check_dots(pipeline: &Pipeline, has_sink: bool, findings: &mut Vec<Finding>) {
    for (i, dispatcher) in pipeline.changefeed.config.sink.dispatchers.iter().enumerate() {
        let has_dot = match TopicExpression::parse(&dispatcher.topic) {
            Ok(TopicExpression::Default) => pipeline.kafka.topic.contains('.'),
            Ok(_) => dispatcher.topic.contains('.'),
            Err(_) => false,
        };
        if !has_dot {
            continue;
        }
        let path = format!("changefeed.config.sink.dispatchers[{i}].topic");
        let finding = if has_sink {
            let message = "TiCDC registers the schema under a name with `_`, a sink looks it up with `.`: it fails with 40401.";
            Finding::error(path.clone(), "topic-with-dot", message)
        } else {
            let message = "TiCDC registers the schema under a name with `_`: consumers that look it up by the topic do not find it.";
            Finding::warning(path.clone(), "topic-with-dot", message)
        };
        let finding = finding.hint("Use `_` in topic names.");
        findings.push(if dispatcher.topic.is_empty() {
            finding
        } else {
            let plain = dispatcher.topic.replace('.', "_");
            finding.fix(Fix::new(format!("Write `{plain}`")).set(path, plain))
        });
    }
}

fn check_order_for_sinks(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    for (i, dispatcher) in pipeline.changefeed.config.sink.dispatchers.iter().enumerate() {
        if matches!(PartitionRule::of(dispatcher), PartitionRule::Columns(_)) {
            findings.push(
                Finding::warning(
                    format!("changefeed.config.sink.dispatchers[{i}].partition"),
                    "partition-may-reorder-keys",
                    "An update of a listed column moves its row to another partition: a sink may apply its changes in the wrong order.",
                )
                .hint("Use `index-value`."),
            );
        }
    }
}
