//! The message format, its registry and what is in a message.

use super::super::key::{ConfigKey, ValueType};
use super::super::protocol::Protocol;
use super::super::release::Version;
use super::super::words;
use ValueType::{Boolean, Integer, Text, Word};

const SINK: &str = "sink";
const CODEC: &str = "sink.kafka-config.codec-config";
const GLUE: &str = "sink.kafka-config.glue-schema-registry-config";
const AVRO: &[Protocol] = &[Protocol::Avro];
const DEBEZIUM: &[Protocol] = &[Protocol::Debezium];
const NOT_AVRO: &[Protocol] = &[
    Protocol::OpenProtocol,
    Protocol::Canal,
    Protocol::CanalJson,
    Protocol::Maxwell,
    Protocol::Craft,
    Protocol::Csv,
    Protocol::Debezium,
    Protocol::Simple,
];
const WITH_REGISTRY: &[Protocol] = &[Protocol::Avro, Protocol::DebeziumAvro];

pub(super) static KEYS: &[ConfigKey] = &[
    ConfigKey::both(SINK, "protocol", Word(words::PROTOCOLS), "")
        .also("format output.data.format value.converter message format")
        .doc("Message format, required; write `avro` exactly so: with `flat-avro` or `Avro` TiCDC drops the registry of the file."),
    ConfigKey::both(SINK, "schema-registry", Text, "")
        .protocols(WITH_REGISTRY)
        .also("schema.registry.url value.converter.schema.registry.url Stream Governance endpoint")
        .doc(
            "URL of a Confluent registry with its credentials in it, percent-encoded; in a sink URI the whole of it is encoded once more.",
        ),
    ConfigKey::file(GLUE, "registry-name", Text, "")
        .protocols(WITH_REGISTRY)
        .since_about(Version::new(7, 4, 0))
        .also("AWS Glue")
        .doc("Name of an AWS Glue registry, instead of a Confluent one; needed together with `region`."),
    ConfigKey::file(GLUE, "region", Text, "")
        .protocols(WITH_REGISTRY)
        .since_about(Version::new(7, 4, 0))
        .doc("AWS region of the Glue registry."),
    ConfigKey::file(GLUE, "access-key", Text, "AWS credential chain")
        .protocols(WITH_REGISTRY)
        .since_about(Version::new(7, 4, 0))
        .doc("AWS access key id; without it TiCDC's host has to find credentials by itself."),
    ConfigKey::file(GLUE, "secret-access-key", Text, "AWS credential chain")
        .protocols(WITH_REGISTRY)
        .since_about(Version::new(7, 4, 0))
        .secret()
        .doc("AWS secret access key; TiCDC's API shows it in clear."),
    ConfigKey::file(GLUE, "token", Text, "AWS credential chain")
        .protocols(WITH_REGISTRY)
        .since_about(Version::new(7, 4, 0))
        .secret()
        .doc("AWS session token; it expires, and with it the changefeed."),
    ConfigKey::both(CODEC, "enable-tidb-extension", Boolean, "false")
        .protocols(&[Protocol::Avro, Protocol::CanalJson, Protocol::Debezium])
        .since(&[Version::new(6, 1, 0)])
        .also("_tidb_op _tidb_commit_ts commit timestamp metadata")
        .doc("Adds operation and commit time to every message; with Avro they are columns for every sink."),
    ConfigKey::both(CODEC, "max-batch-size", Integer(1, i64::MAX), "16")
        .protocols(&[Protocol::OpenProtocol])
        .also("batch.size")
        .doc("Row changes in one message, with the open protocol only."),
    ConfigKey::both(CODEC, "avro-decimal-handling-mode", Word(&["precise", "string"]), "precise")
        .protocols(AVRO)
        .also("decimal.handling.mode")
        .doc("Decimals as Avro decimals or as text, which sinks put into text columns; compared exactly, lower case."),
    ConfigKey::both(CODEC, "avro-bigint-unsigned-handling-mode", Word(&["long", "string"]), "long")
        .protocols(AVRO)
        .also("bigint.unsigned.handling.mode")
        .doc("BIGINT UNSIGNED as a long, where values from 2^63 on turn negative, or as text; compared exactly, lower case."),
    ConfigKey::both(CODEC, "avro-include-before-value", Boolean, "false")
        .protocols(AVRO)
        .unreleased()
        .also("before image old value")
        .doc("Adds the old row to updates, and turns deletes from tombstones into messages that upserting sinks do not take for deletes."),
    ConfigKey::both(CODEC, "avro-enable-watermark", Boolean, "false")
        .protocols(AVRO)
        .doc("A test mode that mixes watermarks, which are no Avro, into the topics; needs `enable-tidb-extension`."),
    ConfigKey::both(CODEC, "encoding-format", Word(&["json", "avro"]), "json")
        .protocols(&[Protocol::Simple])
        .since(&[Version::new(8, 0, 0)])
        .doc("Encoding of the simple protocol."),
    ConfigKey::both(CODEC, "output-row-key", Boolean, "false")
        .protocols(NOT_AVRO)
        .doc("Puts the row's key into the message key; not for Avro, and the Open API cannot carry it."),
    ConfigKey::both(SINK, "debezium-disable-schema", Boolean, "false")
        .protocols(DEBEZIUM)
        .also("schemas.enable")
        .doc("Leaves the schema out of Debezium messages."),
    ConfigKey::uri("debezium-include-start-ts", Boolean, "false")
        .protocols(DEBEZIUM)
        .new_only()
        .doc("Adds the transaction's start-ts to Debezium messages."),
    ConfigKey::file("sink.debezium", "output-old-value", Boolean, "true")
        .protocols(DEBEZIUM)
        .doc("Puts the old row into Debezium messages."),
    ConfigKey::file("sink.open", "output-old-value", Boolean, "true")
        .protocols(&[Protocol::OpenProtocol])
        .doc("Puts the old row into messages of the open protocol."),
    ConfigKey::both(SINK, "content-compatible", Boolean, "false")
        .protocols(&[Protocol::CanalJson])
        .also("canal")
        .doc("Writes canal-json exactly as Canal does, types and nulls included."),
    ConfigKey::both(SINK, "only-output-updated-columns", Boolean, "false")
        .protocols(NOT_AVRO)
        .since(&[Version::new(7, 1, 0)])
        .doc("Updates carry the columns that changed only; not for Avro."),
    ConfigKey::file(SINK, "delete-only-output-handle-key-columns", Boolean, "false")
        .protocols(&[Protocol::CanalJson, Protocol::OpenProtocol, Protocol::Simple])
        .since(&[Version::new(7, 2, 0)])
        .doc("Deletes carry key columns only; refused together with `force-replicate`."),
];
