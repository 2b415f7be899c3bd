//! A connector's configuration on its server, against what the document would send.

use super::{Difference, SecretDifference, redacted, secret_difference, shown};
use crate::Finding;
use crate::api::Drift;
use crate::config::{Connector, Pipeline};
use crate::connector::{Class, Flavour, Settings, ValueType, is_service_made};
use crate::fix::Edit;
use crate::path::join;
use crate::secret::is_secret_key;
use serde_json::{Map, Value};

pub(super) fn differences(pipeline: &Pipeline, index: usize, running: &Map<String, Value>) -> Result<Vec<Difference>, Finding> {
    let connector = pipeline.connectors.get(index).ok_or_else(|| {
        Finding::error("connectors", "drift-part-absent", format!("The document has no connector number {}.", index + 1))
            .hint("Open what runs as a document of its own.")
    })?;
    let settings = Settings::of(pipeline, connector);
    let comparison = Comparison { index, connector, in_cloud: settings.flavour == Some(Flavour::ConfluentCloud), settings };
    let sent = comparison.settings.to_send();
    let added = running.keys().filter(|key| sent.iter().all(|(own, _)| own != *key)).map(|key| (key.clone(), None));
    let keys: Vec<(String, Option<String>)> = sent.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).chain(added).collect();
    let differences = keys.into_iter().filter_map(|(key, value)| comparison.key(&key, value, running.get(&key).and_then(text)));
    Ok(differences.collect())
}

struct Comparison<'a> {
    index: usize,
    connector: &'a Connector,
    settings: Settings<'a>,
    in_cloud: bool,
}

impl Comparison<'_> {
    fn key(&self, key: &str, document: Option<String>, running: Option<String>) -> Option<Difference> {
        let class = self.settings.class;
        // the name is the connector itself; keys that nobody wrote are the service's own, known or new
        let is_service_added = || is_service_made(key) || (document.is_none() && class.is_some_and(|class| !class.knows(key)));
        if key == "name" || (self.in_cloud && is_service_added()) {
            return None;
        }
        if class.map_or_else(|| is_secret_key(key), |class| class.is_sensitive(key)) {
            return self.secret(key, document.as_deref(), running.as_deref());
        }
        let default = class.and_then(|class| class.property(key)).and_then(|property| property.default);
        let effective = |value: &Option<String>| value.clone().filter(|value| !value.is_empty()).or(default.map(str::to_owned));
        let is_equal = match (effective(&document), effective(&running)) {
            (Some(document), Some(running)) => is_same(class, key, &document, &running),
            (document, running) => document.is_none() && running.is_none(),
        };
        if is_equal {
            return None;
        }
        let value = running.clone().filter(|value| !value.is_empty()).map(Value::from);
        let is_written = self.settings.written(key).is_some() || key == "topics";
        // what the document implies cannot be left out of it
        let can_pull = value.is_some() || is_written;
        let drift = Drift {
            // a managed connector keeps its plugin
            can_push: !(self.in_cloud && key == "connector.class"),
            can_pull,
            ..self.drift(key, document.map(Value::from), running.map(Value::from))
        };
        let edits = if can_pull { vec![self.edit(key, value)] } else { Vec::new() };
        Some(Difference { drift, edits })
    }

    /// In `…basic.auth.user.info` a user stands before the secret, and is none.
    fn secret(&self, key: &str, document: Option<&str>, running: Option<&str>) -> Option<Difference> {
        let is_pair = key.ends_with("basic.auth.user.info");
        let part = |text: Option<&str>| match text {
            Some(text) if is_pair => text
                .split_once(':')
                .map_or((None, Some(text.to_owned())), |(user, secret)| (Some(user.to_owned()), Some(secret.to_owned()))),
            text => (None, text.map(str::to_owned)),
        };
        let ((own_user, own), (user, secret)) = (part(document), part(running));
        let difference = match secret_difference(own.as_deref(), secret.as_deref()) {
            SecretDifference::None if own_user.is_some() && user.is_some() && own_user != user => SecretDifference::Masked,
            difference => difference,
        };
        let is_written = self.settings.written(key).is_some();
        let can_pull = difference == SecretDifference::Known && (running.is_some_and(|text| !text.is_empty()) || is_written);
        let value = running.filter(|text| !text.is_empty()).map(Value::from);
        (difference != SecretDifference::None).then(|| Difference {
            drift: Drift { can_pull, ..self.drift(key, redacted(document), redacted(running)) },
            edits: if can_pull { vec![self.edit(key, value)] } else { Vec::new() },
        })
    }

    fn drift(&self, key: &str, document: Option<Value>, running: Option<Value>) -> Drift {
        Drift {
            part: format!("connector:{}", self.connector.name),
            key: key.to_owned(),
            path: self.place(key),
            document: document.as_ref().map(shown),
            running: running.as_ref().map(shown),
            can_push: true,
            can_pull: true,
        }
    }

    /// Where the document has the property, or would have it.
    fn place(&self, key: &str) -> String {
        let connector = format!("connectors[{}]", self.index);
        if key == "topics" && self.settings.written(key).is_none() {
            return format!("{connector}.topics");
        }
        written_place(&format!("{connector}.config"), &self.connector.config, key)
            .unwrap_or_else(|| join(&format!("{connector}.config"), key))
    }

    fn edit(&self, key: &str, value: Option<Value>) -> Edit {
        let path = self.place(key);
        match value {
            Some(Value::String(topics)) if path.ends_with("].topics") => {
                let topics: Vec<&str> = topics.split(',').map(str::trim).filter(|topic| !topic.is_empty()).collect();
                Edit::Set { path, value: Value::from(topics) }
            }
            Some(value) => Edit::Set { path, value },
            None => Edit::Remove { path },
        }
    }
}

/// A key with dots may be several tables deep.
fn written_place(prefix: &str, config: &Map<String, Value>, key: &str) -> Option<String> {
    if config.get(key).is_some_and(|value| !value.is_object() && !value.is_null()) {
        return Some(join(prefix, key));
    }
    config.iter().find_map(|(name, value)| {
        let rest = key.strip_prefix(name.as_str())?.strip_prefix('.')?;
        written_place(&join(prefix, name), value.as_object()?, rest)
    })
}

/// Connect takes every value as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => Some(items.iter().filter_map(text).collect::<Vec<_>>().join(",")),
        other => Some(other.to_string()),
    }
}

fn is_same(class: Option<&Class>, key: &str, document: &str, running: &str) -> bool {
    let trimmed = |text: &str| text.split(',').map(|item| item.trim().to_owned()).collect::<Vec<_>>();
    let number = |text: &str| text.trim().parse::<i64>().ok();
    let property = class.and_then(|class| class.property(key));
    match property.map(|property| property.value_type) {
        _ if document == running => true,
        _ if key == "connector.class" => plugin(document) == plugin(running),
        // a consumer subscribes to all of them, in no order
        Some(ValueType::List) if key == "topics" => {
            let [mut document, mut running] = [trimmed(document), trimmed(running)];
            document.sort();
            running.sort();
            document == running
        }
        Some(ValueType::List) => trimmed(document) == trimmed(running),
        Some(ValueType::Integer) => number(document).is_some() && number(document) == number(running),
        Some(ValueType::Boolean) => document.trim().eq_ignore_ascii_case(running.trim()),
        Some(ValueType::Text) if property.is_some_and(|property| !property.values.is_empty()) => document.eq_ignore_ascii_case(running),
        _ => document.trim() == running.trim(),
    }
}

/// A plugin's short name: `SnowflakeSink` also for `com.snowflake.kafka.connector.SnowflakeSinkConnector`.
fn plugin(class: &str) -> &str {
    let name = class.rsplit('.').next().unwrap_or(class);
    name.strip_suffix("Connector").unwrap_or(name)
}
