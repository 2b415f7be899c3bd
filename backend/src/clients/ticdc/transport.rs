//! Calls of the API: which version of it, whose keyspace, when to ask again, and what an error is about.

use super::model::ChangefeedId;
use crate::clients::http::{Answer, Http, RemoteError, RemoteErrorKind};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use shared::explain::explain;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;

pub(super) const SYSTEM: &str = "TiCDC";
/// Where findings about address and login belong; others are placed by what they are about.
pub(super) const SERVER_PATH: &str = "changefeed.ticdc_server";
const CHANGEFEED_PATH: &str = "changefeed";

/// Tries while the cluster has no owner. It elects one within its session's life of ten seconds.
const OWNER_TRIES: u32 = 7;
const FIRST_WAIT: Duration = Duration::from_millis(200);

/// Versions of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiVersion {
    /// Servers before v6.2 have this one alone: looking, pausing, resuming and removing go through it.
    V1,
    V2,
}

/// Whether a request may be done twice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    Safe,
    Never,
}

#[derive(Clone, Debug)]
pub(super) struct Transport {
    http: Http,
    /// Empty asks without one.
    keyspace: String,
    version: Arc<OnceCell<ApiVersion>>,
}

impl Transport {
    pub(super) fn new(http: Http, keyspace: &str) -> Self {
        Self { http, keyspace: keyspace.to_owned(), version: Arc::default() }
    }

    /// The same cluster, in a changefeed's keyspace.
    pub(super) fn of(&self, id: &ChangefeedId) -> Self {
        let keyspace = if id.keyspace.is_empty() { &self.keyspace } else { &id.keyspace };
        Self { keyspace: keyspace.clone(), ..self.clone() }
    }

    pub(super) async fn version(&self) -> Result<ApiVersion, RemoteError> {
        self.version.get_or_try_init(|| self.find_version()).await.copied()
    }

    async fn find_version(&self) -> Result<ApiVersion, RemoteError> {
        for (version, path) in [(ApiVersion::V2, "/api/v2/status"), (ApiVersion::V1, "/api/v1/status")] {
            let answer = self.http.send(Method::GET, path, None, true).await?;
            match answer.status {
                StatusCode::NOT_FOUND => {}
                status if status.is_success() => return Ok(version),
                _ => return Err(self.refused(&answer)),
            }
        }
        let reason = "this address has neither `/api/v2/status` nor `/api/v1/status`: it is no TiCDC server's";
        Err(RemoteError::new(SYSTEM, SERVER_PATH, RemoteErrorKind::Unexpected, 404, reason.to_owned()))
    }

    /// # Errors
    /// The server has v1 alone, and `what` is not in it.
    pub(super) async fn need_v2(&self, what: &str) -> Result<(), RemoteError> {
        if self.version().await? == ApiVersion::V2 {
            return Ok(());
        }
        let reason =
            format!("this server is older than v6.2 and has the Open API v1 alone, which cannot do this: {what}. Use its `cdc cli`");
        Err(RemoteError::new(SYSTEM, CHANGEFEED_PATH, RemoteErrorKind::NotFound, 404, reason))
    }

    /// Whether the server knows a route: any answer but a bare 404.
    pub(super) async fn has_route(&self, path: &str) -> Result<bool, RemoteError> {
        let answer = self.http.send(Method::GET, &self.full_path(ApiVersion::V2, path), None, true).await?;
        Ok(answer.status != StatusCode::NOT_FOUND)
    }

    pub(super) async fn get(&self, path: &str) -> Result<Answer, RemoteError> {
        self.call(Method::GET, path, None, Repeat::Safe).await
    }

    /// Sends a request to the API's version that the server has, and answers successes. While there is no owner it waits for one.
    pub(super) async fn call(&self, method: Method, path: &str, body: Option<&Value>, repeat: Repeat) -> Result<Answer, RemoteError> {
        let path = self.full_path(self.version().await?, path);
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            let answer = self.http.send(method.clone(), &path, body, repeat == Repeat::Safe).await?;
            if answer.status.is_success() {
                return Ok(answer);
            }
            let error = self.refused(&answer);
            if attempt == OWNER_TRIES || !is_without_owner(&error) {
                return Err(error);
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        unreachable!("the last try returns")
    }

    /// The answer as `read` understands it.
    pub(super) fn read<T>(&self, answer: &Answer, read: impl Fn(&Value) -> Option<T>) -> Result<T, RemoteError> {
        let value: Value = self.http.decode(answer)?;
        read(&value).ok_or_else(|| {
            let reason = "the answer is JSON, and not what TiCDC gives here; is the address another system's?".to_owned();
            RemoteError::new(SYSTEM, SERVER_PATH, RemoteErrorKind::Unexpected, answer.status.as_u16(), reason)
        })
    }

    fn full_path(&self, version: ApiVersion, path: &str) -> String {
        let prefix = match version {
            ApiVersion::V1 => "/api/v1",
            ApiVersion::V2 => "/api/v2",
        };
        if self.keyspace.is_empty() {
            return format!("{prefix}{path}");
        }
        // Each architecture knows one of the names, and ignores the other.
        let keyspace = crate::clients::http::path_part(&self.keyspace);
        let sign = if path.contains('?') { '&' } else { '?' };
        format!("{prefix}{path}{sign}keyspace={keyspace}&namespace={keyspace}")
    }

    /// TiCDC answers most mistakes with 500: its code says what it is about, and the explainer which field.
    fn refused(&self, answer: &Answer) -> RemoteError {
        let mut error = self.http.refused(answer);
        if !error.code.starts_with("CDC:") {
            error.code = code_within(&error.reason).unwrap_or_default();
        }
        if let Some(kind) = kind_of(&error.code) {
            error.kind = kind;
        }
        let known = explain(&format!("{} {}", error.code, error.reason)).into_iter().find(|known| !known.path.is_empty());
        error.path = match (known, error.kind) {
            (Some(known), _) => known.path,
            (None, RemoteErrorKind::Invalid | RemoteErrorKind::Conflict) => CHANGEFEED_PATH,
            (None, _) => SERVER_PATH,
        };
        error
    }
}

/// `CDC:ErrX` of a text that begins with `[CDC:ErrX]`.
fn code_within(reason: &str) -> Option<String> {
    let code = reason.split_once("[CDC:")?.1.split_once(']')?.0;
    Some(format!("CDC:{code}"))
}

/// What sort of refusal a code is, where the status does not say.
fn kind_of(code: &str) -> Option<RemoteErrorKind> {
    Some(match code.strip_prefix("CDC:")? {
        "ErrChangeFeedNotExists" | "ErrCaptureNotExist" => RemoteErrorKind::NotFound,
        "ErrChangeFeedAlreadyExists" | "ErrChangefeedUpdateRefused" | "ErrChangeFeedDeletionUnfinished" => RemoteErrorKind::Conflict,
        "ErrCredentialNotFound" | "ErrUnauthorized" => RemoteErrorKind::Unauthorized,
        "ErrSinkInvalidConfig"
        | "ErrSinkUnknownProtocol"
        | "ErrCodecInvalidConfig"
        | "ErrInvalidReplicaConfig"
        | "ErrKafkaInvalidConfig"
        | "ErrKafkaInvalidPartitionNum"
        | "ErrKafkaInvalidRequiredAcks"
        | "ErrKafkaInvalidClientID"
        | "ErrKafkaInvalidVersion"
        | "ErrKafkaTopicExprInvalid"
        | "ErrDispatcherFailed"
        | "ErrColumnSelectorFailed"
        | "ErrInvalidTableRoutingRule"
        | "ErrInvalidIgnoreEventType"
        | "ErrInvalidFilterExpression"
        | "ErrExpressionColumnNotFound"
        | "ErrSameUpstreamDownstream" => RemoteErrorKind::Invalid,
        _ => return None,
    })
}

/// The cluster is between two owners, or its new one is not ready: nothing was done, any request may be sent again.
fn is_without_owner(error: &RemoteError) -> bool {
    matches!(error.code.as_str(), "CDC:ErrOwnerNotFound" | "CDC:ErrNotOwner")
        || ["coordinator is not fully initialized", "cluster is unavailable, please try again later"]
            .iter()
            .any(|text| error.reason.contains(text))
}

/// Whether a failed request may have been done all the same: it was sent, and no refusal of TiCDC's came back.
pub(super) fn may_have_been_done(error: &RemoteError) -> bool {
    // What etcd did not confirm may be in it.
    let is_unconfirmed = matches!(error.code.as_str(), "CDC:ErrPDEtcdAPIError" | "CDC:ErrEtcdAPIError");
    let is_refused = (error.code.starts_with("CDC:") && !is_unconfirmed) || (400..500).contains(&error.status);
    !is_refused && !error.is_unsent() && !is_without_owner(error)
}
