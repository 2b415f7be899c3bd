//! Comparisons with TiCDC's own code. The judge is a program that the user has: `tests/oracle/README.md` says what it must answer.

use crate::{process, workspace};
use anyhow::{Result, bail};
use std::{env, path::Path};

const USAGE: &str = "\
usage: cargo xtask lab oracle JUDGE            ask the judge anew (COUNT=n, SEED=n)
       cargo xtask lab oracle JUDGE record     record what it says; JUDGE_VERSION=`TiCDC's commit and date`
       cargo xtask lab oracle JUDGE bench      rows a second of TiCDC's encoder";

/// `cargo xtask lab oracle JUDGE [record|bench]`.
///
/// # Errors
/// The judge and the studio differ, or a program cannot be run.
pub fn oracle(args: &[&str]) -> Result<()> {
    let (judge, what) = match args {
        [judge] => (judge, "_alike"),
        [judge, "record"] => (judge, "record_"),
        [judge, "bench"] => return process::run(workspace::command(judge).arg("bench")),
        _ => bail!("{USAGE}"),
    };
    // cargo runs tests in the package's folder
    let judge = Path::new(judge).canonicalize()?;
    let mut cargo = workspace::cargo(&["test", "--locked"]);
    cargo.args(workspace::NATIVE).args(["--test", "oracle", what, "--", "--ignored", "--nocapture"]);
    cargo.env("CHANGEFEED_STUDIO_JUDGE", judge);
    if what == "record_" {
        let Ok(version) = env::var("JUDGE_VERSION") else { bail!("{USAGE}") };
        cargo.env("JUDGE", version);
    }
    process::run(&mut cargo)
}
