//! The lab's addresses, from the file that `cargo xtask lab up` writes.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::{env, fs, path::PathBuf, process::Command};

pub struct Lab(Value);

impl Lab {
    /// # Errors
    /// When the variable `LAB` does not name the lab's `env.json`.
    pub fn read() -> Result<Self> {
        let file = PathBuf::from(env::var_os("LAB").context("run journeys with `cargo xtask journeys`")?);
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(Self(serde_json::from_str(&text)?))
    }

    #[must_use]
    pub fn webdriver(&self) -> &str {
        self.text("/webdriver/url")
    }

    /// `host:port`.
    #[must_use]
    pub fn kafka(&self) -> &str {
        self.text("/kafka/bootstrap")
    }

    /// The same broker behind TLS and a login, as Confluent Cloud's are: `bootstrap`, `ca`, `key`, `secret`, `reader_key`, …
    #[must_use]
    pub fn cloud(&self, what: &str) -> &str {
        self.text(&format!("/kafka/cloud/{what}"))
    }

    /// As a person types it: the user with a pipeline's rights and no more.
    #[must_use]
    pub fn mysql_url(&self) -> String {
        let port = self.0.pointer("/mariadb/port").and_then(Value::as_u64).unwrap_or_default();
        format!("mysql://{}@{}:{port}", self.text("/mariadb/replication_user"), self.text("/mariadb/host"))
    }

    #[must_use]
    pub fn mysql_password(&self) -> &str {
        self.text("/mariadb/password")
    }

    /// Runs SQL text as the user who may do everything.
    ///
    /// # Errors
    /// When the client does not succeed.
    pub fn sql(&self, text: &str) -> Result<()> {
        let port = self.0.pointer("/mariadb/port").and_then(Value::as_u64).unwrap_or_default();
        let mut client = Command::new("mariadb");
        client.args(["--no-defaults", "--protocol=tcp", "--host", self.text("/mariadb/host"), "--port", &port.to_string()]);
        client.args(["--user", self.text("/mariadb/user"), "--execute", text]).env("MYSQL_PWD", self.mysql_password());
        let output = client.output().context("cannot start Debian's `mariadb`")?;
        if !output.status.success() {
            bail!("{}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(())
    }

    fn text(&self, pointer: &str) -> &str {
        self.0.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}
