//! What a new connector starts with.

use super::{Flavour, Kind};
use serde_json::{Map, Value};

/// Settings that make a sink equal to its source, deletes and new columns included, for the topics that a changefeed in
/// Avro writes: each change addresses its row by the key. Only what differs from the plugin's own defaults.
#[must_use]
pub fn recommended(kind: Kind, flavour: Flavour) -> Map<String, Value> {
    let settings: &[(&str, &str)] = match (kind, flavour) {
        (Kind::Snowflake, Flavour::ConfluentCloud) => {
            &[("snowflake.ingestion.method", "SNOWPIPE_STREAMING"), ("behavior.on.null.values", "DEFAULT"), ("errors.tolerance", "none")]
        }
        (Kind::Snowflake, _) => &[("snowflake.ingestion.method", "SNOWPIPE_STREAMING"), ("behavior.on.null.values", "DEFAULT")],
        (_, Flavour::ConfluentCloud) => &[
            ("insert.mode", "UPSERT"),
            ("pk.mode", "record_key"),
            ("delete.enabled", "true"),
            ("auto.create", "true"),
            ("auto.evolve", "true"),
            // the managed connectors' own default sends failing rows to a topic that nobody reads
            ("errors.tolerance", "none"),
            // the way there is the public internet; the default encrypts nothing
            ("ssl.mode", "require"),
        ],
        (_, Flavour::Debezium) => {
            &[("insert.mode", "upsert"), ("primary.key.mode", "record_key"), ("delete.enabled", "true"), ("schema.evolution", "basic")]
        }
        _ => &[
            ("insert.mode", "upsert"),
            ("pk.mode", "record_key"),
            ("delete.enabled", "true"),
            ("auto.create", "true"),
            ("auto.evolve", "true"),
        ],
    };
    settings.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect()
}
