//! A world of things that launches make, and actors that a test can cut off anywhere.

use super::super::{Actor, Executor, Found, Pace, Sign, Trouble, Undo};
use crate::store::{LaunchRecord, Store};
use async_trait::async_trait;
use shared::{
    Finding,
    api::{LaunchReport, LaunchState, PipelineState, PlannedStep, StepKind, StepReport, StepState},
    config::Pipeline,
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex},
};
use tempfile::TempDir;
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

pub const STEPS: usize = 3;

/// What exists, and what was done to it. It outlives the studio.
#[derive(Default)]
pub struct World {
    pub things: BTreeMap<usize, Thing>,
    /// `make 0`, `undo 0`: every call that reached the world.
    pub acts: Vec<String>,
    /// What the next calls answer instead of success, after or before they took effect.
    pub script: BTreeMap<&'static str, VecDeque<Trick>>,
    /// Calls are counted; the one with this number never ends.
    pub crash_at: Option<usize>,
    calls: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thing {
    /// As the document says.
    pub same: bool,
}

#[derive(Clone, Copy, Debug)]
pub enum Trick {
    /// Done, and the answer was lost.
    LostAnswer,
    /// Not done; may work later.
    Busy,
    /// Not done, and it will not be.
    Refused,
    /// Not yet.
    NotYet,
    /// For good.
    Broken,
    /// Somebody else is quicker.
    TakenMeanwhile,
}

pub struct Rig {
    pub directory: TempDir,
    pub world: Arc<Mutex<World>>,
    pub crashed: Arc<Notify>,
    pub cancel: CancellationToken,
    pub stop: CancellationToken,
    pub pace: Pace,
    pub reports: Arc<watch::Sender<LaunchReport>>,
}

impl Rig {
    pub fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            world: Arc::default(),
            crashed: Arc::default(),
            cancel: CancellationToken::new(),
            stop: CancellationToken::new(),
            pace: Pace::default(),
            reports: Arc::new(watch::Sender::new(report())),
        }
    }

    pub fn trick(&self, call: &'static str, tricks: &[Trick]) {
        self.world.lock().unwrap().script.entry(call).or_default().extend(tricks);
    }

    /// A first launch, or one that goes on with what the journal says. The store is opened anew, as after a restart.
    pub async fn run(&self) -> LaunchRecord {
        self.run_with(|_| {}).await.unwrap()
    }

    /// The same, after a change of what the journal says. `None`: it crashed.
    pub async fn run_with(&self, change: impl FnOnce(&mut LaunchRecord)) -> Option<LaunchRecord> {
        let store = Arc::new(Store::open(self.directory.path()).unwrap());
        let mut record =
            store.launch("p").unwrap().unwrap_or_else(|| LaunchRecord::new(Pipeline::named("p"), report(), PipelineState::Draft));
        change(&mut record);
        store.put_launch(&record).unwrap();
        let actors = (0..STEPS).map(|at| Box::new(self.actor(at)) as Box<dyn Actor>).collect();
        let mut executor = Executor {
            store: Arc::clone(&store),
            record,
            actors,
            pace: self.pace,
            reports: Arc::clone(&self.reports),
            stop: self.stop.clone(),
            cancel: self.cancel.clone(),
        };
        tokio::select! {
            _ = executor.run() => {}
            () = self.crashed.notified() => return None,
        }
        drop(executor);
        let kept = store.launch("p").unwrap().unwrap();
        Some(kept)
    }

    pub async fn undo(&self) -> LaunchRecord {
        self.run_with(|record| record.report.state = LaunchState::Undoing).await.unwrap()
    }

    fn actor(&self, at: usize) -> Scripted {
        Scripted { at, world: Arc::clone(&self.world), crashed: Arc::clone(&self.crashed) }
    }

    pub fn things(&self) -> BTreeMap<usize, Thing> {
        self.world.lock().unwrap().things.clone()
    }

    pub fn acts(&self) -> Vec<String> {
        self.world.lock().unwrap().acts.clone()
    }
}

pub fn report() -> LaunchReport {
    let step = |at: usize| StepReport {
        step: PlannedStep {
            id: format!("connector:{at}"),
            kind: StepKind::Connector { name: at.to_string() },
            title: format!("Create {at}"),
            place: "here".to_owned(),
            waits_for: "it runs".to_owned(),
            undo: format!("Delete {at}."),
            equivalents: Vec::new(),
        },
        state: StepState::Pending,
        note: String::new(),
        finding: None,
        started_ms: None,
        ended_ms: None,
    };
    LaunchReport {
        pipeline: "p".to_owned(),
        state: LaunchState::Running,
        steps: (0..STEPS).map(step).collect(),
        started_ms: 1,
        ended_ms: None,
    }
}

struct Scripted {
    at: usize,
    world: Arc<Mutex<World>>,
    crashed: Arc<Notify>,
}

impl Scripted {
    /// A point at which the studio may go down.
    async fn point(&self) {
        let is_end = {
            let mut world = self.world.lock().unwrap();
            world.calls += 1;
            world.crash_at == Some(world.calls - 1)
        };
        if is_end {
            self.crashed.notify_one();
            std::future::pending::<()>().await;
        }
    }

    fn trick(&self, call: &'static str) -> Option<Trick> {
        self.world.lock().unwrap().script.get_mut(call)?.pop_front()
    }
}

fn trouble(trick: Trick) -> Trouble {
    let finding = Finding::error("connectors[0]", "remote-unreachable", "it did not answer");
    Trouble { finding: Box::new(finding), passing: !matches!(trick, Trick::Refused) }
}

#[async_trait]
impl Actor for Scripted {
    async fn look(&self) -> Result<Found, Trouble> {
        self.point().await;
        if let Some(trick) = self.trick("look") {
            return Err(trouble(trick));
        }
        Ok(match self.world.lock().unwrap().things.get(&self.at) {
            None => Found::Absent,
            Some(Thing { same: true }) => Found::Same,
            Some(Thing { same: false }) => Found::Differs("it is another".to_owned()),
        })
    }

    async fn make(&self) -> Result<(), Trouble> {
        self.point().await;
        let trick = self.trick("make");
        match trick {
            Some(trick @ (Trick::Busy | Trick::Refused)) => return Err(trouble(trick)),
            Some(trick @ Trick::TakenMeanwhile) => {
                self.world.lock().unwrap().things.insert(self.at, Thing { same: false });
                return Err(trouble(trick));
            }
            _ => {
                let mut world = self.world.lock().unwrap();
                world.acts.push(format!("make {}", self.at));
                let before = world.things.insert(self.at, Thing { same: true });
                assert_eq!(before, None, "{} was made twice", self.at);
            }
        }
        self.point().await;
        trick.map_or(Ok(()), |trick| Err(trouble(trick)))
    }

    async fn sign(&self) -> Result<Sign, Trouble> {
        self.point().await;
        Ok(match self.trick("sign") {
            Some(Trick::NotYet) => Sign::NotYet("no sign".to_owned()),
            Some(Trick::Broken) => Sign::Broken(Box::new(Finding::error("connectors[0]", "task-failed", "it broke"))),
            Some(trick) => return Err(trouble(trick)),
            None => Sign::Ready,
        })
    }

    async fn undo(&self) -> Result<Undo, Trouble> {
        self.point().await;
        let trick = self.trick("undo");
        match trick {
            Some(Trick::Broken) => return Ok(Undo::Remains(Box::new(Finding::warning("connectors[0]", "remains", "it stays")))),
            Some(trick @ (Trick::Busy | Trick::Refused)) => return Err(trouble(trick)),
            _ => {
                let mut world = self.world.lock().unwrap();
                world.acts.push(format!("undo {}", self.at));
                world.things.remove(&self.at);
            }
        }
        self.point().await;
        trick.map_or(Ok(Undo::Undone), |trick| Err(trouble(trick)))
    }

    fn path(&self) -> String {
        format!("connectors[{}]", self.at)
    }
}
