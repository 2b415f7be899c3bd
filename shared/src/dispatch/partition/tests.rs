#![allow(clippy::unwrap_used)]

use super::*;
use crate::row::CommitTs;
use crate::schema::{Column, ColumnType, Index, IntegerWidth};
use proptest::prelude::*;
use std::sync::Arc;

/// A table of the named columns, its primary key the first `key` of them.
fn table(schema: &str, name: &str, columns: &[&str], key: usize) -> TableModel {
    let column = |name: &&str| Column {
        name: (*name).to_owned(),
        ty: ColumnType::Integer { width: IntegerWidth::Int, unsigned: false },
        nullable: false,
        default: None,
        auto_increment: false,
        generated: None,
        charset: None,
    };
    let primary = Index { name: "PRIMARY".to_owned(), columns: (0..key).collect(), unique: true, primary: true };
    TableModel {
        schema: schema.to_owned(),
        name: name.to_owned(),
        columns: columns.iter().map(column).collect(),
        indexes: if key == 0 { Vec::new() } else { vec![primary] },
        charset: None,
        version: 1,
    }
}

fn row(values: &[Datum<'_>]) -> Row {
    let mut row = Row::with_capacity(values.len(), 16);
    for &value in values {
        row.push(value);
    }
    row
}

fn insert(table: &TableModel, values: &[Datum<'_>]) -> RowChange {
    RowChange { table: Arc::new(table.clone()), before: None, after: Some(row(values)), commit_ts: CommitTs(5) }
}

fn columns(names: &[&str]) -> PartitionRule {
    PartitionRule::Columns(names.iter().map(|&n| n.to_owned()).collect())
}

const INDEX_VALUE: PartitionRule = PartitionRule::IndexValue { index: None };

fn partition(rule: &PartitionRule, table: &TableModel, values: &[Datum<'_>], partitions: u32) -> u32 {
    rule.plan(table).unwrap().partition(&insert(table, values), partitions, &mut Vec::new())
}

fn raw(rule: &PartitionRule, table: &TableModel, values: &[Datum<'_>]) -> u32 {
    rule.plan(table).unwrap().hash(&row(values), &mut Vec::new())
}

#[test]
fn tables_hash_as_upstream_tests_say() {
    for (schema, name, expected) in [
        ("test", "t1", 15),
        ("test", "t2", 5),
        ("test", "t3", 3),
        ("test_default1", "table", 14),
        ("test_default2", "table", 0),
        ("test_table", "table", 15),
    ] {
        assert_eq!(partition(&PartitionRule::Table, &table(schema, name, &["a"], 1), &[Datum::Int(1)], 16), expected, "{schema}.{name}");
    }
    assert_eq!(raw(&PartitionRule::Table, &table("test", "t1", &["a"], 1), &[Datum::Int(1)]), 0x405c_657f);
}

#[test]
fn key_values_hash_as_upstream_tests_say() {
    let one = table("test", "t1", &["a"], 1);
    for (a, expected) in [(11, 2), (22, 11)] {
        assert_eq!(partition(&INDEX_VALUE, &one, &[Datum::Int(a)], 16), expected);
    }
    let two = table("test", "t2", &["a", "b"], 2);
    for (b, expected) in [(22, 5), (0, 14), (33, 2)] {
        assert_eq!(partition(&INDEX_VALUE, &two, &[Datum::Int(11), Datum::Int(b)], 16), expected);
    }
    let cased = table("test", "t1", &["COL2", "Col1"], 2);
    assert_eq!(partition(&columns(&["col2", "col1"]), &cased, &[Datum::Int(22), Datum::Int(11)], 16), 5);
    let lower = table("test", "t1", &["col2", "col1"], 2);
    assert_eq!(partition(&columns(&["col2", "col1"]), &lower, &[Datum::Int(11), Datum::Int(22)], 16), 15);
    assert_eq!(partition(&INDEX_VALUE, &table("test_index_value", "table1", &["a"], 1), &[Datum::Int(11)], 10), 9);
}

#[test]
fn timestamps_go_round_the_partitions() {
    let table = table("test", "t1", &["a"], 1);
    let mut change = insert(&table, &[Datum::Int(1)]);
    let plan = PartitionRule::Ts.plan(&table).unwrap();
    change.commit_ts = CommitTs(1);
    assert_eq!(plan.partition(&change, 2, &mut Vec::new()), 1);
    change.commit_ts = CommitTs(5);
    assert_eq!(plan.partition(&change, 3, &mut Vec::new()), 2);
}

#[test]
fn the_raw_hash_combines_writes_as_upstream_does() {
    // Each write is a name and a text; the first is schema and table.
    for (writes, expected) in [
        ([("hello", "hash"), ("hello", "pingcap"), ("hello", "ticdc"), ("hello", "tools")], 0x9145_05a7),
        ([("hello", "tools"), ("hello", "ticdc"), ("hello", "pingcap"), ("hello", "hash")], 0x9145_05a7),
        ([("ticdc", "hello"), ("hello", "hash"), ("hello", "tools"), ("hello", "pingcap")], 0xf21b_4f40),
        ([("ticdc", "hello"), ("hello", "hash"), ("tools", "hello"), ("hello", "pingcap")], 0x7cd6_194a),
    ] {
        let names: Vec<&str> = writes[1..].iter().map(|w| w.0).collect();
        let mut table = table(writes[0].0, writes[0].1, &names, 0);
        table.indexes.push(Index { name: "u".to_owned(), columns: vec![0, 1, 2], unique: true, primary: false });
        let values: Vec<Datum<'_>> = writes[1..].iter().map(|w| Datum::Bytes(w.1.as_bytes())).collect();
        assert_eq!(raw(&PartitionRule::IndexValue { index: Some("U".to_owned()) }, &table, &values), expected, "{writes:?}");
    }
}

#[test]
fn derived_vectors_hold() {
    let orders = |columns: &[&str]| table("app", "orders", columns, 1);
    type Case<'a> = (PartitionRule, TableModel, Vec<Datum<'a>>, u32, &'a [(u32, u32)]);
    let cases: Vec<Case<'_>> = vec![
        (PartitionRule::Table, orders(&["id"]), vec![Datum::Int(1)], 0xb9c4_9cbf, &[(3, 2), (6, 5), (12, 11)]),
        (INDEX_VALUE, orders(&["id"]), vec![Datum::Int(1)], 0x51cc_1b9b, &[(3, 2), (6, 5), (12, 11)]),
        (INDEX_VALUE, orders(&["id"]), vec![Datum::UInt(2)], 0xc8c5_4a21, &[(3, 0), (6, 3), (12, 9)]),
        (INDEX_VALUE, table("App", "Orders", &["id"], 1), vec![Datum::Int(1)], 0xd491_9c0e, &[(6, 2)]),
        (INDEX_VALUE, orders(&["ID"]), vec![Datum::Int(1)], 0xfc05_79d9, &[(6, 1)]),
        (columns(&["id", "line"]), orders(&["id", "line"]), vec![Datum::Int(1), Datum::Int(2)], 0x1f16_e60b, &[(6, 3)]),
        (columns(&["LINE", "Id"]), orders(&["id", "line"]), vec![Datum::Int(1), Datum::Int(2)], 0x1f16_e60b, &[(6, 3)]),
        (columns(&["name"]), orders(&["name"]), vec![Datum::Bytes(b"Ann")], 0x71ff_f1ca, &[(6, 4)]),
        (columns(&["ts"]), orders(&["ts"]), vec![Datum::Bytes(b"2024-01-02 03:04:05.678")], 0xffe1_697a, &[(6, 2)]),
        (columns(&["amt"]), orders(&["amt"]), vec![Datum::Bytes(b"123.45")], 0x6e0f_683b, &[(6, 3)]),
        (columns(&["note"]), orders(&["note"]), vec![Datum::Null], 0xb9c4_9cbf, &[(6, 5)]),
        (columns(&["id", "id"]), orders(&["id"]), vec![Datum::Int(1)], 0xb9c4_9cbf, &[(6, 5)]),
    ];
    for (rule, table, values, hash, partitions) in cases {
        assert_eq!(raw(&rule, &table, &values), hash, "{rule:?} {values:?}");
        for &(n, expected) in partitions {
            assert_eq!(partition(&rule, &table, &values, n), expected, "{rule:?} {values:?} of {n}");
        }
    }
}

#[test]
fn numbers_have_go_s_text() {
    let text = |datum| {
        let mut out = Vec::new();
        write_number(datum, &mut out);
        String::from_utf8(out).unwrap()
    };
    for (datum, expected) in [
        (Datum::Int(i64::MIN), "-9223372036854775808"),
        (Datum::Int(0), "0"),
        (Datum::UInt(u64::MAX), "18446744073709551615"),
        (Datum::Float(3.15), "3.15"),
        (Datum::Double(0.1), "0.1"),
        (Datum::Double(1e21), "1000000000000000000000"),
        (Datum::Double(1e-7), "0.0000001"),
        (Datum::Double(-0.0), "-0"),
        (Datum::Double(f64::NAN), "0"),
        (Datum::Float(f32::INFINITY), "0"),
        (Datum::Double(100.0), "100"),
    ] {
        assert_eq!(text(datum), expected);
    }
}

#[test]
fn a_delete_is_placed_by_its_old_row_and_an_update_by_its_new_one() {
    let table = table("app", "orders", &["id"], 1);
    let plan = INDEX_VALUE.plan(&table).unwrap();
    let mut change = insert(&table, &[Datum::Int(2)]);
    change.before = Some(row(&[Datum::Int(1)]));
    assert_eq!(plan.partition(&change, 6, &mut Vec::new()), 3);
    change.after = None;
    assert_eq!(plan.partition(&change, 6, &mut Vec::new()), 5);
}

#[test]
fn a_table_without_a_key_hashes_as_a_table() {
    let keyless = table("app", "orders", &["id"], 0);
    assert_eq!(raw(&INDEX_VALUE, &keyless, &[Datum::Int(1)]), 0xb9c4_9cbf);
}

#[test]
fn what_a_table_lacks_is_a_finding() {
    let mut table = table("app", "orders", &["id", "line"], 1);
    table.columns[1].generated = Some(Generated::Virtual);
    table.indexes.push(Index { name: "by_line".to_owned(), columns: vec![1], unique: false, primary: false });
    let code = |rule: &PartitionRule| rule.plan(&table).map(|_| ()).map_err(|f| (f.path, f.code)).unwrap_err();
    let of = |path: &str, code: &str| (path.to_owned(), code.to_owned());
    assert_eq!(code(&columns(&["id", "lin"])), of("columns[1]", "dispatcher-column-not-found"));
    assert_eq!(code(&columns(&["line"])), of("columns[0]", "dispatcher-column-virtual"));
    let index = |name: &str| PartitionRule::IndexValue { index: Some(name.to_owned()) };
    assert_eq!(code(&index("nothing")), of("index", "dispatcher-index-not-found"));
    assert_eq!(code(&index("BY_LINE")), of("index", "dispatcher-index-not-unique"));
}

proptest! {
    #[test]
    fn a_partition_is_always_within_bounds(a in any::<i64>(), text in any::<Vec<u8>>(), partitions in 0_u32..2000) {
        let table = table("s", "t", &["a", "b"], 2);
        let values = [Datum::Int(a), Datum::Bytes(&text)];
        for rule in [PartitionRule::Table, PartitionRule::Ts, INDEX_VALUE, columns(&["b"])] {
            prop_assert!(partition(&rule, &table, &values, partitions) < partitions.max(1));
        }
    }
}
