//! wasm-bindgen's program and the one that cuts the page's code, from crates.io. They are built into our own cache folder, so that
//! versions other projects rely on stay as they are.

use crate::{process, workspace};
use anyhow::{Context, Result};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// It knows all that `wasm_split_helpers` of `Cargo.lock` writes, and says so when it does not.
const WASM_SPLIT: &str = "0.2.4";

struct Tool {
    package: &'static str,
    program: &'static str,
    version: String,
    options: &'static [&'static str],
}

/// Answers the program. It must have exactly the library's version; one on the `PATH` that has it is used.
pub fn ensure_wasm_bindgen() -> Result<PathBuf> {
    let lock = fs::read_to_string(workspace::root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let version = workspace::locked_version(&lock, "wasm-bindgen").context("Cargo.lock has no `wasm-bindgen`")?;
    // Not `--locked`: its lock file runs ahead of some registry mirrors.
    let tool = Tool { package: "wasm-bindgen-cli", program: "wasm-bindgen", version, options: &[] };
    if tool.is_on_path() { Ok(tool.program.into()) } else { tool.ensure() }
}

/// Answers the program. It does not tell its version, so one on the `PATH` may be any.
pub fn ensure_wasm_split() -> Result<PathBuf> {
    let options = &["--locked", "--features", "build-binary"];
    Tool { package: "wasm_split_cli_support", program: "wasm-split-cli", version: WASM_SPLIT.to_owned(), options }.ensure()
}

impl Tool {
    fn is_on_path(&self) -> bool {
        let version = process::output(Command::new(self.program).arg("--version"));
        version.is_ok_and(|text| text.split_whitespace().nth(1) == Some(self.version.as_str()))
    }

    /// The program in our own folder, which is named after its version; built when it is not there.
    fn ensure(&self) -> Result<PathBuf> {
        let root = workspace::cache_dir().join(format!("{}-{}", self.package, self.version));
        let program = root.join("bin").join(self.program);
        if !program.is_file() {
            self.install(&root)?;
        }
        Ok(program)
    }

    fn install(&self, root: &Path) -> Result<()> {
        let mut install = workspace::cargo(&["install", self.package, "--version", &self.version]);
        install.args(self.options).arg("--root").arg(root).arg("--target-dir").arg(root.join("target"));
        // A user waits for the compiler once, and for the tools at every change of the page.
        for (key, value) in [("OPT_LEVEL", "1"), ("LTO", "off"), ("CODEGEN_UNITS", "16"), ("DEBUG", "0")] {
            install.env(format!("CARGO_PROFILE_RELEASE_{key}"), value);
        }
        process::run(&mut install)?;
        fs::remove_dir_all(root.join("target")).context("cannot clear a build folder")
    }
}
