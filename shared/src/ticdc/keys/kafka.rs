//! Topics, messages and the producer.

use super::super::key::{ConfigKey, ValueType};
use super::super::protocol::Protocol;
use super::super::release::Version;
use ValueType::{Boolean, Duration, Integer, Text, Word};

const SECTION: &str = "sink.kafka-config";
const LARGE: &str = "sink.kafka-config.large-message-handle";
const LARGE_PROTOCOLS: &[Protocol] = &[Protocol::OpenProtocol, Protocol::Simple, Protocol::CanalJson];

pub(super) static KEYS: &[ConfigKey] = &[
    ConfigKey::both(SECTION, "partition-num", Integer(1, i32::MAX as i64), "existing topic's count, else 3")
        .also("partitions num.partitions topic partitions")
        .doc("Partitions of a topic that TiCDC creates; of an existing default topic only that many are written, and more than it has are refused."),
    ConfigKey::both(SECTION, "replication-factor", Integer(1, i16::MAX as i64), "1")
        .also("replicas default.replication.factor topic.creation.default.replication.factor")
        .doc("Replicas of a topic that TiCDC creates: Confluent Cloud takes 3 only, and fewer than the brokers' `min.insync.replicas` are refused with `required-acks` -1."),
    ConfigKey::both(SECTION, "auto-create-topic", Boolean, "true")
        .also("auto.create.topics.enable create topics automatically")
        .doc("Creates topics that are missing, without any topic setting; `false` refuses a changefeed whose default topic is missing."),
    ConfigKey::both(SECTION, "kafka-version", Text, "detected")
        .also("broker version api.version.request")
        .doc("The brokers' version as `x.y.z` (or `0.x.y.z`); asked of the brokers when it is left out, which is better."),
    ConfigKey::both(SECTION, "max-message-bytes", Integer(1, i64::MAX), "10485760")
        .also("max.request.size message.max.bytes max.message.bytes message size")
        .doc("Largest message in bytes; the new architecture replaces it by the topic's own limit, the classic one caps it at that limit less 128."),
    ConfigKey::uri("max-retry", Integer(i64::MIN, i64::MAX), "5")
        .also("retries")
        .doc("Tries of the producer; only the sink URI can carry it, and a negative number counts as 5."),
    ConfigKey::both(SECTION, "compression", Word(&["none", "gzip", "snappy", "lz4", "zstd"]), "none")
        .also("compression.type compressionType codec")
        .doc("Compression of the batches in any case; a word that is not known is not refused, nothing is compressed then."),
    ConfigKey::both(SECTION, "kafka-client-id", Text, "generated")
        .also("client.id")
        .doc("Name of the client in the brokers' logs and quotas: letters, digits, `.`, `_` and `-` only."),
    ConfigKey::both(SECTION, "required-acks", Integer(-1, 1), "-1")
        .also("acks request.required.acks")
        .doc("Confirmations a write waits for: -1 all replicas in sync, 1 the leader, 0 none; anything but -1 can lose rows."),
    ConfigKey::both(SECTION, "dial-timeout", Duration(0), "10s")
        .also("socket.connection.setup.timeout.ms connection timeout")
        .doc("Longest wait for a connection; above zero."),
    ConfigKey::both(SECTION, "write-timeout", Duration(0), "10s")
        .also("request.timeout.ms delivery.timeout.ms")
        .doc("Longest wait for a request to be sent; above zero."),
    ConfigKey::both(SECTION, "read-timeout", Duration(0), "10s")
        .also("request.timeout.ms socket.timeout.ms")
        .doc("Longest wait for an answer; above zero."),
    ConfigKey::file(SECTION, "output-raw-change-event", Boolean, "false")
        .since(&[Version::new(6, 5, 10), Version::new(7, 1, 6), Version::new(7, 5, 3), Version::new(8, 1, 1)])
        .also("split update key change delete insert")
        .doc("Leaves an update of a key as one message instead of delete and insert: a sink that upserts by key then keeps the old row."),
    ConfigKey::file(LARGE, "large-message-handle-option", Word(&["none", "claim-check", "handle-key-only"]), "none")
        .protocols(LARGE_PROTOCOLS)
        .also("message too large claim check")
        .doc("What to do with a message above the limit; refused with Avro, and canal-json needs `enable-tidb-extension` for it."),
    ConfigKey::file(LARGE, "large-message-handle-compression", Word(&["none", "snappy", "lz4"]), "none")
        .protocols(LARGE_PROTOCOLS)
        .doc("Compresses a message before its size is judged; consumers have to undo it."),
    ConfigKey::file(LARGE, "claim-check-storage-uri", Text, "")
        .protocols(LARGE_PROTOCOLS)
        .since_about(Version::new(7, 4, 0))
        .doc("Where `claim-check` puts what is too large, for example `s3://bucket/prefix`; nothing removes it there again."),
    ConfigKey::file(LARGE, "claim-check-raw-value", Boolean, "false")
        .protocols(LARGE_PROTOCOLS)
        .since_about(Version::new(8, 4, 0))
        .doc("Stores the bare value instead of a JSON object with key and value in base64."),
];
