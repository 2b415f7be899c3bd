//! The page: `dist/`, which the backend embeds. It is `index.html` and a folder named after what is in it, so that browsers may keep
//! its files for ever. To compile takes minutes, and new files would have the backend compiled again: both only when an input changed.

mod code;
mod dist;
mod trunk;

use crate::{
    setup::{self, Tools},
    steps::Steps,
    workspace,
};
use anyhow::{Context, Result};
use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::Path,
};

/// Everything the page is made of, seen from the root.
const INPUTS: &[&str] = &["index.html", "Cargo.toml", "Cargo.lock", ".cargo", "style", "frontend", "shared", "xtask/src/page"];

/// `cargo xtask page`.
pub fn run() -> Result<()> {
    let mut steps = Steps::new(setup::STEPS + 1);
    let tools = setup::install(&mut steps)?;
    steps.step("page", || build(&tools))?;
    trunk::hand_over(&workspace::root().join("dist"))
}

/// Builds the page unless `dist/` already is what the inputs make.
///
/// # Errors
/// When the code does not compile, a tool fails, or files cannot be written.
pub fn build(tools: &Tools) -> Result<()> {
    let root = workspace::root();
    let dist = root.join("dist");
    let stamp = workspace::target_dir().join("page.stamp");
    let inputs = fingerprint(root).context("cannot read the page's sources")?;
    if dist.join(dist::INDEX).is_file() && fs::read_to_string(&stamp).is_ok_and(|text| text == inputs) {
        return Ok(());
    }
    let mut files = code::build(tools)?;
    files.extend(dist::read_folder(&root.join("style")).context("cannot read the page's style")?);
    let index = fs::read_to_string(root.join(dist::INDEX)).context("cannot read index.html")?;
    dist::write(&dist, &index, files).with_context(|| format!("cannot write {}", dist.display()))?;
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
        let root = std::env::temp_dir().join(format!("xtask-page-{}", std::process::id()));
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
