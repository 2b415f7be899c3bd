//! Apache Kafka from Maven Central: one node, KRaft, no wrapper scripts.

use super::{daemon::Daemon, env::Kafka, maven::Form, maven::Jars, wait::free_port};
use crate::process;
use anyhow::Result;
use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::Command,
    time::Duration,
};

pub const NAME: &str = "kafka";
/// Any will do: there is one node.
pub(super) const CLUSTER_ID: &str = "Y2hhbmdlZmVlZC1sYWItMQ";

/// Settings of a node that has no others.
pub(super) const ONE_NODE: &str = "\
# The pipeline makes its own topics, as on any well-kept cluster.
auto.create.topics.enable=false
# One node.
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
";

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
    fs::create_dir_all(&dir)?;
    let (port, controller_port) = (free_port()?, free_port()?);
    let properties = dir.join("server.properties");
    fs::write(&properties, settings(&dir.join("data"), port, controller_port))?;
    process::output(java(jars, "kafka.tools.StorageTool").args(["format", "-t", CLUSTER_ID, "-c"]).arg(&properties))?;
    launch(lab, jars, format!("127.0.0.1:{port}"))
}

fn launch(lab: &Path, jars: &Path, bootstrap: String) -> Result<Kafka> {
    let daemon = Daemon::new(lab, NAME);
    let pid = daemon.start(java(jars, "kafka.Kafka").arg(lab.join(NAME).join("server.properties")))?;
    daemon.wait_ready(Duration::from_secs(120), || answers(&bootstrap))?;
    Ok(Kafka { bootstrap, pid })
}

pub(super) fn java(jars: &Path, main: &str) -> Command {
    let mut java = Command::new("java");
    java.args(["-Xms128m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp"]);
    java.arg(jars.join("*")).arg(main);
    java
}

fn settings(data: &Path, port: u16, controller_port: u16) -> String {
    format!(
        "process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs={}
{ONE_NODE}",
        data.display()
    )
}

/// Whether a broker answers Kafka's ApiVersions request (version 0: correlation id, error code, the list).
pub(super) fn answers(bootstrap: &str) -> bool {
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
