//! Words of ksqlDB's SQL, and how names and texts are written in it.
//! Source: `confluentinc/ksql` ksqldb-parser SqlBase.g4, CommonCreateConfigs and CreateConfigs.

/// Keywords that are no names unless they are quoted.
const RESERVED: &str = "ADVANCE ALL AND AS AT BEGINNING BETWEEN BY CASE CAST CATALOG CONNECTOR CONNECTORS CREATE DAYS DECIMAL DELETE DESCRIBE DISTINCT \
    DROP ELSE END EXISTS EXPORT EXTENDED FALSE FROM FULL GROUP HAVING HOPPING HOURS IN INNER INSERT INTO IS JOIN LEFT LIKE LIMIT \
    LIST LOAD MATERIALIZED MILLISECOND MILLISECONDS MINUTES MONTHS NAMESPACE NOT NULL ON OR OUTER PAUSE PRINT PROPERTIES QUERIES \
    QUERY RENAME RESUME RETENTION RIGHT RUN SAMPLE SCRIPT SECONDS SELECT SIZE STREAM STREAMS TABLE TERMINATE THEN TO TOPIC TOPICS \
    TRUE TUMBLING UNSET VALUES VIEW WHEN WHERE WINDOW WITH WITHIN YEARS";

/// Columns that every stream and table has.
const SYSTEM_COLUMNS: [&str; 5] = ["ROWTIME", "ROWPARTITION", "ROWOFFSET", "WINDOWSTART", "WINDOWEND"];

/// Properties of `WITH (…)`.
pub(super) const PROPERTIES: [&str; 22] = [
    "KAFKA_TOPIC",
    "KEY_FORMAT",
    "VALUE_FORMAT",
    "FORMAT",
    "PARTITIONS",
    "REPLICAS",
    "RETENTION_MS",
    "TIMESTAMP",
    "TIMESTAMP_FORMAT",
    "KEY_SCHEMA_ID",
    "VALUE_SCHEMA_ID",
    "KEY_SCHEMA_FULL_NAME",
    "VALUE_SCHEMA_FULL_NAME",
    "VALUE_AVRO_SCHEMA_FULL_NAME",
    "WRAP_SINGLE_VALUE",
    "KEY_DELIMITER",
    "VALUE_DELIMITER",
    "KEY_PROTOBUF_NULLABLE_REPRESENTATION",
    "VALUE_PROTOBUF_NULLABLE_REPRESENTATION",
    "WINDOW_TYPE",
    "WINDOW_SIZE",
    "CLEANUP_POLICY",
];

/// Whether ksqlDB refuses the word as an unquoted name.
pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.split(' ').any(|reserved| reserved.eq_ignore_ascii_case(word))
}

/// Whether the name, as ksqlDB stores it, belongs to a column that it adds itself. Case counts.
pub(super) fn is_system_column(name: &str) -> bool {
    SYSTEM_COLUMNS.contains(&name)
}

/// A name in back-ticks. All names are quoted: that keeps their case, and no later version of ksqlDB can reserve them.
pub(super) fn quote(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text literal.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_are_escaped_by_doubling() {
        assert_eq!(quote("a`b"), "`a``b`");
        assert_eq!(text("it's"), "'it''s'");
    }

    #[test]
    fn reserved_words_are_known_in_any_case() {
        assert!(is_reserved("from") && is_reserved("Decimal") && !is_reserved("type") && !is_reserved("orders"));
        assert!(is_system_column("ROWTIME") && !is_system_column("rowtime"));
    }
}
