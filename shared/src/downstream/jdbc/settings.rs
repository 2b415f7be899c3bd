//! What a JDBC sink is told, whoever's plugin it is.

use super::dialect::Dialect;
use crate::connector::{Flavour, Kind, Settings};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertMode {
    Insert,
    Upsert,
    Update,
}

/// Where the primary key's columns come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMode {
    None,
    /// Topic, partition and offset.
    Kafka,
    RecordKey,
    RecordValue,
}

/// A JDBC sink's settings that decide on statements. Aiven's and Debezium's own property names are understood; the
/// statements are those of Confluent's plugin, from which theirs differ in spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JdbcSettings {
    pub dialect: Dialect,
    pub insert: InsertMode,
    pub key: KeyMode,
    /// The property that says so: `pk.mode`, Debezium's `primary.key.mode`.
    pub key_property: &'static str,
    /// Empty: all fields of the key or value, or the default names for `kafka`.
    pub key_fields: Vec<String>,
    pub deletes: bool,
    /// Debezium's sink passes over deletes unless `delete.enabled` is on (before version 3.1 even then); the others' tasks fail.
    pub skips_deletes: bool,
    pub auto_create: bool,
    pub auto_evolve: bool,
    pub quote: bool,
    /// Whether a topic's dots stay in the table's name, where they part it; Debezium's sink makes them `_`.
    pub dots_in_topics: bool,
    /// With `${topic}`.
    pub table_format: String,
    /// Aiven: topics with a table of their own, whatever the format.
    pub topic_to_table: Vec<(String, String)>,
    /// Value fields that are taken; empty for all.
    pub fields: Vec<String>,
    pub timestamp_fields: Vec<String>,
    /// SQL Server: `MERGE … WITH (HOLDLOCK)`.
    pub hold_lock: bool,
    /// Whether the key is read as Avro; else its fields are not seen.
    pub avro_key: bool,
    /// What the connection is to; fills the parts that a table's name leaves out.
    pub database: Option<String>,
    /// `errors.tolerance=all`: rows that the database refuses go to the dead letter queue.
    pub tolerant: bool,
}

impl JdbcSettings {
    /// `None` when the connector's target is no database behind JDBC.
    #[must_use]
    pub fn of(settings: &Settings<'_>) -> Option<Self> {
        let dialect = Dialect::of(settings.kind?)?;
        let debezium = settings.flavour == Some(Flavour::Debezium);
        let key = |confluent: &'static str, theirs: &'static str| if debezium { theirs } else { confluent };
        let word = |name: &str| settings.get(name).unwrap_or_default().trim().to_ascii_lowercase();
        let is_on = |name: &str, default: bool| settings.get(name).map_or(default, |text| text.trim().eq_ignore_ascii_case("true"));
        let evolution = word("schema.evolution") == "basic";
        let quote = match settings.flavour {
            Some(Flavour::Debezium) => is_on("quote.identifiers", false),
            Some(Flavour::Aiven) => word("sql.quote.identifiers") != "false",
            _ => word("quote.sql.identifiers") != "never",
        };
        let written = ["collection.name.format", "table.name.format"].iter().find_map(|name| settings.written(name));
        let format = written.or_else(|| settings.get(key("table.name.format", "collection.name.format"))).unwrap_or_default();
        Some(Self {
            dialect,
            insert: match word("insert.mode").as_str() {
                "upsert" => InsertMode::Upsert,
                "update" => InsertMode::Update,
                _ => InsertMode::Insert,
            },
            key: match word(key("pk.mode", "primary.key.mode")).as_str() {
                "kafka" => KeyMode::Kafka,
                "record_key" => KeyMode::RecordKey,
                "record_value" => KeyMode::RecordValue,
                _ => KeyMode::None,
            },
            key_property: key("pk.mode", "primary.key.mode"),
            key_fields: list(settings, key("pk.fields", "primary.key.fields")),
            deletes: is_on("delete.enabled", false),
            skips_deletes: debezium && !is_on("delete.enabled", false),
            auto_create: if debezium { evolution } else { is_on("auto.create", false) },
            auto_evolve: if debezium { evolution } else { is_on("auto.evolve", false) },
            quote,
            dots_in_topics: !debezium,
            table_format: if format.is_empty() { "${topic}".to_owned() } else { format },
            topic_to_table: list(settings, "topics.to.tables.mapping")
                .iter()
                .filter_map(|pair| pair.split_once(':'))
                .map(|(topic, table)| (topic.trim().to_owned(), table.trim().to_owned()))
                .collect(),
            fields: list(settings, "fields.whitelist"),
            timestamp_fields: list(settings, "timestamp.fields.list"),
            hold_lock: is_on("mssql.use.merge.holdlock", true),
            avro_key: reads_avro_key(settings),
            database: database(settings),
            tolerant: match settings.get("errors.tolerance") {
                Some(text) => text.trim().eq_ignore_ascii_case("all"),
                None => settings.flavour == Some(Flavour::ConfluentCloud),
            },
        })
    }
}

fn list(settings: &Settings<'_>, name: &str) -> Vec<String> {
    let text = settings.get(name).unwrap_or_default();
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// Whether the connector reads keys as Avro: nothing else was asked for. What the document implies is Avro.
pub(in crate::downstream) fn reads_avro_key(settings: &Settings<'_>) -> bool {
    let is_avro = |text: String| text.is_empty() || text.to_ascii_uppercase().contains("AVRO");
    settings.sent("input.key.format").is_none_or(is_avro) && settings.sent("key.converter").is_none_or(is_avro)
}

/// `db.name` on Confluent Cloud; elsewhere a part of the JDBC URL.
fn database(settings: &Settings<'_>) -> Option<String> {
    if let Some(name) = settings.get("db.name").filter(|name| !name.is_empty()) {
        return Some(name);
    }
    let url = settings.get("connection.url")?;
    let name = if settings.kind == Some(Kind::SqlServer) {
        let parameter = |item: &str| {
            let (name, value) = item.split_once('=')?;
            matches!(name.trim().to_ascii_lowercase().as_str(), "databasename" | "database").then(|| value.trim().to_owned())
        };
        url.split(';').find_map(parameter)?
    } else {
        let (_, rest) = url.split_once("://")?;
        let (_, path) = rest.split_once('/')?;
        path.split(['?', ';']).next()?.to_owned()
    };
    (!name.is_empty()).then_some(name)
}
