#![allow(clippy::unwrap_used)]

use super::*;
use crate::dispatch::preview;
use crate::schema::{Column, ColumnType, Index, IntegerWidth};

pub(crate) fn table(schema: &str, name: &str) -> TableModel {
    TableModel {
        schema: schema.to_owned(),
        name: name.to_owned(),
        columns: vec![Column {
            name: "id".to_owned(),
            ty: ColumnType::Integer { width: IntegerWidth::Int, unsigned: false },
            nullable: false,
            default: None,
            auto_increment: false,
            generated: None,
            charset: None,
        }],
        indexes: vec![Index { name: "PRIMARY".to_owned(), columns: vec![0], unique: true, primary: true }],
        charset: None,
        version: 1,
    }
}

fn dispatcher(matcher: &[&str], partition: &str, topic: &str) -> Dispatcher {
    Dispatcher {
        matcher: matcher.iter().map(|&m| m.to_owned()).collect(),
        partition: partition.to_owned(),
        topic: topic.to_owned(),
        ..Dispatcher::default()
    }
}

fn pipeline(dispatchers: Vec<Dispatcher>) -> Pipeline {
    let mut pipeline = Pipeline::named("p");
    pipeline.kafka.topic = "test".to_owned();
    pipeline.changefeed.config.sink.dispatchers = dispatchers;
    pipeline
}

/// The dispatchers of the upstream test. Its topics with one placeholder are refused for Avro, so they are compiled for any protocol.
fn upstream_router() -> Router {
    let rules = [
        dispatcher(&["test_default1.*"], "default", ""),
        dispatcher(&["test_default2.*"], "unknown-dispatcher", ""),
        dispatcher(&["test_table.*"], "table", "hello_{schema}_world"),
        dispatcher(&["test_index_value.*"], "index-value", "{schema}_world"),
        dispatcher(&["test.*"], "rowid", "hello_{schema}"),
        dispatcher(&["*.*", "!*.test"], "ts", "{schema}_{table}"),
        dispatcher(&["hard_code_schema.*"], "default", "hard_code_topic"),
    ];
    let mut router = Router::new(&pipeline(Vec::new())).unwrap();
    router.dispatchers = rules
        .iter()
        .map(|rule| Compiled {
            matcher: TableFilter::parse(&rule.matcher, false).unwrap(),
            topic: TopicExpression::parse(&rule.topic).unwrap(),
            partition: PartitionRule::of(rule),
        })
        .collect();
    router
}

#[test]
fn the_first_matching_dispatcher_decides() {
    let router = upstream_router();
    for (schema, name, rule, partition, topic) in [
        ("test_default1", "table", Some(0), "table", "test"),
        ("test_default2", "table", Some(1), "table", "test"),
        ("test_table", "table", Some(2), "table", "hello_test_table_world"),
        ("test_index_value", "table", Some(3), "index-value", "test_index_value_world"),
        ("test", "table1", Some(4), "index-value", "hello_test"),
        ("sbs", "table2", Some(5), "ts", "sbs_table2"),
        ("a", "table", Some(5), "ts", "a_table"),
        ("sbs", "test", None, "table", "test"),
        ("hard_code_schema", "test", Some(6), "table", "hard_code_topic"),
        ("hard_code_schema", "other", Some(5), "ts", "hard_code_schema_other"),
    ] {
        let table = table(schema, name);
        assert_eq!(router.place(&table).1, rule, "{schema}.{name}");
        let route = router.route(&table).unwrap();
        assert_eq!((route.partition_rule.as_str(), route.topic.as_str()), (partition, topic), "{schema}.{name}");
    }
}

#[test]
fn subjects_have_underscores_for_dots_and_topics_keep_them() {
    let router = Router::new(&pipeline(vec![dispatcher(&["*.*"], "", "tidb.{schema}_{table}")])).unwrap();
    let route = router.route(&table("app", "orders")).unwrap();
    assert_eq!(route.topic, "tidb.app_orders");
    assert_eq!((route.key_subject.as_str(), route.value_subject.as_str()), ("tidb_app_orders-key", "tidb_app_orders-value"));
    assert_eq!(route.key_columns, [0]);
}

#[test]
fn system_schemas_are_never_wanted() {
    let router = Router::new(&pipeline(Vec::new())).unwrap();
    assert!(router.wants("app", "orders"));
    assert!(router.wants("metric_schema", "t"));
    for schema in ["mysql", "MySQL", "INFORMATION_SCHEMA", "tidb_cdc", "workload_schema"] {
        assert!(!router.wants(schema, "t"), "{schema}");
    }
}

#[test]
fn every_mistake_is_reported_with_its_place() {
    let mut pipeline = pipeline(vec![
        dispatcher(&["a.*"], "", "t_{schema}"),
        Dispatcher { dispatcher: "ts".to_owned(), ..dispatcher(&["b"], "ts", "x y") },
    ]);
    pipeline.changefeed.config.filter.rules = vec!["app.*".to_owned(), "x".to_owned()];
    let findings = Router::new(&pipeline).unwrap_err();
    let found: Vec<(&str, &str)> = findings.iter().map(|f| (f.path.as_str(), f.code.as_str())).collect();
    assert_eq!(
        found,
        [
            ("changefeed.config.filter.rules[1]", "filter-rule-invalid"),
            ("changefeed.config.sink.dispatchers[0].topic", "topic-not-per-table"),
            ("changefeed.config.sink.dispatchers[1].matcher[0]", "filter-rule-invalid"),
            ("changefeed.config.sink.dispatchers[1].topic", "topic-expression-invalid"),
            ("changefeed.config.sink.dispatchers[1].dispatcher", "dispatcher-and-partition"),
        ]
    );
}

#[test]
fn a_missing_column_is_found_at_its_dispatcher() {
    let mut rule = dispatcher(&["*.*"], "columns", "{schema}_{table}");
    rule.columns = vec!["idd".to_owned()];
    let findings = Router::new(&pipeline(vec![rule])).unwrap().route(&table("app", "orders")).unwrap_err();
    assert_eq!(findings[0].path, "changefeed.config.sink.dispatchers[0].columns[0]");
    assert_eq!(findings[0].hint, "Did you mean `id`?");
}

#[test]
fn the_preview_tells_wanted_eligible_and_colliding_tables() {
    let mut pipeline = pipeline(vec![dispatcher(&["*.*"], "index-value", "{schema}_{table}")]);
    pipeline.changefeed.config.filter.rules = vec!["*.*".to_owned(), "!tmp.*".to_owned()];
    let mut keyless = table("app", "history");
    keyless.indexes.clear();
    let tables = [table("a_b", "c"), table("a", "b_c"), keyless, table("tmp", "t"), table("app", "x.y"), table("app", "x_y")];
    let rows = preview(&pipeline, &tables);
    let codes: Vec<Vec<&str>> = rows.iter().map(|r| r.findings.iter().map(|f| f.code.as_str()).collect()).collect();
    assert_eq!(rows.iter().map(|r| r.matched).collect::<Vec<_>>(), [true, true, true, false, true, true]);
    assert_eq!(
        codes,
        [
            vec!["topic-collision"],
            vec!["topic-collision"],
            vec!["table-without-key"],
            vec![],
            vec!["subject-collision"],
            vec!["subject-collision"]
        ]
    );
    assert!(!rows[2].eligible && rows[2].reason.contains("primary key"));
    assert_eq!(rows[0].topic, "a_b_c");
    assert_eq!(rows[0].partition_columns, ["id"]);
    assert!(rows[0].findings[0].message.contains("a.b_c"));
}

#[test]
fn tables_on_one_fixed_topic_are_an_error_but_one_table_is_fine() {
    let pipeline = pipeline(vec![dispatcher(&["*.*"], "", "all")]);
    let rows = preview(&pipeline, &[table("a", "b"), table("a", "c")]);
    assert_eq!(rows[0].findings[0].code, "topic-shared");
    assert_eq!(rows[0].findings[0].severity, crate::Severity::Error);
    assert!(preview(&pipeline, &[table("a", "b")])[0].findings.is_empty());
}

#[test]
fn a_hundred_thousand_tables_are_previewed() {
    let pipeline = pipeline(vec![
        dispatcher(&["/^never/.*"], "ts", "n_{schema}_{table}"),
        dispatcher(&["*.*", "!s7.*"], "index-value", "tidb_{schema}_{table}"),
    ]);
    let tables: Vec<TableModel> = (0..100_000).map(|i| table(&format!("s{}", i % 100), &format!("Table_{i}"))).collect();
    let rows = preview(&pipeline, &tables);
    assert_eq!(rows.len(), tables.len());
    assert_eq!(rows[8].topic, "tidb_s8_Table_8");
}
