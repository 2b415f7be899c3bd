//! `bench`: the figures of the design, one JSON object a line. Ratios are measured in one run on one machine.

mod encode;
mod pipeline;

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

/// Prints the figures; a missed goal is not a failure of the command.
///
/// # Errors
/// A part of a measurement does not start.
pub async fn run() -> anyhow::Result<ExitCode> {
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
