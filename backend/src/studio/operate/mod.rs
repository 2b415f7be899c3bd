//! What runs: the parts of a pipeline with their state, what can be asked of them, drift with repair, and clusters with
//! everything that is on them. `docs/OPERATE.md` tells people what they may rely on.
//!
//! Nothing here answers with a secret: configurations that servers show in clear are compared and sealed, never passed on.

mod actions;
mod changefeed;
mod clusters;
mod connector;
mod drift;
mod lags;
mod open;
mod repair;
mod rows;
mod statement;
mod trend;
mod watch;

pub(super) use lags::Lags;
pub use watch::WatchPace;
pub(super) use watch::Watched;

use super::{Studio, StudioError, check::unseal};
use crate::store::PipelineRecord;
use shared::{
    Finding,
    api::{PartKind, PartState, PartStatus},
    config::{Pipeline, Target},
    explain,
    launch::{self, Part},
    operate,
};
use std::time::{SystemTime, UNIX_EPOCH};

/// A saved pipeline with its secrets as values, for calls; only `record` may be shown.
struct Opened {
    record: PipelineRecord,
    open: Pipeline,
}

/// A part of a document that can be looked at.
struct Place {
    id: String,
    name: String,
    place: String,
    part: Part,
}

impl Studio {
    /// The parts of a pipeline and what each does now, in the order of a launch. A part that cannot be asked is `Unknown`, and
    /// says why.
    ///
    /// # Errors
    /// There is no such pipeline, or the store fails.
    pub async fn parts(&self, name: &str) -> Result<Vec<PartStatus>, StudioError> {
        let record = self.record(name).await?;
        let places = places(&record.document);
        let opened = match self.unsealed(record).await {
            Ok(opened) => opened,
            Err(finding) => return Ok(places.iter().map(|place| unknown(place, *finding.clone())).collect()),
        };
        Ok(futures::future::join_all(places.iter().map(|place| self.part_status(&opened, place))).await)
    }

    async fn part_status(&self, opened: &Opened, place: &Place) -> PartStatus {
        let status = match place.part {
            Part::Changefeed if opened.open.changefeed.target == Target::Native => self.native_status(opened, place).await,
            Part::Changefeed => changefeed::status(&opened.open, place).await,
            Part::Connector(index) => connector::status(&opened.open, index, place).await,
            Part::Statement(index) => statement::status(&opened.open, index, place).await,
            Part::Topics(_) => Err(Box::new(Finding::error("", "part-unknown", "Topics are no part that runs."))),
        };
        let status = status.unwrap_or_else(|finding| unknown(place, *finding));
        // TiCDC's checkpoint goes on without rows; that of our own engine stands while none come
        let moves_when_idle = opened.open.changefeed.target == Target::Ticdc;
        self.judged(&opened.record.document.name, status, moves_when_idle)
    }

    /// What the engine's own figures say.
    async fn native_status(&self, opened: &Opened, place: &Place) -> Result<PartStatus, Box<Finding>> {
        let cannot =
            |error: StudioError| Box::new(Finding::error("changefeed", "part-unknown", format!("The engine cannot be asked: {error}.")));
        let progress = self.figures(&opened.record.document.name).await.map_err(cannot)?.progress();
        let mut state = operate::native_state(progress.state);
        let mut findings: Vec<Finding> = progress.message.into_iter().collect();
        if progress.dead_letters > 0 {
            if state == PartState::Running {
                state = PartState::Degraded;
            }
            let rows = shared::figures::counted(progress.dead_letters, "row");
            let message = format!("{rows} could not be sent and went to the dead letter topic since the pipeline was started.");
            let hint = "The log names each with its reason; the topic's messages have the rows as JSON.";
            findings.push(Finding::warning("engine.dead_letter_topic", "rows-dead-lettered", message).hint(hint));
        }
        let word = serde_json::to_value(progress.state).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
        Ok(PartStatus {
            checkpoint_ts: progress.checkpoint.as_ref().map(|checkpoint| checkpoint.commit_ts.0),
            checkpoint_lag_ms: progress.now.lag_p99_ms,
            dead_letters: (progress.dead_letters > 0).then_some(progress.dead_letters),
            findings,
            actions: operate::actions(PartKind::Changefeed, state, false, true),
            ..blank(place, state, &word)
        })
    }

    /// The record with an opened copy of its document.
    async fn unsealed(&self, record: PipelineRecord) -> Result<Opened, Box<Finding>> {
        let open = unseal(&self.store, record.document.clone()).await.map_err(Box::new)?;
        Ok(Opened { record, open })
    }

    async fn opened(&self, name: &str) -> Result<Opened, StudioError> {
        let record = self.record(name).await?;
        self.unsealed(record).await.map_err(|finding| StudioError::Invalid(vec![*finding]))
    }
}

/// The parts of a document but for the wait.
fn places(document: &Pipeline) -> Vec<Place> {
    let steps = launch::plan(document, &[]).steps;
    let place = |id: &str| steps.iter().find(|step| step.id == id).map(|step| step.place.clone()).unwrap_or_default();
    let parts = launch::parts(document, &[]).into_iter().filter(|(_, part)| !matches!(part, Part::Topics(_)));
    let named = parts.map(|(id, part)| {
        let name = match id.split_once(':') {
            Some((_, name)) => name.to_owned(),
            None => changefeed_id(document).to_owned(),
        };
        Place { place: place(&id), id, name, part }
    });
    named.collect()
}

fn find_place(document: &Pipeline, id: &str) -> Result<Place, StudioError> {
    places(document).into_iter().find(|place| place.id == id).ok_or_else(|| StudioError::NoSuchPart(id.to_owned()))
}

fn changefeed_id(document: &Pipeline) -> &str {
    if document.changefeed.id.is_empty() { &document.name } else { &document.changefeed.id }
}

/// A status that says nothing but the state.
fn blank(place: &Place, state: PartState, word: &str) -> PartStatus {
    let kind = match place.part {
        Part::Connector(_) => PartKind::Connector,
        Part::Statement(_) => PartKind::KsqlStatement,
        Part::Changefeed | Part::Topics(_) => PartKind::Changefeed,
    };
    PartStatus {
        id: place.id.clone(),
        kind,
        name: place.name.clone(),
        place: place.place.clone(),
        state,
        state_text: word.to_owned(),
        tasks: Vec::new(),
        dead_letters: None,
        checkpoint_lag_ms: None,
        resolved_lag_ms: None,
        checkpoint_ts: None,
        records_behind: None,
        findings: Vec::new(),
        actions: Vec::new(),
    }
}

fn unknown(place: &Place, finding: Finding) -> PartStatus {
    PartStatus { findings: vec![finding], ..blank(place, PartState::Unknown, "") }
}

/// A remote system's own error: redacted, shortened to its first lines, with cause, field and fix where the explainer knows them.
fn explained(path: &str, code: &'static str, subject: &str, text: &str) -> Finding {
    const LINES: usize = 3;
    let text = explain::redact(text);
    let head: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).take(LINES).collect();
    let known = explain::explain(&text).into_iter().next();
    let path = known.as_ref().map_or_else(|| path.to_owned(), |known| field(path, known.path));
    let finding = Finding::error(path, code, format!("{subject}: {}", head.join(" ")));
    match known {
        Some(explanation) => finding.hint(explanation.advice()),
        None => finding.hint("The whole text is in the system's own log; its last `Caused by` usually names the cause."),
    }
}

/// The field that an explanation points at, for the part at `path`. Explanations speak of the first connector and statement.
fn field(path: &str, explained: &str) -> String {
    let section = |path: &str| path.split(['.', '[']).next().unwrap_or_default().to_owned();
    match explained.split_once("[0]") {
        Some((list, rest)) if path.starts_with(&format!("{list}[")) => format!("{path}{rest}"),
        // another part's field: this one's error only shows it
        Some(_) => path.to_owned(),
        None if explained.is_empty() || section(path) == explained => path.to_owned(),
        None => explained.to_owned(),
    }
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).ok().and_then(|since| u64::try_from(since.as_millis()).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explained_error_points_at_its_field() {
        for (path, explained, expected) in [
            ("connectors[2]", "connectors[0].config.\"pk.mode\"", "connectors[2].config.\"pk.mode\""),
            ("connectors[2]", "", "connectors[2]"),
            ("connectors[2]", "ksqldb[0].sql", "connectors[2]"),
            ("connectors[2]", "kafka.params.sasl-user", "kafka.params.sasl-user"),
            ("ksqldb[1]", "ksqldb[0].topic", "ksqldb[1].topic"),
            ("changefeed", "changefeed", "changefeed"),
            ("changefeed", "changefeed.config.filter.rules", "changefeed.config.filter.rules"),
        ] {
            assert_eq!(field(path, explained), expected, "{path} {explained}");
        }
    }
}
