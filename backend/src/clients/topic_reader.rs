//! Reads the newest messages of a topic, as an ordinary consumer without a group.

use crate::engine::{error::EngineError, sink::kafka::connection_finding};
use rdkafka::{
    ClientConfig, Message, Offset, TopicPartitionList,
    consumer::{BaseConsumer, Consumer},
    error::{KafkaError, RDKafkaErrorCode},
};
use std::time::{Duration, Instant};

/// A message as it lies in the topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawMessage {
    pub partition: i32,
    pub offset: i64,
    pub timestamp_ms: Option<i64>,
    pub key: Option<Vec<u8>>,
    pub value: Option<Vec<u8>>,
}

/// The end of a topic.
#[derive(Debug)]
pub struct Tail {
    /// Newest first by time.
    pub messages: Vec<RawMessage>,
    /// Every partition was read to its end: nothing newer was there.
    pub whole: bool,
}

/// The newest `limit` messages over all partitions, none when the topic is not there (yet).
/// Blocking, at most about `timeout`.
///
/// # Errors
/// The brokers cannot be reached or refuse.
pub fn read_tail(mut config: ClientConfig, topic: &str, limit: usize, timeout: Duration) -> Result<Tail, EngineError> {
    let deadline = Instant::now() + timeout;
    let left = || deadline.saturating_duration_since(Instant::now());
    config
        // Never joins a group nor commits; librdkafka wants a name all the same.
        .set("group.id", "changefeed-studio-reader")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true")
        .set("allow.auto.create.topics", "false")
        .set("fetch.wait.max.ms", "100");
    let failed = |error: KafkaError| {
        let (kind, finding) = connection_finding(&error, None);
        EngineError::new(kind, finding)
    };
    let consumer: BaseConsumer = config.create().map_err(failed)?;
    let metadata = consumer.fetch_metadata(Some(topic), left()).map_err(failed)?;
    let partitions: Vec<i32> = metadata
        .topics()
        .iter()
        .filter(|t| t.name() == topic && t.error().is_none())
        .flat_map(|t| t.partitions().iter().map(rdkafka::metadata::MetadataPartition::id))
        .collect();

    let mut whole = !partitions.is_empty();
    let mut assignment = TopicPartitionList::new();
    let mut open = 0_usize;
    for partition in partitions {
        let (low, high) = match consumer.fetch_watermarks(topic, partition, left()) {
            Ok(marks) => marks,
            Err(error) if error.rdkafka_error_code() == Some(RDKafkaErrorCode::UnknownTopicOrPartition) => {
                whole = false;
                continue;
            }
            Err(error) => return Err(failed(error)),
        };
        if high > low {
            let from = low.max(high - i64::try_from(limit).unwrap_or(i64::MAX));
            assignment.add_partition_offset(topic, partition, Offset::Offset(from)).map_err(failed)?;
            open += 1;
        }
    }
    consumer.assign(&assignment).map_err(failed)?;

    let mut messages = Vec::new();
    while open > 0 && !left().is_zero() {
        match consumer.poll(left()) {
            Some(Ok(message)) => messages.push(RawMessage {
                partition: message.partition(),
                offset: message.offset(),
                timestamp_ms: message.timestamp().to_millis(),
                key: message.key().map(<[u8]>::to_vec),
                value: message.payload().map(<[u8]>::to_vec),
            }),
            // Read to the end as it was a moment ago: enough for a look.
            Some(Err(KafkaError::PartitionEOF(_))) => open -= 1,
            Some(Err(error)) => return Err(failed(error)),
            None => break,
        }
    }
    messages.sort_by_key(|message| std::cmp::Reverse((message.timestamp_ms, message.offset, message.partition)));
    messages.truncate(limit);
    Ok(Tail { messages, whole: whole && open == 0 })
}
