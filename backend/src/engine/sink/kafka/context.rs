//! librdkafka's callbacks: delivery reports into the ledger, connection faults kept for error texts.

use super::errors;
use crate::engine::{figures::Figures, ledger::Ledger};
use rdkafka::{
    ClientContext,
    config::RDKafkaLogLevel,
    consumer::ConsumerContext,
    error::{KafkaError, RDKafkaErrorCode},
    message::{DeliveryResult, Message},
    producer::ProducerContext,
};
use std::sync::{Arc, Mutex, PoisonError};

/// What librdkafka last said was wrong with a connection. Requests only time out; the reason comes on this side channel.
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<Option<(RDKafkaErrorCode, String)>>>);

impl Faults {
    fn note(&self, error: &KafkaError, reason: &str) {
        let Some(code) = error.rdkafka_error_code() else { return };
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // `all brokers down` follows every other fault and says less than it.
        if code != RDKafkaErrorCode::AllBrokersDown || slot.is_none() {
            *slot = Some((code, reason.to_owned()));
        }
    }

    /// The last fault, if any.
    #[must_use]
    pub fn last(&self) -> Option<(RDKafkaErrorCode, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    // Everything of weight comes through `error` too; the client's own lines are for a developer.
    tracing::debug!(target: "librdkafka", ?level, facility, message);
}

pub(super) struct DeliveryContext {
    ledger: Arc<Ledger>,
    figures: Arc<Figures>,
    faults: Faults,
}

impl DeliveryContext {
    pub(super) fn new(ledger: Arc<Ledger>, figures: Arc<Figures>, faults: Faults) -> Self {
        Self { ledger, figures, faults }
    }
}

impl ClientContext for DeliveryContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.faults.note(&error, reason);
        tracing::debug!(target: "librdkafka", %error, reason, "client error");
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::Fatal) {
            self.ledger.fail(errors::fatal(reason));
        }
    }
}

impl ProducerContext for DeliveryContext {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, number: usize) {
        match result {
            Ok(_) => {
                if let Some(row) = self.ledger.acknowledge(number as u64) {
                    self.figures.acknowledged(&row);
                }
            }
            // Purged on the way down: nobody waits for it any more.
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::PurgeQueue | RDKafkaErrorCode::PurgeInflight), _)) => {}
            Err((error, message)) => self.ledger.fail(errors::not_delivered(message.topic(), error, &self.faults)),
        }
    }
}

/// Of clients that only ask.
pub(crate) struct ProbeContext(Faults);

impl ProbeContext {
    pub(crate) fn new(faults: Faults) -> Self {
        Self(faults)
    }
}

impl ClientContext for ProbeContext {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.0.note(&error, reason);
    }
}

impl ConsumerContext for ProbeContext {}
