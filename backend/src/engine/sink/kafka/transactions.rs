//! Exactly once: rows and the position behind them in one Kafka transaction.
//!
//! The position is the last record of a compacted topic. Whoever begins first takes over the transactional id, which ends what a
//! run before it left open, and then reads the position: what that run had not committed never was.

use super::{KafkaSink, Topics, client_config, errors};
use crate::{
    clients::topic_reader::read_tail,
    engine::{
        error::{EngineError, ErrorKind},
        position::Position,
    },
};
use rdkafka::{
    error::KafkaError,
    producer::{BaseRecord, Producer},
};
use serde::{Deserialize, Serialize};
use shared::{Finding, row::CommitTs, sink_uri::KafkaOptions};
use std::time::Duration;

/// For each call of the transactional protocol; a broker's restart fits in.
const LIMIT: Duration = Duration::from_secs(60);
/// When the run is to stop.
const LIMIT_AT_STOP: Duration = Duration::from_secs(10);
/// Where the last position is looked for first: offsets, of which each transaction takes two.
const TAIL: usize = 1_000;
/// What a transaction is left for its commit, within the time that Kafka lets it be open.
const FOR_COMMIT: Duration = LIMIT;
/// The ledger has no row of this number.
const NO_ROW: usize = usize::MAX;

/// What is kept in Kafka.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPosition {
    /// Always 1.
    pub version: u32,
    /// Which launch it belongs to: `Store::exactly_once_id`.
    pub launch: String,
    pub position: Position,
    pub commit_ts: CommitTs,
    /// Which table definitions hold there: an epoch; a name with a hyphen is of a set kept before there were epochs.
    pub schemas: String,
}

/// The transactional id of a pipeline: one producer at a time.
#[must_use]
pub fn transactional_id(pipeline: &str) -> String {
    format!("changefeed-studio.{pipeline}")
}

/// The topic of a pipeline's positions.
#[must_use]
pub fn positions_topic(pipeline: &str) -> String {
    format!("changefeed-studio.{pipeline}.positions")
}

impl KafkaSink {
    /// Takes over the transactional id: a producer that still had it can commit nothing any more.
    ///
    /// # Errors
    /// The brokers have no transactions, or refuse them.
    pub fn take_over(&self) -> Result<(), EngineError> {
        self.producer.init_transactions(LIMIT).map_err(|error| self.failed("begin", &error))
    }

    /// # Errors
    /// A newer producer has taken over, or the brokers cannot be reached.
    pub fn begin(&self) -> Result<(), EngineError> {
        self.producer.begin_transaction().map_err(|error| self.failed("begin", &error))?;
        self.open.begin();
        Ok(())
    }

    /// Puts the position into the open transaction and commits it: everything since `begin` is there, or nothing is.
    ///
    /// # Errors
    /// Not committed; the run must end, and the next one goes on from the position before.
    pub fn commit(&self, topic: &str, kept: &KeptPosition) -> Result<(), EngineError> {
        let value = serde_json::to_vec(kept).expect("a position has a JSON form");
        let mut record = BaseRecord::<[u8], [u8], usize>::with_opaque_to(topic, NO_ROW).partition(0).key(b"position").payload(&value);
        loop {
            match self.producer.send(record) {
                Ok(()) => break,
                Err((KafkaError::MessageProduction(rdkafka::error::RDKafkaErrorCode::QueueFull), same)) if !self.stop.is_cancelled() => {
                    record = same;
                    self.ledger.wait_for_room(super::PATIENCE);
                }
                Err((error, _)) => return Err(errors::delivery(topic, &error)),
            }
        }
        loop {
            let limit = if self.stop.is_cancelled() { LIMIT_AT_STOP } else { LIMIT };
            match self.producer.commit_transaction(limit) {
                Ok(()) => {
                    self.open.end();
                    return Ok(());
                }
                // The outcome is not known yet: the same call finds it out. Who stops leaves that to the next run, which takes over.
                Err(KafkaError::Transaction(error)) if error.is_retriable() && !self.stop.is_cancelled() => {}
                Err(error) => {
                    let lost = self.ledger.take_failure();
                    // An abort that fails leaves the transaction to the next run, which takes over.
                    let _ = self.producer.abort_transaction(Duration::from_secs(5));
                    return Err(lost.unwrap_or_else(|| self.failed("commit", &error)));
                }
            }
        }
    }

    /// Gives up what the open transaction holds.
    pub fn abort(&self) {
        // Whatever becomes of it: the next run takes over.
        let _ = self.producer.abort_transaction(Duration::from_secs(5));
        self.open.end();
    }

    fn failed(&self, what: &str, error: &KafkaError) -> EngineError {
        let text = error.to_string();
        if text.to_lowercase().contains("fenced") { errors::taken_over(&text, &self.open) } else { failed(what, &text) }
    }
}

/// The last committed position of this launch, if any. Blocking.
///
/// # Errors
/// The brokers cannot be reached or refuse.
pub fn read_position(brokers: &[String], options: &KafkaOptions, topic: &str, launch: &str) -> Result<Option<KeptPosition>, EngineError> {
    for limit in [TAIL, usize::MAX] {
        let mut config = client_config(brokers, options);
        config.set("isolation.level", "read_committed");
        let tail = read_tail(config, topic, limit, LIMIT)?;
        if !tail.whole {
            // An older position would be taken for the newest, and what came after it sent again.
            let message = format!("the positions in topic `{topic}` could not be read to their end within {} s", LIMIT.as_secs());
            let finding = Finding::error("engine.delivery", "position-unread", message);
            return Err(EngineError::new(
                ErrorKind::Transient,
                finding.hint("A broker is slow or has no leader for it: it is tried again by itself."),
            ));
        }
        let mut messages = tail.messages;
        messages.sort_by_key(|message| message.offset);
        let last = messages.iter().rev().find_map(|message| serde_json::from_slice::<KeptPosition>(message.value.as_deref()?).ok());
        if last.is_some() || messages.is_empty() && limit == usize::MAX {
            return Ok(last.filter(|kept| kept.launch == launch));
        }
    }
    Ok(None)
}

impl Topics {
    /// # Errors
    /// As [`Topics::ensure_positions`].
    pub async fn positions(&mut self, pipeline: &str) -> Result<String, EngineError> {
        let topic = positions_topic(pipeline);
        self.ensure_positions(&topic).await?;
        Ok(topic)
    }
}

/// A source's transaction goes in one of Kafka's, which Kafka gives up when it is open for too long. Said before, so that the reason is
/// told and not its consequence.
///
/// # Errors
/// The transaction has been open for so long that its commit would come too late.
pub fn in_time(open_for: Duration) -> Result<(), EngineError> {
    let limit = Duration::from_millis(super::settings::TRANSACTION_TIMEOUT_MS.into()) - FOR_COMMIT;
    if open_for < limit {
        return Ok(());
    }
    let message = format!(
        "a transaction of the source could not be sent within {} minutes, for which one of Kafka's can be open",
        limit.as_secs() / 60
    );
    let finding = Finding::error("engine.delivery", "transaction-too-long", message);
    let hint = "It is tried again by itself. If the brokers are fast enough otherwise, the transaction is too large for them: \
                set engine.delivery = \"at-least-once\" until it has passed.";
    Err(EngineError::new(ErrorKind::Transient, finding.hint(hint)))
}

fn failed(what: &str, text: &str) -> EngineError {
    let finding = Finding::error("engine.delivery", "transaction-failed", format!("Kafka did not {what} a transaction: {text}"));
    let denied = ["authoriz", "unsupported"].iter().any(|word| text.to_lowercase().contains(word));
    if denied {
        let hint = "Brokers must know transactions, and the user needs the rights Write and Describe on the transactional id.";
        return EngineError::new(ErrorKind::Denied, finding.hint(hint));
    }
    EngineError::new(ErrorKind::Transient, finding.hint("It is tried again by itself, from the last committed position."))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_transaction_that_is_open_for_too_long_is_told_of_before_kafka_gives_it_up() {
        assert!(in_time(Duration::from_secs(539)).is_ok());
        let error = in_time(Duration::from_secs(540)).unwrap_err();
        assert_eq!((error.kind, error.finding.code.as_str()), (ErrorKind::Transient, "transaction-too-long"));
        assert!(error.finding.message.contains("9 minutes") && error.finding.hint.contains("at-least-once"));
    }
}
