//! Losses on the way into Snowflake.

use super::{Report, is_time};
use crate::avro::DecimalMode;
use crate::downstream::snowflake::SnowflakeSettings;
use crate::schema::{Column, ColumnType};

/// Digits of Snowflake's widest NUMBER.
const MAX_DIGITS: u8 = 38;

pub(super) fn losses(report: &mut Report<'_>, settings: &SnowflakeSettings) {
    report.of_table(
        "history",
        "The connector appends: an updated row is one more row.",
        "Query the current-state view, or merge into a table of your own.",
    );
    if settings.ignore_deletes {
        report.of_table(
            "deletes-lost",
            "behavior.on.null.values=IGNORE drops deletes: deleted rows stay.",
            "Set behavior.on.null.values=DEFAULT.",
        );
    }
    if !settings.key_and_schemas || !settings.offset_and_partition {
        report.of_table(
            "metadata-off",
            "RECORD_METADATA lacks the key or the offset: the newest row of a key cannot be told.",
            "Leave the snowflake.metadata.* properties on.",
        );
    }
    if !settings.avro_key {
        report.of_table(
            "key-not-avro",
            "The key is not read as Avro: RECORD_METADATA:key is unreadable, and the newest row of a key cannot be told.",
            "Set input.key.format=AVRO.",
        );
    }
    for column in report.columns() {
        of_column(report, column, settings);
    }
}

fn of_column(report: &mut Report<'_>, column: &Column, settings: &SnowflakeSettings) {
    match &column.ty {
        ColumnType::Decimal { precision, .. } => {
            if *precision > MAX_DIGITS {
                report.of_column(
                    column,
                    "decimal-too-wide",
                    format!("DECIMAL({precision}) has more digits than NUMBER (38): longer values are text."),
                    "Keep the column as text in the view.",
                );
            } else if settings.schematized && !settings.line_4 {
                report.of_column(
                    column,
                    "decimal-as-text",
                    "Schematization makes decimals VARCHAR.",
                    "The current-state view casts it back to NUMBER.",
                );
            } else if report.options.decimal == DecimalMode::String {
                report.of_column(
                    column,
                    "decimal-as-text",
                    "The decimal travels as text.",
                    "Cast it to NUMBER, or set avro-decimal-handling-mode=precise.",
                );
            }
        }
        ColumnType::Json => {
            report.of_column(
                column,
                "json-as-text",
                "JSON travels as text: Snowflake sees a string, not an object.",
                "The current-state view reads it with PARSE_JSON.",
            );
        }
        ColumnType::Binary { .. } | ColumnType::Bit { .. } if !settings.schematized => {
            report.of_column(
                column,
                "bytes-as-base64",
                "Bytes are base64 text in RECORD_CONTENT.",
                "The current-state view reads them with TO_BINARY.",
            );
        }
        ColumnType::Enum { .. } | ColumnType::Set { .. } => {
            report.of_column(
                column,
                "enum-as-text",
                "The value is text; which values are allowed is not known.",
                "Nothing, unless the order of the values matters.",
            );
        }
        ty if is_time(ty) => {
            report.of_column(
                column,
                "time-as-text",
                "Dates and times travel as text.",
                "The current-state view casts dates and timestamps.",
            );
            if matches!(ty, ColumnType::Time { .. }) {
                report.of_column(
                    column,
                    "time-beyond-a-day",
                    "TIME goes from -838:59:59 to 838:59:59, which Snowflake's TIME does not.",
                    "The view keeps it as text.",
                );
            } else {
                report.of_column(
                    column,
                    "zero-date",
                    "Zero dates (`0000-00-00`) fail the view's cast.",
                    "Use TRY_TO_DATE or TRY_TO_TIMESTAMP_NTZ in the view if they occur.",
                );
            }
        }
        _ => {}
    }
}
