//! Topics: found, or made by TiCDC's rules (`ticdc` pkg/sink/kafka/options.go, downstreamadapter/sink/topicmanager).

use super::{context::ProbeContext, errors};
use crate::engine::error::{EngineError, ErrorKind};
use rdkafka::{
    admin::{AdminClient, AdminOptions, ConfigResource, NewTopic, ResourceSpecifier, TopicReplication},
    config::FromClientConfigAndContext,
    error::RDKafkaErrorCode,
    metadata::MetadataTopic,
};
use shared::{Finding, sink_uri::KafkaOptions};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

/// TiCDC's default number of partitions for a topic that it creates.
const DEFAULT_PARTITIONS: u32 = 3;
/// TiCDC looks this often for a topic that it just created.
const VISIBLE_TRIES: u32 = 6;
const VISIBLE_PAUSE: Duration = Duration::from_millis(500);
/// Topics made or asked about with one request.
const AT_A_TIME: usize = 100;
/// For topics' limits, without which it goes as well.
const LIMITS_PATIENCE: Duration = Duration::from_secs(5);
/// What TiCDC leaves free below a topic's limit (`ticdc` pkg/sink/kafka/options.go).
const ROOM: usize = 128;

/// What is known of the cluster's topics.
pub struct Topics {
    admin: AdminClient<ProbeContext>,
    faults: super::Faults,
    timeout: Duration,
    wanted_partitions: Option<u32>,
    replication_factor: i32,
    auto_create: bool,
    default_topic: String,
    max_message_bytes: usize,
    known: HashMap<String, Topic>,
    /// What the cluster had when it was last asked for everything. With a topic a table the answer is long, and asking again for each
    /// of them would cost the square of their number.
    listing: Option<HashMap<String, u32>>,
    /// The brokers do not tell topics' limits.
    has_no_limits: bool,
}

/// A topic that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// How many of its partitions to write to.
    pub partitions: u32,
    /// The largest message: what the document allows, or less when the topic takes less.
    pub max_message_bytes: usize,
    /// The largest batch that it takes, as far as is known.
    pub takes_bytes: usize,
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
            max_message_bytes: options.max_message_bytes,
            known: HashMap::new(),
            listing: None,
            has_no_limits: false,
        })
    }

    /// A topic that [`Topics::ensure`] has seen to.
    #[must_use]
    pub fn known(&self, topic: &str) -> Option<Topic> {
        self.known.get(topic).copied()
    }

    /// Sees to it that a topic is there: makes it when it is missing and that is allowed. The flag says whether it was made now.
    ///
    /// # Errors
    /// Missing and not to be made, refused, or fewer partitions than the document asks for on the default topic.
    pub async fn ensure(&mut self, topic: &str) -> Result<(Topic, bool), EngineError> {
        let made = self.ensure_all(&[topic]).await?;
        let known = self.known(topic).ok_or_else(|| not_shown(topic))?;
        Ok((known, !made.is_empty()))
    }

    /// The same for many, some hundred with one request. Answers which were made.
    ///
    /// # Errors
    /// Of the first one that fails. Those before it are known.
    pub async fn ensure_all<'a>(&mut self, topics: &[&'a str]) -> Result<Vec<&'a str>, EngineError> {
        let mut seen = HashSet::new();
        let unknown: Vec<&str> = topics.iter().copied().filter(|topic| !self.known.contains_key(*topic) && seen.insert(*topic)).collect();
        let mut all_made = Vec::new();
        for topics in unknown.chunks(AT_A_TIME) {
            let mut there = Vec::with_capacity(topics.len());
            let mut missing = Vec::new();
            for topic in topics {
                match self.find(topic)? {
                    Some(actual) => there.push((*topic, self.usable(topic, actual)?)),
                    None => missing.push(*topic),
                }
            }
            let others = self.create(&missing).await?;
            let mut limits = self.limits(topics).await;
            let mut late = Vec::new();
            for topic in &missing {
                // A broker that tells a topic's limit has it.
                let shown = !others.contains(*topic) && limits.as_ref().is_some_and(|limits| limits.contains_key(*topic));
                there.push((*topic, if shown { self.partitions_to_make() } else { self.await_shown(topic).await? }));
                late.extend((!shown).then_some(*topic));
            }
            if let Some(limits) = limits.as_mut().filter(|_| !late.is_empty()) {
                limits.extend(self.limits(&late).await.unwrap_or_default());
            }
            for (topic, partitions) in there {
                let limit = limits.as_ref().and_then(|limits| limits.get(topic)).map_or(usize::MAX, |limit| limit.saturating_sub(ROOM));
                let known = Topic { partitions, max_message_bytes: limit.min(self.max_message_bytes), takes_bytes: limit };
                self.known.insert(topic.to_owned(), known);
            }
            all_made.extend(missing);
        }
        Ok(all_made)
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
        self.make(&[new]).await?;
        self.await_shown(topic).await.map(drop)
    }

    /// Makes topics by the document's rules. Answers those that somebody else has made a moment ago.
    async fn create<'a>(&self, topics: &[&'a str]) -> Result<HashSet<String>, EngineError> {
        let Some(first) = topics.first() else { return Ok(HashSet::new()) };
        if !self.auto_create {
            return Err(EngineError::new(
                ErrorKind::Config,
                Finding::error("kafka.params.auto-create-topic", "topic-missing", format!("topic `{first}` does not exist"))
                    .hint("Create it, or set auto-create-topic = true."),
            ));
        }
        let partitions = self.partitions_to_make().cast_signed();
        let new = |topic: &&'a str| NewTopic::new(topic, partitions, TopicReplication::Fixed(self.replication_factor));
        self.make(&topics.iter().map(new).collect::<Vec<_>>()).await
    }

    fn partitions_to_make(&self) -> u32 {
        self.wanted_partitions.unwrap_or(DEFAULT_PARTITIONS)
    }

    /// Answers those that somebody else has made a moment ago.
    async fn make(&self, new: &[NewTopic<'_>]) -> Result<HashSet<String>, EngineError> {
        let results = self.admin.create_topics(new, &self.patience()).await.map_err(|e| errors::connection_error(&e, &self.faults))?;
        let mut others = HashSet::new();
        for result in results {
            match result {
                Ok(_) => {}
                Err((topic, RDKafkaErrorCode::TopicAlreadyExists)) => drop(others.insert(topic)),
                Err((topic, code)) => return Err(not_created(&topic, self.replication_factor, code)),
            }
        }
        Ok(others)
    }

    /// Waits until the cluster shows a topic that was made; answers its partitions.
    async fn await_shown(&self, topic: &str) -> Result<u32, EngineError> {
        for _ in 0..VISIBLE_TRIES {
            if let Some(actual) = self.made(topic)? {
                return Ok(actual);
            }
            tokio::time::sleep(VISIBLE_PAUSE).await;
        }
        Err(not_shown(topic))
    }

    /// `max.message.bytes` of topics, as far as they may be asked for it; `None` when the brokers have no such question: they say no to a
    /// larger message then.
    async fn limits(&mut self, topics: &[&str]) -> Option<HashMap<String, usize>> {
        if self.has_no_limits {
            return None;
        }
        let resources: Vec<ResourceSpecifier<'_>> = topics.iter().map(|topic| ResourceSpecifier::Topic(topic)).collect();
        let patience = AdminOptions::new().request_timeout(Some(self.timeout.min(LIMITS_PATIENCE)));
        let Ok(described) = self.admin.describe_configs(&resources, &patience).await else {
            // Not asked again: each question would be waited for in vain.
            self.has_no_limits = true;
            return None;
        };
        let limit = |config: ConfigResource| config.get("max.message.bytes")?.value.as_ref()?.parse().ok();
        let limits = topics.iter().zip(described).filter_map(|(topic, config)| Some(((*topic).to_owned(), limit(config.ok()?)?)));
        Some(limits.collect())
    }

    fn patience(&self) -> AdminOptions {
        AdminOptions::new().operation_timeout(Some(self.timeout)).request_timeout(Some(self.timeout))
    }
}

fn usable_partitions(topic: &MetadataTopic) -> Option<(String, u32)> {
    let usable = topic.error().is_none() && !topic.partitions().is_empty();
    usable.then(|| (topic.name().to_owned(), u32::try_from(topic.partitions().len()).unwrap_or(u32::MAX)))
}

fn not_shown(topic: &str) -> EngineError {
    let finding = Finding::error("kafka", "topic-missing", format!("topic `{topic}` was created but does not show up"));
    EngineError::new(ErrorKind::Transient, finding)
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

#[cfg(test)]
#[cfg(feature = "playground")]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::embedded::broker;
    use shared::config::Pipeline;

    #[tokio::test]
    async fn a_topic_s_own_limit_counts_and_topics_are_made_together() {
        let directory = tempfile::TempDir::new().unwrap();
        let listen = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        let broker = broker::start(broker::Options { data_dir: directory.path().to_owned(), listen }).await.unwrap();
        let mut document = Pipeline::named("limits");
        document.kafka.params.insert("protocol".to_owned(), "avro".into());
        document.kafka.params.insert("max-message-bytes".to_owned(), "500000".into());
        let options = KafkaOptions::from_pipeline(&document).unwrap();
        let mut topics = Topics::new(&[broker.address().to_string()], "", &options).unwrap();
        let small = NewTopic::new("small", 2, TopicReplication::Fixed(1)).set("max.message.bytes", "50000");
        topics.make(&[small]).await.unwrap();

        assert_eq!(topics.ensure_all(&["a", "small", "b", "a"]).await.unwrap(), ["a", "b"]);
        let small = Topic { partitions: 2, max_message_bytes: 50_000 - ROOM, takes_bytes: 50_000 - ROOM };
        assert_eq!(topics.ensure("small").await.unwrap(), (small, false));
        let made = topics.known("a").unwrap();
        assert_eq!((made.partitions, made.max_message_bytes, made.takes_bytes), (DEFAULT_PARTITIONS, 500_000, 1_048_588 - ROOM));
        assert_eq!(topics.known("c"), None);
        broker.shutdown().await;
    }
}
