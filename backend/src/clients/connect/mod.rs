//! Kafka Connect: a worker's REST API, and Confluent Cloud's Connect API v1, which is nearly the same.
//!
//! What differs is here and nowhere else: how connectors are listed, restarted and refused, and that a worker shows secrets
//! where Confluent Cloud shows a mask. What comes out has masks in either case, and no mask is ever sent back.

mod access;
mod calls;
mod lifecycle;
mod offsets;
mod scrub;
mod status;
mod validation;

pub use calls::Patience;
pub use offsets::{TopicOffset, records_behind};
pub use status::{ConnectorStatus, State, TaskStatus};
pub use validation::{PropertyVerdict, Validation};

use super::http::{Http, RemoteError, RemoteErrorKind, path_part};
use reqwest::Method;
use scrub::Scrub;
use serde::Deserialize;
use serde_json::{Map, Value};
use shared::connector::shown;

/// Whose API it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    /// A Kafka Connect worker, and through it its cluster.
    Worker,
    ConfluentCloud,
}

/// A worker's REST API or that of one cluster on Confluent Cloud; clones share its connections. Dropping a call's future
/// cancels it.
#[derive(Clone, Debug)]
pub struct Client {
    http: Http,
    platform: Platform,
    /// Before the paths that both have.
    prefix: String,
    /// On Confluent Cloud `env-…` and `lkc-…`, else empty.
    environment: String,
    cluster: String,
    /// Whose key it is when it cannot be a cloud key: it stands at that place of the document too.
    foreign_key: Option<&'static str>,
    patience: Patience,
}

/// A connector plugin that is installed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Plugin {
    /// The value for `connector.class`.
    pub class: String,
    /// `sink` or `source`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// `None` where the plugin does not say.
    #[serde(default)]
    pub version: Option<String>,
}

impl Client {
    #[must_use]
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// Where it is, for people; no credentials.
    #[must_use]
    pub fn place(&self) -> String {
        match self.platform {
            Platform::Worker => format!("Kafka Connect at {}", self.http.base()),
            Platform::ConfluentCloud => format!("Confluent Cloud, cluster {} of {}", self.cluster, self.environment),
        }
    }

    /// `Kafka Connect 4.1.0`, `Confluent Cloud lkc-1`. The cheapest call that needs the login.
    ///
    /// # Errors
    /// It is not reachable, refuses the credentials, or is something else.
    pub async fn version(&self) -> Result<String, RemoteError> {
        if self.platform == Platform::ConfluentCloud {
            self.names().await?;
            return Ok(format!("Confluent Cloud {}", self.cluster));
        }
        let answer = self.success(Method::GET, "/", None).await?;
        let root: Root = self.http.decode(&answer)?;
        Ok(format!("Kafka Connect {}", root.version))
    }

    /// The connector plugins that are installed.
    ///
    /// # Errors
    /// As [`Client::version`].
    pub async fn plugins(&self) -> Result<Vec<Plugin>, RemoteError> {
        let answer = self.success(Method::GET, "/connector-plugins", None).await?;
        self.http.decode(&answer)
    }

    /// The plugin's own judgement of a configuration, which it may connect to its database for.
    ///
    /// # Errors
    /// The plugin is not installed, or a secret is a mask; as [`Client::version`]. Mistakes in the configuration are no error.
    pub async fn validate(&self, config: &Map<String, Value>) -> Result<Validation, RemoteError> {
        self.refuse_masks(config)?;
        let class = config.get("connector.class").and_then(Value::as_str).unwrap_or_default();
        if class.is_empty() {
            return Err(self.error(RemoteErrorKind::Invalid, "the configuration has no `connector.class`".to_owned()));
        }
        let path = format!("/connector-plugins/{}/config/validate", path_part(class));
        let body = Value::Object(config.clone());
        let answer = self.call(Method::PUT, &path, Some(&body), &Scrub::of(config), true).await?;
        if answer.status.is_success() {
            return Ok(Validation::read(&self.http.decode(&answer)?, config));
        }
        let mut error = self.refused(&answer);
        let is_unknown = error.kind == RemoteErrorKind::NotFound;
        if is_unknown && self.plugins().await.is_ok_and(|plugins| plugins.iter().all(|plugin| plugin.class != class)) {
            error.reason = format!("`{class}` is no plugin of this service: {}", error.reason);
        }
        Err(error)
    }

    /// All connectors, those made elsewhere included, by name.
    ///
    /// # Errors
    /// As [`Client::version`].
    pub async fn connectors(&self) -> Result<Vec<ConnectorStatus>, RemoteError> {
        let query = match self.platform {
            Platform::Worker => "expand=status&expand=info",
            Platform::ConfluentCloud => "expand=info,status,id",
        };
        let answer = self.success(Method::GET, &format!("/connectors?{query}"), None).await?;
        let mut found = match self.http.decode(&answer)? {
            Listed::Expanded(connectors) => connectors.iter().map(|(name, entry)| listed(name, entry)).collect(),
            // Workers before 2.3 do not expand.
            Listed::Names(names) => {
                let mut found = Vec::with_capacity(names.len());
                for name in names {
                    found.extend(self.worker_status(&name).await?);
                }
                found
            }
        };
        found.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }

    /// One connector with its tasks, or `None` when there is none of that name.
    ///
    /// # Errors
    /// As [`Client::version`].
    pub async fn status(&self, name: &str) -> Result<Option<ConnectorStatus>, RemoteError> {
        match self.platform {
            Platform::Worker => self.worker_status(name).await,
            // One request for everything: calls are rationed there.
            Platform::ConfluentCloud => Ok(self.connectors().await?.into_iter().find(|connector| connector.name == name)),
        }
    }

    async fn worker_status(&self, name: &str) -> Result<Option<ConnectorStatus>, RemoteError> {
        let Some(config) = self.raw_config(name).await? else { return Ok(None) };
        // A connector that was just made has no status yet.
        let status = self.lookup(name, "/status").await?.unwrap_or_default();
        Ok(Some(ConnectorStatus::read(name, &status, &config)))
    }

    /// A connector's configuration with a mask for every secret ([`shared::connector::shown`]), or `None` when there is no
    /// connector of that name.
    ///
    /// # Errors
    /// As [`Client::version`].
    pub async fn config(&self, name: &str) -> Result<Option<Map<String, Value>>, RemoteError> {
        Ok(self.raw_config(name).await?.map(|config| shown(&config)))
    }

    /// How far a sink has read, or `None` where the platform does not say (workers before 3.5).
    ///
    /// # Errors
    /// There is no connector of that name; as [`Client::version`].
    pub async fn offsets(&self, name: &str) -> Result<Option<Vec<TopicOffset>>, RemoteError> {
        let answer = self.call(Method::GET, &format!("/connectors/{}/offsets", path_part(name)), None, &Scrub::default(), true).await?;
        match answer.status.as_u16() {
            200..=299 => Ok(Some(TopicOffset::read(&self.http.decode(&answer)?))),
            404 | 405 if self.raw_config(name).await?.is_some() => Ok(None),
            _ => Err(self.refused(&answer)),
        }
    }

    /// As the platform has it: a worker's holds secrets.
    async fn raw_config(&self, name: &str) -> Result<Option<Map<String, Value>>, RemoteError> {
        Ok(match self.lookup(name, "/config").await? {
            Some(Value::Object(config)) => Some(config),
            Some(_) => return Err(self.error(RemoteErrorKind::Unexpected, "the configuration is no table".to_owned())),
            None => None,
        })
    }

    /// A part of a connector, or `None` when there is no such connector.
    async fn lookup(&self, name: &str, part: &str) -> Result<Option<Value>, RemoteError> {
        let path = format!("/connectors/{}{part}", path_part(name));
        let answer = self.call(Method::GET, &path, None, &Scrub::default(), true).await?;
        if answer.status.is_success() {
            return self.http.decode(&answer).map(Some);
        }
        if self.is_absence(&answer, name).await? { Ok(None) } else { Err(self.refused(&answer)) }
    }

    async fn names(&self) -> Result<Vec<String>, RemoteError> {
        let answer = self.success(Method::GET, "/connectors", None).await?;
        self.http.decode(&answer)
    }
}

#[derive(Deserialize)]
struct Root {
    version: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Listed {
    Expanded(Map<String, Value>),
    Names(Vec<String>),
}

fn listed(name: &str, entry: &Value) -> ConnectorStatus {
    let none = Map::new();
    let config = entry["info"]["config"].as_object().unwrap_or(&none);
    ConnectorStatus { id: status::text(&entry["id"]["id"]), ..ConnectorStatus::read(name, &entry["status"], config) }
}
