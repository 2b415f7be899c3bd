//! Carries out a launch: step by step, each act between two writes of the journal.
//!
//! The journal says before an act that it begins and after it that it is over. Whoever goes on with a launch and finds an act
//! begun asks the system whether it was done: so nothing is made twice, and what was there before is known for ever.

use super::{
    actor::{Actor, Found, Sign, Trouble},
    pace::{Cut, Pace, Waits},
};
use crate::{
    engine::figures::now_ms,
    store::{Act, LaunchRecord, Store, StoreError},
    studio::blocking,
};
use shared::{
    Finding,
    api::{LaunchReport, LaunchState, StepReport, StepState},
};
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What a launch is carried out with.
pub struct Executor {
    pub store: Arc<Store>,
    pub record: LaunchRecord,
    /// One for each step.
    pub actors: Vec<Box<dyn Actor>>,
    pub pace: Pace,
    /// Told every change.
    pub reports: Arc<watch::Sender<LaunchReport>>,
    /// The studio goes down: the journal keeps `Running` or `Undoing`, and the next start goes on.
    pub stop: CancellationToken,
    /// A person cancels, between two steps, in a look or in a wait.
    pub cancel: CancellationToken,
}

/// Why a launch did not come to its end.
pub(super) enum Halt {
    Stopped,
    Cancelled,
    Failed(Box<Finding>),
    /// The journal cannot be written: nothing may be done any more.
    Journal(StoreError),
}

impl From<Cut> for Halt {
    fn from(cut: Cut) -> Self {
        match cut {
            Cut::Stopped => Self::Stopped,
            Cut::Cancelled => Self::Cancelled,
        }
    }
}

impl Executor {
    /// Carries out what the record's state asks for: launching, or taking back. Says whether it came to an end; it did not when
    /// the studio goes down.
    pub async fn run(&mut self) -> bool {
        match self.record.report.state {
            LaunchState::Running => self.launch().await,
            LaunchState::Undoing => self.take_back().await,
            _ => true,
        }
    }

    async fn launch(&mut self) -> bool {
        let mut at = 0;
        let end = loop {
            if at == self.actors.len() {
                break Ok(());
            }
            if let Err(halt) = self.step(at).await {
                break Err(halt);
            }
            at += 1;
        };
        let state = match end {
            Ok(()) => LaunchState::Done,
            Err(Halt::Stopped) => return false,
            Err(Halt::Cancelled) => LaunchState::Cancelled,
            Err(Halt::Failed(finding)) => {
                let step = &mut self.record.report.steps[at];
                step.state = StepState::Failed;
                step.ended_ms = Some(now_ms());
                step.note.clear();
                step.finding = Some(*finding);
                LaunchState::Failed
            }
            Err(Halt::Journal(error)) => return self.give_up(at, &error),
        };
        self.end(state).await
    }

    /// Writes how it ended.
    pub(super) async fn end(&mut self, state: LaunchState) -> bool {
        self.record.report.state = state;
        self.record.report.ended_ms = Some(now_ms());
        if let Err(error) = self.write().await {
            tracing::error!(pipeline = %self.record.report.pipeline, %error, "the end of a launch could not be written");
            self.show();
        }
        true
    }

    /// Without a journal a launch stands still, and says so to those who watch.
    pub(super) fn give_up(&mut self, at: usize, error: &StoreError) -> bool {
        tracing::error!(pipeline = %self.record.report.pipeline, %error, "the journal of a launch cannot be written");
        let finding = Finding::error("", "storage", error.to_string()).hint("Free space or make the disk writable, then launch again.");
        let report = &mut self.record.report;
        report.state = LaunchState::Failed;
        report.ended_ms = Some(now_ms());
        report.steps[at].state = StepState::Failed;
        report.steps[at].finding = Some(finding);
        self.show();
        true
    }

    async fn step(&mut self, at: usize) -> Result<(), Halt> {
        self.check()?;
        let step = &mut self.record.report.steps[at];
        if step.state == StepState::Remains {
            return Ok(());
        }
        *step = StepReport {
            state: StepState::Running,
            note: "looks what is there".to_owned(),
            finding: None,
            started_ms: Some(step.started_ms.unwrap_or_else(now_ms)),
            ended_ms: None,
            step: step.step.clone(),
        };
        self.show();
        let mut waits = Waits::new(self.pace);
        let found = tokio::select! {
            biased;
            cut = cut(self.stop.clone(), self.cancel.clone()) => return Err(cut),
            found = self.look(at, &mut waits) => found?,
        };
        match (self.record.acts[at], found) {
            (_, Found::Differs(how)) => return Err(self.taken(at, &how)),
            (Act::Nothing | Act::Undone | Act::Existing, Found::Partly(how)) => return Err(self.taken(at, &how)),
            (Act::Nothing | Act::Undone, Found::Same) => self.act(at, Act::Existing, StepState::Waiting).await?,
            (Act::MakeBegun | Act::UndoBegun, Found::Same) => self.act(at, Act::Made, StepState::Waiting).await?,
            (Act::MakeBegun | Act::UndoBegun, Found::Unknown) => return Err(self.uncertain(at)),
            (Act::Made | Act::Existing, Found::Same | Found::Unknown) => {}
            (_, Found::Absent | Found::Partly(_)) | (Act::Nothing | Act::Undone, Found::Unknown) => self.make(at, &mut waits).await?,
        }
        self.wait_for_sign(at, &mut waits).await?;
        let done = if self.record.acts[at] == Act::Existing { StepState::Existing } else { StepState::Done };
        let step = &mut self.record.report.steps[at];
        step.state = done;
        step.note.clear();
        step.ended_ms = Some(now_ms());
        self.write().await.map_err(Halt::Journal)
    }

    /// Begins only what is written down. A failed try counts for nothing: what is there afterwards does.
    async fn make(&mut self, at: usize, waits: &mut Waits) -> Result<(), Halt> {
        self.act(at, Act::MakeBegun, StepState::Running).await?;
        loop {
            self.note(at, "makes it".to_owned());
            let Err(trouble) = self.actors[at].make().await else {
                return self.act(at, Act::Made, StepState::Waiting).await;
            };
            match self.look(at, waits).await? {
                Found::Same => return self.act(at, Act::Made, StepState::Waiting).await,
                Found::Differs(how) => return Err(self.taken(at, &how)),
                Found::Absent | Found::Unknown if !trouble.passing => {
                    self.act(at, Act::Nothing, StepState::Running).await?;
                    return Err(Halt::Failed(trouble.finding));
                }
                // the first part is ours, and undo has to know
                Found::Partly(_) if !trouble.passing => return Err(Halt::Failed(trouble.finding)),
                Found::Unknown => return Err(self.uncertain(at)),
                Found::Absent | Found::Partly(_) => self.wait_out(at, trouble, waits).await?,
            }
        }
    }

    async fn wait_for_sign(&mut self, at: usize, waits: &mut Waits) -> Result<(), Halt> {
        self.record.report.steps[at].state = StepState::Waiting;
        loop {
            // a look changes nothing: one that hangs does not keep a person from cancelling
            let sign = tokio::select! {
                biased;
                cut = cut(self.stop.clone(), self.cancel.clone()) => return Err(cut),
                sign = self.actors[at].sign() => sign,
            };
            let seen = match sign {
                Ok(Sign::Ready) => return Ok(()),
                Ok(Sign::NotYet(note)) => note,
                Ok(Sign::Broken(finding)) => return Err(Halt::Failed(finding)),
                Err(Trouble { finding, passing: true }) => finding.message,
                Err(Trouble { finding, passing: false }) => return Err(Halt::Failed(finding)),
            };
            if waits.is_over() {
                return Err(self.not_in_time(at, &seen, waits));
            }
            self.note(at, seen);
            waits.pause(self.actors[at].stir(), &self.stop, &self.cancel).await?;
        }
    }

    /// Looks until there is an answer.
    async fn look(&mut self, at: usize, waits: &mut Waits) -> Result<Found, Halt> {
        loop {
            match self.actors[at].look().await {
                Ok(found) => return Ok(found),
                Err(trouble) if trouble.passing => self.wait_out(at, trouble, waits).await?,
                Err(trouble) => return Err(Halt::Failed(trouble.finding)),
            }
        }
    }

    async fn wait_out(&mut self, at: usize, trouble: Trouble, waits: &mut Waits) -> Result<(), Halt> {
        if waits.is_over() {
            return Err(Halt::Failed(trouble.finding));
        }
        self.note(at, trouble.finding.message.clone());
        Ok(waits.pause(std::future::pending(), &self.stop, &self.cancel).await?)
    }

    fn check(&self) -> Result<(), Halt> {
        match (self.stop.is_cancelled(), self.cancel.is_cancelled()) {
            (true, _) => Err(Halt::Stopped),
            (_, true) => Err(Halt::Cancelled),
            _ => Ok(()),
        }
    }

    pub(super) async fn act(&mut self, at: usize, act: Act, state: StepState) -> Result<(), Halt> {
        self.record.acts[at] = act;
        self.record.report.steps[at].state = state;
        self.write().await.map_err(Halt::Journal)
    }

    async fn write(&mut self) -> Result<(), StoreError> {
        let (store, record) = (Arc::clone(&self.store), self.record.clone());
        blocking(move || store.put_launch(&record)).await?;
        self.show();
        Ok(())
    }

    /// For those who watch; a note need not survive the process.
    pub(super) fn note(&mut self, at: usize, note: String) {
        self.record.report.steps[at].note = note;
        self.show();
    }

    fn show(&self) {
        self.reports.send_replace(self.record.report.clone());
    }

    fn taken(&self, at: usize, how: &str) -> Halt {
        let title = &self.record.report.steps[at].step.title;
        let message = format!("What is there already is not what the document says: {how}. It was left alone (step “{title}”).");
        Halt::Failed(Box::new(
            Finding::error(self.actors[at].path(), "launch-taken", message)
                .hint("Give yours another name, remove the other, or bring document and system together under Drift; then launch again."),
        ))
    }

    fn uncertain(&self, at: usize) -> Halt {
        let title = &self.record.report.steps[at].step.title;
        let message = format!("Step “{title}” was begun and its answer was lost: whether it was done cannot be seen from outside.");
        Halt::Failed(Box::new(
            Finding::error(self.actors[at].path(), UNCERTAIN, message)
                .hint("Look at the system yourself. Launching again does this step once more; take it out of the document if it was done."),
        ))
    }

    fn not_in_time(&self, at: usize, seen: &str, waits: &Waits) -> Halt {
        let step = &self.record.report.steps[at].step;
        let message = format!("Step “{}” waited {} minutes for its sign ({}): {seen}.", step.title, waits.minutes(), step.waits_for);
        Halt::Failed(Box::new(
            Finding::error(self.actors[at].path(), "launch-not-in-time", message)
                .hint("Nothing was taken back. Launch again to wait on, or undo the launch."),
        ))
    }
}

/// When the studio goes down, or a person cancels.
async fn cut(stop: CancellationToken, cancel: CancellationToken) -> Halt {
    tokio::select! {
        biased;
        () = stop.cancelled() => Halt::Stopped,
        () = cancel.cancelled() => Halt::Cancelled,
    }
}

/// Launching again after this one is a person's decision to do the step once more.
pub(super) const UNCERTAIN: &str = "launch-uncertain";
