//! A small disk that can be filled.

use crate::process;
use anyhow::{Context, Result};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

/// A file system of its own, in memory. Mounting needs root's rights; without them it is an ordinary folder, which cannot be filled.
pub struct Disk {
    pub at: PathBuf,
    pub is_small: bool,
}

impl Disk {
    /// What a proof that was killed has left mounted: its folder could not be emptied.
    pub fn release(at: &Path) {
        let _ = process::output(Command::new("umount").arg("--lazy").arg(at));
    }

    pub fn mount(at: &Path, mebibytes: u64) -> Result<Self> {
        fs::create_dir_all(at)?;
        let size = format!("size={mebibytes}m");
        let mounted = process::output(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at));
        if let Err(error) = &mounted {
            println!("faults: no small disk can be had here, so none is full: {error:#}");
        }
        Ok(Self { at: at.to_owned(), is_small: mounted.is_ok() })
    }

    /// Writes until nothing more fits.
    pub fn fill(&self) -> Result<()> {
        let mut filler = fs::File::create(self.filler()).context("the disk cannot be filled")?;
        for piece in [vec![0; 1 << 20], vec![0; 4 << 10]] {
            while filler.write_all(&piece).is_ok() {}
        }
        Ok(())
    }

    pub fn free(&self) -> Result<()> {
        fs::remove_file(self.filler()).context("the disk cannot be freed")
    }

    fn filler(&self) -> PathBuf {
        self.at.join("filler")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if self.is_small {
            Self::release(&self.at);
        }
    }
}
