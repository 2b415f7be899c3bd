#![allow(clippy::unwrap_used)]

use super::*;
use crate::avro::DecimalMode;
use crate::downstream::testing::{connector, table, with_settings};
use serde_json::{Value, json};

/// Losses of column `c` (and of the table) as `code` or `table:code`.
fn codes(kind: &str, ddl: &str, changes: Value, options: &AvroOptions) -> Vec<String> {
    let mut config = json!({"insert.mode": "UPSERT", "pk.mode": "record_key", "delete.enabled": "true", "auto.create": "true",
        "behavior.on.null.values": "DEFAULT"});
    config.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    let found = with_settings(&connector(kind, "confluent-cloud", config), |settings| losses(&table(ddl), options, settings));
    for loss in &found {
        assert!(loss.what.ends_with('.') && loss.remedy.ends_with('.'), "{loss:?}");
    }
    found.iter().map(|loss| if loss.column.is_some() { loss.code.to_owned() } else { format!("table:{}", loss.code) }).collect()
}

#[test]
fn types_that_do_not_fit_are_told_with_their_column() {
    for (kind, column, expect) in [
        ("sqlserver", "INT", vec![]),
        ("sqlserver", "DECIMAL(38,2)", vec![]),
        ("sqlserver", "DECIMAL(39,2)", vec!["decimal-too-wide"]),
        ("sqlserver", "BIGINT UNSIGNED", vec!["bigint-unsigned"]),
        ("sqlserver", "VARCHAR(20)", vec!["varchar-not-nvarchar"]),
        ("sqlserver", "ENUM('a')", vec!["varchar-not-nvarchar"]),
        ("sqlserver", "JSON", vec!["varchar-not-nvarchar"]),
        ("sqlserver", "BIT(9)", vec!["bit-as-bytes"]),
        ("sqlserver", "BLOB", vec![]),
        ("sqlserver", "DATETIME(3)", vec!["time-as-text", "zero-date"]),
        ("sqlserver", "TIME", vec!["time-as-text", "time-beyond-a-day"]),
        ("sqlserver", "INT NOT NULL DEFAULT 5", vec!["not-null-lost"]),
        ("sqlserver", "INT DEFAULT 5", vec![]),
        (
            "sqlserver",
            "TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP",
            vec!["not-null-lost", "default-expression", "time-as-text", "zero-date"],
        ),
        ("sqlserver", "VARCHAR(9) NOT NULL DEFAULT 'it''s'", vec!["not-null-lost", "default-quote", "varchar-not-nvarchar"]),
        ("sqlserver", "VARBINARY(9) NOT NULL DEFAULT 'x'", vec!["not-null-lost", "default-bytes"]),
        ("sqlserver", "INT AS (id + 1) VIRTUAL", vec!["virtual-column"]),
        ("mysql", "VARBINARY(1024)", vec![]),
        ("mysql", "VARBINARY(1025)", vec!["binary-too-long"]),
        ("mysql", "VARCHAR(9) NOT NULL DEFAULT 'x'", vec!["not-null-lost", "default-text"]),
        ("mysql", "DECIMAL(65,2)", vec![]),
        ("postgres", "VARCHAR(9)", vec![]),
        ("postgres", "DATE", vec!["time-as-text", "zero-date"]),
        ("snowflake", "INT", vec![]),
        ("snowflake", "DECIMAL(39,2)", vec!["decimal-too-wide"]),
        ("snowflake", "JSON", vec!["json-as-text"]),
        ("snowflake", "BLOB", vec!["bytes-as-base64"]),
        ("snowflake", "SET('a','b')", vec!["enum-as-text"]),
        ("snowflake", "TIME", vec!["time-as-text", "time-beyond-a-day"]),
    ] {
        let found = codes(kind, &format!("CREATE TABLE t (id INT PRIMARY KEY, c {column})"), json!({}), &AvroOptions::default());
        let found: Vec<_> = found.iter().filter(|code| !code.starts_with("table:")).collect();
        assert_eq!(found, expect, "{kind} {column}");
    }
}

#[test]
fn keys_have_losses_of_their_own() {
    for (kind, column, expect) in [
        ("sqlserver", "VARCHAR(450)", vec!["key-narrow", "table:key-collation"]),
        ("sqlserver", "VARCHAR(901)", vec!["key-too-long", "table:key-collation"]),
        ("sqlserver", "VARBINARY(9)", vec!["key-binary"]),
        ("sqlserver", "INT", vec![]),
        ("mysql", "VARCHAR(9)", vec!["key-text"]),
        ("postgres", "VARCHAR(9)", vec![]),
    ] {
        let found = codes(kind, &format!("CREATE TABLE t (c {column} PRIMARY KEY)"), json!({}), &AvroOptions::default());
        let found: Vec<_> = found.iter().filter(|code| *code != "table:only-the-key").collect();
        assert_eq!(found, expect, "{kind} {column}");
    }
}

#[test]
fn settings_that_lose_changes_are_told_for_the_table() {
    let ddl = "CREATE TABLE t (id INT PRIMARY KEY)";
    for (kind, changes, expect) in [
        ("sqlserver", json!({"auto.create": "false"}), vec![]),
        ("sqlserver", json!({"auto.create": "false", "delete.enabled": "false"}), vec!["table:deletes-stop"]),
        ("sqlserver", json!({"auto.create": "false", "pk.mode": "record_value"}), vec!["table:deletes-refused"]),
        ("sqlserver", json!({"auto.create": "false", "insert.mode": "INSERT"}), vec!["table:updates-refused"]),
        ("sqlserver", json!({"auto.create": "false", "insert.mode": "update"}), vec!["table:inserts-lost"]),
        (
            "sqlserver",
            json!({"auto.create": "false", "pk.mode": "kafka", "delete.enabled": "false"}),
            vec!["table:deletes-stop", "table:history"],
        ),
        ("snowflake", json!({}), vec!["table:history"]),
        ("snowflake", json!({"behavior.on.null.values": "IGNORE"}), vec!["table:history", "table:deletes-lost"]),
        ("snowflake", json!({"snowflake.metadata.all": "false"}), vec!["table:history", "table:metadata-off"]),
        ("sqlserver", json!({"auto.create": "false", "input.key.format": "STRING"}), vec!["table:key-not-avro"]),
        ("sqlserver", json!({"auto.create": "false", "input.key.format": "AVRO"}), vec![]),
        ("snowflake", json!({"input.key.format": "STRING"}), vec!["table:history", "table:key-not-avro"]),
        ("unknown", json!({}), vec![]),
    ] {
        assert_eq!(codes(kind, ddl, changes.clone(), &AvroOptions::default()), expect, "{kind} {changes}");
    }
    assert!(codes("snowflake", "CREATE TABLE t (a INT)", json!({}), &AvroOptions::default()).contains(&"table:no-key".to_owned()));
}

#[test]
fn debezium_s_sink_loses_deletes_that_are_not_enabled() {
    for (enabled, expect) in [("false", vec!["deletes-lost"]), ("true", vec![])] {
        let config = json!({"insert.mode": "upsert", "primary.key.mode": "record_key", "delete.enabled": enabled});
        let sink = connector("postgres", "kafka-connect-debezium", config);
        let found =
            with_settings(&sink, |settings| losses(&table("CREATE TABLE t (id INT PRIMARY KEY)"), &AvroOptions::default(), settings));
        assert_eq!(found.iter().map(|loss| loss.code).collect::<Vec<_>>(), expect, "{enabled}");
    }
}

#[test]
fn a_key_mode_is_named_as_the_plugin_names_it() {
    for (flavour, key) in [("kafka-connect-debezium", "primary.key.mode"), ("kafka-connect-confluent", "pk.mode")] {
        let sink = connector("postgres", flavour, json!({"insert.mode": "upsert", key: "record_value", "delete.enabled": "true"}));
        let found =
            with_settings(&sink, |settings| losses(&table("CREATE TABLE t (id INT PRIMARY KEY)"), &AvroOptions::default(), settings));
        let refused = found.iter().find(|loss| loss.code == "deletes-refused").unwrap_or_else(|| panic!("{flavour}: {found:?}"));
        assert!(format!("{refused:?}").contains(&format!("Set {key}=record_key.")), "{refused:?}");
    }
}

#[test]
fn columns_that_the_whitelist_leaves_out_are_told() {
    let ddl = "CREATE TABLE t (id INT PRIMARY KEY, a INT, b INT)";
    let of = |list: &str| codes("sqlserver", ddl, json!({"auto.create": "false", "fields.whitelist": list}), &AvroOptions::default());
    assert_eq!((of("a"), of("a, b"), of("")), (vec!["field-left-out".to_owned()], vec![], vec![]));
}

#[test]
fn the_codec_s_modes_change_what_is_lost() {
    let ddl = "CREATE TABLE t (id INT PRIMARY KEY, `a-b` DECIMAL(60,2))";
    let text = AvroOptions { decimal: DecimalMode::String, ..AvroOptions::default() };
    let on = json!({"snowflake.ingestion.method": "SNOWPIPE_STREAMING", "snowflake.enable.schematization": "true"});
    assert_eq!(codes("sqlserver", ddl, json!({}), &text), ["column-renamed", "table:only-the-key", "decimal-as-text"]);
    let narrow = "CREATE TABLE t (id INT PRIMARY KEY, d DECIMAL(9,2))";
    assert_eq!(codes("snowflake", narrow, json!({}), &text), ["table:history", "decimal-as-text"]);
    assert_eq!(codes("snowflake", narrow, on, &AvroOptions::default()), ["table:history", "decimal-as-text"]);
    let unsigned = AvroOptions { bigint_unsigned: BigintUnsignedMode::String, ..AvroOptions::default() };
    assert_eq!(codes("postgres", "CREATE TABLE t (id BIGINT UNSIGNED PRIMARY KEY)", json!({}), &unsigned), ["table:only-the-key"]);
}
