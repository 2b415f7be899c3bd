//! Kafka's errors in a user's words.

use super::{Faults, open::OpenTransaction};
use crate::engine::error::{EngineError, ErrorKind};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use shared::Finding;

/// The properties do not make a client: a certificate file that is not there, a mechanism that is not built in.
pub(crate) fn unusable(error: &KafkaError) -> EngineError {
    let reason = match error {
        KafkaError::ClientConfig(_, reason, property, _) => format!("`{property}`: {reason}"),
        KafkaError::ClientCreation(reason) => reason.clone(),
        other => other.to_string(),
    };
    EngineError::new(
        ErrorKind::Config,
        Finding::error("kafka.params", "kafka-config", format!("the Kafka client refuses its settings: {reason}"))
            .hint("Check the TLS files' paths and the SASL mechanism."),
    )
}

/// Nobody answered, or the answer was no.
pub(super) fn connection_error(error: &KafkaError, faults: &Faults) -> EngineError {
    let (kind, finding) = connection_finding(error, faults.last());
    EngineError::new(kind, finding)
}

/// What a failed connection means: kind and finding. `fault` is what the client said on its side channel.
#[must_use]
pub fn connection_finding(error: &KafkaError, fault: Option<(RDKafkaErrorCode, String)>) -> (ErrorKind, Finding) {
    let code = fault.as_ref().map(|(code, _)| *code).or(error.rdkafka_error_code());
    let reason = fault.map_or_else(|| error.to_string(), |(_, reason)| without_client_prefix(&reason));
    match code {
        Some(RDKafkaErrorCode::Authentication | RDKafkaErrorCode::SaslAuthenticationFailed) => (
            ErrorKind::Denied,
            Finding::error("kafka.params.sasl-password", "kafka-denied", format!("the brokers refused the login: {reason}"))
                .hint("Check sasl-user, sasl-password and sasl-mechanism. A Schema Registry key cannot log in to brokers."),
        ),
        Some(RDKafkaErrorCode::SSL) => (
            ErrorKind::Config,
            Finding::error("kafka.params.enable-tls", "kafka-tls", format!("no TLS connection to the brokers: {reason}"))
                .hint("Check that this port speaks TLS and that `ca` signs its certificate."),
        ),
        Some(RDKafkaErrorCode::Resolve) => (
            ErrorKind::Transient,
            Finding::error("kafka.brokers", "kafka-unknown-host", format!("the broker's name cannot be resolved: {reason}"))
                .hint("Check the spelling of the bootstrap server and this machine's DNS."),
        ),
        Some(RDKafkaErrorCode::TopicAuthorizationFailed | RDKafkaErrorCode::ClusterAuthorizationFailed) => (
            ErrorKind::Denied,
            Finding::error("kafka.params.sasl-user", "kafka-forbidden", format!("this user lacks a right on the cluster: {reason}"))
                .hint("TiCDC's rights are needed: Create, Write and Describe on topics, DescribeConfigs on the cluster."),
        ),
        _ => (
            ErrorKind::Transient,
            Finding::error("kafka.brokers", "kafka-unreachable", format!("no broker answers: {reason}"))
                .hint("Check host and port, that the broker runs, and whether it wants TLS or SASL."),
        ),
    }
}

/// librdkafka begins reasons with `[thrd:sasl_ssl://…]: `, which means nothing to a user.
fn without_client_prefix(reason: &str) -> String {
    reason.strip_prefix('[').and_then(|r| r.split_once("]: ")).map_or(reason, |(_, rest)| rest).to_owned()
}

pub(super) fn no_thread(error: &std::io::Error) -> EngineError {
    let finding = Finding::error("", "no-thread", format!("the system has no thread left for the Kafka client: {error}"));
    EngineError::new(ErrorKind::Transient, finding.hint("Raise the limit of processes for this user, or run fewer pipelines here."))
}

pub(super) fn too_large(topic: &str, bytes: usize, limit: usize) -> EngineError {
    EngineError::new(
        ErrorKind::Config,
        Finding::error(
            "kafka.params.max-message-bytes",
            "message-too-large",
            format!("a row for topic `{topic}` makes a message of {bytes} bytes; the limit is {limit}"),
        )
        .hint("Raise max-message-bytes and the topic's max.message.bytes, or leave the table's large columns or the table out."),
    )
}

/// A report that a row did not arrive, after the client's own retries.
pub(super) fn not_delivered(topic: &str, error: &KafkaError, faults: &Faults) -> EngineError {
    match error.rdkafka_error_code() {
        Some(RDKafkaErrorCode::MessageTimedOut | RDKafkaErrorCode::AllBrokersDown | RDKafkaErrorCode::BrokerTransportFailure) => {
            connection_error(error, faults)
        }
        _ => delivery(topic, error),
    }
}

pub(super) fn delivery(topic: &str, error: &KafkaError) -> EngineError {
    let (kind, code, hint) = match error.rdkafka_error_code() {
        Some(RDKafkaErrorCode::MessageSizeTooLarge) => (
            ErrorKind::Config,
            "message-too-large",
            "The broker's or topic's max.message.bytes is below this message: raise it, or leave the large columns out.",
        ),
        Some(RDKafkaErrorCode::TopicAuthorizationFailed | RDKafkaErrorCode::ClusterAuthorizationFailed) => {
            (ErrorKind::Denied, "kafka-forbidden", "The user needs the right Write on this topic.")
        }
        Some(RDKafkaErrorCode::UnknownTopic | RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownPartition) => {
            (ErrorKind::Transient, "topic-missing", "Someone deleted the topic, or it is not visible yet.")
        }
        Some(RDKafkaErrorCode::InvalidTimestamp) => (
            ErrorKind::Transient,
            "kafka-refused",
            "This machine's clock is further from the broker's than message.timestamp.after.max.ms (Kafka 4: an hour) or before.max.ms allow: set it right, and the pipeline goes on by itself.",
        ),
        _ => (ErrorKind::Transient, "kafka-refused", ""),
    };
    EngineError::new(kind, Finding::error("kafka", code, format!("topic `{topic}` did not take a row: {error}")).hint(hint))
}

/// Another producer has our transactional id now: going on would only take it back, and so on for ever.
///
/// So does Kafka refuse a producer whose transaction it has given up: after this machine has slept, that is the reason.
pub(super) fn taken_over(reason: &str, open: &OpenTransaction) -> EngineError {
    if open.is_given_up() {
        let message = "a transaction was open for longer than Kafka lets it: this machine or this process stood still meanwhile";
        let finding = Finding::error("engine.delivery", "transaction-too-long", message);
        return EngineError::new(
            ErrorKind::Transient,
            finding.hint("Nothing is lost: it goes on by itself from the last committed position."),
        );
    }
    EngineError::new(
        ErrorKind::Config,
        Finding::error(
            "engine.delivery",
            "transaction-taken-over",
            format!("another producer sends for this pipeline: {}", without_client_prefix(reason)),
        )
        .hint("A studio elsewhere runs a pipeline of this name on this cluster: stop it there, or give this one another name."),
    )
}

/// The idempotent producer lost its footing; only a new one can go on.
pub(super) fn fatal(reason: &str, open: &OpenTransaction) -> EngineError {
    if reason.to_lowercase().contains("fenced") {
        return taken_over(reason, open);
    }
    EngineError::new(
        ErrorKind::Transient,
        Finding::error("kafka", "kafka-producer", format!("the Kafka client gave up: {}", without_client_prefix(reason)))
            .hint("The pipeline goes on with a new client from its checkpoint."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broker_that_finds_our_clock_wrong_is_asked_again_and_the_advice_is_to_set_it() {
        let error = delivery("t", &KafkaError::MessageProduction(RDKafkaErrorCode::InvalidTimestamp));
        assert_eq!(error.kind, ErrorKind::Transient);
        assert!(error.finding.hint.contains("clock"), "{:?}", error.finding);
    }
}
