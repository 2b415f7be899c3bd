//! The page's program: compiled, cut where the frontend marks it (`frontend/src/pages/lazy.rs`), and tied to JavaScript.

use super::dist::{File, read_folder};
use crate::{process, setup::Tools, workspace};
use anyhow::{Context, Result, bail};
use std::{fs, path::Path};

const TARGET: &str = "wasm32-unknown-unknown";
/// Of `Cargo.toml`.
const PROFILE: &str = "wasm";
/// `index.html` names the files that come of it.
const NAME: &str = "studio";

/// All files of the program: those that the first screen needs (`studio.js`, `studio_bg.wasm`, `__wasm_split.js`), and one or more for
/// each cut.
///
/// # Errors
/// When the program does not compile, or a tool fails.
pub(super) fn build(tools: &Tools) -> Result<Vec<File>> {
    let mut compile = workspace::cargo(&["rustc", "--locked", "-p", "frontend", "--target", TARGET, "--profile", PROFILE]);
    // What refers to what: the cut follows it.
    process::run(compile.args(["--", "-C", "link-arg=--emit-relocs"]))?;
    let program = workspace::target_dir().join(TARGET).join(PROFILE).join("frontend.wasm");

    let (pieces, bound) = (workspace::target_dir().join("page/pieces"), workspace::target_dir().join("page/bound"));
    for folder in [&pieces, &bound] {
        // The last build may have made more pieces.
        let _ = fs::remove_dir_all(folder);
    }
    let mut split = workspace::command(&tools.wasm_split);
    process::run(split.arg(&program).arg(&pieces).args(["--target", "web", "--out-name", NAME]))?;
    let first = pieces.join(NAME).with_extension("wasm");
    let mut bind = workspace::command(&tools.wasm_bindgen);
    // The other pieces take what they need of the first one's exports.
    bind.args(["--target", "web", "--no-typescript", "--keep-lld-exports", "--remove-name-section", "--remove-producers-section"]);
    process::run(bind.arg("--out-dir").arg(&bound).args(["--out-name", NAME]).arg(&first))?;
    fs::remove_file(&first).context("cannot remove what wasm-bindgen has worked on")?;

    let mut files = read_folder(&bound).context("cannot read what wasm-bindgen made")?;
    for mut piece in read_folder(&pieces).context("cannot read the program's pieces")? {
        if Path::new(&piece.name).extension().is_some_and(|extension| extension == "wasm") {
            piece.bytes = without_custom_sections(&piece.bytes).with_context(|| format!("`{}` is no WebAssembly module", piece.name))?;
        }
        files.push(piece);
    }
    Ok(files)
}

/// Without names, a quarter of the file; panics in the browser then show no function names.
fn without_custom_sections(module: &[u8]) -> Result<Vec<u8>> {
    const HEADER: usize = 8;
    const CUSTOM: u8 = 0;
    let Some(header) = module.get(..HEADER).filter(|header| header.starts_with(b"\0asm")) else { bail!("it does not begin as one") };
    let mut kept = header.to_vec();
    let mut rest = &module[HEADER..];
    while let Some((&id, after)) = rest.split_first() {
        let (size, head) = leb128(after).context("a section has no size")?;
        let Some((section, next)) = rest.split_at_checked(1 + head + size) else { bail!("a section is longer than the file") };
        if id != CUSTOM {
            kept.extend(section);
        }
        rest = next;
    }
    Ok(kept)
}

/// A number and how many bytes it takes.
fn leb128(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HEADER: &[u8] = b"\0asm\x01\0\0\0";

    #[test]
    fn only_custom_sections_are_taken_out() {
        let long = [&[10, 0x80, 0x01][..], &[7; 128]].concat();
        let module = [HEADER, &[1, 1, 0], &[0, 3, 1, b'n', 9], &long, &[0, 0]].concat();
        assert_eq!(without_custom_sections(&module).unwrap(), [HEADER, &[1, 1, 0], &long].concat());
    }

    #[test]
    fn what_is_no_module_is_refused() {
        for module in [&b"<!doctype html>"[..], b"", &[HEADER, &[10]].concat(), &[HEADER, &[10, 2, 0]].concat()] {
            assert!(without_custom_sections(module).is_err(), "{module:?}");
        }
    }
}
