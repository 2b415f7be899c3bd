//! How the studio reaches the services that a launch needs, besides brokers and registry.

use super::pipeline::Extra;
use crate::secret::SecretText;
use serde::{Deserialize, Serialize};

/// An HTTP service with its login: a Kafka Connect worker, a ksqlDB server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// `http(s)://host[:port][/prefix]`; credentials in it are moved to `user` and `password` on save.
    #[serde(default)]
    pub url: String,
    /// Basic authentication; on Confluent Cloud the API key of that service.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub user: String,
    #[serde(default, skip_serializing_if = "SecretText::is_empty")]
    pub password: SecretText,
    /// PEM text, usually by reference (`file:PATH`): the authority that signed the server's certificate. Default: the system's.
    #[serde(default, skip_serializing_if = "SecretText::is_empty")]
    pub ca: SecretText,
    /// PEM text: our certificate, for a server that asks for one; goes with `key`.
    #[serde(default, skip_serializing_if = "SecretText::is_empty")]
    pub cert: SecretText,
    /// PEM text, PKCS#8: the key of `cert`.
    #[serde(default, skip_serializing_if = "SecretText::is_empty")]
    pub key: SecretText,
    #[serde(flatten)]
    pub extra: Extra,
}

/// Confluent Cloud's control plane, for connectors of the flavour `confluent-cloud`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConfluentCloud {
    /// Default `https://api.confluent.cloud`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// `env-…`
    #[serde(default)]
    pub environment: String,
    /// `lkc-…`
    #[serde(default)]
    pub cluster: String,
    /// A cloud API key (resource management), not a cluster's.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub api_key: String,
    #[serde(default, skip_serializing_if = "SecretText::is_empty")]
    pub api_secret: SecretText,
    #[serde(flatten)]
    pub extra: Extra,
}

impl ConfluentCloud {
    pub const DEFAULT_URL: &'static str = "https://api.confluent.cloud";

    /// The control plane's address, without a slash at its end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        match self.url.trim_end_matches('/') {
            "" => Self::DEFAULT_URL,
            url => url,
        }
    }
}

impl Service {
    /// Visits the secrets below `path`.
    pub(super) fn for_each_secret(&mut self, path: &str, visit: &mut dyn FnMut(&str, &mut String)) {
        let fields = [("password", &mut self.password), ("ca", &mut self.ca), ("cert", &mut self.cert), ("key", &mut self.key)];
        for (name, secret) in fields {
            super::pipeline::visit_if_set(&format!("{path}.{name}"), &mut secret.0, visit);
        }
        super::pipeline::visit_map(path, &mut self.extra, visit);
    }
}
