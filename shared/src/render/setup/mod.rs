//! Scripts that prepare a sink's side: databases, users, rights and, where definitions are given, tables and views.

mod snowflake;
mod sql_server;
#[cfg(test)]
mod tests;

pub use snowflake::snowflake_setup;
pub use sql_server::sqlserver_setup;

use crate::config::Pipeline;
use crate::connector::{Kind, Settings};
use crate::dispatch::Router;
use crate::schema::TableModel;

/// Connectors of a kind.
fn connectors(pipeline: &Pipeline, kind: Kind) -> impl Iterator<Item = Settings<'_>> {
    let is_it = move |settings: &Settings<'_>| settings.kind == Some(kind);
    pipeline.connectors.iter().map(|connector| Settings::of(pipeline, connector)).filter(is_it)
}

/// Tables that are replicated and whose topic the connector reads, with that topic.
fn tables_of<'a>(pipeline: &Pipeline, settings: &Settings<'_>, tables: &'a [TableModel]) -> Vec<(&'a TableModel, String)> {
    let Ok(router) = Router::new(pipeline) else { return Vec::new() };
    let wanted = tables.iter().filter(|table| router.wants(&table.schema, &table.name) && table.ineligible().is_none());
    let routed = wanted.filter_map(|table| Some((table, router.route(table).ok()?.topic)));
    routed.filter(|(_, topic)| crate::downstream::reads(settings, topic)).collect()
}

/// A setting without white space around it; `None` when it is empty.
fn given(settings: &Settings<'_>, name: &str) -> Option<String> {
    settings.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// A text for a comment: one line.
fn comment(text: &str) -> String {
    text.split(char::is_control).collect::<Vec<_>>().join(" ")
}

/// Sections one after the other, each once: two connectors often need the same things.
fn joined(sections: impl Iterator<Item = String>) -> String {
    let mut seen: Vec<String> = Vec::new();
    for section in sections {
        if !seen.contains(&section) {
            seen.push(section);
        }
    }
    seen.join("\n")
}
