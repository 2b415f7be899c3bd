//! Pipelines as resources.

use crate::{Finding, config::Pipeline};
use serde::{Deserialize, Serialize};

/// Where a pipeline is in its life. `Running`, `Retrying`, `Paused` and `Failed` survive a restart of the studio:
/// running and retrying ones start again by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum PipelineState {
    /// Saved, never launched. Set by saving.
    Draft,
    /// Launched, not yet reading: connecting, creating topics, registering. Set by start and resume.
    Starting,
    /// Rows are moving, or would be. Set by the engine.
    Running,
    /// A passing fault; tried again with back-off. Set by the engine.
    Retrying,
    /// Set by a person; resume goes on from the checkpoint.
    Paused,
    /// Set by a person; start goes on from the checkpoint.
    Stopped,
    /// Needs a person. Set by the engine.
    Failed,
}

/// One line of the home page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PipelineSummary {
    pub name: String,
    /// For people, e.g. `MariaDB crm-db:3306`.
    pub source: String,
    /// For people, e.g. `pkc-1.ap-east-1:9092 · 9 topics`.
    pub target: String,
    pub state: PipelineState,
    /// What is wrong, for `Retrying` and `Failed`.
    pub message: Option<Finding>,
    /// Acknowledged row changes per second, over the last second.
    pub rows_per_second: f64,
    /// Commit to acknowledgement, milliseconds, median of the last second; `None` when nothing moved yet.
    pub lag_ms: Option<u64>,
    /// Rows per second, oldest first, evenly spaced over the last ten minutes (60 points at most).
    pub spark: Vec<f64>,
    /// What is wrong with its parts though its own state is well, as they were last looked at: a task that failed, dead letters, a
    /// lag that grows. 8 at most; empty for a pipeline that was not launched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub degraded: Vec<Finding>,
}

/// `GET /pipelines/{name}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PipelineDetail {
    pub summary: PipelineSummary,
    /// Secrets are references only.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub document: Pipeline,
    /// The same document as TOML, as it was last saved (comments kept).
    pub toml: String,
    pub findings: Vec<Finding>,
}

/// Saves a document. Inline secrets are sealed and replaced by `store:` references.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum SavePipeline {
    /// TOML text; refused with findings when it does not parse.
    Toml { toml: String },
    Document {
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        document: Box<Pipeline>,
    },
}

/// `POST /check`: findings of a document that need not be saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckRequest {
    pub pipeline: SavePipeline,
    /// Also try source, brokers and registry for real; secrets of a saved pipeline of that name are used.
    #[serde(default)]
    pub connect: bool,
}

/// `POST /sources/tables`: what is at the source of a document that need not be saved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TablesRequest {
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub document: Box<Pipeline>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TablesAnswer {
    /// All tables of the source (system schemas left out), by schema and name. The filter is the page's work.
    pub tables: Vec<TableListing>,
    /// What the server said of itself, e.g. `MariaDB 10.11.6`.
    pub server: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TableListing {
    pub schema: String,
    pub name: String,
    /// `CREATE TABLE` text as the server shows it.
    pub ddl: String,
}

/// `POST /pipelines/{name}/rate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetRate {
    /// Row changes per second; 0 is as fast as possible.
    pub rows_per_second: u32,
}
