//! What a plugin says about a configuration.

use super::scrub::Scrub;
use super::status::text;
use serde_json::{Map, Value};
use shared::connector::is_sensitive;
use shared::secret::REDACTED;
use shared::{Finding, explain, path};

/// A plugin's verdict. Holds no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// 0: it would take the configuration.
    pub error_count: u64,
    /// Every property that the plugin knows, in its order, and those that it was given besides.
    pub properties: Vec<PropertyVerdict>,
}

/// One property of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PropertyVerdict {
    pub name: String,
    /// What is wrong with it, in the plugin's words.
    pub errors: Vec<String>,
    /// What it would be: as given, or the default. A secret is a mask.
    pub value: Option<String>,
    /// What the plugin proposes; empty when anything goes.
    pub recommended: Vec<String>,
    pub required: bool,
    /// `false` where it plays no role beside the other values.
    pub visible: bool,
}

impl Validation {
    pub(super) fn read(answer: &Value, config: &Map<String, Value>) -> Self {
        let scrub = Scrub::of(config);
        let properties = answer["configs"].as_array().into_iter().flatten().map(|entry| PropertyVerdict::read(entry, config, &scrub));
        Self { error_count: answer["error_count"].as_u64().unwrap_or_default(), properties: properties.collect() }
    }

    /// The errors at the properties of the connector at `index` of the document.
    #[must_use]
    pub fn findings(&self, index: usize) -> Vec<Finding> {
        let at = |verdict: &PropertyVerdict| match verdict.name.as_str() {
            "name" => format!("connectors[{index}].name"),
            "topics" => format!("connectors[{index}].topics"),
            key => path::join(&format!("connectors[{index}].config"), key),
        };
        let wrong = self.properties.iter().flat_map(|verdict| verdict.errors.iter().map(move |error| (verdict, error)));
        wrong
            .map(|(verdict, error)| {
                let message = format!("the plugin refuses `{}`: {error}", verdict.name);
                Finding::error(at(verdict), "connector-property-refused", message).hint(verdict.advice(error))
            })
            .collect()
    }
}

impl PropertyVerdict {
    fn read(entry: &Value, config: &Map<String, Value>, scrub: &Scrub) -> Self {
        let (definition, verdict) = (&entry["definition"], &entry["value"]);
        let name = [&verdict["name"], &definition["name"]].into_iter().map(text).find(|name| !name.is_empty()).unwrap_or_default();
        let is_secret = definition["type"] == "PASSWORD" || is_sensitive(config, &name);
        let texts = |list: &Value| list.as_array().into_iter().flatten().filter_map(Value::as_str).map(|text| scrub.text(text)).collect();
        Self {
            errors: texts(&verdict["errors"]),
            value: match &verdict["value"] {
                Value::Null => None,
                Value::String(value) if value.is_empty() => Some(String::new()),
                _ if is_secret => Some(REDACTED.to_owned()),
                Value::String(value) => Some(scrub.text(value)),
                other => Some(other.to_string()),
            },
            recommended: if is_secret { Vec::new() } else { texts(&verdict["recommended_values"]) },
            required: definition["required"].as_bool().unwrap_or_default(),
            visible: verdict["visible"].as_bool().unwrap_or(true),
            name,
        }
    }

    /// What is known of the error, else what the plugin proposes.
    fn advice(&self, error: &str) -> String {
        if let Some(known) = explain::explain(error).first() {
            return known.advice();
        }
        match self.recommended.as_slice() {
            [] => format!("change `{}`; `docs/CONNECTORS.md` has its meaning and its values", self.name),
            some => format!("the plugin proposes `{}`", some.iter().take(8).cloned().collect::<Vec<_>>().join("`, `")),
        }
    }
}
