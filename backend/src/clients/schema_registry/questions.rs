//! What is asked before a launch: which subjects there are, and what the registry would say to a schema. Nothing is changed.

use super::{Client, ConfigAnswer, RegistryError, decode, transport::escape};
use serde::Deserialize;
use shared::Finding;

/// A registered schema under a subject.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Version {
    pub version: u32,
    pub id: u32,
    pub schema: String,
}

/// The answer of a dry run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Compatibility {
    pub is_compatible: bool,
    /// The broken rules, in the registry's words; old registries give none.
    #[serde(default)]
    pub messages: Vec<String>,
}

#[derive(Deserialize)]
struct ModeAnswer {
    mode: String,
}

impl Compatibility {
    /// The same finding as the registration would end in; `None` when it would be accepted.
    #[must_use]
    pub fn finding(&self, subject: &str) -> Option<Finding> {
        (!self.is_compatible).then(|| RegistryError::incompatible(subject, &self.messages).finding())
    }
}

impl Client {
    /// The registry's address, without credentials.
    #[must_use]
    pub fn place(&self) -> &str {
        self.transport.base()
    }

    /// All subjects that this user may see.
    ///
    /// # Errors
    /// Unreachable, denied, or no registry.
    pub async fn subjects(&self) -> Result<Vec<String>, RegistryError> {
        decode(&self.transport.get("/subjects", "").await?, "")
    }

    /// The newest version under a subject; `None` when there is none.
    ///
    /// # Errors
    /// As [`Client::subjects`].
    pub async fn latest(&self, subject: &str) -> Result<Option<Version>, RegistryError> {
        let answer = self.transport.get(&format!("/subjects/{}/versions/latest", escape(subject)), subject).await?;
        if answer.status == 404 { Ok(None) } else { decode(&answer, subject).map(Some) }
    }

    /// Whether the registry would take this schema after the subject's latest one, by the subject's level. A subject that is
    /// not there takes any.
    ///
    /// # Errors
    /// As [`Client::subjects`], and when the registry does not take the text for a schema.
    pub async fn test_compatibility(&self, subject: &str, schema_text: &str) -> Result<Compatibility, RegistryError> {
        let path = format!("/compatibility/subjects/{}/versions/latest?verbose=true", escape(subject));
        let body = serde_json::json!({ "schema": schema_text }).to_string();
        let answer = self.transport.post(&path, body, subject).await?;
        match answer.status {
            404 => Ok(Compatibility { is_compatible: true, messages: Vec::new() }),
            _ => decode(&answer, subject),
        }
    }

    /// The level of subjects without one of their own, e.g. `BACKWARD`; for one subject see [`Client::compatibility`].
    ///
    /// # Errors
    /// As [`Client::subjects`].
    pub async fn global_compatibility(&self) -> Result<String, RegistryError> {
        decode::<ConfigAnswer>(&self.transport.get("/config", "").await?, "").map(|answer| answer.compatibility_level)
    }

    /// The mode that holds for the whole registry, e.g. `READWRITE`; `None` when this registry knows no modes.
    ///
    /// # Errors
    /// As [`Client::subjects`].
    pub async fn mode(&self) -> Result<Option<String>, RegistryError> {
        let answer = self.transport.get("/mode", "").await?;
        if answer.status == 404 { Ok(None) } else { decode::<ModeAnswer>(&answer, "").map(|answer| Some(answer.mode)) }
    }
}
