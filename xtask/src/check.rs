//! `cargo xtask check`: the compiler's and clippy's opinion, natively and for the browser.

use crate::{process, setup, steps::Steps, workspace};
use anyhow::Result;

pub fn run() -> Result<()> {
    let mut steps = Steps::new(setup::STEPS + 3);
    setup::install(&mut steps)?;
    steps.step("formatting", format)?;
    steps.step("lints, native", lint_native)?;
    steps.step("lints, wasm32", lint_wasm)
}

pub fn format() -> Result<()> {
    process::run(&mut workspace::cargo(&["fmt", "--all", "--check"]))
}

/// Everything but the page, tests included.
pub fn lint_native() -> Result<()> {
    clippy(&[&workspace::NATIVE[..], &["--all-targets"]].concat())
}

/// What runs in the browser.
pub fn lint_wasm() -> Result<()> {
    clippy(&["-p", "shared", "-p", "frontend", "--target", "wasm32-unknown-unknown"])
}

fn clippy(selection: &[&str]) -> Result<()> {
    process::run(workspace::cargo(&["clippy", "--quiet", "--locked"]).args(selection).args(["--", "-D", "warnings"]))
}
