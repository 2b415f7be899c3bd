//! What was understood of a pasted text.

use super::change::{Change, Slot};
use super::reading::count;
use crate::Finding;
use crate::secret::{self, is_secret_key};
use serde::Serialize;
use serde_json::Value;

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A key file of Confluent's console, or what `confluent api-key create` printed.
    ConfluentKeyFile,
    /// Java's spelling, with `sasl.jaas.config`.
    ClientProperties,
    /// The C client's spelling, as lines or JSON.
    LibrdkafkaConfig,
    SinkUri,
    RegistryUrl,
    /// `cdc cli changefeed create`, also through `tiup cdc`.
    CdcCli,
    /// `tiup ctl:v… cdc changefeed create`.
    TiupCtl,
    /// TiCDC's changefeed configuration.
    ChangefeedToml,
    /// A request to TiCDC's Open API, or what it tells of a changefeed.
    OpenApiJson,
    ConnectorJson,
    Terraform,
    KsqlStatements,
    CreateTable,
    /// Our own document, as TOML or JSON.
    PipelineDocument,
    Unknown,
}

/// One thing that was understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// In words, e.g. `API secret`.
    pub label: String,
    /// For people. Of a secret, only its length.
    pub value: String,
    /// Where it goes in the document; empty when it goes nowhere.
    pub path: String,
}

/// The label of a key file's secret.
pub(super) const API_SECRET: &str = "API secret";

/// Where the key of a key file can go: see [`super::apply_to`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySlot {
    /// `kafka.params.sasl-user` and `sasl-password`.
    Kafka,
    /// `schema_registry.user` and `password`.
    Registry,
    /// `confluent_cloud.api_key` and `api_secret`: what manages connectors.
    Cloud,
    /// `ksqldb_server.user` and `password`.
    Ksqldb,
}

impl KeySlot {
    /// Where its key goes in the document.
    pub(super) fn user_path(self) -> &'static str {
        match self {
            Self::Kafka => "kafka.params.sasl-user",
            Self::Registry => Slot::RegistryUser.path(),
            Self::Cloud => Slot::CloudKey.path(),
            Self::Ksqldb => Slot::KsqldbUser.path(),
        }
    }

    /// Where its secret goes.
    pub(super) fn password_path(self) -> &'static str {
        match self {
            Self::Kafka => "kafka.params.sasl-password",
            Self::Registry => Slot::RegistryPassword.path(),
            Self::Cloud => Slot::CloudSecret.path(),
            Self::Ksqldb => Slot::KsqldbPassword.path(),
        }
    }
}

/// A pasted text, understood. Holds its secrets, and does not show them.
#[derive(Clone, PartialEq)]
pub struct Understood {
    pub kind: Kind,
    /// One line, e.g. `Confluent API key of a Kafka cluster (lkc-7m2q9z)`.
    pub title: String,
    /// What was understood, in the text's order.
    pub facts: Vec<Fact>,
    /// What is wrong with the text, or was not taken from it.
    pub findings: Vec<Finding>,
    pub(super) changes: Vec<Change>,
}

impl Understood {
    pub(super) fn new(kind: Kind, title: &str, facts: Vec<Fact>, findings: Vec<Finding>, changes: Vec<Change>) -> Self {
        Self { kind, title: title.to_owned(), facts, findings, changes }
    }

    /// The text of `CREATE TABLE` statements, which are no part of a document.
    #[must_use]
    pub fn tables(&self) -> Option<&str> {
        self.changes.iter().find_map(|change| match change {
            Change::Tables(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// Whether [`super::apply`] would change a document.
    #[must_use]
    pub fn changes_document(&self) -> bool {
        self.changes.iter().any(|change| match change {
            Change::Tables(_) => false,
            Change::Key(key) => key.kind.slot().is_some(),
            _ => true,
        })
    }

    /// Whether there is an API key of which the text does not say what it opens: a person has to point at a [`KeySlot`].
    #[must_use]
    pub fn needs_slot(&self) -> bool {
        self.changes.iter().any(|change| matches!(change, Change::Key(key) if key.kind.is_open()))
    }

    /// Whether a secret seems to be percent-encoded once more than it should be, so that [`Self::decoded`] would change it.
    #[must_use]
    pub fn looks_encoded(&self) -> bool {
        self.findings.iter().any(is_about_encoding)
    }

    /// The same with one layer of percent-encoding less on those secrets: for a person who says that they are encoded.
    #[must_use]
    pub fn decoded(mut self) -> Self {
        for change in &mut self.changes {
            let Some((path, secret)) = secret_of(change) else { continue };
            let Some(decoded) = secret::decoded(secret) else { continue };
            // a key that belongs nowhere yet has no path, and neither has its secret
            let is_it = |fact: &&mut Fact| fact.path == path && (!path.is_empty() || fact.label == API_SECRET);
            self.facts.iter_mut().filter(is_it).for_each(|fact| fact.value = count(&decoded));
            self.findings.retain(|finding| finding.path != path || !is_about_encoding(finding));
            *secret = decoded;
        }
        self
    }

    /// Both, one after the other. A command says more than the files that it comes with.
    pub(super) fn and(mut self, other: Self) -> Self {
        if matches!(other.kind, Kind::CdcCli | Kind::TiupCtl) {
            self.kind = other.kind;
        }
        self.title.push_str("; ");
        self.title.push_str(&other.title);
        self.facts.extend(other.facts);
        self.findings.extend(other.findings);
        self.changes.extend(other.changes);
        self
    }
}

fn is_about_encoding(finding: &Finding) -> bool {
    ["import-double-encoded", "import-secret-encoded"].contains(&finding.code.as_str())
}

/// Where a change puts a secret of its own, and the secret. Secrets deep inside configurations are left alone.
fn secret_of(change: &mut Change) -> Option<(String, &mut String)> {
    match change {
        Change::Param(name, Value::String(text)) if is_secret_key(name) => Some((format!("kafka.params.{name}"), text)),
        Change::Text(slot @ Slot::RegistryPassword, text) => Some((slot.path().to_owned(), text)),
        Change::Key(key) => {
            let path = key.kind.slot().map(KeySlot::password_path).unwrap_or_default();
            Some((path.to_owned(), &mut key.secret))
        }
        _ => None,
    }
}

impl std::fmt::Debug for Understood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Understood")
            .field("kind", &self.kind)
            .field("title", &self.title)
            .field("facts", &self.facts)
            .field("findings", &self.findings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use crate::config::Pipeline;
    use crate::import::{apply, recognise};

    #[test]
    fn an_encoded_secret_is_decoded_when_a_person_says_so() {
        for (text, path) in [
            ("kafka://h:9092/t?sasl-password=a%252Bb", "kafka.params.sasl-password"),
            ("Resource: lkc-1\nAPI key: K\nAPI secret: a%2Bb", "kafka.params.sasl-password"),
            ("Resource: lsrc-1\nAPI key: K\nAPI secret: a%2Bb", "schema_registry.password"),
            ("https://k:a%252Bb@h", "schema_registry.password"),
            ("sasl.username=u\nsasl.password=a%2Bb", "kafka.params.sasl-password"),
        ] {
            let understood = recognise(text);
            assert!(understood.looks_encoded(), "{text}");
            let decoded = understood.decoded();
            assert!(!decoded.looks_encoded(), "{text}");
            assert_eq!(decoded.facts.iter().find(|fact| fact.path == path).unwrap().value, "3 characters", "{text}");
            let mut pipeline = Pipeline::named("p");
            apply(&decoded, &mut pipeline);
            let secret = match path {
                "schema_registry.password" => pipeline.schema_registry.unwrap().password.0,
                _ => pipeline.kafka.param("sasl-password").unwrap(),
            };
            assert_eq!(secret, "a+b", "{text}");
        }
        assert!(!recognise("kafka://h:9092/t?sasl-password=a%2Bb").looks_encoded());
        let key = recognise("API key: K\nAPI secret: a%2Bb").decoded();
        let values: Vec<&str> = key.facts.iter().map(|fact| fact.value.as_str()).collect();
        assert_eq!(values, ["K", "3 characters"]);
    }
}
