//! XA transactions: rows are written at XA PREPARE and count from XA COMMIT on, or never.

use crate::support::mariadb::MariaDb;
use crate::tail::{Tail, all, checkpoint, lines, start, start_now};
use backend::engine::{
    error::ErrorKind,
    source::{Begin, SourceEvent},
};
use mysql_async::{Conn, prelude::Queryable};
use shared::{config::StartFrom, row::CommitTs};

const SHOP: [&str; 2] = ["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY, data LONGTEXT)"];

/// A session that prepares; others decide.
async fn prepare(db: &MariaDb, xid: &str, statements: &[&str]) -> Conn {
    let mut conn = db.admin().await;
    conn.query_drop(format!("XA START {xid}")).await.unwrap();
    for statement in statements {
        conn.query_drop(*statement).await.unwrap();
    }
    conn.query_drop(format!("XA END {xid}")).await.unwrap();
    conn.query_drop(format!("XA PREPARE {xid}")).await.unwrap();
    conn
}

async fn decide(mut conn: Conn, statement: &str) {
    conn.query_drop(statement).await.unwrap();
    conn.disconnect().await.unwrap();
}

fn rows(events: &[SourceEvent]) -> Vec<String> {
    lines(events).into_iter().filter(|line| !line.starts_with("table")).collect()
}

fn stamp(tail: &Tail, id: &str) -> CommitTs {
    let find = |event: &SourceEvent| match event {
        SourceEvent::Change(change) if lines(std::slice::from_ref(event))[0].contains(&format!("-> {id},")) => Some(change.commit_ts),
        _ => None,
    };
    tail.events.iter().find_map(find).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_come_at_the_commit_in_the_order_of_commits_and_never_after_a_rollback() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut tail = start_now(&db).await;
    let one = prepare(&db, "'one','branch',7", &["INSERT INTO shop.t VALUES (1, 'a')", "INSERT INTO shop.t VALUES (2, 'b')"]).await;
    let two = prepare(&db, "'two'", &["INSERT INTO shop.t VALUES (3, 'c')"]).await;
    let never = prepare(&db, "'never'", &["INSERT INTO shop.t VALUES (4, 'd')"]).await;
    db.run(&["INSERT INTO shop.t VALUES (5, 'between')"]).await;
    decide(two, "XA COMMIT 'two'").await;
    decide(never, "XA ROLLBACK 'never'").await;
    decide(one, "XA COMMIT 'one','branch',7").await;
    let mut conn = db.admin().await;
    for statement in ["XA START 'quick'", "INSERT INTO shop.t VALUES (6, 'f')", "XA END 'quick'", "XA COMMIT 'quick' ONE PHASE"] {
        conn.query_drop(statement).await.unwrap();
    }
    db.run(&["INSERT INTO shop.t VALUES (9, 'end')"]).await;
    tail.until_row("t", 9).await;
    let expected = ["c t - -> 5,between", "c t - -> 3,c", "c t - -> 1,a", "c t - -> 2,b", "c t - -> 6,f", "c t - -> 9,end"];
    assert_eq!(rows(&tail.events), expected);
    assert!(stamp(&tail, "5") < stamp(&tail, "3") && stamp(&tail, "3") < stamp(&tail, "1") && stamp(&tail, "1") == stamp(&tail, "2"));
    tail.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_after_a_restart_brings_the_rows_of_before_even_from_an_older_file_and_once() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut tail = start_now(&db).await;
    // The same name was used and decided before; only the last one counts.
    let used = prepare(&db, "'later'", &["INSERT INTO shop.t VALUES (100, 'old')"]).await;
    decide(used, "XA COMMIT 'later'").await;
    let later = prepare(&db, "'later'", &["INSERT INTO shop.t VALUES (1, 'a')"]).await;
    let gone = prepare(&db, "'gone'", &["INSERT INTO shop.t VALUES (2, 'b')"]).await;
    db.run(&["FLUSH BINARY LOGS", "INSERT INTO shop.t VALUES (3, 'between')"]).await;
    tail.until_row("t", 3).await;
    tail.until_resolved().await;
    let first = tail.stop().await;
    assert_eq!(rows(&first), ["c t - -> 100,old", "c t - -> 3,between"]);

    let mut tail = start(&db, all(), checkpoint(&first));
    decide(later, "XA COMMIT 'later'").await;
    decide(gone, "XA ROLLBACK 'gone'").await;
    db.run(&["INSERT INTO shop.t VALUES (9, 'end')"]).await;
    tail.until_row("t", 9).await;
    tail.until_resolved().await;
    let second = tail.stop().await;
    assert_eq!(rows(&second), ["c t - -> 1,a", "c t - -> 9,end"]);

    // A position behind the commit needs the rows no more.
    let mut tail = start(&db, all(), checkpoint(&second));
    db.run(&["INSERT INTO shop.t VALUES (10, 'more')"]).await;
    tail.until_row("t", 10).await;
    assert_eq!(rows(&tail.stop().await), ["c t - -> 10,more"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_prepared_before_the_server_was_restarted_come_with_their_commit() {
    let mut db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut tail = start_now(&db).await;
    let later = prepare(&db, "'later'", &["INSERT INTO shop.t VALUES (1, 'a')"]).await;
    db.run(&["INSERT INTO shop.t VALUES (2, 'between')"]).await;
    tail.until_row("t", 2).await;
    tail.until_resolved().await;
    let first = tail.stop().await;
    drop(later);

    // A server that goes down ends its file without naming the next one.
    db.restart(|_| ()).await;
    let mut tail = start(&db, all(), checkpoint(&first));
    db.run(&["XA COMMIT 'later'", "INSERT INTO shop.t VALUES (9, 'end')"]).await;
    tail.until_row("t", 9).await;
    assert_eq!(rows(&tail.stop().await), ["c t - -> 1,a", "c t - -> 9,end"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_prepared_before_the_pipeline_began_is_sent_when_it_is_committed() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    db.run(&["CREATE TABLE shop.hidden (id INT PRIMARY KEY)"]).await;
    let early = prepare(&db, "'early'", &["INSERT INTO shop.hidden VALUES (1)", "INSERT INTO shop.t VALUES (1, 'a')"]).await;
    let wanted = std::sync::Arc::new(|_: &str, name: &str| name == "t");
    let mut tail = start(&db, wanted, Begin::Fresh(StartFrom::Now));
    tail.until_resolved().await;
    decide(early, "XA COMMIT 'early'").await;
    tail.until_row("t", 1).await;
    tail.until_resolved().await;
    assert_eq!(rows(&tail.stop().await), ["c t - -> 1,a"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_past_the_memory_bound_wait_on_disk_and_nothing_is_left_there() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut tail = start_now(&db).await;
    let large = prepare(&db, "'large'", &["INSERT INTO shop.t SELECT seq, REPEAT('x', 20000) FROM shop.seq_1_to_500"]).await;
    db.run(&["INSERT INTO shop.t VALUES (1000, 'between')"]).await;
    tail.until_row("t", 1_000).await;
    let spilled = || -> u64 {
        let files = std::fs::read_dir(tail.spill.path().join("spill")).unwrap();
        files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
    };
    // 10 MB of rows; a quarter of one may wait in memory.
    assert!((9_500_000..11_000_000).contains(&spilled()), "{}", spilled());
    decide(large, "XA COMMIT 'large'").await;
    let seen = tail.events.len();
    tail.until_row("t", 500).await;
    tail.until_resolved().await;
    let ids: Vec<String> = rows(&tail.events[seen..]).iter().map(|row| row[..row.len().min(20)].to_owned()).collect();
    assert_eq!(ids.len(), 500);
    assert_eq!((&*ids[0], &*ids[499]), ("c t - -> 1,xxxxxxxxx", "c t - -> 500,xxxxxxx"));
    assert_eq!(std::fs::read_dir(tail.spill.path().join("spill")).unwrap().count(), 0);
    tail.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_rows_are_purged_stops_the_pipeline_and_says_so() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let early = prepare(&db, "'early'", &["INSERT INTO shop.t VALUES (1, 'a')"]).await;
    // As PURGE BINARY LOGS would, which waits for nobody and so may do nothing yet.
    db.run(&["RESET MASTER"]).await;
    let tail = start_now(&db).await;
    decide(early, "XA COMMIT 'early'").await;
    let error = tail.failure().await;
    assert_eq!((error.kind, error.finding.code.as_str()), (ErrorKind::PositionLost, "xa-rows-lost"));
    assert!(error.finding.message.contains("X'6561726c79',X'',1"), "{}", error.finding.message);
}
