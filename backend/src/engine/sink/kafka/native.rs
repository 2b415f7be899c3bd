//! Messages into librdkafka by topic handle, many at a time: the only unsafe code of this project.
//!
//! rdkafka's own `send` names the topic in each message. librdkafka then walks the list of all topics that it knows, under a lock that its
//! threads share: with a topic for each of 100,000 tables that is the work. It also takes the time twice and three locks for each
//! message, which a batch does once.
#![allow(unsafe_code)]

use super::context::DeliveryContext;
use rdkafka::{
    bindings::{
        RD_KAFKA_MSG_F_COPY, RD_KAFKA_MSG_F_PARTITION, rd_kafka_last_error, rd_kafka_message_t, rd_kafka_produce_batch,
        rd_kafka_topic_destroy, rd_kafka_topic_new, rd_kafka_topic_t,
    },
    error::RDKafkaErrorCode,
    producer::{BaseProducer, Producer},
    types::RDKafkaRespErr,
};
use std::{collections::HashMap, ffi::CString, ptr, ptr::NonNull, sync::Arc};

/// Names a topic of one [`Handover`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicId(usize);

/// A message to be handed over.
#[derive(Clone, Copy)]
pub(super) struct Message<'a> {
    pub partition: u32,
    pub key: &'a [u8],
    /// `None`: a tombstone.
    pub value: Option<&'a [u8]>,
    /// Comes back in the delivery report.
    pub number: usize,
}

/// The way into a producer's queues.
pub(super) struct Handover {
    /// What `topics` belong to; not before them is it dropped.
    producer: Arc<BaseProducer<DeliveryContext>>,
    topics: Vec<NonNull<rd_kafka_topic_t>>,
    names: Vec<Arc<str>>,
    by_name: HashMap<Arc<str>, TopicId>,
    /// Empty between two calls: what it pointed to is gone then.
    messages: Vec<rd_kafka_message_t>,
}

// SAFETY: librdkafka's handles are for any thread (its INTRODUCTION, "Threads and callbacks"), and no pointer outlives a call
// in `messages`.
unsafe impl Send for Handover {}

impl Handover {
    pub(super) fn new(producer: Arc<BaseProducer<DeliveryContext>>) -> Self {
        Self { producer, topics: Vec::new(), names: Vec::new(), by_name: HashMap::new(), messages: Vec::new() }
    }

    /// The topic of this name; the same again for the same name.
    ///
    /// # Errors
    /// librdkafka takes no such name: longer than 512 bytes or with a zero in it.
    pub(super) fn topic(&mut self, name: &str) -> Result<TopicId, RDKafkaErrorCode> {
        if let Some(known) = self.by_name.get(name) {
            return Ok(*known);
        }
        let text = CString::new(name).map_err(|_| RDKafkaErrorCode::InvalidArgument)?;
        // SAFETY: the client lives as long as `producer`; `text` is read during the call only; no configuration means the default one.
        let topic = unsafe { rd_kafka_topic_new(self.producer.client().native_ptr(), text.as_ptr(), ptr::null_mut()) };
        // SAFETY: has no conditions.
        let topic = NonNull::new(topic).ok_or_else(|| RDKafkaErrorCode::from(unsafe { rd_kafka_last_error() }))?;
        let id = TopicId(self.topics.len());
        self.topics.push(topic);
        let name: Arc<str> = name.into();
        self.names.push(Arc::clone(&name));
        self.by_name.insert(name, id);
        Ok(id)
    }

    pub(super) fn name(&self, topic: TopicId) -> &str {
        &self.names[topic.0]
    }

    /// Queues copies of messages in their order, as many as there is room for. Answers how many, and why the next one was refused.
    pub(super) fn produce<'a>(&mut self, topic: TopicId, messages: impl Iterator<Item = Message<'a>>) -> (usize, Option<RDKafkaErrorCode>) {
        self.messages.extend(messages.map(|message| rd_kafka_message_t {
            err: RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR,
            rkt: ptr::null_mut(),
            partition: message.partition.cast_signed(),
            payload: message.value.map_or(ptr::null_mut(), |value| value.as_ptr().cast_mut().cast()),
            len: message.value.map_or(0, <[u8]>::len),
            key: message.key.as_ptr().cast_mut().cast(),
            key_len: message.key.len(),
            offset: 0,
            _private: ptr::without_provenance_mut(message.number),
        }));
        let count = i32::try_from(self.messages.len()).expect("fewer than 2^31 messages at a time");
        // SAFETY: the handle is of this client, which lives. With COPY, keys and values are read during the call only, and those
        // live for 'a; nothing is written but each message's `err`.
        unsafe {
            rd_kafka_produce_batch(
                self.topics[topic.0].as_ptr(),
                0,
                RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_PARTITION,
                self.messages.as_mut_ptr(),
                count,
            );
        }
        // After a full queue it refuses all that follow. After anything else it may take some: the run ends then, and the next one sends
        // them again.
        let refused = self.messages.iter().position(|message| message.err != RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR);
        let outcome = match refused {
            None => (self.messages.len(), None),
            Some(at) => (at, Some(self.messages[at].err.into())),
        };
        self.messages.clear();
        outcome
    }
}

impl Drop for Handover {
    fn drop(&mut self) {
        for topic in &self.topics {
            // SAFETY: each was made by `rd_kafka_topic_new`, is destroyed once, and before its client.
            unsafe { rd_kafka_topic_destroy(topic.as_ptr()) };
        }
    }
}
