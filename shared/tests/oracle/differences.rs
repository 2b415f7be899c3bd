//! Tables where this studio does something else than TiCDC, on purpose. What TiCDC does is recorded, and so pinned.

use super::judge::{Judge, record};
use super::rows::ours;
use serde_json::{Value, json};

const VECTORS: &str = include_str!("differences.jsonl");

/// A table of two columns with one inserted row, and what it is about.
const CASES: [(&str, &str, &str, &str); 5] = [
    (
        "a table with a not-null unique key alone",
        "CREATE TABLE t (a INT NOT NULL, b INT, UNIQUE KEY uk (a))",
        "",
        r#"[["i", 1], ["i", 2]]"#,
    ),
    ("a virtual column", "CREATE TABLE t (a INT PRIMARY KEY, b INT AS (a + 1))", "", r#"[["i", 1], []]"#),
    ("a virtual column that is not null", "CREATE TABLE t (a INT PRIMARY KEY, b INT AS (a + 1) NOT NULL)", "", r#"[["i", 1], []]"#),
    (
        "a BIGINT default that rounds to 2^63",
        "CREATE TABLE t (a INT PRIMARY KEY, b BIGINT DEFAULT 9223372036854775807)",
        "9223372036854775807",
        r#"[["i", 1], ["i", 2]]"#,
    ),
    ("text that is no UTF-8", "CREATE TABLE t (a INT PRIMARY KEY, b TEXT)", "", r#"[["i", 1], ["b", "/w=="]]"#),
];

fn question((_, ddl, default, row): (&str, &str, &str, &str)) -> Value {
    let default = if default.is_empty() { Value::Null } else { json!({"text": default}) };
    let row: Value = serde_json::from_str(row).expect("it is JSON");
    json!({
        "schema": "app", "ddl": ddl, "clustered": true, "defaults": [null, default], "extension": false, "decimal": "precise", "bigint": "long",
        "dispatchers": [{"matcher": ["*.*"], "topic": "{schema}_{table}", "partition": "index-value"}], "default_topic": "meta", "partitions": 6,
        "events": [{"commit_ts": 5, "before": null, "after": row}],
    })
}

#[test]
#[ignore = "asks the judge, and writes what it says"]
fn record_differences() {
    let mut judge = Judge::start(&["rows"]);
    let lines: Vec<String> =
        CASES.into_iter().map(|case| json!({"case": case.0, "answer": judge.ask(&question(case))}).to_string()).collect();
    record("differences.jsonl", &lines);
}

#[test]
fn what_is_done_differently_is_known_of_both_sides() {
    let recorded: Vec<Value> = VECTORS.lines().skip(1).map(|line| serde_json::from_str(line).expect("a vector is JSON")).collect();
    assert_eq!(recorded.len(), CASES.len());
    for (case, recorded) in CASES.into_iter().zip(recorded) {
        assert_eq!(recorded["case"], case.0);
        let (theirs, ours) = (&recorded["answer"], ours(&question(case)));
        let record = |answer: &Value| answer["records"][0].clone();
        let schema = |answer: &Value| answer["subjects"]["app_t-value"].as_str().unwrap_or_default().to_owned();
        let has_b = |answer: &Value| schema(answer).contains(r#""name":"b""#);
        let fails = |answer: &Value| !record(answer)["error"].is_null();
        let is_known = match case.0 {
            // `ours` leaves the key out for the comparison; that there is one is a test of `avro`
            "a table with a not-null unique key alone" => record(theirs)["key"] == "" && !fails(&ours),
            "a virtual column" => {
                has_b(theirs) && record(theirs)["value"] == "00000000020200" && !has_b(&ours) && record(&ours)["value"] == "000000000102"
            }
            "a virtual column that is not null" => fails(theirs) && record(&ours)["value"] == "000000000102",
            "a BIGINT default that rounds to 2^63" => {
                record(theirs)["error"].as_str().is_some_and(|error| error.contains("would lose precision"))
                    && record(&ours)["value"] == "0000000002020004"
            }
            _ => record(theirs)["value"] == "0000000002020202ff" && fails(&ours),
        };
        assert!(is_known, "{}: ours {ours}, TiCDC's {theirs}", case.0);
    }
}
