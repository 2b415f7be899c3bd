//! The initial load: what is there already comes first, what changes meanwhile is not lost, and a restart goes on.

use crate::support::mariadb::MariaDb;
use crate::tail::{all, checkpoint, lines, options, start, start_with, text};
use backend::engine::{
    error::ErrorKind,
    position::Position,
    source::{Begin, SourceEvent},
};
use mysql_async::prelude::Queryable;
use shared::{
    config::StartFrom,
    row::{CommitTs, Row},
};
use std::collections::BTreeMap;

/// Two batches at most lie unread: the source waits for the test.
const SMALL: u32 = 1 << 19;

/// Tables with more rows than one statement reads, keys of several types, and one that cannot be replicated.
const SETUP: [&str; 8] = [
    "CREATE DATABASE shop",
    "CREATE TABLE shop.a (id INT PRIMARY KEY, name VARCHAR(20))",
    "INSERT INTO shop.a SELECT seq, CONCAT('row ', seq) FROM shop.seq_1_to_25000",
    "CREATE TABLE shop.b (d DECIMAL(20,2), at DATETIME(3), e ENUM('x','y'), n VARCHAR(10) CHARACTER SET latin1, PRIMARY KEY (n, e, d, at))",
    "INSERT INTO shop.b SELECT seq / 4, '2024-01-01 00:00:00.5' + INTERVAL seq MOD 3 HOUR, 1 + seq MOD 2, CONCAT('ü', seq MOD 7) FROM shop.seq_1_to_21000",
    "CREATE TABLE shop.c (id BINARY(4) PRIMARY KEY, n INT)",
    "INSERT INTO shop.c VALUES (x'00ff0001', 1), (x'ff000000', 2)",
    "CREATE TABLE shop.keyless (n INT)",
];

type Rows = BTreeMap<(String, String), String>;

fn key_and_row(table: &str, row: &Row) -> ((String, String), String) {
    let values: Vec<String> = row.iter().map(text).collect();
    let key = if table == "b" { values[..4].join(",") } else { values[0].clone() };
    ((table.to_owned(), key), values.join(","))
}

/// What a consumer has after these events.
fn apply(events: &[SourceEvent], rows: &mut Rows) {
    for event in events {
        let SourceEvent::Change(change) = event else { continue };
        if let Some(before) = &change.before {
            rows.remove(&key_and_row(&change.table.name, before).0);
        }
        if let Some(after) = &change.after {
            let (key, row) = key_and_row(&change.table.name, after);
            rows.insert(key, row);
        }
    }
}

async fn selected(db: &MariaDb) -> Rows {
    let mut conn = db.admin().await;
    let mut rows = Rows::new();
    for (table, key, columns) in
        [("a", "id", "id, name"), ("b", "d, at, e+0, n", "d, at, e+0, n"), ("c", "LOWER(HEX(id))", "LOWER(HEX(id)), n")]
    {
        let sql = format!("SELECT CONCAT_WS(',', {key}), CONCAT_WS(',', {columns}) FROM shop.{table}");
        let found: Vec<(String, String)> = conn.query(sql).await.unwrap();
        rows.extend(found.into_iter().map(|(key, row)| ((table.to_owned(), key), row)));
    }
    rows
}

/// The binlog has been followed up to a time.
fn followed(until: CommitTs) -> impl Fn(&SourceEvent) -> bool {
    move |event| matches!(event, SourceEvent::Resolved { position: Position::Binlog { .. }, commit_ts } if *commit_ts >= until)
}

const CHANGES: [&str; 5] = [
    "UPDATE shop.a SET name = 'changed' WHERE id IN (1, 24999)",
    "DELETE FROM shop.a WHERE id IN (2, 24998)",
    "INSERT INTO shop.a VALUES (0, 'first'), (30000, 'last')",
    "UPDATE shop.b SET d = d + 100000 WHERE d < 10",
    "INSERT INTO shop.c VALUES (x'80000000', 3)",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_load_with_changes_meanwhile_ends_as_the_database_and_so_does_every_restart() {
    let db = MariaDb::start(&[]);
    db.run(&SETUP).await;
    let mut tail = start_with(options(&db, all()), Begin::Fresh(StartFrom::Snapshot), SMALL);
    tail.until_row("a", 1).await;
    db.run(&CHANGES).await;
    tail.until(followed(CommitTs(0))).await;
    db.run(&["INSERT INTO shop.a VALUES (99999, 'end')"]).await;
    tail.until_row("a", 99999).await;
    tail.until_resolved().await;
    let events = tail.stop().await;
    let Some(SourceEvent::Resolved { commit_ts: end, .. }) = events.last() else { panic!("it was waited for") };
    let expected = selected(&db).await;
    let mut rows = Rows::new();
    apply(&events, &mut rows);
    assert_eq!(rows.len(), expected.len());
    assert!(rows == expected, "the first difference: {:?}", rows.iter().zip(&expected).find(|(one, other)| one != other));
    assert!(!lines(&events).iter().any(|line| line.starts_with("c keyless")), "a table without a key is not loaded");

    // All of a load's rows are older than every change.
    let stamps: Vec<_> = events.iter().filter_map(|e| if let SourceEvent::Change(c) = e { Some(c.commit_ts) } else { None }).collect();
    assert!(stamps.is_sorted() && stamps[0] < stamps[stamps.len() - 1]);

    let resolved: Vec<usize> = (0..events.len()).filter(|&i| matches!(events[i], SourceEvent::Resolved { .. })).collect();
    let loading = |begin: &Begin| format!("{begin:?}").contains("Load");
    let mut tried = 0;
    // every fifth place, and those around the tables' ends
    for &at in resolved.iter().step_by(5).chain(&resolved[resolved.len() - 6..]) {
        let begin = checkpoint(&events[..=at]);
        tried += usize::from(loading(&begin));
        let mut again = start(&db, all(), begin.clone());
        if at + 1 < events.len() {
            again.until(followed(*end)).await;
        }
        let mut rows = Rows::new();
        apply(&events[..at], &mut rows);
        apply(&again.stop().await, &mut rows);
        assert!(rows == expected, "from {begin:?}: {:?}", rows.iter().zip(&expected).find(|(one, other)| one != other));
    }
    assert!(tried >= 5, "{tried} of {} places are within the load", resolved.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_altered_before_its_rows_were_read_is_refused() {
    let db = MariaDb::start(&[]);
    db.run(&SETUP).await;
    let mut tail = start_with(options(&db, all()), Begin::Fresh(StartFrom::Snapshot), SMALL);
    tail.until_row("a", 1).await;
    db.run(&["ALTER TABLE shop.c ADD COLUMN more INT"]).await;
    let error = tail.failure().await;
    assert_eq!((error.kind, error.finding.code.as_str()), (ErrorKind::Schema, "load-table-altered"), "{error:?}");
    assert!(error.finding.message.contains("shop.c") && error.finding.hint.contains("launch it again"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_dropped_before_its_rows_were_read_is_left_out_aloud() {
    let db = MariaDb::start(&[]);
    db.run(&SETUP).await;
    let mut tail = start_with(options(&db, all()), Begin::Fresh(StartFrom::Snapshot), SMALL);
    tail.until_row("a", 1).await;
    db.run(&["DROP TABLE shop.c"]).await;
    tail.until(followed(CommitTs(0))).await;
    let notes: Vec<String> =
        tail.stop().await.into_iter().filter_map(|e| if let SourceEvent::Note(note) = e { Some(note.text) } else { None }).collect();
    assert!(notes.iter().any(|text| text.contains("shop.c is gone")), "{notes:?}");
    assert!(notes.iter().any(|text| text == "shop.a loaded: 25000 rows"), "{notes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_load_that_is_stopped_lets_go_of_its_table() {
    let db = MariaDb::start(&[]);
    // By its key it cannot be read in pieces, and the whole is far more than lies between server and source.
    let mut conn = db.admin().await;
    for statement in [
        "SET sql_log_bin = 0",
        "CREATE DATABASE shop",
        "CREATE TABLE shop.f (id DOUBLE PRIMARY KEY, data LONGTEXT)",
        "INSERT INTO shop.f SELECT seq, REPEAT('x', 30000) FROM shop.seq_1_to_4000",
    ] {
        conn.query_drop(statement).await.unwrap();
    }
    let before = rows_read(&mut conn).await;
    let mut tail = start_with(options(&db, all()), Begin::Fresh(StartFrom::Snapshot), SMALL);
    tail.until(|event| matches!(event, SourceEvent::Change(_))).await;
    tail.stop().await;
    loop {
        let sessions: Option<u64> =
            conn.query_first("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'cdc'").await.unwrap();
        if sessions == Some(0) {
            break;
        }
        conn.query_drop("DO SLEEP(0.02)").await.unwrap();
    }
    let read = rows_read(&mut conn).await - before;
    assert!(read < 3_000, "{read} rows were read of a table of 4,000 that nobody waits for");
}

/// How many rows the server's sessions have read one after the other.
async fn rows_read(conn: &mut mysql_async::Conn) -> u64 {
    let (_, read): (String, u64) = conn.query_first("SHOW GLOBAL STATUS LIKE 'Handler_read_rnd_next'").await.unwrap().unwrap();
    read
}
