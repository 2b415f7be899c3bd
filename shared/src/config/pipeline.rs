//! The pipeline document, version 1: the form's model, the API's payload and the file in git.
//!
//! Every struct keeps the keys that it does not know in `extra`, so that saving never drops what a newer studio or a
//! person wrote; `validate` turns them into findings. Shape: `docs/pipeline.md`.

use super::engine::EngineSpec;
use super::service::{ConfluentCloud, Service};
use crate::path::join;
use crate::secret::{SecretText, is_secret_key};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Keys without a field of their own.
pub type Extra = Map<String, Value>;

/// A whole pipeline, from source to statements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Always 1.
    pub version: u32,
    /// Also the studio's key of it: `^[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*$`, at most 128 bytes (TiCDC's rule for changefeed ids).
    pub name: String,
    #[serde(default)]
    pub source: Source,
    #[serde(default)]
    pub changefeed: ChangefeedSpec,
    #[serde(default)]
    pub kafka: KafkaConfig,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_registry: Option<SchemaRegistry>,
    /// How the studio's own engine runs it.
    #[serde(default, skip_serializing_if = "EngineSpec::is_default")]
    pub engine: EngineSpec,
    /// The Kafka Connect worker that runs connectors of a `kafka-connect-*` flavour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connect: Option<Service>,
    /// Where connectors of the flavour `confluent-cloud` run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confluent_cloud: Option<ConfluentCloud>,
    /// The ksqlDB server that runs the statements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ksqldb_server: Option<Service>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connectors: Vec<Connector>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ksqldb: Vec<KsqlStatement>,
    #[serde(flatten)]
    pub extra: Extra,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    Tidb,
    Mysql,
    /// The built-in TPC-C workload: its own little database, changes and all.
    #[default]
    Tpcc,
}

/// Where changes come from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Source {
    #[serde(default)]
    pub kind: SourceKind,
    /// tidb: PD client URLs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pd: Vec<String>,
    /// mysql: `mysql://user@host:3306[/database]`; a password in it is moved to `password` on save.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    #[serde(default, skip_serializing_if = "SecretText::is_empty")]
    pub password: SecretText,
    /// mysql: `off` | `verify` | `verify-ca` | `skip-verify`. Default `verify` with any of the files below, else `off`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tls: String,
    /// PEM text, usually `file:PATH`: the authority that signed the server's certificate; others are then not trusted.
    /// Default: the system's.
    #[serde(default, skip_serializing_if = "SecretText::is_empty")]
    pub ca: SecretText,
    /// PEM text: our certificate, for a server that asks for one; goes with `key`.
    #[serde(default, skip_serializing_if = "SecretText::is_empty")]
    pub cert: SecretText,
    /// PEM text, without a passphrase: the key of `cert`.
    #[serde(default, skip_serializing_if = "SecretText::is_empty")]
    pub key: SecretText,
    /// mysql: our replica's server id, unique among all replicas of the server. Default: derived from the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_id: Option<u32>,
    /// `now` | `snapshot` | a TSO | an RFC 3339 time | `mysql-bin.000007:4` | a GTID set. Default `now`.
    #[serde(default = "start_now")]
    pub start: String,
    /// tpcc: warehouses, 1 to 100. Default 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warehouses: Option<u32>,
    /// tpcc: row changes per second aimed at, 1 to 1,000,000; 0 is as fast as possible. Default 1,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_per_second: Option<u32>,
    #[serde(flatten)]
    pub extra: Extra,
}

fn start_now() -> String {
    "now".to_owned()
}

/// `source.start`, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartFrom {
    Now,
    Snapshot,
    Tso(u64),
    /// RFC 3339, as written.
    Time(String),
    /// MySQL binlog file and position.
    Binlog {
        file: String,
        position: u64,
    },
    /// MySQL or MariaDB GTID set, as written.
    Gtid(String),
}

/// Who runs the changefeed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Target {
    /// Our engine, in this process.
    #[default]
    Native,
    /// A TiCDC cluster, through its Open API.
    Ticdc,
    /// Nobody: files only.
    Export,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChangefeedSpec {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub id: String,
    #[serde(default)]
    pub target: Target,
    /// Whose options and defaults apply, e.g. `8.5.4`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ticdc_version: String,
    /// `classic` | `new`. Default: as [`Release::of`](crate::ticdc::Release::of) reads the version.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ticdc_architecture: String,
    /// A TiCDC server's address, `http(s)://host:8300`: any of the cluster's, it forwards to the owner.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ticdc_server: String,
    /// Basic authentication at the TiCDC server (TiDB's user with `security.client-user-required`).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ticdc_user: String,
    #[serde(default, skip_serializing_if = "SecretText::is_empty")]
    pub ticdc_password: SecretText,
    /// PEM text, usually `file:PATH`: the authority that signed TiCDC's certificate.
    #[serde(default, skip_serializing_if = "SecretText::is_empty")]
    pub ticdc_ca: SecretText,
    /// PEM text: our certificate towards TiCDC; goes with `ticdc_key`.
    #[serde(default, skip_serializing_if = "SecretText::is_empty")]
    pub ticdc_cert: SecretText,
    #[serde(default, skip_serializing_if = "SecretText::is_empty")]
    pub ticdc_key: SecretText,
    /// Keyspace of a TiDB that has some; empty is TiCDC's default one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ticdc_keyspace: String,
    #[serde(default)]
    pub config: ChangefeedConfig,
    #[serde(flatten)]
    pub extra: Extra,
}

/// TiCDC's changefeed configuration with its own (kebab-case) keys. What we act on is typed; the rest passes through.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ChangefeedConfig {
    /// Whether filter and matchers look at case. Default false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_sensitive: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_replicate: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ignore_ineligible_table: Option<bool>,
    #[serde(default, skip_serializing_if = "FilterConfig::is_default")]
    pub filter: FilterConfig,
    #[serde(default, skip_serializing_if = "SinkConfig::is_default")]
    pub sink: SinkConfig,
    #[serde(flatten)]
    pub extra: Extra,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct FilterConfig {
    /// Default (and when empty) `["*.*"]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<String>,
    #[serde(flatten)]
    pub extra: Extra,
}

impl FilterConfig {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct SinkConfig {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dispatchers: Vec<Dispatcher>,
    #[serde(flatten)]
    pub extra: Extra,
}

impl SinkConfig {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// One entry of `[[sink.dispatchers]]`; the first whose matcher matches decides topic and partition.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Dispatcher {
    #[serde(default)]
    pub matcher: Vec<String>,
    /// Topic expression; empty is the default topic.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub topic: String,
    /// `default` `table` `ts` `index-value` `rowid` `columns`; empty is `default`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub partition: String,
    /// Deprecated spelling of `partition`; both set is an error.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub dispatcher: String,
    /// With `index-value`: that index's columns instead of the handle key.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub index: String,
    /// With `columns`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    #[serde(flatten)]
    pub extra: Extra,
}

#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KafkaConfig {
    /// `host:port` each.
    #[serde(default)]
    pub brokers: Vec<String>,
    /// The default topic: the sink URI's path.
    #[serde(default)]
    pub topic: String,
    /// The sink URI's query parameters, their own names; values are text, whole numbers or booleans.
    #[serde(default)]
    pub params: Map<String, Value>,
    #[serde(flatten)]
    pub extra: Extra,
}

impl std::fmt::Debug for KafkaConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&String> = self.params.keys().collect();
        f.debug_struct("KafkaConfig")
            .field("brokers", &self.brokers)
            .field("topic", &self.topic)
            .field("params", &names)
            .finish_non_exhaustive()
    }
}

impl KafkaConfig {
    /// A parameter as the text it has in the sink URI.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<String> {
        match self.params.get(name)? {
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}

/// A Confluent-compatible Schema Registry.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SchemaRegistry {
    /// `http(s)://host[:port][/prefix]`; credentials in it are moved to `user` and `password` on save.
    #[serde(default)]
    pub url: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    #[serde(default, skip_serializing_if = "SecretText::is_empty")]
    pub password: SecretText,
    #[serde(flatten)]
    pub extra: Extra,
}

#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Connector {
    #[serde(default)]
    pub name: String,
    /// `sqlserver` | `snowflake` | `mysql` | `postgres`.
    #[serde(default)]
    pub kind: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub flavour: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<String>,
    /// The connector's own property keys.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub config: Map<String, Value>,
    #[serde(flatten)]
    pub extra: Extra,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connector").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct KsqlStatement {
    #[serde(default)]
    pub name: String,
    /// `stream` | `table`: generated; absent with `sql`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub statement: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub topic: String,
    /// Your own statements instead, separated by `;`. A secret in a `WITH` may be a reference, as everywhere.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sql: String,
    #[serde(flatten)]
    pub extra: Extra,
}

/// Own SQL can hold passwords of connectors.
impl std::fmt::Debug for KsqlStatement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KsqlStatement")
            .field("name", &self.name)
            .field("statement", &self.statement)
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}

impl Pipeline {
    /// An empty document of that name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            version: 1,
            name: name.to_owned(),
            source: Source { start: start_now(), ..Source::default() },
            changefeed: ChangefeedSpec::default(),
            kafka: KafkaConfig::default(),
            schema_registry: None,
            engine: EngineSpec::default(),
            connect: None,
            confluent_cloud: None,
            ksqldb_server: None,
            connectors: Vec::new(),
            ksqldb: Vec::new(),
            extra: Extra::new(),
        }
    }

    /// Visits every secret of the document with its path: to seal, resolve, redact or export it. Anything whose name
    /// says secret counts, known key or not, so that a misspelt `sasl-pasword` is not shown to the world either.
    pub fn for_each_secret(&mut self, visit: &mut dyn FnMut(&str, &mut String)) {
        let source = &mut self.source;
        let access = [("password", &mut source.password), ("ca", &mut source.ca), ("cert", &mut source.cert), ("key", &mut source.key)];
        for (name, secret) in access {
            visit_if_set(&format!("source.{name}"), &mut secret.0, visit);
        }
        visit_map("source", &mut source.extra, visit);
        visit_map("kafka.params", &mut self.kafka.params, visit);
        visit_map("kafka", &mut self.kafka.extra, visit);
        let spec = &mut self.changefeed;
        let access = [
            ("password", &mut spec.ticdc_password),
            ("ca", &mut spec.ticdc_ca),
            ("cert", &mut spec.ticdc_cert),
            ("key", &mut spec.ticdc_key),
        ];
        for (name, secret) in access {
            visit_if_set(&format!("changefeed.ticdc_{name}"), &mut secret.0, visit);
        }
        visit_map("changefeed", &mut spec.extra, visit);
        visit_map("changefeed.config.sink", &mut self.changefeed.config.sink.extra, visit);
        if let Some(registry) = &mut self.schema_registry {
            visit_if_set("schema_registry.password", &mut registry.password.0, visit);
            visit_map("schema_registry", &mut registry.extra, visit);
        }
        visit_map("engine", &mut self.engine.extra, visit);
        for (path, service) in [("connect", &mut self.connect), ("ksqldb_server", &mut self.ksqldb_server)] {
            if let Some(service) = service {
                service.for_each_secret(path, visit);
            }
        }
        if let Some(cloud) = &mut self.confluent_cloud {
            visit_if_set("confluent_cloud.api_secret", &mut cloud.api_secret.0, visit);
            visit_map("confluent_cloud", &mut cloud.extra, visit);
        }
        for (i, connector) in self.connectors.iter_mut().enumerate() {
            visit_map(&format!("connectors[{i}].config"), &mut connector.config, visit);
        }
        for (i, statement) in self.ksqldb.iter_mut().enumerate() {
            crate::ksql::for_each_secret(&mut statement.sql, &mut |name, text| visit(&join(&format!("ksqldb[{i}].sql"), name), text));
        }
        visit_map("", &mut self.extra, visit);
    }
}

pub(super) fn visit_if_set(path: &str, text: &mut String, visit: &mut dyn FnMut(&str, &mut String)) {
    if !text.is_empty() {
        visit(path, text);
    }
}

pub(super) fn visit_map(path: &str, map: &mut Map<String, Value>, visit: &mut dyn FnMut(&str, &mut String)) {
    visit_within(path, "", map, visit);
}

/// `within`: the keys of the tables around this one. `snowflake.private.key` without quotes is three tables deep, and only
/// the whole of it says secret.
fn visit_within(path: &str, within: &str, map: &mut Map<String, Value>, visit: &mut dyn FnMut(&str, &mut String)) {
    for (key, value) in map.iter_mut() {
        let path = join(path, key);
        let name = if within.is_empty() { key.clone() } else { format!("{within}.{key}") };
        match value {
            Value::String(text) if is_secret_key(key) || is_secret_key(&name) => visit_if_set(&path, text, visit),
            Value::Object(inner) => visit_within(&path, &name, inner, visit),
            _ => {}
        }
    }
}
