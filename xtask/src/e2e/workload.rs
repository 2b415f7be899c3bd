//! go-tpc against the lab's MariaDB: load one warehouse, then run the transactions.

use crate::{
    lab::{Env, MariaDb},
    process,
};
use anyhow::{Context, Result, bail};
use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command},
};

/// An empty `tpcc`.
pub fn reset(mariadb: &MariaDb) -> Result<()> {
    mariadb.query("DROP DATABASE IF EXISTS tpcc; CREATE DATABASE tpcc").map(drop)
}

/// The binlog's end, as a pipeline's `start`: `mysql-bin.000001:4711`.
pub fn position(mariadb: &MariaDb) -> Result<String> {
    let row = mariadb.query("SHOW MASTER STATUS")?;
    let mut columns = row.split_whitespace();
    match (columns.next(), columns.next()) {
        (Some(file), Some(offset)) => Ok(format!("{file}:{offset}")),
        _ => bail!("the server says it writes no binlog"),
    }
}

/// Loads one warehouse and waits for it.
///
/// # Errors
/// When go-tpc fails.
pub fn prepare(lab: &Env, log: &Path) -> Result<()> {
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    let mut prepare = Command::new(&lab.go_tpc);
    prepare.args(["tpcc", "prepare", "--no-check", "--warehouses", "1", "--threads", "2", "--db", "tpcc", "--host", &lab.mariadb.host]);
    prepare.args(["--port", &lab.mariadb.port.to_string(), "--user", &lab.mariadb.user, "--password", &lab.mariadb.password]);
    let status = prepare.stdout(file.try_clone()?).stderr(file).status().context("cannot start go-tpc")?;
    if !status.success() {
        bail!("go-tpc failed: {status}; see {}", log.display());
    }
    Ok(())
}

/// A running go-tpc: `prepare`, and then `run`.
pub struct Workload {
    child: Child,
    log: PathBuf,
}

impl Workload {
    /// Loads one warehouse, and then runs for `run_for`, as go-tpc spells it.
    ///
    /// # Errors
    /// When go-tpc cannot be started.
    pub fn start(lab: &Env, run_for: &str, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        // One shell line, so that `run` follows `prepare` without anybody waiting for it.
        let go_tpc = |action: &str| {
            let mut command = Command::new(&lab.go_tpc);
            command.args(["tpcc", action, "--warehouses", "1", "--threads", "2", "--db", "tpcc", "--host", &lab.mariadb.host]);
            command.args(["--port", &lab.mariadb.port.to_string(), "--user", &lab.mariadb.user, "--password", &lab.mariadb.password]);
            command
        };
        let mut prepare = go_tpc("prepare");
        prepare.arg("--no-check");
        let mut run = go_tpc("run");
        run.args(["--time", run_for]);
        let line = format!("{} && {}", process::line(&prepare), process::line(&run));
        let child = Command::new("sh").args(["-c", &line]).stdout(file.try_clone()?).stderr(file).spawn().context("cannot start go-tpc")?;
        Ok(Self { child, log: log.to_owned() })
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().is_ok_and(|status| status.is_none())
    }

    /// # Errors
    /// When go-tpc fails.
    pub fn finish(mut self) -> Result<()> {
        let status = self.child.wait()?;
        if !status.success() {
            bail!("go-tpc failed: {status}; see {}", self.log.display());
        }
        Ok(())
    }
}
