//! Asks the independent consumer for its verdict.

use crate::{lab::Env, process, workspace};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// Rebuilds every table of `tpcc` from the topics with `prefix` and compares. The report stays in `dir/report.json`.
///
/// # Errors
/// When a table differs, a key's order is broken, or the judge cannot do its work.
pub fn compare(lab: &Env, broker: &str, registry: &str, prefix: &str, exactly_once: bool, dir: &Path) -> Result<()> {
    let mut judge = Command::new(&lab.python);
    judge.arg(workspace::root().join("tests/judge/judge.py"));
    judge.args(["--bootstrap", broker, "--registry", registry, "--prefix", prefix, "--schema", "tpcc"]);
    judge.args(["--host", &lab.mariadb.host, "--port", &lab.mariadb.port.to_string(), "--user", &lab.mariadb.user]);
    if exactly_once {
        judge.arg("--exactly-once");
    }
    judge.env("LAB_PASSWORD", &lab.mariadb.password).stdin(Stdio::null());
    let output = judge.output().with_context(|| format!("cannot start `{}`", process::line(&judge)))?;
    let report = dir.join("report.json");
    fs::write(&report, &output.stdout)?;
    // What it says on standard error matters only then: its libraries deprecate one another at every start.
    let no_verdict = || format!("the judge gave no verdict: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    let verdict: Value = serde_json::from_slice(&output.stdout).with_context(no_verdict)?;
    let (mut rows, mut messages, mut again) = (0, 0, 0);
    for table in verdict["tables"].as_array().into_iter().flatten() {
        let count = |key: &str| table[key].as_u64().unwrap_or_default();
        rows += count("rows");
        messages += count("messages");
        again += count("rewinds") + count("repeats");
        println!(
            "  {:<24} {:>8} messages, {:>7} tombstones, {:>6} sent again -> {:>7} rows",
            table["table"].as_str().unwrap_or_default(),
            count("messages"),
            count("tombstones"),
            count("rewinds") + count("repeats"),
            count("rows")
        );
    }
    println!("  {:<24} {messages:>8} messages, {:>19} {again:>6} sent again -> {rows:>7} rows", "all", "");
    if output.status.success() && verdict["equal"] == true {
        return Ok(());
    }
    bail!("the rebuilt tables are not the database's ({}):\n{}", report.display(), serde_json::to_string_pretty(&verdict["problems"])?)
}
