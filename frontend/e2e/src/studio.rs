//! A studio with an empty data folder, on a port of its own.

use anyhow::{Context, Result};
use serde_json::Value;
use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

/// Killed when dropped, its data with it.
pub struct Studio {
    child: Child,
    data_dir: PathBuf,
    /// Without the slash at the end.
    pub url: String,
}

impl Studio {
    /// Starts the program that the variable `STUDIO` names and waits until it says that it serves.
    ///
    /// # Errors
    /// When it cannot be started or gives up; it says why on standard error.
    pub fn start(journey: &str) -> Result<Self> {
        let program = env::var_os("STUDIO").context("run journeys with `cargo xtask journeys`")?;
        let data_dir = env::temp_dir().join(format!("journey-{journey}-{}", std::process::id()));
        let mut serve = Command::new(program);
        serve.args(["serve", "--json", "--listen", "127.0.0.1:0", "--data-dir"]).arg(&data_dir);
        let mut child = serve.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().context("cannot start the studio")?;
        let stdout = child.stdout.take().context("standard output is piped")?;
        let mut studio = Self { child, data_dir, url: String::new() };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let announced: Value = serde_json::from_str(&line).context("the studio did not come up")?;
        let url = announced["url"].as_str().context("`serve --json` tells no `url`")?;
        url.trim_end_matches('/').clone_into(&mut studio.url);
        Ok(studio)
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        // Leftovers in the temporary folder are no reason to fail.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.data_dir);
    }
}
