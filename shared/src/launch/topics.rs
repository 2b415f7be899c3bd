//! The topics that statements and connectors read, as far as the changefeed makes them.

use crate::config::{Connector, Pipeline};
use crate::connector::{Settings, topic_regex};
use crate::dispatch::Router;
use crate::ksql::{is_changefeed_topic, needs};
use crate::schema::TableModel;

/// A topic that has to hold a record before what reads it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwaitedTopic {
    pub topic: String,
    /// Subjects that have to be registered besides. Of a connector none: it takes the schema that a record names.
    pub subjects: Vec<String>,
}

/// In the order in which they are first read, each once. Topics that queries of ksqlDB write are made by those, and topics of
/// others are not the changefeed's to fill: neither is waited for.
#[must_use]
pub fn awaited(pipeline: &Pipeline, tables: &[TableModel]) -> Vec<AwaitedTopic> {
    let mut found: Vec<AwaitedTopic> = Vec::new();
    let mut add = |topic: &str, subjects: Vec<String>| match found.iter_mut().find(|known| known.topic == topic) {
        Some(known) => subjects.into_iter().for_each(|subject| {
            if !known.subjects.contains(&subject) {
                known.subjects.push(subject);
            }
        }),
        None => found.push(AwaitedTopic { topic: topic.to_owned(), subjects }),
    };
    for need in needs(pipeline) {
        add(&need.topic, need.subjects);
    }
    for connector in &pipeline.connectors {
        for topic in topics_of(pipeline, connector, tables) {
            if is_changefeed_topic(pipeline, &topic) {
                add(&topic, Vec::new());
            }
        }
    }
    found
}

/// The topics that a connector reads: its list, or those of `tables` that its pattern matches.
fn topics_of(pipeline: &Pipeline, connector: &Connector, tables: &[TableModel]) -> Vec<String> {
    let settings = Settings::of(pipeline, connector);
    if let Some(pattern) = settings.sent("topics.regex") {
        let (Ok(Some(regex)), Ok(router)) = (topic_regex(&pattern), Router::new(pipeline)) else { return Vec::new() };
        let wanted = tables.iter().filter(|table| router.wants(&table.schema, &table.name));
        return wanted
            .filter_map(|table| router.route(table).ok())
            .map(|route| route.topic)
            .filter(|topic| regex.is_match(topic))
            .collect();
    }
    let list = settings.sent("topics").unwrap_or_default();
    list.split(',').map(str::trim).filter(|topic| !topic.is_empty()).map(str::to_owned).collect()
}

/// Whether it is not known what a connector reads: its topics are a pattern, and nothing is known that it matches.
pub(super) fn is_unknown(pipeline: &Pipeline, connector: &Connector, tables: &[TableModel]) -> bool {
    Settings::of(pipeline, connector).sent("topics.regex").is_some() && topics_of(pipeline, connector, tables).is_empty()
}
