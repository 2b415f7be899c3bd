#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::parse as parse_document;
use crate::fixtures::TPCC_DDL;
use crate::ksql::{StatementKind, parse};
use crate::schema::ddl::{parse_create_table, parse_create_tables};

const DOCUMENT: &str = r#"
version = 1
name = "tpcc-to-confluent"
[changefeed.config.filter]
rules = ["tpcc.*", "!tpcc.history"]
[[changefeed.config.sink.dispatchers]]
matcher = ["*.*"]
topic = "tidb_{schema}_{table}"
partition = "index-value"
[kafka]
topic = "ticdc-meta"
"#;

fn entry(statement: &str, name: &str, topic: &str) -> KsqlStatement {
    KsqlStatement { name: name.to_owned(), statement: statement.to_owned(), topic: topic.to_owned(), ..KsqlStatement::default() }
}

fn pipeline() -> Pipeline {
    parse_document(DOCUMENT).unwrap()
}

fn of_table(statement: &str, ddl: &str) -> String {
    generate(&pipeline(), &entry(statement, "t", "tidb_s_t"), Some(&parse_create_table(ddl, "s").unwrap())).unwrap()
}

#[test]
fn without_a_definition_the_registry_tells_the_columns() {
    let sql = generate(&pipeline(), &entry("table", "it's`", "it's"), None).unwrap();
    assert_eq!(sql, "CREATE TABLE IF NOT EXISTS `it's```\n  WITH (KAFKA_TOPIC='it''s', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO');");
}

#[test]
fn a_stream_of_the_guide_s_orders_has_all_columns_and_no_key() {
    let tables = parse_create_tables(TPCC_DDL, "tpcc").unwrap();
    let pipeline = pipeline();
    let orders = table_of(&pipeline, "tidb_tpcc_orders", &tables).unwrap();
    let sql = generate(&pipeline, &entry("stream", "orders", "tidb_tpcc_orders"), Some(orders)).unwrap();
    assert_eq!(
        sql,
        "CREATE STREAM IF NOT EXISTS `orders` (\n  `o_id` INTEGER,\n  `o_d_id` INTEGER,\n  `o_w_id` INTEGER,\n  `o_c_id` INTEGER,\n  \
         `o_entry_d` STRING,\n  `o_carrier_id` INTEGER,\n  `o_ol_cnt` INTEGER,\n  `o_all_local` INTEGER\n) \
         WITH (KAFKA_TOPIC='tidb_tpcc_orders', KEY_FORMAT='NONE', VALUE_FORMAT='AVRO');"
    );
}

#[test]
fn a_table_with_one_key_column_has_it_as_a_record() {
    assert_eq!(
        of_table("table", "CREATE TABLE t (o_id int PRIMARY KEY, pk date, o_total decimal(12,2))"),
        "CREATE TABLE IF NOT EXISTS `t` (\n  `pk_` STRUCT<`o_id` INTEGER> PRIMARY KEY,\n  `o_id` INTEGER,\n  `pk` STRING,\n  \
         `o_total` DECIMAL(12, 2)\n) WITH (KAFKA_TOPIC='tidb_s_t', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO');"
    );
}

#[test]
fn several_key_columns_are_declared_once() {
    assert_eq!(
        of_table("table", "CREATE TABLE t (a int, b bigint, c text, PRIMARY KEY (b, a))"),
        "CREATE TABLE IF NOT EXISTS `t` (\n  `a` INTEGER PRIMARY KEY,\n  `b` BIGINT PRIMARY KEY,\n  `c` STRING\n) \
         WITH (KAFKA_TOPIC='tidb_s_t', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO');"
    );
    assert_eq!(
        of_table("table", "CREATE TABLE t (a int, b int, PRIMARY KEY (a, b))"),
        "CREATE TABLE IF NOT EXISTS `t` (\n  `pk` STRUCT<`a` INTEGER, `b` INTEGER> PRIMARY KEY,\n  `a` INTEGER,\n  `b` INTEGER\n) \
         WITH (KAFKA_TOPIC='tidb_s_t', KEY_FORMAT='AVRO', VALUE_FORMAT='AVRO');"
    );
}

#[test]
fn names_are_those_of_avro_and_never_ksqldb_s_own() {
    let sql = of_table("stream", "CREATE TABLE t (`1st` int PRIMARY KEY, `a-b` int, ROWTIME int, `Select` int)");
    assert!(sql.contains("`_1st` INTEGER,\n  `a_b` INTEGER,\n  `rowtime` INTEGER,\n  `Select` INTEGER\n"), "{sql}");
}

#[test]
fn what_an_entry_lacks_is_said_at_its_field() {
    for (entry, expect) in [
        (entry("", "", ""), "statement ksql-entry-empty"),
        (entry("tabel", "a", "t"), "statement ksql-statement-unknown"),
        (entry("table", "", "t"), "name ksql-name-missing"),
        (entry("table", "a", ""), "topic ksql-topic-missing"),
    ] {
        let finding = generate(&pipeline(), &entry, None).unwrap_err();
        assert_eq!(format!("{} {}", finding.path, finding.code), expect);
    }
    let keyless = parse_create_table("CREATE TABLE t (a int)", "s").unwrap();
    let finding = generate(&pipeline(), &entry("table", "t", "x"), Some(&keyless)).unwrap_err();
    assert_eq!(finding.code, "ksql-table-without-key");
    assert!(generate(&pipeline(), &entry("stream", "t", "x"), Some(&keyless)).is_ok());
    let shape = parse_create_table("CREATE TABLE t (a int PRIMARY KEY, g geometry)", "s").unwrap();
    assert_eq!(generate(&pipeline(), &entry("stream", "t", "x"), Some(&shape)).unwrap_err().code, "table-not-encodable");
}

#[test]
fn a_topic_leads_back_to_its_table_when_the_filter_lets_it_in() {
    let tables = parse_create_tables(TPCC_DDL, "tpcc").unwrap();
    assert_eq!(table_of(&pipeline(), "tidb_tpcc_stock", &tables).map(|table| table.name.as_str()), Some("stock"));
    assert_eq!(table_of(&pipeline(), "tidb_tpcc_history", &tables), None);
    assert_eq!(table_of(&pipeline(), "ticdc-meta", &tables), None);
}

/// What is generated for every table of the workload is read back as it was meant.
#[test]
fn generated_statements_are_read_back() {
    for table in parse_create_tables(TPCC_DDL, "tpcc").unwrap() {
        for (kind, object) in [("stream", Object::Stream), ("table", Object::Table)] {
            let Ok(sql) = generate(&pipeline(), &entry(kind, "n", "x"), Some(&table)) else {
                assert_eq!((table.name.as_str(), object), ("history", Object::Table));
                continue;
            };
            let statements = parse(&sql).unwrap();
            let [only] = statements.as_slice() else { panic!("{sql}") };
            let StatementKind::Create(create) = &only.kind else { panic!("{sql}") };
            let declared = declare(&pipeline(), object, &table).unwrap();
            assert_eq!((create.object, create.property("KAFKA_TOPIC")), (object, Some("x")));
            let read = |column: &crate::ksql::Column| (column.name.stored(), column.ty.clone());
            assert_eq!(create.key_columns().map(read).collect::<Vec<_>>(), declared.key);
            assert_eq!(create.value_columns().map(read).collect::<Vec<_>>(), declared.value);
        }
    }
}
