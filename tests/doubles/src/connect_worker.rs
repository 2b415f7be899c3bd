//! A Kafka Connect worker's REST API, for what a real one does only now and then: rebalances, old versions, failed tasks.
//!
//! Written from section 2.1 of the project's reference on downstream systems, that is from `apache/kafka`,
//! `connect/runtime/…/rest/resources`. Like a real worker it shows secrets in configurations and judges no secret.
//!
//! It does not do: source connectors, loggers, active topics, changes of offsets, `PATCH` of a configuration. Plugins judge
//! only what is required.

mod routes;

use crate::connectors::{Connector, Fault, Plugin, World, lock, plugins};
use crate::server::{Recorded, Server};
use serde_json::{Map, Value, json};
use std::sync::{Arc, Mutex};

/// What sort of worker it is.
#[derive(Clone, Debug)]
pub struct Options {
    /// Before 3.0 it restarts connectors without their tasks, before 3.5 it knows no offsets and no `stop`.
    pub version: (u32, u32, u32),
    /// User and password of its basic authentication; `None` asks for nothing.
    pub login: Option<(String, String)>,
    /// Before the paths of its API, as behind a proxy: `/connect`.
    pub prefix: String,
}

impl Default for Options {
    /// 4.1.0, open to everybody.
    fn default() -> Self {
        Self { version: (4, 1, 0), login: None, prefix: String::new() }
    }
}

/// A running double; it ends when it is dropped.
pub struct ConnectWorker {
    server: Server,
    worker: Arc<Worker>,
    url: String,
}

pub(crate) struct Worker {
    options: Options,
    plugins: Vec<Plugin>,
    world: Mutex<World>,
}

impl ConnectWorker {
    pub async fn start(options: Options) -> Self {
        let jdbc = "io.confluent.connect.jdbc.JdbcSinkConnector";
        let plugins = plugins(jdbc, &["connection.url"], "com.snowflake.kafka.connector.SnowflakeSinkConnector");
        let worker = Arc::new(Worker { options, plugins, world: Mutex::default() });
        let server = Server::start(routes::router(Arc::clone(&worker))).await;
        let url = format!("{}{}", server.url(), worker.options.prefix);
        Self { server, worker, url }
    }

    /// For `connect.url` of a document.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Everything that it was asked so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Recorded> {
        self.server.asked()
    }

    /// What goes wrong with the next request; called again, with the one after that.
    pub fn fail_next(&self, fault: Fault) {
        lock(&self.worker.world).faults.push_back(fault);
    }

    /// The cluster rebalances while the next so many requests come.
    pub fn rebalance(&self, requests: usize) {
        let message = "Cannot complete request momentarily due to stale configuration (typically caused by a concurrent config change)";
        let fault = Fault::Refuse { status: 409, body: json!({ "error_code": 409, "message": message }) };
        (0..requests).for_each(|_| self.fail_next(fault.clone()));
    }

    /// A connector as it is now.
    #[must_use]
    pub fn connector(&self, name: &str) -> Option<Connector> {
        lock(&self.worker.world).connectors.get(name).cloned()
    }

    #[must_use]
    pub fn names(&self) -> Vec<String> {
        lock(&self.worker.world).connectors.keys().cloned().collect()
    }

    /// How many connectors were ever created.
    #[must_use]
    pub fn created(&self) -> usize {
        lock(&self.worker.world).created
    }

    /// Makes a running connector, as somebody else would.
    pub fn add(&self, name: &str, config: &Map<String, Value>) {
        lock(&self.worker.world).insert(name, config.clone());
    }

    /// Kills one task of a connector; the connector itself stays `RUNNING`, as with a real worker.
    ///
    /// # Panics
    /// There is no such connector or task.
    pub fn fail_task(&self, name: &str, task: usize, trace: &str) {
        self.change(name, |connector| {
            let task = connector.tasks.get_mut(task).expect("the task is there");
            "FAILED".clone_into(&mut task.state);
            trace.clone_into(&mut task.trace);
        });
    }

    /// Puts a connector into a state of its own, without looking at its tasks.
    ///
    /// # Panics
    /// There is no such connector.
    pub fn set_state(&self, name: &str, state: &str, trace: &str) {
        self.change(name, |connector| {
            state.clone_into(&mut connector.state);
            trace.clone_into(&mut connector.trace);
        });
    }

    /// Makes it a connector that no worker has taken yet: there is no status of it.
    ///
    /// # Panics
    /// There is no such connector.
    pub fn forget_status(&self, name: &str) {
        self.change(name, |connector| connector.state.clear());
    }

    /// How far a connector has read: topic, partition, offset.
    ///
    /// # Panics
    /// There is no such connector.
    pub fn set_offsets(&self, name: &str, offsets: &[(&str, i32, i64)]) {
        let offsets = offsets.iter().map(|&(topic, partition, offset)| (topic.to_owned(), partition, offset)).collect();
        self.change(name, |connector| connector.offsets = offsets);
    }

    fn change(&self, name: &str, change: impl FnOnce(&mut Connector)) {
        change(lock(&self.worker.world).connectors.get_mut(name).expect("the connector is there"));
    }
}
