//! The page: Trunk builds it into `dist/`, which the backend embeds. Trunk rewrites its output at every run, and new files would
//! have the backend compiled again, so it runs only when an input changed.

use crate::{process, setup::Tools, workspace};
use anyhow::{Context, Result};
use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::Path,
};

/// Everything Trunk reads, seen from the root.
const INPUTS: &[&str] = &["index.html", "Trunk.toml", "Cargo.toml", "Cargo.lock", "style", "frontend", "shared"];

/// Builds the page unless `dist/` already is what the inputs make.
///
/// # Errors
/// When Trunk fails.
pub fn build(tools: &Tools) -> Result<()> {
    let stamp = workspace::target_dir().join("page.stamp");
    let inputs = fingerprint(workspace::root()).context("cannot read the page's sources")?;
    let index = workspace::root().join("dist/index.html");
    if index.is_file() && fs::read_to_string(&stamp).is_ok_and(|text| text == inputs) {
        return Ok(());
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(tools.path.iter().cloned().chain(env::split_paths(&path)))?;
    // Trunk takes NO_COLOR for a yes-or-no option and refuses the customary `1`.
    process::run(workspace::command("trunk").arg("build").env("PATH", path).env_remove("NO_COLOR"))?;
    fs::write(&stamp, inputs).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Changes when a file's name or content does. Good for one compiler's lifetime, which suffices for a cache.
fn fingerprint(root: &Path) -> io::Result<String> {
    let mut hasher = DefaultHasher::new();
    for input in INPUTS {
        add(&root.join(input), &mut hasher)?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn add(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    path.hash(hasher);
    if path.is_dir() {
        let mut entries: Vec<_> = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
        entries.sort();
        entries.iter().try_for_each(|entry| add(entry, hasher))
    } else {
        fs::read(path)?.hash(hasher);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_changed_or_renamed_source_changes_the_fingerprint() {
        let root = env::temp_dir().join(format!("xtask-page-{}", std::process::id()));
        for input in INPUTS {
            fs::create_dir_all(root.join(input)).unwrap();
        }
        let source = root.join("style/base.css");
        fs::write(&source, "a {}").unwrap();
        let first = fingerprint(&root).unwrap();
        assert_eq!(fingerprint(&root).unwrap(), first);
        fs::write(&source, "b {}").unwrap();
        let second = fingerprint(&root).unwrap();
        fs::rename(&source, root.join("style/main.css")).unwrap();
        let third = fingerprint(&root).unwrap();
        fs::remove_dir_all(&root).unwrap();
        assert!(first != second && second != third && first != third);
    }
}
