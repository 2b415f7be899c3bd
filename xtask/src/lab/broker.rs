//! A broker apart from the lab's, for a proof that breaks it.

use super::{
    daemon::Daemon,
    kafka::{CLUSTER_ID, JARS, ONE_NODE, answers, java},
    wait::free_port,
};
use crate::process;
use anyhow::Result;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// Gone when dropped.
pub struct Broker {
    daemon: Daemon,
    jars: PathBuf,
    properties: PathBuf,
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
        let broker = Self { daemon, jars: JARS.get()?, properties: dir.join("server.properties"), listens: listens.to_owned() };
        fs::write(&broker.properties, settings(&dir.join("data"), listens, advertised, free_port()?))?;
        process::output(java(&broker.jars, "kafka.tools.StorageTool").args(["format", "-t", CLUSTER_ID, "-c"]).arg(&broker.properties))?;
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
        self.daemon.start(java(&self.jars, "kafka.Kafka").arg(&self.properties))?;
        self.daemon.wait_ready(Duration::from_secs(120), || answers(&self.listens))
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        // Nobody needs its data any more.
        let _ = self.daemon.crash();
        let _ = self.daemon.stop();
    }
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
{ONE_NODE}",
        data.display()
    )
}
