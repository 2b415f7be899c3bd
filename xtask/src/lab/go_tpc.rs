//! go-tpc, PingCAP's TPC-C workload, from the Go module proxy at the version of `lab/go-tpc/go.mod`.

use crate::{process, workspace};
use anyhow::{Context, Result};
use std::{fs, path::PathBuf};

const GO_MOD: &str = include_str!("../../lab/go-tpc/go.mod");

/// The program, built on first use. Debian 12's Go 1.19 suffices, though the module asks for 1.21.
pub fn get() -> Result<PathBuf> {
    let version = GO_MOD.split("require github.com/pingcap/go-tpc v").nth(1).and_then(|rest| rest.split_whitespace().next());
    let version = version.context("lab/go-tpc/go.mod names no version of go-tpc")?;
    let program = workspace::cache_dir().join(format!("go-tpc-{version}"));
    if !program.is_file() {
        let draft = program.with_extension("new");
        let mut go = workspace::command("go");
        go.current_dir(workspace::root().join("xtask/lab/go-tpc"));
        go.args(["build", "-trimpath", "-o"]).arg(&draft).arg("github.com/pingcap/go-tpc/cmd/go-tpc");
        process::run(&mut go)?;
        fs::rename(&draft, &program).with_context(|| format!("cannot make {}", program.display()))?;
    }
    Ok(program)
}
