//! A Python environment for the judge: what `tests/judge/requirements.txt` pins, from PyPI.

use crate::{process, workspace};
use anyhow::{Context, Result};
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    path::PathBuf,
    process::Command,
};

const REQUIREMENTS: &str = "tests/judge/requirements.txt";

/// The interpreter; its environment is made on first use and whenever the requirements change.
pub fn get() -> Result<PathBuf> {
    let file = workspace::root().join(REQUIREMENTS);
    let requirements = fs::read_to_string(&file).with_context(|| format!("cannot read {REQUIREMENTS}"))?;
    let mut hasher = DefaultHasher::new();
    requirements.hash(&mut hasher);
    let venv = workspace::cache_dir().join(format!("python-{:016x}", hasher.finish()));
    let python = venv.join("bin/python");
    let complete = venv.join("complete");
    if !complete.is_file() {
        process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
        process::run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&file))?;
        fs::write(&complete, "").with_context(|| format!("cannot write {}", complete.display()))?;
    }
    Ok(python)
}
