//! What Kafka Connect itself reads of every sink on a worker of one's own.
//! Source: `apache/kafka` connect/runtime `ConnectorConfig`, `SinkConnectorConfig`.

use crate::connector::property::{INT, LONG, Property};

/// Keys of transforms, converters and Kafka clients.
pub(super) const OPEN_PREFIXES: &[&str] = &[
    "transforms.",
    "predicates.",
    "key.converter.",
    "value.converter.",
    "header.converter.",
    "consumer.override.",
    "producer.override.",
    "admin.override.",
    "errors.deadletterqueue.",
];

/// Confluent's Avro converter, which reads what TiCDC writes.
pub(in crate::connector) const AVRO_CONVERTER: &str = "io.confluent.connect.avro.AvroConverter";

const CREDENTIALS_SOURCES: &[&str] = &["URL", "USER_INFO", "SASL_INHERIT"];

pub(super) const PROPERTIES: &[Property] = &[
    Property::text("name", "Connector name", "Names the connector and its consumer group; the same as the name outside the configuration.")
        .required(),
    Property::text("connector.class", "Connector class", "The plugin's Java class.").required(),
    Property::integer("tasks.max", "Tasks", "Tasks at most; more than the topics have partitions are idle.").or("1").within(1, INT),
    Property::list("topics", "Topics", "Topic names, separated by commas; exactly one of `topics` and `topics.regex` is given."),
    Property::text(
        "topics.regex",
        "Topics regex",
        "A Java regular expression over whole topic names; it must not match the dead letter queue. TiCDC's default topic holds no rows: leave it out.",
    ),
    Property::text(
        "key.converter",
        "Key converter class",
        "Reads keys; without it the worker's own does. Once it is set, nothing of the worker's converter settings is inherited.",
    ),
    Property::text("key.converter.schema.registry.url", "", "The registry for keys, without credentials in the URL."),
    Property::text(
        "key.converter.basic.auth.credentials.source",
        "",
        "Where the registry's credentials are; `URL` decodes no percent signs, so `USER_INFO` is the one that works.",
    )
    .or("URL")
    .one_of(CREDENTIALS_SOURCES),
    Property::password("key.converter.basic.auth.user.info", "", "`key:secret` of the registry, raw: never percent-encoded."),
    Property::text(
        "value.converter",
        "Value converter class",
        "Reads values; without it the worker's own does. Once it is set, nothing of the worker's converter settings is inherited.",
    ),
    Property::text("value.converter.schema.registry.url", "", "The registry for values; it is not taken over from the key's converter."),
    Property::text("value.converter.basic.auth.credentials.source", "", "Where the registry's credentials are; see the key's converter.")
        .or("URL")
        .one_of(CREDENTIALS_SOURCES),
    Property::password(
        "value.converter.basic.auth.user.info",
        "",
        "`key:secret` of the registry, raw; given for keys alone, every value is answered 401.",
    ),
    Property::boolean("value.converter.schemas.enable", "", "Of `JsonConverter` only: whether a value carries its schema.").or("true"),
    Property::text("header.converter", "Header converter class", "Reads headers; TiCDC writes none."),
    Property::list("transforms", "Transforms", "Names of single message transforms, in order; each has keys below `transforms.<name>.`."),
    Property::list("predicates", "Predicates", "Names of predicates that transforms refer to."),
    Property::text(
        "errors.tolerance",
        "Error Tolerance",
        "`all` goes on past records that cannot be read: rows go missing without a failed task.",
    )
    .or("none")
    .exactly_one_of(&["none", "all"]),
    Property::text(
        "errors.deadletterqueue.topic.name",
        "Dead Letter Queue Topic Name",
        "Takes the records that `errors.tolerance=all` lets pass; without it they are lost. It must not be one of the inputs.",
    ),
    Property::integer(
        "errors.deadletterqueue.topic.replication.factor",
        "Dead Letter Queue Topic Replication Factor",
        "Replicas of the queue when it is created; a cluster of one broker needs 1.",
    )
    .or("3")
    .within(1, i16::MAX as i64),
    Property::boolean(
        "errors.deadletterqueue.context.headers.enable",
        "Enable Error Context Headers",
        "Writes the cause of each failure into the queue's headers; without them a lost row has no reason.",
    )
    .or("false"),
    Property::integer(
        "errors.retry.timeout",
        "Retry Timeout for Errors",
        "Milliseconds that a failed conversion is tried again; -1 is for ever.",
    )
    .or("0")
    .within(-1, LONG),
    Property::integer("errors.retry.delay.max.ms", "Maximum Delay Between Retries for Errors", "Milliseconds between two tries at most.")
        .or("60000")
        .within(1, LONG),
    Property::boolean("errors.log.enable", "Log Errors", "Logs tolerated failures too.").or("false"),
    Property::boolean(
        "errors.log.include.messages",
        "Log Error Details",
        "Logs where the record is, and its schema's names; not for sensitive data.",
    )
    .or("false"),
    Property::text("config.action.reload", "Reload Action", "What happens when a configuration provider's value changes.")
        .or("restart")
        .exactly_one_of(&["none", "restart"]),
    Property::boolean("tasks.max.enforce", "Enforce tasks max", "Fails a connector that makes more tasks than `tasks.max`.").or("true"),
    Property::text("consumer.override.auto.offset.reset", "", "Where to begin without a committed position; `latest` skips rows.")
        .or("earliest")
        .one_of(&["earliest", "latest", "none"]),
];
