//! Rules of sink connectors that need the source's tables: keys, columns, and the topics that there really are.

mod jdbc;
mod reserved;
mod warehouse;

use super::{Site, at, snowflake};
use crate::config::Pipeline;
use crate::connector::{Kind, topic_regex};
use crate::schema::TableModel;
use crate::sink_uri::KafkaOptions;
use crate::spelling::nearest;
use crate::{Finding, Fix};
use std::collections::HashMap;

/// A table that is replicated, and its topic.
#[derive(Clone, Copy)]
pub(in crate::config::validate) struct Routed<'a> {
    pub table: &'a TableModel,
    pub topic: &'a str,
}

pub(in crate::config::validate) fn check_tables(
    pipeline: &Pipeline,
    options: &KafkaOptions,
    routed: &[Routed<'_>],
    findings: &mut Vec<Finding>,
) {
    if pipeline.connectors.is_empty() || routed.is_empty() {
        return;
    }
    let mut by_topic: HashMap<&str, Vec<&TableModel>> = HashMap::with_capacity(routed.len());
    for Routed { table, topic } in routed {
        by_topic.entry(topic).or_default().push(table);
    }
    for (i, connector) in pipeline.connectors.iter().enumerate() {
        let site = Site::of(pipeline, connector);
        let mut own = Vec::new();
        let tables = tables_of(&site, routed, &by_topic, &mut own);
        match site.settings.kind {
            Some(Kind::Snowflake) => warehouse::check(&site, options, &tables, &mut own),
            Some(_) => jdbc::check(&site, options, &tables, &mut own),
            None => {}
        }
        findings.extend(own.into_iter().map(|finding| finding.below(&format!("connectors[{i}]"))));
    }
}

/// The tables that a connector reads; topics that no table goes to are findings.
fn tables_of<'a>(
    site: &Site<'_>,
    routed: &[Routed<'a>],
    by_topic: &HashMap<&str, Vec<&'a TableModel>>,
    findings: &mut Vec<Finding>,
) -> Vec<&'a TableModel> {
    if let Some(pattern) = &site.topics_regex {
        let Ok(Some(regex)) = topic_regex(pattern) else { return Vec::new() };
        let read: Vec<&Routed<'_>> = routed.iter().filter(|one| regex.is_match(one.topic)).collect();
        if read.is_empty() {
            let topics = some(routed.iter().map(|one| one.topic));
            let message = format!("`topics.regex` matches no topic of this changefeed: there are {topics}.");
            findings.push(Finding::error(at("topics.regex"), "topics-regex-no-match", message).hint("It has to match the whole name."));
        }
        if site.settings.kind == Some(Kind::Snowflake) {
            let topics: Vec<&str> = read.iter().map(|one| one.topic).collect();
            snowflake::check_tables_of(site, &topics, findings);
        }
        return read.into_iter().map(|one| one.table).collect();
    }
    let mut tables = Vec::new();
    for (i, topic) in site.topics.iter().enumerate() {
        if let Some(found) = by_topic.get(topic.as_str()) {
            tables.extend(found);
            continue;
        }
        let is_listed = !site.connector.topics.is_empty();
        let path = if is_listed { format!("topics[{i}]") } else { at("topics") };
        let finding = Finding::warning(path.clone(), "connector-topic-unknown", format!("No table of this changefeed goes to `{topic}`."));
        findings.push(match nearest(topic, by_topic.keys().copied()) {
            Some(meant) if is_listed => {
                let fix = Fix::new(format!("Read `{meant}`")).set(path, meant);
                finding.hint(format!("Did you mean `{meant}`?")).fix(fix)
            }
            _ => finding.hint(format!("There are {}.", some(routed.iter().map(|one| one.topic)))),
        });
    }
    tables
}

/// The first few names, for a sentence.
fn some<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    const SHOWN: usize = 3;
    let mut names = names.into_iter();
    let shown: Vec<String> = names.by_ref().take(SHOWN).map(|name| format!("`{}`", name.as_ref())).collect();
    let more = names.count();
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}
