//! Drift of a pipeline: what its systems tell, against its document.

use super::{Opened, Place, changefeed, connector, places, statement};
use crate::{
    clients::{connect, ticdc::Changefeed},
    studio::{Studio, StudioError},
};
use serde_json::{Map, Value};
use shared::{
    Finding,
    api::{Drift, DriftReport},
    config::{Pipeline, Target},
    drift::{self, Running, RunningChangefeed},
    launch::Part,
};

/// A part as its server describes it. Configurations may hold secrets: no `Debug`.
pub(super) enum Told {
    Changefeed(Box<Changefeed>),
    Connector(usize, Map<String, Value>),
    Statements(usize, Vec<String>),
}

impl Told {
    /// What [`shared::drift`] compares.
    pub(super) fn running(&self) -> Vec<Running<'_>> {
        match self {
            Self::Changefeed(found) => vec![Running::Changefeed(RunningChangefeed {
                sink_uri: &found.sink_uri,
                replica_config: &found.config,
                target_ts: found.target_ts,
            })],
            Self::Connector(index, config) => vec![Running::Connector { index: *index, config }],
            Self::Statements(index, statements) => statements.iter().map(|statement| Running::Ksql { index: *index, statement }).collect(),
        }
    }

    /// What differs of it.
    pub(super) fn drifts(&self, open: &Pipeline, place: &Place) -> Result<Vec<Drift>, Box<Finding>> {
        let mut found = Vec::new();
        for running in self.running() {
            found.extend(drift::drifts(open, &running).map_err(Box::new)?);
        }
        for drift in &mut found {
            drift.part.clone_from(&place.id);
        }
        Ok(found)
    }
}

impl Studio {
    /// What differs between the document and what runs, part by part. The studio's own engine runs the document itself.
    ///
    /// # Errors
    /// There is no such pipeline, or a secret of it cannot be had.
    pub async fn drift(&self, name: &str) -> Result<DriftReport, StudioError> {
        let opened = self.opened(name).await?;
        Ok(report(&opened).await)
    }
}

pub(super) async fn report(opened: &Opened) -> DriftReport {
    let places = compared(&opened.open);
    let told = futures::future::join_all(places.iter().map(|place| told(&opened.open, place))).await;
    let mut report = DriftReport::default();
    for (place, told) in places.iter().zip(told) {
        match told.and_then(|told| told.drifts(&opened.open, place)) {
            Ok(drifts) => report.drifts.extend(drifts),
            Err(finding) => report.findings.push(*finding),
        }
    }
    report
}

/// The parts that a server runs.
pub(super) fn compared(document: &Pipeline) -> Vec<Place> {
    let is_native = document.changefeed.target == Target::Native;
    places(document).into_iter().filter(|place| !(is_native && place.part == Part::Changefeed)).collect()
}

/// Asks the part's server.
pub(super) async fn told(open: &Pipeline, place: &Place) -> Result<Told, Box<Finding>> {
    let absent = |path: String| {
        let message = format!("`{}` does not run: there is nothing to compare.", place.name);
        Box::new(Finding::info(path, "drift-not-running", message).hint("Launch the pipeline, or that part of it."))
    };
    match place.part {
        Part::Changefeed | Part::Topics(_) => {
            let found = changefeed::client(open)?.changefeed(&changefeed::id(open)).await.map_err(|error| changefeed::finding(&error))?;
            Ok(Told::Changefeed(Box::new(found.ok_or_else(|| absent("changefeed".to_owned()))?)))
        }
        Part::Connector(index) => {
            let client = connect::Client::of_connector(open, index)?;
            let config = client.config(&connector::name(open, index)).await.map_err(|error| Box::new(error.finding()))?;
            Ok(Told::Connector(index, config.ok_or_else(|| absent(format!("connectors[{index}]")))?))
        }
        Part::Statement(index) => {
            let found: Vec<_> = statement::described(open, index).await?.into_iter().filter_map(|(_, described)| described).collect();
            if found.is_empty() {
                return Err(absent(format!("ksqldb[{index}]")));
            }
            if let Some(silent) = found.iter().find(|described| described.statement.is_empty()) {
                let message = format!("This ksqlDB server does not tell the statement that made `{}`.", silent.name);
                return Err(Box::new(
                    Finding::info(format!("ksqldb[{index}]"), "drift-statement-unknown", message).hint("Servers since 0.10 do."),
                ));
            }
            Ok(Told::Statements(index, found.into_iter().map(|described| described.statement).collect()))
        }
    }
}
