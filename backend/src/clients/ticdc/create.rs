//! Creating a changefeed once, whatever happens to the answer.

use super::model::{Changefeed, ChangefeedId};
use super::transport::{Repeat, may_have_been_done};
use super::{Client, secrets, wire};
use crate::clients::http::{RemoteError, RemoteErrorKind};
use reqwest::Method;
use serde_json::Value;
use shared::secret::is_secret_key;
use shared::sink_uri::SinkUri;
use std::time::Duration;

/// Tries of a request whose answer gets lost, each after a look whether it was done.
const TRIES: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const ALREADY_EXISTS: &str = "CDC:ErrChangeFeedAlreadyExists";

/// What to create. No release can create a changefeed paused: pause it afterwards.
#[derive(Clone)]
pub struct CreateRequest {
    /// As `shared::render::open_api_body` gives it, secrets included.
    pub body: Value,
    /// Instead of the body's; `None` leaves that, and without one it is now.
    pub start_ts: Option<u64>,
    /// Instead of the body's; `None` leaves that, and without one it never ends.
    pub target_ts: Option<u64>,
}

impl std::fmt::Debug for CreateRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CreateRequest")
            .field("changefeed_id", &self.body.get("changefeed_id"))
            .field("start_ts", &self.start_ts)
            .field("target_ts", &self.target_ts)
            .finish_non_exhaustive()
    }
}

impl CreateRequest {
    fn complete_body(&self) -> Value {
        let mut body = self.body.clone();
        for (key, ts) in [("start_ts", self.start_ts), ("target_ts", self.target_ts)] {
            if let Some(ts) = ts {
                body[key] = ts.into();
            }
        }
        body
    }
}

impl Client {
    /// Creates a changefeed, which runs at once.
    ///
    /// The server tries the sink first, which takes seconds and creates the default topic. When the answer is lost, the
    /// changefeed is looked up by its id, which was free before: what is there then with this sink is ours. A request without
    /// `changefeed_id` is sent once, and nothing is looked up.
    ///
    /// # Errors
    /// What the server refuses, with its code; a lost answer that could not be cleared up says so. No secret of the request is
    /// in an error, even where the server repeats it.
    pub async fn create(&self, request: &CreateRequest) -> Result<Changefeed, RemoteError> {
        let body = request.complete_body();
        self.create_once(&body).await.map_err(|error| secrets::scrub(error, &body))
    }

    async fn create_once(&self, body: &Value) -> Result<Changefeed, RemoteError> {
        self.transport.need_v2("creating a changefeed").await?;
        let id = ChangefeedId::new(body.get("changefeed_id").and_then(Value::as_str).unwrap_or_default());
        if id.id.is_empty() {
            return self.send_create(body).await;
        }
        if is_valid(&id.id) && self.changefeed(&id).await?.is_some() {
            return Err(taken(&id));
        }
        let mut wait = FIRST_WAIT;
        for attempt in 1.. {
            let mut error = match self.send_create(body).await {
                Ok(created) => return Ok(created),
                Err(error) => error,
            };
            // A repeated request finds what its forerunner made after all.
            let is_taken_since = attempt > 1 && error.code == ALREADY_EXISTS;
            if !may_have_been_done(&error) && !is_taken_since {
                return Err(error);
            }
            match self.changefeed(&id).await {
                Ok(Some(found)) if is_of(&found, body) => return Ok(found),
                Ok(Some(_)) => return Err(taken(&id)),
                Ok(None) if attempt < TRIES => {}
                Ok(None) => {
                    error.reason.push_str("; the changefeed is not there");
                    return Err(error);
                }
                Err(_) => {
                    error.reason.push_str("; whether the changefeed was created is not known, because the cluster does not answer");
                    return Err(error);
                }
            }
            tokio::time::sleep(wait).await;
            wait *= 2;
        }
        unreachable!("the last try returns")
    }

    async fn send_create(&self, body: &Value) -> Result<Changefeed, RemoteError> {
        let answer = self.transport.call(Method::POST, "/changefeeds", Some(body), Repeat::Never).await?;
        self.transport.read(&answer, wire::changefeed)
    }
}

/// TiCDC's own words for it.
fn taken(id: &ChangefeedId) -> RemoteError {
    let reason = format!("[{ALREADY_EXISTS}]changefeed already exists, {id}");
    let mut error = RemoteError::new(super::transport::SYSTEM, "changefeed.id", RemoteErrorKind::Conflict, 400, reason);
    ALREADY_EXISTS.clone_into(&mut error.code);
    error
}

/// Whether the server would look at it. One that it refuses has its own message.
fn is_valid(id: &str) -> bool {
    id.len() <= 128 && id.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

/// Whether a changefeed is what a request asked for: where it starts and ends, and where it writes to.
fn is_of(found: &Changefeed, body: &Value) -> bool {
    let ts = |key: &str| body.get(key).and_then(Value::as_u64).filter(|ts| *ts != 0);
    let has_start = ts("start_ts").is_none_or(|start| start == found.start_ts);
    has_start
        && ts("target_ts") == found.target_ts
        && is_same_sink(&found.sink_uri, body.get("sink_uri").and_then(Value::as_str).unwrap_or(""))
}

/// Compares sink URIs without their secrets, of which the server shows masks, and without their order, which it changes.
fn is_same_sink(one: &str, other: &str) -> bool {
    let plain = |text: &str| {
        let (mut uri, _) = SinkUri::parse(text).ok()?;
        uri.params.retain(|(name, _)| !is_secret_key(name));
        uri.params.sort();
        Some(uri)
    };
    match (plain(one), plain(other)) {
        (Some(one), Some(other)) => one == other,
        // Sinks that we do not write; the address is what can be compared.
        _ => one.split('?').next() == other.split('?').next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sinks_are_the_same_whatever_the_server_does_to_their_text() {
        let asked = "kafka://b:9092/t?protocol=avro&sasl-user=u&sasl-password=a%2Bb";
        for (shown, expected) in [
            ("kafka://b:9092/t?protocol=avro&sasl-password=xxxxx&sasl-user=u", true),
            ("kafka://b:9092/t?protocol=avro&sasl-user=other&sasl-password=xxxxx", false),
            ("kafka://b:9092/other?protocol=avro&sasl-password=xxxxx&sasl-user=u", false),
            ("kafka://c:9092/t?protocol=avro&sasl-password=xxxxx&sasl-user=u", false),
        ] {
            assert_eq!(is_same_sink(shown, asked), expected, "{shown}");
        }
    }

    #[test]
    fn ids_that_the_server_refuses_are_left_to_it() {
        for (id, expected) in [("a-1", true), ("", false), ("a-", false), ("a b", false), ("a/b", false)] {
            assert_eq!(is_valid(id), expected, "{id}");
        }
    }
}
