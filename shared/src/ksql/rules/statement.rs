//! Rules for one `CREATE STREAM` or `CREATE TABLE`, without knowing the table behind its topic.

use super::Fields;
use crate::Finding;
use crate::ksql::words::{PROPERTIES, is_reserved, is_system_column};
use crate::ksql::{Column, Create, Object, Role, SqlType};
use crate::spelling::did_you_mean;
use std::collections::HashSet;

/// How messages are written, as the statement says; in upper case.
pub(super) struct Formats {
    /// ksqlDB's own default is `KAFKA`.
    pub key: String,
    pub value: Option<String>,
}

impl Formats {
    pub fn of(create: &Create) -> Self {
        let format = |name| create.property(name).or_else(|| create.property("FORMAT")).map(str::to_uppercase);
        Self { key: format("KEY_FORMAT").unwrap_or_else(|| "KAFKA".to_owned()), value: format("VALUE_FORMAT") }
    }

    /// Whether ksqlDB asks the registry for the value columns that a statement does not declare.
    pub fn infers_value(&self) -> bool {
        self.value.as_deref() == Some("AVRO")
    }
}

/// `of_changefeed`: whether TiCDC (or our engine) writes the topic.
pub(super) fn check(create: &Create, of_changefeed: bool, fields: Fields, findings: &mut Vec<Finding>) {
    check_names(create, fields, findings);
    check_properties(create, of_changefeed, fields, findings);
    // The rest is about the messages of a topic that is there; a query's are ksqlDB's own.
    if create.has_query {
        return;
    }
    let formats = Formats::of(create);
    check_formats(create, &formats, of_changefeed, fields, findings);
    check_columns(create, fields, findings);
    check_key(create, &formats, of_changefeed, fields, findings);
    check_timestamp(create, fields, findings);
}

/// Names that ksqlDB does not take as they are written.
fn check_names(create: &Create, fields: Fields, findings: &mut Vec<Finding>) {
    let names = || std::iter::once(&create.name).chain(create.columns.iter().map(|column| &column.name)).filter(|name| !name.quoted);
    let is_refused = |text: &str| is_reserved(text) || text.starts_with(|c: char| c.is_ascii_digit()) || !text.is_ascii();
    let refused = shown(names().map(|name| name.text.as_str()).filter(|text| is_refused(text)));
    let is_mixed = |text: &str| text.contains(char::is_uppercase) && text.contains(char::is_lowercase) && !is_refused(text);
    let mixed = shown(names().map(|name| name.text.as_str()).filter(|text| is_mixed(text)));
    if !refused.is_empty() {
        let message = format!("{refused}: reserved words and names with a leading digit or other letters need quotes.");
        findings.push(Finding::warning(fields.statement, "ksql-name-unquoted", message).hint("Put back-ticks around the name."));
    }
    if !mixed.is_empty() {
        let message = format!("{mixed}: ksqlDB turns a name without quotes into upper case.");
        findings.push(Finding::warning(fields.statement, "ksql-name-unquoted", message).hint("Put back-ticks around it to keep its case."));
    }
    for column in create.columns.iter().filter(|column| is_system_column(&column.name.stored())) {
        let message = format!("`{}` is a column that ksqlDB adds by itself.", column.name.stored());
        findings.push(
            Finding::error(fields.statement, "ksql-system-column", message)
                .hint("Write it in lower case and back-ticks: fields are found whatever their case."),
        );
    }
}

fn check_properties(create: &Create, of_changefeed: bool, fields: Fields, findings: &mut Vec<Finding>) {
    for property in create.properties.iter().filter(|property| !PROPERTIES.contains(&property.name.as_str())) {
        let hint = match did_you_mean(&property.name, PROPERTIES) {
            hint if hint.is_empty() => "Remove it.".to_owned(),
            hint => hint,
        };
        let message = format!("`WITH` has no property `{}`.", property.name);
        findings.push(Finding::warning(fields.statement, "ksql-property-unknown", message).hint(hint));
    }
    let has = |name| create.property(name).is_some();
    if has("FORMAT") && (has("KEY_FORMAT") || has("VALUE_FORMAT")) {
        findings.push(
            Finding::error(fields.statement, "ksql-format-twice", "`FORMAT` is given beside `KEY_FORMAT` or `VALUE_FORMAT`.")
                .hint("Keep `KEY_FORMAT` and `VALUE_FORMAT`."),
        );
    }
    for name in ["PARTITIONS", "REPLICAS"] {
        if let Some(count) = create.property(name).filter(|_| of_changefeed && !create.has_query) {
            let message = format!("`{name}={count}` must be what the topic has already, or ksqlDB refuses the statement.");
            findings.push(
                Finding::warning(fields.statement, "ksql-partitions-given", message).hint("Remove it: the changefeed makes the topic."),
            );
        }
    }
}

fn check_formats(create: &Create, formats: &Formats, of_changefeed: bool, fields: Fields, findings: &mut Vec<Finding>) {
    match &formats.value {
        None => findings.push(
            Finding::warning(fields.statement, "ksql-format-missing", "Neither `VALUE_FORMAT` nor `FORMAT` is given.")
                .hint("Add `VALUE_FORMAT='AVRO'`: ksqlDB has no default of its own."),
        ),
        Some(value) if of_changefeed && value != "AVRO" => {
            let message = format!("The changefeed writes Avro, and the statement reads {value}.");
            findings.push(Finding::error(fields.statement, "ksql-not-avro", message).hint("Use `VALUE_FORMAT='AVRO'`."));
        }
        Some(_) => {}
    }
    let declares = [
        ("KEY_SCHEMA_ID", create.key_columns().next().is_some(), "key"),
        ("VALUE_SCHEMA_ID", create.value_columns().next().is_some(), "value"),
    ];
    for (property, declared, part) in declares {
        if declared && create.property(property).is_some() {
            let message = format!("`{property}` takes the {part} columns from the registry, and the statement declares some.");
            findings.push(
                Finding::error(fields.statement, "ksql-columns-and-schema-id", message).hint("Remove either the property or the columns."),
            );
        }
    }
    if create.property("WRAP_SINGLE_VALUE").is_some() && create.value_columns().count() > 1 {
        findings.push(
            Finding::error(
                fields.statement,
                "ksql-wrap-single-value",
                "`WRAP_SINGLE_VALUE` is for one value column, and there are several.",
            )
            .hint("Remove it."),
        );
    }
}

fn check_columns(create: &Create, fields: Fields, findings: &mut Vec<Finding>) {
    let mut seen = HashSet::with_capacity(create.columns.len());
    let twice = shown(create.columns.iter().filter(|column| !seen.insert(column.name.stored())).map(|column| column.name.text.as_str()));
    if !twice.is_empty() {
        findings.push(
            Finding::error(fields.statement, "ksql-column-twice", format!("{twice}: the name is declared twice."))
                .hint("A column of the key is not repeated among the values: ksqlDB reads it from the key."),
        );
    }
    for column in &create.columns {
        if let Some(word) = unknown_type(&column.ty) {
            let hint = suggested_type(word);
            let message = format!("Column `{}` has the type {word}, which is none of ksqlDB's.", column.name.text);
            findings.push(Finding::warning(fields.statement, "ksql-type-unknown", message).hint(hint));
        }
    }
}

/// The first word in a type that no type of ksqlDB has.
fn unknown_type(ty: &SqlType) -> Option<&str> {
    match ty {
        SqlType::Other(word) => Some(word),
        SqlType::Array(inner) => unknown_type(inner),
        SqlType::Map(keys, values) => unknown_type(keys).or_else(|| unknown_type(values)),
        SqlType::Struct(fields) => fields.iter().find_map(|(_, ty)| unknown_type(ty)),
        _ => None,
    }
}

/// What is meant by a type of another database.
fn suggested_type(word: &str) -> &'static str {
    let name = word.split('(').next().unwrap_or(word).to_uppercase();
    match name.as_str() {
        "VARCHAR" | "CHAR" | "TEXT" | "JSON" | "ENUM" | "SET" | "DATETIME" => "Use `STRING`.",
        "TINYINT" | "SMALLINT" | "MEDIUMINT" | "YEAR" => "Use `INTEGER`.",
        "LONG" => "Use `BIGINT`.",
        "FLOAT" | "REAL" => "Use `DOUBLE`.",
        "NUMERIC" | "NUMBER" => "Use `DECIMAL(precision, scale)`.",
        "BINARY" | "VARBINARY" | "BLOB" | "BIT" => "Use `BYTES`.",
        "BOOL" => "Use `BOOLEAN`.",
        _ => "It must have been made with `CREATE TYPE`.",
    }
}

fn check_key(create: &Create, formats: &Formats, of_changefeed: bool, fields: Fields, findings: &mut Vec<Finding>) {
    let keys: Vec<&Column> = create.key_columns().collect();
    let wrong = match create.object {
        Object::Stream => Role::PrimaryKey,
        Object::Table => Role::Key,
    };
    if let Some(column) = keys.iter().find(|column| column.role == wrong) {
        let (thing, word) = if create.object == Object::Stream { ("stream", "KEY") } else { ("table", "PRIMARY KEY") };
        let message = format!("The key column `{}` of a {thing} is declared with `{word}`.", column.name.text);
        findings.push(Finding::error(fields.statement, "ksql-key-word", message).hint(format!("Write `{word}`.")));
    }
    if keys.is_empty() {
        // With a format that the registry knows, ksqlDB infers the key, as a column ROWKEY.
        if create.object == Object::Table && matches!(formats.key.as_str(), "KAFKA" | "NONE" | "DELIMITED") {
            let message = "A table needs a primary key, and the statement declares none.";
            findings.push(
                Finding::error(fields.statement, "ksql-table-without-key", message)
                    .hint("Declare it, as `pk STRUCT<id INTEGER> PRIMARY KEY`, or set `KEY_FORMAT='AVRO'` and let ksqlDB infer it."),
            );
        }
        return;
    }
    let is_record = keys.iter().any(|column| matches!(column.ty, SqlType::Struct(_)));
    match formats.key.as_str() {
        "NONE" => findings.push(
            Finding::error(fields.statement, "ksql-key-format-none", "Key columns are declared, and `KEY_FORMAT='NONE'` ignores keys.")
                .hint("Use `KEY_FORMAT='AVRO'`, or remove the key columns of a stream."),
        ),
        "KAFKA" if is_record || keys.len() > 1 || of_changefeed => {
            let message = if of_changefeed {
                "The changefeed writes keys as Avro records, and the statement reads them with `KEY_FORMAT='KAFKA'`, ksqlDB's default."
            } else {
                "`KEY_FORMAT='KAFKA'`, ksqlDB's default, reads one bare value, and the key is declared as more."
            };
            findings.push(Finding::error(fields.statement, "ksql-kafka-key", message).hint("Use `KEY_FORMAT='AVRO'`."));
        }
        "AVRO" | "KAFKA" => {}
        other if of_changefeed => {
            let message = format!("The changefeed writes keys as Avro, and the statement reads {other}.");
            findings.push(Finding::error(fields.statement, "ksql-not-avro", message).hint("Use `KEY_FORMAT='AVRO'`."));
        }
        _ => {}
    }
    if !of_changefeed || formats.key != "AVRO" {
        return;
    }
    if let [only] = keys.as_slice()
        && !matches!(only.ty, SqlType::Struct(_) | SqlType::Other(_))
    {
        let (name, word) = (&only.name.text, if only.role == Role::Key { "KEY" } else { "PRIMARY KEY" });
        let message = format!("`{name}` is declared as a bare value, and TiCDC writes a record, even of one column.");
        findings.push(
            Finding::error(fields.statement, "ksql-scalar-key", message)
                .hint(format!("Declare `pk STRUCT<{name} {}> {word}`, and `{name}` among the values.", only.ty)),
        );
    } else if keys.len() > 1 && create.value_columns().next().is_none() && formats.infers_value() {
        findings.push(
            Finding::error(
                fields.statement,
                "ksql-column-twice",
                "The value columns are inferred, and the key's columns are among them: ksqlDB refuses the duplicates.",
            )
            .hint("List the value columns without those of the key, or declare the key as one `STRUCT`."),
        );
    }
}

/// A column that is the row's time must be a number or a TIMESTAMP, or its text needs a pattern.
fn check_timestamp(create: &Create, fields: Fields, findings: &mut Vec<Finding>) {
    let Some(name) = create.property("TIMESTAMP").filter(|_| create.property("TIMESTAMP_FORMAT").is_none()) else { return };
    if create.columns.iter().any(|column| column.ty == SqlType::String && is_named(column, name)) {
        findings.push(timestamp_format(name, fields));
    }
}

/// Names in properties are written as in queries: in upper case unless they are in back-ticks.
pub(super) fn is_named(column: &Column, name: &str) -> bool {
    match name.strip_prefix('`').and_then(|name| name.strip_suffix('`')) {
        Some(quoted) => column.name.stored() == quoted.replace("``", "`"),
        None => column.name.stored() == name.to_uppercase(),
    }
}

pub(super) fn timestamp_format(name: &str, fields: Fields) -> Finding {
    let message = format!("`TIMESTAMP` names `{name}`, which is text, and there is no `TIMESTAMP_FORMAT`.");
    Finding::error(fields.statement, "ksql-timestamp-format", message)
        .hint("For a DATETIME add `TIMESTAMP_FORMAT='yyyy-MM-dd HH:mm:ss'`, with `.SSS` for three digits of a fraction.")
}

/// The first few names, in back-ticks.
pub(super) fn shown<'n>(mut names: impl Iterator<Item = &'n str>) -> String {
    const SHOWN: usize = 3;
    let first: Vec<String> = names.by_ref().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.next().is_none() { first.join(", ") } else { format!("{} and more", first.join(", ")) }
}
