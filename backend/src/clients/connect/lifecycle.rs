//! What changes connectors.

use super::scrub::Scrub;
use super::status::State;
use super::{Client, Platform};
use crate::clients::http::{RemoteError, RemoteErrorKind, path_part};
use reqwest::Method;
use serde_json::{Map, Value, json};
use shared::connector::masked_keys;

impl Client {
    /// Creates a connector. When the answer is lost or a failure, but a connector with this configuration is there
    /// afterwards, it counts as created.
    ///
    /// # Errors
    /// [`RemoteErrorKind::Conflict`] when there is one of that name, [`RemoteErrorKind::Invalid`] when the configuration is
    /// refused or a secret is a mask; as [`Client::version`].
    pub async fn create(&self, name: &str, config: &Map<String, Value>) -> Result<(), RemoteError> {
        let config = self.to_send(name, config)?;
        let body = json!({ "name": name, "config": config });
        let error = match self.call(Method::POST, "/connectors", Some(&body), &Scrub::of(&config), false).await {
            Ok(answer) if answer.status.is_success() => return Ok(()),
            Ok(answer) => self.refused(&answer),
            Err(error) => error,
        };
        if !matches!(error.kind, RemoteErrorKind::Unreachable | RemoteErrorKind::Failing) {
            return Err(error);
        }
        match self.raw_config(name).await {
            Ok(Some(there)) => match differing_keys(&config, &there).as_slice() {
                [] => Ok(()),
                keys => {
                    let reason = format!("`{name}` is there with another configuration: it differs in `{}`", keys.join("`, `"));
                    Err(self.unanswered(RemoteErrorKind::Conflict, error, reason))
                }
            },
            Ok(None) => Err(error),
            Err(_) => {
                let reason = format!("{}; whether `{name}` was created is not known", error.reason);
                Err(self.unanswered(error.kind, error, reason))
            }
        }
    }

    /// Replaces a connector's configuration as a whole; creates the connector when there is none.
    ///
    /// # Errors
    /// As [`Client::create`], without the conflict.
    pub async fn put_config(&self, name: &str, config: &Map<String, Value>) -> Result<(), RemoteError> {
        let config = self.to_send(name, config)?;
        let scrub = Scrub::of(&config);
        let path = format!("/connectors/{}/config", path_part(name));
        let answer = self.call(Method::PUT, &path, Some(&Value::Object(config)), &scrub, true).await?;
        if answer.status.is_success() { Ok(()) } else { Err(self.refused(&answer)) }
    }

    /// Stops reading until [`Client::resume`]. The platform only accepts it here: tasks pause one after the other.
    ///
    /// # Errors
    /// There is no connector of that name; as [`Client::version`].
    pub async fn pause(&self, name: &str) -> Result<(), RemoteError> {
        self.command(Method::PUT, name, "/pause").await
    }

    /// Goes on reading where it stopped; nothing changes when it was not paused.
    ///
    /// # Errors
    /// As [`Client::pause`].
    pub async fn resume(&self, name: &str) -> Result<(), RemoteError> {
        self.command(Method::PUT, name, "/resume").await
    }

    /// Restarts a connector and its tasks, or only what of it failed. A paused connector stays paused.
    ///
    /// # Errors
    /// As [`Client::pause`].
    pub async fn restart(&self, name: &str, only_failed: bool) -> Result<(), RemoteError> {
        if self.platform == Platform::ConfluentCloud {
            return self.pause_and_resume(name, only_failed).await;
        }
        let path = format!("/connectors/{}/restart", path_part(name));
        let query = format!("{path}?includeTasks=true&onlyFailed={only_failed}");
        let answer = self.success(Method::POST, &query, None).await?;
        // Workers before 3.0 take no notice of the query: they restarted the connector and answer nothing.
        if answer.status.as_u16() != 204 {
            return Ok(());
        }
        let tasks = self.status(name).await?.map(|connector| connector.tasks).unwrap_or_default();
        for task in tasks.iter().filter(|task| !only_failed || task.state == State::Failed) {
            self.command(Method::POST, name, &format!("/tasks/{}/restart", task.id)).await?;
        }
        Ok(())
    }

    /// Removes a connector; that there is none already is fine. Its consumer group's offsets stay with the brokers.
    ///
    /// # Errors
    /// As [`Client::version`].
    pub async fn remove(&self, name: &str) -> Result<(), RemoteError> {
        let path = format!("/connectors/{}", path_part(name));
        let answer = self.call(Method::DELETE, &path, None, &Scrub::default(), true).await?;
        if answer.status.is_success() || self.is_absence(&answer, name).await? { Ok(()) } else { Err(self.refused(&answer)) }
    }

    async fn command(&self, method: Method, name: &str, what: &str) -> Result<(), RemoteError> {
        self.success(method, &format!("/connectors/{}{what}", path_part(name)), None).await.map(|_| ())
    }

    /// Confluent Cloud's API has no restart.
    async fn pause_and_resume(&self, name: &str, only_failed: bool) -> Result<(), RemoteError> {
        let missing = || self.error(RemoteErrorKind::NotFound, format!("there is no connector `{name}`"));
        let before = self.status(name).await?.ok_or_else(missing)?;
        if before.state == State::Paused || (only_failed && !before.has_failed()) {
            return Ok(());
        }
        self.pause(name).await?;
        let mut waiting = self.patience.begin();
        let mut is_paused = false;
        while !is_paused && waiting.once_more().await {
            // Whatever happens from here on, it must not stay paused.
            is_paused = self.status(name).await.ok().flatten().is_some_and(|connector| connector.state == State::Paused);
        }
        self.resume(name).await.map_err(|error| {
            let reason = format!("{}; `{name}` was paused for a restart and is to be resumed", error.reason);
            self.unanswered(error.kind, error, reason)
        })?;
        if is_paused {
            return Ok(());
        }
        Err(self.error(RemoteErrorKind::Failing, format!("`{name}` did not pause in time for a restart, and goes on as it was")))
    }

    /// A configuration under that name, complete.
    fn to_send(&self, name: &str, config: &Map<String, Value>) -> Result<Map<String, Value>, RemoteError> {
        self.refuse_masks(config)?;
        let mut config = config.clone();
        config.insert("name".to_owned(), Value::from(name));
        Ok(config)
    }

    fn unanswered(&self, kind: RemoteErrorKind, error: RemoteError, reason: String) -> RemoteError {
        let mut explained = self.error(kind, reason);
        explained.status = error.status;
        explained.caused_by(error)
    }
}

/// Keys of `ours` that have another value there, or none; a masked value may be any. What a service adds does not count.
fn differing_keys(ours: &Map<String, Value>, theirs: &Map<String, Value>) -> Vec<String> {
    let masked = masked_keys(theirs);
    let differs = |key: &str, value: &Value| !masked.contains(&key) && theirs.get(key) != Some(value);
    ours.iter().filter(|(key, value)| differs(key, value)).map(|(key, _)| key.clone()).collect()
}
