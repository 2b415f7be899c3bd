//! `workload tpcc prepare`: tables and initial population.

use super::{
    Target,
    connection::{Session, connect, is_missing_table},
    place::{self, Place},
    sql::{Statement, Statements, apply},
};
use crate::engine::source::tpcc::{Load, Population, Table};
use anyhow::{Context, bail};
use mysql_async::{Conn, prelude::Queryable};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Rows of one transaction, about.
const ROWS_A_TIME: u64 = 4_000;
const REPORT_EVERY: Duration = Duration::from_secs(2);

/// False when it was interrupted.
pub(super) async fn prepare(target: &Target, drop: bool, stop: &CancellationToken) -> anyhow::Result<bool> {
    let population = Population::new(target.seed, target.warehouses);
    let total = Load::total(&population);
    let mut session = connect(target, true).await?;
    if drop {
        drop_tables(&mut session).await?;
    }
    let from = begin(&mut session, target, total).await?;
    let started = Instant::now();
    let loaded = load(&mut session.conn, &population, from, total, stop).await?;
    session.conn.disconnect().await.context("the connection did not end in order")?;
    let (finished, seconds) = (loaded == total, started.elapsed().as_secs_f64());
    if target.json {
        println!("{}", json!({ "database": session.database, "loaded": loaded, "total": total, "finished": finished, "seconds": seconds }));
    } else if finished {
        println!("database `{}` is loaded: {total} rows, {seconds:.1} s", session.database);
    } else {
        println!("interrupted after {loaded} of {total} rows; the same command goes on from there");
    }
    Ok(finished)
}

async fn drop_tables(session: &mut Session) -> anyhow::Result<()> {
    let names: Vec<&str> = Table::ALL.iter().map(|table| table.name()).chain([place::TABLE]).collect();
    eprintln!("dropping from database `{}`, if they are there: {}", session.database, names.join(", "));
    for name in names {
        session
            .conn
            .query_drop(format!("DROP TABLE IF EXISTS {name}"))
            .await
            .with_context(|| format!("table `{name}` cannot be dropped"))?;
    }
    Ok(())
}

/// The row of the load to go on from; makes the tables when there are none.
async fn begin(session: &mut Session, target: &Target, total: u64) -> anyhow::Result<u64> {
    let Session { conn, database } = session;
    let advice = "use `--drop` to begin anew, or name another database in `--url`";
    if let Some(place) = Place::read(conn).await? {
        if place.loaded >= total || (place.warehouses, place.seed) != (target.warehouses, target.seed) {
            let Place { warehouses, seed, loaded, transactions } = place;
            bail!(
                "database `{database}` already holds a workload of {warehouses} warehouses and seed {seed} ({loaded} rows loaded, {transactions} transactions run): {advice}"
            );
        }
        eprintln!("going on after row {} of {total}", place.loaded);
        return Ok(place.loaded);
    }
    let mut filled = Vec::new();
    for table in Table::ALL {
        if has_rows(conn, table.name()).await? {
            filled.push(table.name());
        }
    }
    if !filled.is_empty() {
        bail!("database `{database}` already holds rows in {}: {advice}", filled.join(", "));
    }
    for table in Table::ALL {
        conn.query_drop(table.ddl()).await.with_context(|| format!("table `{}` cannot be created", table.name()))?;
    }
    Place { warehouses: target.warehouses, seed: target.seed, loaded: 0, transactions: 0 }.create(conn).await?;
    Ok(0)
}

async fn has_rows(conn: &mut Conn, table: &str) -> anyhow::Result<bool> {
    match conn.query_first::<u8, _>(format!("SELECT 1 FROM {table} LIMIT 1")).await {
        Ok(found) => Ok(found.is_some()),
        Err(error) if is_missing_table(&error) => Ok(false),
        Err(error) => Err(error).with_context(|| format!("table `{table}` cannot be read")),
    }
}

/// Loads until the end or a stop, and says how many rows there are then.
async fn load(conn: &mut Conn, population: &Population, from: u64, total: u64, stop: &CancellationToken) -> anyhow::Result<u64> {
    let mut load = Load::at(population, from);
    let mut statements = Statements::new();
    let mut reported = Instant::now();
    while load.rows() < total && !stop.is_cancelled() {
        let before = load.rows();
        while load.rows() - before < ROWS_A_TIME && load.step(population, &mut statements) {}
        let mut transaction = statements.take();
        transaction.push(Statement { sql: Place::loaded_statement(before, load.rows()), rows: 1 });
        apply(conn, &transaction).await.with_context(|| format!("rows {before} to {} were not loaded", load.rows()))?;
        if reported.elapsed() >= REPORT_EVERY {
            reported = Instant::now();
            eprintln!("{} of {total} rows ({} %)", load.rows(), load.rows() * 100 / total);
        }
    }
    Ok(load.rows())
}
