//! Values: what the source sends equals what SELECT answers.

use crate::support::mariadb::MariaDb;
use crate::tail::{all, start, start_now, text};
use backend::engine::source::{Begin, SourceEvent};
use mysql_async::{Value, prelude::Queryable};
use shared::{
    config::StartFrom,
    row::{Datum, Row},
};

const TABLE: &str = "CREATE TABLE shop.everything (
    id INT PRIMARY KEY,
    tiny TINYINT, tiny_u TINYINT UNSIGNED, small SMALLINT, small_u SMALLINT UNSIGNED, medium MEDIUMINT, medium_u MEDIUMINT UNSIGNED,
    plain INT, plain_u INT UNSIGNED, big BIGINT, big_u BIGINT UNSIGNED, flag BOOL,
    f FLOAT, d DOUBLE, dec_a DECIMAL(10,2), dec_b DECIMAL(65,30), dec_c DECIMAL(9,9), dec_d DECIMAL(20),
    bit_a BIT(1), bit_b BIT(10), bit_c BIT(64), y YEAR,
    day DATE, dt0 DATETIME, dt3 DATETIME(3), dt6 DATETIME(6), ts0 TIMESTAMP NULL, ts1 TIMESTAMP(1) NULL, ts6 TIMESTAMP(6) NULL,
    t0 TIME, t2 TIME(2), t6 TIME(6),
    c CHAR(10), c_long CHAR(255), vc VARCHAR(20), vc_long VARCHAR(2000), latin VARCHAR(20) CHARACTER SET latin1, wide VARCHAR(20) CHARACTER SET utf16,
    tt TINYTEXT, tx TEXT, mt MEDIUMTEXT, lt LONGTEXT,
    bin BINARY(8), vb VARBINARY(20), tb TINYBLOB, bl BLOB, mb MEDIUMBLOB, lb LONGBLOB,
    en ENUM('small','large'), se SET('a','b','c','d','e','f','g','h','i'), js JSON,
    made INT AS (plain + 1) STORED, seen INT AS (plain + 2) VIRTUAL
) CHARACTER SET utf8mb4";

const COLUMNS: &str =
    "id, tiny, tiny_u, small, small_u, medium, medium_u, plain, plain_u, big, big_u, flag, f, d, dec_a, dec_b, dec_c, dec_d,
    bit_a+0, bit_b+0, bit_c+0, y+0, day, dt0, dt3, dt6, ts0, ts1, ts6, t0, t2, t6, c, c_long, vc, vc_long, latin, wide, tt, tx, mt, lt,
    bin, vb, tb, bl, mb, lb, en+0, se+0, js, made, seen";

const SETTABLE: &str =
    "id, tiny, tiny_u, small, small_u, medium, medium_u, plain, plain_u, big, big_u, flag, f, d, dec_a, dec_b, dec_c, dec_d,
    bit_a, bit_b, bit_c, y, day, dt0, dt3, dt6, ts0, ts1, ts6, t0, t2, t6, c, c_long, vc, vc_long, latin, wide, tt, tx, mt, lt,
    bin, vb, tb, bl, mb, lb, en, se, js";

/// The values of one row; the same for a query and for the source.
fn datums(row: &Row) -> Vec<String> {
    row.iter().map(text).collect()
}

fn selected(row: mysql_async::Row) -> Vec<String> {
    let floats: Vec<usize> =
        row.columns_ref().iter().enumerate().filter(|(_, c)| matches!(c.name_str().as_ref(), "f" | "d")).map(|(i, _)| i).collect();
    row.unwrap()
        .into_iter()
        .enumerate()
        .map(|(index, value)| match value {
            Value::NULL => text(Datum::Null),
            Value::Bytes(bytes) if floats.contains(&index) => {
                let number: f64 = String::from_utf8(bytes).unwrap().parse().unwrap();
                if index == floats[0] { (number as f32).to_string() } else { number.to_string() }
            }
            Value::Bytes(bytes) => text(Datum::Bytes(&bytes)),
            other => panic!("the text protocol has only text: {other:?}"),
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_every_type_equal_what_select_answers() {
    let db = MariaDb::start(&["--sql-mode="]);
    db.run(&["CREATE DATABASE shop", TABLE]).await;
    let mut tail = start_now(&db).await;
    let mut conn = db.admin().await;
    conn.query_drop("SET NAMES utf8mb4, sql_mode = ''").await.unwrap();
    let highest = "1, 127, 255, 32767, 65535, 8388607, 16777215, 2147483640, 4294967295, 9223372036854775807, 18446744073709551615, 1,
        1.5, -2.5e-300, 99999999.99, 12345678901234567890123456789012345.123456789012345678901234567890, 0.123456789, 12345678901234567890,
        b'1', b'1000000001', ~0, 2155, '9999-12-31', '9999-12-31 23:59:59', '2024-02-29 12:34:56.789', '2024-02-29 12:34:56.000001',
        '2038-01-19 03:14:07', '1970-01-01 00:00:01.5', '2024-02-29 12:34:56.654321', '838:59:59', '00:00:00.01', '100:00:00.000001',
        'ab ', REPEAT('ü', 255), 'grüße 😀', REPEAT('x', 2000), 'grüße €', 'wide 😀', 'tiny', 'text', 'medium', REPEAT('long ', 20000),
        'zero\\0\\0', 'var\\0', x'00ff', x'80', REPEAT('b', 300), REPEAT('l', 70000), 'large', 'a,c,i', '{\"a\":  [1, 2.50]}'";
    let lowest = "2, -128, 0, -32768, 0, -8388608, 0, -2147483648, 0, -9223372036854775808, 0, 0,
        -1.5, 0, -0.01, -0.000000000000000000000000000001, -0.5, -1,
        b'0', b'0', b'0', 0, '0000-00-00', '0000-00-00 00:00:00', '1000-01-01 00:00:00.000', '2024-00-00 00:00:00.999999',
        '0000-00-00 00:00:00', '0000-00-00 00:00:00', '2001-01-01 00:00:00', '-838:59:59', '-00:00:00.01', '-12:34:56.123456',
        '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', '', 'small', '', 'null'";
    let nothing = format!("3{}", ", NULL".repeat(50));
    for values in [highest, lowest, &nothing] {
        conn.query_drop(format!("INSERT INTO shop.everything ({SETTABLE}) VALUES ({values})")).await.unwrap();
    }
    conn.query_drop("UPDATE shop.everything SET plain = 5, en = 'nonsense', vc = 'new', dec_a = 0 WHERE id = 1").await.unwrap();
    let rows: Vec<mysql_async::Row> = conn.query(format!("SELECT {COLUMNS} FROM shop.everything ORDER BY id")).await.unwrap();
    let rows: Vec<Vec<String>> = rows.into_iter().map(selected).collect();
    let mut load = start(&db, all(), Begin::Fresh(StartFrom::Snapshot));
    load.until_row("everything", 3).await;
    let loaded: Vec<Row> =
        load.stop().await.into_iter().filter_map(|e| if let SourceEvent::Change(c) = e { c.after } else { None }).collect();
    conn.query_drop("DELETE FROM shop.everything WHERE id = 1").await.unwrap();
    conn.query_drop("INSERT INTO shop.everything (id) VALUES (99)").await.unwrap();
    tail.until_row("everything", 99).await;

    let changes: Vec<_> = tail.events.iter().filter_map(|e| if let SourceEvent::Change(c) = e { Some(c) } else { None }).collect();
    let ops: Vec<_> = changes.iter().map(|c| c.op().unwrap().letter()).collect();
    assert_eq!(ops, ["c", "c", "c", "u", "d", "c"]);
    let names: Vec<&str> = changes[0].table.columns.iter().map(|c| c.name.as_str()).collect();
    let same = |sent: &Row, answered: &[String]| {
        for ((name, sent), answered) in names.iter().zip(datums(sent)).zip(answered) {
            assert_eq!(&sent, answered, "column {name}");
        }
    };
    same(changes[1].after.as_ref().unwrap(), &rows[1]);
    same(changes[2].after.as_ref().unwrap(), &rows[2]);
    same(changes[3].after.as_ref().unwrap(), &rows[0]);
    same(changes[4].before.as_ref().unwrap(), &rows[0]);
    for (loaded, answered) in loaded.iter().zip(&rows) {
        same(loaded, answered);
    }
    assert_eq!(loaded.len(), 3, "the initial load has the same values");
    assert_eq!(changes[3].before, changes[0].after, "an update's old row is the inserted one");
    tail.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn compressed_binlogs_give_the_same_rows() {
    let db = MariaDb::start(&["--log-bin-compress=ON", "--log-bin-compress-min-len=10"]);
    db.run(&["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY, text TEXT)"]).await;
    let mut tail = start_now(&db).await;
    db.run(&[
        "INSERT INTO shop.t VALUES (1, REPEAT('a', 5000))",
        "UPDATE shop.t SET text = REPEAT('b', 3)",
        "ALTER TABLE shop.t ADD COLUMN more INT DEFAULT 7 AFTER id",
        "DELETE FROM shop.t",
        "INSERT INTO shop.t VALUES (9, 9, 'end')",
    ])
    .await;
    tail.until_row("t", 9).await;
    let a = "a".repeat(5000);
    let expected = [
        "table t id,text".into(),
        format!("c t - -> 1,{a}"),
        format!("u t 1,{a} -> 1,bbb"),
        "table t id,more,text".into(),
        "d t 1,7,bbb -> -".into(),
        "c t - -> 9,9,end".into(),
    ];
    assert_eq!(tail.lines(), expected);
    tail.stop().await;
}
