//! The wait for the first records.

use super::super::{Actor, Found, Sign, Trouble, Undo};
use super::registry;
use crate::clients::{kafka_admin::KafkaAdmin, schema_registry};
use crate::engine::error::EngineError;
use async_trait::async_trait;
use shared::{Finding, config::Pipeline, launch::AwaitedTopic, sink_uri::KafkaOptions};
use std::{collections::HashSet, sync::Mutex, sync::PoisonError};

pub(super) struct Topics {
    kafka: KafkaAdmin,
    registry: Option<schema_registry::Client>,
    topics: Vec<AwaitedTopic>,
    /// What was there need not be asked for again.
    seen: Mutex<HashSet<String>>,
}

/// Names shown in a note.
const SHOWN: usize = 3;

impl Topics {
    pub(super) fn new(open: &Pipeline, topics: &[AwaitedTopic]) -> Result<Self, Box<Finding>> {
        let (options, _) = KafkaOptions::read(open);
        Ok(Self {
            kafka: KafkaAdmin::new(&open.kafka.brokers, &options).map_err(|error| error.finding)?,
            registry: registry(open),
            topics: topics.to_vec(),
            seen: Mutex::default(),
        })
    }

    async fn is_there(&self, name: &str, ask: impl Future<Output = Result<bool, EngineError>>) -> Result<bool, Trouble> {
        if self.seen.lock().unwrap_or_else(PoisonError::into_inner).contains(name) {
            return Ok(true);
        }
        let there = ask.await?;
        if there {
            self.seen.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        }
        Ok(there)
    }
}

#[async_trait]
impl Actor for Topics {
    async fn look(&self) -> Result<Found, Trouble> {
        Ok(Found::Absent)
    }

    async fn make(&self) -> Result<(), Trouble> {
        Ok(())
    }

    async fn sign(&self) -> Result<Sign, Trouble> {
        let mut empty = Vec::new();
        for one in &self.topics {
            if !self.is_there(&one.topic, self.kafka.has_records(&one.topic)).await? {
                empty.push(one.topic.as_str());
            }
        }
        if !empty.is_empty() {
            return Ok(Sign::NotYet(format!("no record yet in {}", some(&empty))));
        }
        let mut missing = Vec::new();
        if let Some(registry) = &self.registry {
            for subject in self.topics.iter().flat_map(|one| &one.subjects) {
                let ask = async { Ok(registry.latest(subject).await.map_err(EngineError::from)?.is_some()) };
                if !self.is_there(&format!("subject {subject}"), ask).await? {
                    missing.push(subject.as_str());
                }
            }
        }
        if missing.is_empty() { Ok(Sign::Ready) } else { Ok(Sign::NotYet(format!("no schema yet under {}", some(&missing)))) }
    }

    async fn undo(&self) -> Result<Undo, Trouble> {
        Ok(Undo::Undone)
    }

    fn path(&self) -> String {
        "kafka".to_owned()
    }
}

fn some(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
