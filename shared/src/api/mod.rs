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
//! | POST `/playground` | | [`PipelineSummary`]: made, if it was not there, and started |
//! | GET `/events` | | SSE: `pipelines` `[PipelineSummary]`, about once a second and at every change of state |

mod pipelines;
mod progress;
mod studio;

pub use pipelines::{
    CheckRequest, PipelineDetail, PipelineState, PipelineSummary, SavePipeline, SetRate, TableListing, TablesAnswer, TablesRequest,
};
pub use progress::{Checkpoint, LogEntry, LogLevel, Progress, ProgressPoint, ProgressReport, TableProgress, TopicMessage};
pub use studio::{ApiError, Meta, Playground};
