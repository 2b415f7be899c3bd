//! `bench`: the figures of the design, one JSON object a line. Ratios are measured in one run on one machine.

mod encode;
mod pipeline;
mod scale;
mod stalled;

use serde::Serialize;
use std::process::ExitCode;

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

/// A part that can be measured alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// 100,000 tables.
    Scale,
    /// A broker that stands still.
    Stalled,
}

/// Prints the figures; a missed goal is not a failure of the command.
///
/// # Errors
/// A part of a measurement does not start.
pub async fn run(part: Option<Part>) -> anyhow::Result<ExitCode> {
    match part {
        Some(Part::Scale) => print(&scale::figures().await?)?,
        Some(Part::Stalled) => print(&stalled::figures().await?)?,
        None => return all().await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn all() -> anyhow::Result<ExitCode> {
    // In processes of their own: their memory is what is measured.
    for part in ["scale", "stalled"] {
        let status = tokio::process::Command::new(std::env::current_exe()?).args(["bench", "--part", part]).status().await?;
        anyhow::ensure!(status.success(), "the part `{part}` failed: {status}");
    }
    print(&encode::figures()?)?;
    print(&pipeline::figures().await?)?;
    Ok(ExitCode::SUCCESS)
}

fn print(figures: &[Figure]) -> anyhow::Result<()> {
    for figure in figures {
        println!("{}", serde_json::to_string(figure)?);
    }
    Ok(())
}
