//! `workload tpcc run`: the generator's transactions, applied to the tables.

use super::{
    Target,
    connection::connect,
    place::Place,
    sql::{Statement, Statements, apply},
};
use crate::engine::source::tpcc::{Generator, Load, Nothing, Population, RateControl, State};
use anyhow::{Context, bail};
use mysql_async::Conn;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

/// When a run is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub after: Option<Duration>,
    pub transactions: Option<u64>,
}

#[derive(Default)]
struct Done {
    transactions: u64,
    rows: u64,
    retries: u64,
}

const REPORT_EVERY: Duration = Duration::from_secs(10);

/// False when it was interrupted before an end that was asked for.
pub(super) async fn run(target: &Target, rate: u32, end: End, stop: &CancellationToken) -> anyhow::Result<bool> {
    let mut session = connect(target, false).await?;
    let place = prepared(&mut session.conn, target).await?;
    let Some(mut generator) = generator_at(target, place.transactions, stop).await? else { return Ok(false) };
    let started = Instant::now();
    let mut done = Done::default();
    let driven = drive(&mut session.conn, &mut generator, rate, end, stop, &mut done).await;
    let seconds = started.elapsed().as_secs_f64();
    // What was done is told also when the run ended with an error.
    summary(target, &done, place.transactions + done.transactions, seconds);
    driven?;
    session.conn.disconnect().await.context("the connection did not end in order")?;
    Ok(!stop.is_cancelled() || end.after.is_none() && end.transactions.is_none())
}

async fn prepared(conn: &mut Conn, target: &Target) -> anyhow::Result<Place> {
    let Some(place) = Place::read(conn).await? else { bail!("no workload was prepared here: run `workload tpcc prepare` first") };
    if (place.warehouses, place.seed) != (target.warehouses, target.seed) {
        bail!(
            "the database was prepared with `--warehouses {} --seed {}`: run it with the same, or prepare it anew",
            place.warehouses,
            place.seed
        );
    }
    let total = Load::total(&Population::new(place.seed, place.warehouses));
    if place.loaded < total {
        bail!("the load was interrupted after {} of {total} rows: run `workload tpcc prepare` again", place.loaded);
    }
    Ok(place)
}

/// A generator that has done as many transactions as the database; `None` when interrupted.
async fn generator_at(target: &Target, transactions: u64, stop: &CancellationToken) -> anyhow::Result<Option<Generator>> {
    let (population, stop) = (Population::new(target.seed, target.warehouses), stop.clone());
    let replay = move || {
        let state = State::initial(&population);
        let mut generator = Generator::new(population, state);
        while generator.transactions() < transactions {
            if generator.transactions().is_multiple_of(1_000) && stop.is_cancelled() {
                return None;
            }
            generator.step(&mut Nothing);
        }
        Some(generator)
    };
    spawn_blocking(replay).await.context("the generator ended unexpectedly")
}

async fn drive(
    conn: &mut Conn,
    generator: &mut Generator,
    rate: u32,
    end: End,
    stop: &CancellationToken,
    done: &mut Done,
) -> anyhow::Result<()> {
    let mut statements = Statements::new();
    let mut pacer = RateControl::new(rate).pacer();
    let started = Instant::now();
    let mut reported = started;
    let over = |done: &Done| {
        stop.is_cancelled()
            || end.after.is_some_and(|after| started.elapsed() >= after)
            || end.transactions.is_some_and(|most| done.transactions >= most)
    };
    while !over(done) {
        let allowed = tokio::select! {
            () = stop.cancelled() => break,
            allowed = pacer.allowance() => allowed,
        };
        let mut spent = 0;
        while spent < allowed && !over(done) {
            let before = generator.transactions();
            generator.step(&mut statements);
            let rows = statements.rows();
            let mut transaction = statements.take();
            transaction.push(Statement { sql: Place::done_statement(before, before + 1), rows: 1 });
            let retries = apply(conn, &transaction).await.with_context(|| format!("transaction {} was not applied", before + 1))?;
            spent += (rows as u32).max(1);
            done.transactions += 1;
            done.rows += rows;
            done.retries += u64::from(retries);
        }
        pacer.spend(spent);
        if reported.elapsed() >= REPORT_EVERY {
            reported = Instant::now();
            let per_second = done.transactions as f64 / started.elapsed().as_secs_f64();
            eprintln!("{} transactions, {per_second:.0} a second", done.transactions);
        }
    }
    Ok(())
}

fn summary(target: &Target, done: &Done, place: u64, seconds: f64) {
    let per_second = |count: u64| if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
    let Done { transactions, rows, retries } = *done;
    if target.json {
        let object = json!({
            "transactions": transactions,
            "rows": rows,
            "retries": retries,
            "seconds": seconds,
            "transactions_per_second": per_second(transactions),
            "rows_per_second": per_second(rows),
            "place": place,
        });
        println!("{object}");
    } else {
        println!(
            "{transactions} transactions, {rows} row changes, {retries} retries in {seconds:.1} s: {:.0} transactions and {:.0} row changes a second; now at transaction {place}",
            per_second(transactions),
            per_second(rows)
        );
    }
}
