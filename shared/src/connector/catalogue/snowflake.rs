//! Snowflake's sink: Confluent Cloud's form of it, and versions 3 and 4 on a worker of one's own.
//! Source: the connector templates in `confluentinc/connect-migration-utility` (June 2026),
//! `snowflakedb/snowflake-kafka-connector` v3.5.4 and v4.1.0.

use crate::connector::property::{INT, LONG, Property};

pub(super) const V3_CLASS: &str = "com.snowflake.kafka.connector.SnowflakeSinkConnector";
pub(super) const V4_CLASS: &str = "com.snowflake.kafka.connector.SnowflakeStreamingSinkConnector";

const NULL_VALUES: &[&str] = &["DEFAULT", "IGNORE"];
const METHODS: &[&str] = &["SNOWPIPE", "SNOWPIPE_STREAMING"];

/// What all three read alike.
pub(super) const SHARED: &[Property] = &[
    Property::text(
        "snowflake.url.name",
        "Connection URL",
        "`account.region.cloud.snowflakecomputing.com`; in the form `org-account`, write `-` for `_`.",
    )
    .required(),
    Property::text("snowflake.user.name", "Connection user name", "The user that has the public key.").required(),
    Property::password(
        "snowflake.private.key.passphrase",
        "Decryption key of private key",
        "Opens an encrypted private key; leave it out for a plain one.",
    )
    .or(""),
    Property::text("snowflake.database.name", "Database name", "A database that exists; unquoted names are in upper case.").required(),
    Property::text("snowflake.schema.name", "Schema name", "A schema that exists; unquoted names are in upper case.").required(),
    Property::text(
        "snowflake.topic2table.map",
        "Topics to tables mapping",
        "`topic:TABLE` pairs, separated by commas; a topic with a dot or dash that is not in it gets a table named with a hash.",
    ),
    Property::boolean(
        "snowflake.metadata.createtime",
        "Whether or not to include \"createtime\" in metadata",
        "Writes the record's time into RECORD_METADATA.",
    )
    .or("true"),
    Property::boolean(
        "snowflake.metadata.topic",
        "Whether or not to include \"topic\" in metadata",
        "Writes the topic into RECORD_METADATA.",
    )
    .or("true"),
    Property::boolean(
        "snowflake.metadata.offset.and.partition",
        "Whether or not to include \"offset\" and \"partition\" in metadata",
        "Writes partition and offset into RECORD_METADATA: without them nobody can tell a row's newest version.",
    )
    .or("true"),
    Property::boolean(
        "snowflake.metadata.all",
        "Whether or not to include metadata column",
        "Off leaves RECORD_METADATA empty, key and order of changes with it.",
    )
    .or("true"),
];

pub(super) const MANAGED: &[Property] = &[
    Property::text("input.data.format", "Input Kafka record value format", "How values are encoded: `AVRO` for TiCDC's.")
        .one_of(&["AVRO", "JSON_SR", "PROTOBUF", "JSON", "STRING", "BYTES"])
        .required(),
    Property::text(
        "input.key.format",
        "Input Kafka record key format",
        "How keys are encoded: `AVRO` for TiCDC's. As `STRING` the key in RECORD_METADATA is garbage, and changes cannot be merged.",
    )
    .or("STRING")
    .one_of(&["AVRO", "JSON_SR", "PROTOBUF", "JSON", "STRING"]),
    Property::password(
        "snowflake.private.key",
        "Private key",
        "The PKCS#8 key's base64 body on one line, without the BEGIN and END lines.",
    )
    .required(),
    Property::text("snowflake.role.name", "Snowflake role", "Needed for `SNOWPIPE_STREAMING`; without it the user's default role is used."),
    Property::text(
        "snowflake.ingestion.method",
        "Ingestion method",
        "`SNOWPIPE` loads files every two minutes or so, `SNOWPIPE_STREAMING` rows in seconds.",
    )
    .or("SNOWPIPE")
    .one_of(METHODS),
    Property::boolean(
        "snowflake.enable.schematization",
        "Enable Schematization",
        "A column for each field, decimals as VARCHAR, instead of RECORD_CONTENT; only with `SNOWPIPE_STREAMING`.",
    )
    .or("false"),
    Property::text(
        "behavior.on.null.values",
        "",
        "`IGNORE` drops null values, that is every delete; `DEFAULT` writes a row with the key and no content.",
    )
    .or("IGNORE")
    .one_of(NULL_VALUES),
    Property::integer(
        "buffer.flush.time",
        "The time in seconds to flush cached data",
        "Seconds; at least 10 with `SNOWPIPE`, 1 with `SNOWPIPE_STREAMING`.",
    )
    .or("120")
    .within(1, LONG),
    Property::integer(
        "buffer.count.records",
        "The number of records to flush cached data",
        "Records of one partition before they are sent.",
    )
    .or("10000")
    .within(10_000, LONG),
    Property::integer(
        "buffer.size.bytes",
        "The size of the connector record buffer",
        "Bytes of one partition before they are sent; also caps a task's partitions: 10 MB is 50 of them, 100 MB is 5.",
    )
    .or("10000000")
    .within(1, LONG),
    Property::boolean(
        "snowflake.streaming.metadata.connectorPushTime",
        "Whether or not to include \"connectorPushTime\" in metadata",
        "Writes when the connector sent the row; only with `SNOWPIPE_STREAMING`.",
    )
    .or("false"),
    Property::boolean(
        "snowflake.streaming.iceberg.enabled",
        "Enable Iceberg Ingestion",
        "Writes to Iceberg tables; only with `SNOWPIPE_STREAMING`.",
    )
    .or("false"),
    Property::text(
        "snowflake.authenticator",
        "",
        "`oauth` logs in with `snowflake.oauth.*` instead of a key; newer versions of the service only.",
    )
    .or("snowflake_jwt")
    .one_of(&["snowflake_jwt", "oauth"]),
    Property::boolean("snowflake.useHttpsProxy", "Enable HTTPS proxy for Snowflake connections", "Goes through the proxy below.")
        .or("false"),
    Property::text("snowflake.https.proxyHost", "HTTPS proxy host for Snowflake connections", "Given together with the port."),
    Property::integer("snowflake.https.proxyPort", "HTTPS proxy port for Snowflake connections", "Given together with the host.")
        .within(1, 65_535),
    Property::text("snowflake.https.nonProxyHosts", "Hosts to bypass HTTPS proxy for Snowflake connections", "Separated by `|`."),
    Property::text("snowflake.https.proxyUser", "HTTPS proxy username for Snowflake connections", "Given together with the password."),
    Property::password("snowflake.https.proxyPassword", "HTTPS proxy password for Snowflake connections", "Given together with the user."),
    Property::boolean("csfle.enabled", "Enable Client-Side Field Level Encryption", "Decrypts fields by the registry's rules.").or("false"),
    Property::text(
        "csfle.onFailure",
        "Connector behaviour on data decryption failure",
        "`NONE` writes what could not be decrypted as it is.",
    )
    .or("ERROR")
    .one_of(&["ERROR", "NONE"]),
    Property::text("sr.service.account.id", "Schema Registry Service Account", "The account that may read the schemas' keys."),
    Property::text(
        "key.converter.reference.subject.name.strategy",
        "Key Converter Reference Subject Name Strategy",
        "Of the Protobuf converter; Avro is not affected.",
    )
    .or("DefaultReferenceSubjectNameStrategy")
    .one_of(&["DefaultReferenceSubjectNameStrategy", "QualifiedReferenceSubjectNameStrategy"]),
    Property::boolean("value.converter.schemas.enable", "", "Of the JSON format only: whether a value carries its schema.").or("false"),
    Property::boolean("value.converter.replace.null.with.default", "", "Writes a field's default in place of NULL.").or("true"),
];

/// What versions 3 and 4 read alike.
pub(super) const WORKER: &[Property] = &[
    Property::password(
        "snowflake.private.key",
        "",
        "The PKCS#8 key's base64 body on one line; needed unless the authenticator is `oauth`.",
    ),
    Property::text("snowflake.authenticator", "", "How it logs in: a key pair, or OAuth with `snowflake.oauth.*`.")
        .or("snowflake_jwt")
        .one_of(&["snowflake_jwt", "oauth"]),
    Property::text("snowflake.oauth.client.id", "", "The OAuth integration's client."),
    Property::password("snowflake.oauth.client.secret", "", "The OAuth client's secret."),
    Property::password("snowflake.oauth.refresh.token", "", "The OAuth refresh token."),
    Property::text("snowflake.oauth.token.endpoint", "", "Where tokens are had; by default the account itself."),
    Property::text(
        "behavior.on.null.values",
        "",
        "`DEFAULT` writes a row with the key and no content for a delete; `IGNORE` drops every delete.",
    )
    .or("DEFAULT")
    .one_of(NULL_VALUES),
    Property::boolean("snowflake.streaming.metadata.connectorPushTime", "", "Writes when the connector sent the row; only when streaming.")
        .or("true"),
    Property::text(
        "snowflake.streaming.client.provider.override.map",
        "",
        "`key:value` pairs for the streaming client; only when Snowflake's support asks for it.",
    ),
    Property::text(
        "errors.tolerance",
        "Error Tolerance",
        "`all` goes on past records that cannot be read: rows go missing without a failed task.",
    )
    .or("none")
    .one_of(&["none", "all"]),
    Property::text("snowflake.jdbc.map", "", "`key:value` pairs for the JDBC driver."),
    Property::boolean("jmx", "", "Publishes the connector's metrics through JMX.").or("true"),
    Property::boolean(
        "enable.task.fail.on.authorization.errors",
        "",
        "Fails the tasks when Snowflake refuses the login, instead of trying on.",
    )
    .or("false"),
    Property::boolean("enable.mdc.logging", "Enable MDC logging", "Begins log lines with the connector's name.").or("false"),
    Property::text("jvm.proxy.host", "", "HTTPS proxy; given together with the port."),
    Property::integer("jvm.proxy.port", "", "HTTPS proxy; given together with the host.").within(1, 65_535),
    Property::text("jvm.nonProxy.hosts", "", "Hosts that go past the proxy, separated by `|`."),
    Property::text("jvm.proxy.username", "", "Given together with the password."),
    Property::password("jvm.proxy.password", "", "Given together with the user."),
];

pub(super) const V3: &[Property] = &[
    Property::text("snowflake.role.name", "", "Needed for `SNOWPIPE_STREAMING`; without it the user's default role is used."),
    Property::text(
        "snowflake.ingestion.method",
        "",
        "`SNOWPIPE` loads files every two minutes or so, `SNOWPIPE_STREAMING` rows in seconds.",
    )
    .or("SNOWPIPE")
    .one_of(METHODS),
    Property::boolean(
        "snowflake.enable.schematization",
        "",
        "A column for each field, decimals as VARCHAR, instead of RECORD_CONTENT; only with `SNOWPIPE_STREAMING`.",
    )
    .or("false"),
    Property::integer("buffer.flush.time", "", "Seconds; at least 10 with `SNOWPIPE`, 1 with `SNOWPIPE_STREAMING`.")
        .or("120")
        .within(1, LONG),
    Property::integer("buffer.count.records", "", "Records of one partition before they are sent.").or("10000").within(1, LONG),
    Property::integer("buffer.size.bytes", "", "Bytes of one partition before they are sent.").or("5000000").within(1, LONG),
    Property::text("provider", "", "Who runs the connector, for Snowflake's statistics.").or("UNKNOWN").one_of(&[
        "UNKNOWN",
        "SELF_HOSTED",
        "CONFLUENT",
    ]),
    Property::integer(
        "snowflake.streaming.max.client.lag",
        "",
        "Seconds before rows are sent; only when streaming, with the single buffer.",
    )
    .or("30")
    .within(1, LONG),
    Property::integer("snowflake.streaming.max.memory.limit.bytes", "", "Bytes that the streaming client may hold; -1 is its own measure.")
        .or("-1")
        .within(-1, LONG),
    Property::boolean("snowflake.streaming.enable.single.buffer", "", "Buffers in the streaming client only; only when streaming.")
        .or("true"),
    Property::boolean("snowflake.streaming.closeChannelsInParallel.enabled", "", "Closes channels at the same time.").or("true"),
    Property::boolean("snowflake.streaming.iceberg.enabled", "", "Writes to Iceberg tables; only when streaming.").or("false"),
    Property::boolean(
        "snowflake.streaming.channel.name.include.connector.name",
        "",
        "Names channels after the connector too, so that two connectors on one topic and table do not take them from each other.",
    )
    .or("false"),
    Property::boolean(
        "enable.streaming.client.optimization",
        "Enable streaming client optimization",
        "One streaming client for all tasks of a worker.",
    )
    .or("true"),
    Property::boolean(
        "enable.streaming.channel.offset.migration",
        "Enable Streaming Channel Offset Migration",
        "Takes over positions of channels named the older way.",
    )
    .or("false"),
    Property::boolean(
        "enable.streaming.channel.offset.verification",
        "Enable streaming channel offset verification function",
        "Has Snowflake watch for gaps in the offsets.",
    )
    .or("true"),
    Property::boolean("snowflake.snowpipe.v2CleanerEnabled", "", "Removes loaded files from the stage the newer way.").or("true"),
    Property::integer("snowflake.snowpipe.v2CleanerThreads", "", "Threads that remove files.").or("1").within(1, INT),
    Property::integer("snowflake.snowpipe.v2CleanerIntervalSeconds", "", "Seconds between two rounds.").or("61").within(1, LONG),
    Property::boolean("snowflake.snowpipe.v1Cleaner.enable.reprocessFiles.cleanup", "", "Removes files that were loaded again.").or("true"),
    Property::boolean(
        "snowflake.snowpipe.stageFileNameExtensionEnabled",
        "",
        "Puts the topic into files' names, so that several topics can share a table.",
    )
    .or("true"),
];

pub(super) const V4: &[Property] = &[
    Property::text("snowflake.role.name", "", "The role that owns the tables.").required(),
    Property::boolean(
        "snowflake.enable.schematization",
        "",
        "A column for each field; `false` keeps RECORD_CONTENT. The default changed with version 4: state it.",
    )
    .or("true"),
    Property::boolean(
        "snowflake.validate.compatibility.with.classic",
        "",
        "Demands settings that keep version 3's names and types; `false` takes version 4's own.",
    )
    .or("true"),
    Property::text("snowflake.validation", "", "Where rows are checked; the check for compatibility demands `client_side`.")
        .or("server_side")
        .one_of(&["client_side", "server_side"]),
    Property::text(
        "snowflake.streaming.classic.offset.migration",
        "",
        "Whether positions of version 3's channels are taken over: `skip` reads topics again from the group's position.",
    )
    .or("skip")
    .one_of(&["skip", "best_effort", "strict"]),
    Property::boolean(
        "snowflake.streaming.classic.offset.migration.include.connector.name",
        "",
        "Whether version 3's channels were named after the connector.",
    )
    .or("false"),
    Property::boolean(
        "snowflake.compatibility.enable.autogenerated.table.name.sanitization",
        "",
        "Makes tables' names as version 3 did; off, they are the topics' names, quoted.",
    )
    .or("false"),
    Property::boolean(
        "snowflake.compatibility.enable.column.identifier.normalization",
        "",
        "Makes columns' names upper case as version 3 did.",
    )
    .or("false"),
    Property::boolean(
        "snowflake.topic2table.map.regex.replacement",
        "",
        "Lets tables of `snowflake.topic2table.map` hold `$1` of the topic's expression.",
    )
    .or("false"),
    Property::text("snowflake.autocreate.table.type", "", "What kind of table is created; `none` demands that it exists.")
        .or("snowflake")
        .one_of(&["snowflake", "iceberg", "none"]),
    Property::text("snowflake.iceberg.create.table.options", "", "SQL put at the end of an Iceberg table's CREATE."),
    Property::boolean("snowflake.oauth.include.scope", "", "Sends a scope with token requests.").or("false"),
    Property::text("snowflake.oauth.scope", "", "The scope; by default the role's."),
    Property::boolean("snowflake.feature.structured.headers", "", "Keeps headers' types in RECORD_METADATA.").or("false"),
    Property::boolean("snowflake.cache.table.exists", "", "Remembers which tables exist.").or("true"),
    Property::integer("snowflake.cache.table.exists.expire.ms", "", "Milliseconds that it remembers.").or("300000").within(1, LONG),
    Property::boolean("snowflake.cache.pipe.exists", "", "Remembers which pipes exist.").or("true"),
    Property::integer("snowflake.cache.pipe.exists.expire.ms", "", "Milliseconds that it remembers.").or("300000").within(1, LONG),
];

/// Features of version 4 that can be turned off; their names come and go.
pub(super) const V4_OPEN_PREFIXES: &[&str] = &["snowflake.feature.", "snowflake.streaming.metrics."];

/// Confluent Cloud's keys of the OAuth login have no published template.
pub(super) const MANAGED_OPEN_PREFIXES: &[&str] = &["snowflake.oauth."];
