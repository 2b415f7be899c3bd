//! Whether this user may write to a topic, found out without a record.
//!
//! A broker refuses a produce request for topics that its user may not write to before it looks at anything else in it, and one
//! whose `acks` is none of -1, 0 and 1 before it appends (Apache Kafka from 2.0 to 4.0: `KafkaApis.handleProduceRequest`, then
//! `ReplicaManager`). So `acks=2` tells the one refusal from the other, and nothing is written. For brokers that would take any `acks`
//! there is a second lock: the record is larger than the topic takes.

use super::{Inner, KafkaAdmin, Right, refusal};
use crate::engine::sink::kafka::client_config;
use rdkafka::{
    error::{KafkaError, RDKafkaErrorCode},
    producer::{FutureProducer, FutureRecord},
};
use shared::sink_uri::KafkaOptions;

/// No client has a use for it, and librdkafka lets it pass.
const NO_ACKS: &str = "2";
/// A topic that takes larger records is not tried: the trial would be a load.
const LARGEST_BYTES: usize = 4 << 20;
/// Of a record's own parts in a batch.
const OVERHEAD_BYTES: usize = 1 << 16;

impl KafkaAdmin {
    /// Whether this user may write to a topic that is there and takes records up to `max_message_bytes`. Nothing is written: where
    /// that is not certain, or the broker does not say, the answer is [`Right::Unknown`].
    pub async fn may_write(&self, brokers: &[String], options: &KafkaOptions, topic: &str, max_message_bytes: Option<u64>) -> Right {
        let bytes = max_message_bytes.and_then(|bytes| usize::try_from(bytes).ok()).filter(|bytes| *bytes <= LARGEST_BYTES);
        let Some(bytes) = bytes else {
            return Right::Unknown("the largest message that the topic takes is not known, or large".to_owned());
        };
        if self.blocking(Inner::is_redpanda).await {
            // it looks at `acks` before it looks at rights
            return Right::Unknown("Redpanda does not tell it without a record".to_owned());
        }
        let producer: FutureProducer = match producer(brokers, options, bytes).create() {
            Ok(producer) => producer,
            Err(error) => return Right::Unknown(error.to_string()),
        };
        let payload = vec![0_u8; bytes + 1];
        let sent = producer.send_result(FutureRecord::<(), _>::to(topic).partition(0).payload(&payload)).map_err(|(error, _)| error);
        let answer = match sent {
            Ok(delivery) => match tokio::time::timeout(options.read_timeout * 2, delivery).await {
                Ok(Ok(report)) => right(report.map(drop).map_err(|(error, _)| error)),
                Ok(Err(_)) | Err(_) => Right::Unknown("no broker answered in time".to_owned()),
            },
            Err(error) => Right::Unknown(error.to_string()),
        };
        // its thread is waited for
        tokio::task::spawn_blocking(move || drop(producer));
        answer
    }
}

impl Inner {
    fn is_redpanda(&self) -> bool {
        self.admin.inner().fetch_cluster_id(self.timeout).is_some_and(|id| id.starts_with("redpanda."))
    }
}

fn producer(brokers: &[String], options: &KafkaOptions, bytes: usize) -> rdkafka::ClientConfig {
    let mut config = client_config(brokers, options);
    config
        .set("enable.idempotence", "false")
        .set("acks", NO_ACKS)
        .set("message.send.max.retries", "0")
        .set("compression.type", "none")
        .set("linger.ms", "0")
        .set("message.max.bytes", (bytes + OVERHEAD_BYTES).to_string())
        .set("message.timeout.ms", options.read_timeout.as_millis().max(1_000).to_string());
    config
}

fn right(report: Result<(), KafkaError>) -> Right {
    match report {
        Err(KafkaError::MessageProduction(RDKafkaErrorCode::InvalidRequiredAcks | RDKafkaErrorCode::MessageSizeTooLarge)) => Right::Granted,
        Err(KafkaError::MessageProduction(code)) => refusal(code),
        Err(error) => Right::Unknown(error.to_string()),
        Ok(()) => Right::Unknown("the broker took what no broker should take".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use rdkafka::{mocking::MockCluster, types::RDKafkaApiKey, types::RDKafkaRespErr};
    use shared::config::Pipeline;
    use std::time::Duration;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_broker_s_refusal_says_whether_the_user_may_write() {
        let options = KafkaOptions { read_timeout: Duration::from_secs(10), ..KafkaOptions::read(&Pipeline::named("p")).0 };
        for (answer, expected) in [
            (RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS, "granted"),
            (RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, "granted"),
            (RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "denied"),
            (RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_RECORD, "unknown"),
        ] {
            let cluster = MockCluster::new(1).unwrap();
            cluster.create_topic("orders", 1, 1).unwrap();
            cluster.request_errors(RDKafkaApiKey::Produce, &[answer]);
            let brokers = [cluster.bootstrap_servers()];
            let admin = KafkaAdmin::new(&brokers, &options).unwrap();
            let right = match admin.may_write(&brokers, &options, "orders", Some(100_000)).await {
                Right::Granted => "granted",
                Right::Denied(_) => "denied",
                Right::Impossible(_) | Right::Unknown(_) => "unknown",
            };
            assert_eq!(right, expected, "{answer:?}");
        }
    }

    #[tokio::test]
    async fn a_topic_that_takes_records_of_any_size_is_not_tried() {
        let options = KafkaOptions::read(&Pipeline::named("p")).0;
        let brokers = ["127.0.0.1:9".to_owned()];
        let admin = KafkaAdmin::new(&brokers, &options).unwrap();
        for limit in [None, Some(u64::MAX), Some(LARGEST_BYTES as u64 + 1)] {
            assert!(matches!(admin.may_write(&brokers, &options, "orders", limit).await, Right::Unknown(_)), "{limit:?}");
        }
    }

    /// Of the lab's broker, with a key that may do everything and one that may look. `cargo xtask e2e kafka` runs it: `LAB` names the
    /// file with the addresses.
    #[tokio::test(flavor = "multi_thread")]
    #[ignore = "needs the lab's Kafka: `cargo xtask e2e kafka` runs it"]
    async fn an_authorizer_s_refusal_is_told_from_a_grant_and_no_record_is_written() {
        let lab: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(std::env::var("LAB").unwrap()).unwrap()).unwrap();
        let of = |what: &str| lab["kafka"]["cloud"][what].as_str().unwrap().to_owned();
        let brokers = [of("bootstrap")];
        let client = |key: &str, secret: &str| {
            let mut document = Pipeline::named("p");
            document.kafka.params.insert("enable-tls".to_owned(), true.into());
            let files = [("ca", "ca"), ("cert", "client_certificate"), ("key", "client_key")];
            for (name, what) in files.into_iter().chain([("sasl-user", key), ("sasl-password", secret)]) {
                document.kafka.params.insert(name.to_owned(), of(what).into());
            }
            document.kafka.params.insert("sasl-mechanism".to_owned(), "plain".into());
            let options = KafkaOptions { read_timeout: Duration::from_secs(10), ..KafkaOptions::read(&document).0 };
            (KafkaAdmin::new(&brokers, &options).unwrap(), options)
        };
        let (admin, _) = client("key", "secret");
        let topic = rdkafka::admin::NewTopic::new("rights", 1, rdkafka::admin::TopicReplication::Fixed(1));
        let _ = admin.0.admin.create_topics([&topic], &rdkafka::admin::AdminOptions::new()).await.unwrap();
        let before = admin.end_offsets(&["rights"]).await.unwrap();
        for (key, secret, may) in [("key", "secret", true), ("reader_key", "reader_secret", false)] {
            let (own, options) = client(key, secret);
            let right = own.may_write(&brokers, &options, "rights", Some(1_048_588)).await;
            assert_eq!((right == Right::Granted, matches!(right, Right::Denied(_))), (may, !may), "{key}: {right:?}");
        }
        assert_eq!(admin.end_offsets(&["rights"]).await.unwrap(), before);
    }
}
