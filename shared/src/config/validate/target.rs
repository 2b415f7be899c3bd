//! What each target can run.

use crate::Finding;
use crate::config::{Pipeline, SourceKind, Target};
use crate::sink_uri::{KafkaOptions, SaslMechanism};
use serde_json::Value;

pub(super) fn check(pipeline: &Pipeline, options: &KafkaOptions, findings: &mut Vec<Finding>) {
    check_refused(pipeline, findings);
    match pipeline.changefeed.target {
        Target::Native => check_native(pipeline, options, findings),
        Target::Ticdc => {
            check_tidb_only(pipeline, findings);
            check_server(pipeline, findings);
        }
        Target::Export => check_tidb_only(pipeline, findings),
    }
}

fn check_tidb_only(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    let source = &pipeline.source;
    if source.kind != SourceKind::Tidb {
        let report = if pipeline.changefeed.target == Target::Ticdc { Finding::error } else { Finding::warning };
        findings.push(
            report("changefeed.target", "target-needs-tidb", "TiCDC replicates TiDB only, and the source is another kind.")
                .hint("Use the target `native`, or a source of the kind `tidb`."),
        );
    }
    if source.start == "snapshot" {
        findings.push(
            Finding::error("source.start", "ticdc-has-no-snapshot", "TiCDC sends changes only, not the rows that are already there.")
                .hint("Start `now`, and load the existing rows another way."),
        );
    }
}

fn check_server(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    let server = &pipeline.changefeed.ticdc_server;
    let hint = "Write it as `http://10.0.10.25:8300`.";
    if server.is_empty() {
        findings.push(Finding::error("changefeed.ticdc_server", "ticdc-server-missing", "The TiCDC server is not given.").hint(hint));
    } else if !(server.starts_with("http://") || server.starts_with("https://")) {
        findings.push(Finding::error("changefeed.ticdc_server", "ticdc-server-invalid", "The TiCDC server is not a URL.").hint(hint));
    }
}

fn check_native(pipeline: &Pipeline, options: &KafkaOptions, findings: &mut Vec<Finding>) {
    let hint = "Use the target `ticdc` or `export`.";
    if let Some(sasl) = &options.sasl
        && matches!(sasl.mechanism, SaslMechanism::Gssapi | SaslMechanism::OAuthBearer)
    {
        let message = format!("Our engine cannot log in with {}.", sasl.mechanism.name());
        findings.push(
            Finding::error("kafka.params.sasl-mechanism", "native-unsupported", message)
                .hint("Use `plain` or `scram-sha-512`, or the target `ticdc`."),
        );
    }
    let config = &pipeline.changefeed.config;
    let glue = config.sink.extra.get("kafka-config").and_then(|kafka| kafka.get("glue-schema-registry-config")).is_some();
    for (path, what, given) in [
        ("changefeed.config.sink.kafka-config.glue-schema-registry-config", "the Glue registry", glue),
        ("changefeed.config.sink.column-selectors", "column selectors", is_given(config.sink.extra.get("column-selectors"))),
        ("changefeed.config.filter.event-filters", "event filters", is_given(config.filter.extra.get("event-filters"))),
        ("kafka.params.avro-include-before-value", "`avro-include-before-value`", options.include_before_value),
        ("kafka.params.avro-enable-watermark", "`avro-enable-watermark`", options.watermark),
    ] {
        if given {
            findings.push(Finding::error(path, "native-unsupported", format!("Our engine does not know {what}.")).hint(hint));
        }
    }
    for (i, dispatcher) in config.sink.dispatchers.iter().enumerate() {
        for key in ["target-schema", "target-table"] {
            if is_given(dispatcher.extra.get(key)) {
                let path = format!("changefeed.config.sink.dispatchers[{i}].{key}");
                findings.push(Finding::error(path, "native-unsupported", format!("Our engine does not know `{key}`.")).hint(hint));
            }
        }
    }
}

fn is_given(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !(value.is_null() || value.as_array().is_some_and(Vec::is_empty) || value.as_str() == Some("")))
}

/// What Kafka sinks refuse.
fn check_refused(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    if pipeline.changefeed.config.extra.get("enable-sync-point").and_then(Value::as_bool) == Some(true) {
        findings.push(
            Finding::error(
                "changefeed.config.enable-sync-point",
                "sync-point-with-kafka",
                "Sync points are for MySQL sinks, not for Kafka.",
            )
            .hint("Remove it."),
        );
    }
}
