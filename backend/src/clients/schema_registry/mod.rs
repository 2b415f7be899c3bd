//! Client of a Confluent-compatible Schema Registry: what a TiCDC-style Avro sink and the studio's live test ask of it.
//!
//! The calls are those of TiCDC's Avro sink (`ticdc pkg/sink/codec/avro/confluent_schema_registry.go`): registration sends the
//! schema text alone, without `schemaType` and without a normalise flag. Every method may be cancelled by dropping its future.

mod error;
mod questions;
#[cfg(test)]
mod tests;
mod transport;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use secrecy::SecretString;
use serde::Deserialize;

pub use error::{RegistryError, RegistryErrorKind};
pub use questions::{Compatibility, Version};
pub use transport::Retry;
use transport::{Answer, Transport};

/// Where the registry is and how to sign in.
#[derive(Clone, Default)]
pub struct Options {
    /// `http(s)://host[:port][/prefix]`; credentials in it are used when `user` is empty.
    pub url: String,
    /// User or API key; empty signs in with nothing.
    pub user: String,
    pub password: Option<SecretString>,
}

impl std::fmt::Debug for Options {
    /// The address may hold credentials, so none of it but the host is shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let host = url::Url::parse(&self.url).ok().and_then(|url| url.host_str().map(str::to_owned));
        f.debug_struct("Options").field("host", &host).field("user", &self.user).field("password", &self.password).finish()
    }
}

/// What the base address answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ping {
    pub status: u16,
    /// Whether the body is exactly `{}`. TiCDC's start-up check accepts nothing else, whatever the status; our engine does not mind.
    pub accepted_by_ticdc: bool,
}

/// A registry client; clones share connections and cache.
///
/// Registrations and schemas are remembered for the client's life: ids never change their meaning, and a pipeline uses
/// a few schemas per table, so the cache needs no bound.
#[derive(Clone)]
pub struct Client {
    transport: Transport,
    cache: Arc<Mutex<Cache>>,
}

#[derive(Default)]
struct Cache {
    /// By the digest of subject and schema text: the texts of 100,000 tables would be hundreds of megabytes.
    registered: HashMap<[u8; 32], u32>,
    texts: HashMap<u32, String>,
}

#[derive(Deserialize)]
struct Registered {
    id: u32,
}

#[derive(Deserialize)]
struct SchemaById {
    schema: String,
}

#[derive(Deserialize)]
struct ConfigAnswer {
    #[serde(rename = "compatibilityLevel")]
    compatibility_level: String,
}

impl Client {
    /// # Errors
    /// [`RegistryErrorKind::Url`] when the address is not an `http` or `https` URL, or when TLS cannot be set up.
    pub fn new(options: Options) -> Result<Self, RegistryError> {
        Self::with_retry(options, Retry::default())
    }

    /// The same with another patience, for callers that would rather hear of trouble at once.
    ///
    /// # Errors
    /// As [`Client::new`].
    pub fn with_retry(options: Options, retry: Retry) -> Result<Self, RegistryError> {
        Ok(Self { transport: Transport::new(options, retry)?, cache: Arc::default() })
    }

    /// Whether the registry can be reached and lets us in. Tolerant: any answer but 401 and 403 counts.
    ///
    /// # Errors
    /// Unreachable or denied.
    pub async fn ping(&self) -> Result<Ping, RegistryError> {
        let answer = self.transport.get("/", "").await?;
        match answer.status {
            401 | 403 => Err(RegistryError::from_answer(&answer, "")),
            status => Ok(Ping { status, accepted_by_ticdc: answer.body == b"{}" }),
        }
    }

    /// Registers a schema under a subject and returns its id; the same text again returns the same id without a request.
    ///
    /// # Errors
    /// See [`RegistryErrorKind`]; network errors, 429 and 5xx were tried again before, anything else is final at once.
    pub async fn register(&self, subject: &str, schema_text: &str) -> Result<u32, RegistryError> {
        let key = digest(subject, schema_text);
        if let Some(id) = self.cached(|cache| cache.registered.get(&key).copied()) {
            return Ok(id);
        }
        let path = format!("/subjects/{}/versions", transport::escape(subject));
        let body = serde_json::json!({ "schema": schema_text }).to_string();
        let answer = self.transport.post(&path, body, subject).await?;
        let Registered { id } = decode(&answer, subject)?;
        if id == 0 {
            return Err(RegistryError::unexpected(&answer, subject, "it assigned the schema id 0"));
        }
        self.cached(|cache| cache.registered.insert(key, id));
        Ok(id)
    }

    /// The text of the schema with this id.
    ///
    /// # Errors
    /// [`RegistryErrorKind::NotFound`] for an unknown id, else as for [`Client::register`].
    pub async fn schema(&self, id: u32) -> Result<String, RegistryError> {
        if let Some(text) = self.cached(|cache| cache.texts.get(&id).cloned()) {
            return Ok(text);
        }
        let answer = self.transport.get(&format!("/schemas/ids/{id}"), "").await?;
        let SchemaById { schema } = decode(&answer, "")?;
        self.cached(|cache| cache.texts.insert(id, schema.clone()));
        Ok(schema)
    }

    /// The compatibility level that registrations under this subject are held to, e.g. `BACKWARD`.
    ///
    /// # Errors
    /// As for [`Client::register`].
    pub async fn compatibility(&self, subject: &str) -> Result<String, RegistryError> {
        let path = format!("/config/{}?defaultToGlobal=true", transport::escape(subject));
        let mut answer = self.transport.get(&path, subject).await?;
        if answer.status == 404 {
            // Registries that do not know `defaultToGlobal` say that the subject has no level of its own.
            answer = self.transport.get("/config", subject).await?;
        }
        decode::<ConfigAnswer>(&answer, subject).map(|config| config.compatibility_level)
    }

    fn cached<T>(&self, look: impl FnOnce(&mut Cache) -> T) -> T {
        look(&mut self.cache.lock().expect("no code panics while it holds the cache"))
    }
}

/// Subjects have no NUL.
fn digest(subject: &str, schema_text: &str) -> [u8; 32] {
    let mut digest = openssl::sha::Sha256::new();
    digest.update(subject.as_bytes());
    digest.update(&[0]);
    digest.update(schema_text.as_bytes());
    digest.finish()
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("base", &self.transport.base()).finish_non_exhaustive()
    }
}

fn decode<T: serde::de::DeserializeOwned>(answer: &Answer, subject: &str) -> Result<T, RegistryError> {
    if !(200..300).contains(&answer.status) {
        return Err(RegistryError::from_answer(answer, subject));
    }
    serde_json::from_slice(&answer.body)
        .map_err(|_| RegistryError::unexpected(answer, subject, "its answer is not the JSON of a Schema Registry"))
}
