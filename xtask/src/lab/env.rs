//! `.lab/env.json`: what tests and people need to reach the parts.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Env {
    pub mariadb: MariaDb,
    pub kafka: Kafka,
    pub webdriver: WebDriver,
    /// The go-tpc program.
    pub go_tpc: PathBuf,
    /// A Python interpreter with confluent-kafka and PyMySQL.
    pub python: PathBuf,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MariaDb {
    pub host: String,
    pub port: u16,
    /// May do everything.
    pub user: String,
    pub password: String,
    /// May do what a pipeline needs and no more: SELECT, REPLICATION SLAVE, REPLICATION CLIENT. Same password.
    pub replication_user: String,
    pub pid: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kafka {
    /// `host:port`.
    pub bootstrap: String,
    pub pid: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WebDriver {
    pub url: String,
    pub pid: u32,
}

impl Env {
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain structs serialise")
    }

    pub fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        serde_json::from_str(&text).with_context(|| format!("{} is not the lab's", file.display()))
    }

    /// Whole or not at all: readers may come at any time.
    pub fn write(&self, file: &Path) -> Result<()> {
        let draft = file.with_extension("json.new");
        fs::write(&draft, self.to_json())
            .and_then(|()| fs::rename(&draft, file))
            .with_context(|| format!("cannot write {}", file.display()))
    }
}
