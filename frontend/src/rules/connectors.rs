//! Sink connectors: what can be added, where each runs, and its properties.

use shared::{
    config::{Connector, Pipeline},
    connector::{self, Class, Flavour, Settings},
};
use std::collections::BTreeSet;

/// Targets of sink connectors, and what people call them.
pub const CONNECTOR_KINDS: [(&str, &str); 4] =
    [("sqlserver", "SQL Server"), ("snowflake", "Snowflake"), ("mysql", "MySQL"), ("postgres", "PostgreSQL")];

/// Where a connector of this kind can run.
pub fn flavours_of(kind: &str) -> Vec<(&'static str, &'static str)> {
    let mut flavours = vec![("confluent-cloud", "Confluent Cloud, managed")];
    if kind == "snowflake" {
        flavours.push(("kafka-connect-confluent", "Kafka Connect, Snowflake's plugin"));
    } else {
        flavours.extend([
            ("kafka-connect-confluent", "Kafka Connect, Confluent's plugin"),
            ("kafka-connect-aiven", "Kafka Connect, Aiven's plugin"),
            ("kafka-connect-debezium", "Kafka Connect, Debezium's plugin"),
        ]);
    }
    flavours
}

/// Adds a connector that makes its target equal to the source.
pub fn add_connector(document: &mut Pipeline, kind: &str, topics: Vec<String>) {
    let base = if document.name.is_empty() { format!("to-{kind}") } else { format!("{}-to-{kind}", document.name) };
    let mut names = std::iter::once(base.clone()).chain((2..).map(|number| format!("{base}-{number}")));
    let is_free = |name: &String| document.connectors.iter().all(|connector| connector.name != *name);
    let config = connector::Kind::parse(kind).map(|kind| connector::recommended(kind, Flavour::ConfluentCloud)).unwrap_or_default();
    let added = Connector {
        name: names.find(is_free).unwrap_or(base),
        kind: kind.to_owned(),
        flavour: "confluent-cloud".to_owned(),
        topics,
        config,
        ..Connector::default()
    };
    document.connectors.push(added);
}

/// Moves a connector to another plugin: settings that were only recommended for the old one give way to the new one's.
pub fn set_flavour(of: &mut Connector, flavour: String) {
    let kind = connector::Kind::parse(&of.kind);
    let recommended = |flavour: &str| kind.zip(Flavour::parse(flavour)).map(|(kind, flavour)| connector::recommended(kind, flavour));
    for (key, value) in recommended(&of.flavour).unwrap_or_default() {
        if of.config.get(&key) == Some(&value) {
            of.config.shift_remove(&key);
        }
    }
    for (key, value) in recommended(&flavour).unwrap_or_default() {
        of.config.entry(key).or_insert(value);
    }
    of.flavour = flavour;
}

pub fn class_of(of: &Connector) -> Option<&'static Class> {
    connector::class(connector::Kind::parse(&of.kind)?, Flavour::parse(&of.flavour)?)
}

/// Keys that a plugin needs only with another one's value.
const NEEDED_WITH: [(&str, &str, &str); 1] = [("snowflake.role.name", "snowflake.ingestion.method", "SNOWPIPE_STREAMING")];

/// Keys that get a field: what the plugin refuses to be without and the document does not imply, what is written, and what
/// the user opened. In the plugin's order, unknown ones last.
pub fn property_fields(document: &Pipeline, at: usize, opened: &BTreeSet<String>) -> Vec<String> {
    let Some(of) = document.connectors.get(at) else { return Vec::new() };
    let settings = Settings::of(document, of);
    let properties = settings.class.map(|class| class.properties.as_slice()).unwrap_or_default();
    let is_needed = |key: &str| {
        NEEDED_WITH
            .iter()
            .any(|(needed, with, value)| *needed == key && settings.get(with).is_some_and(|set| set.eq_ignore_ascii_case(value)))
    };
    let has_field = |property: &&connector::Property| {
        opened.contains(property.key)
            || of.config.contains_key(property.key)
            || is_needed(property.key)
            || (property.required && settings.sent(property.key).is_none())
    };
    let known = properties.iter().filter(has_field).map(|property| property.key.to_owned());
    let unknown = of.config.keys().filter(|key| !properties.iter().any(|property| property.key == *key)).cloned();
    known.chain(unknown).collect()
}

/// What a property is while it is not set: what the document implies, or the plugin's default.
pub fn without_setting(document: &Pipeline, at: usize, key: &str) -> Option<String> {
    let of = document.connectors.get(at)?;
    let mut without = of.clone();
    without.config.shift_remove(key);
    let value = Settings::of(document, &without).get(key)?;
    (!value.is_empty() && !shared::secret::is_secret_key(key)).then_some(value)
}

pub fn search_properties(class: &'static Class, words: &str) -> Vec<&'static connector::Property> {
    connector::search(class, words)
}
