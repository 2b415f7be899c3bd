#![allow(clippy::unwrap_used, clippy::approx_constant)]

use super::*;
use crate::row::Datum;
use crate::schema::ddl::parse_create_table;
use serde_json::json;

fn table(columns: &str) -> Arc<TableModel> {
    Arc::new(parse_create_table(&format!("CREATE TABLE t ({columns})"), "s").unwrap())
}

fn insert(after: Value) -> RowEvent {
    let line = json!({"schema": "s", "table": "t", "op": "c", "commit_ts": 445_644_800_000_000_005_u64, "after": after}).to_string();
    RowEvent::parse(&line).unwrap()
}

/// What a value becomes in the row, as shown by the event made of it.
fn through(column: &str, value: Value) -> Result<Value, String> {
    let change = insert(json!({ "c": value })).to_change(table(&format!("c {column}"))).map_err(|f| f[0].message.clone())?;
    Ok(RowEvent::from_change(&change).after.unwrap()["c"].clone())
}

#[test]
fn values_of_all_types_pass_unchanged() {
    for (column, value) in [
        ("tinyint", json!(-128)),
        ("tinyint unsigned", json!(255)),
        ("mediumint", json!(-8_388_608)),
        ("int unsigned", json!(4_294_967_295_u64)),
        ("bigint", json!(i64::MIN)),
        ("bigint unsigned", json!(u64::MAX)),
        ("float", json!(3.14)),
        ("double", json!(2.71)),
        ("decimal(10,2)", json!("-123.45")),
        ("decimal(65,30)", json!("12345678901234567890123456789012345.000000000000000000000000000001")),
        ("bit(64)", json!(u64::MAX)),
        ("varchar(9)", json!("ü'\"")),
        ("varbinary(9)", json!({"base64": "AP8="})),
        ("enum('a','b,c')", json!("b,c")),
        ("enum('a')", json!("")),
        ("set('a','b','c')", json!("a,c")),
        ("set('a')", json!("")),
        ("json", json!("{\"a\": [1, 2]}")),
        ("date", json!("0000-00-00")),
        ("datetime(3)", json!("2024-01-02 03:04:05.678")),
        ("timestamp", json!("2024-01-02 03:04:05")),
        ("time(2)", json!("-838:59:59.10")),
        ("year", json!(2024)),
        ("vector(2)", json!("[1,2.5]")),
        ("int", Value::Null),
    ] {
        assert_eq!(through(column, value.clone()), Ok(value), "{column}");
    }
}

#[test]
fn values_are_brought_to_the_columns_form() {
    for (column, value, expect) in [
        ("decimal(10,2)", json!(1.5), "1.50"),
        ("decimal(10,2)", json!(7), "7.00"),
        ("decimal(10,2)", json!("-0.000"), "0.00"),
        ("decimal(10,2)", json!("+.5"), "0.50"),
        ("decimal(10,0)", json!("007"), "7"),
        ("datetime(3)", json!("2024-01-02T03:04:05"), "2024-01-02 03:04:05.000"),
        ("datetime", json!("2024-01-02 03:04:05.000"), "2024-01-02 03:04:05"),
        ("time(1)", json!("1:02:03"), "01:02:03.0"),
    ] {
        assert_eq!(through(column, value), Ok(json!(expect)), "{column}");
    }
}

#[test]
fn values_that_do_not_fit_are_named_without_being_shown() {
    for (column, value) in [
        ("tinyint", json!(128)),
        ("tinyint unsigned", json!(-1)),
        ("int", json!("1")),
        ("int", json!(1.5)),
        ("bigint unsigned", json!(1e30)),
        ("year", json!(1900)),
        ("float", json!(1e300)),
        ("decimal(5,2)", json!("1234.5")),
        ("decimal(5,2)", json!("1.234")),
        ("decimal(5,2)", json!("1e2")),
        ("decimal(30,2)", json!(12_345_678_901_234_567.5)),
        ("decimal(5,2) unsigned", json!("-1")),
        ("bit(3)", json!(8)),
        ("enum('a')", json!("b")),
        ("set('a')", json!("a,b")),
        ("varbinary(3)", json!("text")),
        ("varbinary(3)", json!({"base64": "?"})),
        ("json", json!("{")),
        ("date", json!("2024-13-01")),
        ("date", json!("24-01-01")),
        ("datetime", json!("2024-01-02")),
        ("datetime", json!("2024-01-02 24:00:00")),
        ("datetime(1)", json!("2024-01-02 03:04:05.12")),
        ("time", json!("839:00:00")),
        ("time", json!("é:00:00")),
        ("varchar(3)", json!(5)),
        ("int NOT NULL", Value::Null),
        ("geometry", json!("x")),
    ] {
        let message = through(column, value.clone()).unwrap_err();
        assert!(message.starts_with("column `c` of `s.t`: "), "{column}: {message}");
    }
}

#[test]
fn columns_are_neither_missing_nor_unknown() {
    let table = table("id int, price decimal(5,2), v int AS (id) VIRTUAL");
    let findings = insert(json!({"id": 1, "prise": "1"})).to_change(table.clone()).unwrap_err();
    let told: Vec<_> = findings.iter().map(|f| (f.path.as_str(), f.code.as_str(), f.hint.as_str())).collect();
    assert_eq!(
        told,
        [
            ("after.price", "event-column-missing", "An image has all columns; write `null` for NULL."),
            ("after.prise", "event-unknown-column", "Did you mean `price`?"),
        ]
    );
    let change = insert(json!({"id": 1, "price": "1"})).to_change(table).unwrap();
    assert_eq!(change.after.unwrap().get(2), Some(Datum::Null));
}

#[test]
fn lines_that_are_no_events_are_findings_with_their_line() {
    let text = "\n{\"schema\":\"s\",\"table\":\"t\",\"op\":\"x\",\"commit_ts\":-1}\nnope\n[]\n\
                {\"schema\":\"s\",\"tabel\":\"t\",\"op\":\"u\",\"commit_ts\":1,\"after\":{}}\n";
    let findings = RowEvent::parse_lines(text).unwrap_err();
    let told: Vec<_> = findings.iter().map(|f| format!("{} {}", f.path, f.code)).collect();
    assert_eq!(
        told,
        [
            "lines[2].op event-field",
            "lines[2].commit_ts event-field",
            "lines[2].after event-image",
            "lines[3] event-unreadable",
            "lines[4] event-unreadable",
            "lines[5].tabel event-unknown-key",
            "lines[5].table event-field",
            "lines[5].before event-image",
        ]
    );
    assert!(findings[3].message.starts_with("line 3: "));
    assert_eq!(findings[5].hint, "Did you mean `table`?");
}

#[test]
fn an_event_is_its_line_again() {
    let line = r#"{"schema":"s","table":"t","op":"u","commit_ts":445644800000000005,"before":{"id":1},"after":{"id":2}}"#;
    let event = RowEvent::parse(line).unwrap();
    assert_eq!(event.to_json(), line);
    let change = event.to_change(table("id int")).unwrap();
    assert_eq!(RowEvent::from_change(&change).to_json(), line);
    assert!(!format!("{event:?}").contains("id"));
}
