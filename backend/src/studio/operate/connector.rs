//! A connector of a Kafka Connect worker or of Confluent Cloud.

use super::{Place, blank, explained};
use crate::{
    clients::{
        connect::{Client, ConnectorStatus, State, TopicOffset, records_behind},
        kafka_admin::KafkaAdmin,
    },
    engine::error::EngineError,
};
use shared::{
    Finding,
    api::{PartKind, PartState, PartStatus, PartTask},
    config::Pipeline,
    operate,
    sink_uri::KafkaOptions,
};
use std::time::Duration;

/// A status is looked at often: figures that Kafka does not give in this time are left out.
const KAFKA_LIMIT: Duration = Duration::from_secs(3);

pub(super) async fn status(open: &Pipeline, index: usize, place: &Place) -> Result<PartStatus, Box<Finding>> {
    let client = Client::of_connector(open, index)?;
    let found = client.status(&name(open, index)).await.map_err(|error| Box::new(error.finding()))?;
    let Some(found) = found else { return Ok(blank(place, PartState::Absent, "")) };
    let mut status = told(&found, place, &format!("connectors[{index}]"));
    let (dead_letters, behind) = tokio::join!(dead_letters(open, &found), behind(open, &client, &found));
    status.records_behind = behind;
    status.dead_letters = dead_letters.as_ref().map(|(_, count)| *count);
    if let Some((topic, count)) = dead_letters.filter(|(_, count)| *count > 0) {
        if status.state == PartState::Running {
            status.state = PartState::Degraded;
        }
        let records = shared::figures::counted(count, "record");
        let message = format!("{records} could not be written and went to the dead letter topic `{topic}`: the sink lacks these rows.");
        let hint = "Look at its newest messages; their headers `__connect.errors.exception.message` have the reason.";
        status.findings.push(Finding::warning(format!("connectors[{index}]"), "connector-dead-letters", message).hint(hint));
    }
    Ok(status)
}

/// The connector's name on its server.
pub(super) fn name(open: &Pipeline, index: usize) -> String {
    let Some(connector) = open.connectors.get(index) else { return String::new() };
    connector.config.get("name").and_then(|name| name.as_str()).filter(|name| !name.is_empty()).unwrap_or(&connector.name).to_owned()
}

/// What Connect tells of a connector, without Kafka's figures. `path`: where findings point.
pub(super) fn told(found: &ConnectorStatus, place: &Place, path: &str) -> PartStatus {
    let word = found.state.name();
    let words: Vec<&str> = found.tasks.iter().map(|task| task.state.name()).collect();
    let state = operate::connector_state(word, &words);
    let tasks = found.tasks.iter().map(|task| PartTask {
        id: task.id,
        state: task.state.name().to_owned(),
        worker: task.worker.clone(),
        trace: shared::explain::redact(&task.trace),
    });
    let mut findings = Vec::new();
    if !found.trace.is_empty() && found.has_failed() {
        findings.push(explained(path, "connector-failed", "The connector failed", &found.trace));
    }
    let failed = found.tasks.iter().filter(|task| task.state == State::Failed);
    findings.extend(failed.map(|task| {
        let text = if task.trace.is_empty() { "the server gives no reason" } else { &task.trace };
        explained(path, "connector-task-failed", &format!("Task {} failed", task.id), text)
    }));
    // one cause often stops all tasks at once: once is enough to read
    findings.dedup_by(|next, first| after_subject(&next.message) == after_subject(&first.message));
    PartStatus {
        tasks: tasks.collect(),
        findings,
        actions: operate::actions(PartKind::Connector, state, found.has_failed(), false),
        ..blank(place, state, word)
    }
}

fn after_subject(message: &str) -> &str {
    message.split_once(": ").map_or(message, |(_, rest)| rest)
}

/// The dead letter topic and how many records it holds; `None` without one, or when Kafka cannot be asked.
async fn dead_letters(open: &Pipeline, found: &ConnectorStatus) -> Option<(String, u64)> {
    let setting = |key: &str| found.config.get(key).and_then(|value| value.as_str()).filter(|text| !text.is_empty());
    // Confluent Cloud names one after the connector's id when nobody else does
    let implied = || (!found.id.is_empty()).then(|| format!("dlq-{}", found.id));
    let topic = setting("errors.deadletterqueue.topic.name").map(|name| name.replace("${connector}", &found.id)).or_else(implied)?;
    let is_tolerant = setting("errors.tolerance").map_or(!found.id.is_empty(), |tolerance| tolerance == "all");
    if !is_tolerant {
        return None;
    }
    let admin = admin(open)?;
    let count = within(admin.record_count(&topic)).await??;
    Some((topic, count))
}

async fn behind(open: &Pipeline, client: &Client, found: &ConnectorStatus) -> Option<u64> {
    let offsets = client.offsets(&found.name).await.ok()??;
    let topics = found.config.get("topics").and_then(|topics| topics.as_str());
    let mut topics: Vec<&str> =
        topics.into_iter().flat_map(|topics| topics.split(',')).map(str::trim).filter(|topic| !topic.is_empty()).collect();
    topics.extend(offsets.iter().map(|offset| offset.topic.as_str()));
    topics.sort_unstable();
    topics.dedup();
    if topics.is_empty() {
        return None;
    }
    let ends = within(admin(open)?.end_offsets(&topics)).await?;
    let ends: Vec<TopicOffset> = ends
        .into_iter()
        .flat_map(|(topic, ends)| {
            let partition =
                |(i, offset): (usize, i64)| Some(TopicOffset { topic: topic.clone(), partition: i32::try_from(i).ok()?, offset });
            ends.into_iter().enumerate().filter_map(partition).collect::<Vec<_>>()
        })
        .collect();
    (!ends.is_empty()).then(|| records_behind(&offsets, &ends))
}

fn admin(open: &Pipeline) -> Option<KafkaAdmin> {
    let options = KafkaOptions::from_pipeline(open).ok()?;
    KafkaAdmin::with_timeout(&open.kafka.brokers, &options, KAFKA_LIMIT).ok()
}

async fn within<T>(asked: impl Future<Output = Result<T, EngineError>>) -> Option<T> {
    tokio::time::timeout(KAFKA_LIMIT, asked).await.ok()?.ok()
}
