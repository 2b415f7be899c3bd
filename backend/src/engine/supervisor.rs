//! Keeps a pipeline running: starts runs, and decides after a failure between another try and a person.

use super::{
    connect,
    error::{EngineError, ErrorKind, Reaction},
    figures::{Figures, now_ms},
    pipeline::{Run, storage},
    sink::kafka::MOST_BATCH_BYTES,
    source::{Begin, tpcc::RateControl},
};
use crate::store::Store;
use shared::{
    Finding,
    api::{Checkpoint, LogLevel, PipelineState},
    config::{Pipeline, SourceKind, StartFrom},
    dispatch::Router,
    sink_uri::KafkaOptions,
};
use std::{
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const FIRST_BACKOFF: Duration = Duration::from_secs(1);
const LONGEST_BACKOFF: Duration = Duration::from_secs(60);

/// What a launch is made of.
pub struct Launch {
    /// Secrets as references; they are resolved anew for every run, so that a rotated one is picked up.
    pub document: Pipeline,
    pub store: Arc<Store>,
    pub figures: Arc<Figures>,
    /// Bytes for rows on their way.
    pub memory: usize,
}

/// A launched pipeline. Dropping it does not stop it: call [`Launched::stop`].
pub struct Launched {
    stop: CancellationToken,
    task: JoinHandle<()>,
    /// Workload sources: how fast.
    pub rate: Option<RateControl>,
}

impl Launched {
    /// Asks it to stop and waits until it has: rows in flight are acknowledged, the checkpoint is written.
    pub async fn stop(self) {
        self.stop.cancel();
        // A panic in the task has been logged by the runtime; it is down either way.
        let _ = self.task.await;
    }

    /// Whether it came to rest by itself, for want of a person.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.task.is_finished()
    }
}

impl Launch {
    /// Starts the pipeline in a task of its own.
    #[must_use]
    pub fn start(self) -> Launched {
        let stop = CancellationToken::new();
        let rate = RateControl::new(self.document.source.rows_per_second.unwrap_or(connect::DEFAULT_ROWS_PER_SECOND));
        let shown = (self.document.source.kind == SourceKind::Tpcc).then(|| rate.clone());
        self.figures.set_target_rate(shown.as_ref().map(RateControl::get));
        self.figures.set_state(PipelineState::Starting, None);
        let task = tokio::spawn(self.supervise(rate, stop.clone()));
        Launched { stop, task, rate: shown }
    }

    async fn supervise(self, rate: RateControl, stop: CancellationToken) {
        let sampler = tokio::spawn(sample(Arc::clone(&self.figures), stop.clone()));
        let batch_bytes = Arc::new(AtomicUsize::new(MOST_BATCH_BYTES));
        let mut backoff = FIRST_BACKOFF;
        while !stop.is_cancelled() {
            let before = self.figures.progress().checkpoint;
            let result = match self.prepare(&rate, &batch_bytes).await {
                Ok(run) => run.run(stop.clone()).await,
                Err(error) => Err(error),
            };
            let Err(error) = result else {
                if stop.is_cancelled() {
                    break;
                }
                // No source ends by itself; if one does, treat it as a lost connection.
                self.figures.log(LogLevel::Warning, "the source ended its stream; starting again from the checkpoint");
                continue;
            };
            if stop.is_cancelled() {
                self.note(&error, LogLevel::Warning, "while stopping");
                break;
            }
            if error.kind.reaction() == Reaction::AskPerson {
                self.fail(error).await;
                break;
            }
            if self.figures.progress().checkpoint != before {
                backoff = FIRST_BACKOFF;
            }
            self.note(&error, LogLevel::Warning, &format!("trying again in {} s", backoff.as_secs()));
            self.figures.set_state(PipelineState::Retrying, Some(*error.finding));
            // Up to a tenth longer, so that pipelines that failed together do not come back together.
            let jitter = backoff.mul_f64((now_ms() % 100) as f64 / 1000.0);
            tokio::select! {
                () = tokio::time::sleep(backoff + jitter) => {}
                () = stop.cancelled() => break,
            }
            backoff = (backoff * 2).min(LONGEST_BACKOFF);
        }
        stop.cancel();
        let _ = sampler.await;
    }

    fn note(&self, error: &EngineError, level: LogLevel, what: &str) {
        let name = &self.document.name;
        tracing::warn!(pipeline = %name, code = %error.finding.code, cause = ?error.source.as_ref().map(ToString::to_string), "{}", error.finding.message);
        self.figures.log(level, format!("{} ({what})", error.finding.message));
    }

    /// Comes to rest in `Failed`, also across a restart of the studio.
    async fn fail(&self, error: EngineError) {
        self.note(&error, LogLevel::Error, "needs a person");
        let (store, name, finding) = (Arc::clone(&self.store), self.document.name.clone(), (*error.finding).clone());
        let saved = tokio::task::spawn_blocking(move || match store.pipeline(&name)? {
            Some(record) => {
                store.put_pipeline(&crate::store::PipelineRecord { state: PipelineState::Failed, message: Some(finding), ..record })
            }
            // Run from the command line: there is no record.
            None => Ok(()),
        });
        if let Ok(Err(error)) = saved.await {
            tracing::error!(%error, "the failed state could not be kept");
        }
        self.figures.set_state(PipelineState::Failed, Some(*error.finding));
    }

    async fn prepare(&self, rate: &RateControl, batch_bytes: &Arc<AtomicUsize>) -> Result<Run, EngineError> {
        let (store, document) = (Arc::clone(&self.store), self.document.clone());
        let loaded = tokio::task::spawn_blocking(move || {
            let open = store.unseal(&document).map_err(|(path, error)| {
                EngineError::new(ErrorKind::Config, Finding::error(path, "secret-missing", error.to_string())).caused_by(error)
            })?;
            let checkpoint = store.checkpoint(&document.name).map_err(storage)?;
            Ok::<_, EngineError>((open, checkpoint))
        });
        let (open, checkpoint) = loaded.await.map_err(|e| {
            EngineError::new(ErrorKind::Internal, Finding::error("", "internal", "loading the pipeline broke down")).caused_by(e)
        })??;

        let invalid = |findings: Vec<Finding>| {
            let first = findings.into_iter().find(|f| f.severity == shared::Severity::Error);
            EngineError::new(
                ErrorKind::Config,
                first.unwrap_or_else(|| Finding::error("", "invalid-pipeline", "the document is not valid")),
            )
        };
        let findings = shared::config::validate(&open);
        if shared::finding::has_errors(&findings) {
            return Err(invalid(findings));
        }
        let router = Router::new(&open).map_err(invalid)?;
        let kafka = KafkaOptions::from_pipeline(&open).map_err(invalid)?;
        let begin = match checkpoint {
            Some((checkpoint, schemas)) => {
                self.figures.log(LogLevel::Info, format!("resuming from {}", checkpoint.position));
                self.figures.set_checkpoint(Checkpoint {
                    commit_ts: checkpoint.commit_ts,
                    position: checkpoint.position.to_string(),
                    at_ms: checkpoint.at_ms,
                });
                Begin::Checkpoint { position: checkpoint.position, commit_ts: checkpoint.commit_ts, schemas }
            }
            None => Begin::Fresh(StartFrom::parse(&open.source.start).map_err(|f| EngineError::new(ErrorKind::Config, f))?),
        };
        let wanted_router = router.clone();
        let wanted = Arc::new(move |schema: &str, table: &str| wanted_router.wants(schema, table));
        Ok(Run {
            name: open.name.clone(),
            brokers: open.kafka.brokers.clone(),
            default_topic: open.kafka.topic.clone(),
            source: connect::source(&open, wanted, self.store.directory(), rate)?,
            registry: Arc::new(connect::registry(&open)?),
            ignore_ineligible: open.changefeed.config.ignore_ineligible_table.unwrap_or(false),
            delivery: open.engine.delivery,
            dead_letters: open.engine.dead_letters(&open.name),
            router,
            kafka,
            begin,
            batch_bytes: Arc::clone(batch_bytes),
            memory: self.memory,
            store: Arc::clone(&self.store),
            figures: Arc::clone(&self.figures),
        })
    }
}

/// Takes a reading every second until the pipeline is down, and one last time then.
async fn sample(figures: Arc<Figures>, stop: CancellationToken) {
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => figures.sample(),
            () = stop.cancelled() => break,
        }
    }
    figures.sample();
}
