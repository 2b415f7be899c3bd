//! Debian's Chromium, driven through its WebDriver server.

use super::{daemon::Daemon, env::WebDriver, http, wait::free_port};
use anyhow::Result;
use std::{path::Path, process::Command, time::Duration};

pub const NAME: &str = "webdriver";

pub fn start(lab: &Path, known: Option<&WebDriver>) -> Result<WebDriver> {
    let daemon = Daemon::new(lab, NAME);
    if let Some(known) = known.filter(|known| daemon.pid() == Some(known.pid) && ready(&known.url)) {
        return Ok(known.clone());
    }
    daemon.stop()?;
    let port = free_port()?;
    let pid = daemon.start(Command::new("chromedriver").arg(format!("--port={port}")))?;
    let url = format!("http://127.0.0.1:{port}");
    daemon.wait_ready(Duration::from_secs(30), || ready(&url))?;
    Ok(WebDriver { url, pid })
}

/// WebDriver's own question: `GET /status`.
fn ready(url: &str) -> bool {
    http::get(&format!("{url}/status")).is_ok_and(|answer| answer["value"]["ready"] == true)
}
