//! Following: order, definitions, restarts, filters, large transactions, stopping.

use crate::support::mariadb::MariaDb;
use crate::tail::{Tail, all, checkpoint, lines, options, start, start_now, start_with};
use backend::engine::{
    position::Position,
    source::{Begin, SourceEvent},
};
use mysql_async::prelude::Queryable;
use shared::{config::StartFrom, row::CommitTs};
use std::sync::Arc;

const SHOP: [&str; 2] = ["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY, name VARCHAR(20))"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn definitions_follow_ddl_in_the_middle() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut tail = start_now(&db).await;
    db.run(&[
        "INSERT INTO shop.t VALUES (1, 'a')",
        "ALTER TABLE shop.t ADD COLUMN price DECIMAL(8,2) NOT NULL DEFAULT 1.5 AFTER id",
        "UPDATE shop.t SET name = 'b'",
        "ALTER TABLE shop.t MODIFY price BIGINT UNSIGNED, CHANGE name title VARCHAR(40)",
        "INSERT INTO shop.t VALUES (2, 3, 'c')",
        "RENAME TABLE shop.t TO shop.u",
        "INSERT INTO shop.u VALUES (3, 4, 'd')",
        "CREATE TABLE shop.t LIKE shop.u",
        "CREATE TABLE shop.v (id INT PRIMARY KEY, data JSON) SELECT 1 AS id, '{}' AS data",
        "TRUNCATE TABLE shop.u",
        "CREATE TEMPORARY TABLE shop.scratch (id INT)",
        "CREATE VIEW shop.w AS SELECT * FROM shop.u",
        "DROP TABLE shop.t, shop.u",
        "INSERT INTO shop.v VALUES (9, '[1]')",
    ])
    .await;
    tail.until_row("v", 9).await;
    let expected = [
        "table t id,name",
        "c t - -> 1,a",
        "table t id,price,name",
        "u t 1,1.50,a -> 1,1.50,b",
        "table t id,price,title",
        "c t - -> 2,3,c",
        "gone t",
        "table u id,price,title",
        "c u - -> 3,4,d",
        "table t id,price,title",
        "table v id,data",
        "c v - -> 1,{}",
        "gone t",
        "gone u",
        "c v - -> 9,[1]",
    ];
    assert_eq!(tail.lines(), expected);
    assert!(tail.events.iter().any(|e| matches!(e, SourceEvent::Note(n) if n.text.contains("shop.u was truncated"))));
    tail.stop().await;
}

/// Texts of the notes among events.
fn notes(events: &[SourceEvent]) -> Vec<String> {
    events.iter().filter_map(|event| if let SourceEvent::Note(note) = event { Some(note.text.clone()) } else { None }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_with_settings_of_its_own_counts_like_any_other() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    db.run(&["CREATE TABLE shop.n (id INT PRIMARY KEY, a INT NOT NULL, b INT NOT NULL)"]).await;
    let mut tail = start_now(&db).await;
    db.run(&[
        "SET STATEMENT max_statement_time=0 FOR ALTER TABLE shop.n MODIFY a INT NULL",
        "INSERT INTO shop.n VALUES (1, NULL, 2)",
        // Two names that are swapped: the bytes of a row tell no difference.
        "SET STATEMENT sql_mode='', lock_wait_timeout=9 FOR ALTER TABLE shop.n RENAME COLUMN a TO b, RENAME COLUMN b TO a",
        "INSERT INTO shop.n VALUES (2, NULL, 3)",
        "SET STATEMENT max_statement_time=0 FOR TRUNCATE TABLE shop.n",
        "INSERT INTO shop.n VALUES (3, 4, 5)",
    ])
    .await;
    tail.until_row("n", 3).await;
    let nullable = tail.events.iter().filter_map(|event| match event {
        SourceEvent::Table(table) if table.name == "n" => Some(table.columns.iter().map(|c| c.nullable).collect::<Vec<_>>()),
        _ => None,
    });
    assert_eq!(nullable.collect::<Vec<_>>(), [[false, false, false], [false, true, false], [false, true, false]]);
    assert_eq!(tail.lines()[2..], ["table n id,a,b", "c n - -> 1,NULL,2", "table n id,b,a", "c n - -> 2,NULL,3", "c n - -> 3,4,5"]);
    assert!(notes(&tail.events).iter().any(|text| text.contains("shop.n was truncated")), "{:?}", notes(&tail.events));
    db.run(&["SET binlog_format = 'STATEMENT'", "SET STATEMENT max_statement_time=0 FOR INSERT INTO shop.n VALUES (4, 4, 5)"]).await;
    assert_eq!(tail.failure().await.finding.code, "binlog-format");
}

/// Ends a binlog file before the last event of a kind, as a server does that dies while it writes.
async fn lose_from_the_last(db: &mut MariaDb, kind: &str) {
    let mut conn = db.admin().await;
    let (file, _): (String, u64) = end(&mut conn).await;
    let events: Vec<mysql_async::Row> = conn.query(format!("SHOW BINLOG EVENTS IN '{file}'")).await.unwrap();
    let last = events.iter().rfind(|event| event.get::<String, _>(2).as_deref() == Some(kind)).unwrap();
    let position: u64 = last.get(1).unwrap();
    conn.disconnect().await.unwrap();
    db.restart(|data| std::fs::OpenOptions::new().write(true).open(data.join(file)).unwrap().set_len(position).unwrap()).await;
}

async fn end(conn: &mut mysql_async::Conn) -> (String, u64) {
    let row: mysql_async::Row = conn.query_first("SHOW MASTER STATUS").await.unwrap().unwrap();
    (row.get(0).unwrap(), row.get(1).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_that_the_servers_crash_left_unfinished_is_left_out_and_told() {
    let mut db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut tail = start_now(&db).await;
    db.run(&["INSERT INTO shop.t VALUES (1, 'a')"]).await;
    tail.until_row("t", 1).await;
    tail.until_resolved().await;
    let begin = checkpoint(&tail.stop().await);
    db.run(&["INSERT INTO shop.t VALUES (2, 'b')", "INSERT INTO shop.t VALUES (3, 'lost')"]).await;
    lose_from_the_last(&mut db, "Table_map").await;
    db.run(&["INSERT INTO shop.t VALUES (4, 'c')", "INSERT INTO shop.t VALUES (5, 'lost')"]).await;
    lose_from_the_last(&mut db, "Xid").await;
    db.run(&["INSERT INTO shop.t VALUES (6, 'd')"]).await;

    let mut tail = start(&db, all(), begin);
    tail.until_row("t", 6).await;
    tail.until_resolved().await;
    let events = tail.stop().await;
    assert_eq!(lines(&events), ["table t id,name", "c t - -> 2,b", "c t - -> 4,c", "c t - -> 6,d"]);
    let told = notes(&events);
    let left_out = |text: &&String| text.contains("ends within a transaction at mysql-bin.0") && text.contains("left out");
    assert_eq!(told.iter().filter(left_out).count(), 2, "{told:?}");

    // Of a large one rows are on their way before its end shows.
    db.run(&["INSERT INTO shop.t SELECT seq, 'lost' FROM shop.seq_100_to_5000"]).await;
    lose_from_the_last(&mut db, "Xid").await;
    db.run(&["INSERT INTO shop.t VALUES (6000, 'c')"]).await;
    let mut tail = start(&db, all(), checkpoint(&events));
    tail.until_row("t", 6000).await;
    tail.until_resolved().await;
    let told = notes(&tail.stop().await);
    assert!(told.iter().any(|text| text.contains("had been sent")), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_come_or_go_with_a_partition_are_warned_of() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    db.run(&[
        "CREATE TABLE shop.p (id INT PRIMARY KEY) PARTITION BY RANGE (id) \
         (PARTITION a VALUES LESS THAN (10), PARTITION b VALUES LESS THAN (20), PARTITION c VALUES LESS THAN (30))",
        "CREATE TABLE shop.x (id INT PRIMARY KEY)",
        "INSERT INTO shop.p VALUES (1), (11), (21)",
    ])
    .await;
    let mut tail = start_now(&db).await;
    db.run(&[
        "ALTER TABLE shop.p EXCHANGE PARTITION c WITH TABLE shop.x",
        "ALTER TABLE shop.p TRUNCATE PARTITION b",
        "ALTER TABLE shop.p DROP PARTITION a",
        "ALTER TABLE shop.p ADD PARTITION (PARTITION d VALUES LESS THAN (40))",
        "INSERT INTO shop.p VALUES (31)",
    ])
    .await;
    tail.until_row("p", 31).await;
    let found: Vec<String> = notes(&tail.events).into_iter().map(|text| text.split(':').next().unwrap_or_default().to_owned()).collect();
    assert_eq!(
        found,
        [
            "shop.p was altered with EXCHANGE PARTITION",
            "shop.x was altered with EXCHANGE PARTITION",
            "shop.p was altered with TRUNCATE PARTITION",
            "shop.p was altered with DROP PARTITION",
        ]
    );
    tail.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_at_any_resolved_position_repeats_the_rest_exactly() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut tail = start_now(&db).await;
    let steps = [
        "INSERT INTO shop.t VALUES (1, 'a'), (2, 'b')",
        "UPDATE shop.t SET name = 'c' WHERE id = 2",
        "ALTER TABLE shop.t ADD COLUMN extra INT",
        "INSERT INTO shop.t VALUES (3, 'd', 1)",
        "FLUSH BINARY LOGS",
        "CREATE TABLE shop.later (id INT PRIMARY KEY)",
        "INSERT INTO shop.later VALUES (1)",
        "RENAME TABLE shop.t TO shop.moved",
        "DELETE FROM shop.moved WHERE id = 1",
        "INSERT INTO shop.later VALUES (99)",
    ];
    for step in steps {
        let before = tail.events.len();
        db.run(&[step]).await;
        // One batch for each step: each gives a position of its own.
        tail.until_resolved_after(before).await;
    }
    let events = tail.stop().await;
    let resolved: Vec<usize> = (0..events.len()).filter(|&i| matches!(events[i], SourceEvent::Resolved { .. })).collect();
    assert!(resolved.len() >= steps.len(), "{}", resolved.len());
    let stamps = |events: &[SourceEvent]| -> Vec<CommitTs> {
        events.iter().filter_map(|e| if let SourceEvent::Change(c) = e { Some(c.commit_ts) } else { None }).collect()
    };
    let file_only = |begin: Begin| match begin {
        Begin::Checkpoint { position: Position::Binlog { file, position, .. }, commit_ts, schemas } => {
            Begin::Checkpoint { position: Position::Binlog { file, position, gtid: None, server: None }, commit_ts, schemas }
        }
        other => panic!("not a checkpoint in a binlog: {other:?}"),
    };
    for &at in &resolved[..resolved.len() - 1] {
        let begin = checkpoint(&events[..=at]);
        for begin in [begin.clone(), file_only(begin)] {
            let Begin::Checkpoint { schemas, .. } = &begin else { panic!("not a checkpoint") };
            let known = schemas.len();
            let mut again = start(&db, all(), begin.clone());
            again.until_row("later", 99).await;
            again.until_resolved().await;
            let again = again.stop().await;
            assert_eq!(lines(&again)[known..], lines(&events[at..]), "from {begin:?}");
            assert_eq!(stamps(&again), stamps(&events[at..]), "from {begin:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn definitions_of_many_tables_are_read_over_several_connections_and_all_of_them_once() {
    let db = MariaDb::start(&[]);
    db.run(&["CREATE DATABASE shop"]).await;
    let mut conn = db.admin().await;
    // Without files of data they are made quickly.
    for number in 0..620 {
        let ddl = format!("CREATE TABLE shop.t{number:03} (id INT PRIMARY KEY, n{number} INT) ENGINE=MEMORY");
        conn.query_drop(ddl).await.unwrap();
    }
    let tail = start_now(&db).await;
    let expected: Vec<String> = (0..620).map(|number| format!("table t{number:03} id,n{number}")).collect();
    assert_eq!(tail.lines(), expected);
    tail.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commit_timestamps_rise_and_rows_of_a_transaction_share_theirs() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut tail = start_now(&db).await;
    let mut conn = db.admin().await;
    for id in 0..50 {
        conn.query_drop(format!("INSERT INTO shop.t VALUES ({}, 'a'), ({}, 'b')", 2 * id, 2 * id + 1)).await.unwrap();
    }
    tail.until_row("t", 99).await;
    tail.until_resolved().await;
    let mut last = CommitTs(0);
    for pair in tail.events.iter().filter(|e| matches!(e, SourceEvent::Change(_))).collect::<Vec<_>>().chunks(2) {
        let [SourceEvent::Change(one), SourceEvent::Change(two)] = pair else { panic!("rows come in pairs") };
        assert_eq!(one.commit_ts, two.commit_ts);
        assert!(one.commit_ts > last);
        last = one.commit_ts;
    }
    assert!(matches!(tail.events.last(), Some(SourceEvent::Resolved { commit_ts, .. }) if *commit_ts == last));
    tail.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_wanted_tables_are_sent() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    db.run(&["CREATE TABLE shop.u (id INT PRIMARY KEY)", "CREATE TABLE shop.hidden (id INT PRIMARY KEY)"]).await;
    let wanted = Arc::new(|schema: &str, name: &str| schema == "shop" && (name == "t" || name == "u"));
    let mut tail = start(&db, wanted, Begin::Fresh(StartFrom::Now));
    tail.until_resolved().await;
    db.run(&[
        "INSERT INTO shop.hidden VALUES (1)",
        "ALTER TABLE shop.hidden ADD COLUMN more INT",
        "CREATE TABLE shop.hidden2 (id INT PRIMARY KEY)",
        "INSERT INTO shop.t VALUES (1, 'a')",
        "INSERT INTO shop.hidden VALUES (2, 2)",
        "RENAME TABLE shop.t TO shop.hidden3",
        "INSERT INTO shop.hidden3 VALUES (2, 'b')",
        "RENAME TABLE shop.hidden2 TO shop.t",
        "INSERT INTO shop.t VALUES (3)",
        "INSERT INTO shop.u VALUES (9)",
    ])
    .await;
    tail.until_row("u", 9).await;
    assert_eq!(tail.lines(), ["table t id,name", "table u id", "c t - -> 1,a", "gone t", "table t id", "c t - -> 3", "c u - -> 9"]);
    tail.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_at_a_binlog_place_or_a_gtid_sends_what_came_after() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    db.run(&["INSERT INTO shop.t VALUES (1, 'before')"]).await;
    let mut conn = db.admin().await;
    let (file, position): (String, u64) = conn
        .query_first::<mysql_async::Row, _>("SHOW MASTER STATUS")
        .await
        .unwrap()
        .map(|r| (r.get(0).unwrap(), r.get(1).unwrap()))
        .unwrap();
    let gtid: String = conn.query_first("SELECT @@gtid_binlog_pos").await.unwrap().unwrap();
    db.run(&["INSERT INTO shop.t VALUES (2, 'after')", "INSERT INTO shop.t VALUES (3, 'end')"]).await;
    for from in [StartFrom::Binlog { file, position }, StartFrom::Gtid(gtid)] {
        let mut tail = start(&db, all(), Begin::Fresh(from));
        tail.until_row("t", 3).await;
        tail.until_resolved().await;
        // The second round also meets what the first one added.
        assert_eq!(tail.lines()[..3], ["table t id,name", "c t - -> 2,after", "c t - -> 3,end"]);
        // The position found is a good checkpoint.
        let events = tail.stop().await;
        let mut again = start(&db, all(), checkpoint(&events));
        let (next, marker) = (events.len() as i64 + 100, "INSERT INTO shop.t VALUES");
        db.run(&[&format!("{marker} ({next}, 'next')"), &format!("DELETE FROM shop.t WHERE id = {next}")]).await;
        again.until_row("t", next).await;
        assert_eq!(again.lines()[1], format!("c t - -> {next},next"));
        again.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_larger_than_the_budget_streams_through() {
    let db = MariaDb::start(&["--max-binlog-size=16M"]);
    db.run(&["CREATE DATABASE shop", "CREATE TABLE shop.big (id INT PRIMARY KEY, data LONGTEXT)"]).await;
    let mut tail = start_with(options(&db, all()), Begin::Fresh(StartFrom::Now), 1 << 20);
    tail.until_resolved().await;
    db.run(&["INSERT INTO shop.big SELECT seq, REPEAT('x', 65536) FROM shop.seq_1_to_1200"]).await;
    let (mut rows, mut resolved) = (0, false);
    while !resolved {
        let batch = tail.batch().await.unwrap();
        let bytes: usize = batch.events.iter().map(|e| if let SourceEvent::Change(c) = e { c.memory() } else { 0 }).sum();
        assert!(bytes < 1 << 20, "a batch of {bytes} bytes");
        rows += batch.events.iter().filter(|e| matches!(e, SourceEvent::Change(_))).count();
        resolved = batch.events.iter().any(|e| matches!(e, SourceEvent::Resolved { .. }));
        assert!(!resolved || rows == 1200, "resolved after {rows} rows of 1200");
    }
    tail.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_stops_while_idle_and_while_nobody_reads() {
    let db = MariaDb::start(&[]);
    db.run(&["CREATE DATABASE shop", "CREATE TABLE shop.big (id INT PRIMARY KEY, data LONGTEXT)"]).await;
    let idle = start_now(&db).await;
    idle.stop().await;

    let mut blocked = start_with(options(&db, all()), Begin::Fresh(StartFrom::Now), 1 << 20);
    blocked.until_resolved().await;
    db.run(&["INSERT INTO shop.big SELECT seq, REPEAT('x', 65536) FROM shop.seq_1_to_200"]).await;
    blocked.until_row("big", 1).await;
    // A dozen megabytes wait behind a budget of one.
    blocked.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn resolved_moves_with_changes_of_tables_that_nobody_wants() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut tail = start(&db, Arc::new(|_, _| false), Begin::Fresh(StartFrom::Now));
    tail.until_resolved().await;
    let seen = tail.events.len();
    db.run(&["INSERT INTO shop.t VALUES (1, 'a')"]).await;
    tail.until_resolved_after(seen).await;
    assert_eq!(tail.lines(), Vec::<String>::new());
    tail.stop().await;
}

impl Tail {
    /// Reads until something is resolved that was not among the first `seen` events.
    async fn until_resolved_after(&mut self, seen: usize) {
        while !self.events[seen..].iter().any(|e| matches!(e, SourceEvent::Resolved { .. })) {
            self.until(|event| matches!(event, SourceEvent::Resolved { .. })).await;
        }
    }
}
