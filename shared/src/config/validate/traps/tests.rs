#![allow(clippy::unwrap_used)]

use super::{Version, oldest_broker};
use crate::config::validate::validate;
use crate::config::{Connector, Pipeline, Target};
use serde_json::{Value, json};

fn found(params: Value, config: Value, code: &str) -> Vec<String> {
    let mut pipeline = Pipeline::named("p");
    pipeline.changefeed.target = Target::Export;
    pipeline.changefeed.config = serde_json::from_value(config).unwrap();
    pipeline.kafka.params = params.as_object().unwrap().clone();
    pipeline.connectors.push(Connector { kind: "mysql".to_owned(), ..Connector::default() });
    let findings = validate(&pipeline);
    findings.into_iter().filter(|f| f.code == code).map(|f| f.path.replace("changefeed.config.", "")).collect()
}

/// URI parameters and configuration.
type Written = (Value, Value);

#[test]
fn each_trap_is_found_where_it_is_and_nowhere_else() {
    let glue = |name: &str| json!({"sink": {"kafka-config": {"glue-schema-registry-config": {"registry-name": name, "region": "r"}}}});
    let large = |uri: &str| {
        let handle = json!({"large-message-handle-option": "claim-check", "claim-check-storage-uri": uri});
        json!({"force-replicate": true, "sink": {"kafka-config": {"large-message-handle": handle}}})
    };
    let split = |on: bool, partition: &str| json!({"scheduler": {"enable-table-across-nodes": on}, "sink": {"dispatchers": [{"matcher": ["*.*"], "partition": partition}]}});
    let events = |entry: Value| json!({"filter": {"event-filters": [entry]}});
    let route = |text: &str| json!({"sink": {"dispatchers": [{"matcher": ["*.*"], "target-table": text}]}});
    let deletes = |on: bool| json!({"force-replicate": true, "sink": {"delete-only-output-handle-key-columns": on}});
    let none = || json!({});
    let cases: Vec<(&str, &str, Written, Written)> = vec![
        (
            "max-message-bytes-large",
            "kafka.params.max-message-bytes",
            (json!({"max-message-bytes": "104857601"}), none()),
            (json!({"max-message-bytes": 104_857_600}), none()),
        ),
        (
            "write-key-threshold-raised",
            "scheduler.write-key-threshold",
            (none(), json!({"scheduler": {"write-key-threshold": 1}})),
            (none(), json!({"scheduler": {"write-key-threshold": 0}})),
        ),
        (
            "kafka-version-too-old",
            "kafka.params.kafka-version",
            (json!({"kafka-version": "0.11.0.2"}), none()),
            (json!({"kafka-version": "2.1.0"}), none()),
        ),
        ("table-route-invalid", "sink.dispatchers[0].target-table", (none(), route("{x}")), (none(), route("a_{table}_{schema}"))),
        ("glue-incomplete", "sink.kafka-config.glue-schema-registry-config.registry-name", (none(), glue("")), (none(), glue("orders"))),
        (
            "claim-check-storage-missing",
            "sink.kafka-config.large-message-handle.large-message-handle-option",
            (none(), large("")),
            (none(), large("s3://b")),
        ),
        ("force-replicate-with-large-messages", "force-replicate", (none(), large("s3://b")), (none(), json!({"force-replicate": true}))),
        ("force-replicate-with-key-deletes", "force-replicate", (none(), deletes(true)), (none(), deletes(false))),
        (
            "split-table-reorders-rows",
            "sink.dispatchers[0].partition",
            (none(), split(true, "table")),
            (none(), split(true, "index-value")),
        ),
        ("split-table-reorders-rows", "sink.dispatchers[0].partition", (none(), split(true, "ts")), (none(), split(false, "ts"))),
        (
            "redo-log-with-kafka",
            "consistent.level",
            (none(), json!({"consistent": {"level": "eventual"}})),
            (none(), json!({"consistent": {"level": "none"}})),
        ),
        (
            "event-filter-without-condition",
            "filter.event-filters[0]",
            (none(), events(json!({"matcher": ["a.b"], "ignore-event": []}))),
            (none(), events(json!({"matcher": ["a.b"], "ignore-sql": ["^drop"]}))),
        ),
        (
            "matcher-empty",
            "filter.event-filters[0].matcher",
            (none(), events(json!({"ignore-sql": ["^drop"]}))),
            (none(), events(json!({"matcher": ["a.b"], "ignore-sql": ["^drop"]}))),
        ),
        (
            "deletes-left-out",
            "filter.event-filters[0].ignore-event",
            (none(), events(json!({"matcher": ["a.b"], "ignore-event": ["All DML"]}))),
            (none(), events(json!({"matcher": ["a.b"], "ignore-event": ["insert"]}))),
        ),
    ];
    for (code, path, bad, good) in cases {
        assert_eq!(found(bad.0, bad.1, code), [path], "{code}");
        assert!(found(good.0, good.1, code).is_empty(), "{code} for what is fine");
    }
}

#[test]
fn brokers_may_be_as_old_as_the_release_allows() {
    for (ticdc, broker) in
        [("6.1.0", "2.0.0"), ("7.1.0", "2.1.0"), ("7.5.1", "2.4.0"), ("7.5.2", "2.1.0"), ("8.0.0", "2.4.0"), ("8.5.4", "2.1.0")]
    {
        let oldest = oldest_broker(Version::parse(ticdc));
        assert_eq!(oldest.to_string(), format!("v{broker}"), "{ticdc}");
    }
}
