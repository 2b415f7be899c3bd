//! The changefeed on a TiCDC cluster.

use super::super::{Actor, Found, Sign, Trouble, Undo};
use super::native::trouble;
use crate::{
    clients::ticdc::{Changefeed, ChangefeedError, ChangefeedId, Client, CreateRequest, State},
    studio::Studio,
};
use async_trait::async_trait;
use serde_json::Value;
use shared::{
    Finding, api::PipelineState, config::Pipeline, explain::explain, render::open_api_body, secret::is_secret_key, sink_uri::SinkUri,
};
use std::sync::{Arc, Mutex, PoisonError};

pub(super) struct TicdcChangefeed {
    studio: Arc<Studio>,
    name: String,
    client: Client,
    id: ChangefeedId,
    request: CreateRequest,
    before: PipelineState,
    /// The first checkpoint that was seen: one that is above it has moved.
    first_seen: Mutex<Option<u64>>,
}

/// The changefeed that a document describes.
pub(in crate::studio) fn changefeed_id(document: &Pipeline) -> ChangefeedId {
    let id = if document.changefeed.id.is_empty() { &document.name } else { &document.changefeed.id };
    ChangefeedId { keyspace: document.changefeed.ticdc_keyspace.clone(), id: id.clone() }
}

/// TiCDC's error as a finding, with what the error explainer knows of it.
pub(in crate::studio) fn explained(what: &str, error: Option<&ChangefeedError>) -> Finding {
    let Some(error) = error else {
        return Finding::error("changefeed", "changefeed-failed", format!("{what}; TiCDC gives no reason."))
            .hint("TiCDC's log says more; resume it when the cause is gone.");
    };
    let message = format!("{what}: {} {}", error.code, error.message);
    let known = explain(&format!("{} {}", error.code, error.message)).into_iter().next();
    let hint = known.map_or_else(|| "TiCDC's log says more; resume it when the cause is gone.".to_owned(), |known| known.advice());
    Finding::error("changefeed", "changefeed-failed", message).hint(hint)
}

impl TicdcChangefeed {
    /// `start_ts`: instead of the document's start.
    pub(super) fn new(studio: &Arc<Studio>, open: &Pipeline, start_ts: Option<u64>, before: PipelineState) -> Result<Self, Box<Finding>> {
        Ok(Self {
            studio: Arc::clone(studio),
            name: open.name.clone(),
            client: Client::of_pipeline(open).map_err(|error| Box::new(error.finding()))?,
            id: changefeed_id(open),
            request: CreateRequest { body: open_api_body(open), start_ts, target_ts: None },
            before,
            first_seen: Mutex::default(),
        })
    }

    fn differences(&self, found: &Changefeed) -> Vec<String> {
        let body = &self.request.body;
        let mut differing = Vec::new();
        if plain_sink(&found.sink_uri) != plain_sink(body["sink_uri"].as_str().unwrap_or_default()) {
            differing.push("sink_uri".to_owned());
        }
        differing_keys("", &body["replica_config"], &found.config, &mut differing);
        differing
    }
}

#[async_trait]
impl Actor for TicdcChangefeed {
    async fn look(&self) -> Result<Found, Trouble> {
        let Some(found) = self.client.changefeed(&self.id).await? else { return Ok(Found::Absent) };
        if found.state == State::Removed {
            return Ok(Found::Absent);
        }
        let differing = self.differences(&found);
        Ok(if differing.is_empty() {
            Found::Same
        } else {
            Found::Differs(format!("the changefeed `{}` on TiCDC has another `{}`", self.id, differing.join("`, `")))
        })
    }

    async fn make(&self) -> Result<(), Trouble> {
        self.client.create(&self.request).await?;
        Ok(())
    }

    async fn sign(&self) -> Result<Sign, Trouble> {
        let Some(found) = self.client.changefeed(&self.id).await? else {
            return Ok(Sign::NotYet("the cluster does not show it yet".to_owned()));
        };
        Ok(match found.state {
            State::Normal => {
                let first = *self.first_seen.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(found.checkpoint_ts);
                if found.checkpoint_ts <= first.max(found.start_ts) {
                    return Ok(Sign::NotYet("`normal`; its checkpoint has not moved yet".to_owned()));
                }
                self.studio.mark(&self.name, PipelineState::Running).await.map_err(trouble)?;
                Sign::Ready
            }
            State::Warning => {
                let why = found.error.map_or_else(|| "no reason given".to_owned(), |error| error.message);
                Sign::NotYet(format!("`warning`, TiCDC tries again: {why}"))
            }
            State::Finished => Sign::Ready,
            State::Failed => Sign::Broken(Box::new(explained("The changefeed failed", found.error.as_ref()))),
            State::Stopped => Sign::Broken(Box::new(
                Finding::error("changefeed", "changefeed-paused", format!("The changefeed `{}` is paused.", self.id))
                    .hint("Resume it, then launch again."),
            )),
            State::Removed | State::Other(_) => Sign::NotYet(format!("its state is `{}`", found.state.name())),
        })
    }

    async fn undo(&self) -> Result<Undo, Trouble> {
        self.client.remove(&self.id).await?;
        let state = match self.before {
            resting @ (PipelineState::Draft | PipelineState::Paused | PipelineState::Stopped) => resting,
            _ => PipelineState::Stopped,
        };
        self.studio.mark(&self.name, state).await.map_err(trouble)?;
        Ok(Undo::Undone)
    }

    fn path(&self) -> String {
        "changefeed".to_owned()
    }
}

/// A sink URI without secrets, of which the server shows masks, and without its order, which the server changes.
fn plain_sink(text: &str) -> Option<SinkUri> {
    let (mut uri, _) = SinkUri::parse(text).ok()?;
    uri.params.retain(|(name, _)| !is_secret_key(name));
    uri.params.sort();
    Some(uri)
}

/// Keys of ours that run with another value. What the server adds are its defaults; a duration has another form there, and what
/// may hold a secret is masked: both are left to a drift report.
fn differing_keys(path: &str, ours: &Value, running: &Value, found: &mut Vec<String>) {
    match (ours, running) {
        (Value::Object(ours), Value::Object(running)) => {
            for (key, value) in ours {
                if is_secret_key(key) || key == "schema_registry" {
                    continue;
                }
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                differing_keys(&path, value, running.get(key).unwrap_or(&Value::Null), found);
            }
        }
        (Value::Array(ours), Value::Array(running)) if ours.len() == running.len() => {
            ours.iter()
                .zip(running)
                .enumerate()
                .for_each(|(i, (ours, running))| differing_keys(&format!("{path}[{i}]"), ours, running, found));
        }
        (Value::Array(ours), Value::Null) if ours.is_empty() => {}
        (Value::Array(_), Value::Array(_) | Value::Null) => found.push(path.to_owned()),
        (Value::String(ours), Value::Null) if ours.is_empty() => {}
        (Value::String(one), Value::String(other)) if one != other => found.push(path.to_owned()),
        (Value::Bool(one), Value::Bool(other)) if one != other => found.push(path.to_owned()),
        (Value::Number(one), Value::Number(other)) if one != other => found.push(path.to_owned()),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_the_document_says_otherwise_is_a_difference() {
        let ours = json!({"filter": {"rules": ["a.*"]}, "memory_quota": 1, "stuck": "30m", "sink": {
            "dispatchers": [{"matcher": ["*.*"], "topic": "t", "index": ""}], "kafka_config": {"sasl_password": "x"}, "schema_registry": "http://k:s@r"}});
        let running = json!({"filter": {"rules": ["a.*"], "event_filters": []}, "memory_quota": 1, "stuck": 1_800_000, "bdr_mode": false, "sink": {
            "dispatchers": [{"matcher": ["*.*"], "topic": "t", "partition": "default"}], "kafka_config": {"sasl_password": "xxxxx"}}});
        let differing = |running: &Value| {
            let mut found = Vec::new();
            differing_keys("", &ours, running, &mut found);
            found
        };
        assert!(differing(&running).is_empty(), "{:?}", differing(&running));
        for (pointer, value, expected) in [
            ("/filter/rules/0", json!("b.*"), "filter.rules[0]"),
            ("/filter/rules", json!(["a.*", "b.*"]), "filter.rules"),
            ("/memory_quota", json!(2), "memory_quota"),
            ("/sink/dispatchers/0/topic", json!("u"), "sink.dispatchers[0].topic"),
        ] {
            let mut other = running.clone();
            if let Some(place) = other.pointer_mut(pointer) {
                *place = value;
            }
            assert_eq!(differing(&other), [expected]);
        }
    }
}
