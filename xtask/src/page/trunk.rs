//! The page for `trunk serve`, which watches and reloads: it calls `cargo xtask page`, and serves what is left in its folder.

use super::dist::INDEX;
use anyhow::{Context, Result};
use std::{env, fs, path::Path};

/// Called by Trunk: puts the page in `dist` where Trunk will serve it from, with the script by which Trunk reloads it.
pub(super) fn hand_over(dist: &Path) -> Result<()> {
    let Some(staging) = env::var_os("TRUNK_STAGING_DIR") else { return Ok(()) };
    copy(dist, Path::new(&staging)).context("cannot put the page where Trunk serves it from")
}

fn copy(dist: &Path, staging: &Path) -> Result<()> {
    for entry in fs::read_dir(dist)? {
        let entry = entry?;
        let to = staging.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&to)?;
            for file in fs::read_dir(entry.path())? {
                let file = file?;
                fs::copy(file.path(), to.join(file.file_name()))?;
            }
        }
    }
    let (ours, trunks) = (fs::read_to_string(dist.join(INDEX))?, fs::read_to_string(staging.join(INDEX))?);
    Ok(fs::write(staging.join(INDEX), with_body_of(&ours, &trunks))?)
}

/// A document with the other's body behind its own.
fn with_body_of(document: &str, other: &str) -> String {
    let body = other.split_once("<body>").and_then(|(_, rest)| rest.rsplit_once("</body>")).map_or("", |(body, _)| body);
    document.replacen("</body>", &format!("{body}</body>"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_reloads_as_trunk_wants_it() {
        let page = with_body_of("<head></head><body><p>ours</p></body>", "<body><script>reload()</script></body>");
        assert_eq!(page, "<head></head><body><p>ours</p><script>reload()</script></body>");
        assert_eq!(with_body_of("<body>ours</body>", "no document"), "<body>ours</body>");
    }
}
