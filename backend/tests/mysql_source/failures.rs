//! Failures: each has its kind, its finding and its advice, and none tells the password.

use crate::support::mariadb::{MariaDb, PASSWORD};
use crate::tail::{all, checkpoint, options, start, start_now, start_with};
use backend::engine::{
    error::{EngineError, ErrorKind},
    position::Position,
    source::{
        Begin, Inspect,
        mysql::{MysqlInspect, MysqlOptions},
    },
};
use mysql_async::prelude::Queryable;
use secrecy::SecretString;
use shared::{config::StartFrom, row::CommitTs};
use std::net::TcpListener;

const SHOP: [&str; 2] = ["CREATE DATABASE shop", "CREATE TABLE shop.t (id INT PRIMARY KEY, name VARCHAR(20))"];

fn check(error: &EngineError, kind: ErrorKind, path: &str, code: &str) {
    let finding = &error.finding;
    assert_eq!((error.kind, finding.path.as_str(), finding.code.as_str()), (kind, path, code), "{error:?}");
    assert!(!finding.hint.is_empty(), "{finding:?}");
    assert!(!format!("{error:?} {error:#?} {error}").contains(PASSWORD), "{error:?}");
}

fn begin_at(file: &str, position: u64, gtid: Option<&str>) -> Begin {
    begin_of(file, position, gtid, None)
}

fn begin_of(file: &str, position: u64, gtid: Option<&str>, server: Option<&str>) -> Begin {
    let position = Position::Binlog { file: file.into(), position, gtid: gtid.map(str::to_owned), server: server.map(str::to_owned) };
    Begin::Checkpoint { position, commit_ts: CommitTs(1), schemas: vec![] }
}

async fn failure_of(options: MysqlOptions) -> EngineError {
    start_with(options, Begin::Fresh(StartFrom::Now), 1 << 20).failure().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_let_us_in_says_why() {
    let db = MariaDb::start(&[]);
    db.run(&["CREATE USER poor@'%' IDENTIFIED BY 'poor'", "GRANT SELECT, REPLICATION CLIENT ON *.* TO poor@'%'"]).await;

    let wrong = MysqlOptions { password: Some(SecretString::from(format!("{PASSWORD}-wrong"))), ..options(&db, all()) };
    check(&failure_of(wrong).await, ErrorKind::Denied, "source.password", "source-denied");

    let poor = MysqlOptions { url: format!("mysql://poor:poor@127.0.0.1:{}", db.port()), password: None, ..options(&db, all()) };
    let error = failure_of(poor).await;
    check(&error, ErrorKind::Denied, "source.url", "source-denied");
    assert!(error.finding.hint.contains("GRANT REPLICATION SLAVE"), "{error:?}");

    let nowhere = MysqlOptions { url: "mysql://cdc@no-such-host.invalid".into(), ..options(&db, all()) };
    let error = failure_of(nowhere).await;
    check(&error, ErrorKind::Transient, "source.url", "source-unreachable");
    assert!(error.finding.message.contains("has no address"), "{error:?}");

    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let closed = MysqlOptions { url: format!("mysql://cdc@127.0.0.1:{port}"), ..options(&db, all()) };
    let error = failure_of(closed).await;
    check(&error, ErrorKind::Transient, "source.url", "source-unreachable");
    assert!(error.finding.message.contains("nothing listens"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_set_up_wrong_is_refused_with_the_settings_name() {
    for (argument, code) in [
        ("--skip-log-bin", "binlog-disabled"),
        ("--binlog-format=STATEMENT", "binlog-format"),
        ("--binlog-row-image=MINIMAL", "binlog-row-image"),
    ] {
        let db = MariaDb::start(&[argument]);
        check(&failure_of(options(&db, all())).await, ErrorKind::Config, "source.url", code);
        let findings = MysqlInspect::new(db.url(), Some(db.password())).check().await;
        assert_eq!(findings.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), [code]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_hides_its_rows_is_noticed() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let cases = [
        ("SET binlog_format = 'STATEMENT'", "INSERT INTO shop.t VALUES (1, 'a')", "binlog-format"),
        ("SET binlog_row_image = 'MINIMAL'", "UPDATE shop.t SET name = 'b'", "binlog-row-image"),
    ];
    for (setting, statement, code) in cases {
        let tail = start_now(&db).await;
        db.run(&[setting, statement]).await;
        check(&tail.failure().await, ErrorKind::Config, "source.url", code);
    }
    // A statement on tables of no interest passes.
    db.run(&["CREATE DATABASE other", "CREATE TABLE other.beat (id INT PRIMARY KEY)"]).await;
    let mut tail = start(&db, std::sync::Arc::new(|schema: &str, _: &str| schema == "shop"), Begin::Fresh(StartFrom::Now));
    tail.until_resolved().await;
    db.run(&["SET binlog_format = 'STATEMENT'", "REPLACE INTO other.beat VALUES (1)"]).await;
    db.run(&["INSERT INTO shop.t VALUES (2, 'a')"]).await;
    tail.until_row("t", 2).await;
    tail.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purged_binlog_is_a_lost_position() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut conn = db.admin().await;
    let gtid: String = conn.query_first("SELECT @@gtid_binlog_pos").await.unwrap().unwrap();
    db.run(&["INSERT INTO shop.t VALUES (1, 'a')", "FLUSH BINARY LOGS", "INSERT INTO shop.t VALUES (2, 'b')", "FLUSH BINARY LOGS"]).await;
    let last: String = conn.query_first::<mysql_async::Row, _>("SHOW MASTER STATUS").await.unwrap().unwrap().get(0).unwrap();
    // The server keeps files that a crash recovery could still need, and says so only in a warning: it is asked until the
    // first file is gone.
    loop {
        conn.query_drop(format!("PURGE BINARY LOGS TO '{last}'")).await.unwrap();
        let first: String = conn.query_first::<mysql_async::Row, _>("SHOW BINARY LOGS").await.unwrap().unwrap().get(0).unwrap();
        if first != "mysql-bin.000001" {
            break;
        }
        conn.query_drop("DO SLEEP(0.05)").await.unwrap();
    }
    for begin in [
        begin_at("mysql-bin.000001", 4, None),
        begin_at("mysql-bin.000001", 4, Some(&gtid)),
        Begin::Fresh(StartFrom::Gtid(gtid.clone())),
        Begin::Fresh(StartFrom::Binlog { file: "mysql-bin.000001".into(), position: 4 }),
        Begin::Fresh(StartFrom::Binlog { file: "mysql-bin.999999".into(), position: 4 }),
    ] {
        check(&start(&db, all(), begin).failure().await, ErrorKind::PositionLost, "source.start", "binlog-purged");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_connection_is_transient_and_nothing_is_lost() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut tail = start_now(&db).await;
    db.run(&["INSERT INTO shop.t VALUES (1, 'a')"]).await;
    tail.until_row("t", 1).await;
    tail.until_resolved().await;
    let begin = checkpoint(&tail.events);

    let mut conn = db.admin().await;
    let dump: Option<u64> = conn.query_first("SELECT ID FROM information_schema.PROCESSLIST WHERE COMMAND = 'Binlog Dump'").await.unwrap();
    conn.query_drop(format!("KILL {}", dump.unwrap())).await.unwrap();
    let error = tail.failure().await;
    assert_eq!(error.kind, ErrorKind::Transient, "{error:?}");

    db.run(&["INSERT INTO shop.t VALUES (2, 'b')"]).await;
    let mut again = start(&db, all(), begin);
    again.until_row("t", 2).await;
    assert_eq!(again.lines(), ["table t id,name", "c t - -> 2,b"]);
    again.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_replica_with_our_id_is_named_as_the_cause() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let first = start_now(&db).await;
    let second = start_now(&db).await;
    check(&first.failure().await, ErrorKind::Config, "source.server_id", "server-id-clash");
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_do_not_fit_the_definition_name_the_first_column_that_differs() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut conn = db.admin().await;
    let (file, position): (String, u64) = conn
        .query_first::<mysql_async::Row, _>("SHOW MASTER STATUS")
        .await
        .unwrap()
        .map(|r| (r.get(0).unwrap(), r.get(1).unwrap()))
        .unwrap();
    db.run(&["INSERT INTO shop.t VALUES (1, 'a')", "ALTER TABLE shop.t ADD COLUMN first BIGINT FIRST"]).await;
    // A busy server may drop a connection; the engine then starts again, and so does this.
    let error = loop {
        let error = start(&db, all(), begin_at(&file, position, None)).failure().await;
        if error.kind != ErrorKind::Transient {
            break error;
        }
    };
    check(&error, ErrorKind::Schema, "source.url", "schema-drift");
    for part in ["shop.t", "`first`", "bigint", "int"] {
        assert!(error.finding.message.contains(part), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_in_another_servers_files_is_refused_and_a_gtid_is_not() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    let mut conn = db.admin().await;
    let gtid: String = conn.query_first("SELECT @@gtid_binlog_pos").await.unwrap().unwrap();
    db.run(&["INSERT INTO shop.t VALUES (1, 'a')"]).await;
    let other = start(&db, all(), begin_of("mysql-bin.000001", 4, None, Some("2"))).failure().await;
    check(&other, ErrorKind::PositionLost, "source.start", "binlog-of-another-server");
    for part in ["`mysql-bin.000001:4`", "id 2", "id 1"] {
        assert!(other.finding.message.contains(part), "{other:?}");
    }
    let load =
        Position::Load { file: "mysql-bin.000001".into(), position: 4, gtid: None, server: Some("2".into()), table: None, key: Vec::new() };
    let other = start(&db, all(), Begin::Checkpoint { position: load, commit_ts: CommitTs(1), schemas: vec![] }).failure().await;
    check(&other, ErrorKind::PositionLost, "source.start", "binlog-of-another-server");
    // GTIDs that cannot be read must not leave the file's place to be taken for this server's.
    let of_mysql = begin_of("mysql-bin.000001", 4, Some("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5"), Some("1"));
    check(&start(&db, all(), of_mysql).failure().await, ErrorKind::PositionLost, "source.start", "start-gtid");

    for (gtid, server) in [(None, None), (None, Some("1")), (Some(gtid.as_str()), Some("2"))] {
        let mut tail = start(&db, all(), begin_of("mysql-bin.000001", 4, gtid, server));
        tail.until_row("t", 1).await;
        tail.until_resolved().await;
        let events = tail.stop().await;
        let Begin::Checkpoint { position: Position::Binlog { server, .. }, .. } = checkpoint(&events) else { panic!("{events:?}") };
        assert_eq!(server.as_deref(), Some("1"), "a checkpoint says whose file it names");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_shows_its_tables_and_passes_its_check() {
    let db = MariaDb::start(&[]);
    db.run(&SHOP).await;
    db.run(&["CREATE VIEW shop.v AS SELECT * FROM shop.t", "CREATE TABLE shop.`od``d` (id INT PRIMARY KEY)"]).await;
    let inspect = MysqlInspect::new(db.url(), Some(db.password()));
    let (server, tables) = inspect.tables().await.unwrap();
    assert!(server.starts_with("MariaDB 1"), "{server}");
    let names: Vec<_> = tables.iter().map(|t| format!("{}.{}", t.schema, t.name)).collect();
    assert_eq!(names, ["shop.od`d", "shop.t"]);
    assert!(tables[1].ddl.starts_with("CREATE TABLE `t` ("), "{}", tables[1].ddl);
    assert_eq!(inspect.check().await, []);
    let wrong = MysqlInspect::new(db.url(), Some(SecretString::from("wrong"))).check().await;
    assert_eq!(wrong.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), ["source-denied"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_position_that_is_none_is_refused() {
    let db = MariaDb::start(&[]);
    check(
        &start(&db, all(), Begin::Fresh(StartFrom::Gtid("nonsense".into()))).failure().await,
        ErrorKind::Config,
        "source.start",
        "start-gtid",
    );
    let other = Begin::Checkpoint { position: Position::Tpcc { loaded: 0, transaction: 1 }, commit_ts: CommitTs(1), schemas: vec![] };
    check(&start(&db, all(), other).failure().await, ErrorKind::Config, "source.start", "start-foreign");
    // A place in the middle of an event.
    let tail = start(&db, all(), Begin::Fresh(StartFrom::Binlog { file: "mysql-bin.000001".into(), position: 11 }));
    let error = tail.failure().await;
    assert!(matches!(error.kind, ErrorKind::PositionLost | ErrorKind::Transient), "{error:?}");
}
