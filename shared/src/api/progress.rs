//! A running pipeline's figures, log and messages.

use super::PipelineState;
use crate::{Finding, row::CommitTs};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One reading, sent about once a second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Progress {
    pub state: PipelineState,
    pub message: Option<Finding>,
    pub now: ProgressPoint,
    /// Rows handed to the Kafka client and not yet acknowledged.
    pub waiting_for_acks: u64,
    /// Since the pipeline was launched in this process.
    pub rows_total: u64,
    pub bytes_total: u64,
    /// Errors in the last 24 hours (retries and failures).
    pub errors_24h: u64,
    /// Rows that went to the dead letter topic since the pipeline was launched in this process.
    #[serde(default)]
    pub dead_letters: u64,
    pub checkpoint: Option<Checkpoint>,
    /// Workload sources: the rate aimed at.
    pub target_rows_per_second: Option<u32>,
    /// The 200 tables with the most rows at most, by name.
    pub tables: Vec<TableProgress>,
    /// All tables that have had rows.
    #[serde(default)]
    pub tables_total: u64,
}

/// A point of the plots.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProgressPoint {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    pub rows_per_second: f64,
    /// Key and value bytes per second.
    pub bytes_per_second: f64,
    /// Commit to acknowledgement, milliseconds, over the last second; `None` when nothing was acknowledged.
    pub lag_p50_ms: Option<u64>,
    pub lag_p99_ms: Option<u64>,
}

/// Everything up to here is acknowledged by Kafka; a restart goes on from here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Checkpoint {
    pub commit_ts: CommitTs,
    /// For people, e.g. `mysql-bin.000007:4` or `transaction 48121`.
    pub position: String,
    /// When it was written, milliseconds since 1970.
    pub at_ms: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TableProgress {
    /// `schema.table`.
    pub table: String,
    pub topic: String,
    /// Acknowledged changes since launch in this process.
    pub rows: u64,
    pub deletes: u64,
    /// Median, last second with rows, milliseconds.
    pub lag_ms: Option<u64>,
    /// Rows per second, oldest first, as in `PipelineSummary::spark`.
    pub spark: Vec<f64>,
}

/// `GET /pipelines/{name}/progress`: what a page needs on arrival.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProgressReport {
    pub progress: Progress,
    /// Ten minutes at most, oldest first.
    pub history: Vec<ProgressPoint>,
    /// Newest last, 200 at most.
    pub log: Vec<LogEntry>,
    /// How far its changefeed was behind at each look of the studio's watcher or a page: ten minutes at most, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lags: Vec<LagPoint>,
}

/// How far a changefeed was behind its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LagPoint {
    /// Milliseconds since 1970.
    pub at_ms: u64,
    pub checkpoint_ms: Option<u64>,
    /// `None` where TiCDC does not say.
    pub resolved_ms: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    Info,
    Warning,
    Error,
}

/// Something a person would want to know happened: a schema registered, a resume, a retry. Never row values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogEntry {
    pub at_ms: u64,
    pub level: LogLevel,
    pub text: String,
}

/// A message read back from Kafka and decoded through the registry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TopicMessage {
    pub topic: String,
    pub partition: i32,
    pub offset: i64,
    /// Milliseconds since 1970, the broker's or producer's.
    pub timestamp_ms: Option<i64>,
    /// Decoded; `None` when the message has none, or it could not be decoded (see `error`).
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub key: Option<Value>,
    /// `None` for a tombstone.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub value: Option<Value>,
    pub tombstone: bool,
    pub key_schema_id: Option<u32>,
    pub value_schema_id: Option<u32>,
    pub value_bytes: u64,
    /// Why key or value could not be decoded.
    pub error: Option<String>,
}
