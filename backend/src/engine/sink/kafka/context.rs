//! librdkafka's callbacks: delivery reports into the ledger, connection faults kept for error texts.

use super::{errors, open::OpenTransaction};
use crate::engine::{
    figures::Figures,
    ledger::{Accepted, Ledger},
};
use rdkafka::{
    ClientContext,
    config::RDKafkaLogLevel,
    consumer::ConsumerContext,
    error::{KafkaError, RDKafkaErrorCode},
    message::{DeliveryResult, Message},
    producer::ProducerContext,
};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

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

/// Delivery reports gathered before they are passed on at the latest.
const MOST_REPORTS: usize = 512;

pub(super) struct DeliveryContext {
    ledger: Arc<Ledger>,
    figures: Arc<Figures>,
    faults: Faults,
    open: Arc<OpenTransaction>,
    reports: Mutex<Reports>,
    /// Whether reports are gathered: somebody calls [`DeliveryContext::pass_on`] soon after.
    gathering: AtomicBool,
}

/// Rows reported as delivered, not yet passed on.
#[derive(Default)]
struct Reports {
    numbers: Vec<u64>,
    /// Only while they are passed on; kept for its memory.
    rows: Vec<Accepted>,
    /// Passed on since [`DeliveryContext::pass_on`] was last called.
    passed: usize,
}

impl DeliveryContext {
    pub(super) fn new(ledger: Arc<Ledger>, figures: Arc<Figures>, faults: Faults, open: Arc<OpenTransaction>) -> Self {
        Self { ledger, figures, faults, open, reports: Mutex::default(), gathering: AtomicBool::new(false) }
    }

    /// Gather reports from now on, or pass on each at once.
    pub(super) fn gather(&self, gathering: bool) {
        self.gathering.store(gathering, Ordering::Relaxed);
    }

    /// Passes on what is gathered. Answers how many rows were passed on since the last time.
    pub(super) fn pass_on(&self) -> usize {
        let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
        self.pass(&mut reports);
        std::mem::take(&mut reports.passed)
    }

    /// Ledger and figures are locked once for many rows: row by row, the writer and the reports would wait for each other.
    fn pass(&self, reports: &mut Reports) {
        self.ledger.acknowledge(&reports.numbers, &mut reports.rows);
        self.figures.acknowledged(&reports.rows);
        reports.passed += reports.numbers.len();
        reports.numbers.clear();
        reports.rows.clear();
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
            self.ledger.fail(errors::fatal(reason, &self.open));
        }
    }
}

impl ProducerContext for DeliveryContext {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, number: usize) {
        match result {
            Ok(_) => {
                let mut reports = self.reports.lock().unwrap_or_else(PoisonError::into_inner);
                reports.numbers.push(number as u64);
                if reports.numbers.len() >= MOST_REPORTS || !self.gathering.load(Ordering::Relaxed) {
                    self.pass(&mut reports);
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
