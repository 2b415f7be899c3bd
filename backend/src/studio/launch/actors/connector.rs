//! A connector on Confluent Cloud or a Connect worker.

use super::super::{Actor, Found, Sign, Trouble, Undo};
use crate::clients::connect::{Client, State};
use async_trait::async_trait;
use serde_json::{Map, Value};
use shared::{
    Finding,
    config::Pipeline,
    connector::{is_sensitive, masked_keys, shown},
    explain::explain,
    render::connector_config,
};

pub(super) struct Connector {
    client: Client,
    name: String,
    config: Map<String, Value>,
    path: String,
}

impl Connector {
    pub(super) fn new(open: &Pipeline, index: usize) -> Result<Self, Box<Finding>> {
        let client = Client::of_connector(open, index)?;
        let path = format!("connectors[{index}]");
        let Some((name, config)) = connector_config(open, index) else {
            let message = "No server runs connectors of this kind and flavour.";
            return Err(Box::new(
                Finding::error(format!("{path}.flavour"), "launch-connector-unknown", message)
                    .hint("Use `confluent-cloud`, or one of the `kafka-connect-…` flavours."),
            ));
        };
        Ok(Self { client, name, config, path })
    }
}

/// Keys of ours that are otherwise there. A masked value may be any, and what a service adds does not count.
fn differing_keys(ours: &Map<String, Value>, theirs: &Map<String, Value>) -> Vec<String> {
    let masked = masked_keys(theirs);
    let is_hidden = |key: &str| masked.contains(&key) || is_sensitive(ours, key);
    let ours = shown(ours);
    let differs = |key: &str, value: &Value| match theirs.get(key) {
        None => value.as_str() != Some(""),
        Some(theirs) => theirs != value,
    };
    ours.iter().filter(|(key, value)| !is_hidden(key) && differs(key, value)).map(|(key, _)| key.clone()).collect()
}

#[async_trait]
impl Actor for Connector {
    async fn look(&self) -> Result<Found, Trouble> {
        let Some(theirs) = self.client.config(&self.name).await? else { return Ok(Found::Absent) };
        Ok(match differing_keys(&self.config, &theirs).as_slice() {
            [] => Found::Same,
            keys => Found::Differs(format!("the connector `{}` has another `{}`", self.name, keys.join("`, `"))),
        })
    }

    async fn make(&self) -> Result<(), Trouble> {
        Ok(self.client.create(&self.name, &self.config).await?)
    }

    async fn sign(&self) -> Result<Sign, Trouble> {
        let Some(status) = self.client.status(&self.name).await? else {
            return Ok(Sign::NotYet("it is not listed yet".to_owned()));
        };
        if status.has_failed() {
            let reason = status.reason();
            let first_line = reason.lines().next().unwrap_or("it gives no reason");
            let known = explain(reason).into_iter().next();
            let hint = known.map_or_else(|| "Mend the cause, then launch again.".to_owned(), |known| known.advice());
            let message = format!("The connector `{}` failed: {first_line}", self.name);
            return Ok(Sign::Broken(Box::new(Finding::error(&self.path, "connector-failed", message).hint(hint))));
        }
        if status.is_running() {
            return Ok(Sign::Ready);
        }
        if matches!(status.state, State::Paused | State::Stopped) {
            let message = format!("The connector `{}` is {}.", self.name, status.state.name());
            let finding = Finding::error(&self.path, "connector-paused", message).hint("Resume it, then launch again.");
            return Ok(Sign::Broken(Box::new(finding)));
        }
        let running = status.tasks.iter().filter(|task| task.state == State::Running).count();
        Ok(Sign::NotYet(format!("{}; {running} of {} tasks run", status.state.name(), status.tasks.len())))
    }

    async fn undo(&self) -> Result<Undo, Trouble> {
        self.client.remove(&self.name).await?;
        Ok(Undo::Undone)
    }

    fn path(&self) -> String {
        self.path.clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn secrets_and_what_the_service_adds_are_no_differences() {
        let map = |value: Value| value.as_object().unwrap().clone();
        let ours = map(json!({"name": "c", "topics": "a", "pk.fields": "", "connection.password": "s", "kafka.api.key": "K"}));
        let theirs = map(
            json!({"name": "c", "topics": "a", "connection.password": "xxxxx", "kafka.api.key": "****************", "kafka.region": "x"}),
        );
        assert!(differing_keys(&ours, &theirs).is_empty(), "{:?}", differing_keys(&ours, &theirs));
        let other = map(json!({"name": "c", "topics": "b", "connection.password": "xxxxx", "kafka.api.key": "****************"}));
        assert_eq!(differing_keys(&ours, &other), ["topics"]);
    }
}
