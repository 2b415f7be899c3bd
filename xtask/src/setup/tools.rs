//! Trunk and wasm-bindgen's program, from crates.io. A fitting version on the `PATH` is used; otherwise one is built into our
//! own cache folder, so that versions other projects rely on stay as they are.

use crate::{process, workspace};
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The newest that builds with Rust 1.95.
const TRUNK: &str = "0.21.14";

struct Tool {
    package: &'static str,
    program: &'static str,
    version: String,
    options: &'static [&'static str],
    /// A user waits for the compiler once: Trunk only copies files, wasm-bindgen works through the whole page.
    opt_level: &'static str,
}

/// Answers the folder to put on the `PATH`, or `None` when the tool is there already.
pub fn ensure_trunk() -> Result<Option<PathBuf>> {
    // Its default features are downloads, TLS and a check for updates: `trunk build` offline needs none of them.
    let options = &["--locked", "--no-default-features"];
    ensure(&Tool { package: "trunk", program: "trunk", version: TRUNK.to_owned(), options, opt_level: "0" })
}

/// As [`ensure_trunk`]. The program must have exactly the library's version.
pub fn ensure_wasm_bindgen() -> Result<Option<PathBuf>> {
    let lock = fs::read_to_string(workspace::root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let version = workspace::locked_version(&lock, "wasm-bindgen").context("Cargo.lock has no `wasm-bindgen`")?;
    // Not `--locked`: its lock file runs ahead of some registry mirrors.
    ensure(&Tool { package: "wasm-bindgen-cli", program: "wasm-bindgen", version, options: &[], opt_level: "1" })
}

fn ensure(tool: &Tool) -> Result<Option<PathBuf>> {
    if tool.is(Path::new(tool.program)) {
        return Ok(None);
    }
    let root = workspace::cache_dir().join(format!("{}-{}", tool.package, tool.version));
    let bin = root.join("bin");
    if !tool.is(&bin.join(tool.program)) {
        tool.install(&root)?;
    }
    Ok(Some(bin))
}

impl Tool {
    fn is(&self, program: &Path) -> bool {
        let version = process::output(Command::new(program).arg("--version"));
        version.is_ok_and(|text| text.split_whitespace().nth(1) == Some(self.version.as_str()))
    }

    fn install(&self, root: &Path) -> Result<()> {
        let mut install = workspace::cargo(&["install", self.package, "--version", &self.version]);
        install.args(self.options).arg("--root").arg(root).arg("--target-dir").arg(root.join("target"));
        for (key, value) in [("OPT_LEVEL", self.opt_level), ("LTO", "off"), ("CODEGEN_UNITS", "16"), ("DEBUG", "0")] {
            install.env(format!("CARGO_PROFILE_RELEASE_{key}"), value);
        }
        process::run(&mut install)?;
        fs::remove_dir_all(root.join("target")).context("cannot clear a build folder")
    }
}
