//! Connect's JDBC sinks: what they refuse before a database is asked.
//! Source: `confluentinc/kafka-connect-jdbc` sink/metadata/FieldsMetadata, sink/RecordValidator, sink/DbStructure.

use super::entry::{Code, Entry};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        code: Code::None,
        title: "The record's key is missing or no record",
        seen: &[
            &["requires records with a non-null key and non-null struct or primitive key schema"],
            &["requires records with a non-null key"],
        ],
        path: "connectors[0].config.\"input.key.format\"",
        cause: "With `pk.mode=record_key` the key's fields are wanted, and the key is read as text or bytes, or the table has no primary key in TiDB.",
        fix: "Set `input.key.format=AVRO` (self-managed: the Avro converter as `key.converter`), and leave out tables without a key.",
    },
    Entry {
        code: Code::None,
        title: "Deletes need the record's key",
        seen: &[
            &["primary key mode must be 'record_key' when delete support is enabled"],
            &["deletes are only supported for pk.mode record_key"],
        ],
        path: "connectors[0].config.\"pk.mode\"",
        cause: "`delete.enabled=true` with another `pk.mode`: a delete has nothing but its key.",
        fix: "Set `pk.mode=record_key`.",
    },
    Entry {
        code: Code::None,
        title: "A primitive key needs one column",
        seen: &[&["need exactly one pk column defined since the key schema for records is a primitive type"]],
        path: "connectors[0].config.\"pk.fields\"",
        cause: "The key is read as text, and `pk.fields` does not name the one column that it would fill.",
        fix: "Set `input.key.format=AVRO`: the key then brings its fields, and `pk.fields` can stay empty.",
    },
    Entry {
        code: Code::None,
        title: "A field of `pk.fields` is not in the record",
        seen: &[&["pk mode", "does not contain field"], &["record schema does not contain"], &["with configured pk fields", "but record"]],
        path: "connectors[0].config.\"pk.fields\"",
        cause: "`pk.fields` has a name that key (or value) lacks; case counts.",
        fix: "Leave `pk.fields` empty with `record_key`, or write the names as the table has them.",
    },
    Entry {
        code: Code::None,
        title: "The record's value is missing or no record",
        seen: &[
            &["requires records with a non-null struct or string value"],
            &["requires records with a non-null struct value"],
            &["requires records with a non-null value"],
        ],
        path: "connectors[0].config.\"delete.enabled\"",
        cause: "A delete (a record without value) came and `delete.enabled` is false, or the value is JSON without a schema. This is not sent to the dead letter queue: the task stops.",
        fix: "Set `delete.enabled=true` with `pk.mode=record_key`, and `input.data.format=AVRO`.",
    },
    Entry {
        code: Code::None,
        title: "Deletes are ignored silently",
        seen: &[&["tombstone", "ignored"], &["tombstonehandler"], &["delete.on.null"]],
        path: "connectors[0].config.\"delete.enabled\"",
        cause: "A `TombstoneHandler` transform takes the deletes away before the sink sees them, or the property has a wrong name such as `delete.on.null`.",
        fix: "Remove the transform; the property is `delete.enabled=true`.",
    },
    Entry {
        code: Code::None,
        title: "A new column cannot be added",
        seen: &[
            &["cannot alter table", "not optional and does not have a default value"],
            &["not optional and does not have a default value"],
        ],
        path: "connectors[0].config.\"auto.evolve\"",
        cause: "The column is NOT NULL without a default; or the table's first record was a delete, so it was made with its key only.",
        fix: "Add the column to the target by hand (or create the table before the connector), then restart the task.",
    },
    Entry {
        code: Code::None,
        title: "The target table is not there",
        seen: &[&["is missing and auto-creation is disabled"], &["table", "does not exist", "auto.create"]],
        path: "connectors[0].config.\"auto.create\"",
        cause: "The connector may not create tables, and this one does not exist under the name it looks for.",
        fix: "Create it (the studio writes the statement) or set `auto.create=true`; compare `table.name.format`.",
    },
    Entry {
        code: Code::None,
        title: "The target table lacks columns",
        seen: &[&["is missing fields", "auto-evolution is disabled"]],
        path: "connectors[0].config.\"auto.evolve\"",
        cause: "The source table got columns, and the connector may not add them.",
        fix: "Add them by hand, or set `auto.evolve=true`.",
    },
    Entry {
        code: Code::None,
        title: "A time is no number",
        seen: &[&["numberformatexception: for input string", "-", ":"]],
        path: "connectors[0].config.\"timestamp.fields.list\"",
        cause: "`timestamp.fields.list` reads whole numbers since 1970; TiCDC writes times as text such as `2024-01-02 03:04:05`. The task stops.",
        fix: "Remove the column from `timestamp.fields.list`, and create it as `datetime2(6)` beforehand: the server converts the text.",
    },
    Entry {
        code: Code::None,
        title: "A column has no SQL type",
        seen: &[&["type doesn't have a mapping to the sql database column type"]],
        path: "kafka.params.avro-include-before-value",
        cause: "A field is a record, list or map, for which the sink has no column type.",
        fix: "Leave `avro-include-before-value` off, or flatten the field with the transform `Flatten$Value`.",
    },
    Entry {
        code: Code::None,
        title: "The JDBC driver is not there",
        seen: &[&["no suitable driver"]],
        path: "connectors[0].config.\"connection.url\"",
        cause: "The worker has no driver for the URL, or the URL is misspelt.",
        fix: "Put the driver's jar beside the connector's and restart the workers; a URL begins like `jdbc:sqlserver://host:1433`.",
    },
    Entry {
        code: Code::None,
        title: "A JDBC sink writes to Snowflake",
        seen: &[
            &["net.snowflake.client.jdbc", "invalid identifier"],
            &["snowflakesqlexception", "invalid identifier"],
            &["snowflakesqlexception", "does not exist or not authorized"],
        ],
        path: "connectors[0].kind",
        cause: "The JDBC sink quotes names as they are, in lower case; Snowflake stores unquoted ones in upper case.",
        fix: "Use the Snowflake connector; with JDBC set `quote.sql.identifiers=never`.",
    },
];
