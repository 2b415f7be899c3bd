#![allow(clippy::unwrap_used)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use futures::future::join_all;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::message::{Header, Headers as _, Message as _, OwnedHeaders, OwnedMessage};
use rdkafka::producer::{FutureProducer, FutureRecord};
use rdkafka::util::Timeout;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use super::*;

const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
const PATIENCE: Duration = Duration::from_secs(30);

async fn broker_in(dir: &Path) -> Handle {
    start(Options { data_dir: dir.to_owned(), listen: LOOPBACK }).await.unwrap()
}

fn client(address: SocketAddr) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", address.to_string()).set("broker.address.family", "v4");
    config
}

/// The producer of the engine's sink.
fn producer(address: SocketAddr) -> FutureProducer {
    let mut config = client(address);
    config.set("enable.idempotence", "true").set("acks", "all").set("compression.type", "lz4").set("linger.ms", "5");
    config.create().unwrap()
}

fn consumer(address: SocketAddr) -> BaseConsumer {
    client(address).set("group.id", "unused").set("enable.auto.commit", "false").create().unwrap()
}

fn admin(address: SocketAddr) -> AdminClient<DefaultClientContext> {
    client(address).create().unwrap()
}

async fn create_topic(address: SocketAddr, name: &str, partitions: i32) {
    let topic = NewTopic::new(name, partitions, TopicReplication::Fixed(1));
    let results = admin(address).create_topics([&topic], &AdminOptions::new()).await.unwrap();
    assert_eq!(results, [Ok(name.to_owned())]);
}

/// Sends `count` values `first..` to one partition and waits for all acknowledgements.
async fn produce(address: SocketAddr, topic: &str, partition: i32, values: std::ops::Range<usize>) {
    let producer = producer(address);
    let sent = values.map(|i| {
        let (producer, key, value) = (producer.clone(), format!("k{i}"), format!("v{i}"));
        async move {
            let record = FutureRecord::to(topic).partition(partition).key(&key).payload(&value);
            producer.send(record, Timeout::Never).await.unwrap()
        }
    });
    join_all(sent).await;
}

fn read(address: SocketAddr, topic: &str, partition: i32, from: Offset, count: usize) -> Vec<OwnedMessage> {
    let consumer = consumer(address);
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(topic, partition, from).unwrap();
    consumer.assign(&list).unwrap();
    poll(&consumer, count)
}

fn poll(consumer: &BaseConsumer, count: usize) -> Vec<OwnedMessage> {
    let deadline = Instant::now() + PATIENCE;
    let mut messages = Vec::new();
    while messages.len() < count {
        assert!(Instant::now() < deadline, "{} of {count} messages came", messages.len());
        if let Some(message) = consumer.poll(Duration::from_millis(100)) {
            messages.push(message.unwrap().detach());
        }
    }
    messages
}

fn values(messages: &[OwnedMessage]) -> Vec<&str> {
    messages.iter().map(|m| std::str::from_utf8(m.payload().unwrap()).unwrap()).collect()
}

#[tokio::test]
async fn records_are_read_back_with_keys_headers_and_tombstones_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let broker = broker_in(dir.path()).await;
    create_topic(broker.address(), "orders", 3).await;
    let producer = producer(broker.address());
    let headers = OwnedHeaders::new().insert(Header { key: "h", value: Some("1") });
    let row = FutureRecord::to("orders").partition(2).key("k").payload("row").timestamp(1_700_000_000_123).headers(headers);
    producer.send(row, Timeout::Never).await.unwrap();
    let tombstone = FutureRecord::<str, str>::to("orders").partition(2).key("k");
    let delivery = producer.send(tombstone, Timeout::Never).await.unwrap();
    assert_eq!((delivery.partition, delivery.offset), (2, 1));

    let messages = read(broker.address(), "orders", 2, Offset::Beginning, 2);
    assert_eq!(messages[0].payload(), Some(&b"row"[..]));
    assert_eq!(messages[0].timestamp().to_millis(), Some(1_700_000_000_123));
    assert_eq!(messages[0].headers().unwrap().get(0).value, Some(&b"1"[..]));
    assert_eq!((messages[1].key(), messages[1].payload(), messages[1].offset()), (Some(&b"k"[..]), None, 1));
    broker.shutdown().await;
}

#[tokio::test]
async fn watermarks_and_tails_are_per_partition() {
    let dir = tempfile::tempdir().unwrap();
    let broker = broker_in(dir.path()).await;
    create_topic(broker.address(), "t", 2).await;
    produce(broker.address(), "t", 0, 0..100).await;
    let consumer = consumer(broker.address());
    assert_eq!(consumer.fetch_watermarks("t", 0, PATIENCE).unwrap(), (0, 100));
    assert_eq!(consumer.fetch_watermarks("t", 1, PATIENCE).unwrap(), (0, 0));
    let tail = read(broker.address(), "t", 0, Offset::Offset(97), 3);
    assert_eq!(tail.iter().map(OwnedMessage::offset).collect::<Vec<_>>(), [97, 98, 99]);
    let tail = read(broker.address(), "t", 0, Offset::OffsetTail(2), 2);
    assert_eq!(tail.iter().map(OwnedMessage::offset).collect::<Vec<_>>(), [98, 99]);
    broker.shutdown().await;
}

#[tokio::test]
async fn metadata_names_this_broker_its_topics_and_no_unknown_ones() {
    let dir = tempfile::tempdir().unwrap();
    let broker = broker_in(dir.path()).await;
    create_topic(broker.address(), "t", 5).await;
    let metadata = consumer(broker.address()).fetch_metadata(None, PATIENCE).unwrap();
    let [node] = metadata.brokers() else { panic!("one broker") };
    assert_eq!((node.host(), node.port()), ("127.0.0.1", i32::from(broker.address().port())));
    assert_eq!(metadata.topics().iter().map(|t| (t.name(), t.partitions().len())).collect::<Vec<_>>(), [("t", 5)]);
    let unknown = consumer(broker.address()).fetch_metadata(Some("absent"), PATIENCE).unwrap();
    assert!(unknown.topics()[0].error().is_some());
    let again = NewTopic::new("t", 1, TopicReplication::Fixed(1));
    let results = admin(broker.address()).create_topics([&again], &AdminOptions::new()).await.unwrap();
    assert_eq!(results[0].as_ref().unwrap_err().1, rdkafka::types::RDKafkaErrorCode::TopicAlreadyExists);
    broker.shutdown().await;
}

#[tokio::test]
async fn settings_of_topics_and_broker_are_described_with_their_defaults() {
    let dir = tempfile::tempdir().unwrap();
    let broker = broker_in(dir.path()).await;
    let admin = admin(broker.address());
    let topic = NewTopic::new("t", 1, TopicReplication::Fixed(1)).set("max.message.bytes", "2000000");
    admin.create_topics([&topic], &AdminOptions::new()).await.unwrap();
    let node = consumer(broker.address()).fetch_metadata(None, PATIENCE).unwrap().brokers()[0].id();
    let resources = [ResourceSpecifier::Topic("t"), ResourceSpecifier::Broker(node)];
    let described = admin.describe_configs(&resources, &AdminOptions::new()).await.unwrap();
    let value = |i: usize, name: &str| described[i].as_ref().unwrap().get(name).and_then(|e| e.value.clone());
    assert_eq!(value(0, "max.message.bytes").as_deref(), Some("2000000"));
    assert_eq!(value(0, "min.insync.replicas").as_deref(), Some("1"));
    assert_eq!(value(1, "message.max.bytes").as_deref(), Some("1048588"));
    assert_eq!(value(1, "min.insync.replicas").as_deref(), Some("1"));
    let absent = admin.describe_configs(&[ResourceSpecifier::Topic("absent")], &AdminOptions::new()).await.unwrap();
    assert!(absent[0].as_ref().is_ok_and(|resource| resource.entries.is_empty()), "this client drops the error of a resource");
    broker.shutdown().await;
}

#[tokio::test]
async fn a_consumer_group_goes_on_where_it_committed() {
    let dir = tempfile::tempdir().unwrap();
    let broker = broker_in(dir.path()).await;
    create_topic(broker.address(), "t", 1).await;
    produce(broker.address(), "t", 0, 0..10).await;
    let member = || -> BaseConsumer {
        let mut config = client(broker.address());
        config.set("group.id", "g").set("auto.offset.reset", "earliest").set("enable.auto.commit", "false");
        let consumer: BaseConsumer = config.create().unwrap();
        consumer.subscribe(&["t"]).unwrap();
        consumer
    };
    let first = member();
    let read = poll(&first, 4);
    let mut list = TopicPartitionList::new();
    list.add_partition_offset("t", 0, Offset::Offset(read[3].offset() + 1)).unwrap();
    first.commit(&list, CommitMode::Sync).unwrap();
    drop(first);
    assert_eq!(poll(&member(), 1)[0].offset(), 4);
    broker.shutdown().await;
}

#[tokio::test]
async fn a_waiting_fetch_is_answered_when_something_arrives() {
    let dir = tempfile::tempdir().unwrap();
    let broker = broker_in(dir.path()).await;
    create_topic(broker.address(), "t", 1).await;
    let consumer: BaseConsumer = client(broker.address()).set("group.id", "unused").set("fetch.wait.max.ms", "60000").create().unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset("t", 0, Offset::Beginning).unwrap();
    consumer.assign(&list).unwrap();
    assert!(consumer.poll(Duration::from_millis(300)).is_none());
    produce(broker.address(), "t", 0, 0..1).await;
    // Well below the minute that the fetch may wait.
    assert_eq!(values(&poll(&consumer, 1)), ["v0"]);
    broker.shutdown().await;
}

#[tokio::test]
async fn a_restart_keeps_records_offsets_and_port() {
    let dir = tempfile::tempdir().unwrap();
    // Names that a URL would rewrite are ordinary names of directories.
    let data_dir = dir.path().join("with blank/and%20sign");
    let broker = broker_in(&data_dir).await;
    let address = broker.address();
    create_topic(address, "t", 1).await;
    produce(address, "t", 0, 0..3).await;
    broker.shutdown().await;
    assert!(data_dir.join("broker.db").exists());

    let broker = broker_in(&data_dir).await;
    assert_eq!(broker.address(), address);
    produce(address, "t", 0, 3..5).await;
    assert_eq!(values(&read(address, "t", 0, Offset::Beginning, 5)), ["v0", "v1", "v2", "v3", "v4"]);
    broker.shutdown().await;
}

#[tokio::test]
async fn dropping_the_handle_stops_the_broker() {
    let dir = tempfile::tempdir().unwrap();
    let broker = broker_in(dir.path()).await;
    let address = broker.address();
    let mut stopped = broker.stopped.clone();
    drop(broker);
    stopped.wait_for(|stopped| *stopped).await.unwrap();
    std::net::TcpListener::bind(address).unwrap();
}

#[tokio::test]
async fn a_port_in_use_and_an_unusable_directory_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind(LOOPBACK).unwrap();
    let listen = taken.local_addr().unwrap();
    let error = start(Options { data_dir: dir.path().to_owned(), listen }).await.unwrap_err();
    assert!(matches!(error, Error::PortInUse { .. }), "{error}");
    assert!(error.to_string().contains(&listen.port().to_string()));

    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = start(Options { data_dir: file.join("below"), listen: LOOPBACK }).await.unwrap_err();
    assert!(matches!(error, Error::DataDir { .. }), "{error}");

    std::fs::write(dir.path().join(DATABASE_FILE), "this is not a database, and long enough to be seen as something else").unwrap();
    let error = start(Options { data_dir: dir.path().to_owned(), listen: LOOPBACK }).await.unwrap_err();
    assert!(matches!(error, Error::Storage { .. }), "{error}");
}

#[tokio::test]
async fn a_panic_of_the_storage_engine_is_survived() {
    let dir = tempfile::tempdir().unwrap();
    let broker = broker_in(dir.path()).await;
    create_topic(broker.address(), "t", 1).await;
    produce(broker.address(), "t", 0, 0..2).await;
    // IncrementalAlterConfigs v1: append `x` to `cleanup.policy` of topic `t`, which the engine has not implemented.
    let mut request = vec![0, 44, 0, 1, 0, 0, 0, 7, 0, 1, b'c', 0];
    request.extend([2, 2, 2, b't', 2, 15]);
    request.extend(b"cleanup.policy");
    request.extend([2, 2, b'x', 0, 0, 0, 0]);
    let mut stream = std::net::TcpStream::connect(broker.address()).unwrap();
    stream.write_all(&u32::try_from(request.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(&request).unwrap();
    // The connection ends when the engine is given up.
    let _ = stream.read_to_end(&mut Vec::new());

    produce(broker.address(), "t", 0, 2..3).await;
    assert_eq!(values(&read(broker.address(), "t", 0, Offset::Beginning, 3)), ["v0", "v1", "v2"]);
    broker.shutdown().await;
}

const CHILD_DIR: &str = "PLAYGROUND_BROKER_TEST_DIR";

/// Not a test of its own: the process that the next test kills.
#[tokio::test]
async fn child_process_of_the_kill_test() {
    let Some(dir) = std::env::var_os(CHILD_DIR) else { return };
    let broker = broker_in(Path::new(&dir)).await;
    println!("\nlistening {}", broker.address());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn acknowledged_records_survive_the_kill_of_the_process() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "embedded::broker::tests::child_process_of_the_kill_test", "--nocapture"])
        .env(CHILD_DIR, dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let address = lines.map(|line| line.unwrap()).find_map(|line| line.strip_prefix("listening ")?.parse().ok()).unwrap();
    create_topic(address, "t", 1).await;
    produce(address, "t", 0, 0..1000).await;
    child.kill().unwrap();
    child.wait().unwrap();

    let broker = broker_in(dir.path()).await;
    assert_eq!(consumer(broker.address()).fetch_watermarks("t", 0, PATIENCE).unwrap(), (0, 1000));
    assert_eq!(read(broker.address(), "t", 0, Offset::Beginning, 1000).len(), 1000);
    broker.shutdown().await;
}
