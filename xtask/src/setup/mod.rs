//! What building needs beyond git, rustup and a C toolchain. Each piece is looked for first, so a second run costs nothing.

pub mod debian;
mod rust;
mod tools;

use crate::steps::Steps;
use anyhow::Result;
use std::path::PathBuf;

/// How many steps [`install`] takes.
pub const STEPS: usize = 4;

/// Libraries that openssl-sys and rdkafka-sys link against; everything else in C is built from the crates' own sources.
const BUILD_PACKAGES: &[debian::Package] = &[
    debian::Package { name: "build-essential", probe: debian::Probe::Program("make") },
    debian::Package { name: "pkg-config", probe: debian::Probe::Program("pkg-config") },
    debian::Package { name: "libssl-dev", probe: debian::Probe::Installed },
    debian::Package { name: "zlib1g-dev", probe: debian::Probe::Installed },
];

/// What the page is built with: programs.
pub struct Tools {
    pub wasm_bindgen: PathBuf,
    pub wasm_split: PathBuf,
}

/// Installs what is missing, in [`STEPS`] steps.
///
/// # Errors
/// When something cannot be installed; the text says which command failed, or which one to type.
pub fn install(steps: &mut Steps) -> Result<Tools> {
    steps.step("Debian packages for building", || debian::ensure(BUILD_PACKAGES))?;
    steps.step("Rust: target wasm32-unknown-unknown, rustfmt, clippy", rust::ensure)?;
    let wasm_bindgen = steps.step("wasm-bindgen, at the version of Cargo.lock", tools::ensure_wasm_bindgen)?;
    let wasm_split = steps.step("wasm-split", tools::ensure_wasm_split)?;
    Ok(Tools { wasm_bindgen, wasm_split })
}

/// `cargo xtask setup`.
pub fn run() -> Result<()> {
    install(&mut Steps::new(STEPS)).map(drop)
}
