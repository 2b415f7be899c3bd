//! One call: its path, the wait for a cluster that is busy with itself, and what a refusal means.

use super::scrub::Scrub;
use super::{Client, Platform};
use crate::clients::http::{Answer, RemoteError, RemoteErrorKind};
use reqwest::Method;
use serde_json::{Map, Value};
use shared::connector::masked_keys;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long a call is repeated, or a connector waited for, before it counts as failed.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Before the first repetition; each further wait is twice as long.
    pub first: Duration,
    /// No single wait is longer.
    pub longest: Duration,
    /// All waits of one call together.
    pub total: Duration,
}

impl Default for Patience {
    /// A minute: as long as workers give each other to rejoin (`rebalance.timeout.ms`).
    fn default() -> Self {
        Self { first: Duration::from_millis(500), longest: Duration::from_secs(5), total: Duration::from_secs(60) }
    }
}

impl Patience {
    pub(super) fn begin(self) -> Waiting {
        Waiting { next: self.first, longest: self.longest, until: Instant::now() + self.total }
    }
}

/// A patience that runs out.
pub(super) struct Waiting {
    next: Duration,
    longest: Duration,
    until: Instant,
}

impl Waiting {
    /// Waits once more, or says `false` at once when that would be too long.
    pub(super) async fn once_more(&mut self) -> bool {
        if Instant::now() + self.next > self.until {
            return false;
        }
        sleep(self.next).await;
        self.next = (self.next * 2).min(self.longest);
        true
    }
}

impl Client {
    /// Any answer, refusals without the secrets of `scrub`. A worker whose cluster is rebalancing is asked again. `repeatable`:
    /// doing it twice is the same as doing it once.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        scrub: &Scrub,
        repeatable: bool,
    ) -> Result<Answer, RemoteError> {
        let path = format!("{}{path}", self.prefix);
        let mut waiting = self.patience.begin();
        loop {
            let mut answer = self.http.send(method.clone(), &path, body, repeatable).await?;
            if answer.status.is_success() {
                return Ok(answer);
            }
            answer.body = scrub.body(answer.body);
            if !(self.is_rebalancing(&answer, repeatable) && waiting.once_more().await) {
                return Ok(answer);
            }
        }
    }

    /// The same, where any status but a success is an error.
    pub(super) async fn success(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, RemoteError> {
        let answer = self.call(method, path, body, &Scrub::default(), true).await?;
        if answer.status.is_success() { Ok(answer) } else { Err(self.refused(&answer)) }
    }

    /// Whether the workers are sharing out their connectors, or the one that was asked cannot reach the leader. With 409 the
    /// request was not looked at; with 500 nobody knows.
    fn is_rebalancing(&self, answer: &Answer, repeatable: bool) -> bool {
        if self.platform != Platform::Worker {
            return false;
        }
        let text = String::from_utf8_lossy(&answer.body).to_lowercase();
        match answer.status.as_u16() {
            409 => !text.contains("already exists"),
            500 => repeatable && ["rebalanc", "forward rest request"].iter().any(|sign| text.contains(sign)),
            _ => false,
        }
    }

    /// Whether a 404 says that there is no such connector, and not that the address, environment or cluster is wrong.
    pub(super) async fn is_absence(&self, answer: &Answer, name: &str) -> Result<bool, RemoteError> {
        if answer.status.as_u16() != 404 {
            return Ok(false);
        }
        match self.platform {
            Platform::Worker => Ok(answer.json().is_some_and(|body| body.get("error_code").is_some())),
            Platform::ConfluentCloud => Ok(!self.names().await?.iter().any(|known| known == name)),
        }
    }

    /// The error of a refusal, with what Confluent Cloud's short ones mean.
    pub(super) fn refused(&self, answer: &Answer) -> RemoteError {
        let mut error = self.http.refused(answer);
        if error.reason.to_lowercase().contains("already exists") {
            error.kind = RemoteErrorKind::Conflict;
        }
        if self.platform == Platform::ConfluentCloud
            && let Some(note) = self.note(&error)
        {
            error.reason = if error.reason.is_empty() { note } else { format!("{}; {note}", error.reason) };
        }
        error
    }

    fn note(&self, error: &RemoteError) -> Option<String> {
        let Self { environment, cluster, foreign_key, .. } = self;
        match (error.kind, foreign_key) {
            (RemoteErrorKind::Unauthorized, Some(whose)) => {
                Some(format!("this API takes a Cloud API key, and `confluent_cloud.api_key` is {whose}"))
            }
            (RemoteErrorKind::Unauthorized, None) => Some(
                "this API takes a Cloud API key, not a cluster's or registry's; a key younger than five minutes may not work yet"
                    .to_owned(),
            ),
            (RemoteErrorKind::Forbidden, _) => {
                Some(format!("the key's owner needs a role on cluster `{cluster}` of `{environment}`, such as `CloudClusterAdmin`"))
            }
            (RemoteErrorKind::NotFound, _) if error.reason.contains("account not found") => {
                Some(format!("the key's account has no environment `{environment}` with a cluster `{cluster}`"))
            }
            _ => None,
        }
    }

    /// An error that no answer gave.
    pub(super) fn error(&self, kind: RemoteErrorKind, reason: String) -> RemoteError {
        let (system, path) = match self.platform {
            Platform::Worker => ("Kafka Connect", "connect"),
            Platform::ConfluentCloud => ("Confluent Cloud", "confluent_cloud"),
        };
        RemoteError::new(system, path, kind, 0, reason)
    }

    /// A mask that was read somewhere must not become the password.
    pub(super) fn refuse_masks(&self, config: &Map<String, Value>) -> Result<(), RemoteError> {
        let masked = masked_keys(config);
        if masked.is_empty() {
            return Ok(());
        }
        let reason = format!("`{}` is what services show in place of a secret; the secret itself has to be given", masked.join("`, `"));
        Err(self.error(RemoteErrorKind::Invalid, reason))
    }
}
