#![allow(clippy::unwrap_used)]

use crate::config::Pipeline;
use crate::import::{Kind, apply, recognise};

#[test]
fn ksql_statements_are_cut_and_named() {
    let text = "-- streams; of orders\nCREATE STREAM orders (o_id INTEGER, note STRING) WITH (kafka_topic='tidb;tpcc', value_format='AVRO');\n\
        SET 'auto.offset.reset' = 'earliest';\ncreate or replace table if not exists `Big Orders` AS SELECT * FROM orders /* ; */ EMIT CHANGES;\n";
    let understood = recognise(text);
    assert_eq!(understood.kind, Kind::KsqlStatements);
    let mut pipeline = Pipeline::named("p");
    assert!(apply(&understood, &mut pipeline).is_empty());
    let names: Vec<&str> = pipeline.ksqldb.iter().map(|statement| statement.name.as_str()).collect();
    assert_eq!(names, ["orders", "set-2", "Big Orders"]);
    assert!(pipeline.ksqldb[0].sql.starts_with("-- streams; of orders\nCREATE STREAM") && pipeline.ksqldb[0].sql.ends_with("'AVRO')"));
    assert!(pipeline.ksqldb[2].sql.ends_with("/* ; */ EMIT CHANGES"));
}

#[test]
fn table_definitions_go_to_the_tables_box() {
    let text = "/*!40101 SET NAMES utf8 */;\nUSE tpcc;\nDROP TABLE IF EXISTS `orders`;\nCREATE TABLE `orders` (\n  `id` int NOT NULL COMMENT 'a; b',\n  \
        `format` varchar(8),\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n";
    let understood = recognise(text);
    assert_eq!((understood.kind, understood.tables()), (Kind::CreateTable, Some(text)));
    assert_eq!(understood.facts[0].value, "tpcc.orders, 2 columns");
    assert!(!understood.changes_document() && understood.findings.is_empty());
    let mut pipeline = Pipeline::named("p");
    assert!(apply(&understood, &mut pipeline).is_empty());
    assert_eq!(pipeline, Pipeline::named("p"));
}

#[test]
fn unreadable_definitions_and_prose_are_told_apart() {
    let understood = recognise("CREATE TABLE t (id int");
    assert_eq!((understood.kind, understood.findings[0].code.as_str()), (Kind::CreateTable, "ddl-unreadable"));
    for text in ["Please create table t; thanks", "SELECT 1", "create"] {
        assert_eq!(recognise(text).kind, Kind::Unknown, "{text}");
    }
}
