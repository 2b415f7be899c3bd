//! Confluent Cloud's Connect API, v1, of one environment with one cluster.
//!
//! Written from section 1.4 of the project's reference on downstream systems and from the published OpenAPI document
//! (`confluentinc/ccloud-sdk-go-v2`, `connect/v1/api/openapi.yaml`). Paths and answers are its; what it leaves open (the text
//! of a name that is taken, a cluster of another environment) is made up in its manner.
//!
//! It does not do: custom connectors and plugins, tokens instead of keys, changes of offsets, the gateway's own rate limit.

mod routes;

use crate::connectors::{Connector, Fault, Plugin, World, lock, plugins};
use crate::server::{Recorded, Server};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};
use std::sync::{Arc, Mutex};

/// What it shows in place of a secret.
pub const MASK: &str = "****************";

/// An API key and its secret.
pub type Key = (String, String);

/// The account that it has.
#[derive(Clone, Debug)]
pub struct Options {
    pub environment: String,
    pub cluster: String,
    /// The only key that opens this API.
    pub cloud_key: Key,
    /// Connectors may read the cluster with it; here it is refused.
    pub cluster_key: Key,
    /// Connectors over other topics are refused; `None` takes any.
    pub topics: Option<Vec<String>>,
    /// How many times the state of a new connector is asked for before it is `RUNNING`; `None` waits for
    /// [`ConfluentCloud::provision`].
    pub looks_until_running: Option<u32>,
}

impl Default for Options {
    /// `env-1` with `lkc-1`, running at the second look.
    fn default() -> Self {
        let key = |name: &str, secret: &str| (name.to_owned(), secret.to_owned());
        Self {
            environment: "env-1".to_owned(),
            cluster: "lkc-1".to_owned(),
            cloud_key: key("CLOUDKEY12345678", "cl0ud+secret/of=the==double"),
            cluster_key: key("CLUSTERKEY123456", "clu5ter+secret/of=the==double"),
            topics: None,
            looks_until_running: Some(1),
        }
    }
}

/// A running double; it ends when it is dropped.
pub struct ConfluentCloud {
    server: Server,
    account: Arc<Account>,
}

pub(crate) struct Account {
    options: Options,
    plugins: Vec<Plugin>,
    world: Mutex<World>,
}

impl Account {
    /// The `Authorization` header of a key.
    fn basic((key, secret): &Key) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(format!("{key}:{secret}")))
    }

    fn plugin(&self, class: &str) -> Option<&Plugin> {
        self.plugins.iter().find(|plugin| plugin.class == class)
    }
}

impl ConfluentCloud {
    pub async fn start(options: Options) -> Self {
        let required = [
            "kafka.api.key",
            "kafka.api.secret",
            "input.data.format",
            "connection.host",
            "connection.user",
            "connection.password",
            "db.name",
        ];
        let plugins = plugins("MicrosoftSqlServerSink", &required, "SnowflakeSink");
        let account = Arc::new(Account { options, plugins, world: Mutex::default() });
        Self { server: Server::start(routes::router(Arc::clone(&account))).await, account }
    }

    /// For `confluent_cloud.url` of a document.
    #[must_use]
    pub fn url(&self) -> &str {
        self.server.url()
    }

    /// Everything that it was asked so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Recorded> {
        self.server.asked()
    }

    /// What goes wrong with the next request; called again, with the one after that.
    pub fn fail_next(&self, fault: Fault) {
        lock(&self.account.world).faults.push_back(fault);
    }

    /// A connector as it is now.
    #[must_use]
    pub fn connector(&self, name: &str) -> Option<Connector> {
        lock(&self.account.world).connectors.get(name).cloned()
    }

    #[must_use]
    pub fn names(&self) -> Vec<String> {
        lock(&self.account.world).connectors.keys().cloned().collect()
    }

    /// How many connectors were ever created.
    #[must_use]
    pub fn created(&self) -> usize {
        lock(&self.account.world).created
    }

    /// Makes a running connector, as somebody else would.
    pub fn add(&self, name: &str, config: &Map<String, Value>) {
        lock(&self.account.world).insert(name, config.clone());
    }

    /// Ends the provisioning of a connector: it runs.
    ///
    /// # Panics
    /// There is no such connector.
    pub fn provision(&self, name: &str) {
        self.change(name, |connector| connector.provisioning = Some(0));
    }

    /// Fails one task of a connector by the user's fault; all of them make the connector `FAILED`, some `DEGRADED`.
    ///
    /// # Panics
    /// There is no such connector.
    pub fn fail_task(&self, name: &str, task: usize, message: &str) {
        self.change(name, |connector| {
            if let Some(task) = connector.tasks.get_mut(task) {
                "USER_ACTIONABLE_ERROR".clone_into(&mut task.state);
                message.clone_into(&mut task.trace);
            }
            let is_whole = connector.tasks.iter().all(|task| !task.trace.is_empty());
            (if is_whole { "FAILED" } else { "DEGRADED" }).clone_into(&mut connector.state);
            "There is an issue with the connector".clone_into(&mut connector.trace);
        });
    }

    /// Fails a whole connector, as one that cannot be provisioned.
    ///
    /// # Panics
    /// There is no such connector.
    pub fn fail_connector(&self, name: &str, trace: &str) {
        self.change(name, |connector| {
            connector.provisioning = Some(0);
            connector.tasks.clear();
            "FAILED".clone_into(&mut connector.state);
            trace.clone_into(&mut connector.trace);
        });
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
        change(lock(&self.account.world).connectors.get_mut(name).expect("the connector is there"));
    }
}
