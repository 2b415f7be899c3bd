//! A wall clock of its own for a process: set forward or back while it runs, and nobody else's with it.

use crate::process;
use anyhow::{Context, Result};
use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::Command,
};

/// Compiled for the proof that needs it; its comment says what it does.
const SOURCE: &str = include_str!("../../lab/clock/clock.c");

pub struct Clock {
    library: PathBuf,
    /// Its offset from the machine's clock, as the library reads it.
    file: PathBuf,
    open: File,
}

impl Clock {
    /// One that goes right, with its files in `dir`.
    ///
    /// # Errors
    /// Without a C compiler.
    pub fn make(dir: &Path) -> Result<Self> {
        let (source, library, file) = (dir.join("clock.c"), dir.join("clock.so"), dir.join("clock"));
        fs::write(&source, SOURCE)?;
        let mut compile = Command::new("cc");
        process::output(
            compile.args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o"]).arg(&library).arg(&source),
        )?;
        let open = File::create(&file).with_context(|| format!("cannot write {}", file.display()))?;
        let clock = Self { library, file, open };
        clock.set(0)?;
        Ok(clock)
    }

    /// Sets it to the true time and so many seconds, at once.
    pub fn set(&self, seconds: i64) -> Result<()> {
        // In one call: a reader sees the old or the new value.
        self.open.write_all_at(&seconds.to_ne_bytes(), 0).context("the clock cannot be set")
    }

    /// The process that this starts will live by it.
    pub fn put_on(&self, command: &mut Command) {
        command.env("LD_PRELOAD", &self.library).env("LAB_CLOCK", &self.file);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn whoever_wears_it_sees_another_day_and_nobody_else_does() {
        let dir = std::env::temp_dir().join(format!("xtask-clock-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let clock = Clock::make(&dir).unwrap();
        let seconds = |worn: bool| {
            let mut date = Command::new("date");
            if worn {
                clock.put_on(&mut date);
            }
            process::output(date.arg("+%s")).unwrap().trim().parse::<i64>().unwrap()
        };
        for offset in [0, 86_400, -86_400] {
            clock.set(offset).unwrap();
            let off = seconds(true) - seconds(false);
            assert!((off - offset).abs() < 600, "{off} instead of {offset}");
        }
        fs::remove_dir_all(dir).unwrap();
    }
}
