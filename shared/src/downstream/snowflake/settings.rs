//! What the Snowflake connector is told.

use super::names::identifier;
use crate::connector::{Flavour, Kind, Settings, TopicMap, stored_name};
use crate::downstream::jdbc::reads_avro_key;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnowflakeSettings {
    /// As written in the settings.
    pub database: String,
    pub schema: String,
    /// Entries that the connector would refuse are left out.
    pub topic_to_table: TopicMap,
    /// Rows come by Snowpipe Streaming, not in files.
    pub streaming: bool,
    /// A column for each field instead of one VARIANT. Streaming only.
    pub schematized: bool,
    /// Line 4 of the connector: tables are created and widened by the server.
    pub line_4: bool,
    /// `behavior.on.null.values=IGNORE`: deletes leave no row. The default on Confluent Cloud, and only there.
    pub ignore_deletes: bool,
    /// Parts of `RECORD_METADATA`.
    pub create_time: bool,
    pub topic: bool,
    pub offset_and_partition: bool,
    pub key_and_schemas: bool,
    /// Whether the key is read as Avro; else `RECORD_METADATA:key` is unreadable.
    pub avro_key: bool,
    /// `errors.tolerance=all`.
    pub tolerant: bool,
}

impl SnowflakeSettings {
    /// `None` when the connector's target is something else.
    #[must_use]
    pub fn of(settings: &Settings<'_>) -> Option<Self> {
        if settings.kind != Some(Kind::Snowflake) {
            return None;
        }
        let cloud = settings.flavour == Some(Flavour::ConfluentCloud);
        let text = |name: &str| settings.get(name).unwrap_or_default().trim().to_owned();
        let is = |name: &str, word: &str, otherwise: bool| match text(name).as_str() {
            "" => otherwise,
            given => given.eq_ignore_ascii_case(word),
        };
        let line_4 = text("connector.class").ends_with("SnowflakeStreamingSinkConnector");
        let streaming = line_4 || is("snowflake.ingestion.method", "SNOWPIPE_STREAMING", false);
        let all = is("snowflake.metadata.all", "true", true);
        Some(Self {
            database: text("snowflake.database.name"),
            schema: text("snowflake.schema.name"),
            topic_to_table: TopicMap::parse(&text("snowflake.topic2table.map"), line_4).0,
            streaming,
            schematized: streaming && is("snowflake.enable.schematization", "true", line_4),
            line_4,
            ignore_deletes: is("behavior.on.null.values", "IGNORE", cloud),
            create_time: all && is("snowflake.metadata.createtime", "true", true),
            topic: all && is("snowflake.metadata.topic", "true", true),
            offset_and_partition: all && is("snowflake.metadata.offset.and.partition", "true", true),
            key_and_schemas: all,
            avro_key: reads_avro_key(settings),
            tolerant: is("errors.tolerance", "all", cloud),
        })
    }

    /// `DATABASE.SCHEMA.TABLE` of a table as it is stored, each part quoted when it must be.
    #[must_use]
    pub fn qualified(&self, table: &str) -> String {
        let parts = [stored_name(&self.database), stored_name(&self.schema), table.to_owned()];
        let parts: Vec<_> = parts.iter().filter(|part| !part.is_empty()).map(|part| identifier(part)).collect();
        parts.join(".")
    }
}
