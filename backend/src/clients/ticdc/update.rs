//! Changing a changefeed. The server replaces the whole configuration by what it is sent, so we send all of it: what is there,
//! with only what is meant to change changed.

use super::model::{Changefeed, ChangefeedId};
use super::transport::{Repeat, SYSTEM};
use super::{Client, changefeed_path, secrets, wire};
use crate::clients::http::{RemoteError, RemoteErrorKind};
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

/// What to change; `None` leaves it as it is.
#[derive(Clone, Default)]
pub struct Change {
    /// The whole URI with its secrets: the server shows the old one masked, so that no part of it can be changed alone.
    pub sink_uri: Option<SecretString>,
    /// Where it ends; must lie after its start. The server cannot take a target away.
    pub target_ts: Option<u64>,
    /// What is different, in the API's names and places: objects are merged, anything else replaced, `null` goes back to the
    /// default.
    pub config: Option<Value>,
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Change")
            .field("sink_uri", &self.sink_uri.is_some())
            .field("target_ts", &self.target_ts)
            .field("config", &self.config.is_some())
            .finish()
    }
}

impl Client {
    /// Changes a changefeed that is stopped or failed, and answers it as it is then.
    ///
    /// A mask that the server shows instead of a secret is never sent back. With a new configuration every secret in it has to
    /// be readable in the old one or given in `change`.
    ///
    /// # Errors
    /// [`RemoteErrorKind::Masked`], naming the secret that the change needs; `CDC:ErrChangefeedUpdateRefused` in another state;
    /// and what creating is refused for, because the server checks all of that again.
    pub async fn update(&self, id: &ChangefeedId, change: &Change) -> Result<Changefeed, RemoteError> {
        self.transport.need_v2("changing a changefeed").await?;
        let Some(current) = self.changefeed(id).await? else {
            let reason = format!("[CDC:ErrChangeFeedNotExists]changefeed not exists, {id}");
            let mut error = RemoteError::new(SYSTEM, "changefeed.id", RemoteErrorKind::NotFound, 400, reason);
            "CDC:ErrChangeFeedNotExists".clone_into(&mut error.code);
            return Err(error);
        };
        let body = body_of(&current, change);
        if body.is_empty() {
            return Ok(current);
        }
        let body = Value::Object(body);
        if let Some(key) = secrets::first_mask(&body) {
            return Err(masked(&key));
        }
        let transport = self.transport.of(id);
        match transport.call(Method::PUT, &changefeed_path(id, ""), Some(&body), Repeat::Safe).await {
            Ok(answer) => transport.read(&answer, wire::changefeed),
            // The classic architecture's answer when there is nothing to do, as after a lost one.
            Err(error) if error.reason.contains("is the same with the old one") => Ok(self.changefeed(id).await?.unwrap_or(current)),
            Err(error) => Err(secrets::scrub(error, &body)),
        }
    }
}

/// Only what changes: the server keeps sink URI and target that are left out, but a configuration is all or nothing.
fn body_of(current: &Changefeed, change: &Change) -> Map<String, Value> {
    let mut body = Map::new();
    if let Some(uri) = &change.sink_uri {
        body.insert("sink_uri".to_owned(), uri.expose_secret().into());
    }
    if let Some(target) = change.target_ts.filter(|target| Some(*target) != current.target_ts) {
        body.insert("target_ts".to_owned(), target.into());
    }
    if let Some(config) = &change.config {
        let mut merged = current.config.clone();
        merge(&mut merged, config);
        if merged != current.config {
            body.insert("replica_config".to_owned(), merged);
        }
    }
    body
}

/// RFC 7396, a JSON merge patch.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Some(target) = target.as_object_mut() else { return };
    for (key, value) in patch {
        if value.is_null() {
            target.remove(key);
        } else {
            merge(target.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

fn masked(key: &str) -> RemoteError {
    let path = match key {
        "sasl-password" => "kafka.params.sasl-password",
        "sasl-gssapi-password" => "kafka.params.sasl-gssapi-password",
        "schema_registry" | "schema-registry" => "schema_registry.password",
        "sasl_password" => "changefeed.config.sink.kafka-config.sasl-password",
        "sasl_gssapi_password" => "changefeed.config.sink.kafka-config.sasl-gssapi-password",
        "sasl_oauth_client_secret" => "changefeed.config.sink.kafka-config.sasl-oauth-client-secret",
        "access_key" | "secret_access_key" | "token" => "changefeed.config.sink.kafka-config.glue-schema-registry-config",
        "claim_check_storage_uri" => "changefeed.config.sink.kafka-config.large-message-handle.claim-check-storage-uri",
        "sink_uri" => "kafka",
        _ => "changefeed.config",
    };
    let reason = format!("the value of `{key}` is a mask, and sending it would make the mask the secret");
    RemoteError::new(SYSTEM, path, RemoteErrorKind::Masked, 0, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_patch_changes_only_what_it_names() {
        for (target, patch, expected) in [
            (json!({"a": {"b": 1, "c": 2}}), json!({"a": {"b": 3}}), json!({"a": {"b": 3, "c": 2}})),
            (json!({"a": [1, 2]}), json!({"a": [3]}), json!({"a": [3]})),
            (json!({"a": 1, "b": 2}), json!({"a": null}), json!({"b": 2})),
            (json!({"a": 1}), json!({"a": {"b": 2}}), json!({"a": {"b": 2}})),
            (json!({}), json!({"a": {"b": null, "c": 1}}), json!({"a": {"c": 1}})),
        ] {
            let mut merged = target.clone();
            merge(&mut merged, &patch);
            assert_eq!(merged, expected, "{target} with {patch}");
        }
    }
}
