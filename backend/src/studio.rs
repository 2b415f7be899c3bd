//! The studio's own work, free of HTTP: saved pipelines, launches, the playground.

mod check;
mod describe;
pub mod launch;
mod operate;
mod playground;
mod preflight;
mod remote;
mod save;

mod messages;

pub use check::check;
pub use operate::WatchPace;
pub use playground::Embedded;
pub use preflight::{QUEUE as PREFLIGHT_QUEUE, preflight, preflight_sealed};

use crate::{
    engine::{
        error::EngineError,
        figures::Figures,
        supervisor::{Launch, Launched},
    },
    store::{PipelineRecord, Store, StoreError},
};
use shared::{
    Finding,
    api::{PipelineDetail, PipelineState, PipelineSummary, Playground, ProgressReport},
    config::Target,
    finding::has_errors,
};
use std::{collections::HashMap, sync::Arc};
use tokio::{
    sync::{Mutex, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

/// Bytes for rows on their way in one pipeline.
pub const DEFAULT_MEMORY: usize = 256 * 1024 * 1024;

/// Why the studio did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StudioError {
    #[error("there is no pipeline `{0}`")]
    NoSuchPipeline(String),
    #[error("the pipeline has no part `{0}`")]
    NoSuchPart(String),
    #[error("no saved pipeline names the cluster `{0}`")]
    NoSuchCluster(String),
    #[error("`{0}` is not on that cluster")]
    NoSuchItem(String),
    /// A remote system's refusal, or why it cannot be asked.
    #[error("{}", .0.message)]
    Refused(Box<Finding>),
    #[error("there is a pipeline `{0}` already")]
    NameTaken(String),
    #[error("the pipeline cannot be launched as it is")]
    Invalid(Vec<Finding>),
    #[error("not a pipeline document")]
    Unreadable(Vec<Finding>),
    #[error("a pipeline that is {state} cannot be {wanted}")]
    WrongState { state: &'static str, wanted: &'static str },
    #[error("this pipeline was not launched")]
    NotLaunched,
    #[error("a launch, an undo or a move of this pipeline is going on")]
    LaunchGoesOn,
    #[error("this pipeline's source has no rate to set")]
    NoRate,
    #[error("this studio runs without a playground")]
    NoPlayground,
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A pipeline that was launched in this process, running or at rest.
struct Live {
    figures: Arc<Figures>,
    launched: Option<Launched>,
}

/// Everything behind the API. One per process.
pub struct Studio {
    store: Arc<Store>,
    playground: Option<Playground>,
    /// Locked while records are written, too.
    live: Mutex<HashMap<String, Live>>,
    /// One for each pipeline, locked for the whole of its start or stop: two clicks cannot start it twice, nor start it while it still
    /// comes to rest. A stop may take long; other pipelines do not wait for it.
    turns: Mutex<HashMap<String, Arc<Mutex<()>>>>,
    /// Raised at every change of the list or of a state.
    changes: watch::Sender<u64>,
    /// Locked while one is begun: two clicks cannot launch a pipeline twice.
    launches: Mutex<launch::Launches>,
    pace: launch::Pace,
    /// The studio goes down.
    stop: CancellationToken,
    watcher: Mutex<Option<JoinHandle<()>>>,
    /// Of changefeeds, for the plots.
    lags: operate::Lags,
    /// The parts of launched pipelines as they were last seen.
    watched: operate::Watched,
    watch_pace: WatchPace,
}

impl Studio {
    #[must_use]
    pub fn new(store: Arc<Store>, playground: Option<Playground>) -> Self {
        Self {
            store,
            playground,
            live: Mutex::default(),
            turns: Mutex::default(),
            changes: watch::Sender::new(0),
            launches: Mutex::default(),
            pace: launch::Pace::default(),
            stop: CancellationToken::new(),
            watcher: Mutex::default(),
            lags: operate::Lags::default(),
            watched: operate::Watched::default(),
            watch_pace: WatchPace::default(),
        }
    }

    /// The same, with other waits between the looks of a launch.
    #[must_use]
    pub fn with_pace(self, pace: launch::Pace) -> Self {
        Self { pace, ..self }
    }

    /// The same, with other waits between the looks at what is launched.
    #[must_use]
    pub fn with_watch_pace(self, watch_pace: WatchPace) -> Self {
        Self { watch_pace, ..self }
    }

    #[must_use]
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Addresses of the embedded services.
    #[must_use]
    pub fn playground(&self) -> Option<&Playground> {
        self.playground.as_ref()
    }

    /// Wakes whoever watches the list.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn changed(&self) {
        self.changes.send_modify(|n| *n += 1);
    }

    /// Starts again what was running when the studio went down, goes on with interrupted launches, and watches what was
    /// launched.
    pub async fn resume_all(self: &Arc<Self>) -> Result<(), StudioError> {
        for record in self.records().await? {
            let is_native = record.document.changefeed.target == Target::Native;
            if is_native && matches!(record.state, PipelineState::Starting | PipelineState::Running | PipelineState::Retrying) {
                self.launch(&record).await;
            }
        }
        self.continue_launches().await?;
        let studio = Arc::clone(self);
        let watches = async move {
            tokio::join!(studio.watch_remote(), studio.watch_parts());
        };
        *self.watcher.lock().await = Some(tokio::spawn(watches));
        Ok(())
    }

    /// Stops all pipelines, each at its checkpoint; their wanted state stays, so that the next start resumes them.
    pub async fn shut_down(&self) {
        self.stop_launches().await;
        if let Some(watcher) = self.watcher.lock().await.take() {
            // It ends by itself; a panic in it has been logged.
            let _ = watcher.await;
        }
        let launched: Vec<Launched> = self.live.lock().await.values_mut().filter_map(|live| live.launched.take()).collect();
        futures::future::join_all(launched.into_iter().map(Launched::stop)).await;
    }

    pub async fn summaries(&self) -> Result<Vec<PipelineSummary>, StudioError> {
        let records = self.records().await?;
        let live = self.live.lock().await;
        let describe = |r: &PipelineRecord| {
            let name = &r.document.name;
            describe::summary(r, live.get(name).map(|l| &*l.figures), self.watched.reasons(name))
        };
        Ok(records.iter().map(describe).collect())
    }

    pub async fn summary(&self, name: &str) -> Result<PipelineSummary, StudioError> {
        let record = self.record(name).await?;
        let live = self.live.lock().await;
        Ok(describe::summary(&record, live.get(name).map(|l| &*l.figures), self.watched.reasons(name)))
    }

    pub async fn detail(&self, name: &str) -> Result<PipelineDetail, StudioError> {
        let record = self.record(name).await?;
        let summary = self.summary(name).await?;
        let findings = shared::config::validate(&record.document);
        Ok(PipelineDetail { summary, document: record.document, toml: record.toml, findings })
    }

    /// The figures of a pipeline, also of one that was not launched since the studio started (all zero then).
    pub async fn figures(&self, name: &str) -> Result<Arc<Figures>, StudioError> {
        let record = self.record(name).await?;
        let mut live = self.live.lock().await;
        let live = live
            .entry(name.to_owned())
            .or_insert_with(|| Live { figures: Arc::new(Figures::new(record.state, record.message.clone())), launched: None });
        Ok(Arc::clone(&live.figures))
    }

    /// Figures with their history, and the lag of a changefeed as far as it was looked at.
    pub async fn progress(&self, name: &str) -> Result<ProgressReport, StudioError> {
        let report = self.figures(name).await?.report();
        Ok(ProgressReport { lags: self.lags.of(name), ..report })
    }

    /// Starts the changefeed where the document says, or goes on from its checkpoint.
    pub async fn start(&self, name: &str) -> Result<PipelineSummary, StudioError> {
        let document = self.record(name).await?.document;
        if self.is_launching(name).await {
            return Err(StudioError::LaunchGoesOn);
        }
        match document.changefeed.target {
            Target::Native => self.start_engine(name).await?,
            Target::Ticdc => {
                refuse_errors(shared::config::validate(&document))?;
                self.start_remote(&document).await?;
            }
            Target::Export => {
                return Err(StudioError::Invalid(vec![
                    Finding::error("changefeed.target", "target-not-native", "the target is `export`: nobody runs this changefeed")
                        .hint("Set target = \"native\" or \"ticdc\", or export the files and create the changefeed with `cdc cli`."),
                ]));
            }
        }
        self.summary(name).await
    }

    /// Comes to rest in `Paused` or `Stopped`, rows in flight acknowledged and the checkpoint written.
    pub async fn rest(&self, name: &str, state: PipelineState) -> Result<PipelineSummary, StudioError> {
        let record = self.record(name).await?;
        if record.state == PipelineState::Draft {
            return Err(StudioError::WrongState {
                state: "a draft",
                wanted: if state == PipelineState::Paused { "paused" } else { "stopped" },
            });
        }
        if record.document.changefeed.target == Target::Ticdc {
            self.rest_remote(&record.document, state).await?;
        } else {
            self.rest_engine(name, state).await?;
        }
        self.summary(name).await
    }

    /// Forgets a pipeline: document, checkpoint, sealed secrets; on TiCDC its changefeed too. Topics and schemas stay as they are.
    pub async fn remove(&self, name: &str) -> Result<(), StudioError> {
        let record = self.record(name).await?;
        if self.is_launching(name).await {
            return Err(StudioError::LaunchGoesOn);
        }
        if record.document.changefeed.target == Target::Ticdc && record.state != PipelineState::Draft {
            self.remove_remote(&record.document).await?;
        }
        let turn = self.turn(name).await;
        let _turn = turn.lock().await;
        let launched = self.live.lock().await.remove(name).and_then(|live| live.launched);
        if let Some(launched) = launched {
            launched.stop().await;
        }
        self.lags.forget(name);
        self.watched.forget(name);
        // As in saving: nobody else writes the record meanwhile.
        let live = self.live.lock().await;
        let (store, key) = (Arc::clone(&self.store), name.to_owned());
        blocking(move || store.remove_pipeline(&key)).await?;
        drop(live);
        self.launches.lock().await.forget(name);
        self.changed();
        Ok(())
    }

    /// On our own engine.
    async fn start_engine(&self, name: &str) -> Result<(), StudioError> {
        let mut record = self.record(name).await?;
        refuse_errors(shared::config::validate(&record.document))?;
        record.state = PipelineState::Running;
        record.message = None;
        self.put(record.clone()).await?;
        self.launch(&record).await;
        Ok(())
    }

    async fn rest_engine(&self, name: &str, state: PipelineState) -> Result<(), StudioError> {
        self.mark(name, state).await?;
        let turn = self.turn(name).await;
        let _turn = turn.lock().await;
        let launched = self.live.lock().await.get_mut(name).and_then(|live| live.launched.take());
        if let Some(launched) = launched {
            launched.stop().await;
        }
        if let Some(live) = self.live.lock().await.get(name) {
            live.figures.set_state(state, None);
        }
        self.changed();
        Ok(())
    }

    /// A pipeline that comes to be as if it never had run.
    async fn forget_checkpoint(&self, name: &str) -> Result<(), StudioError> {
        let (store, key) = (Arc::clone(&self.store), name.to_owned());
        blocking(move || store.remove_checkpoint(&key)).await?;
        self.mark(name, PipelineState::Draft).await
    }

    /// What it should be doing, for the next start and for the list.
    async fn mark(&self, name: &str, state: PipelineState) -> Result<(), StudioError> {
        let mut record = self.record(name).await?;
        if record.state != state || record.message.is_some() {
            record.state = state;
            record.message = None;
            self.put(record).await?;
        }
        if let Some(live) = self.live.lock().await.get(name) {
            live.figures.set_state(state, None);
        }
        Ok(())
    }

    async fn set_target(&self, name: &str, target: Target, state: PipelineState) -> Result<(), StudioError> {
        let mut record = self.record(name).await?;
        record.document.changefeed.target = target;
        record.toml = shared::config::render(&record.document);
        record.state = state;
        record.message = None;
        self.put(record).await
    }

    /// Sets a workload's rate, at once and in the saved document.
    pub async fn set_rate(&self, name: &str, rows_per_second: u32) -> Result<(), StudioError> {
        let mut record = self.record(name).await?;
        if record.document.source.kind != shared::config::SourceKind::Tpcc {
            return Err(StudioError::NoRate);
        }
        record.document.source.rows_per_second = Some(rows_per_second);
        record.toml = shared::config::render(&record.document);
        self.put(record).await?;
        let live = self.live.lock().await;
        if let Some(live) = live.get(name)
            && let Some(rate) = live.launched.as_ref().and_then(|l| l.rate.as_ref())
        {
            rate.set(rows_per_second);
            live.figures.set_target_rate(Some(rows_per_second));
        }
        Ok(())
    }

    async fn turn(&self, name: &str) -> Arc<Mutex<()>> {
        Arc::clone(self.turns.lock().await.entry(name.to_owned()).or_default())
    }

    async fn launch(&self, record: &PipelineRecord) {
        let name = record.document.name.clone();
        let turn = self.turn(&name).await;
        let _turn = turn.lock().await;
        let mut all = self.live.lock().await;
        let live =
            all.entry(name).or_insert_with(|| Live { figures: Arc::new(Figures::new(PipelineState::Starting, None)), launched: None });
        if live.launched.as_ref().is_some_and(|l| !l.is_over()) {
            return;
        }
        let launch = Launch {
            document: record.document.clone(),
            store: Arc::clone(&self.store),
            figures: Arc::clone(&live.figures),
            memory: DEFAULT_MEMORY,
        };
        live.launched = Some(launch.start());
        drop(all);
        self.changed();
    }

    async fn records(&self) -> Result<Vec<PipelineRecord>, StudioError> {
        let store = Arc::clone(&self.store);
        Ok(blocking(move || store.pipelines()).await?)
    }

    async fn record(&self, name: &str) -> Result<PipelineRecord, StudioError> {
        let (store, key) = (Arc::clone(&self.store), name.to_owned());
        blocking(move || store.pipeline(&key)).await?.ok_or_else(|| StudioError::NoSuchPipeline(name.to_owned()))
    }

    async fn put(&self, record: PipelineRecord) -> Result<(), StudioError> {
        let store = Arc::clone(&self.store);
        blocking(move || store.put_pipeline(&record)).await?;
        self.changed();
        Ok(())
    }
}

fn refuse_errors(findings: Vec<Finding>) -> Result<(), StudioError> {
    if has_errors(&findings) { Err(StudioError::Invalid(findings)) } else { Ok(()) }
}

/// The disk's work, off the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
