#![allow(clippy::unwrap_used)]

use crate::config::{KsqlStatement, Pipeline, parse, validate, validate_tables};
use crate::fixtures::TPCC_DDL;
use crate::schema::ddl::parse_create_tables;

const DOCUMENT: &str = r#"
version = 1
name = "p"
[source]
kind = "mysql"
url = "mysql://root@127.0.0.1:3306"
[changefeed.config.filter]
rules = ["tpcc.*", "!tpcc.history"]
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

fn own(sql: &str) -> KsqlStatement {
    KsqlStatement { sql: sql.to_owned(), ..KsqlStatement::default() }
}

fn entry(statement: &str, name: &str, topic: &str) -> KsqlStatement {
    KsqlStatement { name: name.to_owned(), statement: statement.to_owned(), topic: topic.to_owned(), ..KsqlStatement::default() }
}

fn document(entries: &[KsqlStatement]) -> Pipeline {
    let mut pipeline = parse(DOCUMENT).unwrap();
    pipeline.ksqldb = entries.to_vec();
    pipeline
}

/// What the document alone tells, as `path code`.
fn found(entries: &[KsqlStatement]) -> Vec<String> {
    validate(&document(entries)).into_iter().map(|finding| format!("{} {}", finding.path, finding.code)).collect()
}

/// What the tables of the workload add, as `code`.
fn found_with_tables(sql: &str) -> Vec<String> {
    let tables = parse_create_tables(TPCC_DDL, "tpcc").unwrap();
    validate_tables(&document(&[own(sql)]), &tables).into_iter().map(|finding| finding.code).collect()
}

const AVRO: &str = "KAFKA_TOPIC='tidb_tpcc_orders', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO'";

#[test]
fn generated_tables_have_no_findings() {
    let tables = parse_create_tables(TPCC_DDL, "tpcc").unwrap();
    let mut names = vec!["orders", "stock", "item", "new_order"];
    let entries: Vec<KsqlStatement> = names.drain(..).map(|name| entry("table", name, &format!("tidb_tpcc_{name}"))).collect();
    assert!(found(&entries).is_empty(), "{:?}", found(&entries));
    assert!(validate_tables(&document(&entries), &tables).is_empty());
    for entry in &entries {
        let pipeline = document(&[]);
        let table = crate::ksql::table_of(&pipeline, &entry.topic, &tables);
        let sql = crate::ksql::generate(&pipeline, entry, table).unwrap();
        assert!(found(&[own(&sql)]).is_empty(), "{sql}: {:?}", found(&[own(&sql)]));
        assert!(found_with_tables(&sql).is_empty(), "{sql}: {:?}", found_with_tables(&sql));
    }
}

/// A statement that breaks one rule, the finding's code, and the same statement without the mistake.
#[test]
fn each_rule_finds_its_mistake_and_spares_the_correction() {
    let cases: &[(&str, &str, &str)] = &[
        (
            "ksql-partitions-given",
            "CREATE TABLE t WITH (KAFKA_TOPIC='tidb_a_b', PARTITIONS=3, KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO')",
            "CREATE TABLE t WITH (KAFKA_TOPIC='tidb_a_b', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO')",
        ),
        (
            "ksql-partitions-given",
            "CREATE TABLE t WITH (KAFKA_TOPIC='tidb_a_b', replicas=1, KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO')",
            "CREATE TABLE t WITH (KAFKA_TOPIC='tidb_a_b', PARTITIONS=3, KEY_FORMAT='AVRO') AS SELECT * FROM s",
        ),
        (
            "ksql-table-without-key",
            "CREATE TABLE t (a INT) WITH (KAFKA_TOPIC='tidb_a_b', VALUE_FORMAT='AVRO')",
            "CREATE TABLE t (a INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
        ),
        (
            "ksql-table-without-key",
            "CREATE TABLE t WITH (KAFKA_TOPIC='tidb_a_b', KEY_FORMAT='none', VALUE_FORMAT='AVRO')",
            "CREATE TABLE t WITH (KAFKA_TOPIC='tidb_a_b', KEY_FORMAT='avro', VALUE_FORMAT='AVRO')",
        ),
        (
            "ksql-key-format-none",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='tidb_a_b', KEY_FORMAT='NONE', VALUE_FORMAT='AVRO')",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='tidb_a_b', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO')",
        ),
        (
            "ksql-key-word",
            "CREATE TABLE t (k STRUCT<a INT> KEY, a INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
        ),
        (
            "ksql-scalar-key",
            "CREATE TABLE t (a INT PRIMARY KEY, b INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
            "CREATE TABLE t (a INT PRIMARY KEY, c INT PRIMARY KEY, b INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
        ),
        (
            "ksql-column-twice",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, a INT, A INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, a INT, `a` INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
        ),
        (
            "ksql-column-twice",
            "CREATE TABLE t (a INT PRIMARY KEY, b INT PRIMARY KEY) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
            "CREATE TABLE t (k STRUCT<a INT, b INT> PRIMARY KEY) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
        ),
        (
            "ksql-format-twice",
            "CREATE TABLE t WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO', KEY_FORMAT='AVRO')",
            "CREATE TABLE t WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
        ),
        (
            "ksql-columns-and-schema-id",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO', VALUE_SCHEMA_ID=1)",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO', VALUE_SCHEMA_ID=1)",
        ),
        (
            "ksql-columns-and-schema-id",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO', KEY_SCHEMA_ID=1)",
            "CREATE TABLE t (a INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO', KEY_SCHEMA_ID=1)",
        ),
        (
            "ksql-name-unquoted",
            "CREATE TABLE MyOrders WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
            "CREATE TABLE `MyOrders` WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
        ),
        (
            "ksql-name-unquoted",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, from INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, type INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
        ),
        (
            "ksql-name-unquoted",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, 3d INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, `3d` INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
        ),
        (
            "ksql-name-unquoted",
            "CREATE TABLE größe WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
            "CREATE TABLE `größe` WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
        ),
        (
            "ksql-system-column",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, rowtime INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, `rowtime` INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
        ),
        (
            "ksql-deletes-invisible",
            "CREATE STREAM s WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
            "CREATE STREAM s WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO'); CREATE TABLE t WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
        ),
        (
            "ksql-wrap-single-value",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, a INT, b INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO', WRAP_SINGLE_VALUE=true)",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO', WRAP_SINGLE_VALUE=true)",
        ),
        (
            "ksql-type-unknown",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, a ARRAY<TINYINT>) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, a ARRAY<INTEGER>) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
        ),
        (
            "ksql-timestamp-format",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, d STRING) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO', TIMESTAMP='d')",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, d STRING) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO', TIMESTAMP='d', TIMESTAMP_FORMAT='yyyy')",
        ),
        (
            "ksql-timestamp-format",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, `d` STRING) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO', TIMESTAMP='`d`')",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, d BIGINT) WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO', TIMESTAMP='d')",
        ),
        (
            "ksql-kafka-key",
            "CREATE TABLE t (a INT PRIMARY KEY, b INT) WITH (KAFKA_TOPIC='tidb_a_b', VALUE_FORMAT='AVRO')",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, b INT) WITH (KAFKA_TOPIC='tidb_a_b', VALUE_FORMAT='AVRO', KEY_FORMAT='AVRO')",
        ),
        (
            "ksql-kafka-key",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, b INT) WITH (KAFKA_TOPIC='other', VALUE_FORMAT='JSON')",
            "CREATE TABLE t (a INT PRIMARY KEY, b INT) WITH (KAFKA_TOPIC='other', VALUE_FORMAT='JSON')",
        ),
        (
            "ksql-format-missing",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='tidb_a_b', KEY_FORMAT='AVRO')",
            "CREATE TABLE t WITH (KEY_FORMAT='AVRO') AS SELECT * FROM s",
        ),
        (
            "ksql-not-avro",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='tidb_a_b', KEY_FORMAT='AVRO', VALUE_FORMAT='JSON')",
            "CREATE STREAM t (a INT) WITH (KAFKA_TOPIC='made', VALUE_FORMAT='JSON'); CREATE STREAM m WITH (KAFKA_TOPIC='made') AS SELECT * FROM x",
        ),
        (
            "ksql-not-avro",
            "CREATE TABLE t (k STRUCT<a INT> PRIMARY KEY, a INT) WITH (KAFKA_TOPIC='tidb_a_b', KEY_FORMAT='JSON', VALUE_FORMAT='AVRO')",
            "CREATE TABLE t WITH (KAFKA_TOPIC='x', FORMAT='JSON') AS SELECT * FROM s",
        ),
        (
            "ksql-property-unknown",
            "CREATE TABLE t WITH (KAFKA_TOPIC='tidb_a_b', KEY_FORMAT='AVRO', VALUE_FORMT='AVRO')",
            "CREATE TABLE t WITH (KAFKA_TOPIC='tidb_a_b', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO')",
        ),
        ("ksql-unreadable", "CREATE TABLE t (a", "DROP TABLE t; SHOW TOPICS;"),
        (
            "ksql-name-twice",
            "CREATE TABLE t WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO'); CREATE TABLE `T` WITH (KAFKA_TOPIC='tidb_a_c', FORMAT='AVRO')",
            "CREATE TABLE t WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO'); CREATE OR REPLACE TABLE t WITH (KAFKA_TOPIC='tidb_a_b', FORMAT='AVRO')",
        ),
        ("ksql-topic-missing", "CREATE TABLE t WITH (FORMAT='AVRO')", "CREATE TABLE t AS SELECT * FROM s"),
        (
            "ksql-topic-not-produced",
            "CREATE TABLE t WITH (KAFKA_TOPIC='orders', FORMAT='AVRO')",
            "CREATE TABLE `orders` AS SELECT * FROM s; CREATE TABLE t WITH (KAFKA_TOPIC='orders', FORMAT='AVRO')",
        ),
        (
            "ksql-topic-fallback",
            "CREATE TABLE t WITH (KAFKA_TOPIC='meta', FORMAT='AVRO')",
            "CREATE TABLE t WITH (KAFKA_TOPIC='tidb_a_meta', FORMAT='AVRO')",
        ),
    ];
    for (code, bad, good) in cases {
        let expected = format!("ksqldb[0].sql {code}");
        let all = found(&[own(bad)]);
        assert!(all.contains(&expected), "{bad}: {code} is not among {all:?}");
        let all = found(&[own(good)]);
        assert!(!all.contains(&expected), "{good}: {code} is among {all:?}");
    }
}

#[test]
fn generated_statements_are_checked_at_their_fields() {
    for (entries, expect) in [
        (vec![entry("table", "a", "meta")], vec!["ksqldb[0].topic ksql-topic-fallback"]),
        (vec![entry("table", "a", "orders")], vec!["ksqldb[0].topic ksql-topic-not-produced"]),
        (vec![entry("stream", "a", "tidb_a_b")], vec!["ksqldb[0].statement ksql-deletes-invisible"]),
        (vec![entry("stream", "a", "tidb_a_b"), entry("table", "b", "tidb_a_b")], vec![]),
        (vec![entry("table", "a", "tidb_a_b"), entry("table", "a", "tidb_a_c")], vec!["ksqldb[1].name ksql-name-twice"]),
        (vec![entry("table", "a", "tidb_a_b"), entry("table", "A", "tidb_a_c")], vec![]),
        (vec![entry("", "a", "t")], vec!["ksqldb[0].statement ksql-entry-empty"]),
        (vec![entry("view", "a", "t")], vec!["ksqldb[0].statement ksql-statement-unknown"]),
        (vec![entry("table", "", "t")], vec!["ksqldb[0].name ksql-name-missing"]),
        (vec![entry("table", "a", "")], vec!["ksqldb[0].topic ksql-topic-missing"]),
        (vec![KsqlStatement { sql: "SHOW TOPICS;".to_owned(), ..entry("table", "", "") }], vec!["ksqldb[0].statement ksql-both-forms"]),
    ] {
        assert_eq!(found(&entries), expect, "{entries:?}");
    }
}

#[test]
fn a_stream_is_fine_where_no_delete_arrives() {
    let mut pipeline = document(&[entry("stream", "a", "tidb_a_b")]);
    let codes = |pipeline: &Pipeline| validate(pipeline).into_iter().map(|finding| finding.code).collect::<Vec<_>>();
    assert_eq!(codes(&pipeline), ["ksql-deletes-invisible"]);
    for (matcher, event, expect) in [("*.*", "delete", false), ("*.*", "insert", true), ("a.c", "all dml", true), ("*.*", "All DML", false)]
    {
        let filters = serde_json::json!([{"matcher": [matcher], "ignore-event": [event]}]);
        pipeline.changefeed.config.filter.extra.insert("event-filters".to_owned(), filters);
        assert_eq!(codes(&pipeline).contains(&"ksql-deletes-invisible".to_owned()), expect, "{matcher} {event}");
    }
}

/// The statement of the guide that people follow, pasted as it is.
#[test]
fn the_guide_s_statement_is_warned_of_its_partitions() {
    let guide = "CREATE STREAM orders (o_id INTEGER, o_d_id INTEGER, o_w_id INTEGER, o_c_id INTEGER, o_entry_d STRING, \
        o_carrier_id INTEGER, o_ol_cnt INTEGER, o_all_local INTEGER) WITH (kafka_topic='tidb_tpcc_orders', partitions=3, value_format='AVRO');";
    assert_eq!(found(&[own(guide)]), ["ksqldb[0].sql ksql-partitions-given", "ksqldb[0].sql ksql-deletes-invisible"]);
    assert!(found_with_tables(guide).is_empty());
}

#[test]
fn tables_tell_more_of_a_statement() {
    for (columns, expect) in [
        ("", &[][..]),
        ("(`pk` STRUCT<`o_id` INTEGER, o_d_id BIGINT, o_w_id INT> PRIMARY KEY, o_id STRING)", &[]),
        ("(`pk` STRUCT<o_id INT, gone INT> PRIMARY KEY, o_id INT)", &["ksql-column-unknown"]),
        ("(`pk` STRUCT<o_id BYTES> PRIMARY KEY, o_id INT)", &["ksql-type-differs"]),
        ("(o_id INT PRIMARY KEY, o_d_id INT PRIMARY KEY, o_c_id INT)", &[]),
        ("(o_id INT PRIMARY KEY, o_d_id DATE PRIMARY KEY, o_c_id INT)", &["ksql-type-differs"]),
        ("(`pk` STRUCT<o_id INT> PRIMARY KEY, o_entry_d TIMESTAMP, total INT)", &["ksql-type-differs", "ksql-column-unknown"]),
        ("(o_id STRUCT<o_id INT> PRIMARY KEY)", &["ksql-column-twice"]),
        ("(`o_id` STRUCT<o_id INT> PRIMARY KEY)", &[]),
    ] {
        let sql = format!("CREATE TABLE t {columns} WITH ({AVRO})");
        assert_eq!(found_with_tables(&sql), expect, "{sql}");
    }
    assert_eq!(found_with_tables(&format!("CREATE TABLE t WITH ({AVRO}, TIMESTAMP='o_entry_d')")), ["ksql-timestamp-format"]);
    assert!(found_with_tables(&format!("CREATE TABLE t WITH ({AVRO}, TIMESTAMP='o_c_id')")).is_empty());
    assert_eq!(found_with_tables("CREATE TABLE t WITH (KAFKA_TOPIC='tidb_tpcc_history', FORMAT='AVRO')"), ["ksql-topic-not-produced"]);
    // Told already without tables.
    assert!(found_with_tables("CREATE TABLE t WITH (KAFKA_TOPIC='history', FORMAT='AVRO')").is_empty());
}

#[test]
fn a_table_that_the_user_wrote_counts_as_one() {
    let before = |sql: &str| {
        let mut pipeline = document(&[own(sql)]);
        pipeline.kafka.params.insert("avro-include-before-value".to_owned(), true.into());
        validate(&pipeline).iter().any(|finding| finding.code == "before-value-with-sink")
    };
    assert!(before(&format!("CREATE TABLE t WITH ({AVRO})")));
    assert!(!before(&format!("CREATE STREAM t WITH ({AVRO}); CREATE TABLE u AS SELECT a FROM t")));
}
