//! The catalogue against the plugins' own definitions of their properties.

use serde_json::Value;
use shared::connector::{Class, Flavour, Kind, Property, ValueType, class};

/// Properties of ours that the plugin reads without listing them, or that an older or newer version has.
const UNLISTED: [&str; 10] = [
    // Connect reads it of every connector.
    "consumer.override.auto.offset.reset",
    // Debezium: read, or of older versions.
    "connection.provider",
    "connection.pool.acquire_increment",
    "use.reduction.buffer",
    // Snowflake: read, or of version 3.
    "snowflake.enable.schematization",
    "snowflake.streaming.channel.name.include.connector.name",
    "snowflake.snowpipe.v2CleanerIntervalSeconds",
    "snowflake.snowpipe.v1Cleaner.enable.reprocessFiles.cleanup",
    "snowflake.oauth.token.endpoint",
    "snowflake.jdbc.map",
];

/// Snowflake's version 3, which the catalogue describes, has other defaults than 2.5.
const CHANGED: [&str; 3] =
    ["snowflake.streaming.max.client.lag", "snowflake.streaming.enable.single.buffer", "enable.streaming.channel.offset.migration"];

/// Debezium's older names: what they are without being given is said at the newer ones.
const ALIASES: [&str; 3] = ["table.name.format", "table.naming.strategy", "database.time_zone"];

/// For Snowflake's own tests.
const NOT_FOR_USERS: [&str; 1] = ["snowflake.test.rebalancing"];

#[test]
fn the_catalogue_has_the_plugins_properties_with_their_types_and_defaults() {
    let record = super::verdicts();
    let mut problems = Vec::new();
    for class in [class(Kind::Mysql, Flavour::Debezium), class(Kind::Snowflake, Flavour::Confluent)].into_iter().flatten() {
        let theirs = record["definitions"][class.name].as_object().expect("definitions of the plugin");
        for (key, definition) in theirs {
            match class.property(key) {
                Some(property) => problems.extend(differences(class, property, definition)),
                None if NOT_FOR_USERS.contains(&key.as_str()) => {}
                None => problems.push(format!("{}: `{key}` is not in the catalogue ({definition})", class.name)),
            }
        }
        for property in &class.properties {
            let is_converters = property.key.starts_with("key.converter.") || property.key.starts_with("value.converter.");
            if !theirs.contains_key(property.key) && !is_converters && !UNLISTED.contains(&property.key) {
                problems.push(format!("{}: `{}` is none of the plugin's", class.name, property.key));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

fn differences(class: &Class, property: &Property, definition: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    let theirs = definition["type"].as_str().unwrap_or_default();
    let fits = match property.value_type {
        ValueType::Text => matches!(theirs, "STRING" | "CLASS"),
        // a port may be text to the plugin
        ValueType::Integer => matches!(theirs, "INT" | "LONG" | "SHORT") || property.range == Some((1, 65_535)),
        ValueType::Boolean => theirs == "BOOLEAN",
        ValueType::List => matches!(theirs, "LIST" | "STRING"),
        // we hide more than the plugin does
        ValueType::Password => matches!(theirs, "PASSWORD" | "STRING"),
    };
    if !fits {
        problems.push(format!("{}: `{}` is {theirs}, and {:?} in the catalogue", class.name, property.key, property.value_type));
    }
    let ours = property.default.unwrap_or_default();
    let default = definition["default"].as_str().unwrap_or_default();
    let is_told = theirs != "PASSWORD" && !CHANGED.contains(&property.key) && !ALIASES.contains(&property.key);
    if is_told && !ours.eq_ignore_ascii_case(default) {
        problems.push(format!("{}: `{}` defaults to `{default}`, and `{ours}` in the catalogue", class.name, property.key));
    }
    problems
}
