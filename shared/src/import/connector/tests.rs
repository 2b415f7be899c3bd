#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::Pipeline;
use crate::import::{apply, recognise};
use serde_json::json;

fn applied(text: &str) -> (Kind, Vec<Connector>, Vec<String>) {
    let understood = recognise(text);
    let mut pipeline = Pipeline::named("p");
    let mut findings = understood.findings.clone();
    findings.extend(apply(&understood, &mut pipeline));
    (understood.kind, pipeline.connectors, findings.into_iter().map(|f| f.code).collect())
}

#[test]
fn the_three_forms_of_a_connector_are_one() {
    let flat = r#"{"name": "orders", "connector.class": "SnowflakeSink", "topics": "a, b", "snowflake.private.key": "hunter2", "tasks.max": 1, "new.key": "x"}"#;
    let rest = format!(r#"{{"name": "orders", "config": {flat}}}"#);
    let list = format!("[{rest}]");
    let expanded = format!(
        r#"{{"orders": {{"id": {{"id": "lcc-1"}}, "info": {{"name": "orders", "config": {flat}, "tasks": [], "type": "sink"}}, "status": {{}}}}}}"#
    );
    for text in [flat, &rest, &list, &expanded] {
        let (kind, connectors, codes) = applied(text);
        assert_eq!((kind, codes, connectors.len()), (Kind::ConnectorJson, Vec::new(), 1), "{text}");
        let connector = &connectors[0];
        assert_eq!(
            (connector.name.as_str(), connector.kind.as_str(), connector.flavour.as_str()),
            ("orders", "snowflake", "confluent-cloud")
        );
        assert_eq!(connector.topics, ["a", "b"]);
        assert_eq!(Value::Object(connector.config.clone()), json!({"snowflake.private.key": "hunter2", "tasks.max": 1, "new.key": "x"}));
        assert!(connector.extra.is_empty());
        assert!(!format!("{:?}", recognise(text)).contains("hunter2"));
    }
}

#[test]
fn the_plugin_gives_kind_and_flavour() {
    for (class, url, kind, flavour, keeps_class) in [
        ("MicrosoftSqlServerSink", "", "sqlserver", "confluent-cloud", false),
        ("PostgresSink", "", "postgres", "confluent-cloud", false),
        ("io.confluent.connect.jdbc.JdbcSinkConnector", "jdbc:sqlserver://h", "sqlserver", "kafka-connect-confluent", false),
        ("io.aiven.connect.jdbc.JdbcSinkConnector", "jdbc:mysql://h", "mysql", "kafka-connect-aiven", false),
        ("io.debezium.connector.jdbc.JdbcSinkConnector", "jdbc:postgresql://h", "postgres", "kafka-connect-debezium", false),
        ("com.snowflake.kafka.connector.SnowflakeSinkConnector", "", "snowflake", "kafka-connect-confluent", true),
        ("io.confluent.connect.jdbc.JdbcSinkConnector", "jdbc:oracle:thin", "", "", true),
        ("S3_SINK", "", "", "", true),
    ] {
        let (_, connectors, codes) = applied(&json!({"name": "c", "connector.class": class, "connection.url": url}).to_string());
        let connector = &connectors[0];
        assert_eq!((connector.kind.as_str(), connector.flavour.as_str()), (kind, flavour), "{class}");
        assert_eq!(connector.config.contains_key("connector.class"), keeps_class, "{class}");
        assert_eq!(codes.contains(&"import-connector-unknown".to_owned()), kind.is_empty(), "{class}");
    }
}

#[test]
fn what_the_server_adds_is_left_out_and_the_rest_kept() {
    let (_, connectors, codes) = applied(
        r#"{"name": "c", "offsets": [1], "config": {"connector.class": "MySqlSink", "kafka.region": "x", "config.internal.y": "z", "connection.password": "****"}}"#,
    );
    assert_eq!(codes, ["import-not-taken", "import-secret-masked"]);
    assert_eq!((connectors[0].config.len(), &connectors[0].extra["offsets"]), (0, &json!([1])));
}
