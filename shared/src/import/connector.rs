//! Connectors in JSON: Confluent Cloud's and Connect's REST, the Confluent CLI's flat file, and lists of them.

use super::change::Change;
use super::reading::Reading;
use super::understood::{Kind, Understood};
use crate::Finding;
use crate::config::Connector;
use crate::connector::{Class, Flavour, classes, is_service_made};
use serde_json::{Map, Value};

/// Where connectors are; which one, is only known when they are put there.
pub(super) const PATH: &str = "connectors";

/// One connector (`{"name", "config"}`, or a flat map), or what `GET /connectors?expand=info` answers.
pub(super) fn from_json(map: &Map<String, Value>) -> Option<Understood> {
    let mut reading = Reading::default();
    if !take(map, &mut reading) {
        let infos: Vec<&Map<String, Value>> = map.values().map_while(|entry| entry.get("info")?.as_object()).collect();
        if infos.is_empty() || infos.len() < map.len() {
            return None;
        }
        if !infos.into_iter().all(|info| take(info, &mut reading)) {
            return None;
        }
    }
    Some(finish(reading, Kind::ConnectorJson))
}

/// A list of connectors.
pub(super) fn from_list(items: &[Value]) -> Option<Understood> {
    let mut reading = Reading::default();
    let all = !items.is_empty() && items.iter().all(|item| item.as_object().is_some_and(|map| take(map, &mut reading)));
    all.then(|| finish(reading, Kind::ConnectorJson))
}

pub(super) fn finish(reading: Reading, kind: Kind) -> Understood {
    let count = reading.changes.iter().filter(|change| matches!(change, Change::Connector(..))).count();
    let from = if kind == Kind::Terraform { " from Terraform" } else { "" };
    let title = if count == 1 { format!("Connector{from}") } else { format!("{count} connectors{from}") };
    reading.finish(kind, &title)
}

/// `false`, with nothing taken, when the map is no connector.
fn take(map: &Map<String, Value>, reading: &mut Reading) -> bool {
    let is_config = |map: &Map<String, Value>| map.contains_key("connector.class");
    if is_config(map) {
        connector("", map.clone(), Map::new(), reading);
        return true;
    }
    let Some(config) = map.get("config").and_then(Value::as_object) else { return false };
    let has_properties = map.contains_key("name") && config.keys().any(|key| key.contains('.'));
    if !is_config(config) && !has_properties {
        return false;
    }
    let name = map.get("name").and_then(Value::as_str).unwrap_or_default();
    // what the server adds to its answer is no part of the configuration
    const STATE: [&str; 6] = ["name", "config", "tasks", "type", "id", "status"];
    let extra = map.iter().filter(|(key, _)| !STATE.contains(&key.as_str())).map(|(key, value)| (key.clone(), value.clone())).collect();
    connector(name, config.clone(), extra, reading);
    true
}

/// Takes a connector's properties. `name` is used when they have none.
pub(super) fn connector(name: &str, mut config: Map<String, Value>, extra: Map<String, Value>, reading: &mut Reading) {
    let text = |config: &Map<String, Value>, key: &str| config.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let class = text(&config, "connector.class");
    // the Cloud's classes are names, a worker's are Java's
    if !class.contains('.') {
        drop_service_made(&mut config, reading);
    }
    let name = if name.is_empty() { text(&config, "name") } else { name.to_owned() };
    config.shift_remove("name");
    let topics: Vec<String> = text(&config, "topics").split(',').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect();
    config.shift_remove("topics");
    let masked = reading.clean_secrets(&mut config, PATH);
    let url = text(&config, "connection.url");
    let plugin = plugin(&class, &url);
    if let Some(plugin) = plugin {
        if is_implied(plugin) {
            config.shift_remove("connector.class");
        }
    } else {
        let finding =
            Finding::warning(PATH, "import-connector-unknown", format!("The studio has no rules for the connector class `{class}`."));
        reading
            .findings
            .push(finding.hint("It knows sinks to SQL Server, Snowflake, MySQL and Postgres. The properties are kept as they are."));
    }
    reading.fact("Connector", name.as_str(), PATH);
    reading.fact("Class", class, "");
    if !topics.is_empty() {
        reading.fact("Topics", topics.join(", "), PATH);
    }
    reading.fact("Properties", config.len().to_string(), PATH);
    let (kind, flavour) = plugin.map_or(("", ""), |plugin| (plugin.kind.name(), plugin.flavour.name()));
    let connector = Connector { name, kind: kind.to_owned(), flavour: flavour.to_owned(), topics, config, extra };
    reading.changes.push(Change::Connector(Box::new(connector), masked));
}

/// The catalogue's plugin of that class. JDBC plugins for several databases are told apart by the URL.
fn plugin(class: &str, url: &str) -> Option<&'static Class> {
    let is_kind = |own: &Class| own.flavour == Flavour::ConfluentCloud || own.kind.jdbc_url().is_none_or(|start| url.starts_with(start));
    classes().iter().find(|own| own.name == class && is_kind(own))
}

/// Whether kind and flavour alone lead to this class; Snowflake has two, by ingestion.
fn is_implied(class: &Class) -> bool {
    classes().iter().filter(|own| (own.kind, own.flavour) == (class.kind, class.flavour)).count() == 1
}

fn drop_service_made(config: &mut Map<String, Value>, reading: &mut Reading) {
    let (dropped, kept): (Map<_, _>, Map<_, _>) = std::mem::take(config).into_iter().partition(|(key, _)| is_service_made(key));
    *config = kept;
    if !dropped.is_empty() {
        let names: Vec<&str> = dropped.keys().map(String::as_str).collect();
        reading.not_taken(&names.join(", "), "Confluent Cloud sets it by itself.");
    }
}

#[cfg(test)]
mod tests;
