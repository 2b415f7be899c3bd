//! The Kafka sink on librdkafka: idempotent, `acks=all`, keys in order, every row's fate reported to the ledger.

mod context;
mod errors;
mod native;
mod open;
mod outbox;
mod reports;
mod settings;
mod topics;
mod transactions;

pub use context::Faults;
pub(crate) use context::ProbeContext;
pub use errors::connection_finding;
pub(crate) use errors::unusable;
pub use native::TopicId;
pub use settings::{MOST_BATCH_BYTES, add_producer as producer_settings, client_config};
pub use topics::{Topic, Topics};
pub use transactions::{KeptPosition, in_time, positions_topic, read_position};

use super::super::{
    error::{EngineError, ErrorKind},
    figures::Figures,
    ledger::{Accepted, Ledger, Mark},
};
use context::DeliveryContext;
use native::Handover;
use open::OpenTransaction;
use outbox::Outbox;
use rdkafka::{
    config::FromClientConfigAndContext,
    error::{KafkaError, RDKafkaErrorCode},
    producer::{BaseProducer, Producer},
};
use reports::Reporter;
use shared::{Finding, avro::EncodeError, sink_uri::KafkaOptions};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::sync::CancellationToken;

/// What TiCDC adds to key and value when it compares a message with the limit (`pkg/sink/codec/common`).
const RECORD_OVERHEAD: usize = 36;

/// How long a full queue is waited for until it is tried anyhow.
const PATIENCE: Duration = Duration::from_millis(20);

/// A producer and its ledger. Blocking: used from the writer's own thread.
pub struct KafkaSink {
    handover: Handover,
    outbox: Outbox,
    /// Told to stop while rows waited for room: they were not sent, and nothing may follow them.
    halted: bool,
    _reporter: Reporter,
    producer: Arc<BaseProducer<DeliveryContext>>,
    ledger: Arc<Ledger>,
    faults: Faults,
    open: Arc<OpenTransaction>,
    stop: CancellationToken,
}

/// What a sink is made of, beside where it goes.
pub struct SinkParts {
    /// For rows in the client's queue.
    pub queue_bytes: usize,
    /// The largest batch.
    pub batch_bytes: usize,
    /// With a pipeline's name, its rows go in transactions.
    pub transactional_for: Option<String>,
    pub ledger: Arc<Ledger>,
    pub figures: Arc<Figures>,
    /// Whoever waits for room is let go by it.
    pub stop: CancellationToken,
}

/// A row for [`KafkaSink::send`], but for its bytes.
#[derive(Clone, Copy)]
pub struct Outgoing {
    pub topic: TopicId,
    pub partition: u32,
    /// The topic's limit: [`Topic::max_message_bytes`].
    pub max_message_bytes: usize,
    /// Its `bytes` are counted by the sink.
    pub row: Accepted,
}

impl KafkaSink {
    /// Makes the producer and waits until a broker has answered.
    ///
    /// # Errors
    /// Kinds `Denied`, `Config` or `Transient` with the finding that `connection_finding` makes of it.
    pub fn connect(brokers: &[String], options: &KafkaOptions, parts: SinkParts) -> Result<Self, EngineError> {
        let SinkParts { queue_bytes, batch_bytes, transactional_for, ledger, figures, stop } = parts;
        let mut config = client_config(brokers, options);
        settings::add_producer(&mut config, options, queue_bytes, batch_bytes);
        if let Some(pipeline) = &transactional_for {
            settings::add_transactions(&mut config, &transactions::transactional_id(pipeline));
        }
        let (faults, open) = (Faults::default(), Arc::<OpenTransaction>::default());
        let context = DeliveryContext::new(Arc::clone(&ledger), figures, faults.clone(), Arc::clone(&open));
        let producer = Arc::new(BaseProducer::from_config_and_context(&config, context).map_err(|error| errors::unusable(&error))?);
        let reporter = Reporter::start(Arc::clone(&producer)).map_err(|error| errors::no_thread(&error))?;
        let sink = Self {
            handover: Handover::new(Arc::clone(&producer)),
            outbox: Outbox::default(),
            halted: false,
            _reporter: reporter,
            producer,
            ledger,
            faults,
            open,
            stop,
        };
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

    /// The topic of this name, to send to.
    ///
    /// # Errors
    /// librdkafka takes no such name.
    pub fn topic(&mut self, name: &str) -> Result<TopicId, EngineError> {
        self.handover.topic(name).map_err(|code| errors::delivery(name, &KafkaError::MessageProduction(code)))
    }

    /// Takes a row: `key` appends the key's bytes to a buffer, `value` the value's (not asked of a tombstone). It goes to Kafka with those
    /// around it, at the latest with [`KafkaSink::hand_over`].
    ///
    /// # Errors
    /// The row has no Avro form or is too large, and was not taken; or an earlier one was refused for good.
    pub fn send(
        &mut self,
        to: Outgoing,
        key: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
        value: impl FnOnce(&mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> Result<(), SendError> {
        if self.outbox.has_another_topic(to.topic) || self.outbox.is_full() {
            self.hand_over()?;
        }
        let encoded = key(self.outbox.buffer()).and_then(|()| {
            let key_len = self.outbox.appended();
            if to.row.tombstone { Ok(key_len) } else { value(self.outbox.buffer()).map(|()| key_len) }
        });
        let key_len = encoded.inspect_err(|_| self.outbox.take_back())?;
        let bytes = self.outbox.appended() + RECORD_OVERHEAD;
        if bytes > to.max_message_bytes {
            self.outbox.take_back();
            return Err(errors::too_large(self.handover.name(to.topic), bytes, to.max_message_bytes).into());
        }
        self.outbox.push(to.topic, to.partition, key_len, to.row);
        Ok(())
    }

    /// Notes a transaction's end behind the rows taken so far.
    pub fn mark(&mut self, mark: Mark) {
        self.outbox.mark(mark);
    }

    /// Rows have been left out: nothing that comes after them may be sent.
    pub fn halt(&mut self) {
        self.halted = true;
    }

    /// Whether rows were left out, as when the run is to stop while they wait: nothing that comes after them may be sent.
    #[must_use]
    pub fn has_halted(&self) -> bool {
        self.halted
    }

    /// Hands over the rows taken so far; waits while the client's queue is full, unless the run is to stop.
    ///
    /// # Errors
    /// The client refuses a row for good.
    pub fn hand_over(&mut self) -> Result<(), EngineError> {
        if self.outbox.is_empty() || self.halted {
            return Ok(());
        }
        let number = self.ledger.accept(&self.outbox.rows, self.outbox.marks.drain(..));
        let number = usize::try_from(number).expect("numbers start at zero for each run and fit the address space");
        let mut done = 0;
        while let Some(topic) = self.outbox.topic().filter(|_| done < self.outbox.rows.len()) {
            let (taken, refusal) = self.handover.produce(topic, self.outbox.messages(done, number));
            done += taken;
            match refusal {
                None => {}
                Some(RDKafkaErrorCode::QueueFull) if self.stop.is_cancelled() => {
                    self.halted = true;
                    break;
                }
                Some(RDKafkaErrorCode::QueueFull) => self.ledger.wait_for_room(PATIENCE),
                Some(code) => {
                    self.halted = true;
                    return Err(errors::delivery(self.handover.name(topic), &KafkaError::MessageProduction(code)));
                }
            }
        }
        self.outbox.clear();
        Ok(())
    }

    /// Waits until every row handed over is reported on, at most `limit`. Says whether all are acknowledged.
    #[must_use]
    pub fn settle(&self, limit: Duration) -> bool {
        let until = Instant::now() + limit;
        // The flush also sends at once what lingers for a fuller batch.
        let flushed = self.producer.flush(limit).is_ok();
        self.producer.client().context().pass_on();
        // The other thread may have some reports in hand.
        while flushed && self.ledger.waiting() > 0 && !self.ledger.has_failed() && Instant::now() < until {
            self.ledger.wait_for_room(until.saturating_duration_since(Instant::now()));
        }
        flushed && self.ledger.waiting() == 0
    }
}

/// Why [`KafkaSink::send`] failed.
pub enum SendError {
    /// The row's own trouble.
    Encode(EncodeError),
    Other(EngineError),
}

impl From<EncodeError> for SendError {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}

impl From<EngineError> for SendError {
    fn from(error: EngineError) -> Self {
        Self::Other(error)
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
