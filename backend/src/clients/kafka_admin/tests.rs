#![allow(clippy::unwrap_used)]
use super::*;
use crate::embedded::broker;
use rdkafka::{
    ClientConfig,
    producer::{FutureProducer, FutureRecord},
};
use shared::config::Pipeline;
use std::net::SocketAddr;

async fn start() -> (tempfile::TempDir, broker::Handle, KafkaAdmin) {
    let directory = tempfile::TempDir::new().unwrap();
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let handle = broker::start(broker::Options { data_dir: directory.path().join("broker"), listen }).await.unwrap();
    let options = KafkaOptions::read(&Pipeline::named("p")).0;
    let admin = KafkaAdmin::new(&[handle.address().to_string()], &options).unwrap();
    (directory, handle, admin)
}

async fn make(admin: &KafkaAdmin, name: &str) {
    let topic = NewTopic::new(name, 2, TopicReplication::Fixed(1)).set("cleanup.policy", "compact");
    assert_eq!(admin.0.admin.create_topics([&topic], &AdminOptions::new()).await.unwrap(), [Ok(name.to_owned())]);
}

#[tokio::test]
async fn topics_are_described_and_records_counted() {
    let (_directory, handle, admin) = start().await;
    make(&admin, "dlq").await;
    let topics = admin.topics(&["dlq", "nowhere"]).await.unwrap();
    let facts = topics["dlq"].clone().unwrap();
    assert_eq!((facts.partitions, facts.replication, facts.min_insync), (2, 1, Some(1)), "{facts:?}");
    assert_eq!((facts.cleanup_policy.as_deref(), facts.max_message_bytes), (Some("compact"), Some(1_048_588)));
    assert_eq!(topics["nowhere"], None);

    assert_eq!(admin.record_count("dlq").await.unwrap(), Some(0));
    assert!(!admin.has_records("dlq").await.unwrap() && !admin.has_records("nowhere").await.unwrap());
    assert_eq!(admin.record_count("nowhere").await.unwrap(), None);
    let producer: FutureProducer = ClientConfig::new().set("bootstrap.servers", handle.address().to_string()).create().unwrap();
    for partition in [0, 1, 1] {
        let record = FutureRecord::<(), _>::to("dlq").partition(partition).payload("broken");
        producer.send(record, Duration::from_secs(10)).await.unwrap();
    }
    assert!(admin.has_records("dlq").await.unwrap());
    assert_eq!(admin.record_count("dlq").await.unwrap(), Some(3));
    assert_eq!(admin.end_offsets(&["dlq", "nowhere"]).await.unwrap(), HashMap::from([("dlq".to_owned(), vec![1, 2])]));
}

#[tokio::test]
async fn asking_for_a_right_changes_nothing() {
    let (_directory, handle, admin) = start().await;
    make(&admin, "there").await;
    let rights = admin.may_create(&["new", "there"], 3, 1).await.unwrap();
    assert_eq!(rights, [("new".to_owned(), Right::Granted), ("there".to_owned(), Right::Granted)]);
    assert_eq!(admin.topics(&["new"]).await.unwrap()["new"], None, "nothing was made");
    assert_eq!(admin.may_describe_configs(&["there"]).await.unwrap(), [("there".to_owned(), Right::Granted)]);
    assert_eq!(admin.cluster().await.unwrap().brokers, [handle.address().to_string()]);
    handle.shutdown().await;
}

#[tokio::test]
async fn a_closed_port_is_a_finding() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let options = KafkaOptions::read(&Pipeline::named("p")).0;
    let admin = KafkaAdmin::with_timeout(&[format!("127.0.0.1:{port}")], &options, Duration::from_secs(2)).unwrap();
    let error = admin.topics(&["t"]).await.unwrap_err();
    assert_eq!(error.finding.code, "kafka-unreachable", "{error}");
}
