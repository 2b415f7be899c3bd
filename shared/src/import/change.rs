//! What a pasted text does to a document.

use super::understood::{KeySlot, Understood};
use crate::Finding;
use crate::config::{ChangefeedConfig, Connector, KsqlStatement, Pipeline, SourceKind, set_source_kind};
use serde_json::Value;

/// A single text of the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Topic,
    RegistryUrl,
    RegistryUser,
    RegistryPassword,
    CloudKey,
    CloudSecret,
    KsqldbUser,
    KsqldbPassword,
    ChangefeedId,
    TicdcServer,
    TicdcVersion,
    Start,
}

impl Slot {
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Topic => "kafka.topic",
            Self::RegistryUrl => "schema_registry.url",
            Self::RegistryUser => "schema_registry.user",
            Self::RegistryPassword => "schema_registry.password",
            Self::CloudKey => "confluent_cloud.api_key",
            Self::CloudSecret => "confluent_cloud.api_secret",
            Self::KsqldbUser => "ksqldb_server.user",
            Self::KsqldbPassword => "ksqldb_server.password",
            Self::ChangefeedId => "changefeed.id",
            Self::TicdcServer => "changefeed.ticdc_server",
            Self::TicdcVersion => "changefeed.ticdc_version",
            Self::Start => "source.start",
        }
    }

    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Topic => "Default topic",
            Self::RegistryUrl => "Schema Registry",
            Self::RegistryUser => "Registry user",
            Self::RegistryPassword => "Registry password",
            Self::CloudKey => "Cloud API key",
            Self::CloudSecret => "Cloud API secret",
            Self::KsqldbUser => "ksqlDB user",
            Self::KsqldbPassword => "ksqlDB password",
            Self::ChangefeedId => "Changefeed id",
            Self::TicdcServer => "TiCDC server",
            Self::TicdcVersion => "TiCDC version",
            Self::Start => "Start",
        }
    }

    fn field(self, pipeline: &mut Pipeline) -> &mut String {
        match self {
            Self::Topic => &mut pipeline.kafka.topic,
            Self::RegistryUrl => &mut pipeline.schema_registry.get_or_insert_default().url,
            Self::RegistryUser => &mut pipeline.schema_registry.get_or_insert_default().user,
            Self::RegistryPassword => &mut pipeline.schema_registry.get_or_insert_default().password.0,
            Self::CloudKey => &mut pipeline.confluent_cloud.get_or_insert_default().api_key,
            Self::CloudSecret => &mut pipeline.confluent_cloud.get_or_insert_default().api_secret.0,
            Self::KsqldbUser => &mut pipeline.ksqldb_server.get_or_insert_default().user,
            Self::KsqldbPassword => &mut pipeline.ksqldb_server.get_or_insert_default().password.0,
            Self::ChangefeedId => &mut pipeline.changefeed.id,
            Self::TicdcServer => &mut pipeline.changefeed.ticdc_server,
            Self::TicdcVersion => &mut pipeline.changefeed.ticdc_version,
            Self::Start => &mut pipeline.source.start,
        }
    }
}

/// What a Confluent API key is for. Source: `confluentinc/cli`, `confluent api-key create --resource`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyKind {
    Cluster,
    Registry,
    Ksqldb,
    Cloud,
    Flink,
    Tableflow,
    /// Works for every resource.
    Global,
    /// Neither the header nor the rest of the file says it.
    Unclassified,
}

impl KeyKind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cluster => "a Kafka cluster",
            Self::Registry => "a Schema Registry",
            Self::Ksqldb => "a ksqlDB cluster",
            Self::Cloud => "Confluent Cloud's own API",
            Self::Flink => "Flink",
            Self::Tableflow => "Tableflow",
            Self::Global => "all resources",
            Self::Unclassified => "an unknown resource",
        }
    }

    pub(super) fn slot(self) -> Option<KeySlot> {
        match self {
            Self::Cluster => Some(KeySlot::Kafka),
            Self::Registry => Some(KeySlot::Registry),
            Self::Cloud => Some(KeySlot::Cloud),
            Self::Ksqldb => Some(KeySlot::Ksqldb),
            Self::Flink | Self::Tableflow | Self::Global | Self::Unclassified => None,
        }
    }

    /// Whether it may open either, so that a person has to say which.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Global | Self::Unclassified)
    }

    fn fits(self, slot: KeySlot) -> bool {
        self.is_open() || self.slot() == Some(slot)
    }
}

/// One step towards a document. No `Debug`: most hold secrets.
#[derive(Clone, PartialEq)]
pub(super) enum Change {
    Document(Box<Pipeline>),
    Text(Slot, String),
    Brokers(Vec<String>),
    /// `kafka.params`
    Param(String, Value),
    Pd(Vec<String>),
    /// The changes come out of TiCDC, so the source is a TiDB.
    TidbSource,
    Config(Box<ChangefeedConfig>),
    /// With the names of the secrets that the text only has masks for.
    Connector(Box<Connector>, Vec<String>),
    Ksql(KsqlStatement),
    /// An empty secret is one that is not known.
    Key(ApiKey),
    /// No part of a document.
    Tables(String),
}

#[derive(Clone, PartialEq)]
pub(super) struct ApiKey {
    pub kind: KeyKind,
    /// As the file names it: `lkc-…`; may be empty.
    pub resource: String,
    pub key: String,
    pub secret: String,
}

/// Puts everything that was understood into a document. Says what it replaced, what it had to refuse, and what is still missing.
/// Secrets become inline values, as if they were typed.
pub fn apply(understood: &Understood, pipeline: &mut Pipeline) -> Vec<Finding> {
    apply_changes(understood, pipeline, None)
}

/// As [`apply`], with the place that a person pointed at for an API key. A key of another kind is refused.
pub fn apply_to(understood: &Understood, slot: KeySlot, pipeline: &mut Pipeline) -> Vec<Finding> {
    apply_changes(understood, pipeline, Some(slot))
}

fn apply_changes(understood: &Understood, pipeline: &mut Pipeline, slot: Option<KeySlot>) -> Vec<Finding> {
    let mut applied = Applying { pipeline, findings: Vec::new() };
    for change in &understood.changes {
        applied.change(change, slot);
    }
    if let Some(registry) = &applied.pipeline.schema_registry
        && registry.url.is_empty()
        && !registry.user.is_empty()
    {
        applied.findings.push(
            Finding::warning("schema_registry.url", "import-registry-endpoint-missing", "The registry's key is here, its endpoint is not.")
                .hint("A key file does not have it. Copy the endpoint (`https://psrc-…`) from the environment's page in the console."),
        );
    }
    applied.findings
}

struct Applying<'a> {
    pipeline: &'a mut Pipeline,
    findings: Vec<Finding>,
}

impl Applying<'_> {
    fn change(&mut self, change: &Change, slot: Option<KeySlot>) {
        match change {
            Change::Document(document) => self.document(document),
            Change::Text(slot, text) => self.text(*slot, text),
            Change::Brokers(brokers) => {
                let old = std::mem::replace(&mut self.pipeline.kafka.brokers, brokers.clone());
                self.replaced("kafka.brokers", !old.is_empty() && old != *brokers);
            }
            Change::Param(name, value) => self.param(name, value),
            Change::Pd(addresses) => {
                let old = std::mem::replace(&mut self.pipeline.source.pd, addresses.clone());
                self.replaced("source.pd", !old.is_empty() && old != *addresses);
            }
            Change::TidbSource => self.tidb_source(),
            Change::Config(config) => {
                let old = std::mem::replace(&mut self.pipeline.changefeed.config, ChangefeedConfig::clone(config));
                self.replaced("changefeed.config", old != ChangefeedConfig::default() && old != **config);
            }
            Change::Connector(connector, masked) => self.connector(connector, masked),
            Change::Ksql(statement) => self.statement(statement),
            Change::Key(key) => self.key(key, slot),
            Change::Tables(_) => {}
        }
    }

    fn replaced(&mut self, path: &str, is_replaced: bool) {
        if is_replaced {
            let finding = Finding::warning(path, "import-replaced", format!("`{path}` had another value: it was replaced."));
            self.findings.push(finding.hint("Undo brings it back."));
        }
    }

    fn document(&mut self, document: &Pipeline) {
        let mut empty = Pipeline::named(&self.pipeline.name);
        empty.source.kind = self.pipeline.source.kind;
        let is_replaced = *self.pipeline != empty && *self.pipeline != *document;
        *self.pipeline = document.clone();
        if is_replaced {
            let finding = Finding::warning("", "import-replaced", "The whole document was replaced by the pasted one.");
            self.findings.push(finding.hint("Undo brings it back."));
        }
    }

    fn text(&mut self, slot: Slot, text: &str) {
        let field = slot.field(self.pipeline);
        let is_unset = field.is_empty() || (slot == Slot::Start && field == "now");
        let is_replaced = !is_unset && field != text;
        text.clone_into(field);
        self.replaced(slot.path(), is_replaced);
    }

    fn param(&mut self, name: &str, value: &Value) {
        let old = self.pipeline.kafka.param(name);
        self.pipeline.kafka.params.insert(name.to_owned(), value.clone());
        let is_replaced = old.is_some_and(|old| !old.is_empty() && self.pipeline.kafka.param(name).as_deref() != Some(old.as_str()));
        self.replaced(&format!("kafka.params.{name}"), is_replaced);
    }

    /// Only where the document has none.
    fn default_param(&mut self, name: &str, value: &Value) {
        if self.pipeline.kafka.params.contains_key(name) {
            return;
        }
        self.pipeline.kafka.params.insert(name.to_owned(), value.clone());
        let shown = self.pipeline.kafka.param(name).unwrap_or_default();
        let path = format!("kafka.params.{name}");
        self.findings.push(Finding::info(path, "import-implied", format!("`{name}` was set to `{shown}`: Confluent Cloud needs it.")));
    }

    /// The workload is only what a new document begins with; a MySQL source was somebody's choice.
    fn tidb_source(&mut self) {
        if self.pipeline.source.kind == SourceKind::Tpcc {
            set_source_kind(self.pipeline, SourceKind::Tidb);
            self.findings.push(
                Finding::info("source.kind", "import-source-tidb", "The source was set to TiDB, which TiCDC reads from.")
                    .hint("Give its PD addresses to run the pipeline on this studio's own engine."),
            );
        }
    }

    /// A connector read back from a server has masks for its secrets: those that the document has stay.
    fn connector(&mut self, connector: &Connector, masked: &[String]) {
        let mut connector = connector.clone();
        let connectors = &mut self.pipeline.connectors;
        match connectors.iter_mut().enumerate().find(|(_, own)| own.name == connector.name) {
            Some((i, own)) => {
                for key in masked {
                    connector.config.extend(own.config.get(key).map(|secret| (key.clone(), secret.clone())));
                }
                let is_replaced = *own != connector;
                *own = connector;
                self.replaced(&format!("connectors[{i}]"), is_replaced);
            }
            None => connectors.push(connector),
        }
    }

    fn statement(&mut self, statement: &KsqlStatement) {
        let statements = &mut self.pipeline.ksqldb;
        match statements.iter_mut().enumerate().find(|(_, own)| own.name == statement.name) {
            Some((i, own)) => {
                let is_replaced = *own != *statement;
                own.clone_from(statement);
                self.replaced(&format!("ksqldb[{i}]"), is_replaced);
            }
            None => statements.push(statement.clone()),
        }
    }

    fn key(&mut self, key: &ApiKey, wanted: Option<KeySlot>) {
        let kind = key.kind.name();
        let slot = match (wanted, key.kind.slot()) {
            (Some(wanted), _) if key.kind.fits(wanted) => wanted,
            (Some(wanted), _) => {
                let finding =
                    Finding::error(wanted.user_path(), "import-wrong-slot", format!("This API key is one of {kind}: it was not put here."));
                self.findings.push(finding.hint("Brokers take a cluster's key (`lkc-…`), the Schema Registry its own (`lsrc-…`)."));
                return;
            }
            (None, Some(slot)) => slot,
            (None, None) => {
                self.findings.push(no_slot(key.kind));
                return;
            }
        };
        match slot {
            KeySlot::Kafka => {
                self.param("sasl-user", &Value::from(key.key.as_str()));
                if !key.secret.is_empty() {
                    self.param("sasl-password", &Value::from(key.secret.as_str()));
                }
                self.default_param("enable-tls", &Value::Bool(true));
                self.default_param("sasl-mechanism", &Value::from("plain"));
                self.default_param("replication-factor", &Value::from(3));
                // Connectors are managed by cluster; where there are none, a section of its own would only be incomplete.
                if let Some(cloud) = &mut self.pipeline.confluent_cloud
                    && cloud.cluster.is_empty()
                    && key.resource.starts_with("lkc-")
                {
                    key.resource.clone_into(&mut cloud.cluster);
                }
            }
            KeySlot::Registry => self.login(Slot::RegistryUser, Slot::RegistryPassword, key),
            KeySlot::Cloud => self.login(Slot::CloudKey, Slot::CloudSecret, key),
            KeySlot::Ksqldb => self.login(Slot::KsqldbUser, Slot::KsqldbPassword, key),
        }
    }

    fn login(&mut self, user: Slot, password: Slot, key: &ApiKey) {
        self.text(user, &key.key);
        if !key.secret.is_empty() {
            self.text(password, &key.secret);
        }
    }
}

fn no_slot(kind: KeyKind) -> Finding {
    if kind.is_open() {
        Finding::warning("", "import-key-unclassified", "The text does not say what this API key is for: it was not used.")
            .hint("Say what it opens: the Kafka cluster, the Schema Registry, Confluent Cloud's own API or ksqlDB; on the command line with `--slot`.")
    } else {
        let message = format!("This API key is one of {}: a pipeline document has no place for it.", kind.name());
        Finding::error("", "import-key-no-place", message)
            .hint("Brokers take a cluster's key (`lkc-…`), the Schema Registry its own (`lsrc-…`); this key opens neither.")
    }
}

#[cfg(test)]
mod tests;
