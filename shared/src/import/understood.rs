//! What was understood of a pasted text.

use super::change::Change;
use crate::Finding;
use serde::Serialize;

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

/// Where the key of a key file can go: see [`super::apply_to`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySlot {
    /// `kafka.params.sasl-user` and `sasl-password`.
    Kafka,
    /// `schema_registry.user` and `password`.
    Registry,
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
