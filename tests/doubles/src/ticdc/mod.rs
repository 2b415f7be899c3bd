//! TiCDC's Open API, v2 and the part of v1 that old clients use, of both architectures.
//!
//! Written from what the server's source says (`pingcap/ticdc` api/v1, api/v2, api/middleware, pkg/config; differences of
//! `pingcap/tiflow`): routes, codes, texts, which status a code has, what is masked and what is not, that a configuration is
//! replaced as a whole, that only the owner answers most questions. TiCDC's own API client, in Go, takes both architectures
//! through a changefeed's life, and the configuration's defaults are those that it sends.
//!
//! It moves no rows and knows no Kafka: a sink URI is looked at, never connected to. A changefeed's checkpoint moves when
//! somebody looks, or on command. Of the filter grammar it knows `*`, `?`, `!` and plain names.
//!
//! ```no_run
//! # async fn example() {
//! use doubles::ticdc::{Options, TiCdc, Trouble};
//! let ticdc = TiCdc::start(Options::default()).await;
//! ticdc.fail_next(Trouble::AnswerLost);
//! println!("changefeed.ticdc_server = \"{}\"", ticdc.url());
//! # }
//! ```

mod api;
mod cluster;
mod config;
mod feed;
mod refusal;
mod reply;
mod show;
mod sink_uri;
mod trouble;
mod validate;

pub use trouble::Trouble;

use crate::{Recorded, Server};
use cluster::Cluster;
use feed::{Feed, State};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// The two implementations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Architecture {
    /// `pingcap/tiflow`: namespaces, processors, 500 for an id that is taken.
    Classic,
    /// `pingcap/ticdc`: keyspaces, `gid`, no processors.
    #[default]
    New,
}

/// What the node does that is not the owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondNode {
    /// Asks the owner itself, as TiCDC does.
    Forwards,
    /// Points at the owner with 307, as a balancer before it may.
    Redirects,
}

/// A table upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub schema: String,
    pub name: String,
    /// Whether it has a key that TiCDC can use.
    pub has_key: bool,
}

impl Table {
    /// One with a key.
    #[must_use]
    pub fn new(schema: &str, name: &str) -> Self {
        Self { schema: schema.to_owned(), name: name.to_owned(), has_key: true }
    }

    #[must_use]
    pub fn without_key(self) -> Self {
        Self { has_key: false, ..self }
    }
}

/// Called with the sink URI, secrets included, and the configuration of each changefeed that is created.
pub type OnCreate = Arc<dyn Fn(&str, &Value) + Send + Sync>;

/// What cluster to be. The default is one node of the new architecture, without a login or tables.
#[derive(Clone)]
pub struct Options {
    pub architecture: Architecture,
    /// As it writes it. Default `v8.5.4-release.1`. Options of later releases are ignored, as TiCDC ignores what it does not know.
    pub version: String,
    /// Servers before v6.2 have v1 alone. Default true.
    pub has_v2: bool,
    /// `security.client-user-required`: user and password. Looking needs no login, only changing does, as in TiCDC.
    pub login: Option<(String, String)>,
    /// Default: none.
    pub second_node: Option<SecondNode>,
    /// Keyspaces of a next-generation kernel, which then have to be named; empty is the classic kernel, which ignores them.
    pub keyspaces: Vec<String>,
    pub tables: Vec<Table>,
    /// Whether answers mask the configuration's secrets too. No release that is known does; a proxy or a later one may.
    pub masks_config: bool,
    /// How far the checkpoint moves each time that somebody looks at a running changefeed. Default one second; zero leaves it
    /// to [`TiCdc::advance`].
    pub step: Duration,
    pub on_create: Option<OnCreate>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            architecture: Architecture::New,
            version: "v8.5.4-release.1".to_owned(),
            has_v2: true,
            login: None,
            second_node: None,
            keyspaces: Vec::new(),
            tables: Vec::new(),
            masks_config: false,
            step: Duration::from_secs(1),
            on_create: None,
        }
    }
}

impl Options {
    /// A classic cluster of that version, e.g. `v7.5.0`.
    #[must_use]
    pub fn classic(version: &str) -> Self {
        Self { architecture: Architecture::Classic, version: version.to_owned(), ..Self::default() }
    }

    /// A cluster from before the API v2.
    #[must_use]
    pub fn v1_only() -> Self {
        Self { has_v2: false, ..Self::classic("v6.1.7") }
    }
}

/// A running cluster; it ends when it is dropped. Changefeeds are named by their id, in the default keyspace.
pub struct TiCdc {
    nodes: Vec<Server>,
    cluster: Arc<Cluster>,
}

impl TiCdc {
    /// # Panics
    /// There is no free port.
    pub async fn start(options: Options) -> Self {
        let count = if options.second_node.is_some() { 2 } else { 1 };
        let cluster = Arc::new(Cluster::new(options));
        let mut nodes = Vec::new();
        for index in 0..count {
            let node = Server::start(api::router(Arc::clone(&cluster), index)).await;
            cluster.add_node(node.url());
            nodes.push(node);
        }
        Self { nodes, cluster }
    }

    /// The first node, which is the owner until [`TiCdc::move_owner`].
    #[must_use]
    pub fn url(&self) -> &str {
        self.nodes[0].url()
    }

    /// The second node; the first when it is alone.
    #[must_use]
    pub fn second_url(&self) -> &str {
        self.nodes[self.nodes.len() - 1].url()
    }

    /// Everything that the nodes were asked, node by node.
    #[must_use]
    pub fn asked(&self) -> Vec<Recorded> {
        self.nodes.iter().flat_map(Server::asked).collect()
    }

    /// What happens to the next request that changes something. Several wait in line.
    pub fn fail_next(&self, trouble: Trouble) {
        self.cluster.troubles.add(trouble, false);
    }

    /// What happens to the next request that only looks, apart from `/status`.
    pub fn fail_next_read(&self, trouble: Trouble) {
        self.cluster.troubles.add(trouble, true);
    }

    /// Makes the other node the owner.
    pub fn move_owner(&self) {
        self.cluster.move_owner();
    }

    /// The ids of all changefeeds, sorted.
    #[must_use]
    pub fn ids(&self) -> Vec<String> {
        self.cluster.ids()
    }

    /// Its state's name; `None` when it is not there.
    #[must_use]
    pub fn state(&self, id: &str) -> Option<String> {
        self.cluster.look(id, |feed| feed.state.name().to_owned())
    }

    /// Its sink URI as it is stored, secrets included.
    #[must_use]
    pub fn sink_uri(&self, id: &str) -> Option<String> {
        self.cluster.look(id, |feed| feed.sink_uri.clone())
    }

    /// Its configuration as it is stored, secrets included.
    #[must_use]
    pub fn config(&self, id: &str) -> Option<Value> {
        self.cluster.look(id, |feed| feed.config.clone())
    }

    #[must_use]
    pub fn checkpoint_ts(&self, id: &str) -> Option<u64> {
        self.cluster.look(id, |feed| feed.checkpoint_ts)
    }

    /// Adds a running changefeed that somebody made elsewhere: nothing of it is checked, and no hook is called.
    pub fn add(&self, id: &str, sink_uri: &str, config: &Value) {
        self.cluster.add(id, sink_uri, config);
    }

    /// Moves the checkpoint to a TSO.
    pub fn advance(&self, id: &str, checkpoint_ts: u64) {
        self.cluster.change(id, |feed| feed.advance(checkpoint_ts));
    }

    /// Gives a changefeed a retryable error: `warning`.
    pub fn warn(&self, id: &str, code: &str, message: &str) {
        self.cluster.change(id, |feed| feed.trip(State::Warning, code, message));
    }

    /// Gives a changefeed an error that it does not get over: `failed`.
    pub fn fail(&self, id: &str, code: &str, message: &str) {
        self.cluster.change(id, |feed| feed.trip(State::Failed, code, message));
    }

    /// Ends a warning.
    pub fn recover(&self, id: &str) {
        self.cluster.change(id, Feed::run);
    }

    /// What `synced` says of it; false at first.
    pub fn set_synced(&self, id: &str, synced: bool) {
        self.cluster.change(id, |feed| feed.is_synced = synced);
    }

    /// Starts at or before this TSO are refused. 0 at first.
    pub fn set_gc_safepoint(&self, ts: u64) {
        self.cluster.set_gc_safepoint(ts);
    }

    /// The levels that the log was set to.
    #[must_use]
    pub fn log_levels(&self) -> Vec<String> {
        self.cluster.log_levels()
    }

    /// The cluster's time, a TSO.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.cluster.now()
    }
}
