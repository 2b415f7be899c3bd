#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

fn one(sql: &str) -> Create {
    let statements = parse(sql).unwrap();
    match statements.as_slice() {
        [Statement { kind: StatementKind::Create(create), .. }] => create.clone(),
        other => panic!("not one CREATE: {other:?}"),
    }
}

/// Columns as `name type role`.
fn columns(create: &Create) -> Vec<String> {
    create.columns.iter().map(|column| format!("{} {} {:?}", column.name.stored(), column.ty, column.role)).collect()
}

/// The statement of the guide that people follow.
const GUIDE: &str = "CREATE STREAM orders (o_id INTEGER, o_d_id INTEGER, o_w_id INTEGER, o_c_id INTEGER, o_entry_d STRING, \
    o_carrier_id INTEGER, o_ol_cnt INTEGER, o_all_local INTEGER) WITH (kafka_topic='tidb_tpcc_orders', partitions=3, value_format='AVRO');";

#[test]
fn the_guide_s_statement_is_understood() {
    let create = one(GUIDE);
    assert_eq!((create.object, create.name.stored().as_str(), create.columns.len()), (Object::Stream, "ORDERS", 8));
    assert_eq!(create.property("KAFKA_TOPIC"), Some("tidb_tpcc_orders"));
    assert_eq!((create.property("PARTITIONS"), create.property("VALUE_FORMAT")), (Some("3"), Some("AVRO")));
    assert!(!create.has_query && !create.or_replace && !create.if_not_exists);
}

#[test]
fn everything_that_a_statement_can_say_is_kept() {
    let create = one(
        "create or replace source table if not exists `Orders` ( -- the key; a record\n \"pk\" STRUCT<`a` INT, b MAP<STRING, ARRAY<DECIMAL(10, 2)>>> PRIMARY KEY,\
         `it``s` VARCHAR, h BYTES HEADER('trace'), hs ARRAY<STRUCT<key STRING, value BYTES>> HEADERS, m MONEY, v VARCHAR(10)\
         ) with (KAFKA_TOPIC = 'it''s', \"key_format\"='AVRO', retention_ms=-1, WRAP_SINGLE_VALUE=false)",
    );
    assert!(create.or_replace && create.if_not_exists && create.name.quoted);
    assert_eq!((create.object, create.name.stored().as_str()), (Object::Table, "Orders"));
    assert_eq!(
        columns(&create),
        [
            "pk STRUCT<`a` INTEGER, `B` MAP<STRING, ARRAY<DECIMAL(10, 2)>>> PrimaryKey",
            "it`s STRING Value",
            "H BYTES Header",
            "HS ARRAY<STRUCT<`KEY` STRING, `VALUE` BYTES>> Header",
            "M MONEY Value",
            "V VARCHAR(10) Value",
        ]
    );
    assert_eq!(create.property("KAFKA_TOPIC"), Some("it's"));
    assert_eq!((create.property("RETENTION_MS"), create.property("WRAP_SINGLE_VALUE")), (Some("-1"), Some("false")));
}

#[test]
fn several_statements_keep_their_text_and_others_are_passed_over() {
    let statements = parse(
        "SET 'auto.offset.reset' = 'earliest';\n-- typed; times\nCREATE STREAM t WITH (KAFKA_TOPIC='x') AS SELECT a, ';' FROM s EMIT CHANGES;;\
         \nCREATE SOURCE CONNECTOR c WITH ('a'='b'); CREATE TYPE m AS DECIMAL(1,0)",
    )
    .unwrap();
    let texts: Vec<&str> = statements.iter().map(|statement| statement.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "SET 'auto.offset.reset' = 'earliest'",
            "-- typed; times\nCREATE STREAM t WITH (KAFKA_TOPIC='x') AS SELECT a, ';' FROM s EMIT CHANGES",
            "CREATE SOURCE CONNECTOR c WITH ('a'='b')",
            "CREATE TYPE m AS DECIMAL(1,0)",
        ]
    );
    assert!(matches!(&statements[1].kind, StatementKind::Create(create) if create.has_query));
    assert!(matches!(&statements[0].kind, StatementKind::Other(word) if word == "SET"));
    assert_eq!(parse(" -- nothing\n;").unwrap(), []);
}

#[test]
fn mistakes_have_a_place_and_a_reason_and_show_no_text() {
    for (sql, expect) in [
        ("CREATE STREAM", "line 1, column 14: expected a name, found the end of the statement"),
        ("CREATE TABLE t (a INT NOT NULL)", "line 1, column 23: expected `,` or `)`, found `NOT`"),
        ("CREATE TABLE t (a DECIMAL)", "line 1, column 26: expected `(`, found `)`"),
        ("CREATE STREAM s (\n  a)", "line 2, column 4: expected a type, found `)`"),
        ("CREATE STREAM s WITH (KAFKA_TOPIC 'secret')", "line 1, column 35: expected `=`, found a text"),
        ("CREATE STREAM s WITH (KAFKA_TOPIC=)", "line 1, column 35: expected a value, found `)`"),
        ("CREATE STREAM s AS;", "line 1, column 19: expected a query, found the end of the statement"),
        ("CREATE STREAM s PARTITION BY a", "line 1, column 17: expected `WITH`, `AS` or `;`, found `PARTITION`"),
        ("CREATE STREAM s (a ARRAY<INT)", "line 1, column 29: expected `>`, found `)`"),
    ] {
        assert_eq!(parse(sql).unwrap_err().to_string(), expect, "{sql}");
    }
}

#[test]
fn nesting_has_an_end() {
    let nested = |depth: usize| format!("CREATE STREAM s (a {}INT{})", "ARRAY<".repeat(depth), ">".repeat(depth));
    assert_eq!(one(&nested(MAX_DEPTH)).columns.len(), 1);
    assert!(parse(&nested(100_000)).unwrap_err().message.contains("nested"));
}

const WORDS: [&str; 30] = [
    "CREATE", "STREAM", "TABLE", "OR", "REPLACE", "IF", "NOT", "EXISTS", "s", "`a`", "(", ")", ",", "<", ">", "STRUCT", "ARRAY", "MAP",
    "DECIMAL", "INT", "PRIMARY", "KEY", "HEADER", "WITH", "=", "'t'", "-", "1", "AS", ";",
];

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        let _ = parse(&text);
        let _ = parse(&format!("CREATE STREAM s ({text}"));
    }

    #[test]
    fn any_words_are_read_or_refused(words in proptest::collection::vec(0..WORDS.len(), 0..40)) {
        let text = words.iter().map(|i| WORDS[*i]).collect::<Vec<_>>().join(" ");
        for sql in [text.clone(), format!("CREATE TABLE t ({text}"), format!("CREATE TABLE t WITH ({text}")] {
            if let Err(error) = parse(&sql) {
                prop_assert!(error.line == 1 && error.column <= sql.chars().count() + 1, "{error}");
            }
        }
    }

    /// A type that was written is read as the same type.
    #[test]
    fn types_survive_being_written(ty in any_type()) {
        let create = one(&format!("CREATE STREAM s (a {ty})"));
        prop_assert_eq!(&create.columns[0].ty, &ty);
    }
}

fn any_type() -> impl Strategy<Value = SqlType> {
    let leaf = prop_oneof![
        proptest::sample::select(PRIMITIVES.iter().map(|(_, ty)| ty.clone()).collect::<Vec<_>>()),
        (1_u32..38, 0_u32..10).prop_map(|(precision, scale)| SqlType::Decimal { precision, scale }),
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|ty| SqlType::Array(Box::new(ty))),
            (inner.clone(), inner.clone()).prop_map(|(keys, values)| SqlType::Map(Box::new(keys), Box::new(values))),
            proptest::collection::vec(("[ -~]{1,8}", inner), 0..3).prop_map(SqlType::Struct),
        ]
    })
}
