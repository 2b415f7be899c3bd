//! Apache Kafka from Maven Central: one node, KRaft, no wrapper scripts.

use super::{daemon::Daemon, env::Kafka, maven::Form, maven::Jars, wait::free_port};
use crate::process;
use anyhow::Result;
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

pub const NAME: &str = "kafka";
/// Any will do: there is one node.
const CLUSTER_ID: &str = "Y2hhbmdlZmVlZC1sYWItMQ";
const PROPERTIES: &str = "server.properties";

/// Kafka and all it needs.
pub const JARS: Jars = Jars { name: "kafka", pom: include_str!("../../lab/kafka/pom.xml"), artifact: "kafka_2.13", form: Form::Jars };

pub fn start(lab: &Path, jars: &Path, known: Option<&Kafka>) -> Result<Kafka> {
    let daemon = Daemon::new(lab, NAME);
    if let Some(known) = known.filter(|known| daemon.pid() == Some(known.pid) && answers(&known.bootstrap)) {
        return Ok(known.clone());
    }
    daemon.stop()?;
    let dir = lab.join(NAME);
    super::remove(&dir)?;
    let listens = format!("127.0.0.1:{}", free_port()?);
    format(jars, &dir, &listens, &listens)?;
    let pid = launch(&daemon, jars, &dir, &listens)?;
    Ok(Kafka { bootstrap: listens, pid })
}

/// A broker apart from the lab's, for a proof that breaks it. Gone when dropped.
pub struct Broker {
    daemon: Daemon,
    jars: PathBuf,
    dir: PathBuf,
    listens: String,
}

impl Broker {
    /// Names its daemon.
    pub const NAME: &str = "broker";

    /// Starts with an empty `dir`, which may be a disk of its own. It listens on `listens` and sends clients to `advertised`: where
    /// the proof has a gate. Both are `host:port`.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start(dir: &Path, listens: &str, advertised: &str) -> Result<Self> {
        let daemon = Daemon::new(&super::dir(), Self::NAME);
        daemon.stop()?;
        let broker = Self { daemon, jars: JARS.get()?, dir: dir.to_owned(), listens: listens.to_owned() };
        format(&broker.jars, dir, listens, advertised)?;
        broker.launch()?;
        Ok(broker)
    }

    pub fn is_running(&self) -> bool {
        self.daemon.pid().is_some()
    }

    /// Kills it as a crash would, unless it is down already, and starts it again on its data.
    ///
    /// # Errors
    /// When it does not come back.
    pub fn start_again(&self) -> Result<()> {
        if self.is_running() {
            self.daemon.crash()?;
        }
        self.launch()
    }

    /// SIGSTOP, a while, SIGCONT: a server that hangs.
    ///
    /// # Errors
    /// When it does not run.
    pub fn hang(&self, how_long: Duration) -> Result<()> {
        self.daemon.signal("STOP")?;
        std::thread::sleep(how_long);
        self.daemon.signal("CONT")
    }

    fn launch(&self) -> Result<()> {
        launch(&self.daemon, &self.jars, &self.dir, &self.listens).map(drop)
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // Nobody needs its data any more.
        let _ = self.daemon.crash();
        let _ = self.daemon.stop();
    }
}

/// A folder for a broker that has none yet.
fn format(jars: &Path, dir: &Path, listens: &str, advertised: &str) -> Result<()> {
    fs::create_dir_all(dir)?;
    fs::write(dir.join(PROPERTIES), settings(&dir.join("data"), listens, advertised, free_port()?))?;
    process::output(java(jars, "kafka.tools.StorageTool").args(["format", "-t", CLUSTER_ID, "-c"]).arg(dir.join(PROPERTIES))).map(drop)
}

/// Answers the pid.
fn launch(daemon: &Daemon, jars: &Path, dir: &Path, listens: &str) -> Result<u32> {
    let pid = daemon.start(java(jars, "kafka.Kafka").arg(dir.join(PROPERTIES)))?;
    daemon.wait_ready(Duration::from_secs(120), || answers(listens))?;
    Ok(pid)
}

fn java(jars: &Path, main: &str) -> Command {
    let mut java = Command::new("java");
    java.args(["-Xms128m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp"]);
    java.arg(jars.join("*")).arg(main);
    java
}

fn settings(data: &Path, listens: &str, advertised: &str, controller_port: u16) -> String {
    format!(
        "process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://{listens},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://{advertised}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={}
# The pipeline makes its own topics, as on any well-kept cluster.
auto.create.topics.enable=false
# One node.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
",
        data.display()
    )
}

/// Whether a broker answers Kafka's ApiVersions request (version 0: correlation id, error code, the list).
fn answers(bootstrap: &str) -> bool {
    const PATIENCE: Option<Duration> = Some(Duration::from_secs(5));
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(bootstrap)?;
        stream.set_read_timeout(PATIENCE)?;
        // Size 10, API key 18, version 0, correlation id 1, no client id.
        stream.write_all(&[0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff])?;
        let mut head = [0; 10];
        stream.read_exact(&mut head)?;
        Ok(head[4..] == [0, 0, 0, 1, 0, 0])
    };
    ask().unwrap_or(false)
}
