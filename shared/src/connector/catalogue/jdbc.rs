//! JDBC sinks on a worker of one's own: Confluent's and Aiven's.
//! Source: `confluentinc/kafka-connect-jdbc` 10.9, `Aiven-Open/jdbc-connector-for-apache-kafka`.

use crate::connector::property::{INT, LONG, Property};

pub(super) const CONFLUENT_CLASS: &str = "io.confluent.connect.jdbc.JdbcSinkConnector";
pub(super) const AIVEN_CLASS: &str = "io.aiven.connect.jdbc.JdbcSinkConnector";

/// Confluent's hands what it does not know of these to the driver and the credentials' provider.
pub(super) const CONFLUENT_OPEN_PREFIXES: &[&str] = &["connection.", "jdbc.credentials.provider."];

const PK_MODES: &[&str] = &["none", "kafka", "record_key", "record_value"];

/// What both read.
pub(super) const SHARED: &[Property] = &[
    Property::text(
        "connection.url",
        "JDBC URL",
        "Such as `jdbc:sqlserver://host:1433;databaseName=tpcc;encrypt=true`; put no password in it, it is shown by the worker.",
    )
    .required(),
    Property::text("connection.user", "JDBC User", "The database's login."),
    Property::password("connection.password", "JDBC Password", "The login's password."),
    Property::text("dialect.name", "Database Dialect", "Which SQL is spoken; by default the one of the URL, and that is right."),
    Property::boolean(
        "delete.enabled",
        "Enable deletes",
        "Turns a null value into a delete; needs `pk.mode=record_key`. When it is off, the first deleted row stops the task.",
    )
    .or("false"),
    Property::text("pk.mode", "Primary Key Mode", "Where the primary key comes from: `record_key` for TiCDC's rows.")
        .or("none")
        .one_of(PK_MODES),
    Property::list("pk.fields", "Primary Key Fields", "The key's columns, read by `pk.mode`; empty with `record_key` is all of them.")
        .or(""),
    Property::boolean(
        "auto.create",
        "Auto-Create",
        "Creates a missing table from the first record; in SQL Server text becomes `varchar(max)`, which loses what its code page lacks.",
    )
    .or("false"),
    Property::boolean(
        "auto.evolve",
        "Auto-Evolve",
        "Adds missing columns, nothing else: no type changes, none is dropped, a NOT NULL one needs a default.",
    )
    .or("false"),
    Property::text(
        "table.name.format",
        "Table Name Format",
        "`${topic}` is the topic. Dots split it; in SQL Server two parts are database and table, so a schema takes three.",
    )
    .or("${topic}"),
    Property::list(
        "fields.whitelist",
        "Fields Whitelist",
        "Columns of the value to write; empty is all. Columns of the key are written anyway.",
    )
    .or(""),
    Property::integer("batch.size", "Batch Size", "Rows of one statement at most; in singular here, `batch.sizes` is Confluent Cloud's.")
        .or("3000")
        .within(0, INT),
    Property::text("db.timezone", "DB Time Zone", "IANA zone for times without one; TiCDC's times are text and are not converted.")
        .or("UTC"),
    Property::integer("max.retries", "Maximum Retries", "Times that a batch is sent again before its rows are sent one by one.")
        .or("10")
        .within(0, INT),
    Property::integer("retry.backoff.ms", "Retry Backoff (millis)", "Milliseconds before the next try.").or("3000").within(0, INT),
];

pub(super) const CONFLUENT: &[Property] = &[
    Property::text(
        "connection.user",
        "JDBC User",
        "The database's login; without it a password is taken for an access token of SQL Server.",
    ),
    Property::text(
        "insert.mode",
        "Insert Mode",
        "`insert` fails on the first update of a row, or repeats it; a change stream needs `upsert`. Upper or lower case, not mixed.",
    )
    .or("insert")
    .one_of(&["insert", "upsert", "update"]),
    Property::integer("connection.attempts", "JDBC connection attempts", "Times that a connection is tried.").or("3").within(1, INT),
    Property::integer("connection.backoff.ms", "JDBC connection backoff in milliseconds", "Milliseconds between two tries.")
        .or("10000")
        .within(0, LONG),
    Property::text("jdbc.credentials.provider.class", "JDBC Credentials Provider Class", "A Java class that gives user and password."),
    Property::list("table.types", "Table Types", "What may be written to; a partitioned table of PostgreSQL has to be allowed here.")
        .or("TABLE")
        .one_of(&["TABLE", "PARTITIONED TABLE", "VIEW"]),
    Property::text("quote.sql.identifiers", "Quote Identifiers", "`never` breaks on reserved words and, in PostgreSQL, on upper case.")
        .or("always")
        .one_of(&["always", "never"]),
    Property::text("date.timezone", "Time Zone used for Date", "Zone for Connect's `Date`; TiCDC's dates are text.")
        .or("DB_TIMEZONE")
        .one_of(&["DB_TIMEZONE", "UTC"]),
    Property::text("date.calendar.system", "Date Calendar System", "How dates before 1582 are counted.")
        .or("LEGACY")
        .one_of(&["LEGACY", "PROLEPTIC_GREGORIAN"]),
    Property::text("timestamp.precision.mode", "Sink Timestamp Precision mode", "Unit of the columns in `timestamp.fields.list`.")
        .or("microseconds")
        .one_of(&["microseconds", "nanoseconds"]),
    Property::list(
        "timestamp.fields.list",
        "Timestamp Fields Whitelist",
        "Columns with whole numbers since 1970; TiCDC's `2024-01-02 03:04:05` in one of them stops the task.",
    )
    .or(""),
    Property::boolean("replace.null.with.default", "Replace null value with default value", "Writes a column's default in place of NULL.")
        .or("true"),
    Property::text(
        "string.output.value.column.name",
        "String Value Column Name",
        "The column for values that are plain text; TiCDC's are records.",
    )
    .or("record_value"),
    Property::boolean(
        "mssql.use.merge.holdlock",
        "SQL Server - Use HOLDLOCK in MERGE",
        "Off avoids deadlocks of several tasks, at the price of duplicate keys when two insert one row.",
    )
    .or("true"),
    Property::boolean("trim.sensitive.log", "", "Keeps values out of the log of failed statements.").or("false"),
];

pub(super) const AIVEN: &[Property] = &[
    Property::text(
        "insert.mode",
        "Insert Mode",
        "`insert` and `multi` fail on the first update of a row, or repeat it; a change stream needs `upsert`.",
    )
    .or("insert")
    .one_of(&["insert", "multi", "upsert", "update"]),
    Property::boolean("sql.quote.identifiers", "Quote SQL Identifiers", "Off breaks on reserved words and, in PostgreSQL, on upper case.")
        .or("true"),
    Property::boolean("table.name.normalize", "Table Name Normalize", "Replaces what is no letter, digit or `_` in a table's name by `_`.")
        .or("false"),
    Property::list(
        "topics.to.tables.mapping",
        "Topics To Tables Mapping",
        "`topic:table` pairs, separated by commas; they come before `table.name.format`.",
    ),
];
