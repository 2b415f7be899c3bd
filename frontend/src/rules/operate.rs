//! What runs, in the page's words: actions and what they do, what is worth a look, how values are written.

use serde_json::Value;
use shared::{
    api::{ClusterItem, ClusterKind, Drift, PartAction, PartKind, PartState, PartStatus, RepairDirection},
    config::{Pipeline, SourceKind, Target},
    figures,
};

/// An action's word on a button.
pub fn action_text(action: PartAction) -> &'static str {
    match action {
        PartAction::Pause => "Pause",
        PartAction::Resume => "Resume",
        PartAction::Restart => "Restart",
        PartAction::RestartFailed => "Restart what failed",
        PartAction::Remove => "Remove",
    }
}

/// An action's name in tests.
pub fn action_test(action: PartAction) -> &'static str {
    match action {
        PartAction::Pause => "pause",
        PartAction::Resume => "resume",
        PartAction::Restart => "restart",
        PartAction::RestartFailed => "restart-failed",
        PartAction::Remove => "remove",
    }
}

pub fn kind_text(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Changefeed => "changefeed",
        PartKind::Connector => "connector",
        PartKind::KsqlStatement => "ksqlDB statements",
    }
}

/// What removing a part does, in full.
pub fn what_remove_does(kind: PartKind) -> &'static str {
    match kind {
        PartKind::Changefeed => {
            "Replication ends and its checkpoint is forgotten: a changefeed made again starts where the document says, not where this one was. Topics, messages and schemas stay."
        }
        PartKind::Connector => {
            "The connector stops and its configuration is deleted there. Rows already written to the target stay. Its offsets stay with its consumer group: made again under the same name it goes on from them."
        }
        PartKind::KsqlStatement => {
            "The streams, tables and queries that the statements made are dropped, those that read them first. The topics that the changefeed fills stay; rows that the queries had computed are computed anew when they are made again."
        }
    }
}

/// Whether an action can be taken back by another one, and so needs no question.
pub fn is_harmless(action: PartAction) -> bool {
    action != PartAction::Remove
}

/// A part's figures: label and value. Dead letters that there are have a chip of their own.
pub fn part_figures(status: &PartStatus) -> Vec<(&'static str, String)> {
    let lag = |label, ms: Option<u64>| ms.map(|ms| (label, super::duration_text(ms)));
    let letters = status.dead_letters.filter(|count| *count == 0).map(|_| ("dead letters", "none".to_owned()));
    let behind = status.records_behind.map(|count| ("records behind", figures::count(count)));
    let checkpoint = status.checkpoint_ts.map(|ts| ("checkpoint", ts.to_string()));
    [letters, behind, lag("checkpoint lag", status.checkpoint_lag_ms), lag("resolved lag", status.resolved_lag_ms), checkpoint]
        .into_iter()
        .flatten()
        .collect()
}

/// Parts that do not do all of their work. A changefeed that failed says so by itself.
pub fn degraded_parts(parts: &[PartStatus]) -> usize {
    let is_degraded =
        |part: &&PartStatus| part.state == PartState::Degraded || (part.state == PartState::Failed && part.kind != PartKind::Changefeed);
    parts.iter().filter(is_degraded).count()
}

/// Whether a task does not do its work.
pub fn is_task_failed(state: &str) -> bool {
    matches!(state, "FAILED" | "USER_ACTIONABLE_ERROR" | "SYSTEM_ERROR")
}

pub fn task_state(state: &str) -> PartState {
    match state {
        _ if is_task_failed(state) => PartState::Failed,
        "RUNNING" => PartState::Running,
        "PAUSED" | "STOPPED" => PartState::Paused,
        "UNASSIGNED" | "RESTARTING" => PartState::Pending,
        _ => PartState::Unknown,
    }
}

/// A value of a document or of a running part, in one line.
pub fn value_text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "nothing".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "\"\"".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A value of a row.
pub fn cell_text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Differences by the part they are in.
pub fn by_part(drifts: &[Drift]) -> Vec<(String, Vec<Drift>)> {
    let mut groups: Vec<(String, Vec<Drift>)> = Vec::new();
    for drift in drifts {
        match groups.iter_mut().find(|(part, _)| *part == drift.part) {
            Some((_, list)) => list.push(drift.clone()),
            None => groups.push((drift.part.clone(), vec![drift.clone()])),
        }
    }
    groups
}

/// A repair: its button, the question before it, and what it does.
pub fn repair_text(direction: RepairDirection, part: &str, drifts: &[Drift]) -> (&'static str, String, String) {
    let keys = |can: fn(&Drift) -> bool| {
        drifts.iter().filter(|drift| can(drift)).map(|drift| format!("`{}`", drift.key)).collect::<Vec<_>>().join(", ")
    };
    match direction {
        RepairDirection::Push => {
            let pause = if part == "changefeed" { " The changefeed is paused for it and resumed; nothing is lost." } else { "" };
            let keys = keys(|drift| drift.can_push);
            ("Make it as the document says", format!("Change {part}?"), format!("What runs gets the document's values: {keys}.{pause}"))
        }
        RepairDirection::Pull => {
            let keys = keys(|drift| drift.can_pull);
            (
                "Take it over into the document",
                "Change the document?".to_owned(),
                format!("The saved document gets the running values: {keys}. What runs is not touched."),
            )
        }
    }
}

pub fn cluster_kind_text(kind: ClusterKind) -> &'static str {
    match kind {
        ClusterKind::Ticdc => "TiCDC",
        ClusterKind::KafkaConnect => "Kafka Connect",
        ClusterKind::ConfluentCloud => "Confluent Cloud",
        ClusterKind::Ksqldb => "ksqlDB",
    }
}

/// What a cluster's items are called.
pub fn items_noun(kind: ClusterKind) -> &'static str {
    match kind {
        ClusterKind::Ticdc => "changefeed",
        ClusterKind::KafkaConnect | ClusterKind::ConfluentCloud => "connector",
        // A noun that `figures::counted` can put into the plural.
        ClusterKind::Ksqldb => "running statement",
    }
}

/// Streams and tables whose rows can be looked at.
pub fn ksql_objects(document: &Pipeline) -> Vec<String> {
    document.ksqldb.iter().filter(|statement| !statement.statement.is_empty()).map(|statement| statement.name.clone()).collect()
}

/// The names of a query's columns: texts, or objects with a `name`.
pub fn row_columns(value: &Value) -> Vec<String> {
    let name = |column: &Value| column.get("name").unwrap_or(column).as_str().unwrap_or_default().to_owned();
    value.as_array().map(|columns| columns.iter().map(name).collect()).unwrap_or_default()
}

pub fn row_values(value: Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values,
        other => vec![other],
    }
}

/// A move that a document allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    pub target: Target,
    pub button: &'static str,
    pub title: &'static str,
    pub what: &'static str,
}

/// Where the pipeline could go; `None` where no other engine can read its source.
pub fn way_to_move(document: &Pipeline) -> Option<Move> {
    match document.changefeed.target {
        // Both engines have to be able to read the source.
        Target::Native if document.source.kind == SourceKind::Tidb => Some(Move {
            target: Target::Ticdc,
            button: "Move to TiCDC…",
            title: "Move to TiCDC?",
            what: "This studio's engine stops, and a changefeed with the same options starts on the TiCDC cluster at its checkpoint: rows since then are sent again, none is left out. Topics, schemas, connectors and statements stay as they are. The document's target becomes `ticdc`.",
        }),
        Target::Ticdc if document.source.kind == SourceKind::Mysql => Some(Move {
            target: Target::Native,
            button: "Move to this machine…",
            title: "Move to this machine?",
            what: "The changefeed on TiCDC is paused, and this studio's engine goes on at its checkpoint: rows since then are sent again, none is left out. Topics, schemas, connectors and statements stay as they are. The document's target becomes `native`.",
        }),
        _ => None,
    }
}

/// Whether a filter lets an item in; `wanted` in lower case.
pub fn is_item_wanted(item: &ClusterItem, wanted: &str) -> bool {
    let pipeline = item.pipeline.as_deref().unwrap_or("made elsewhere");
    wanted.is_empty()
        || [&item.id, &item.status.name, &item.status.state_text, pipeline].into_iter().any(|text| text.to_lowercase().contains(wanted))
}
