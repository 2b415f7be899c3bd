//! A start at a time or a TSO: the first transaction then or later, in whichever file it is.

use crate::support::mariadb::MariaDb;
use crate::tail::{Tail, all, checkpoint, start, start_now};
use backend::engine::{
    error::ErrorKind,
    position::Position,
    source::{Begin, Inspect, SourceEvent, mysql::MysqlInspect},
};
use mysql_async::{Conn, prelude::Queryable};
use shared::{Severity, config::StartFrom};
use std::sync::Arc;

const SHOP: [&str; 2] = ["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY, name VARCHAR(20))"];

/// A second since 1970, as people write it.
fn time(second: u64) -> StartFrom {
    StartFrom::parse(&jiff::Timestamp::from_second(second.cast_signed()).unwrap().to_string()).unwrap()
}

fn tso(second: u64) -> StartFrom {
    StartFrom::Tso((second * 1000 + 999) << 18)
}

async fn now(conn: &mut Conn) -> u64 {
    conn.query_first("SELECT UNIX_TIMESTAMP()").await.unwrap().unwrap()
}

/// Has the server answer when its clock shows that second.
async fn until_second(conn: &mut Conn, second: u64) {
    conn.query_drop(format!("DO SLEEP(GREATEST(0, {second} - UNIX_TIMESTAMP(SYSDATE(6))) + 0.01)")).await.unwrap();
    assert!(now(conn).await >= second, "the server answers before second {second}");
}

/// Writes a row whose transaction the binlog will have in that second: it goes by the session's clock.
async fn insert_at(conn: &mut Conn, id: u64, second: u64) {
    conn.query_drop(format!("SET timestamp = {second}")).await.unwrap();
    conn.query_drop(format!("INSERT INTO shop.t VALUES ({id}, 'at {second}')")).await.unwrap();
    conn.query_drop("SET timestamp = DEFAULT").await.unwrap();
}

async fn first_id(db: &MariaDb, from: StartFrom, last: i64) -> (u64, Vec<SourceEvent>) {
    let mut tail: Tail = start(db, all(), Begin::Fresh(from));
    tail.until_row("t", last).await;
    tail.until_resolved().await;
    let line = tail.lines()[1].clone();
    let id = line.strip_prefix("c t - -> ").and_then(|rest| rest.split(',').next()).unwrap().parse().unwrap();
    (id, tail.stop().await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_or_tso_begins_with_the_first_transaction_of_its_second() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut conn = db.admin().await;
    // Rows two seconds apart, by clocks of their own.
    let begun = now(&mut conn).await;
    for id in 0..20 {
        insert_at(&mut conn, id, begun + 2 + 2 * id).await;
    }
    // A time to come is refused.
    until_second(&mut conn, begun + 6).await;
    for (second, expected) in [(begun + 1, 0), (begun + 2, 0), (begun + 3, 1), (begun + 4, 1), (begun + 6, 2)] {
        for from in [time(second), tso(second)] {
            let (id, events) = first_id(&db, from.clone(), 19).await;
            assert_eq!(id, expected, "{from:?}, {begun}");
            // The place is written down at once, and is as good as any other.
            let first = events.iter().position(|e| matches!(e, SourceEvent::Resolved { .. })).unwrap();
            let SourceEvent::Resolved { position: Position::Binlog { gtid, .. }, .. } = &events[first] else { panic!("{events:?}") };
            assert!(gtid.is_some(), "the place has its GTIDs");
            let mut again = start(&db, all(), checkpoint(&events[..=first]));
            again.until_row("t", 19).await;
            assert_eq!(again.lines()[1], format!("c t - -> {expected},at {}", begun + 2 + 2 * expected));
            again.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_file_is_found_among_many_and_a_purged_one_is_told() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut conn = db.admin().await;
    let begun = now(&mut conn).await;
    // Files that begin in different seconds, each with a row of the second after its beginning.
    let mut seconds = Vec::new();
    for id in 0..5_u64 {
        let second = now(&mut conn).await;
        conn.query_drop("FLUSH BINARY LOGS").await.unwrap();
        until_second(&mut conn, second + 1).await;
        let second = now(&mut conn).await;
        conn.query_drop(format!("INSERT INTO shop.t VALUES ({id}, 'x')")).await.unwrap();
        if now(&mut conn).await == second {
            seconds.push((second, id));
        }
    }
    db.run(&["INSERT INTO shop.t VALUES (99, 'end')"]).await;
    for &(second, id) in &seconds {
        assert_eq!(first_id(&db, time(second), 99).await.0, id, "{second}");
    }

    let early = start(&db, all(), Begin::Fresh(time(begun - 3600))).failure().await;
    assert_eq!(
        (early.kind, early.finding.code.as_str(), early.finding.path.as_str()),
        (ErrorKind::PositionLost, "binlog-purged", "source.start")
    );
    assert!(early.finding.message.contains("mysql-bin.000001") && early.finding.hint.contains("or later"), "{early:?}");
    let files: Vec<mysql_async::Row> = conn.query("SHOW BINARY LOGS").await.unwrap();
    let last: String = files.last().unwrap().get(0).unwrap();
    loop {
        conn.query_drop(format!("PURGE BINARY LOGS TO '{last}'")).await.unwrap();
        let first: String = conn.query_first::<mysql_async::Row, _>("SHOW BINARY LOGS").await.unwrap().unwrap().get(0).unwrap();
        if first == last {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let purged = start(&db, all(), Begin::Fresh(time(seconds[0].0))).failure().await;
    assert_eq!((purged.kind, purged.finding.code.as_str()), (ErrorKind::PositionLost, "binlog-purged"), "{purged:?}");
    assert!(purged.finding.message.contains(&last), "{purged:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_to_come_is_refused_and_one_behind_the_last_change_is_the_end() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut conn = db.admin().await;
    let second = now(&mut conn).await;
    let error = start(&db, all(), Begin::Fresh(time(second + 3600))).failure().await;
    assert_eq!(
        (error.kind, error.finding.code.as_str(), error.finding.path.as_str()),
        (ErrorKind::Config, "start-in-future", "source.start")
    );

    insert_at(&mut conn, 1, second).await;
    until_second(&mut conn, second + 2).await;
    let mut tail = start(&db, all(), Begin::Fresh(time(second + 2)));
    tail.until_resolved().await;
    db.run(&["INSERT INTO shop.t VALUES (2, 'later')"]).await;
    tail.until_row("t", 2).await;
    assert_eq!(tail.lines(), ["table t id,name", "c t - -> 2,later"]);
    tail.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_cannot_be_is_foreseen_without_disturbing_who_reads() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut conn = db.admin().await;
    let second = now(&mut conn).await;
    until_second(&mut conn, second + 1).await;
    let mut reading = start_now(&db).await;
    let place = |file: &str, position| StartFrom::Binlog { file: file.to_owned(), position };
    for (from, expected) in [
        (StartFrom::Now, None),
        (StartFrom::Snapshot, None),
        (time(second + 1), None),
        (tso(second + 1), None),
        (time(second + 3600), Some("start-in-future")),
        (time(second - 3600), Some("binlog-purged")),
        (place("mysql-bin.000001", 4), None),
        (place("mysql-bin.000001", 1 << 30), Some("binlog-purged")),
        (place("mysql-bin.000099", 4), Some("binlog-purged")),
        (StartFrom::Gtid("0-1-1".to_owned()), None),
        (StartFrom::Gtid("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5".to_owned()), Some("start-gtid")),
    ] {
        let inspect = MysqlInspect::new(db.url(), Some(db.password())).starting_at(from.clone());
        let found: Vec<_> = inspect.check().await.into_iter().map(|f| (f.severity, f.path, f.code)).collect();
        let expected: Vec<_> = expected.map(|code| (Severity::Warning, "source.start".to_owned(), code.to_owned())).into_iter().collect();
        assert_eq!(found, expected, "{from:?}");
    }
    db.run(&["INSERT INTO shop.t VALUES (1, 'a')"]).await;
    reading.until_row("t", 1).await;
    reading.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_before_a_table_was_altered_is_refused_and_says_when_it_was() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut conn = db.admin().await;
    let second = now(&mut conn).await;
    until_second(&mut conn, second + 1).await;
    let from = || Begin::Fresh(time(second + 1));
    let (file, position): (String, u64) = conn
        .query_first::<mysql_async::Row, _>("SHOW MASTER STATUS")
        .await
        .unwrap()
        .map(|row| (row.get(0).unwrap(), row.get(1).unwrap()))
        .unwrap();
    let gtid: String = conn.query_first("SELECT @@gtid_binlog_pos").await.unwrap().unwrap();
    let places = [StartFrom::Binlog { file, position }, StartFrom::Gtid(gtid)];
    // Old rows would get other words without a sound.
    db.run(&["CREATE TABLE shop.sizes (id INT PRIMARY KEY, size ENUM('s','m'))"]).await;
    db.run(&["INSERT INTO shop.sizes VALUES (1, 's')", "ALTER TABLE shop.sizes MODIFY size ENUM('xs','s','m')"]).await;
    db.run(&["INSERT INTO shop.t VALUES (1, 'a')", "ALTER TABLE shop.t ADD INDEX (name)", "INSERT INTO shop.t VALUES (2, 'b')"]).await;
    let mut tail = start(&db, all(), from());
    tail.until_row("t", 2).await;
    let lines = tail.lines();
    assert!(lines.contains(&"c sizes - -> 1,1".to_owned()), "a table made since comes with its definitions: {lines:?}");
    tail.stop().await;

    db.run(&["ALTER TABLE shop.t ADD COLUMN first BIGINT FIRST"]).await;
    let error = start(&db, all(), from()).failure().await;
    let finding = &error.finding;
    assert_eq!(
        (error.kind, finding.code.as_str(), finding.path.as_str()),
        (ErrorKind::Schema, "schema-drift", "source.start"),
        "{error:?}"
    );
    assert!(finding.message.contains("`shop.t` was altered at 2") && finding.hint.starts_with("start at 2"), "{error:?}");
    // So is one at a place or a GTID.
    for from in places {
        let error = start(&db, all(), Begin::Fresh(from.clone())).failure().await;
        assert_eq!((error.kind, error.finding.code.as_str()), (ErrorKind::Schema, "schema-drift"), "{from:?}: {error:?}");
        assert!(error.finding.message.contains("`shop.t` was altered at 2"), "{error:?}");
        let mut tail = start(&db, Arc::new(|_, name| name == "sizes"), Begin::Fresh(from));
        tail.until_row("sizes", 1).await;
        tail.stop().await;
    }
    // Without that table it goes.
    let mut tail = start(&db, Arc::new(|_, name| name == "sizes"), from());
    tail.until_row("sizes", 1).await;
    tail.stop().await;
}
