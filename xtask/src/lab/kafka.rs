//! Apache Kafka from Maven Central: one node, KRaft, no wrapper scripts.

use super::{
    certificates,
    daemon::Daemon,
    env::{Cloud, Kafka},
    maven::{Form, Jars},
    wait::free_port,
};
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

/// Keys of the second listener, which is as Confluent Cloud's is: TLS, and a login with SASL PLAIN. Invented, and known to everybody.
const KEY: &str = "L5WWA4GK4NAT2EQV";
const SECRET: &str = "k3+/x9Zq8vT1nW5mB7cR2dF4gH6jK8lP0oI9uY7tE5rW3qA1sD+fG/hJ2kL4zX=c";
/// May look at every topic, and write to none.
const READER_KEY: &str = "QWERTZUIOPASDFGH";
const READER_SECRET: &str = "r3ader/and+known=";

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
    let certificates = certificates::make(&dir.join("tls"))?;
    let ports = Ports { plain: free_port()?, cloud: free_port()?, controller: free_port()? };
    let properties = dir.join("server.properties");
    fs::write(&properties, settings(&dir.join("data"), &ports, &certificates.server))?;
    process::output(java(jars, "kafka.tools.StorageTool").args(["format", "-t", CLUSTER_ID, "-c"]).arg(&properties))?;
    let cloud = Cloud {
        bootstrap: format!("127.0.0.1:{}", ports.cloud),
        ca: certificates.ca,
        client_certificate: certificates.client.0,
        client_key: certificates.client.1,
        key: KEY.to_owned(),
        secret: SECRET.to_owned(),
        reader_key: READER_KEY.to_owned(),
        reader_secret: READER_SECRET.to_owned(),
    };
    let kafka = launch(lab, jars, format!("127.0.0.1:{}", ports.plain), cloud)?;
    let reader = format!("User:{READER_KEY}");
    let rights = ["--operation", "Describe", "--operation", "DescribeConfigs", "--operation", "Read", "--topic", "*"];
    let mut grant = java(jars, "kafka.admin.AclCommand");
    grant.args(["--bootstrap-server", &kafka.bootstrap, "--add", "--allow-principal", &reader]).args(rights);
    process::output(&mut grant)?;
    Ok(kafka)
}

fn launch(lab: &Path, jars: &Path, bootstrap: String, cloud: Cloud) -> Result<Kafka> {
    let daemon = Daemon::new(lab, NAME);
    let pid = daemon.start(java(jars, "kafka.Kafka").arg(lab.join(NAME).join("server.properties")))?;
    daemon.wait_ready(Duration::from_secs(120), || answers(&bootstrap))?;
    Ok(Kafka { bootstrap, cloud, pid })
}

pub(super) fn java(jars: &Path, main: &str) -> Command {
    let mut java = Command::new("java");
    java.args(["-Xms128m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp"]);
    java.arg(jars.join("*")).arg(main);
    java
}

struct Ports {
    plain: u16,
    cloud: u16,
    controller: u16,
}

/// Whoever comes through the plain listener may do everything; on the other one that takes a key.
fn settings(data: &Path, ports: &Ports, server_pem: &Path) -> String {
    let Ports { plain, cloud, controller } = ports;
    format!(
        "process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{plain},CLOUD://127.0.0.1:{cloud},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{plain},CLOUD://127.0.0.1:{cloud}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CLOUD:SASL_SSL,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.name.cloud.ssl.keystore.type=PEM
listener.name.cloud.ssl.keystore.location={server}
listener.name.cloud.sasl.enabled.mechanisms=PLAIN
listener.name.cloud.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_{KEY}=\"{SECRET}\" user_{READER_KEY}=\"{READER_SECRET}\";
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS;User:{KEY}
log.dirs={data}
{ONE_NODE}",
        server = server_pem.display(),
        data = data.display()
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
