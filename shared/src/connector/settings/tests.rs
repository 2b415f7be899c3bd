#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::parse;

/// A document with this connector; `config` is TOML under `[connectors.config]`.
fn document(head: &str, config: &str) -> Pipeline {
    parse(&format!(
        r#"
version = 1
name = "p"
[kafka]
brokers = ["pkc-1.eu.aws.confluent.cloud:9092"]
topic = "ticdc-meta"
[kafka.params]
protocol = "avro"
sasl-user = "KEY"
sasl-password = "store:cluster"
[schema_registry]
url = "https://psrc-1.eu.aws.confluent.cloud"
user = "SRKEY"
password = "env:SR"
[[connectors]]
name = "orders"
topics = ["tidb_tpcc_orders", "tidb_tpcc_customer"]
{head}
[connectors.config]
{config}
"#
    ))
    .unwrap()
}

fn sent(pipeline: &Pipeline) -> Vec<String> {
    Settings::of(pipeline, &pipeline.connectors[0]).to_send().into_iter().map(|(key, value)| format!("{key}={value}")).collect()
}

#[test]
fn the_cloud_is_told_what_the_document_knows() {
    let pipeline = document("kind = \"sqlserver\"", "\"connection.host\" = \"sql.example.com\"\n\"insert.mode\" = \"UPSERT\"");
    assert_eq!(
        sent(&pipeline),
        [
            "name=orders",
            "connector.class=MicrosoftSqlServerSink",
            "tasks.max=1",
            "kafka.auth.mode=KAFKA_API_KEY",
            "kafka.api.key=KEY",
            "kafka.api.secret=store:cluster",
            "topics=tidb_tpcc_orders,tidb_tpcc_customer",
            "input.data.format=AVRO",
            "input.key.format=AVRO",
            "connection.host=sql.example.com",
            "insert.mode=UPSERT",
            "connection.port=1433",
        ]
    );
}

#[test]
fn a_worker_is_given_converters_with_the_registrys_credentials() {
    let pipeline = document("kind = \"mysql\"\nflavour = \"kafka-connect-aiven\"", "\"connection.url\" = \"jdbc:mysql://h/app\"");
    assert_eq!(
        sent(&pipeline),
        [
            "name=orders",
            "connector.class=io.aiven.connect.jdbc.JdbcSinkConnector",
            "tasks.max=1",
            "topics=tidb_tpcc_orders,tidb_tpcc_customer",
            "connection.url=jdbc:mysql://h/app",
            "key.converter=io.confluent.connect.avro.AvroConverter",
            "key.converter.schema.registry.url=https://psrc-1.eu.aws.confluent.cloud",
            "key.converter.basic.auth.credentials.source=USER_INFO",
            "key.converter.basic.auth.user.info=SRKEY:env:SR",
            "value.converter=io.confluent.connect.avro.AvroConverter",
            "value.converter.schema.registry.url=https://psrc-1.eu.aws.confluent.cloud",
            "value.converter.basic.auth.credentials.source=USER_INFO",
            "value.converter.basic.auth.user.info=SRKEY:env:SR",
        ]
    );
}

#[test]
fn what_is_written_comes_before_what_is_implied() {
    for (head, config, expected, absent) in [
        // a secret belongs to its key
        ("kind = \"mysql\"", "\"kafka.api.key\" = \"OTHER\"", "kafka.api.key=OTHER", "kafka.api.secret"),
        ("kind = \"mysql\"", "\"kafka.service.account.id\" = \"sa-1\"", "kafka.auth.mode=SERVICE_ACCOUNT", "kafka.api.key"),
        ("kind = \"mysql\"", "\"tasks.max\" = 4", "tasks.max=4", "nothing"),
        ("kind = \"postgres\"", "\"connection.port\" = 6432", "connection.port=6432", "nothing"),
        ("kind = \"mysql\"", "\"input.data.format\" = \"JSON_SR\"", "input.data.format=JSON_SR", "nothing"),
        // what the service adds is not sent back
        ("kind = \"mysql\"", "\"kafka.endpoint\" = \"SASL_SSL://h\"", "name=orders", "kafka.endpoint"),
        (
            "kind = \"mysql\"\nflavour = \"kafka-connect-confluent\"",
            "\"value.converter\" = \"org.apache.kafka.connect.json.JsonConverter\"",
            "value.converter=org.apache.kafka.connect.json.JsonConverter",
            "value.converter.schema.registry.url",
        ),
        // another registry is not shown this one's credentials
        (
            "kind = \"mysql\"\nflavour = \"kafka-connect-confluent\"",
            "\"value.converter.schema.registry.url\" = \"http://other:8081\"",
            "value.converter.schema.registry.url=http://other:8081",
            "value.converter.basic.auth.user.info",
        ),
    ] {
        let lines = sent(&document(head, config));
        assert_eq!(lines.iter().filter(|line| *line == expected).count(), 1, "{config}: {lines:#?}");
        assert!(!lines.iter().any(|line| line.starts_with(&format!("{absent}="))), "{config}: {lines:#?}");
        let keys: std::collections::HashSet<_> = lines.iter().filter_map(|line| line.split('=').next()).collect();
        assert_eq!(keys.len(), lines.len(), "a key is there twice: {lines:#?}");
    }
}

#[test]
fn nothing_that_changes_rows_is_implied() {
    for (kind, flavour) in
        [("sqlserver", ""), ("snowflake", ""), ("snowflake", "kafka-connect-confluent"), ("mysql", "kafka-connect-debezium")]
    {
        let pipeline = document(&format!("kind = \"{kind}\"\nflavour = \"{flavour}\""), "");
        for key in
            ["insert.mode", "delete.enabled", "pk.mode", "behavior.on.null.values", "errors.tolerance", "auto.create", "primary.key.mode"]
        {
            assert!(!sent(&pipeline).iter().any(|line| line.starts_with(&format!("{key}="))), "{kind} {flavour} {key}");
        }
    }
}

#[test]
fn without_avro_no_format_is_guessed() {
    let mut pipeline = document("kind = \"mysql\"", "");
    pipeline.kafka.params.insert("protocol".to_owned(), "canal-json".into());
    assert!(Settings::of(&pipeline, &pipeline.connectors[0]).sent("input.data.format").is_none());
    pipeline.kafka.params.shift_remove("protocol");
    pipeline.changefeed.config.sink.extra.insert("protocol".to_owned(), "avro".into());
    assert_eq!(Settings::of(&pipeline, &pipeline.connectors[0]).sent("input.data.format").unwrap(), "AVRO");
}

#[test]
fn keys_without_quotes_lists_and_numbers_become_text() {
    let pipeline = document(
        "kind = \"sqlserver\"",
        "connection.host = \"h\"\n\"pk.fields\" = [\"a\", \"b\"]\n\"delete.enabled\" = true\nbatch.sizes = 10",
    );
    let settings = Settings::of(&pipeline, &pipeline.connectors[0]);
    for (key, value) in [("connection.host", "h"), ("pk.fields", "a,b"), ("delete.enabled", "true"), ("batch.sizes", "10")] {
        assert_eq!(settings.written(key).as_deref(), Some(value));
    }
    assert!(settings.is_on("delete.enabled") && !settings.is_on("auto.create"));
    assert_eq!(settings.get("insert.mode").as_deref(), Some("INSERT"), "the plugin's default");
    assert_eq!(settings.sent("insert.mode"), None);
}

#[test]
fn the_written_class_chooses_snowflakes_version() {
    let name = "com.snowflake.kafka.connector.SnowflakeStreamingSinkConnector";
    let pipeline = document("kind = \"snowflake\"\nflavour = \"kafka-connect-confluent\"", &format!("\"connector.class\" = \"{name}\""));
    let settings = Settings::of(&pipeline, &pipeline.connectors[0]);
    assert_eq!(settings.class.unwrap().name, name);
    assert!(settings.is_on("snowflake.enable.schematization"));
}

#[test]
fn a_connector_of_ours_has_no_class_but_topics() {
    let pipeline = document("kind = \"sqlserver\"\nflavour = \"native\"", "");
    let settings = Settings::of(&pipeline, &pipeline.connectors[0]);
    assert!(settings.class.is_none());
    assert_eq!(settings.sent("topics").as_deref(), Some("tidb_tpcc_orders,tidb_tpcc_customer"));
}
