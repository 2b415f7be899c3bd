//! Connectors as their platform reports them, without secrets.

use super::scrub::Scrub;
use serde_json::{Map, Value};
use shared::connector::shown;

/// What a connector or a task is doing. Workers and Confluent Cloud have words of their own; this is their union.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    Running,
    Paused,
    /// Paused, and its resources given back (workers since 3.5).
    Stopped,
    /// No worker has it, or not yet.
    #[default]
    Unassigned,
    Restarting,
    /// Confluent Cloud is making it; takes minutes.
    Provisioning,
    /// Confluent Cloud: some of its tasks failed.
    Degraded,
    /// A task that will not start again by itself; a connector that could not start, on Confluent Cloud one whose tasks all
    /// failed.
    Failed,
    /// Being removed.
    Deleted,
    /// A word that is not known here.
    Other(String),
}

impl State {
    pub(super) fn parse(word: &str) -> Self {
        match word {
            "RUNNING" => Self::Running,
            "PAUSED" => Self::Paused,
            "STOPPED" => Self::Stopped,
            "UNASSIGNED" | "NONE" | "" => Self::Unassigned,
            "RESTARTING" => Self::Restarting,
            "PROVISIONING" => Self::Provisioning,
            "DEGRADED" => Self::Degraded,
            // A task of Confluent Cloud says whose fault it was; neither sort starts again by itself.
            "FAILED" | "USER_ACTIONABLE_ERROR" | "SYSTEM_ERROR" => Self::Failed,
            "DELETED" | "DESTROYED" => Self::Deleted,
            other => Self::Other(other.to_owned()),
        }
    }

    /// As the platforms write it.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Running => "RUNNING",
            Self::Paused => "PAUSED",
            Self::Stopped => "STOPPED",
            Self::Unassigned => "UNASSIGNED",
            Self::Restarting => "RESTARTING",
            Self::Provisioning => "PROVISIONING",
            Self::Degraded => "DEGRADED",
            Self::Failed => "FAILED",
            Self::Deleted => "DELETED",
            Self::Other(word) => word,
        }
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A connector, its tasks and its configuration. Holds no secret: traces are redacted, secrets of the configuration are masks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConnectorStatus {
    pub name: String,
    /// Confluent Cloud's `lcc-…`, which names its consumer group and dead letter queue; empty on a worker.
    pub id: String,
    /// `sink` or `source`.
    pub kind: String,
    pub state: State,
    /// Host and port of the worker that has it.
    pub worker: String,
    /// Why it failed; empty when it did not.
    pub trace: String,
    pub tasks: Vec<TaskStatus>,
    pub config: Map<String, Value>,
}

/// One task of a connector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskStatus {
    pub id: u32,
    pub state: State,
    pub worker: String,
    /// Why it failed: a stack trace on a worker, a sentence on Confluent Cloud; empty when it did not.
    pub trace: String,
}

impl ConnectorStatus {
    /// From `status` (which may be missing: a connector that was just made has none) and the configuration as it came.
    pub(super) fn read(name: &str, status: &Value, config: &Map<String, Value>) -> Self {
        let scrub = Scrub::of(config);
        let connector = &status["connector"];
        let trace = [&connector["trace"], &status["override_message"]].into_iter().filter_map(Value::as_str).find(|text| !text.is_empty());
        Self {
            name: name.to_owned(),
            id: String::new(),
            kind: text(&status["type"]),
            state: State::parse(connector["state"].as_str().unwrap_or_default()),
            worker: text(&connector["worker_id"]),
            trace: scrub.text(trace.unwrap_or_default()),
            tasks: status["tasks"].as_array().into_iter().flatten().map(|task| TaskStatus::read(task, &scrub)).collect(),
            config: shown(config),
        }
    }

    /// Whether it and all its tasks run. Without a task it does nothing yet.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.state == State::Running && !self.tasks.is_empty() && self.tasks.iter().all(|task| task.state == State::Running)
    }

    /// Whether it, or one of its tasks, stands still until somebody restarts it.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        matches!(self.state, State::Failed | State::Degraded) || self.tasks.iter().any(|task| task.state == State::Failed)
    }

    /// Why it failed: its own trace, or the first failed task's. Empty when nothing failed.
    #[must_use]
    pub fn reason(&self) -> &str {
        let failed = self.tasks.iter().filter(|task| task.state == State::Failed).map(|task| &task.trace);
        let traces = failed.chain([&self.trace]).find(|trace| !trace.is_empty());
        if self.has_failed() { traces.map_or("", String::as_str) } else { "" }
    }
}

impl TaskStatus {
    fn read(task: &Value, scrub: &Scrub) -> Self {
        let trace = [&task["trace"], &task["msg"]].into_iter().filter_map(Value::as_str).find(|text| !text.is_empty());
        Self {
            id: task["id"].as_u64().and_then(|id| u32::try_from(id).ok()).unwrap_or_default(),
            state: State::parse(task["state"].as_str().unwrap_or_default()),
            worker: text(&task["worker_id"]),
            trace: scrub.text(trace.unwrap_or_default()),
        }
    }
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
