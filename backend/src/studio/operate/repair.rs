//! Repair of drift, in either direction.

use super::{
    Opened, Place, changefeed, connector,
    drift::{Told, compared, report, told},
    statement,
};
use crate::{
    clients::{connect, ticdc::Change},
    studio::{Studio, StudioError, blocking},
};
use serde_json::{Map, Value};
use shared::{
    Finding,
    api::{Drift, DriftReport, RepairDirection, RepairDrift},
    config::{self, Pipeline},
    drift,
    render::{Secrets, connector_request, open_api_body},
};
use std::sync::Arc;

impl Studio {
    /// Makes the named parts (or all) the same as the document, or the document the same as them, and answers what differs
    /// then. A part that cannot be repaired does not keep the others from it: its finding is in the report.
    ///
    /// # Errors
    /// There is no such pipeline or part, a secret cannot be had, or the store fails.
    pub async fn repair(&self, name: &str, wanted: &RepairDrift) -> Result<DriftReport, StudioError> {
        let opened = self.opened(name).await?;
        let all = compared(&opened.open);
        if let Some(unknown) = wanted.parts.iter().find(|id| all.iter().all(|place| place.id != **id)) {
            return Err(StudioError::NoSuchPart(unknown.clone()));
        }
        let places = all.into_iter().filter(|place| wanted.parts.is_empty() || wanted.parts.contains(&place.id));
        let mut findings = Vec::new();
        let mut seen = Vec::new();
        for place in places {
            match told(&opened.open, &place).await {
                Ok(told) => seen.push((place, told)),
                // the report after it says the same of a part that is not there
                Err(finding) => tracing::debug!(part = %place.id, code = finding.code, "not repaired"),
            }
        }
        match wanted.direction {
            RepairDirection::Push => {
                for (place, told) in &seen {
                    findings.extend(push(&opened, place, told).await.err().map(|finding| *finding));
                }
            }
            RepairDirection::Pull => findings.extend(self.pull(name, &seen).await?),
        }
        let after = self.opened(name).await?;
        let mut report = report(&after).await;
        findings.append(&mut report.findings);
        Ok(DriftReport { findings, ..report })
    }

    /// The saved document takes over what runs; secrets that a server showed are sealed before anything is written.
    async fn pull(&self, name: &str, seen: &[(Place, Told)]) -> Result<Vec<Finding>, StudioError> {
        // as in saving: nobody else writes the record meanwhile
        let guard = self.live.lock().await;
        let Opened { mut record, mut open } = self.opened(name).await?;
        let mut findings = Vec::new();
        let mut is_changed = false;
        for running in seen.iter().flat_map(|(_, told)| told.running()) {
            // the opened copy follows, for the next statement of the same entry
            let before = open.clone();
            match drift::pull(&mut record.document, &before, &running)
                .and_then(|changed| drift::pull(&mut open, &before, &running).map(|_| changed))
            {
                Ok(changed) => is_changed |= changed,
                Err(finding) => findings.push(finding),
            }
        }
        if is_changed {
            let store = Arc::clone(&self.store);
            let mut document = record.document.clone();
            record.document = blocking(move || store.seal_inline(&mut document).map(|_| document)).await?;
            record.toml = config::render(&record.document);
            self.put(record).await?;
        }
        drop(guard);
        Ok(findings)
    }
}

async fn push(opened: &Opened, place: &Place, told: &Told) -> Result<(), Box<Finding>> {
    let open = &opened.open;
    let drifts = told.drifts(open, place)?;
    if drifts.is_empty() {
        return Ok(());
    }
    match told {
        Told::Changefeed(found) => push_changefeed(open, found.state.is_running(), &drifts).await,
        Told::Connector(index, _) => {
            if let Some(fixed) = drifts.iter().find(|drift| !drift.can_push) {
                let message = format!("`{}` of a managed connector cannot be changed.", fixed.key);
                let hint = "Remove the connector and launch again: it goes on where its consumer group stopped if the name stays.";
                return Err(Box::new(Finding::warning(&fixed.path, "drift-not-pushed", message).hint(hint)));
            }
            let config = connector_config(open, *index)?;
            let client = connect::Client::of_connector(open, *index)?;
            client.put_config(&connector::name(open, *index), &config).await.map_err(|error| Box::new(error.finding()))
        }
        Told::Statements(index, statements) => push_statements(open, *index, statements).await,
    }
}

/// TiCDC changes a changefeed that stands. One that ran runs again afterwards, also when the change was refused.
async fn push_changefeed(open: &Pipeline, is_running: bool, drifts: &[Drift]) -> Result<(), Box<Finding>> {
    if drifts.iter().all(|drift| !drift.can_push) {
        let message = "The changefeed has a target-ts, which TiCDC cannot take away.";
        let hint = "Remove the changefeed and create it again at its checkpoint.";
        return Err(Box::new(Finding::warning("changefeed", "drift-not-pushed", message).hint(hint)));
    }
    let (client, id) = (changefeed::client(open)?, changefeed::id(open));
    let body = open_api_body(open);
    let mut config = body["replica_config"].clone();
    for drift in drifts.iter().filter(|drift| drift.document.is_none()) {
        take_back(&mut config, &drift.key);
    }
    let change = Change { sink_uri: body["sink_uri"].as_str().map(|uri| uri.to_owned().into()), target_ts: None, config: Some(config) };
    if is_running {
        client.pause(&id).await.map_err(|error| changefeed::finding(&error))?;
    }
    let updated = client.update(&id, &change).await;
    if is_running {
        client.resume(&id, None).await.map_err(|error| changefeed::finding(&error))?;
    }
    updated.map(drop).map_err(|error| changefeed::finding(&error))
}

/// In a merge, `null` is what takes a value of the server's back to its default. Lists are replaced as a whole.
fn take_back(config: &mut Value, key: &str) {
    let Some(path) = key.strip_prefix("replica_config.") else { return };
    let path = path.split('[').next().unwrap_or(path);
    let steps: Vec<&str> = path.split('.').collect();
    let Some((last, tables)) = steps.split_last() else { return };
    let mut holder = config;
    for step in tables {
        let Some(map) = holder.as_object_mut() else { return };
        holder = map.entry(*step).or_insert_with(|| Value::Object(Map::new()));
    }
    if let Some(map) = holder.as_object_mut() {
        map.entry(*last).or_insert(Value::Null);
    }
}

/// The configuration that the document's connector has, secrets included.
fn connector_config(open: &Pipeline, index: usize) -> Result<Map<String, Value>, Box<Finding>> {
    let request = connector_request(open, index, Secrets::opened()).and_then(|text| serde_json::from_str::<Value>(&text).ok());
    match request.and_then(|mut request| request.get_mut("config").map(Value::take)) {
        Some(Value::Object(config)) => Ok(config),
        _ => {
            let path = format!("connectors[{index}].kind");
            let message = "The connector has no configuration to send: its kind or flavour is not known.";
            Err(Box::new(Finding::error(path, "drift-not-pushed", message).hint("Choose one of the listed kinds.")))
        }
    }
}

async fn push_statements(open: &Pipeline, index: usize, running: &[String]) -> Result<(), Box<Finding>> {
    let client = statement::client(open)?;
    for statement in running {
        let differs = drift::drifts(open, &drift::Running::Ksql { index, statement }).map_err(Box::new)?;
        if differs.is_empty() {
            continue;
        }
        let sql = drift::replacement(open, index, statement).map_err(Box::new)?;
        let executed = client.execute(&sql).await.map_err(|error| Box::new(error.finding()))?;
        if let Some(finding) = statement::failed(&format!("ksqldb[{index}]"), &executed) {
            return Err(Box::new(finding));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_what_the_document_does_not_say_goes_back_to_the_default() {
        let mut config = json!({"sink": {"dispatchers": [{"matcher": ["a.*"]}]}});
        for key in [
            "replica_config.memory_quota",
            "replica_config.sink.kafka_config.compression",
            "replica_config.sink.dispatchers[1]",
            "replica_config.sink.column_selectors[0].columns",
            "sink_uri.compression",
        ] {
            take_back(&mut config, key);
        }
        assert_eq!(
            config,
            json!({"memory_quota": null, "sink": {"dispatchers": [{"matcher": ["a.*"]}], "kafka_config": {"compression": null}, "column_selectors": null}})
        );
    }
}
