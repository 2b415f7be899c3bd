//! The pipeline under proof, and the programs that replicate it: `changefeed-studio run`, or a studio that it runs in.

use super::clock::Clock;
use crate::{
    lab::{Cloud, Env, MariaDb, http},
    process, workspace,
};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::{
    fs::{self, File, OpenOptions},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// The pipeline's name in [`Pipeline::to_toml`].
pub const NAME: &str = "end-to-end";
/// The secrets of [`Pipeline::to_toml`] are references to this variable.
pub const PASSWORD: &str = "LAB_PASSWORD";
/// The one of the Kafka login.
const KAFKA_SECRET: &str = "LAB_KAFKA_SECRET";
/// Nothing to replicate for so long means caught up. A server that is asked for a GTID looks for its place first, in silence.
const IDLE_SECONDS: &str = "10";

pub struct Pipeline<'a> {
    /// Every topic begins with it.
    pub prefix: &'a str,
    pub broker: &'a str,
    /// TLS and a login, as that listener of the broker asks for.
    pub cloud: Option<&'a Cloud>,
    pub registry: &'a str,
    /// Binlog file and offset.
    pub start: &'a str,
    pub delivery: &'a str,
    /// Operation and commit time in every message: the judge of order needs them, a sink would make columns of them.
    pub tidb_extension: bool,
    /// `[connect]` and `[[connectors]]`, as TOML.
    pub connectors: &'a str,
}

impl Pipeline<'_> {
    pub fn to_toml(&self, mariadb: &MariaDb) -> String {
        let Self { prefix, broker, cloud, registry, start, delivery, tidb_extension, connectors } = self;
        let login = cloud.map_or_else(String::new, |Cloud { ca, client_certificate, client_key, key, .. }| {
            let files = [("ca", ca), ("cert", client_certificate), ("key", client_key)];
            let files: String = files.iter().map(|(name, file)| format!("{name} = \"{}\"\n", file.display())).collect();
            format!("enable-tls = true\n{files}sasl-mechanism = \"plain\"\nsasl-user = \"{key}\"\nsasl-password = \"env:{KAFKA_SECRET}\"\n")
        });
        let MariaDb { host, port, replication_user, .. } = mariadb;
        format!(
            r#"version = 1
name = "{NAME}"

[source]
kind = "mysql"
url = "mysql://{replication_user}@{host}:{port}"
password = "env:{PASSWORD}"
start = "{start}"

[changefeed]
id = "end-to-end"
target = "native"

[changefeed.config.filter]
rules = ["tpcc.*", "!tpcc.history"]

[[changefeed.config.sink.dispatchers]]
matcher = ["*.*"]
topic = "{prefix}{{schema}}_{{table}}"
partition = "index-value"

[engine]
delivery = "{delivery}"

[kafka]
brokers = ["{broker}"]
topic = "{prefix}meta"

[kafka.params]
protocol = "avro"
partition-num = 3
replication-factor = 1
enable-tidb-extension = {tidb_extension}
{login}
[schema_registry]
url = "{registry}"

{connectors}"#
        )
    }
}

/// Starts the engine, again and again, on one data folder.
pub struct Runner {
    pipeline: PathBuf,
    data_dir: PathBuf,
    log: PathBuf,
    secrets: [(&'static str, String); 2],
    /// Its own, or else the machine's.
    pub clock: Option<Clock>,
}

impl Runner {
    pub fn new(pipeline: &Path, data_dir: &Path, log: &Path, lab: &Env) -> Self {
        let secrets = [(PASSWORD, lab.mariadb.password.clone()), (KAFKA_SECRET, lab.kafka.cloud.secret.clone())];
        let (pipeline, data_dir, log) = (pipeline.to_owned(), data_dir.to_owned(), log.to_owned());
        Self { pipeline, data_dir, log, secrets, clock: None }
    }

    /// Runs until somebody ends it.
    pub fn start(&self) -> Result<Engine> {
        let mut command = self.run()?;
        let child = command.spawn().with_context(|| format!("cannot start `{}`", process::line(&command)))?;
        Ok(Engine { child, log: self.log.clone(), studio: None })
    }

    /// Runs within a studio until somebody ends it. The first studio is told to; every later one must know by itself.
    ///
    /// # Errors
    /// When the studio does not come up, or refuses.
    pub fn start_in_studio(&self) -> Result<Engine> {
        let mut serve = self.command("serve")?;
        serve.args(["--no-playground", "--json", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped());
        let child = serve.spawn().with_context(|| format!("cannot start `{}`", process::line(&serve)))?;
        let mut engine = Engine { child, log: self.log.clone(), studio: None };
        // Its one line of output comes when it serves; the end of output without it means that it gave up.
        let mut line = String::new();
        BufReader::new(engine.child.stdout.take().context("standard output is piped")?).read_line(&mut line)?;
        let Some(url) = serde_json::from_str::<Value>(&line).ok().and_then(|said| said["url"].as_str().map(str::to_owned)) else {
            bail!("the studio did not come up; its log ends:\n{}", tail(&self.log));
        };
        let pipelines = format!("{url}api/v1/pipelines");
        engine.studio = Some(format!("{pipelines}/{NAME}"));
        if http::get(&pipelines)?.as_array().is_some_and(Vec::is_empty) {
            http::send("POST", &pipelines, Some(&json!({ "toml": fs::read_to_string(&self.pipeline)? })))?;
            http::send("POST", &format!("{pipelines}/{NAME}/start"), None)?;
        }
        engine.expect_alive()?;
        Ok(engine)
    }

    /// Runs until nothing is left to replicate.
    ///
    /// # Errors
    /// When the engine fails, or is still busy after `patience`.
    pub fn until_idle(&self, patience: Duration) -> Result<()> {
        let mut command = self.run()?;
        let mut child = command.args(["--until-idle", IDLE_SECONDS]).spawn().context("cannot start the engine")?;
        let mut status = None;
        crate::lab::until(patience, || {
            status = child.try_wait().ok().flatten();
            status.is_some()
        });
        match status {
            Some(status) if status.success() => Ok(()),
            Some(status) => bail!("the engine failed: {status}; its log ends:\n{}", tail(&self.log)),
            None => {
                child.kill()?;
                child.wait()?;
                bail!("the engine did not catch up within {} s; its log ends:\n{}", patience.as_secs(), tail(&self.log))
            }
        }
    }

    /// A line of ours between the engine's.
    pub fn note(&self, text: &str) -> Result<()> {
        writeln!(self.open_log()?, "--- {text}").context("cannot write the engine's log")
    }

    fn open_log(&self) -> Result<File> {
        OpenOptions::new().create(true).append(true).open(&self.log).with_context(|| format!("cannot write {}", self.log.display()))
    }

    fn run(&self) -> Result<Command> {
        let mut command = self.command("run")?;
        command.arg(&self.pipeline);
        Ok(command)
    }

    fn command(&self, what: &str) -> Result<Command> {
        let log = self.open_log()?;
        let mut command = Command::new(workspace::studio());
        command.arg(what).arg("--data-dir").arg(&self.data_dir);
        command.envs(self.secrets.iter().map(|(name, secret)| (name, secret)));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        if let Some(clock) = &self.clock {
            clock.put_on(&mut command);
        }
        Ok(command)
    }
}

/// A running engine; killed, not stopped, when dropped: whatever it has not finished is done again by the next.
pub struct Engine {
    child: Child,
    log: PathBuf,
    /// Where the studio that it runs in tells of the pipeline.
    studio: Option<String>,
}

impl Engine {
    /// # Errors
    /// When it has ended by itself, or come to rest in its studio.
    pub fn expect_alive(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the engine ended by itself: {status}; its log ends:\n{}", tail(&self.log));
        }
        let Some(studio) = &self.studio else { return Ok(()) };
        let pipeline = &http::get(studio)?["summary"];
        if !["starting", "running", "retrying"].iter().any(|state| pipeline["state"] == *state) {
            bail!("the pipeline is at rest in its studio: {pipeline:#}");
        }
        Ok(())
    }

    pub fn is_in_studio(&self) -> bool {
        self.studio.is_some()
    }

    pub fn signal(&self, name: &str) -> Result<()> {
        process::output(Command::new("sh").args(["-c", &format!("kill -{name} {}", self.child.id())])).map(drop)
    }

    /// Whether the process has a handler for SIGTERM (`SigCgt` of `man 5 proc_pid_status`, bit 14).
    fn listens(&self) -> bool {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
        caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & (1 << 14) != 0)
    }

    /// SIGTERM, and the wait for a clean end.
    ///
    /// # Errors
    /// When it takes longer than `patience`, or does not end well.
    pub fn stop(&mut self, patience: Duration) -> Result<()> {
        // One that has hardly begun does not listen yet, and would just be gone.
        crate::lab::until(patience, || self.listens() || self.child.try_wait().is_ok_and(|status| status.is_some()));
        self.signal("TERM")?;
        let mut status = None;
        crate::lab::until(patience, || {
            status = self.child.try_wait().ok().flatten();
            status.is_some()
        });
        match status {
            Some(status) if status.success() => Ok(()),
            Some(status) => bail!("the engine did not end well: {status}; its log ends:\n{}", tail(&self.log)),
            None => bail!("the engine did not end within {} s of SIGTERM; its log ends:\n{}", patience.as_secs(), tail(&self.log)),
        }
    }

    /// SIGKILL.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
