//! A Kafka Connect worker with published plugins: Debezium's JDBC sink, Snowflake's sink, Confluent's Avro converter.
//!
//! It is started by those who need it: its plugins are some 200 MB to fetch, and it takes as much memory as the broker.

use super::{daemon::Daemon, env::Connect, http, maven::Form, maven::Jars, wait::free_port};
use anyhow::{Context, Result};
use std::{fs, os::unix::fs::symlink, path::Path, process::Command, time::Duration};

pub const NAME: &str = "connect";

/// The worker, without plugins.
const WORKER: Jars =
    Jars { name: "connect", pom: include_str!("../../lab/connect/pom.xml"), artifact: "connect-runtime", form: Form::Jars };
/// What it finds on its `plugin.path`: a folder each.
const PLUGINS: [Jars; 2] = [
    Jars {
        name: "connect-debezium",
        pom: include_str!("../../lab/connect-debezium/pom.xml"),
        artifact: "debezium-connector-jdbc",
        form: Form::Archive,
    },
    Jars {
        name: "connect-snowflake",
        pom: include_str!("../../lab/connect-snowflake/pom.xml"),
        artifact: "snowflake-kafka-connector",
        form: Form::Jars,
    },
];

/// Fetches on first use; one that runs for the same brokers is left as it is.
pub fn start(lab: &Path, bootstrap: &str, known: Option<&Connect>) -> Result<Connect> {
    let daemon = Daemon::new(lab, NAME);
    if let Some(known) = known.filter(|known| daemon.pid() == Some(known.pid) && known.bootstrap == bootstrap && is_ready(&known.url)) {
        return Ok(known.clone());
    }
    daemon.stop()?;
    let dir = lab.join(NAME);
    super::remove(&dir)?;
    let plugin_path = dir.join("plugins");
    fs::create_dir_all(&plugin_path)?;
    for plugin in PLUGINS {
        let link = plugin_path.join(plugin.name);
        symlink(plugin.get()?, &link).with_context(|| format!("cannot make {}", link.display()))?;
    }
    let port = free_port()?;
    let properties = dir.join("worker.properties");
    fs::write(&properties, settings(bootstrap, port, &plugin_path))?;

    let mut java = Command::new("java");
    java.args(["-Xms128m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp"]);
    java.arg(WORKER.get()?.join("*")).arg("org.apache.kafka.connect.cli.ConnectDistributed").arg(&properties);
    let pid = daemon.start(&mut java)?;
    let url = format!("http://127.0.0.1:{port}");
    daemon.wait_ready(Duration::from_secs(120), || is_ready(&url))?;
    Ok(Connect { url, bootstrap: bootstrap.to_owned(), pid })
}

fn settings(bootstrap: &str, port: u16, plugin_path: &Path) -> String {
    format!(
        "bootstrap.servers={bootstrap}
group.id=lab-connect
listeners=http://127.0.0.1:{port}
rest.advertised.host.name=127.0.0.1
plugin.path={}
# Plugins older than the manifests are found by looking into their jars, without a warning for each.
plugin.discovery=only_scan
# A connector that brings no converters of its own sees bytes, and not by luck the right ones.
key.converter=org.apache.kafka.connect.converters.ByteArrayConverter
value.converter=org.apache.kafka.connect.converters.ByteArrayConverter
# Who waits for a sink waits for its committed offsets.
offset.flush.interval.ms=1000
scheduled.rebalance.max.delay.ms=0
# One node.
config.storage.topic=lab-connect-configs
offset.storage.topic=lab-connect-offsets
status.storage.topic=lab-connect-status
config.storage.replication.factor=1
offset.storage.replication.factor=1
status.storage.replication.factor=1
offset.storage.partitions=1
status.storage.partitions=1
",
        plugin_path.display()
    )
}

/// The worker's own question: it has joined its group and read what it knew.
fn is_ready(url: &str) -> bool {
    http::get(&format!("{url}/health")).is_ok_and(|health| health["status"] == "healthy")
}
