//! Where things are: the repository, cargo's target folder, and what is kept between clones.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the repository")
}

/// Cargo's target folder, as the user may have moved it.
pub fn target_dir() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The packages that `run`, `test` and the native lints hand to cargo: all but the page. One selection, because cargo unites the
/// features that the selected packages ask of a dependency; another selection has others, and compiles the dependencies once more.
pub const NATIVE: [&str; 3] = ["--workspace", "--exclude", "frontend"];

/// The studio as `run` and `test` build it.
pub fn studio() -> PathBuf {
    target_dir().join("debug/changefeed-studio")
}

/// Downloads and tools that outlive a clone, each in a folder named after its version.
pub fn cache_dir() -> PathBuf {
    let base = env::var_os("XDG_CACHE_HOME").map(PathBuf::from).filter(|dir| dir.is_absolute());
    base.unwrap_or_else(|| PathBuf::from(env::var_os("HOME").unwrap_or_else(|| "/tmp".into())).join(".cache")).join("changefeed-studio")
}

/// Runs in the root, whatever folder the user is in.
pub fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    // `cargo xtask` is `cargo run`, which tells a program about its package. Build scripts watch these variables (ring's does), so
    // with them a cargo of ours and one typed by hand would each undo, and build again, what the other has built.
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(is_of_our_package) {
            command.env_remove(name);
        }
    }
    command
}

/// Whether `cargo run` sets it to say which package is run.
fn is_of_our_package(variable: &str) -> bool {
    variable.starts_with("CARGO_PKG_") || variable.starts_with("CARGO_MANIFEST_")
}

/// Cargo, the one that runs us.
pub fn cargo(args: &[&str]) -> Command {
    let mut cargo = command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(args);
    cargo
}

/// The version of a package in `Cargo.lock`; `None` when it is not there.
pub fn locked_version(lock: &str, package: &str) -> Option<String> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"').map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cargo_of_ours_sees_what_one_typed_by_hand_sees() {
        let removed: Vec<_> = cargo(&["build"]).get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name.to_owned()).collect();
        for variable in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME"] {
            assert!(removed.iter().any(|name| name == variable), "`{variable}` is passed on");
        }
        assert!(!is_of_our_package("CARGO_TARGET_DIR") && !is_of_our_package("CARGO_HOME"));
    }

    #[test]
    fn the_lock_file_tells_a_version_by_exact_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
