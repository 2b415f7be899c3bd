#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::{Connector, SourceKind, parse, validate_tables};
use crate::schema::{Column, ColumnType, Index, IntegerWidth, TableModel};
use crate::secret::SecretText;
use crate::{Severity, finding::has_errors};

const FINE: &str = r#"
version = 1
name = "p"
[source]
kind = "mysql"
url = "mysql://root@127.0.0.1:3306"
[[changefeed.config.sink.dispatchers]]
matcher = ["*.*"]
topic = "tidb_{schema}_{table}"
partition = "index-value"
[kafka]
brokers = ["127.0.0.1:9092"]
topic = "meta"
[kafka.params]
protocol = "avro"
[schema_registry]
url = "http://127.0.0.1:8081"
"#;

const CONFLUENT: &str = r#"
version = 1
name = "tpcc-to-confluent"
[source]
kind = "tidb"
pd = ["http://127.0.0.1:2379"]
start = "now"
[changefeed]
id = "confluent-changefeed"
target = "export"
ticdc_version = "8.5.4"
[[changefeed.config.sink.dispatchers]]
matcher = ["*.*"]
topic = "tidb_{schema}_{table}"
partition = "index-value"
[kafka]
brokers = ["xxx-xxxxx.ap-east-1.aws.confluent.cloud:9092"]
topic = "ticdc-meta"
[kafka.params]
protocol = "avro"
replication-factor = 3
enable-tls = true
auto-create-topic = true
sasl-mechanism = "plain"
sasl-user = "L5WWA4GK4NAT2EQV"
sasl-password = "store:confluent-cluster-secret"
[schema_registry]
url = "https://yyy-yyyyy.us-east-2.aws.confluent.cloud"
user = "7NBH2CAFM2LMGTH7"
password = "env:SCHEMA_REGISTRY_SECRET"
"#;

/// The findings of a document after a change, as `path code`.
fn found(base: &str, change: impl FnOnce(&mut Pipeline)) -> Vec<String> {
    let mut pipeline = parse(base).unwrap();
    change(&mut pipeline);
    names(&validate(&pipeline))
}

fn names(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|f| format!("{} {}", f.path, f.code)).collect()
}

fn param(name: &str, value: &str) -> impl FnOnce(&mut Pipeline) {
    move |p| _ = p.kafka.params.insert(name.to_owned(), value.into())
}

#[test]
fn a_fine_document_has_no_findings() {
    assert!(found(FINE, |_| {}).is_empty(), "{:?}", found(FINE, |_| {}));
    assert!(found(CONFLUENT, |_| {}).is_empty(), "{:?}", found(CONFLUENT, |_| {}));
}

#[test]
fn unknown_keys_are_found_at_any_depth_with_a_suggestion() {
    let text = format!("{FINE}\n[changefeed.config.scheduler]\nenable-table-across-node = true\n[sourc]\nx = 1\n");
    let findings = validate(&parse(&text).unwrap());
    let shown: Vec<(&str, &str, Severity, &str)> =
        findings.iter().map(|f| (f.path.as_str(), f.code.as_str(), f.severity, f.hint.as_str())).collect();
    assert_eq!(
        shown,
        [
            (
                "changefeed.config.scheduler.enable-table-across-node",
                "unknown-key",
                Severity::Error,
                "Did you mean `enable-table-across-nodes`?"
            ),
            ("sourc", "unknown-key", Severity::Warning, "Did you mean `source`?"),
        ]
    );
}

#[test]
fn each_rule_finds_its_mistake_at_its_field() {
    type Change = Box<dyn FnOnce(&mut Pipeline)>;
    let cases: Vec<(&str, Change, &str)> = vec![
        (FINE, Box::new(|p| p.version = 2), "version version-unsupported"),
        (FINE, Box::new(|p| p.name = "a b".to_owned()), "name name-invalid"),
        (FINE, Box::new(|p| p.changefeed.id = "-x".to_owned()), "changefeed.id changefeed-id-invalid"),
        (FINE, Box::new(|p| p.source.url.clear()), "source.url source-url-missing"),
        (FINE, Box::new(|p| p.source.url = "127.0.0.1:3306".to_owned()), "source.url source-url-invalid"),
        (FINE, Box::new(|p| p.source.url = "mysql://r:pw@h:1".to_owned()), "source.url source-url-password"),
        (FINE, Box::new(|p| p.source.url = "mysql://r@h:1?ssl-mode=REQUIRED".to_owned()), "source.url source-url-parameters"),
        (FINE, Box::new(|p| p.source.url = "mysql://r@h:1?charset=utf8".to_owned()), "source.url source-url-parameters"),
        (FINE, Box::new(|p| p.source.tls = "on".to_owned()), "source.tls wrong-value"),
        (FINE, Box::new(|p| p.source.tls = "skip-verify".to_owned()), "source.tls source-tls-not-verified"),
        (FINE, Box::new(|p| p.source.cert = SecretText("file:/cert.pem".to_owned())), "source.key source-tls-incomplete"),
        (FINE, Box::new(|p| p.source.key = SecretText("file:/key.pem".to_owned())), "source.cert source-tls-incomplete"),
        (
            FINE,
            Box::new(|p| {
                p.source.tls = "off".to_owned();
                p.source.ca = SecretText("file:/ca.pem".to_owned());
            }),
            "source.ca source-tls-unused",
        ),
        (
            FINE,
            Box::new(|p| {
                p.source.kind = SourceKind::Tpcc;
                p.source.url.clear();
                p.source.ca = SecretText("file:/ca.pem".to_owned());
            }),
            "source.ca source-field-unused",
        ),
        (CONFLUENT, Box::new(|p| p.source.start = "mysql-bin.000007:4".to_owned()), "source.start start-does-not-fit"),
        (FINE, Box::new(|p| p.source.start = "soon".to_owned()), "source.start start-invalid"),
        (FINE, Box::new(|p| p.source.warehouses = Some(1)), "source.warehouses source-field-unused"),
        (FINE, Box::new(|p| p.kafka.brokers = vec!["SASL_SSL://h:9092".to_owned()]), "kafka.brokers[0] broker-invalid"),
        (FINE, Box::new(|p| p.kafka.brokers.clear()), "kafka.brokers brokers-missing"),
        (FINE, Box::new(|p| p.kafka.brokers = vec!["h".to_owned()]), "kafka.brokers[0] broker-invalid"),
        (FINE, Box::new(|p| p.kafka.topic.clear()), "kafka.topic topic-missing"),
        (FINE, Box::new(|p| p.kafka.topic = "a b".to_owned()), "kafka.topic topic-name-illegal"),
        (FINE, Box::new(|p| p.kafka.topic = "a".repeat(64 << 10)), "kafka.topic topic-name-illegal"),
        (FINE, Box::new(|p| p.schema_registry = None), "schema_registry.url registry-missing"),
        (FINE, Box::new(|p| p.changefeed.config.sink.dispatchers.clear()), "changefeed.config.sink.dispatchers topic-not-per-table"),
        (
            FINE,
            Box::new(|p| p.changefeed.config.sink.dispatchers[0].topic = "all".to_owned()),
            "changefeed.config.sink.dispatchers[0].topic topic-not-per-table",
        ),
        (
            FINE,
            Box::new(|p| p.changefeed.config.sink.dispatchers[0].partition = "index_value".to_owned()),
            "changefeed.config.sink.dispatchers[0].partition partition-unknown",
        ),
        (
            FINE,
            Box::new(|p| p.changefeed.config.sink.dispatchers[0].dispatcher = "ts".to_owned()),
            "changefeed.config.sink.dispatchers[0].dispatcher dispatcher-and-partition",
        ),
        (
            FINE,
            Box::new(|p| p.changefeed.config.sink.dispatchers[0].partition = "ts".to_owned()),
            "changefeed.config.sink.dispatchers[0].partition partition-reorders-keys",
        ),
        (
            FINE,
            Box::new(|p| p.changefeed.config.sink.dispatchers[0].columns = vec!["a".to_owned()]),
            "changefeed.config.sink.dispatchers[0].columns dispatcher-option-unused",
        ),
        (
            FINE,
            Box::new(|p| p.changefeed.config.sink.dispatchers[0].partition = "columns".to_owned()),
            "changefeed.config.sink.dispatchers[0].columns dispatcher-columns-missing",
        ),
        (
            FINE,
            Box::new(|p| p.changefeed.config.force_replicate = Some(true)),
            "changefeed.config.force-replicate force-replicate-with-avro",
        ),
        (FINE, Box::new(param("required-acks", "1")), "kafka.params.required-acks acks-may-lose-rows"),
        (FINE, Box::new(param("sasl-pasword", "x")), "kafka.params.sasl-pasword unknown-param"),
        (CONFLUENT, Box::new(param("enable-tls", "false")), "kafka.params.enable-tls confluent-needs-tls"),
        (CONFLUENT, Box::new(param("sasl-mechanism", "scram-sha-256")), "kafka.params.sasl-mechanism confluent-needs-plain"),
        (CONFLUENT, Box::new(param("replication-factor", "1")), "kafka.params.replication-factor confluent-replication-factor"),
        (CONFLUENT, Box::new(param("sasl-user", "7NBH2CAFM2LMGTH7")), "schema_registry.user same-key-twice"),
        (CONFLUENT, Box::new(param("sasl-password", "a%2Bb")), "kafka.params.sasl-password secret-looks-encoded"),
        (CONFLUENT, Box::new(param("sasl-password", "a+b")), "kafka.params.sasl-password secret-encoded-on-export"),
        (CONFLUENT, Box::new(param("sasl-password", "ab\n")), "kafka.params.sasl-password white-space-around-secret"),
        (
            CONFLUENT,
            Box::new(|p| p.schema_registry.as_mut().unwrap().url = "https://lsrc-1abc".to_owned()),
            "schema_registry.url registry-url-is-id",
        ),
        (
            CONFLUENT,
            Box::new(|p| p.schema_registry.as_mut().unwrap().url = "http://h:9092".to_owned()),
            "schema_registry.url registry-url-is-broker",
        ),
        (
            CONFLUENT,
            Box::new(|p| p.schema_registry.as_mut().unwrap().url = "https://other:pw@h".to_owned()),
            "schema_registry.url registry-credentials-twice",
        ),
        (CONFLUENT, Box::new(|p| p.source.start = "snapshot".to_owned()), "source.start ticdc-has-no-snapshot"),
        (CONFLUENT, Box::new(|p| p.changefeed.target = crate::config::Target::Ticdc), "changefeed.ticdc_server ticdc-server-missing"),
    ];
    for (base, change, expected) in cases {
        let mut pipeline = parse(base).unwrap();
        change(&mut pipeline);
        let findings = validate(&pipeline);
        let all = names(&findings);
        assert!(all.iter().any(|f| f == expected), "{expected} is not among {all:?}");
        for finding in &findings {
            assert_fix_helps(&pipeline, finding);
        }
    }
}

/// A finding's fix, made, takes the finding away.
fn assert_fix_helps(pipeline: &Pipeline, finding: &Finding) {
    let Some(fix) = &finding.fix else { return };
    let mut fixed = pipeline.clone();
    crate::fix::apply(&mut fixed, fix).unwrap();
    assert!(!validate(&fixed).contains(finding), "`{}` does not help: {finding:?}", fix.label);
}

#[test]
fn mechanical_ways_out_are_offered_as_fixes() {
    type Change = Box<dyn FnOnce(&mut Pipeline)>;
    let sink = |p: &mut Pipeline, name: &str, value: &str| {
        p.connectors.push(Connector { kind: "sqlserver".to_owned(), ..Connector::default() });
        p.kafka.params.insert(name.to_owned(), value.into());
    };
    let cases: Vec<(&str, Change, &str, &str)> = vec![
        (CONFLUENT, Box::new(param("enable-tls", "false")), "confluent-needs-tls", "Turn TLS on"),
        (CONFLUENT, Box::new(param("sasl-mechanism", "scram-sha-256")), "confluent-needs-plain", "Log in with PLAIN"),
        (CONFLUENT, Box::new(param("replication-factor", "1")), "confluent-replication-factor", "Set it to 3"),
        (CONFLUENT, Box::new(param("sasl-password", "a%2Bb")), "secret-looks-encoded", "Decode it"),
        (CONFLUENT, Box::new(param("sasl-password", "\"ab cd\"")), "secret-in-quotes", "Remove the quotes"),
        (CONFLUENT, Box::new(param("sasl-password", "abcd\n")), "white-space-around-secret", "Remove the white space"),
        (
            CONFLUENT,
            Box::new(|p| {
                p.kafka.params.insert("sasl-password".to_owned(), "ABCD1234EFGH5678".into());
                p.kafka.params.insert("sasl-user".to_owned(), "k3+/x9Z0".repeat(8).into());
            }),
            "key-and-secret-swapped",
            "Swap them",
        ),
        (FINE, Box::new(param("kafka-version", "0.8.2.0")), "kafka-version-too-old", "Ask the brokers"),
        (FINE, Box::new(param("debezium-disable-schema", "true")), "option-ignored-by-protocol", "Remove it"),
        (FINE, Box::new(param("zzz", "x")), "unknown-param", "Remove it"),
        (FINE, Box::new(param("partition_num", "3")), "unknown-param", "Rename it to `partition-num`"),
        (FINE, Box::new(param("compression", "gzipp")), "compression-unknown", "Write `gzip`"),
        (FINE, Box::new(param("protocol", "Avro")), "protocol-spelling", "Write `avro`"),
        (FINE, Box::new(|p| p.changefeed.config.sink.dispatchers.clear()), "topic-not-per-table", "Use `tidb_{schema}_{table}`"),
        (
            FINE,
            Box::new(|p| {
                p.changefeed.config.sink.dispatchers[0].partition.clear();
                p.changefeed.config.sink.dispatchers[0].dispatcher = "index-value".to_owned();
            }),
            "dispatcher-deprecated",
            "Rename it to `partition`",
        ),
        (FINE, Box::new(move |p| sink(p, "enable-tidb-extension", "true")), "extension-with-sink", "Remove it"),
        (FINE, Box::new(move |p| sink(p, "avro-decimal-handling-mode", "string")), "decimal-as-text", "Send numbers"),
        (
            FINE,
            Box::new(|p| {
                let url = p.schema_registry.take().unwrap().url;
                p.kafka.params.insert("schema-registry".to_owned(), url.into());
            }),
            "registry-misplaced",
            "Move it to `schema_registry`",
        ),
    ];
    for (base, change, code, label) in cases {
        let mut pipeline = parse(base).unwrap();
        change(&mut pipeline);
        let findings = validate(&pipeline);
        let finding = findings.iter().find(|finding| finding.code == code).unwrap_or_else(|| panic!("{code}: {:?}", names(&findings)));
        assert_eq!(finding.fix.as_ref().map(|fix| fix.label.as_str()), Some(label), "{code}");
        assert_fix_helps(&pipeline, finding);
    }
}

#[test]
fn bad_parameters_have_fixes_that_help() {
    for (name, value) in [
        ("sasl-user", "u"),
        ("insecure-skip-verify", "true"),
        ("required-acks", "7"),
        ("max-batch-size", "-1"),
        ("read-timeout", "0s"),
        ("partition-num", "-1"),
        ("replication-factor", "-1"),
        ("max-message-bytes", "-1"),
        ("kafka-version", "x"),
        ("kafka-client-id", "a b"),
        ("transaction-atomicity", "table"),
        ("protocol", "canal-json"),
        ("protocol", "zzz"),
        ("avro-enable-watermark", "true"),
        ("avro-decimal-handling-mode", "precisely"),
    ] {
        let mut pipeline = parse(FINE).unwrap();
        param(name, value)(&mut pipeline);
        let findings = validate(&pipeline);
        assert!(findings.iter().any(|finding| finding.fix.is_some()), "{name}={value}: {findings:?}");
        for finding in &findings {
            assert_fix_helps(&pipeline, finding);
        }
    }
}

#[test]
fn a_rename_does_not_write_over_another_setting() {
    let mut pipeline = parse(FINE).unwrap();
    pipeline.kafka.params.insert("partition_num".to_owned(), 3.into());
    pipeline.kafka.params.insert("partition-num".to_owned(), 6.into());
    let findings = validate(&pipeline);
    assert!(findings.iter().any(|finding| finding.code == "unknown-param" && finding.fix.is_none()), "{findings:?}");
}

#[test]
fn the_native_engine_says_what_it_cannot_run() {
    let gssapi = found(FINE, |p| {
        p.kafka.params.insert("sasl-mechanism".to_owned(), "gssapi".into());
        p.changefeed.config.sink.extra.insert("column-selectors".to_owned(), serde_json::json!([{"matcher": ["a.b"], "columns": ["*"]}]));
    });
    assert_eq!(gssapi, ["kafka.params.sasl-mechanism native-unsupported", "changefeed.config.sink.column-selectors native-unsupported"]);
}

#[test]
fn sinks_bring_rules_of_their_own() {
    let all = found(CONFLUENT, |p| {
        p.connectors.push(Connector { name: "c".to_owned(), kind: "sqlserver".to_owned(), ..Connector::default() });
        p.changefeed.config.sink.dispatchers[0].topic = "tidb.{schema}_{table}".to_owned();
        for (name, value) in
            [("enable-tidb-extension", "true"), ("avro-include-before-value", "true"), ("avro-decimal-handling-mode", "string")]
        {
            p.kafka.params.insert(name.to_owned(), value.into());
        }
    });
    let about_the_changefeed: Vec<&String> = all.iter().filter(|finding| !finding.starts_with("connectors")).collect();
    assert_eq!(
        about_the_changefeed,
        [
            "kafka.params.avro-include-before-value before-value-with-sink",
            "changefeed.config.sink.dispatchers[0].topic topic-with-dot",
            "kafka.params.avro-include-before-value option-too-new",
            "kafka.params.enable-tidb-extension extension-with-sink",
            "kafka.params.avro-decimal-handling-mode decimal-as-text",
        ]
    );
}

fn table(name: &str, columns: &[&str], key: bool) -> TableModel {
    let column = |name: &&str| Column {
        name: (*name).to_owned(),
        ty: ColumnType::Integer { width: IntegerWidth::Big, unsigned: *name == "big" },
        nullable: false,
        default: None,
        auto_increment: false,
        generated: None,
        charset: None,
    };
    TableModel {
        schema: "app".to_owned(),
        name: name.to_owned(),
        columns: columns.iter().map(column).collect(),
        indexes: if key { vec![Index { name: "PRIMARY".to_owned(), columns: vec![0], unique: true, primary: true }] } else { Vec::new() },
        charset: None,
        version: 1,
    }
}

#[test]
fn only_a_primary_key_is_a_key_for_the_new_architecture() {
    let mut unique = table("t", &["id"], true);
    unique.indexes[0].primary = false;
    let codes = |architecture: &str, table: &TableModel| {
        let mut pipeline = parse(CONFLUENT).unwrap();
        pipeline.changefeed.ticdc_architecture = architecture.to_owned();
        validate_tables(&pipeline, std::slice::from_ref(table)).into_iter().map(|f| f.code).collect::<Vec<_>>()
    };
    assert_eq!(codes("new", &unique), ["key-empty"]);
    assert!(codes("classic", &unique).is_empty() && codes("new", &table("t", &["id"], true)).is_empty());
}

#[test]
fn rules_for_avro_are_for_avro_only() {
    let all = found(CONFLUENT, |p| {
        p.kafka.params.insert("protocol".to_owned(), "open-protocol".into());
        p.schema_registry = None;
        p.changefeed.config.force_replicate = Some(true);
        p.changefeed.config.sink.dispatchers[0].topic = "{schema}".to_owned();
        p.changefeed.config.sink.extra.insert(
            "kafka-config".to_owned(),
            serde_json::json!({"large-message-handle": {"large-message-handle-option": "handle-key-only"}}),
        );
        p.changefeed.ticdc_architecture = "new".to_owned();
    });
    assert_eq!(all, ["kafka.params.protocol protocol-not-avro"]);
}

#[test]
fn matchers_ignore_case_in_the_new_architecture_only() {
    let change = |architecture: &'static str| {
        move |p: &mut Pipeline| {
            p.changefeed.config.case_sensitive = Some(true);
            p.changefeed.config.sink.dispatchers[0].matcher = vec!["App.*".to_owned(), "*.*".to_owned()];
            p.changefeed.ticdc_architecture = architecture.to_owned();
        }
    };
    assert_eq!(found(CONFLUENT, change("new")), ["changefeed.config.sink.dispatchers[0].matcher matcher-case"]);
    assert!(found(CONFLUENT, change("classic")).is_empty());
}

#[test]
fn tables_are_checked_when_they_are_known() {
    let mut pipeline = parse(FINE).unwrap();
    let tables = [table("history", &["id"], false), table("odd", &["id", "a-b", "a.b"], true), table("wide", &["big"], true)];
    let codes = |pipeline: &Pipeline| validate_tables(pipeline, &tables).into_iter().map(|f| f.code).collect::<Vec<_>>();
    assert_eq!(codes(&pipeline), ["table-without-key", "column-name-collision", "bigint-unsigned-overflow"]);
    let keyless = validate_tables(&pipeline, &tables[..1]);
    assert!(has_errors(&keyless) && keyless[0].hint.contains("!app.history"));
    pipeline.changefeed.config.ignore_ineligible_table = Some(true);
    assert!(!has_errors(&validate_tables(&pipeline, &tables[..1])), "it is left out, as the document says");
    pipeline.changefeed.config.ignore_ineligible_table = None;
    crate::config::leave_out(&mut pipeline, "app", "history");
    assert_eq!(codes(&pipeline), ["column-name-collision", "bigint-unsigned-overflow"]);
    pipeline.changefeed.config.filter.rules = vec!["x.*".to_owned()];
    assert_eq!(codes(&pipeline), ["no-table-matches"]);
}

#[test]
fn event_filters_are_read_as_ticdc_reads_them() {
    for (filter, code) in [
        (serde_json::json!({"ignore-event": ["insert", "alter ttl remove"]}), None),
        (serde_json::json!({"ignore-event": ["INSERT"]}), Some("ignore-event-unknown")),
        (serde_json::json!({"ignore-event": ["add foreign key"]}), Some("ignore-event-unknown")),
        (serde_json::json!({"ignore-sql": ["^drop", "(?i)x{1,1000}"]}), None),
        (serde_json::json!({"ignore-sql": ["("]}), Some("ignore-sql-invalid")),
        (serde_json::json!({"ignore-sql": ["x{1001}"]}), Some("ignore-sql-invalid")),
        // one expression is made of all: these two are right together
        (serde_json::json!({"ignore-sql": ["(", ")"]}), None),
    ] {
        let mut pipeline = parse(FINE).unwrap();
        let mut entry = filter.clone();
        entry["matcher"] = serde_json::json!(["*.*"]);
        pipeline.changefeed.target = crate::config::Target::Export;
        pipeline.changefeed.config.filter.extra.insert("event-filters".to_owned(), serde_json::json!([entry]));
        let codes: Vec<String> = validate(&pipeline).into_iter().map(|finding| finding.code).filter(|c| c.starts_with("ignore-")).collect();
        assert_eq!(codes.first().map(String::as_str), code, "{filter}");
    }
}
