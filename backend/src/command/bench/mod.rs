//! `bench`: the figures of the design, one JSON object a line. Ratios are measured in one run on one machine.

mod cluster;
mod distance;
mod encode;
mod judge;
mod meter;
mod pipeline;
mod plain;
mod rows;
mod scale;
mod stalled;

use serde::Serialize;
use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

/// What there is to measure against, beyond librdkafka's mock cluster.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only this part.
    #[arg(long)]
    part: Option<Part>,
    /// A cluster of one Kafka broker on this machine: its address.
    #[arg(long)]
    kafka: Option<SocketAddr>,
    /// The judge of `tests/oracle`, for the speed of TiCDC's own encoder.
    #[arg(long)]
    judge: Option<PathBuf>,
}

/// A part that can be measured alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Dispatch and encode, on one core.
    Encode,
    /// The whole pipeline into librdkafka's mock cluster.
    Mock,
    /// The whole pipeline into Kafka, near and far.
    Kafka,
    /// 100,000 tables.
    Scale,
    /// A broker that stands still.
    Stalled,
}

/// One measured figure; `goal` and `met` only where the design sets one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    pub name: &'static str,
    pub value: f64,
    pub unit: &'static str,
    pub goal: Option<f64>,
    pub met: Option<bool>,
}

impl Figure {
    fn new(name: &'static str, value: f64, unit: &'static str) -> Self {
        Self { name, value, unit, goal: None, met: None }
    }

    fn at_least(name: &'static str, value: f64, unit: &'static str, goal: f64) -> Self {
        Self { name, value, unit, goal: Some(goal), met: Some(value >= goal) }
    }

    fn at_most(name: &'static str, value: f64, unit: &'static str, goal: f64) -> Self {
        Self { name, value, unit, goal: Some(goal), met: Some(value <= goal) }
    }
}

/// Prints the figures; a missed goal is not a failure of the command.
///
/// # Errors
/// A part of a measurement does not start.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    match args.part {
        Some(Part::Scale) => print(&scale::figures().await?)?,
        Some(Part::Stalled) => print(&stalled::figures().await?)?,
        _ => return run_together(&args).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn run_together(args: &Args) -> anyhow::Result<ExitCode> {
    if args.part.is_none() {
        // In processes of their own: their memory is what is measured.
        for part in ["scale", "stalled"] {
            let status = tokio::process::Command::new(std::env::current_exe()?).args(["bench", "--part", part]).status().await?;
            anyhow::ensure!(status.success(), "the part `{part}` failed: {status}");
        }
    }
    let directory = std::env::temp_dir().join(format!("changefeed-bench-{}", std::process::id()));
    let measured = measure(args, &directory).await;
    // A left-over directory is untidy, not wrong.
    let _ = std::fs::remove_dir_all(&directory);
    measured.map(|()| ExitCode::SUCCESS)
}

async fn measure(args: &Args, directory: &std::path::Path) -> anyhow::Result<()> {
    let wanted = |part| args.part.is_none_or(|only| only == part);
    if wanted(Part::Encode) {
        print(&encode::figures(args.judge.as_deref())?)?;
    }
    let setting = cluster::Setting::start(directory).await?;
    if wanted(Part::Mock) {
        print(&pipeline::into_mock(&setting).await?)?;
    }
    if let Some(kafka) = args.kafka.filter(|_| wanted(Part::Kafka)) {
        print(&pipeline::into_kafka(&setting, &kafka.to_string()).await?)?;
        print(&pipeline::far_away(&setting, kafka).await?)?;
    }
    setting.shutdown().await;
    Ok(())
}

fn print(figures: &[Figure]) -> anyhow::Result<()> {
    for figure in figures {
        println!("{}", serde_json::to_string(figure)?);
    }
    Ok(())
}
