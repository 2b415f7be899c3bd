//! The Kafka sink on librdkafka: idempotent, `acks=all`, keys in order, every row's fate reported to the ledger.

mod context;
mod errors;
mod settings;
mod topics;
mod transactions;

pub use context::Faults;
pub(crate) use context::ProbeContext;
pub use errors::connection_finding;
pub(crate) use errors::unusable;
pub use settings::{add_producer as producer_settings, client_config};
pub use topics::Topics;
pub use transactions::{KeptPosition, in_time, positions_topic, read_position};

use super::super::{
    error::{EngineError, ErrorKind},
    figures::Figures,
    ledger::{Accepted, Ledger},
};
use context::DeliveryContext;
use rdkafka::{
    config::FromClientConfigAndContext,
    error::{KafkaError, RDKafkaErrorCode},
    producer::{BaseRecord, Producer, ThreadedProducer},
};
use shared::{Finding, sink_uri::KafkaOptions};
use std::{sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// What TiCDC adds to key and value when it compares a message with the limit (`pkg/sink/codec/common`).
const RECORD_OVERHEAD: usize = 36;

/// How long a full queue is waited for until it is tried anyhow.
const PATIENCE: Duration = Duration::from_millis(20);

/// A producer and its ledger. Blocking: used from the writer's own thread.
pub struct KafkaSink {
    producer: ThreadedProducer<DeliveryContext>,
    ledger: Arc<Ledger>,
    faults: Faults,
    max_message_bytes: usize,
}

impl KafkaSink {
    /// Makes the producer and waits until a broker has answered; with a pipeline's name its rows go in transactions.
    ///
    /// # Errors
    /// Kinds `Denied`, `Config` or `Transient` with the finding that `connection_finding` makes of it.
    pub fn connect(
        brokers: &[String],
        options: &KafkaOptions,
        queue_bytes: usize,
        transactional_for: Option<&str>,
        ledger: Arc<Ledger>,
        figures: Arc<Figures>,
    ) -> Result<Self, EngineError> {
        let mut config = client_config(brokers, options);
        settings::add_producer(&mut config, options, queue_bytes);
        if let Some(pipeline) = transactional_for {
            settings::add_transactions(&mut config, &transactions::transactional_id(pipeline));
        }
        let faults = Faults::default();
        let context = DeliveryContext::new(Arc::clone(&ledger), figures, faults.clone());
        let producer = ThreadedProducer::from_config_and_context(&config, context).map_err(|error| errors::unusable(&error))?;
        let sink = Self { producer, ledger, faults, max_message_bytes: options.max_message_bytes };
        sink.fetch_metadata(options.dial_timeout)?;
        if transactional_for.is_some() {
            sink.take_over()?;
        }
        Ok(sink)
    }

    fn fetch_metadata(&self, timeout: Duration) -> Result<(), EngineError> {
        // Asks for all topics: asking for one by name would let a broker with auto-creation make it.
        match self.producer.client().fetch_metadata(None, timeout) {
            Ok(_) => Ok(()),
            Err(error) => Err(errors::connection_error(&error, &self.faults)),
        }
    }

    /// The largest message, key and value and TiCDC's allowance for the rest, bytes.
    #[must_use]
    pub fn max_message_bytes(&self) -> usize {
        self.max_message_bytes
    }

    /// Hands a row over; waits while the client's queue is full. `Ok(false)`: told to stop meanwhile, row not sent.
    ///
    /// # Errors
    /// The row is too large, or the client refuses it for good.
    pub fn send(
        &self,
        topic: &str,
        partition: u32,
        key: &[u8],
        value: Option<&[u8]>,
        mut row: Accepted,
        stop: &CancellationToken,
    ) -> Result<bool, EngineError> {
        let bytes = key.len() + value.map_or(0, <[u8]>::len);
        if bytes + RECORD_OVERHEAD > self.max_message_bytes {
            return Err(errors::too_large(topic, bytes + RECORD_OVERHEAD, self.max_message_bytes));
        }
        row.bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let number = self.ledger.accept(row);
        let number = usize::try_from(number).expect("numbers start at zero for each run and fit the address space");
        let mut record = BaseRecord::<[u8], [u8], usize>::with_opaque_to(topic, number).partition(partition.cast_signed()).key(key);
        record.payload = value;
        loop {
            match self.producer.send(record) {
                Ok(()) => return Ok(true),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), same)) => {
                    if stop.is_cancelled() {
                        return Ok(false);
                    }
                    record = same;
                    self.ledger.wait_for_room(PATIENCE);
                }
                Err((error, _)) => return Err(errors::delivery(topic, &error)),
            }
        }
    }

    /// Waits until every accepted row is reported on, at most `limit`. Says whether all are acknowledged.
    #[must_use]
    pub fn settle(&self, limit: Duration) -> bool {
        // The flush also sends at once what lingers for a fuller batch.
        self.producer.flush(limit).is_ok() && self.ledger.waiting() == 0
    }
}

impl Drop for KafkaSink {
    /// What is still queued belongs to this run only; the next one sends it again from the checkpoint, in order.
    fn drop(&mut self) {
        self.producer.purge(rdkafka::producer::PurgeConfig::default().queue().inflight());
    }
}

/// For checks: can the brokers be reached and do they accept us? Blocking, at most `timeout`.
///
/// # Errors
/// What a launch would meet.
pub fn probe(brokers: &[String], options: &KafkaOptions, timeout: Duration) -> Result<usize, EngineError> {
    use rdkafka::consumer::{BaseConsumer, Consumer};
    let faults = Faults::default();
    let context = ProbeContext::new(faults.clone());
    let consumer =
        BaseConsumer::from_config_and_context(&client_config(brokers, options), context).map_err(|error| errors::unusable(&error))?;
    let metadata = consumer.fetch_metadata(None, timeout).map_err(|error| errors::connection_error(&error, &faults))?;
    match metadata.brokers().len() {
        0 => Err(EngineError::new(
            ErrorKind::Transient,
            Finding::error("kafka.brokers", "kafka-unreachable", "the brokers answered, but named no broker to talk to"),
        )),
        n => Ok(n),
    }
}
