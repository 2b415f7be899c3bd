//! The second database, and the verdict whether it is the first one's copy.

use crate::{
    lab::{Env, MariaDb},
    process, workspace,
};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{fs, path::Path, process::Stdio};

pub const DATABASE: &str = "tpcc_copy";

/// An empty [`DATABASE`].
pub fn reset(mariadb: &MariaDb) -> Result<()> {
    mariadb.query(&format!("DROP DATABASE IF EXISTS {DATABASE}; CREATE DATABASE {DATABASE}")).map(drop)
}

/// Compares every table of `tpcc` that has a key with the one that a sink named after its topic. The report stays in `dir/copy.json`.
///
/// # Errors
/// When a table differs, or the judge cannot do its work.
pub fn compare(lab: &Env, prefix: &str, dir: &Path) -> Result<()> {
    let mut judge = workspace::command(&lab.python);
    judge.args(["tests/judge/copy_judge.py", "--schema", "tpcc", "--copy", DATABASE, "--prefix", prefix]);
    judge.args(["--host", &lab.mariadb.host, "--port", &lab.mariadb.port.to_string(), "--user", &lab.mariadb.user]);
    judge.env("LAB_PASSWORD", &lab.mariadb.password).stdin(Stdio::null());
    let output = judge.output().with_context(|| format!("cannot start `{}`", process::line(&judge)))?;
    let report = dir.join("copy.json");
    fs::write(&report, &output.stdout)?;
    let no_verdict = || format!("the judge gave no verdict: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    let verdict: Value = serde_json::from_slice(&output.stdout).with_context(no_verdict)?;
    for table in verdict["tables"].as_array().into_iter().flatten() {
        let count = |key: &str| table[key].as_u64().unwrap_or_default();
        println!("  {:<24} {:>7} rows, {:>7} in the copy", table["table"].as_str().unwrap_or_default(), count("rows"), count("copied"));
    }
    if output.status.success() && verdict["equal"] == true {
        return Ok(());
    }
    bail!("the copy is not the source ({}):\n{}", report.display(), serde_json::to_string_pretty(&verdict["problems"])?)
}
