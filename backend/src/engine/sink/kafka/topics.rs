//! Topics: found, or made by TiCDC's rules (`ticdc` pkg/sink/kafka/options.go, downstreamadapter/sink/topicmanager).

use super::{context::ProbeContext, errors};
use crate::engine::error::{EngineError, ErrorKind};
use rdkafka::{
    admin::{AdminClient, AdminOptions, NewTopic, TopicReplication},
    config::FromClientConfigAndContext,
    error::RDKafkaErrorCode,
    metadata::MetadataTopic,
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
    /// What the cluster had when it was last asked for everything. With a topic a table the answer is long, and asking again for each
    /// of them would cost the square of their number.
    listing: Option<HashMap<String, u32>>,
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
            listing: None,
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
        let (partitions, made) = match self.find(topic)? {
            Some(actual) => (self.usable(topic, actual)?, false),
            None => (self.create(topic).await?, true),
        };
        self.known.insert(topic.to_owned(), partitions);
        Ok((partitions, made))
    }

    /// A topic that is not in the listing may have been made since: that is looked at once more, unless it will be made by us, in
    /// which case the cluster says so.
    fn find(&mut self, topic: &str) -> Result<Option<u32>, EngineError> {
        if self.listing.is_none() {
            self.listing = Some(self.list()?);
        }
        let found = self.listing.as_ref().and_then(|listing| listing.get(topic).copied());
        if found.is_some() || self.auto_create {
            return Ok(found);
        }
        let listing = self.listing.insert(self.list()?);
        Ok(listing.get(topic).copied())
    }

    /// All topics are asked for: a broker with auto-creation would make one that is asked for by name.
    fn list(&self) -> Result<HashMap<String, u32>, EngineError> {
        let metadata =
            self.admin.inner().fetch_metadata(None, self.timeout).map_err(|error| errors::connection_error(&error, &self.faults))?;
        Ok(metadata.topics().iter().filter_map(usable_partitions).collect())
    }

    /// One topic, which the cluster has said that it has.
    fn made(&self, topic: &str) -> Result<Option<u32>, EngineError> {
        let metadata =
            self.admin.inner().fetch_metadata(Some(topic), self.timeout).map_err(|error| errors::connection_error(&error, &self.faults))?;
        Ok(metadata.topics().iter().filter_map(usable_partitions).find(|(name, _)| name == topic).map(|(_, partitions)| partitions))
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
    pub async fn ensure_positions(&mut self, topic: &str) -> Result<(), EngineError> {
        if self.find(topic)?.is_some() {
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
            if let Some(actual) = self.made(topic)? {
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

fn usable_partitions(topic: &MetadataTopic) -> Option<(String, u32)> {
    let usable = topic.error().is_none() && !topic.partitions().is_empty();
    usable.then(|| (topic.name().to_owned(), u32::try_from(topic.partitions().len()).unwrap_or(u32::MAX)))
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
