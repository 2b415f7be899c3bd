//! The studio as a background process, for its embedded registry and broker.

use super::pipeline::PASSWORD;
use crate::{process, workspace};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

/// Killed when dropped.
pub struct Studio {
    child: Child,
    /// `http://127.0.0.1:port` of its page and API.
    pub url: String,
    /// `127.0.0.1:port` of the embedded broker.
    pub kafka: String,
    /// `http://127.0.0.1:port` of the embedded registry.
    pub registry: String,
}

impl Studio {
    /// Starts it on a free port and waits until it says that it serves.
    ///
    /// `password` is what documents name as `env:LAB_PASSWORD`.
    pub fn serve(data_dir: &Path, log: &Path, password: &str) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let mut serve = Command::new(workspace::studio());
        serve.args(["serve", "--json", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data_dir).env(PASSWORD, password);
        serve.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(file);
        let child = serve.spawn().with_context(|| format!("cannot start `{}`", process::line(&serve)))?;
        let mut studio = Self { child, url: String::new(), kafka: String::new(), registry: String::new() };

        // Its one line of output comes when it listens; the end of output without it means that it gave up.
        let mut line = String::new();
        BufReader::new(studio.child.stdout.take().context("standard output is piped")?).read_line(&mut line)?;
        let Ok(announced) = serde_json::from_str::<Value>(&line) else {
            bail!("the studio did not come up; its log:\n{}", fs::read_to_string(log).unwrap_or_default());
        };
        let address = |key: &str| {
            announced["playground"][key].as_str().map(str::to_owned).with_context(|| format!("`serve --json` tells no `{key}`"))
        };
        studio.url = announced["url"].as_str().map(|url| url.trim_end_matches('/').to_owned()).context("`serve --json` tells no `url`")?;
        studio.kafka = address("kafka")?;
        studio.registry = address("schema_registry")?;
        Ok(studio)
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        // It may have ended by itself; a proof that needed it has failed then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
