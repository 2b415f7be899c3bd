//! What the browser and the backend say to each other: JSON under `/api/v1`, documented at `/api/openapi.json`.
//!
//! | Method and path | Body | Answer |
//! |---|---|---|
//! | GET `/meta` | | [`Meta`] |
//! | GET `/pipelines` | | `[PipelineSummary]` |
//! | POST `/pipelines` | [`SavePipeline`] | 201 [`PipelineDetail`]; 409 `name-taken` |
//! | GET, PUT, DELETE `/pipelines/{name}` | PUT: [`SavePipeline`] | [`PipelineDetail`]; DELETE 204 |
//! | POST `/pipelines/{name}/start` `/pause` `/resume` `/stop` | | [`PipelineSummary`] |
//! | POST `/pipelines/{name}/rate` | [`SetRate`] | 204; workload sources only |
//! | GET `/pipelines/{name}/progress` | | [`ProgressReport`] with its history |
//! | GET `/pipelines/{name}/events` | | SSE: `progress` [`Progress`], `log` [`LogEntry`] |
//! | GET `/pipelines/{name}/messages?topic=&limit=` | | `[TopicMessage]`, newest first |
//! | POST `/check` | [`CheckRequest`] | `[Finding]` |
//! | POST `/sources/tables` | [`TablesRequest`] | [`TablesAnswer`] |
//! | GET `/pipelines/{name}/preflight` | | SSE: `check` [`PreflightCheck`], at last `verdict` [`PreflightVerdict`]; closing the stream cancels it |
//! | GET `/pipelines/{name}/launch/plan` | | [`LaunchPlan`] |
//! | POST `/pipelines/{name}/launch` | | [`LaunchReport`]: begins, or goes on where the last one stopped |
//! | GET `/pipelines/{name}/launch` | | [`LaunchReport`]; 404 `not-launched` |
//! | GET `/pipelines/{name}/launch/events` | | SSE: `launch` [`LaunchReport`] at every change |
//! | POST `/pipelines/{name}/launch/cancel` | [`CancelLaunch`] | [`LaunchReport`] |
//! | POST `/pipelines/{name}/launch/undo` | | [`LaunchReport`] |
//! | GET `/pipelines/{name}/parts` | | `[PartStatus]` |
//! | POST `/pipelines/{name}/parts/{part}/{action}` | | [`PartStatus`] |
//! | GET `/pipelines/{name}/drift` | | [`DriftReport`] |
//! | POST `/pipelines/{name}/drift/repair` | [`RepairDrift`] | [`DriftReport`] after it |
//! | POST `/pipelines/{name}/move` | [`MovePipeline`] | [`LaunchReport`] |
//! | GET `/pipelines/{name}/ksqldb/rows?object=&limit=` | | SSE: `columns`, `row`; closing the stream cancels the query |
//! | GET `/clusters` | | `[Cluster]` |
//! | GET `/clusters/{id}` | | [`ClusterDetail`] |
//! | POST `/clusters/{id}/actions` | [`ActOnItems`] | `[ActionResult]` |
//! | POST `/clusters/{id}/items/{item}/open` | | [`OpenedItem`] |
//! | POST `/playground` | | [`PipelineSummary`]: made, if it was not there, and started |
//! | GET `/events` | | SSE: `pipelines` `[PipelineSummary]`, about once a second and at every change of state |

mod launch;
mod operate;
mod pipelines;
mod progress;
mod studio;

pub use launch::{
    CancelLaunch, CheckGroup, CheckState, Equivalent, LaunchPlan, LaunchReport, LaunchState, PlannedStep, PreflightCheck, PreflightVerdict,
    StepKind, StepReport, StepState,
};
pub use operate::{
    ActOnItems, ActionResult, Cluster, ClusterDetail, ClusterItem, ClusterKind, ClusterNode, Drift, DriftReport, MovePipeline, OpenedItem,
    PartAction, PartKind, PartState, PartStatus, PartTask, RepairDirection, RepairDrift,
};
pub use pipelines::{
    CheckRequest, PipelineDetail, PipelineState, PipelineSummary, SavePipeline, SetRate, TableListing, TablesAnswer, TablesRequest,
};
pub use progress::{Checkpoint, LagPoint, LogEntry, LogLevel, Progress, ProgressPoint, ProgressReport, TableProgress, TopicMessage};
pub use studio::{ApiError, Meta, Playground};
