//! What the sinks make of a table and of a made-up row: statements, rows, losses.

use super::follow;
use shared::{
    avro::AvroOptions,
    config::Pipeline,
    connector::Settings,
    downstream::{
        self, LossGroup, Played, SinkTable,
        jdbc::{Dialect, JdbcSettings, Statements, sql_server_table},
        reads,
        snowflake::{SnowflakeSettings, current_state_view, merge_into},
    },
    row::Op,
    schema::TableModel,
    sink_uri::KafkaOptions,
};

/// One connector and the followed table.
#[derive(Clone, Debug, PartialEq)]
pub struct SinkStory {
    pub played: Played,
    /// `None` when the connector does not read the table's topic.
    pub table: Option<SinkSide>,
}

/// The table on the connector's side.
#[derive(Clone, Debug, PartialEq)]
pub struct SinkSide {
    /// The whole table's first, then by columns.
    pub losses: Vec<LossGroup>,
    pub scripts: Vec<Script>,
}

/// A statement to copy, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    pub title: &'static str,
    pub sql: String,
}

/// A made-up row's life up to `op`, played through every connector whose target is known.
///
/// # Errors
/// Why this table's rows go nowhere.
pub fn sink_stories(document: &Pipeline, table: &TableModel, op: Op) -> Result<Vec<SinkStory>, String> {
    let records = follow::life(document, table, op)?.concat();
    let topic = records.first().map(|record| record.topic.clone()).unwrap_or_default();
    let options = KafkaOptions::read(document).0.avro;
    let story = |settings: Settings<'_>| {
        let played = downstream::play(std::slice::from_ref(&settings), &records).pop()?;
        let side = || SinkSide {
            losses: downstream::grouped(downstream::losses(table, &options, &settings)),
            scripts: scripts(table, &options, &topic, &settings),
        };
        let table = reads(&settings, &topic).then(side);
        Some(SinkStory { played, table })
    };
    Ok(document.connectors.iter().filter_map(|connector| story(Settings::of(document, connector))).collect())
}

/// What makes the table in the sink: the connector's own statement, and the better ones of the set-up script.
fn scripts(table: &TableModel, options: &AvroOptions, topic: &str, settings: &Settings<'_>) -> Vec<Script> {
    let Ok(sink_table) = SinkTable::of(table, options, topic) else { return Vec::new() };
    let mut scripts = Vec::new();
    let mut offer = |title, sql: Option<String>| scripts.extend(sql.map(|sql| Script { title, sql }));
    if let Some(jdbc) = JdbcSettings::of(settings) {
        if jdbc.dialect == Dialect::SqlServer {
            offer("Made beforehand: Unicode, real dates, exact keys", Some(sql_server_table(table, options, topic, &jdbc)));
        }
        let own = if jdbc.auto_create { "What the connector runs: auto.create is on" } else { "What auto.create would run; it is off" };
        offer(own, Statements::of(&sink_table, &jdbc).ok().map(|statements| statements.create));
    } else if let Some(snowflake) = SnowflakeSettings::of(settings) {
        offer("View of the present rows", current_state_view(&sink_table, &snowflake));
        offer("Merge into a table of the present rows", merge_into(&sink_table, &snowflake));
    }
    scripts
}
