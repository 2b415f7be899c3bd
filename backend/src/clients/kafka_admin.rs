//! Questions to a Kafka cluster that change nothing: topics and their settings, offsets, and what this user may do.
//!
//! librdkafka's calls block, so each runs off the async threads; every one is bounded by the timeouts of the sink URI.

mod writing;

use crate::engine::{
    error::{EngineError, ErrorKind},
    sink::kafka::{Faults, ProbeContext, client_config, connection_finding, unusable},
};
use rdkafka::{
    admin::{AdminClient, AdminOptions, ConfigResource, NewTopic, OwnedResourceSpecifier, ResourceSpecifier, TopicReplication},
    config::FromClientConfigAndContext,
    error::{KafkaError, RDKafkaErrorCode},
};
use shared::{Finding, sink_uri::KafkaOptions};
use std::{collections::HashMap, sync::Arc, time::Duration};

/// A topic as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicFacts {
    pub partitions: u32,
    /// Copies of the first partition.
    pub replication: u32,
    /// The settings are `None` without the right DescribeConfigs on the topic.
    pub min_insync: Option<u32>,
    pub max_message_bytes: Option<u64>,
    /// `delete`, `compact` or both.
    pub cleanup_policy: Option<String>,
}

/// The cluster as its brokers describe it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClusterFacts {
    /// `host:port` each, as the brokers advertise themselves: every client has to reach these.
    pub brokers: Vec<String>,
    /// Topics that this user may see.
    pub visible_topics: usize,
}

/// What an operation's trial said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Right {
    Granted,
    /// Refused, with the broker's word.
    Denied(String),
    /// Not refused for a right, but for a rule of the cluster (a policy, a replication factor).
    Impossible(String),
    /// The broker does not say, or cannot be asked without doing it.
    Unknown(String),
}

/// A client for questions; clones share connections.
#[derive(Clone)]
pub struct KafkaAdmin(Arc<Inner>);

struct Inner {
    admin: AdminClient<ProbeContext>,
    faults: Faults,
    timeout: Duration,
}

impl KafkaAdmin {
    /// Connects when it is first asked something.
    ///
    /// # Errors
    /// The settings do not make a client.
    pub fn new(brokers: &[String], options: &KafkaOptions) -> Result<Self, EngineError> {
        let faults = Faults::default();
        let context = ProbeContext::new(faults.clone());
        let admin = AdminClient::from_config_and_context(&client_config(brokers, options), context).map_err(|error| unusable(&error))?;
        Ok(Self(Arc::new(Inner { admin, faults, timeout: options.read_timeout })))
    }

    /// The same with another patience, for callers that would rather hear of trouble at once.
    ///
    /// # Errors
    /// As [`KafkaAdmin::new`].
    pub fn with_timeout(brokers: &[String], options: &KafkaOptions, timeout: Duration) -> Result<Self, EngineError> {
        Self::new(brokers, &KafkaOptions { read_timeout: timeout, ..options.clone() })
    }

    /// # Errors
    /// No broker answers, or the login is refused.
    pub async fn cluster(&self) -> Result<ClusterFacts, EngineError> {
        self.blocking(|inner| {
            let metadata = inner.admin.inner().fetch_metadata(None, inner.timeout).map_err(|error| inner.failed(&error))?;
            let brokers: Vec<String> = metadata.brokers().iter().map(|broker| format!("{}:{}", broker.host(), broker.port())).collect();
            if brokers.is_empty() {
                let finding = Finding::error("kafka.brokers", "kafka-unreachable", "the brokers answered, but named no broker to talk to");
                return Err(EngineError::new(ErrorKind::Transient, finding));
            }
            Ok(ClusterFacts { brokers, visible_topics: metadata.topics().len() })
        })
        .await
    }

    /// Each of `names` with what it is, or `None` when it is not there or not visible to this user.
    ///
    /// # Errors
    /// No broker answers, or the login is refused.
    pub async fn topics(&self, names: &[&str]) -> Result<HashMap<String, Option<TopicFacts>>, EngineError> {
        let wanted: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut topics = self
            .blocking(move |inner| -> Result<_, EngineError> {
                // All topics are asked for: a broker with auto-creation would make one that is asked for by name.
                let metadata = inner.admin.inner().fetch_metadata(None, inner.timeout).map_err(|error| inner.failed(&error))?;
                let mut topics: HashMap<String, Option<TopicFacts>> = wanted.into_iter().map(|name| (name, None)).collect();
                for topic in metadata.topics().iter().filter(|topic| topic.error().is_none()) {
                    if let Some(slot) = topics.get_mut(topic.name()) {
                        let replication = topic.partitions().first().map_or(0, |partition| partition.replicas().len());
                        let count = |n| u32::try_from(n).unwrap_or(u32::MAX);
                        let facts = TopicFacts {
                            partitions: count(topic.partitions().len()),
                            replication: count(replication),
                            ..TopicFacts::default()
                        };
                        *slot = Some(facts).filter(|facts| facts.partitions > 0);
                    }
                }
                Ok(topics)
            })
            .await?;
        let there: Vec<String> = topics.iter().filter(|(_, facts)| facts.is_some()).map(|(name, _)| name.clone()).collect();
        for resource in self.configs(&there).await.into_iter().flatten().flatten() {
            let OwnedResourceSpecifier::Topic(name) = &resource.specifier else { continue };
            if let Some(Some(facts)) = topics.get_mut(name) {
                facts.take_over(&resource);
            }
        }
        Ok(topics)
    }

    /// Whether a topic holds a record that can still be read; `false` when it is not there.
    ///
    /// # Errors
    /// No broker answers, or reading is refused.
    pub async fn has_records(&self, topic: &str) -> Result<bool, EngineError> {
        Ok(self.marks(topic).await?.is_some_and(|marks| marks.iter().any(|(low, high)| high > low)))
    }

    /// The offset after the last record, partition by partition; topics that are not there are left out.
    ///
    /// # Errors
    /// As [`KafkaAdmin::has_records`].
    pub async fn end_offsets(&self, topics: &[&str]) -> Result<HashMap<String, Vec<i64>>, EngineError> {
        let mut ends = HashMap::new();
        for topic in topics {
            if let Some(marks) = self.marks(topic).await? {
                ends.insert((*topic).to_owned(), marks.into_iter().map(|(_, high)| high).collect());
            }
        }
        Ok(ends)
    }

    /// How many records a topic holds, at most: of a compacted topic some are gone. `None` when it is not there.
    ///
    /// # Errors
    /// As [`KafkaAdmin::has_records`].
    pub async fn record_count(&self, topic: &str) -> Result<Option<u64>, EngineError> {
        let count = |marks: Vec<(i64, i64)>| marks.iter().map(|(low, high)| u64::try_from(high - low).unwrap_or(0)).sum();
        Ok(self.marks(topic).await?.map(count))
    }

    /// Whether this user may create each of these topics, in that form. The broker only checks; nothing is made.
    ///
    /// # Errors
    /// No broker answers, or the login is refused.
    pub async fn may_create(&self, topics: &[&str], partitions: u32, replication: u32) -> Result<Vec<(String, Right)>, EngineError> {
        let new = |name| NewTopic::new(name, partitions.cast_signed(), TopicReplication::Fixed(replication.cast_signed()));
        let new: Vec<NewTopic<'_>> = topics.iter().map(|name| new(name)).collect();
        if new.is_empty() {
            return Ok(Vec::new());
        }
        let options = self.admin_options().validate_only(true);
        let results = self.0.admin.create_topics(&new, &options).await.map_err(|error| self.0.failed(&error))?;
        let right = |result| match result {
            Ok(name) => (name, Right::Granted),
            // Made by someone a moment ago, which is as good.
            Err((name, RDKafkaErrorCode::TopicAlreadyExists)) => (name, Right::Granted),
            Err((name, code)) => (name, refusal(code)),
        };
        Ok(results.into_iter().map(right).collect())
    }

    /// Whether this user may read the settings of each of these topics, as TiCDC does at its start.
    ///
    /// # Errors
    /// No broker answers, or the login is refused.
    pub async fn may_describe_configs(&self, topics: &[&str]) -> Result<Vec<(String, Right)>, EngineError> {
        let names: Vec<String> = topics.iter().map(|name| (*name).to_owned()).collect();
        let results = match self.configs(&names).await {
            None => return Ok(Vec::new()),
            Some(results) => results,
        };
        let right = |result: Result<ConfigResource, RDKafkaErrorCode>| match result {
            Ok(_) => Right::Granted,
            Err(code) => refusal(code),
        };
        Ok(names.into_iter().zip(results.into_iter().map(right)).collect())
    }

    /// The settings of topics, in their order; `None` when they cannot be asked for at all.
    async fn configs(&self, topics: &[String]) -> Option<Vec<Result<ConfigResource, RDKafkaErrorCode>>> {
        if topics.is_empty() {
            return None;
        }
        let resources: Vec<ResourceSpecifier<'_>> = topics.iter().map(|name| ResourceSpecifier::Topic(name)).collect();
        self.0.admin.describe_configs(&resources, &self.admin_options()).await.ok()
    }

    fn admin_options(&self) -> AdminOptions {
        AdminOptions::new().operation_timeout(Some(self.0.timeout)).request_timeout(Some(self.0.timeout))
    }

    /// First and end offset of every partition.
    async fn marks(&self, topic: &str) -> Result<Option<Vec<(i64, i64)>>, EngineError> {
        let topic = topic.to_owned();
        self.blocking(move |inner| {
            let client = inner.admin.inner();
            let metadata = client.fetch_metadata(None, inner.timeout).map_err(|error| inner.failed(&error))?;
            let found = metadata.topics().iter().find(|t| t.name() == topic && t.error().is_none() && !t.partitions().is_empty());
            let Some(found) = found else { return Ok(None) };
            let marks = |partition: &rdkafka::metadata::MetadataPartition| client.fetch_watermarks(&topic, partition.id(), inner.timeout);
            match found.partitions().iter().map(marks).collect::<Result<Vec<_>, _>>() {
                Ok(marks) => Ok(Some(marks)),
                // Deleted a moment ago.
                Err(error) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::UnknownTopicOrPartition) => Ok(None),
                Err(error) => Err(inner.failed(&error)),
            }
        })
        .await
    }

    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&Inner) -> T + Send + 'static) -> T {
        let inner = Arc::clone(&self.0);
        match tokio::task::spawn_blocking(move || work(&inner)).await {
            Ok(value) => value,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

impl std::fmt::Debug for KafkaAdmin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KafkaAdmin").finish_non_exhaustive()
    }
}

impl Inner {
    fn failed(&self, error: &KafkaError) -> EngineError {
        let (kind, finding) = connection_finding(error, self.faults.last());
        EngineError::new(kind, finding)
    }
}

impl TopicFacts {
    fn take_over(&mut self, resource: &ConfigResource) {
        let value = |name: &str| resource.get(name).and_then(|entry| entry.value.clone());
        self.min_insync = value("min.insync.replicas").and_then(|text| text.parse().ok());
        self.max_message_bytes = value("max.message.bytes").and_then(|text| text.parse().ok());
        self.cleanup_policy = value("cleanup.policy");
    }
}

fn refusal(code: RDKafkaErrorCode) -> Right {
    match code {
        RDKafkaErrorCode::TopicAuthorizationFailed | RDKafkaErrorCode::ClusterAuthorizationFailed => Right::Denied(code.to_string()),
        RDKafkaErrorCode::InvalidReplicationFactor
        | RDKafkaErrorCode::InvalidPartitions
        | RDKafkaErrorCode::InvalidConfig
        | RDKafkaErrorCode::InvalidTopic
        | RDKafkaErrorCode::PolicyViolation => Right::Impossible(code.to_string()),
        _ => Right::Unknown(code.to_string()),
    }
}

#[cfg(test)]
mod tests;
