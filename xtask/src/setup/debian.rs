//! Debian packages: installed when we are root, otherwise the command to type is the error.

use crate::process;
use anyhow::{Result, bail};
use std::process::Command;

/// How to tell that a package need not be installed.
#[derive(Clone, Copy)]
pub enum Probe {
    /// A program is there, whoever put it there.
    Program(&'static str),
    /// Debian's Python can import a module.
    Python(&'static str),
    /// dpkg says so.
    Installed,
}

#[derive(Clone, Copy)]
pub struct Package {
    pub name: &'static str,
    pub probe: Probe,
}

impl Package {
    fn present(&self) -> bool {
        match self.probe {
            Probe::Program(program) => process::find(program).is_some(),
            Probe::Python(module) => process::output(Command::new("python3").args(["-c", &format!("import {module}")])).is_ok(),
            Probe::Installed => {
                let status = process::output(Command::new("dpkg-query").args(["-W", "-f", "${Status}", self.name]));
                // Without dpkg this is no Debian: the build itself will tell what is missing.
                status.is_ok_and(|text| text == "install ok installed") || process::find("dpkg-query").is_none()
            }
        }
    }
}

/// Installs those that are missing.
///
/// # Errors
/// When apt fails, or when we may not install: then the text is the command to type.
pub fn ensure(packages: &[Package]) -> Result<()> {
    let missing: Vec<&str> = packages.iter().filter(|package| !package.present()).map(|package| package.name).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if process::find("apt-get").is_none() {
        bail!("missing: {} (Debian's names; this machine has no apt-get, so install their equals)", missing.join(", "));
    }
    if !is_root() {
        bail!("missing packages; run this, then try again:\n\n    sudo apt-get install --no-install-recommends {}\n", missing.join(" "));
    }
    let mut update = Command::new("apt-get");
    process::run(update.args(["update", "-q"]))?;
    let mut install = Command::new("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive").args(["install", "-q", "-y", "--no-install-recommends"]).args(&missing);
    process::run(&mut install)
}

/// Whether the effective user is root.
pub fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
