//! What TiCDC tells about itself and its changefeeds.

use jiff::Timestamp;
use serde_json::Value;
use shared::sink_uri::SinkUri;
use shared::ticdc::Architecture;

/// Names a changefeed in a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChangefeedId {
    /// Empty is the server's own default, `default`; the classic architecture calls it namespace.
    pub keyspace: String,
    pub id: String,
}

impl ChangefeedId {
    /// In the default keyspace.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self { keyspace: String::new(), id: id.into() }
    }
}

impl std::fmt::Display for ChangefeedId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.keyspace.as_str() {
            "" | "default" => f.write_str(&self.id),
            keyspace => write!(f, "{keyspace}/{}", self.id),
        }
    }
}

/// What a node is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Liveness {
    Alive,
    /// Gives its tables away. The new architecture only: the classic one is `Stopping` then.
    Draining,
    Stopping,
}

/// One node, as it describes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerStatus {
    /// As it writes it: `v8.5.4-release.1`.
    pub version: String,
    pub git_hash: String,
    /// The node's id, a UUID; new with every start.
    pub id: String,
    /// Empty for servers that do not say.
    pub cluster_id: String,
    pub pid: u64,
    pub is_owner: bool,
    pub liveness: Liveness,
    /// `None`: it could not be found out.
    pub architecture: Option<Architecture>,
}

/// A node of the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    pub id: String,
    /// `host:port` at which the others reach it.
    pub address: String,
    pub is_owner: bool,
}

/// A node's work on a changefeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Processor {
    pub changefeed: ChangefeedId,
    pub capture_id: String,
}

/// What a changefeed is doing. The server sets it, and it survives restarts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Normal,
    /// Retries after an error; `failed` when that lasts longer than `changefeed-error-stuck-duration`.
    Warning,
    /// Paused.
    Stopped,
    /// Gave up; somebody has to look at it.
    Failed,
    /// Reached its target.
    Finished,
    Removed,
    /// What only other releases have.
    Other(String),
}

impl State {
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            // One that was just made has none yet.
            "" | "normal" => Self::Normal,
            "warning" | "pending" => Self::Warning,
            "stopped" => Self::Stopped,
            // Before v6 errors were one state.
            "failed" | "error" => Self::Failed,
            "finished" => Self::Finished,
            "removed" => Self::Removed,
            other => Self::Other(other.to_owned()),
        }
    }

    /// TiCDC's word.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Normal => "normal",
            Self::Warning => "warning",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Finished => "finished",
            Self::Removed => "removed",
            Self::Other(name) => name,
        }
    }

    /// Whether it moves rows, or tries to.
    #[must_use]
    pub fn is_running(&self) -> bool {
        matches!(self, Self::Normal | Self::Warning)
    }
}

/// Why a changefeed does not get on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangefeedError {
    /// `CDC:ErrKafkaSendMessage`
    pub code: String,
    /// As the server wrote it, without secrets.
    pub message: String,
    /// The node that it happened on.
    pub addr: String,
    /// Many servers do not say.
    pub time: Option<Timestamp>,
}

/// A node's tables of a changefeed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskStatus {
    pub capture_id: String,
    pub table_ids: Vec<i64>,
}

/// A changefeed. What a list leaves out is empty: see [`super::Client::changefeeds`].
#[derive(Clone, PartialEq)]
pub struct Changefeed {
    pub id: ChangefeedId,
    pub state: State,
    /// Everything up to here is in the sink; a TSO.
    pub checkpoint_ts: u64,
    /// Everything up to here is known; a TSO, in the new architecture the checkpoint.
    pub resolved_ts: u64,
    pub start_ts: u64,
    /// Where it ends, if anywhere.
    pub target_ts: Option<u64>,
    /// The checkpoint's time. From the TSO: the server's own text has no time zone.
    pub checkpoint_time: Option<Timestamp>,
    pub create_time: Option<Timestamp>,
    /// The release that made it.
    pub creator_version: String,
    pub error: Option<ChangefeedError>,
    /// As the server shows it: the SASL password is `xxxxx`, its order is the alphabet's, other secrets can be read.
    pub sink_uri: String,
    /// `replica_config` with all its defaults, in the API's names. **Holds secrets in clear.** Null in a list.
    pub config: Value,
    /// Empty in the new architecture.
    pub task_status: Vec<TaskStatus>,
}

impl std::fmt::Debug for Changefeed {
    /// Without the configuration, and with a sink URI that shows nothing.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sink_uri = SinkUri::parse(&self.sink_uri).map_or_else(|_| String::new(), |(uri, _)| uri.redacted());
        f.debug_struct("Changefeed")
            .field("id", &self.id)
            .field("state", &self.state)
            .field("checkpoint_ts", &self.checkpoint_ts)
            .field("start_ts", &self.start_ts)
            .field("target_ts", &self.target_ts)
            .field("error", &self.error)
            .field("sink_uri", &sink_uri)
            .finish_non_exhaustive()
    }
}

/// Whether the sink has everything. Times are the server's own text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synced {
    pub synced: bool,
    pub sink_checkpoint_ts: String,
    pub puller_resolved_ts: String,
    pub last_synced_ts: String,
    pub now_ts: String,
    /// Why, in the server's words.
    pub info: String,
}

/// A table upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName {
    pub schema: String,
    pub table: String,
    pub table_id: i64,
    pub is_partition: bool,
}

/// Tables that the filter lets in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VerifiedTables {
    /// Without a usable key.
    pub ineligible: Vec<TableName>,
    pub eligible: Vec<TableName>,
}
