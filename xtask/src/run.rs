//! `cargo xtask run`: from a fresh clone to a serving studio, and in seconds the next time.

use crate::{
    page, process, setup,
    steps::{Steps, human},
    workspace,
};
use anyhow::{Context, Result};
use std::{os::unix::process::CommandExt, time::Instant};

pub fn run(args: &[&str]) -> Result<()> {
    let start = Instant::now();
    let mut steps = Steps::new(setup::STEPS + 2);
    build(&mut steps)?;
    eprintln!("ready after {}; starting the studio", human(start.elapsed()));
    // The studio takes our place, so that Ctrl-C and its exit code are its own.
    let mut studio = std::process::Command::new(workspace::studio());
    let failed = studio.arg("serve").args(args).exec();
    Err(failed).with_context(|| format!("cannot start `{}`", process::line(&studio)))
}

/// Sets up and builds page and studio, in [`setup::STEPS`] + 2 steps. Profile and
/// packages are the tests', so dependencies compile once.
pub fn build(steps: &mut Steps) -> Result<()> {
    let tools = setup::install(steps)?;
    steps.step("page", || page::build(&tools))?;
    steps.step("studio", || process::run(workspace::cargo(&["build", "--locked"]).args(workspace::NATIVE)))
}
