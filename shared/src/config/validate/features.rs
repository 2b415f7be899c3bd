//! Values that TiCDC looks at only when a feature is on: tables across nodes, the redo log, active-active replication.
//! Source: `pingcap/ticdc` pkg/config, asked by `tests/oracle`.

use crate::Finding;
use crate::config::Pipeline;
use crate::sink_uri::parse_duration;
use serde_json::Value;

/// Places that a redo log can be kept at.
const REDO_STORAGES: [&str; 10] = ["blackhole", "local", "nfs", "s3", "gcs", "gs", "azblob", "azure", "file", "noop"];
/// Milliseconds.
const LEAST_REDO_FLUSH: i64 = 50;

pub(super) fn check(pipeline: &Pipeline, findings: &mut Vec<Finding>) {
    let extra = &pipeline.changefeed.config.extra;
    if let Some(scheduler) = extra.get("scheduler").filter(|section| is_on(section, "enable-table-across-nodes")) {
        check_scheduler(scheduler, findings);
    }
    if let Some(redo) = extra.get("consistent").filter(|section| section.get("level").and_then(Value::as_str) == Some("eventual")) {
        check_redo_log(redo, findings);
    }
    if extra.get("enable-active-active").and_then(Value::as_bool) == Some(true) {
        findings.push(
            Finding::error(
                "changefeed.config.enable-active-active",
                "active-active-with-kafka",
                "Active-active replication is for TiDB and storage sinks, not for Kafka.",
            )
            .hint("Remove it."),
        );
    }
    let progress = "active-active-progress-interval";
    if extra.get(progress).and_then(Value::as_str).and_then(parse_duration).is_some_and(|interval| interval.is_zero()) {
        let message = format!("`{progress}` must be above zero.");
        findings.push(Finding::error(format!("changefeed.config.{progress}"), "duration-invalid", message).hint("Remove it."));
    }
}

fn is_on(section: &Value, name: &str) -> bool {
    section.get(name).and_then(Value::as_bool) == Some(true)
}

fn check_scheduler(scheduler: &Value, findings: &mut Vec<Finding>) {
    let mut refuse = |name: &str, rule: &str| {
        let message = format!("With tables across nodes `{name}` must be {rule}.");
        findings.push(
            Finding::error(format!("changefeed.config.scheduler.{name}"), "scheduler-value-invalid", message)
                .hint("Remove it for the default."),
        );
    };
    let number = |name: &str| scheduler.get(name).and_then(Value::as_f64);
    for name in ["region-count-per-span", "balance-score-threshold"] {
        if number(name).is_some_and(|n| n <= 0.0) {
            refuse(name, "above 0");
        }
    }
    if number("min-traffic-percentage").is_some_and(|n| n <= 0.0 || n >= 1.0) {
        refuse("min-traffic-percentage", "between 0 and 1");
    }
    if number("max-traffic-percentage").is_some_and(|n| n <= 1.0) {
        refuse("max-traffic-percentage", "above 1");
    }
    let refresh = "region-count-refresh-interval";
    let is_zero = |value: &Value| value.as_i64() == Some(0) || value.as_str().and_then(parse_duration).is_some_and(|d| d.is_zero());
    if scheduler.get(refresh).is_some_and(is_zero) {
        refuse(refresh, "above 0");
    }
}

fn check_redo_log(redo: &Value, findings: &mut Vec<Finding>) {
    let mut refuse = |name: &str, message: String| {
        findings.push(
            Finding::error(format!("changefeed.config.consistent.{name}"), "redo-log-invalid", message)
                .hint("Set `level = \"none\"`: with Kafka the redo log only costs."),
        );
    };
    let storage = redo.get("storage").and_then(Value::as_str).unwrap_or_default();
    let scheme = storage.split_once(':').map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
    if !REDO_STORAGES.iter().any(|known| *known == scheme || (*known == "blackhole" && scheme.starts_with(known))) {
        refuse("storage", "The redo log needs a storage that TiCDC knows.".to_owned());
    }
    for name in ["flush-interval", "meta-flush-interval"] {
        if redo.get(name).and_then(Value::as_i64).is_some_and(|ms| ms != 0 && ms < LEAST_REDO_FLUSH) {
            refuse(name, format!("`{name}` must be {LEAST_REDO_FLUSH} ms or more."));
        }
    }
    if redo.get("compression").and_then(Value::as_str).is_some_and(|word| !["", "none", "lz4"].contains(&word)) {
        refuse("compression", "The redo log is compressed with `lz4` or not at all.".to_owned());
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::check;
    use crate::config::Pipeline;
    use serde_json::{Value, json};

    fn found(config: Value) -> Vec<String> {
        let mut pipeline = Pipeline::named("p");
        pipeline.changefeed.config = serde_json::from_value(config).unwrap();
        let mut findings = Vec::new();
        check(&pipeline, &mut findings);
        findings.into_iter().map(|f| format!("{} {}", f.path.replace("changefeed.config.", ""), f.code)).collect()
    }

    #[test]
    fn the_scheduler_is_looked_at_with_tables_across_nodes_only() {
        for (name, bad, good) in [
            ("region-count-per-span", json!(0), json!(1)),
            ("balance-score-threshold", json!(0), json!(1)),
            ("min-traffic-percentage", json!(1), json!(0.5)),
            ("min-traffic-percentage", json!(0), json!(0.1)),
            ("max-traffic-percentage", json!(1), json!(1.1)),
            ("region-count-refresh-interval", json!(0), json!("1m")),
            ("region-count-refresh-interval", json!("0s"), json!(1)),
        ] {
            let config = |value: &Value, on: bool| json!({"scheduler": {"enable-table-across-nodes": on, name: value}});
            assert_eq!(found(config(&bad, true)), [format!("scheduler.{name} scheduler-value-invalid")]);
            assert!(found(config(&bad, false)).is_empty() && found(config(&good, true)).is_empty(), "{name}");
        }
    }

    #[test]
    fn a_redo_log_that_is_on_has_to_be_right() {
        let storage = json!("s3://bucket/prefix");
        assert!(found(json!({"consistent": {"level": "eventual", "storage": storage}})).is_empty());
        assert!(found(json!({"consistent": {"level": "none", "flush-interval": 1}})).is_empty());
        assert_eq!(found(json!({"consistent": {"level": "eventual"}})), ["consistent.storage redo-log-invalid"]);
        let config = json!({"consistent": {"level": "eventual", "storage": storage, "meta-flush-interval": 49, "compression": "zstd"}});
        assert_eq!(found(config), ["consistent.meta-flush-interval redo-log-invalid", "consistent.compression redo-log-invalid"]);
    }

    #[test]
    fn active_active_replication_is_not_for_kafka() {
        assert_eq!(found(json!({"enable-active-active": true})), ["enable-active-active active-active-with-kafka"]);
        assert_eq!(found(json!({"active-active-progress-interval": "0s"})), ["active-active-progress-interval duration-invalid"]);
        assert!(found(json!({"enable-active-active": false, "active-active-progress-interval": "1s"})).is_empty());
    }
}
