//! Preflight and launch: what will be tried and done, and how far it is.

use crate::Finding;
use serde::{Deserialize, Serialize};

/// What kind of statement a preflight check makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CheckGroup {
    /// The document alone: keys, types, words.
    Spelling,
    /// The document alone: fields that do not go together, tables that cannot be replicated.
    CrossField,
    /// Asked of the systems themselves.
    Connection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CheckState {
    /// Not begun: an earlier check has to pass first.
    Waiting,
    Running,
    Ok,
    /// Passed, with something to know.
    Warning,
    Failed,
    /// Not tried, because a check that it builds on failed, or the document does not need it.
    Skipped,
}

/// One line of a preflight. Sent when it begins and again when its state changes; `id` says which line it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreflightCheck {
    /// Stable within a preflight, e.g. `kafka.tls`, `connector.orders-to-sqlserver.plugin`.
    pub id: String,
    pub group: CheckGroup,
    /// The system that is asked, for people: `Kafka pkc-1:9092`.
    pub subject: String,
    /// What is tried, for people: `TLS handshake`.
    pub title: String,
    pub state: CheckState,
    /// What was found out, for people, e.g. `Kafka Connect 3.9.0`; empty when there is nothing to say.
    #[serde(default)]
    pub detail: String,
    /// Cause and fix of a warning or failure.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Milliseconds; `None` until it is over.
    pub took_ms: Option<u64>,
}

/// Whether the preflight lets a launch go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PreflightVerdict {
    pub ok: u32,
    pub warnings: u32,
    pub failed: u32,
    pub skipped: u32,
    /// It was stopped before its end.
    pub cancelled: bool,
}

/// What a step of a launch makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum StepKind {
    /// The changefeed, on our engine or on TiCDC.
    Changefeed,
    /// A wait: until the topics that later steps read hold a record and their schemas are registered.
    Topics {
        topics: Vec<String>,
    },
    /// A statement list of ksqlDB.
    KsqlStatement {
        name: String,
    },
    Connector {
        name: String,
    },
}

/// One step, as it is shown before anything happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PlannedStep {
    /// Stable for a document: `changefeed`, `topics`, `ksqldb:NAME`, `connector:NAME`.
    pub id: String,
    #[serde(flatten)]
    pub kind: StepKind,
    /// `Create the changefeed `orders` on TiCDC`.
    pub title: String,
    /// Where: `http://10.0.10.25:8300`, `Confluent Cloud lkc-1`.
    pub place: String,
    /// The real sign that it is done: `state `normal` and a checkpoint that moved`.
    pub waits_for: String,
    /// What undoing does, and what it leaves behind.
    pub undo: String,
    /// The same by hand; secrets are placeholders.
    pub equivalents: Vec<Equivalent>,
}

/// What a person would type instead of the page's button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Equivalent {
    /// `cdc cli`, `tiup ctl`, `curl`, `confluent`, `ksql`.
    pub tool: String,
    /// For a POSIX shell.
    pub command: String,
}

/// `GET /pipelines/{name}/launch/plan`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LaunchPlan {
    pub steps: Vec<PlannedStep>,
    /// Errors among them prevent the launch: what the document lacks for it.
    pub findings: Vec<Finding>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StepState {
    Pending,
    /// Being made.
    Running,
    /// Made; its sign is not there yet.
    Waiting,
    /// Made by this launch, and its sign is there.
    Done,
    /// Was there before this launch and is as the document says; undo leaves it alone.
    Existing,
    Failed,
    Undoing,
    Undone,
    /// Could not be undone; `finding` says what remains and how to remove it.
    Remains,
}

/// Survives a restart of the studio.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StepReport {
    pub step: PlannedStep,
    pub state: StepState,
    /// What it does or waits for right now, for people.
    #[serde(default)]
    pub note: String,
    /// Why it failed or what remains, with the fix.
    pub finding: Option<Finding>,
    /// Milliseconds since 1970.
    pub started_ms: Option<u64>,
    pub ended_ms: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LaunchState {
    Running,
    /// All steps done.
    Done,
    /// A step failed; what was made before it is there. Launching again goes on from that step; undo takes it back.
    Failed,
    /// A person stopped it between two steps, or in a wait.
    Cancelled,
    Undoing,
    /// The world is as it was before.
    Undone,
    /// Undone but for steps that remain.
    PartlyUndone,
}

/// `GET /pipelines/{name}/launch`, and every event of `/launch/events`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LaunchReport {
    pub pipeline: String,
    pub state: LaunchState,
    pub steps: Vec<StepReport>,
    /// Milliseconds since 1970.
    pub started_ms: u64,
    pub ended_ms: Option<u64>,
}

/// `POST /pipelines/{name}/launch/cancel`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CancelLaunch {
    /// Also take back what this launch made.
    pub undo: bool,
}
