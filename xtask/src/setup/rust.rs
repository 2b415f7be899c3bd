//! Parts of the Rust toolchain, through rustup.

use crate::{process, workspace};
use anyhow::{Context, Result};
use std::{path::Path, process::Command};

const WASM: &str = "wasm32-unknown-unknown";

pub fn ensure() -> Result<()> {
    let libraries = process::output(workspace::command("rustc").args(["--print", "target-libdir", "--target", WASM]))?;
    if !Path::new(libraries.trim()).is_dir() {
        rustup(&["target", "add", WASM])?;
    }
    for (program, component) in [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        if process::output(workspace::command(program).arg("--version")).is_err() {
            rustup(&["component", "add", component])?;
        }
    }
    Ok(())
}

fn rustup(args: &[&str]) -> Result<()> {
    let mut rustup: Command = workspace::command("rustup");
    process::run(rustup.args(args)).context("the Rust toolchain lacks a part that only rustup can add")
}
