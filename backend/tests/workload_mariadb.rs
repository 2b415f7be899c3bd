//! `workload tpcc` against a real server.
#![allow(clippy::unwrap_used)]

mod support;

use backend::{
    command::workload::{Args, run_until},
    engine::source::tpcc::{Generator, Nothing, Population, State},
};
use clap::Parser;
use mysql_async::{Conn, prelude::Queryable};
use std::process::ExitCode;
use support::mariadb::MariaDb;
use tokio_util::sync::CancellationToken;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

const PASSWORD: &str = "p%40ss word-of-the-loader";

/// The command line, with the connection's options.
fn args(server: &MariaDb, words: &str) -> Args {
    let url = format!("mysql://loader:p%2540ss%20word-of-the-loader@127.0.0.1:{}/shop", server.port());
    let line = ["workload", "tpcc"].into_iter().chain(words.split(' ')).chain(["--warehouses", "1", "--seed", "5", "--url", &url]);
    Line::try_parse_from(line).unwrap_or_else(|error| panic!("{error}")).args
}

async fn workload(server: &MariaDb, words: &str) -> anyhow::Result<ExitCode> {
    run_until(args(server, words), &CancellationToken::new()).await
}

/// A server with an account for the workload.
async fn server() -> (MariaDb, Conn) {
    let server = MariaDb::start(&["--innodb-lock-wait-timeout=1"]);
    server.run(&[&format!("CREATE USER loader IDENTIFIED BY '{PASSWORD}'"), "GRANT ALL ON shop.* TO loader"]).await;
    let conn = server.admin().await;
    (server, conn)
}

async fn number(conn: &mut Conn, sql: &str) -> i64 {
    conn.query_first(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}")).unwrap_or_default()
}

/// Asks until the answer is at least `least`.
async fn at_least(conn: &mut Conn, sql: &str, least: i64) {
    loop {
        match conn.query_first::<i64, _>(sql).await {
            Ok(Some(found)) if found >= least => return,
            // The table may not be there yet.
            _ => tokio::task::yield_now().await,
        }
    }
}

/// TPC-C 3.3.2: each statement counts what contradicts a condition.
const CONTRADICTIONS: [&str; 6] = [
    "SELECT COUNT(*) FROM shop.warehouse WHERE w_ytd <> (SELECT SUM(d_ytd) FROM shop.district WHERE d_w_id = w_id)",
    "SELECT COUNT(*) FROM shop.district WHERE d_next_o_id - 1 <> (SELECT MAX(o_id) FROM shop.orders WHERE o_w_id = d_w_id AND o_d_id = d_id)",
    "SELECT COUNT(*) FROM (SELECT MAX(no_o_id) - MIN(no_o_id) + 1 - COUNT(*) AS gap FROM shop.new_order GROUP BY no_w_id, no_d_id) AS g WHERE gap <> 0",
    "SELECT ABS((SELECT SUM(o_ol_cnt) FROM shop.orders) - (SELECT COUNT(*) FROM shop.order_line))",
    "SELECT COUNT(*) FROM shop.orders LEFT JOIN shop.new_order ON no_w_id = o_w_id AND no_d_id = o_d_id AND no_o_id = o_id WHERE (o_carrier_id IS NULL) <> (no_o_id IS NOT NULL)",
    "SELECT COUNT(*) FROM shop.district WHERE d_ytd <> (SELECT SUM(h_amount) FROM shop.history WHERE h_w_id = d_w_id AND h_d_id = d_id)",
];

async fn assert_consistent(conn: &mut Conn) {
    for sql in CONTRADICTIONS {
        assert_eq!(number(conn, sql).await, 0, "{sql}");
    }
}

/// The database holds what the generator's state says after so many transactions.
async fn assert_state_after(conn: &mut Conn, transactions: u64) {
    let population = Population::new(5, 1);
    let mut generator = Generator::new(population.clone(), State::initial(&population));
    (0..transactions).for_each(|_| generator.step(&mut Nothing));
    let warehouse = &generator.state().warehouses[0];
    let expect = [
        ("SELECT CAST(w_ytd * 100 AS INT) FROM shop.warehouse", warehouse.ytd),
        ("SELECT SUM(d_next_o_id) FROM shop.district", warehouse.districts.iter().map(|d| i64::from(d.next_order)).sum()),
        ("SELECT COUNT(*) FROM shop.new_order", warehouse.backlog() as i64),
        ("SELECT SUM(s_quantity * s_i_id) FROM shop.stock", warehouse.stock.iter().zip(1..).map(|(s, i)| i64::from(s.quantity) * i).sum()),
        ("SELECT CAST(SUM(c_balance) * 100 AS INT) FROM shop.customer", warehouse.customers.iter().map(|c| c.balance).sum()),
        ("SELECT COUNT(*) FROM shop.customer WHERE c_data LIKE '| %'", warehouse.customer_data.len() as i64),
        ("SELECT transactions FROM shop.workload_progress", transactions as i64),
    ];
    for (sql, expect) in expect {
        assert_eq!(number(conn, sql).await, expect, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_loaded_in_two_goes_and_driven_in_two_runs_and_stays_consistent() {
    let (server, mut conn) = server().await;
    server.run(&["CREATE DATABASE shop"]).await;

    let error = workload(&server, "run").await.unwrap_err();
    assert!(error.to_string().contains("prepare` first"), "{error}");

    let stop = CancellationToken::new();
    let (first, stopping) = (args(&server, "prepare"), stop.clone());
    let first = tokio::spawn(async move { run_until(first, &stopping).await });
    at_least(&mut conn, "SELECT loaded FROM shop.workload_progress", 150_000).await;
    stop.cancel();
    assert_eq!(first.await.unwrap().unwrap(), ExitCode::from(130));
    let error = workload(&server, "run").await.unwrap_err();
    assert!(error.to_string().contains("interrupted"), "{error}");

    assert_eq!(workload(&server, "prepare").await.unwrap(), ExitCode::SUCCESS);
    assert_consistent(&mut conn).await;
    assert_state_after(&mut conn, 0).await;
    let error = workload(&server, "prepare").await.unwrap_err();
    assert!(error.to_string().contains("--drop"), "{error}");

    for (words, transactions) in [("run --transactions 300", 300), ("run --transactions 200 --rate 100000 --json", 500)] {
        assert_eq!(workload(&server, words).await.unwrap(), ExitCode::SUCCESS);
        assert_consistent(&mut conn).await;
        assert_state_after(&mut conn, transactions).await;
    }

    // A lock held by someone else makes transactions wait and fail; they are tried again until it is gone.
    let mut other = server.admin().await;
    other.query_drop("START TRANSACTION").await.unwrap();
    other.query_drop("SELECT w_id FROM shop.warehouse FOR UPDATE").await.unwrap();
    let blocked = args(&server, "run --transactions 20");
    let blocked = tokio::spawn(async move { run_until(blocked, &CancellationToken::new()).await });
    at_least(&mut conn, "SELECT count FROM information_schema.INNODB_METRICS WHERE name = 'lock_timeouts'", 1).await;
    other.query_drop("ROLLBACK").await.unwrap();
    assert_eq!(blocked.await.unwrap().unwrap(), ExitCode::SUCCESS);
    assert_state_after(&mut conn, 520).await;

    // Tables that someone else changed are noticed, and nothing of that transaction is kept.
    conn.query_drop("DELETE FROM shop.stock").await.unwrap();
    let error = workload(&server, "run --transactions 100").await.unwrap_err();
    assert!(format!("{error:#}").contains("`stock`") && !format!("{error:?}").contains("word-of-the-loader"), "{error:#}");
    assert_consistent(&mut conn).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_not_ours_are_refused_and_dropped_only_when_asked() {
    let (server, mut conn) = server().await;
    server.run(&["CREATE DATABASE shop", "CREATE TABLE shop.item (i_id INT PRIMARY KEY)", "INSERT INTO shop.item VALUES (1)"]).await;
    let error = workload(&server, "prepare").await.unwrap_err();
    assert!(error.to_string().contains("item") && error.to_string().contains("--drop"), "{error}");
    assert_eq!(number(&mut conn, "SELECT COUNT(*) FROM shop.item").await, 1);

    let stop = CancellationToken::new();
    let (dropping, stopping) = (args(&server, "prepare --drop"), stop.clone());
    let dropping = tokio::spawn(async move { run_until(dropping, &stopping).await });
    at_least(&mut conn, "SELECT loaded FROM shop.workload_progress", 1).await;
    stop.cancel();
    assert_eq!(dropping.await.unwrap().unwrap(), ExitCode::from(130));
    assert!(number(&mut conn, "SELECT COUNT(i_name) FROM shop.item").await > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_refused_without_being_shown() {
    let server = MariaDb::start(&[]);
    let error = workload(&server, "prepare").await.unwrap_err();
    let shown = format!("{error:#} {error:?}");
    assert!(shown.contains("user `loader`") && !shown.contains("word-of-the-loader"), "{shown}");
}
