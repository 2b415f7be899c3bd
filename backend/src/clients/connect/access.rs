//! From a document to a client.

use super::{Client, Patience, Platform};
use crate::clients::http::{Http, Options, RemoteError, RemoteErrorKind, path_part};
use shared::Finding;
use shared::config::Pipeline;
use shared::connector::Flavour;

const WORKER: &str = "Kafka Connect";
const CLOUD: &str = "Confluent Cloud";

impl Client {
    /// The platform of the connector at `index` of an unsealed document, by its flavour.
    ///
    /// # Errors
    /// There is no such connector, its flavour is unknown, or the section that says how its platform is reached is missing
    /// or cannot be used.
    pub fn of_connector(open: &Pipeline, index: usize) -> Result<Self, Box<Finding>> {
        let Some(connector) = open.connectors.get(index) else {
            let message = format!("the document has {} connectors, and this is number {}", open.connectors.len(), index + 1);
            return Err(Box::new(Finding::error("connectors", "connector-missing", message).hint("load the document again")));
        };
        match Flavour::parse(&connector.flavour) {
            Some(Flavour::ConfluentCloud) if open.confluent_cloud.is_none() => {
                let message =
                    format!("the connector `{}` is Confluent Cloud's, and the document does not say which cluster's", connector.name);
                let hint =
                    "fill in environment (`env-…`), cluster (`lkc-…`) and a Cloud API key (`confluent api-key create --resource cloud`)";
                Err(Box::new(Finding::error("confluent_cloud", "confluent-cloud-missing", message).hint(hint)))
            }
            Some(Flavour::ConfluentCloud) => Self::confluent_cloud(open).map_err(|error| Box::new(error.finding())),
            Some(_) if open.connect.is_none() => {
                let message =
                    format!("the connector `{}` runs on Kafka Connect, and the document does not say where that is", connector.name);
                let hint = "give the REST address of any worker of the cluster, for example `http://worker:8083`";
                Err(Box::new(Finding::error("connect", "connect-missing", message).hint(hint)))
            }
            Some(_) => Self::worker(open).map_err(|error| Box::new(error.finding())),
            None => {
                let message = format!("`{}` is no flavour of connectors", connector.flavour);
                let path = format!("connectors[{index}].flavour");
                let hint = format!("it is one of `{}`", Flavour::ALL.map(Flavour::name).join("`, `"));
                Err(Box::new(Finding::error(path, "connector-flavour-unknown", message).hint(hint)))
            }
        }
    }

    /// The worker of an unsealed document's `connect`.
    ///
    /// # Errors
    /// The section is missing; its address, certificate or key cannot be used.
    pub fn worker(open: &Pipeline) -> Result<Self, RemoteError> {
        const PATH: &str = "connect";
        let service = open.connect.as_ref().ok_or_else(|| unusable(WORKER, PATH, "the document has no `connect`"))?;
        Ok(Self {
            http: Http::new(Options::of_service(WORKER, PATH, service))?,
            platform: Platform::Worker,
            prefix: String::new(),
            environment: String::new(),
            cluster: String::new(),
            foreign_key: None,
            patience: Patience::default(),
        })
    }

    /// The cluster of an unsealed document's `confluent_cloud`.
    ///
    /// # Errors
    /// The section is missing, has no environment or cluster, or its address cannot be used.
    pub fn confluent_cloud(open: &Pipeline) -> Result<Self, RemoteError> {
        const PATH: &str = "confluent_cloud";
        let wrong = |reason: &str| unusable(CLOUD, PATH, reason);
        let cloud = open.confluent_cloud.as_ref().ok_or_else(|| wrong("the document has no `confluent_cloud`"))?;
        let (environment, cluster) = (cloud.environment.trim(), cloud.cluster.trim());
        if environment.is_empty() || cluster.is_empty() {
            return Err(wrong("`environment` (`env-…`) and `cluster` (`lkc-…`) are both part of it, and one is empty"));
        }
        if environment.starts_with("lkc-") || cluster.starts_with("env-") {
            return Err(wrong("`environment` begins with `env-`, `cluster` with `lkc-`; they are mixed up"));
        }
        if cloud.api_key.trim().is_empty() || cloud.api_secret.is_empty() {
            return Err(wrong("`api_key` and `api_secret` belong to it: a Cloud API key, not a cluster's"));
        }
        let options = Options {
            system: CLOUD,
            path: PATH,
            url: cloud.base_url().to_owned(),
            user: cloud.api_key.trim().to_owned(),
            password: cloud.api_secret.0.clone().into(),
            ..Options::default()
        };
        let registry = open.schema_registry.as_ref().map_or("", |registry| &registry.user);
        let foreign_key = match cloud.api_key.trim() {
            key if open.kafka.param("sasl-user").is_some_and(|user| user == key) => Some("the cluster's (`kafka.params.sasl-user`)"),
            key if key == registry => Some("the registry's (`schema_registry.user`)"),
            _ => None,
        };
        Ok(Self {
            http: Http::new(options)?,
            platform: Platform::ConfluentCloud,
            prefix: format!("/connect/v1/environments/{}/clusters/{}", path_part(environment), path_part(cluster)),
            environment: environment.to_owned(),
            cluster: cluster.to_owned(),
            foreign_key,
            patience: Patience::default(),
        })
    }

    /// The same, with other patience.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Self {
        Self { patience, ..self }
    }
}

fn unusable(system: &'static str, path: &'static str, reason: &str) -> RemoteError {
    RemoteError::new(system, path, RemoteErrorKind::Url, 0, reason.to_owned())
}
