//! `workload tpcc prepare|run`: loads and drives a TPC-C database on a server that speaks MySQL's protocol.

mod connection;
mod place;
mod prepare;
mod run;
mod sql;

use clap::{Args as ClapArgs, Subcommand};
use std::{process::ExitCode, time::Duration};
use tokio_util::sync::CancellationToken;

#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    workload: Workload,
}

#[derive(Debug, Subcommand)]
enum Workload {
    /// The TPC-C benchmark's database and transactions; tables as go-tpc defines them
    #[command(subcommand)]
    Tpcc(Tpcc),
}

#[derive(Debug, Subcommand)]
enum Tpcc {
    /// Create the database and its nine tables, and load the initial population; goes on where it was interrupted
    Prepare {
        #[command(flatten)]
        target: Target,
        /// Drop the workload's tables first, with all rows in them
        #[arg(long)]
        drop: bool,
    },
    /// Apply transactions; goes on where the last run ended
    Run {
        #[command(flatten)]
        target: Target,
        /// Row changes per second aimed at; 0 is as fast as the server takes them
        #[arg(long, default_value_t = 0, value_name = "ROWS")]
        rate: u32,
        /// End after this many seconds; without an end, run until ctrl-c
        #[arg(long, value_name = "SECS", conflicts_with = "transactions")]
        duration: Option<u64>,
        /// End after this many transactions
        #[arg(long, value_name = "N")]
        transactions: Option<u64>,
    },
}

#[derive(ClapArgs)]
struct Target {
    /// Warehouses: about 600,000 rows each to begin with
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    warehouses: u32,
    /// `mysql://user:password@host:port/database`; the database is `tpcc` when none is given
    #[arg(long)]
    url: String,
    /// Environment variable that holds the password, instead of one in the URL
    #[arg(long, value_name = "NAME")]
    password_env: Option<String>,
    /// Databases of the same seed and size have the same rows, and change in the same way
    #[arg(long, default_value_t = 0, value_name = "S")]
    seed: u64,
    /// Print the summary as one JSON object; progress goes to standard error
    #[arg(long)]
    json: bool,
}

impl std::fmt::Debug for Target {
    /// The URL may hold a password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target").field("warehouses", &self.warehouses).field("seed", &self.seed).finish_non_exhaustive()
    }
}

/// Runs until done or ctrl-c.
///
/// # Errors
/// When the server cannot be reached or refuses, or the database is not as it has to be.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    let stop = CancellationToken::new();
    let interrupted = stop.clone();
    let listening = tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            interrupted.cancel();
        }
    });
    let ended = run_until(args, &stop).await;
    listening.abort();
    ended
}

/// Runs until done or told to stop; what is done by then is kept.
///
/// # Errors
/// As `run`.
pub async fn run_until(args: Args, stop: &CancellationToken) -> anyhow::Result<ExitCode> {
    let Workload::Tpcc(tpcc) = args.workload;
    let ended = match tpcc {
        Tpcc::Prepare { target, drop } => prepare::prepare(&target, drop, stop).await?,
        Tpcc::Run { target, rate, duration, transactions } => {
            let end = run::End { after: duration.map(Duration::from_secs), transactions };
            run::run(&target, rate, end, stop).await?
        }
    };
    Ok(if ended { ExitCode::SUCCESS } else { ExitCode::from(INTERRUPTED) })
}

/// What a shell reports of a command that ctrl-c ended.
const INTERRUPTED: u8 = 130;
