//! `changefeed-studio`: the studio and its command line.

use backend::{
    command::{bench, check, encode, explain, export, import, launch, route, run, serve, workload},
    settings::{DataDir, Serve},
    telemetry,
};
use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Builds, checks, launches and operates changefeeds: database changes to Kafka as Avro in TiCDC's format.
#[derive(Parser)]
#[command(version, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    data_dir: DataDir,
    #[command(flatten)]
    serve: Serve,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the studio (the default).
    Serve(Serve),
    /// Print what is wrong with a pipeline document.
    Check(check::Args),
    /// Print where each table goes.
    Route(route::Args),
    /// Print topic, partition, key and value of row events.
    Encode(encode::Args),
    /// Write all files that other tools want.
    Export(export::Args),
    /// Recognise pasted material and fill a document with it.
    Import(import::Args),
    /// Say what an error message means and what to do about it.
    Explain(explain::Args),
    /// Launch a pipeline: changefeed, ksqlDB statements, connectors; or take the launch back.
    Apply(launch::apply::Args),
    /// Print what each part of a pipeline does now.
    Status(launch::operate::Args),
    /// Pause a pipeline's changefeed.
    Pause(launch::operate::Args),
    /// Let a pipeline's changefeed go on.
    Resume(launch::operate::Args),
    /// Take a launch back and forget the pipeline.
    Remove(launch::operate::RemoveArgs),
    /// Run a pipeline without the studio.
    Run(run::Args),
    /// Fill and drive a database with a workload.
    Workload(workload::Args),
    /// Measure this build (`cargo xtask bench`).
    #[command(hide = true)]
    Bench(bench::Args),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    telemetry::init_logs();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the runtime does not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(dispatch(cli)) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        None => serve::run(cli.serve, &cli.data_dir).await,
        Some(Command::Serve(settings)) => serve::run(settings, &cli.data_dir).await,
        Some(Command::Check(args)) => check::run(args, &cli.data_dir).await,
        Some(Command::Route(args)) => route::run(args),
        Some(Command::Encode(args)) => encode::run(args),
        Some(Command::Export(args)) => export::run(args, &cli.data_dir),
        Some(Command::Import(args)) => import::run(args, &cli.data_dir),
        Some(Command::Explain(args)) => explain::run(args),
        Some(Command::Apply(args)) => launch::apply::run(args, &cli.data_dir).await,
        Some(Command::Status(args)) => launch::operate::status(args, &cli.data_dir).await,
        Some(Command::Pause(args)) => launch::operate::pause(args, &cli.data_dir).await,
        Some(Command::Resume(args)) => launch::operate::resume(args, &cli.data_dir).await,
        Some(Command::Remove(args)) => launch::operate::remove(args, &cli.data_dir).await,
        Some(Command::Run(args)) => run::run(args, &cli.data_dir).await,
        Some(Command::Workload(args)) => workload::run(args).await,
        Some(Command::Bench(args)) => bench::run(args).await,
    }
}
