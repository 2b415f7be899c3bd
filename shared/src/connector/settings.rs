//! A connector's settings as the plugin will see them.

use super::{Class, Flavour, Kind, class};
use crate::config::{Connector, Pipeline};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a rule or a renderer asks of one connector: what the user wrote, over what the document implies (topics, class,
/// formats, Kafka and registry credentials), over the plugin's defaults.
pub struct Settings<'a> {
    pub connector: &'a Connector,
    pub kind: Option<Kind>,
    pub flavour: Option<Flavour>,
    pub class: Option<&'static Class>,
    implied: BTreeMap<String, String>,
}

impl<'a> Settings<'a> {
    #[must_use]
    pub fn of(_pipeline: &'a Pipeline, connector: &'a Connector) -> Self {
        let (kind, flavour) = (Kind::parse(&connector.kind), Flavour::parse(&connector.flavour));
        let class = kind.zip(flavour).and_then(|(kind, flavour)| class(kind, flavour));
        Self { connector, kind, flavour, class, implied: BTreeMap::new() }
    }

    /// As the user wrote it, as text.
    #[must_use]
    pub fn written(&self, key: &str) -> Option<String> {
        match self.connector.config.get(key)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }

    /// Written or implied: what is sent to the server.
    #[must_use]
    pub fn sent(&self, key: &str) -> Option<String> {
        self.written(key).or_else(|| self.implied.get(key).cloned())
    }

    /// What the plugin will work with: sent, or its default.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<String> {
        self.sent(key).or_else(|| self.class?.property(key)?.default.map(str::to_owned))
    }

    /// A boolean that is on.
    #[must_use]
    pub fn is_on(&self, key: &str) -> bool {
        self.get(key).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}
