//! What runs: the parts of a launched pipeline, clusters with all that is on them, and drift.

use crate::Finding;
use serde::{Deserialize, Serialize};
use serde_json::Value;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PartKind {
    Changefeed,
    Connector,
    KsqlStatement,
}

/// A part's health as one word; the remote system's own word is in `state_text`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PartState {
    Running,
    /// Being set up, or trying again by itself.
    Pending,
    Paused,
    /// Runs, but some of it does not: a failed task, dead letters, a lag that grows.
    Degraded,
    Failed,
    /// It reached its end: a target-ts, a statement that has been executed.
    Finished,
    /// Not there.
    Absent,
    /// It could not be asked; `findings` say why.
    Unknown,
}

/// A task of a connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartTask {
    pub id: u32,
    /// The worker's word, e.g. `RUNNING`.
    pub state: String,
    pub worker: String,
    /// Stack trace of a failed task, secrets redacted; empty otherwise.
    #[serde(default)]
    pub trace: String,
}

/// What one part of a pipeline does now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartStatus {
    /// As in [`PlannedStep`](super::PlannedStep): `changefeed`, `connector:NAME`, `ksqldb:NAME`.
    pub id: String,
    pub kind: PartKind,
    pub name: String,
    pub place: String,
    pub state: PartState,
    /// The system's own word, e.g. `normal`, `RUNNING`.
    pub state_text: String,
    pub tasks: Vec<PartTask>,
    /// Records in the connector's dead letter topic; on our engine rows that went to one since it was started. `None`: it has none,
    /// or it could not be asked.
    pub dead_letters: Option<u64>,
    /// Changefeed: how far its checkpoint is behind now, milliseconds.
    pub checkpoint_lag_ms: Option<u64>,
    /// Changefeed: how far its resolved-ts is behind now, milliseconds.
    pub resolved_lag_ms: Option<u64>,
    /// Changefeed: TSO.
    pub checkpoint_ts: Option<u64>,
    /// Connector: records not yet read, over all its topics.
    pub records_behind: Option<u64>,
    /// Errors explained: cause and fix, from the same tables as the error explainer.
    pub findings: Vec<Finding>,
    /// What can be asked of it now.
    pub actions: Vec<PartAction>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PartAction {
    Pause,
    Resume,
    /// The whole connector, tasks included.
    Restart,
    /// Only what failed.
    RestartFailed,
    Remove,
}

/// One difference between the document and what runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Drift {
    /// The part it is in.
    pub part: String,
    /// The remote system's own key, e.g. `replica_config.sink.dispatchers[0].topic`, `tasks.max`.
    pub key: String,
    /// Place in the pipeline document; empty when the document has no place for it.
    pub path: String,
    /// What the document says; `None`: nothing. Secrets are redacted.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub document: Option<Value>,
    /// What runs; `None`: nothing.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub running: Option<Value>,
    /// Whether the running part can be made as the document says.
    pub can_push: bool,
    /// Whether the document can be made as the running part is.
    pub can_pull: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DriftReport {
    pub drifts: Vec<Drift>,
    /// Parts that could not be compared, and why.
    pub findings: Vec<Finding>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RepairDirection {
    /// What runs becomes what the document says. A changefeed is paused for it and resumed.
    Push,
    /// The document becomes what runs.
    Pull,
}

/// `POST /pipelines/{name}/drift/repair`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RepairDrift {
    pub direction: RepairDirection,
    /// Part ids; empty: all.
    #[serde(default)]
    pub parts: Vec<String>,
}

/// `POST /pipelines/{name}/move`: hands a running pipeline to another engine at its checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MovePipeline {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub target: crate::config::Target,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ClusterKind {
    Ticdc,
    KafkaConnect,
    ConfluentCloud,
    Ksqldb,
}

/// A remote system that a saved pipeline names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cluster {
    /// `KIND@PIPELINE`: reached as that pipeline reaches it; the first pipeline by name of those that name the same address.
    pub id: String,
    pub kind: ClusterKind,
    /// Address without credentials.
    pub place: String,
    /// All saved pipelines that name it.
    pub pipelines: Vec<String>,
}

/// `GET /clusters/{id}`: everything that runs there, whoever made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClusterDetail {
    pub cluster: Cluster,
    /// What the system says of itself, e.g. `TiCDC v8.5.4`, `Kafka Connect 4.1.0`.
    pub version: String,
    /// TiCDC: captures; Connect: workers that run tasks.
    pub nodes: Vec<ClusterNode>,
    pub items: Vec<ClusterItem>,
    /// Why something could not be asked.
    pub findings: Vec<Finding>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClusterNode {
    pub id: String,
    pub address: String,
    /// TiCDC: the owner.
    pub is_owner: bool,
}

/// A changefeed, connector or query of a cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClusterItem {
    /// Its id there: changefeed id, connector name, query id.
    pub id: String,
    pub status: PartStatus,
    /// The saved pipeline it belongs to; `None`: made elsewhere.
    pub pipeline: Option<String>,
}

/// `POST /clusters/{id}/actions`: one action on many items; answered item by item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActOnItems {
    pub action: PartAction,
    pub items: Vec<String>,
}

/// What became of an action on one item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActionResult {
    pub item: String,
    /// Why it was not done; `None`: it was.
    pub finding: Option<Finding>,
}

/// `POST /clusters/{id}/items/{item}/open`: what runs, as a pipeline document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenedItem {
    /// Masked secrets are left out.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub document: Box<crate::config::Pipeline>,
    /// What could not be taken over: masked secrets to type again, keys of the server's own.
    pub findings: Vec<Finding>,
}
