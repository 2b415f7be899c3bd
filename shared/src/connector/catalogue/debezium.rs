//! Debezium's JDBC sink. It reads flat records, as TiCDC writes, as well as Debezium's own.
//! Source: `debezium/debezium-connector-jdbc` (July 2024), and what version 3.6.0 says of itself on a worker.

use crate::connector::property::{INT, LONG, Property};

pub(super) const CLASS: &str = "io.debezium.connector.jdbc.JdbcSinkConnector";

/// It hands these to Hibernate.
pub(super) const OPEN_PREFIXES: &[&str] = &["hibernate."];

pub(super) const PROPERTIES: &[Property] = &[
    Property::text("connection.url", "Hostname", "Such as `jdbc:sqlserver://host:1433;databaseName=tpcc;encrypt=true`; put no password in it.").required(),
    Property::text("connection.username", "User", "The login; `connection.user` is the other plugins' name of it.").required(),
    Property::password("connection.password", "Password", "The login's password."),
    Property::text("connection.provider", "Connection provider", "A Java class that gives connections; by default the one that comes with the version."),
    Property::integer("connection.pool.min_size", "Connection pool minimum size", "Connections kept open.").or("5").within(0, INT),
    Property::integer("connection.pool.max_size", "Connection pool maximum size", "Connections at most; each task has a pool of its own.")
        .or("32")
        .within(1, INT),
    Property::integer("connection.pool.acquire_increment", "Connection pool acquire increment", "Connections opened at once when the pool is empty: lower it for a small server. Newer versions do not read it.")
        .or("32")
        .within(1, INT),
    Property::integer("connection.pool.timeout", "Connection pool timeout", "Seconds that an unused connection is kept.").or("1800").within(0, INT),
    Property::text(
        "insert.mode",
        "The insertion mode to use",
        "`insert` fails on the first update of a row, or repeats it; a change stream needs `upsert`.",
    )
    .or("insert")
    .one_of(&["insert", "upsert", "update"]),
    Property::boolean(
        "delete.enabled",
        "Controls whether records can be deleted by the connector",
        "Turns a null value into a delete; needs `primary.key.mode=record_key`. Versions before 3.1 pass over TiCDC's deletes all the same, since those have no schema: the row stays.",
    )
    .or("false"),
    Property::boolean("truncate.enabled", "Controls whether tables can be truncated by the connector", "Follows Debezium's truncate events; TiCDC sends none.")
        .or("false"),
    Property::text("primary.key.mode", "The primary key mode", "Where the primary key comes from: `record_key` for TiCDC's rows.")
        .or("none")
        .one_of(&["none", "kafka", "record_key", "record_value", "record_header"]),
    Property::list(
        "primary.key.fields",
        "Comma-separated list of primary key field names",
        "The key's columns, read by `primary.key.mode`; empty with `record_key` is all of them.",
    ),
    Property::text("schema.evolution", "Controls how schema evolution is handled by the sink connector", "`basic` creates missing tables and columns; it never drops or alters one.")
        .or("none")
        .one_of(&["none", "basic"]),
    Property::text("collection.name.format", "A format string for the table", "`${topic}` is the topic; dots in it become `_`.").or("${topic}"),
    Property::text("table.name.format", "A format string for the table", "The name of `collection.name.format` before version 3."),
    Property::boolean("quote.identifiers", "Controls whether table, column, or other identifiers are quoted", "Off breaks on reserved words and changes upper case in PostgreSQL.")
        .or("false"),
    Property::text(
        "collection.naming.strategy",
        "Name of the strategy class that implements the CollectionNamingStrategy interface",
        "A Java class that names tables.",
    )
    .or("io.debezium.sink.naming.DefaultCollectionNamingStrategy"),
    Property::text("collection.table.format", "Format string using table name", "For Debezium's own records: they know their table, TiCDC's do not.")
        .or("${table}"),
    Property::text("use.time.zone", "", "Zone in which times are written; TiCDC's are text and are not converted.").or("UTC"),
    Property::text("database.time_zone", "The timezone used when inserting temporal values.", "The older name of `use.time.zone`."),
    Property::integer("batch.size", "", "Rows of one batch at most; a poll gives no more than `consumer.override.max.poll.records`.").or("500").within(1, INT),
    Property::boolean("use.reduction.buffer", "Specifies whether to use the reduction buffer.", "Writes only the last change of a row in a batch; needs a primary key.")
        .or("false"),
    Property::list("field.include.list", "Include Fields", "`topic:field` expressions of what is written; not together with `field.exclude.list`."),
    Property::list("field.exclude.list", "Exclude Fields", "`topic:field` expressions of what is left out."),
    Property::text("table.naming.strategy", "Name of the strategy class that implements the TablingNamingStrategy interface", "The name of `collection.naming.strategy` before version 3."),
    Property::text("column.naming.strategy", "Name of the strategy class that implements the ColumnNamingStrategy interface", "A Java class that names columns.")
        .or("io.debezium.connector.jdbc.naming.DefaultColumnNamingStrategy"),
    Property::text("dialect.postgres.postgis.schema", "Name of the schema where postgis extension is installed", "The schema of PostGIS.").or("public"),
    Property::boolean(
        "dialect.postgres.unnest.insert.enabled",
        "Enable UNNEST-based batch inserts for PostgreSQL",
        "Writes a batch as one statement over arrays, which is several times faster.",
    )
    .or("false"),
    Property::integer("flush.max.retries", "Max retry count", "Times that a batch is tried again when the database says that it may be.")
        .or("5")
        .within(0, INT),
    Property::integer("flush.retry.delay.ms", "Delay to retry flush", "Milliseconds before a batch is tried again.").or("1000").within(0, LONG),
    Property::boolean(
        "connection.restart.on.errors",
        "Restart connection on errors",
        "Connects anew after a lost connection, which on a replica that lags behind may lose rows.",
    )
    .or("false"),
    Property::text("cloud.events.schema.name.pattern", "", "Which records are CloudEvents, by the name of their schema; TiCDC's are none.")
        .or(".*CloudEvents\\.Envelope$"),
    Property::boolean(
        "dialect.sqlserver.identity.insert",
        "Allowing to insert explicit value for identity column in table for SQLSERVER.",
        "Lets rows bring their own values for an IDENTITY column, as copies must.",
    )
    .or("false"),
];
