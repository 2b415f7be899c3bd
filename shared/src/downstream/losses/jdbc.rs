//! Losses on the way into SQL Server, MySQL and Postgres.

use super::{Report, is_text, is_time};
use crate::avro::{DecimalMode, names};
use crate::downstream::jdbc::{Dialect, InsertMode, JdbcSettings, KeyMode, better_type};
use crate::schema::{Column, ColumnType, DefaultValue, TextKind};

/// Characters of a `varchar(900)` key.
const KEY_CHARACTERS: u32 = 900;
const SQL_SERVER_DIGITS: u8 = 38;
const MYSQL_BINARY_BYTES: u32 = 1024;

pub(super) fn losses(report: &mut Report<'_>, settings: &JdbcSettings) {
    behaviour(report, settings);
    for column in report.columns() {
        let name = names::sanitize(&column.name);
        if !settings.fields.is_empty() && !settings.fields.contains(&name) && !report.is_key(column) {
            report.of_column(
                column,
                "field-left-out",
                "fields.whitelist does not name the column: it is not written.",
                "Add it to fields.whitelist, or empty the list.",
            );
        }
    }
    if !settings.auto_create {
        return;
    }
    let table = report.table;
    report.of_table(
        "only-the-key",
        "The connector makes the primary key and nothing else: no unique or other index, no foreign key, no AUTO_INCREMENT.",
        "Create the table beforehand, or add what queries need afterwards.",
    );
    for column in report.columns() {
        if column.default.is_some() && !column.nullable && !matches!(column.ty, ColumnType::Decimal { .. }) {
            defaults(report, column, settings.dialect);
        }
        match settings.dialect {
            Dialect::SqlServer => sql_server(report, column),
            Dialect::Mysql => mysql(report, column),
            Dialect::Postgres => times(report, column, "TEXT", "timestamp, date or interval"),
        }
    }
    let has_text_key = table.columns.iter().any(|column| is_text(&column.ty) && report.is_key(column));
    if settings.dialect == Dialect::SqlServer && has_text_key {
        report.of_table(
            "key-collation",
            "SQL Server's usual collations ignore case and trailing blanks: keys such as `a`, `A` and `a ` become one row.",
            "Create the key column with a collation that ends in _BIN2 or _CS_AS.",
        );
    }
}

fn behaviour(report: &mut Report<'_>, settings: &JdbcSettings) {
    if settings.skips_deletes {
        report.of_table(
            "deletes-lost",
            "delete.enabled is off: Debezium's sink passes over deletes, and deleted rows stay.",
            "Set delete.enabled=true with primary.key.mode=record_key; versions before 3.1 pass over TiCDC's deletes even then.",
        );
    } else if !settings.deletes {
        report.of_table(
            "deletes-stop",
            "delete.enabled is off: the first deleted row fails the task.",
            "Set delete.enabled=true with pk.mode=record_key.",
        );
    } else if settings.key != KeyMode::RecordKey {
        report.of_table(
            "deletes-refused",
            format!("Deletes work with {}=record_key only: the connector refuses to start.", settings.key_property),
            format!("Set {}=record_key.", settings.key_property),
        );
    }
    if settings.key == KeyMode::RecordKey && !settings.avro_key {
        report.of_table(
            "key-not-avro",
            "The key is not read as Avro, so that the connector finds no key fields: the task stops.",
            "Set input.key.format=AVRO.",
        );
    }
    match (settings.insert, settings.key) {
        (InsertMode::Insert, KeyMode::None | KeyMode::Kafka) => {
            report.of_table(
                "history",
                "Every change becomes a new row: the table is a history.",
                "Set insert.mode=upsert with pk.mode=record_key.",
            );
        }
        (InsertMode::Insert, _) => {
            report.of_table("updates-refused", "An update repeats the key, which the database refuses.", "Set insert.mode=upsert.");
        }
        (InsertMode::Upsert, KeyMode::Kafka) => {
            report.of_table(
                "history",
                "The key is the record's place in the topic: every change becomes a new row.",
                "Set pk.mode=record_key.",
            );
        }
        (InsertMode::Update, _) => {
            report.of_table(
                "inserts-lost",
                "insert.mode=update changes rows that are there: new rows are lost without an error.",
                "Set insert.mode=upsert.",
            );
        }
        (InsertMode::Upsert, _) => {}
    }
}

fn defaults(report: &mut Report<'_>, column: &Column, dialect: Dialect) {
    report.of_column(column, "not-null-lost", "A column with a default is declared without NOT NULL.", "Create the table beforehand.");
    match &column.default {
        Some(DefaultValue::Expression(text)) => report.of_column(
            column,
            "default-expression",
            format!("The default becomes the text '{text}'."),
            "Create the table beforehand; the records carry the value anyway.",
        ),
        Some(DefaultValue::Literal(text)) if text.contains('\'') => report.of_column(
            column,
            "default-quote",
            "The default holds a quote, which the connector does not double: CREATE TABLE fails.",
            "Create the table beforehand.",
        ),
        Some(_) if matches!(column.ty, ColumnType::Binary { .. } | ColumnType::Bit { .. }) && dialect != Dialect::Mysql => {
            report.of_column(
                column,
                "default-bytes",
                "The default is written x'…', which the database does not read: CREATE TABLE fails.",
                "Create the table beforehand.",
            );
        }
        _ => {}
    }
}

fn sql_server(report: &mut Report<'_>, column: &Column) {
    let key = report.is_key(column);
    let suggested = better_type(column, key);
    match &column.ty {
        ColumnType::Decimal { precision, .. } if *precision > SQL_SERVER_DIGITS => match report.options.decimal {
            DecimalMode::Precise => report.of_column(
                column,
                "decimal-too-wide",
                format!("DECIMAL({precision}) becomes decimal(38): larger values fail with an arithmetic overflow."),
                "Set avro-decimal-handling-mode=string, or create the column as varchar(70).",
            ),
            DecimalMode::String => decimal_text(report, column),
        },
        ColumnType::Decimal { .. } if report.options.decimal == DecimalMode::String => decimal_text(report, column),
        ColumnType::Text { length, kind } if key => {
            let too_long =
                length.is_some_and(|n| n > KEY_CHARACTERS) || !matches!(kind, TextKind::Char | TextKind::VarChar | TextKind::TinyText);
            let what = if too_long {
                "The key column becomes varchar(900): longer keys are refused, and characters outside of Windows-1252 become `?`."
            } else {
                "The key column becomes varchar(900), not nvarchar: keys that differ in characters outside of Windows-1252 become one row."
            };
            report.of_column(
                column,
                if too_long { "key-too-long" } else { "key-narrow" },
                what,
                format!("Create it as {suggested} beforehand."),
            );
        }
        ty if is_text(ty) => report.of_column(
            column,
            "varchar-not-nvarchar",
            "The column becomes varchar(max): characters outside of the database's code page become `?`.",
            format!("Create it as {suggested} beforehand, or use a database with a UTF-8 collation."),
        ),
        ColumnType::Binary { .. } | ColumnType::Bit { .. } if key => report.of_column(
            column,
            "key-binary",
            "The column becomes varbinary(max), which cannot be in a primary key: CREATE TABLE fails.",
            format!("Create it as {suggested} beforehand."),
        ),
        ColumnType::Bit { bits } => report.of_column(
            column,
            "bit-as-bytes",
            format!("BIT({bits}) becomes varbinary(max) with {} big-endian bytes.", bits.div_ceil(8)),
            format!("Create it as {suggested} beforehand."),
        ),
        _ => times(report, column, "varchar(max)", &suggested),
    }
}

fn mysql(report: &mut Report<'_>, column: &Column) {
    let key = report.is_key(column);
    match &column.ty {
        ty if key && (is_text(ty) || is_time(ty)) => report.of_column(
            column,
            "key-text",
            "The column becomes TEXT, which cannot be in a primary key: CREATE TABLE fails.",
            "Create the table beforehand.",
        ),
        ColumnType::Binary { length, .. } if length.is_none_or(|n| n > MYSQL_BINARY_BYTES) => report.of_column(
            column,
            "binary-too-long",
            "The column becomes VARBINARY(1024): longer values are refused.",
            "Create it as in TiDB beforehand.",
        ),
        ty if is_text(ty) && column.default.is_some() && !column.nullable => report.of_column(
            column,
            "default-text",
            "The column becomes TEXT with a default, which MySQL refuses: CREATE TABLE fails.",
            "Create the table beforehand.",
        ),
        _ => times(report, column, "TEXT", "its type in TiDB"),
    }
}

/// Dates and times: text in every database that the connector makes tables in.
fn times(report: &mut Report<'_>, column: &Column, text: &str, better: &str) {
    if !is_time(&column.ty) {
        return;
    }
    report.of_column(
        column,
        "time-as-text",
        format!("Dates and times travel as text: the column becomes {text}, and timestamp.fields.list cannot read them."),
        format!("Create it as {better} beforehand; the database converts the text."),
    );
    if matches!(column.ty, ColumnType::Time { .. }) {
        report.of_column(
            column,
            "time-beyond-a-day",
            "TIME goes from -838:59:59 to 838:59:59, which no time type holds.",
            "Keep it as text if such values occur.",
        );
    } else {
        report.of_column(
            column,
            "zero-date",
            "Zero dates (`0000-00-00`) fit text columns only.",
            "Make them NULL in TiDB before the column gets a date type.",
        );
    }
}

fn decimal_text(report: &mut Report<'_>, column: &Column) {
    report.of_column(
        column,
        "decimal-as-text",
        "The decimal travels as text and becomes varchar(max): it is sorted and compared as text.",
        "Create the column as decimal beforehand, or set avro-decimal-handling-mode=precise.",
    );
}
