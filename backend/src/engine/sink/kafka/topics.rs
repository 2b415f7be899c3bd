//! Topics: found, or made by TiCDC's rules (`ticdc` pkg/sink/kafka/options.go, downstreamadapter/sink/topicmanager).

use super::{context::ProbeContext, errors};
use crate::engine::error::{EngineError, ErrorKind};
use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    config::FromClientConfigAndContext,
    error::RDKafkaErrorCode,
};
use shared::{Finding, sink_uri::KafkaOptions};
use std::{collections::HashMap, time::Duration};

/// TiCDC's default number of partitions for a topic that it creates.
const DEFAULT_PARTITIONS: u32 = 3;
/// TiCDC looks this often for a topic that it just created.
const VISIBLE_TRIES: u32 = 6;
const VISIBLE_PAUSE: Duration = Duration::from_millis(500);

/// What is known of the cluster's topics.
pub struct Topics {
    admin: AdminClient<ProbeContext>,
    faults: super::Faults,
    timeout: Duration,
    wanted_partitions: Option<u32>,
    replication_factor: i32,
    auto_create: bool,
    default_topic: String,
    known: HashMap<String, u32>,
}

impl Topics {
    /// # Errors
    /// The settings do not make a client.
    pub fn new(brokers: &[String], default_topic: &str, options: &KafkaOptions) -> Result<Self, EngineError> {
        let faults = super::Faults::default();
        let admin = AdminClient::from_config_and_context(&super::client_config(brokers, options), ProbeContext::new(faults.clone()))
            .map_err(|error| errors::unusable(&error))?;
        Ok(Self {
            admin,
            faults,
            timeout: options.read_timeout,
            wanted_partitions: options.partition_num.and_then(|n| u32::try_from(n).ok()),
            replication_factor: options.replication_factor.into(),
            auto_create: options.auto_create_topic,
            default_topic: default_topic.to_owned(),
            known: HashMap::new(),
        })
    }

    /// How many of the topic's partitions to write to; makes the topic when it is missing and that is allowed. The flag
    /// says whether it was made now.
    ///
    /// # Errors
    /// Missing and not to be made, refused, or fewer partitions than the document asks for on the default topic.
    pub async fn ensure(&mut self, topic: &str) -> Result<(u32, bool), EngineError> {
        if let Some(partitions) = self.known.get(topic) {
            return Ok((*partitions, false));
        }
        let (partitions, made) = match self.partitions(topic)? {
            Some(actual) => (self.usable(topic, actual)?, false),
            None => (self.create(topic).await?, true),
        };
        self.known.insert(topic.to_owned(), partitions);
        Ok((partitions, made))
    }

    /// All topics are asked for: a broker with auto-creation would make one that is asked for by name.
    fn partitions(&self, topic: &str) -> Result<Option<u32>, EngineError> {
        let metadata =
            self.admin.inner().fetch_metadata(None, self.timeout).map_err(|error| errors::connection_error(&error, &self.faults))?;
        let found = metadata.topics().iter().find(|t| t.name() == topic && t.error().is_none() && !t.partitions().is_empty());
        Ok(found.map(|t| u32::try_from(t.partitions().len()).unwrap_or(u32::MAX)))
    }

    /// Only the default topic is bound to `partition-num`; other existing topics keep their own count.
    fn usable(&self, topic: &str, actual: u32) -> Result<u32, EngineError> {
        match self.wanted_partitions {
            Some(wanted) if topic == self.default_topic && wanted > actual => Err(EngineError::new(
                ErrorKind::Config,
                Finding::error(
                    "kafka.params.partition-num",
                    "too-few-partitions",
                    format!("topic `{topic}` has {actual} partitions, partition-num asks for {wanted}"),
                )
                .hint("Lower partition-num, leave it out, or add partitions to the topic."),
            )),
            Some(wanted) if topic == self.default_topic => Ok(wanted),
            _ => Ok(actual),
        }
    }

    /// Makes the topic that holds positions, unless it is there: one partition, compacted.
    ///
    /// # Errors
    /// Refused, or the brokers cannot be reached. `auto-create-topic` does not count: it is no topic of the user's.
    pub async fn ensure_positions(&self, topic: &str) -> Result<(), EngineError> {
        if self.partitions(topic)?.is_some() {
            return Ok(());
        }
        let new = NewTopic::new(topic, 1, TopicReplication::Fixed(self.replication_factor)).set("cleanup.policy", "compact");
        self.make(&new, topic).await.map(drop)
    }

    async fn create(&self, topic: &str) -> Result<u32, EngineError> {
        if !self.auto_create {
            return Err(EngineError::new(
                ErrorKind::Config,
                Finding::error("kafka.params.auto-create-topic", "topic-missing", format!("topic `{topic}` does not exist"))
                    .hint("Create it, or set auto-create-topic = true."),
            ));
        }
        let partitions = self.wanted_partitions.unwrap_or(DEFAULT_PARTITIONS);
        let new = NewTopic::new(topic, partitions.cast_signed(), TopicReplication::Fixed(self.replication_factor));
        self.make(&new, topic).await
    }

    /// Creates a topic and waits until the cluster shows it; answers its partitions.
    async fn make(&self, new: &NewTopic<'_>, topic: &str) -> Result<u32, EngineError> {
        let options = AdminOptions::new().operation_timeout(Some(self.timeout)).request_timeout(Some(self.timeout));
        let results = self.admin.create_topics([new], &options).await.map_err(|e| errors::connection_error(&e, &self.faults))?;
        for result in results {
            match result {
                // Someone else made it a moment ago.
                Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((_, code)) => return Err(not_created(topic, self.replication_factor, code)),
            }
        }
        for _ in 0..VISIBLE_TRIES {
            if let Some(actual) = self.partitions(topic)? {
                return Ok(actual);
            }
            tokio::time::sleep(VISIBLE_PAUSE).await;
        }
        Err(EngineError::new(
            ErrorKind::Transient,
            Finding::error("kafka", "topic-missing", format!("topic `{topic}` was created but does not show up")),
        ))
    }
}

fn not_created(topic: &str, replication_factor: i32, code: RDKafkaErrorCode) -> EngineError {
    let (kind, path, hint) = match code {
        RDKafkaErrorCode::InvalidReplicationFactor => (
            ErrorKind::Config,
            "kafka.params.replication-factor",
            format!(
                "The cluster cannot keep {replication_factor} copies: set replication-factor to what it has brokers for (Confluent Cloud: 3)."
            ),
        ),
        RDKafkaErrorCode::TopicAuthorizationFailed | RDKafkaErrorCode::ClusterAuthorizationFailed => {
            (ErrorKind::Denied, "kafka.params.sasl-user", "Grant the right Create, or create the topic by hand.".to_owned())
        }
        RDKafkaErrorCode::PolicyViolation | RDKafkaErrorCode::InvalidPartitions | RDKafkaErrorCode::InvalidTopic => {
            (ErrorKind::Config, "kafka.params", "The cluster's rules do not allow such a topic.".to_owned())
        }
        _ => (ErrorKind::Transient, "kafka", String::new()),
    };
    EngineError::new(kind, Finding::error(path, "topic-not-created", format!("topic `{topic}` could not be created: {code}")).hint(hint))
}
