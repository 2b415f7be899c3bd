//! The lab: the real parts that a user has, without Docker. MariaDB with a row binlog, Apache Kafka (KRaft, one node), a WebDriver
//! with Chromium, a Kafka Connect worker with published plugins, go-tpc, a Python with Confluent's client, and the Java clients of Kafka and
//! Confluent. Everything listens on loopback, on ports that were free at `up`.
//!
//! State lives in `.lab/`: `env.json` (addresses and pids), `run/` (pid files), `log/`, and the servers' data, which `down` removes.

mod broker;
mod certificates;
mod connect;
mod daemon;
mod env;
mod go_tpc;
pub mod http;
mod kafka;
mod mariadb;
mod maven;
mod oracle;
mod python;
mod wait;
mod webdriver;

pub use broker::Broker;
pub use env::{Cloud, Connect, Env, MariaDb};
pub use oracle::oracle;
pub use wait::{free_port, until};

use crate::{
    setup::debian::{self, Package, Probe},
    steps::Steps,
    workspace,
};
use anyhow::{Context, Result};
use daemon::Daemon;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// How many steps [`start`] takes.
pub const STEPS: usize = 8;

/// Only programs: no package here starts a service of its own.
const PACKAGES: &[Package] = &[
    Package { name: "mariadb-server-core", probe: Probe::Program("mariadbd") },
    Package { name: "mariadb-client-core", probe: Probe::Program("mariadb") },
    Package { name: "golang-go", probe: Probe::Program("go") },
    // With the compiler: the Java judge is run from its source.
    Package { name: "openjdk-17-jdk-headless", probe: Probe::Program("javac") },
    Package { name: "maven", probe: Probe::Program("mvn") },
    Package { name: "python3-venv", probe: Probe::Python("ensurepip") },
    Package { name: "openssl", probe: Probe::Program("openssl") },
];
const BROWSER: &[Package] = &[
    Package { name: "chromium", probe: Probe::Program("chromium") },
    Package { name: "chromium-driver", probe: Probe::Program("chromedriver") },
];

/// Confluent's client for the Schema Registry: its own artifact is not on Maven Central, this one has it inside.
const JAVA_CLIENTS: maven::Jars = maven::Jars {
    name: "java-clients",
    pom: include_str!("../../lab/java-clients/pom.xml"),
    artifact: "flink-sql-avro-confluent-registry",
    form: maven::Form::Jars,
};

/// Where the lab keeps its state.
pub fn dir() -> PathBuf {
    workspace::root().join(".lab")
}

/// `cargo xtask lab up`: all of it.
pub fn up() -> Result<()> {
    let mut steps = Steps::new(STEPS + 1);
    let env = start(&mut steps)?;
    let connect = steps.step("Kafka Connect", || start_connect(&env))?;
    println!("{}", Env { connect: Some(connect), ..env }.to_json());
    Ok(())
}

/// Gets, starts and waits for every part but Kafka Connect, in [`STEPS`] steps. What already runs is left as it is.
pub fn start(steps: &mut Steps) -> Result<Env> {
    let dir = dir();
    make_folders(&dir)?;
    steps.step("Debian packages for the lab", || debian::ensure(&[PACKAGES, BROWSER].concat()))?;
    let go_tpc = steps.step("go-tpc", go_tpc::get)?;
    let python = steps.step("Python with Confluent's client", python::get)?;
    let jars = steps.step("Apache Kafka's jars", || kafka::JARS.get())?;
    let clients = steps.step("Confluent's Java client", || JAVA_CLIENTS.get())?;
    let known = Env::read(&dir.join("env.json")).ok();
    let mariadb = steps.step("MariaDB", || mariadb::start(&dir, known.as_ref().map(|env| &env.mariadb)))?;
    let kafka = steps.step("Apache Kafka", || kafka::start(&dir, &jars, known.as_ref().map(|env| &env.kafka)))?;
    let webdriver = steps.step("Chromium's driver", || webdriver::start(&dir, known.as_ref().map(|env| &env.webdriver)))?;
    let java_class_path = format!("{}/*:{}/*", jars.display(), clients.display());
    let connect = known.and_then(|env| env.connect);
    let env = Env { mariadb, kafka, webdriver, connect, go_tpc, python, java_class_path };
    env.write(&dir.join("env.json"))?;
    Ok(env)
}

/// How many steps [`start_browser`] takes.
pub const BROWSER_STEPS: usize = 2;

/// Gets and starts the driver of the browser alone, in [`BROWSER_STEPS`] steps: beside databases and brokers a page would not be
/// measured but they. Answers a file that is to journeys what `env.json` is, with the driver's address and no more.
///
/// # Errors
/// When it cannot be installed or does not come up.
pub fn start_browser(steps: &mut Steps) -> Result<PathBuf> {
    let dir = dir();
    make_folders(&dir)?;
    steps.step("Debian's Chromium", || debian::ensure(BROWSER))?;
    let known = Env::read(&dir.join("env.json")).ok();
    let webdriver = steps.step("Chromium's driver", || webdriver::start(&dir, known.as_ref().map(|env| &env.webdriver)))?;
    let file = dir.join("run/browser.json");
    fs::write(&file, serde_json::json!({ "webdriver": { "url": webdriver.url } }).to_string())
        .with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}

/// Gets, starts and waits for a Kafka Connect worker of this lab's broker. One that already runs is left as it is.
///
/// # Errors
/// When it cannot be fetched or does not come up.
pub fn start_connect(env: &Env) -> Result<Connect> {
    let file = dir().join("env.json");
    let known = Env::read(&file).ok().and_then(|env| env.connect);
    let connect = connect::start(&dir(), &env.kafka.bootstrap, known.as_ref())?;
    Env { connect: Some(connect.clone()), ..env.clone() }.write(&file)?;
    Ok(connect)
}

/// Kills the source as a crash would, and starts it again on its data and port.
///
/// # Errors
/// When it does not come back.
pub fn crash_source(env: &mut Env) -> Result<()> {
    env.mariadb = mariadb::crash(&dir(), &env.mariadb)?;
    env.write(&dir().join("env.json"))
}

/// Stops the source as an administrator would, and starts it again on its data and port.
///
/// # Errors
/// When it does not come back.
pub fn restart_source(env: &mut Env) -> Result<()> {
    env.mariadb = mariadb::restart(&dir(), &env.mariadb)?;
    env.write(&dir().join("env.json"))
}

/// `cargo xtask lab down`: stops what runs, also after a crash of this program, and removes the servers' data.
pub fn down() -> Result<()> {
    let dir = dir();
    for name in PARTS {
        let daemon = Daemon::new(&dir, name);
        let was_running = daemon.pid().is_some();
        daemon.stop()?;
        eprintln!("{name}: {}", if was_running { "stopped" } else { "was not running" });
        remove(&dir.join(name))?;
    }
    match fs::remove_file(dir.join("env.json")) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).context("cannot remove .lab/env.json"),
        _ => Ok(()),
    }
}

/// `cargo xtask lab status`.
pub fn status() -> Result<()> {
    let dir = dir();
    for name in PARTS {
        match Daemon::new(&dir, name).pid() {
            Some(pid) => println!("{name}: running (pid {pid})"),
            None => println!("{name}: not running"),
        }
    }
    if let Ok(env) = Env::read(&dir.join("env.json")) {
        println!("{}", env.to_json());
    }
    Ok(())
}

/// Names of daemons, pid files, logs and data folders, in the order of stopping.
const PARTS: &[&str] = &[webdriver::NAME, connect::NAME, Broker::NAME, kafka::NAME, mariadb::NAME];

fn make_folders(dir: &Path) -> Result<()> {
    for folder in ["run", "log"] {
        fs::create_dir_all(dir.join(folder)).with_context(|| format!("cannot make {}", dir.join(folder).display()))?;
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        _ => Ok(()),
    }
}
