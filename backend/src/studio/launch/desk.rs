//! Launches as the studio offers them: one at a time for each pipeline, watched, cancelled, undone, and gone on with after a
//! restart.

use super::{Executor, actors::actors, executor::UNCERTAIN};
use crate::{
    engine::{connect, figures::now_ms},
    store::{Act, LaunchRecord},
    studio::{Studio, StudioError, blocking, check},
};
use shared::{
    Finding,
    api::{CancelLaunch, LaunchPlan, LaunchReport, LaunchState, PlannedStep, StepReport, StepState},
    config::{Pipeline, SourceKind},
    finding::has_errors,
    launch,
    schema::TableModel,
};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// How long a person is kept waiting for a source that only makes a plan more exact.
const TABLES_LIMIT: Duration = Duration::from_secs(5);
/// How long a cancel waits for an act that is going on; the launch ends after it in any case.
const CANCEL_LIMIT: Duration = Duration::from_secs(10);

/// The launches of this process.
#[derive(Default)]
pub(in crate::studio) struct Launches {
    by_pipeline: HashMap<String, Ongoing>,
}

/// The last launch of a pipeline in this process.
struct Ongoing {
    /// Outlives a launch: who watches a pipeline sees the next one too.
    reports: Arc<watch::Sender<LaunchReport>>,
    cancel: CancellationToken,
    /// Asked for together with the cancel.
    undo_after: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Studio {
    /// What a launch would do, and what the document lacks for it.
    ///
    /// # Errors
    /// There is no such pipeline, or the store fails.
    pub async fn launch_plan(&self, name: &str) -> Result<LaunchPlan, StudioError> {
        let document = self.record(name).await?.document;
        let tables = self.tables_for_launch(&document).await;
        Ok(launch::plan(&document, &tables))
    }

    /// Begins a launch, or goes on where the last one stopped. One that is going on already is answered with its report.
    ///
    /// # Errors
    /// The plan has errors, an undo is going on, or the store fails.
    pub async fn begin_launch(self: &Arc<Self>, name: &str) -> Result<LaunchReport, StudioError> {
        let record = self.record(name).await?;
        let tables = self.tables_for_launch(&record.document).await;
        let mut launches = self.launches.lock().await;
        if let Some(report) = launches.going_on(name) {
            return if report.state == LaunchState::Running { Ok(report) } else { Err(StudioError::LaunchGoesOn) };
        }
        let plan = launch::plan(&record.document, &tables);
        if has_errors(&plan.findings) {
            return Err(StudioError::Invalid(plan.findings));
        }
        let before = record.state;
        let fresh = LaunchRecord::new(record.document, new_report(name, plan.steps), before);
        let record = match self.launch_record(name).await? {
            Some(last) if last.report.state != LaunchState::Undone => going_on_from(last, fresh),
            _ => fresh,
        };
        self.carry_out(&mut launches, record, &tables).await
    }

    /// How the last launch stands.
    ///
    /// # Errors
    /// [`StudioError::NotLaunched`], or the store fails.
    pub async fn launch_report(&self, name: &str) -> Result<LaunchReport, StudioError> {
        self.record(name).await?;
        if let Some(ongoing) = self.launches.lock().await.by_pipeline.get(name) {
            return Ok(ongoing.reports.borrow().clone());
        }
        Ok(self.launch_record(name).await?.ok_or(StudioError::NotLaunched)?.report)
    }

    /// Every change of the launch from now on; the first value is how it stands.
    ///
    /// # Errors
    /// As [`Studio::launch_report`].
    pub async fn watch_launch(&self, name: &str) -> Result<watch::Receiver<LaunchReport>, StudioError> {
        let report = self.launch_report(name).await?;
        let mut launches = self.launches.lock().await;
        let ongoing = launches.by_pipeline.entry(name.to_owned()).or_insert_with(|| Ongoing::resting(report));
        Ok(ongoing.reports.subscribe())
    }

    /// Stops a launch between two steps or in a wait, and takes it back when that is asked for too.
    ///
    /// # Errors
    /// None is going on.
    pub async fn cancel_launch(&self, name: &str, body: CancelLaunch) -> Result<LaunchReport, StudioError> {
        self.record(name).await?;
        let mut reports = {
            let launches = self.launches.lock().await;
            let running = launches.going_on(name).is_some_and(|report| report.state == LaunchState::Running);
            let Some(ongoing) = launches.by_pipeline.get(name).filter(|_| running) else {
                return Err(StudioError::WrongState { state: "not being launched", wanted: "cancelled" });
            };
            ongoing.undo_after.store(body.undo, Ordering::Relaxed);
            ongoing.cancel.cancel();
            ongoing.reports.subscribe()
        };
        // An act that is going on is let come to its end; the page follows it.
        let _ = tokio::time::timeout(CANCEL_LIMIT, reports.wait_for(|report| report.state != LaunchState::Running)).await;
        let report = reports.borrow().clone();
        Ok(report)
    }

    /// Takes back what the last launch made, backwards.
    ///
    /// # Errors
    /// One is going on, there was none, or it is undone already.
    pub async fn undo_launch(self: &Arc<Self>, name: &str) -> Result<LaunchReport, StudioError> {
        self.record(name).await?;
        let document = self.launch_record(name).await?.ok_or(StudioError::NotLaunched)?.document;
        let tables = self.tables_for_launch(&document).await;
        let mut launches = self.launches.lock().await;
        if launches.going_on(name).is_some() {
            return Err(StudioError::LaunchGoesOn);
        }
        let mut record = self.launch_record(name).await?.ok_or(StudioError::NotLaunched)?;
        if record.report.state == LaunchState::Undone {
            return Err(StudioError::WrongState { state: "undone", wanted: "undone again" });
        }
        begin_undo(&mut record);
        self.carry_out(&mut launches, record, &tables).await
    }

    /// Goes on with what was going on when the studio went down.
    pub(in crate::studio) async fn continue_launches(self: &Arc<Self>) -> Result<(), StudioError> {
        let store = Arc::clone(self.store());
        for record in blocking(move || store.launches()).await? {
            if !matches!(record.report.state, LaunchState::Running | LaunchState::Undoing) {
                continue;
            }
            let name = record.report.pipeline.clone();
            let tables = self.tables_for_launch(&record.document).await;
            let mut launches = self.launches.lock().await;
            // A secret that is gone keeps this one from going on, not the studio from starting.
            if let Err(error) = self.carry_out(&mut launches, record.clone(), &tables).await {
                tracing::warn!(pipeline = %name, %error, "an interrupted launch cannot go on");
                self.fail_interrupted(record, &error).await?;
            }
        }
        Ok(())
    }

    pub(in crate::studio) async fn stop_launches(&self) {
        self.stop.cancel();
        let tasks: Vec<JoinHandle<()>> = self.launches.lock().await.by_pipeline.drain().map(|(_, ongoing)| ongoing.task).collect();
        futures::future::join_all(tasks).await;
    }

    /// Whether the pipeline is being launched, undone or moved right now.
    pub(in crate::studio) async fn is_launching(&self, name: &str) -> bool {
        self.launches.lock().await.going_on(name).is_some()
    }

    /// Writes the record and lets a task of the studio's own carry it out.
    pub(super) async fn carry_out(
        self: &Arc<Self>,
        launches: &mut Launches,
        record: LaunchRecord,
        tables: &[TableModel],
    ) -> Result<LaunchReport, StudioError> {
        let name = record.report.pipeline.clone();
        let open = check::unseal(self.store(), record.document.clone()).await.map_err(|finding| StudioError::Invalid(vec![finding]))?;
        let actors = actors(self, &record, &open, tables).map_err(|finding| StudioError::Invalid(vec![*finding]))?;
        let (store, written) = (Arc::clone(self.store()), record.clone());
        blocking(move || store.put_launch(&written)).await?;
        let report = record.report.clone();
        let reports = match launches.by_pipeline.remove(&name) {
            Some(last) => last.reports,
            None => Arc::new(watch::Sender::new(report.clone())),
        };
        reports.send_replace(report.clone());
        let cancel = CancellationToken::new();
        let undo_after = Arc::new(AtomicBool::new(false));
        let mut executor = Executor {
            store: Arc::clone(self.store()),
            record,
            actors,
            pace: self.pace,
            reports: Arc::clone(&reports),
            stop: self.stop.clone(),
            cancel: cancel.clone(),
        };
        let (studio, undo) = (Arc::clone(self), Arc::clone(&undo_after));
        let task = tokio::spawn(async move {
            let is_over = executor.run().await;
            if is_over && executor.record.report.state == LaunchState::Cancelled && undo.load(Ordering::Relaxed) {
                begin_undo(&mut executor.record);
                executor.run().await;
            }
            studio.changed();
        });
        launches.by_pipeline.insert(name, Ongoing { reports, cancel, undo_after, task });
        self.changed();
        Ok(report)
    }

    async fn fail_interrupted(&self, mut record: LaunchRecord, error: &StudioError) -> Result<(), StudioError> {
        let finding = match error {
            StudioError::Invalid(findings) => findings.first().cloned(),
            _ => None,
        };
        let finding = finding.unwrap_or_else(|| Finding::error("", "invalid-pipeline", error.to_string()));
        record.report.state = LaunchState::Failed;
        if let Some(step) = record.report.steps.iter_mut().find(|step| !matches!(step.state, StepState::Done | StepState::Existing)) {
            step.state = StepState::Failed;
            step.finding = Some(finding);
        }
        let store = Arc::clone(self.store());
        Ok(blocking(move || store.put_launch(&record)).await?)
    }

    pub(super) async fn launch_record(&self, name: &str) -> Result<Option<LaunchRecord>, StudioError> {
        let (store, name) = (Arc::clone(self.store()), name.to_owned());
        Ok(blocking(move || store.launch(&name)).await?)
    }

    /// The source's tables where they make the plan more exact and can be had; a plan without them is good too.
    pub(super) async fn tables_for_launch(&self, document: &Pipeline) -> Vec<TableModel> {
        let has_use = !document.ksqldb.is_empty() || !document.connectors.is_empty();
        if !has_use || document.source.kind == SourceKind::Tidb {
            return Vec::new();
        }
        let Ok(open) = check::unseal(self.store(), document.clone()).await else { return Vec::new() };
        let Ok(inspect) = connect::inspect(&open) else { return Vec::new() };
        match tokio::time::timeout(TABLES_LIMIT, inspect.tables()).await {
            Ok(Ok((_, tables))) => check::models(&tables).0,
            _ => Vec::new(),
        }
    }
}

impl Launches {
    pub(in crate::studio) fn forget(&mut self, name: &str) {
        self.by_pipeline.remove(name);
    }

    pub(super) fn going_on(&self, name: &str) -> Option<LaunchReport> {
        let ongoing = self.by_pipeline.get(name).filter(|ongoing| !ongoing.task.is_finished())?;
        let report = ongoing.reports.borrow().clone();
        // what comes after the last report is no work any more, unless an undo was asked for with the cancel
        let goes_on = match report.state {
            LaunchState::Running | LaunchState::Undoing => true,
            LaunchState::Cancelled => ongoing.undo_after.load(Ordering::Relaxed),
            _ => false,
        };
        goes_on.then_some(report)
    }
}

impl Ongoing {
    /// For those who watch before something happens.
    fn resting(report: LaunchReport) -> Self {
        Self {
            reports: Arc::new(watch::Sender::new(report)),
            cancel: CancellationToken::new(),
            undo_after: Arc::default(),
            task: tokio::spawn(std::future::ready(())),
        }
    }
}

pub(super) fn new_report(name: &str, steps: Vec<PlannedStep>) -> LaunchReport {
    let step = |step| StepReport { step, state: StepState::Pending, note: String::new(), finding: None, started_ms: None, ended_ms: None };
    LaunchReport {
        pipeline: name.to_owned(),
        state: LaunchState::Running,
        steps: steps.into_iter().map(step).collect(),
        started_ms: now_ms(),
        ended_ms: None,
    }
}

fn begin_undo(record: &mut LaunchRecord) {
    record.report.state = LaunchState::Undoing;
    record.report.ended_ms = None;
    for (step, act) in record.report.steps.iter_mut().zip(&record.acts) {
        // one that remained is tried again
        if step.state == StepState::Remains && matches!(act, Act::MakeBegun | Act::Made | Act::UndoBegun) {
            step.state = StepState::Pending;
        }
    }
}

/// The next launch knows what the last one did. What the document no longer has is not touched: it is named as remaining.
fn going_on_from(last: LaunchRecord, mut fresh: LaunchRecord) -> LaunchRecord {
    fresh.before = last.before;
    for (step, act) in last.report.steps.into_iter().zip(last.acts) {
        let Some(at) = fresh.report.steps.iter().position(|own| own.step.id == step.step.id) else {
            if matches!(act, Act::MakeBegun | Act::Made | Act::UndoBegun) {
                let message = format!("The document no longer has what this launch made (step “{}”).", step.step.title);
                let finding = Finding::warning("", "launch-left-behind", message).hint(format!("It remains. By hand: {}", step.step.undo));
                fresh.report.steps.push(StepReport { state: StepState::Remains, finding: Some(finding), note: String::new(), ..step });
                fresh.acts.push(Act::Nothing);
            }
            continue;
        };
        let do_once_more = step.finding.as_ref().is_some_and(|finding| finding.code == UNCERTAIN);
        fresh.acts[at] = if do_once_more { Act::Nothing } else { act };
    }
    fresh
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use shared::api::{PipelineState, StepKind};

    fn record(ids: &[&str]) -> LaunchRecord {
        let step = |id: &&str| PlannedStep {
            id: (*id).to_owned(),
            kind: StepKind::Changefeed,
            title: (*id).to_owned(),
            place: String::new(),
            waits_for: String::new(),
            undo: "Delete it.".to_owned(),
            equivalents: Vec::new(),
        };
        LaunchRecord::new(Pipeline::named("p"), new_report("p", ids.iter().map(step).collect()), PipelineState::Draft)
    }

    #[test]
    fn the_next_launch_knows_what_the_last_one_made_and_names_what_is_left_behind() {
        let mut last = record(&["a", "b", "c"]);
        last.acts = vec![Act::Made, Act::Existing, Act::Made];
        let next = going_on_from(last, record(&["b", "a", "d"]));
        assert_eq!(next.acts, [Act::Existing, Act::Made, Act::Nothing, Act::Nothing]);
        let left = &next.report.steps[3];
        assert_eq!((left.step.id.as_str(), left.state), ("c", StepState::Remains));
        assert_eq!(left.finding.as_ref().unwrap().hint, "It remains. By hand: Delete it.");
    }

    #[test]
    fn launching_again_after_an_uncertain_step_does_it_once_more() {
        let mut last = record(&["a"]);
        last.acts = vec![Act::MakeBegun];
        last.report.steps[0].finding = Some(Finding::error("", UNCERTAIN, ""));
        assert_eq!(going_on_from(last, record(&["a"])).acts, [Act::Nothing]);
    }
}
