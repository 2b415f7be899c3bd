//! Values and tables at the edge of what there is, from a real MariaDB to the bytes that Kafka gets. None panics, none is lost:
//! each has its exact Avro form, or an error that names table and column.

use crate::support::mariadb::MariaDb;
use crate::tail::{Tail, all, start, start_now};
use backend::engine::source::{Begin, SourceEvent};
use mysql_async::prelude::Queryable;
use shared::{
    avro::{AvroOptions, BigintUnsignedMode, Cause, DecimalMode, EncodeError, TablePlan},
    config::StartFrom,
    row::{Op, RowChange},
};

const OPTIONS: AvroOptions =
    AvroOptions { tidb_extension: false, decimal: DecimalMode::Precise, bigint_unsigned: BigintUnsignedMode::Long };
/// The header and the id, which is 1.
const BEFORE_COLUMN: &str = "000000000702";
/// What stands before the value of a nullable column.
const VALUE: &str = "02";

enum Expected {
    /// The value's bytes.
    Hex(String),
    Refused(Cause),
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Avro's string or bytes: the length, zig-zag and seven bits a byte, and the bytes.
fn sized(bytes: &[u8]) -> Expected {
    let (mut rest, mut head) = (bytes.len() * 2, Vec::new());
    while rest > 0x7f {
        head.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    head.push(rest as u8);
    Expected::Hex(format!("{}{}", hex(&head), hex(bytes)))
}

fn text(text: &str) -> Expected {
    sized(text.as_bytes())
}

fn raw(bytes: impl AsRef<[u8]>) -> Expected {
    Expected::Hex(hex(bytes.as_ref()))
}

/// Type, value as SQL, and what becomes of it. Sessions are lax, as those are that write such values.
fn cases() -> Vec<(String, String, Expected)> {
    let case = |ty: &str, sql: &str, expected| (ty.to_owned(), sql.to_owned(), expected);
    let elements: Vec<String> = (0..64).map(|i| format!("e{i:02}")).collect();
    let set_of_64 = format!("SET({})", elements.iter().map(|e| format!("'{e}'")).collect::<Vec<_>>().join(","));
    let deep = format!("{}1{}", "[".repeat(30), "]".repeat(30));
    let mega = 1 << 20;
    vec![
        case("LONGTEXT", "REPEAT('x', 1048576)", text(&"x".repeat(mega))),
        case("LONGTEXT CHARACTER SET latin1", "REPEAT(x'e9', 1048576)", text(&"é".repeat(mega))),
        case("LONGBLOB", "REPEAT(x'00ff', 524288)", sized(&[0x00, 0xff].repeat(mega / 2))),
        case("DATE", "'0000-00-00'", text("0000-00-00")),
        case("DATE", "'2024-00-31'", text("2024-00-31")),
        case("DATETIME(6)", "'0000-00-00'", text("0000-00-00 00:00:00.000000")),
        case("TIMESTAMP(3) NULL", "'0000-00-00'", text("0000-00-00 00:00:00.000")),
        // Bytes that are no UTF-8, and those that Windows left out of its latin1.
        case("VARCHAR(9) CHARACTER SET latin1", "x'e9ff80'", text("éÿ€")),
        case("VARCHAR(9) CHARACTER SET latin1", "x'818d8f909d'", text("\u{81}\u{8d}\u{8f}\u{90}\u{9d}")),
        case("TEXT CHARACTER SET latin1", "x'c328'", text("Ã(")),
        case("JSON", &format!("'{deep}'"), text(&deep)),
        case("FLOAT", "1e-45", raw(1e-45_f32.to_le_bytes())),
        case("FLOAT", "3.4028234e38", raw(3.402_823_4e38_f32.to_le_bytes())),
        // There is no infinity to store: the server takes the nearest number.
        case("FLOAT", "1e300", raw(f32::MAX.to_le_bytes())),
        case("DOUBLE", "1.7976931348623157e308", raw(f64::MAX.to_le_bytes())),
        case("DOUBLE", "-2.2250738585072014e-308", raw((-f64::MIN_POSITIVE).to_le_bytes())),
        case("BIT(64)", "~0", sized(&[0xff; 8])),
        case("BIT(64)", "1", sized(&[0, 0, 0, 0, 0, 0, 0, 1])),
        case(
            "DECIMAL(65,30)",
            &format!("{}.{}", "9".repeat(35), "9".repeat(30)),
            Expected::Hex("3800f316271c7fc3908a8bef464e3945ef7a253609ffffffffffffffff".to_owned()),
        ),
        case(
            "DECIMAL(65,30)",
            &format!("-{}.{}", "9".repeat(35), "9".repeat(30)),
            Expected::Hex("38ff0ce9d8e3803c6f757410b9b1c6ba1085dac9f60000000000000001".to_owned()),
        ),
        case("DECIMAL(65,30)", &format!("-0.{}1", "0".repeat(29)), Expected::Hex("02ff".to_owned())),
        case("YEAR", "0", Expected::Hex("00".to_owned())),
        case("YEAR", "2155", Expected::Hex("d621".to_owned())),
        case("TIME", "'-838:59:59'", text("-838:59:59")),
        case("TIME(6)", "'-00:00:00.000001'", text("-00:00:00.000001")),
        case("TIME(3)", "'-01:00:00'", text("-01:00:00.000")),
        // An element that is empty, and the index of what was no element.
        case("ENUM('','a')", "''", text("")),
        case("ENUM('a','b')", "'c'", Expected::Refused(Cause::EnumIndex(0))),
        case(&set_of_64, &format!("'{}'", elements.join(",")), text(&elements.join(","))),
        case(&set_of_64, "'e63'", text("e63")),
        case(&set_of_64, "''", text("")),
    ]
}

fn encoded(change: &RowChange) -> Result<String, EncodeError> {
    let plan = TablePlan::new(&change.table, &OPTIONS)?;
    let mut out = Vec::new();
    plan.encode_value(Op::Insert, change.after.as_ref().unwrap(), change.commit_ts, 7, &mut out)?;
    plan.decode_value(&out).expect("what is written can be read");
    Ok(hex(&out))
}

fn check(tail: &Tail, cases: &[(String, String, Expected)], way: &str) {
    for (index, (ty, sql, expected)) in cases.iter().enumerate() {
        let name = format!("c{index}");
        let of_table = |event: &SourceEvent| matches!(event, SourceEvent::Change(change) if change.table.name == name);
        let SourceEvent::Change(change) = tail.events.iter().find(|event| of_table(event)).unwrap_or_else(|| panic!("{way}: no {ty}"))
        else {
            unreachable!("it was looked for")
        };
        let shown = if sql.len() > 100 { "…" } else { sql };
        match (encoded(change), expected) {
            (Ok(found), Expected::Hex(value)) => {
                let expected = format!("{BEFORE_COLUMN}{VALUE}{value}");
                assert!(found == expected, "{way}, {ty} {shown}: {:.200} instead of {expected:.200}", found);
            }
            (Err(EncodeError::Value { table, column, cause: found }), Expected::Refused(cause)) => {
                assert_eq!((table, column.as_str(), &found), (format!("shop.{name}"), "c", cause), "{way}, {ty} {shown}");
            }
            (Ok(_), Expected::Refused(cause)) => panic!("{way}, {ty} {shown}: taken, and not refused with {cause}"),
            (Err(error), _) => panic!("{way}, {ty} {shown}: {error}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_at_the_edge_have_their_exact_bytes_from_the_binlog_and_from_the_load() {
    let db = MariaDb::start(&["--sql-mode="]);
    db.run(&["CREATE DATABASE shop CHARACTER SET utf8mb4"]).await;
    let cases = cases();
    let mut conn = db.admin().await;
    for (index, (ty, ..)) in cases.iter().enumerate() {
        conn.query_drop(format!("CREATE TABLE shop.c{index} (id INT PRIMARY KEY, c {ty})")).await.unwrap();
    }
    db.run(&["CREATE TABLE shop.z (id INT PRIMARY KEY)"]).await;
    let mut tail = start_now(&db).await;
    for (index, (ty, sql, _)) in cases.iter().enumerate() {
        let statement = format!("INSERT INTO shop.c{index} VALUES (1, {sql})");
        conn.query_drop(statement).await.unwrap_or_else(|error| panic!("{ty}: {error}"));
    }
    db.run(&["INSERT INTO shop.z VALUES (1)"]).await;
    tail.until_row("z", 1).await;
    check(&tail, &cases, "binlog");
    tail.stop().await;

    let mut load = start(&db, all(), Begin::Fresh(StartFrom::Snapshot));
    load.until_row("z", 1).await;
    check(&load, &cases, "load");
    load.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_widest_table_that_a_server_takes_comes_whole() {
    // 4,096 is the limit on paper; MariaDB's definition of a table has 64 KiB, and 17 bytes and its name for a column.
    const COLUMNS: i64 = 2800;
    let db = MariaDb::start(&[]);
    db.run(&["CREATE DATABASE shop"]).await;
    let columns: Vec<String> = (1..COLUMNS).map(|i| format!("c{i:x} SMALLINT")).collect();
    let mut tail = start_now(&db).await;
    let create = format!("CREATE TABLE shop.wide (id SMALLINT PRIMARY KEY, {}) ENGINE=MyISAM", columns.join(", "));
    let values: Vec<String> = (1..COLUMNS).map(|i| if i % 7 == 0 { "NULL".to_owned() } else { i.to_string() }).collect();
    db.run(&[&create, &format!("INSERT INTO shop.wide VALUES (1, {})", values.join(", ")), "UPDATE shop.wide SET caef = -1"]).await;
    tail.until(|event| matches!(event, SourceEvent::Change(change) if change.before.is_some())).await;
    let changes: Vec<&RowChange> = tail.events.iter().filter_map(|e| if let SourceEvent::Change(c) = e { Some(c) } else { None }).collect();
    for (change, last) in [(changes[0], 0xaef), (changes[1], -1)] {
        let plan = TablePlan::new(&change.table, &OPTIONS).unwrap();
        let mut out = Vec::new();
        plan.encode_value(Op::Insert, change.after.as_ref().unwrap(), change.commit_ts, 7, &mut out).unwrap();
        let read = plan.decode_value(&out).unwrap();
        assert_eq!(read.as_object().unwrap().len(), 2800);
        assert_eq!((&read["id"], &read["c1"], &read["c7"]), (&1.into(), &1.into(), &serde_json::Value::Null));
        assert_eq!((&read["caee"], &read["caef"]), (&0xaee.into(), &last.into()));
    }
    tail.stop().await;
}
