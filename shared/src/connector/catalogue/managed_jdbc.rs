//! Confluent Cloud's sinks for SQL Server, MySQL and PostgreSQL: the JDBC sink behind forms.
//! Source: the connector templates in `confluentinc/connect-migration-utility` (June 2026).

use crate::connector::property::{INT, Property};

const FORMATS: &[&str] = &["AVRO", "JSON_SR", "PROTOBUF"];

pub(super) const PROPERTIES: &[Property] = &[
    Property::text("input.data.format", "Input Kafka record value format", "How values are encoded: `AVRO` for TiCDC's.")
        .one_of(FORMATS)
        .required(),
    Property::text(
        "input.key.format",
        "Input Kafka record key format",
        "How keys are encoded: `AVRO` for TiCDC's. Without it keys stay bytes, and neither upsert nor delete finds its row.",
    )
    .one_of(&["AVRO", "JSON_SR", "PROTOBUF", "STRING"]),
    Property::text(
        "connection.host",
        "Connection host",
        "The database's host: no `jdbc:` before it, no port and no `\\INSTANCE` after it.",
    )
    .required(),
    Property::integer("connection.port", "Connection port", "The database's port.").within(1, 65_535).required(),
    Property::text("connection.user", "Connection user", "The login, with its password; no other kind of login is possible.").required(),
    Property::password("connection.password", "Connection password", "The login's password.").required(),
    Property::text("db.name", "Database name", "A database that exists.").required(),
    Property::text(
        "insert.mode",
        "Insert mode",
        "`INSERT` fails on the first update of a row, or repeats it; a change stream needs `UPSERT`.",
    )
    .or("INSERT")
    .one_of(&["INSERT", "UPSERT"]),
    Property::boolean(
        "delete.enabled",
        "Delete on null",
        "Turns a null value into a delete; needs `pk.mode=record_key`. When it is off, the first deleted row stops the task.",
    )
    .or("false"),
    Property::text("pk.mode", "PK mode", "Where the primary key comes from: `record_key` for TiCDC's rows.").or("none").one_of(&[
        "none",
        "kafka",
        "record_key",
        "record_value",
    ]),
    Property::list("pk.fields", "PK Fields", "The key's columns, read by `pk.mode`; empty with `record_key` is all of them."),
    Property::boolean(
        "auto.create",
        "Auto create table",
        "Creates a missing table from the first record; in SQL Server text becomes `varchar(max)`, which loses what its code page lacks.",
    )
    .or("false"),
    Property::boolean(
        "auto.evolve",
        "Auto add columns",
        "Adds missing columns, nothing else: no type changes, none is dropped, a NOT NULL one needs a default.",
    )
    .or("false"),
    Property::text(
        "table.name.format",
        "Table name format",
        "`${topic}` is the topic. Dots split it; in SQL Server two parts are database and table, so a schema takes three.",
    )
    .or("${topic}"),
    Property::list(
        "fields.whitelist",
        "Fields included",
        "Columns of the value to write; empty is all. Columns of the key are written anyway.",
    ),
    Property::integer(
        "batch.sizes",
        "Max rows per batch",
        "Rows of one statement at most, usually 5,000 or fewer; in plural here, `batch.size` is not read.",
    )
    .or("3000")
    .within(1, INT),
    Property::text(
        "quote.sql.identifiers",
        "When to quote SQL identifiers",
        "`NEVER` breaks on reserved words and, in PostgreSQL, on upper case.",
    )
    .or("ALWAYS")
    .one_of(&["ALWAYS", "NEVER"]),
    Property::text("db.timezone", "Database timezone", "IANA zone for times without one; TiCDC's times are text and are not converted.")
        .or("UTC"),
    Property::text("date.timezone", "Timezone used for Date", "Zone for Connect's `Date`; TiCDC's dates are text.")
        .or("DB_TIMEZONE")
        .one_of(&["DB_TIMEZONE", "UTC"]),
    Property::text("timestamp.precision.mode", "Timestamp Precision Mode", "Unit of the columns in `timestamp.fields.list`.")
        .or("microseconds")
        .one_of(&["microseconds", "nanoseconds"]),
    Property::list(
        "timestamp.fields.list",
        "Timestamp Fields",
        "Columns with whole numbers since 1970; TiCDC's `2024-01-02 03:04:05` in one of them stops the task.",
    ),
    Property::boolean("value.converter.replace.null.with.default", "", "Writes a column's default in place of NULL.").or("true"),
];

pub(super) const SSL: &[Property] =
    &[Property::text("ssl.mode", "SSL mode", "`prefer` means no encryption here; `require` encrypts without looking at the certificate.")
        .or("prefer")
        .one_of(&["prefer", "require", "verify-ca", "verify-full"])];

pub(super) const TRUST_STORE: &[Property] = &[
    Property::password("ssl.truststorefile", "Trust store", "For `verify-ca` and `verify-full`, the file as `data:text/plain;base64,…`.")
        .or(""),
    Property::password("ssl.truststorepassword", "Trust store password", "Opens the trust store.").or(""),
];

pub(super) const ROOT_CERTIFICATE: &[Property] = &[Property::password(
    "ssl.rootcertfile",
    "SSL root cert",
    "For `verify-ca` and `verify-full`, the file as `data:text/plain;base64,…`.",
)
.or("")];

pub(super) const TABLE_TYPES: &[Property] =
    &[Property::list("table.types", "Table types", "What may be written to; a view is never altered.")
        .or("TABLE")
        .one_of(&["TABLE", "VIEW"])];

pub(super) const POSTGRES_TABLE_TYPES: &[Property] =
    &[Property::list("table.types", "Table types", "What may be written to; a partitioned table has to be allowed here.")
        .or("TABLE")
        .one_of(&["TABLE", "VIEW", "PARTITIONED TABLE"])];
