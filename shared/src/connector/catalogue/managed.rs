//! What Confluent Cloud reads of every managed sink.
//! Source: the connector templates in `confluentinc/connect-migration-utility` (June 2026).

use crate::connector::property::{INT, Property};

/// Keys of transforms, converters and the consumer.
pub(super) const OPEN_PREFIXES: &[&str] =
    &["transforms.", "predicates.", "key.converter.", "value.converter.", "header.converter.", "consumer.override."];

pub(super) const SUBJECT_STRATEGIES: &[&str] = &["TopicNameStrategy", "RecordNameStrategy", "TopicRecordNameStrategy"];

const REFERENCE_STRATEGIES: &[&str] = &["DefaultReferenceSubjectNameStrategy", "QualifiedReferenceSubjectNameStrategy"];

const SUBJECT_DOC: &str = "How the schema's subject is named; TiCDC registers under the topic's name, so anything else finds nothing.";

const SERIALISER_DOC: &str = "Of writing records, which a sink does only for its dead letter queue.";

const PROTOBUF_DOC: &str = "Of the Protobuf converter; Avro is not affected.";

pub(super) const PROPERTIES: &[Property] = &[
    Property::text(
        "name",
        "Connector name",
        "1 to 64 characters; the same as the name outside the configuration. The consumer group is named after the connector's id, `connect-lcc-…`.",
    )
    .required(),
    Property::text("connector.class", "Connector class", "The plugin's short name, not the Java class.").required(),
    Property::integer("tasks.max", "Tasks", "Tasks at most, each of which is paid for; more than the topics have partitions are idle.")
        .required()
        .within(1, INT),
    Property::text("kafka.auth.mode", "Kafka Cluster Authentication mode", "How the connector logs in to the cluster.")
        .or("KAFKA_API_KEY")
        .one_of(&["KAFKA_API_KEY", "SERVICE_ACCOUNT"]),
    Property::password(
        "kafka.api.key",
        "Kafka API Key",
        "A key of the Kafka cluster (`lkc-…`), needed with `KAFKA_API_KEY`; a Cloud or registry key is refused.",
    ),
    Property::password("kafka.api.secret", "Kafka API Secret", "The secret of `kafka.api.key`, raw: never percent-encoded."),
    Property::text("kafka.service.account.id", "Kafka Service Account", "`sa-…`, needed with `SERVICE_ACCOUNT`."),
    Property::list("topics", "Topic names", "Topics that exist, separated by commas; exactly one of `topics` and `topics.regex` is given."),
    Property::text("topics.regex", "Topics Regex", "A Java regular expression over whole topic names; `topics` must be absent."),
    Property::text("schema.context.name", "Schema context", "The registry's context that holds the schemas; TiCDC registers in the default one.")
        .or("default"),
    Property::text(
        "errors.tolerance",
        "Error Tolerance",
        "With `all`, rows that fail go to the dead letter queue and the connector stays green; `none` is for exact copies.",
    )
    .or("all")
    .one_of(&["none", "all"]),
    Property::text(
        "errors.deadletterqueue.topic.name",
        "Dead Letter Queue Topic Name",
        "Takes the records that fail; `${connector}` becomes the connector's id. It must not be one of the inputs.",
    )
    .or("dlq-${connector}"),
    Property::integer(
        "max.poll.interval.ms",
        "Max poll interval(ms)",
        "Milliseconds between two polls at most; a batch that takes longer loses its partitions. Usually 60,000 to 1,800,000.",
    )
    .or("300000")
    .within(1, INT),
    Property::integer("max.poll.records", "Max poll records", "Records of one poll at most; above 500 a poll may outlast its interval.")
        .or("500")
        .within(1, INT),
    Property::text("consumer.override.auto.offset.reset", "", "Where to begin without a committed position: earliest for sinks; `latest` skips rows.")
        .one_of(&["earliest", "latest", "none"]),
    Property::text("consumer.override.isolation.level", "", "Whether records of open transactions are read; TiCDC writes none.")
        .one_of(&["read_committed", "read_uncommitted"]),
    Property::boolean(
        "auto.restart.on.user.error",
        "Enable Connector Auto-restart",
        "Starts the connector again after an error that a person has to solve.",
    )
    .or("true"),
    Property::list("transforms", "Transforms", "Names of single message transforms, in order; each has keys below `transforms.<name>.`, and only listed classes run."),
    Property::list("predicates", "Predicates", "Names of predicates that transforms refer to."),
    Property::text("header.converter", "", "Reads headers; TiCDC writes none."),
    Property::text("key.converter.key.subject.name.strategy", "", SUBJECT_DOC).or("TopicNameStrategy").one_of(SUBJECT_STRATEGIES),
    Property::text("value.converter.value.subject.name.strategy", "", SUBJECT_DOC).or("TopicNameStrategy").one_of(SUBJECT_STRATEGIES),
    Property::text("value.converter.reference.subject.name.strategy", "", PROTOBUF_DOC)
        .or("DefaultReferenceSubjectNameStrategy")
        .one_of(REFERENCE_STRATEGIES),
    Property::text("value.converter.decimal.format", "", "How JSON formats write decimals; Avro is not affected.")
        .or("BASE64")
        .one_of(&["BASE64", "NUMERIC"]),
    Property::boolean("value.converter.ignore.default.for.nullables", "", "Of writing Avro, not of reading it: a sink's rows are not affected.")
        .or("false"),
    Property::boolean("value.converter.flatten.singleton.unions", "", "Reads a union of one type as that type; TiCDC writes none.").or("false"),
    Property::boolean("value.converter.scrub.invalid.names", "", "Replaces characters that Avro names cannot have; TiCDC has done so already."),
    Property::boolean("value.converter.enhanced.avro.schema.support", "", "Keeps Avro's package names and enums in Connect's schema."),
    Property::boolean("value.converter.connect.meta.data", "", SERIALISER_DOC),
    Property::boolean("value.converter.allow.optional.map.keys", "", SERIALISER_DOC),
    Property::boolean("value.converter.auto.register.schemas", "", SERIALISER_DOC),
    Property::boolean("value.converter.use.latest.version", "", SERIALISER_DOC),
    Property::boolean("value.converter.latest.compatibility.strict", "", SERIALISER_DOC),
    Property::boolean("value.converter.enhanced.protobuf.schema.support", "", PROTOBUF_DOC),
    Property::boolean("value.converter.generate.index.for.unions", "", PROTOBUF_DOC),
    Property::boolean("value.converter.int.for.enums", "", PROTOBUF_DOC),
    Property::boolean("value.converter.optional.for.nullables", "", PROTOBUF_DOC),
    Property::boolean("value.converter.generate.struct.for.nulls", "", PROTOBUF_DOC),
    Property::boolean("value.converter.wrapper.for.nullables", "", PROTOBUF_DOC),
    Property::boolean("value.converter.wrapper.for.raw.primitives", "", PROTOBUF_DOC),
    Property::boolean("value.converter.optional.for.proto2", "", PROTOBUF_DOC),
    Property::boolean("value.converter.flatten.unions", "", PROTOBUF_DOC),
    Property::boolean("value.converter.object.additional.properties", "", "Of the JSON Schema converter; Avro is not affected."),
    Property::boolean("value.converter.use.optional.for.nonrequired", "", "Of the JSON Schema converter; Avro is not affected."),
];

/// Keys that the service adds to a configuration it hands out; sent back they are refused or ignored.
/// Source: `confluentinc/terraform-provider-confluent`.
const SERVICE_MADE: &[&str] = &[
    "cloud.environment",
    "cloud.provider",
    "connector.crn",
    "kafka.endpoint",
    "kafka.max.partition.validation.disable",
    "kafka.region",
    "kafka.dedicated",
    "schema.registry.url",
    "valid.kafka.api.key",
    "confluent.custom.plugin.type",
    "confluent.resource.connector.tier",
];

/// Whether Confluent Cloud wrote this key itself into a configuration that it handed out.
#[must_use]
pub fn is_service_made(key: &str) -> bool {
    key.starts_with("config.internal") || SERVICE_MADE.contains(&key)
}
