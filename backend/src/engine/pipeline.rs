//! One run of a pipeline: from its checkpoint until it is stopped or something fails.

use super::{
    definitions::{Digest, History, digest},
    error::{EngineError, ErrorKind},
    figures::{Figures, now_ms},
    ledger::{Ledger, Mark},
    prepared::Preparer,
    sink::kafka::{KafkaSink, SinkParts, Topics, read_position},
    source::{Begin, Source, SourceSender},
    transactions::Transactions,
    writer::{TableName, Writer, WriterParts},
};
use crate::{
    clients::schema_registry,
    store::{Definitions, Store, StoreError, StoredCheckpoint},
};
use shared::{
    Finding,
    api::{Checkpoint, LogLevel, PipelineState},
    config::Delivery,
    dispatch::Router,
    sink_uri::KafkaOptions,
};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// How often the checkpoint is looked at; it is written only when it moved.
const CHECKPOINT_EVERY: Duration = Duration::from_millis(200);

/// Everything a run needs, secrets resolved.
pub struct Run {
    pub name: String,
    pub brokers: Vec<String>,
    pub default_topic: String,
    pub router: Router,
    pub kafka: KafkaOptions,
    pub registry: Arc<schema_registry::Client>,
    pub source: Box<dyn Source>,
    pub begin: Begin,
    pub ignore_ineligible: bool,
    pub delivery: Delivery,
    /// Where rows go that cannot be sent; `None`: they stop the pipeline.
    pub dead_letters: Option<String>,
    /// The largest batch that every topic met so far takes: the next run begins with it.
    pub batch_bytes: Arc<AtomicUsize>,
    /// For rows on their way, bytes; half waits before the writer, half in the Kafka client.
    pub memory: usize,
    pub store: Arc<Store>,
    pub figures: Arc<Figures>,
}

impl Run {
    /// Runs until `stop` is cancelled (`Ok`) or something fails. On return all tasks have ended and the checkpoint is
    /// as far as Kafka has acknowledged.
    ///
    /// # Errors
    /// What ended it.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), EngineError> {
        // Cancelled by the first part that ends, so that the others follow.
        let inner = stop.child_token();
        let ledger = Arc::new(Ledger::default());
        let batch_bytes = self.batch_bytes.load(Ordering::Relaxed);
        let connect = {
            let (brokers, kafka) = (self.brokers.clone(), self.kafka.clone());
            let parts = SinkParts {
                queue_bytes: self.memory / 2,
                batch_bytes,
                transactional_for: (self.delivery == Delivery::ExactlyOnce).then(|| self.name.clone()),
                ledger: Arc::clone(&ledger),
                figures: Arc::clone(&self.figures),
                stop: inner.clone(),
            };
            tokio::task::spawn_blocking(move || KafkaSink::connect(&brokers, &kafka, parts))
        };
        // Waited for even when told to stop: a producer that takes over its transactional id later would end the next run.
        let sink = connect.await.map_err(|e| broken("connecting", e))??;
        let mut topics = Topics::new(&self.brokers, &self.default_topic, &self.kafka)?;
        if !self.default_topic.is_empty() && topics.ensure(&self.default_topic).await?.1 {
            self.figures.log(LogLevel::Info, format!("topic {} created", self.default_topic));
        }
        let Some(answer) = inner.run_until_cancelled(self.registry.ping()).await else { return Ok(()) };
        answer.map_err(EngineError::from)?;
        let place = match self.delivery {
            Delivery::AtLeastOnce => None,
            Delivery::ExactlyOnce => {
                let Some(place) = inner.run_until_cancelled(self.place_in_kafka(&mut topics)).await else { return Ok(()) };
                Some(place?)
            }
        };
        let fresh = matches!(self.begin, Begin::Fresh(_));
        let (known, begin) = self.compare_definitions().await?;
        let epoch = begin.epoch;
        let history = Arc::new(History::beginning(begin));
        let transactions = place.map(|(topic, launch)| {
            Transactions::new(self.name.clone(), topic, launch, Arc::clone(&self.store), Arc::clone(&history), fresh)
        });
        if stop.is_cancelled() {
            return Ok(());
        }

        let preparer = Preparer {
            router: self.router,
            avro: self.kafka.avro,
            split_updates: !self.kafka.output_raw_change_event,
            registry: self.registry,
            topics,
            figures: Arc::clone(&self.figures),
            batch_bytes,
            next_batch_bytes: self.batch_bytes,
        };
        let writer = Writer::new(WriterParts {
            preparer,
            sink,
            ledger: Arc::clone(&ledger),
            figures: Arc::clone(&self.figures),
            history: Arc::clone(&history),
            ignore_ineligible: self.ignore_ineligible,
            transactions,
            dead_letters: self.dead_letters,
            stop: inner.clone(),
            known,
            epoch,
        });
        let (sender, batches) = SourceSender::bounded(u32::try_from(self.memory / 2).unwrap_or(u32::MAX >> 4));

        // Until the source reads: it may still be looking for its server.
        self.figures.set_busy(true);
        let source = tokio::spawn(self.source.run(self.begin, sender, inner.clone()));
        let writing = tokio::task::spawn_blocking(move || writer.run(batches));
        let checkpoints = Checkpoints {
            name: self.name,
            store: self.store,
            figures: Arc::clone(&self.figures),
            ledger,
            history,
            last: None,
            epoch: None,
        };
        let ended = CancellationToken::new();
        let saving = tokio::spawn(checkpoints.keep(inner.clone(), ended.clone()));
        self.figures.set_state(PipelineState::Running, None);

        let (mut source, mut writing, mut saving) = (source, writing, saving);
        let (mut source_result, mut writing_result, mut saving_result) = (None, None, None);
        while source_result.is_none() || writing_result.is_none() {
            tokio::select! {
                r = &mut source, if source_result.is_none() => source_result = Some(r),
                r = &mut writing, if writing_result.is_none() => writing_result = Some(r),
                r = &mut saving, if saving_result.is_none() => saving_result = Some(r),
            }
            // A source that ends by itself closes its channel: the writer drains it first.
            let source_ok = matches!(&source_result, None | Some(Ok(Ok(()))));
            if writing_result.is_some() || saving_result.is_some() || !source_ok {
                inner.cancel();
            }
        }
        // Only now is the checkpoint final: the writer has settled what was in flight.
        ended.cancel();
        let saving_result = match saving_result {
            Some(result) => result,
            None => saving.await,
        };
        let flatten = |part: &str, result: Result<Result<(), EngineError>, tokio::task::JoinError>| match result {
            Ok(result) => result,
            Err(error) => Err(broken(part, error)),
        };
        // The sink's and the store's failures come first: the source often only fails because they did.
        flatten("writing", writing_result.unwrap_or(Ok(Ok(()))))?;
        flatten("saving", saving_result)?;
        flatten("reading", source_result.unwrap_or(Ok(Ok(()))))
    }
}

impl Run {
    /// The definitions at the place where the run begins, and what must be written so that they are the newest.
    async fn compare_definitions(&mut self) -> Result<(HashMap<TableName, Digest>, Definitions), EngineError> {
        let none = &mut Vec::new();
        let schemas = match &mut self.begin {
            Begin::Checkpoint { schemas, .. } => schemas,
            Begin::Fresh(_) => none,
        };
        // Lent, since a copy of 100,000 definitions is not small.
        let lent = std::mem::take(schemas);
        let (store, name) = (Arc::clone(&self.store), self.name.clone());
        let compare = tokio::task::spawn_blocking(move || {
            let known = lent.iter().map(|table| ((table.schema.clone(), table.name.clone()), digest(table))).collect();
            (store.definitions_to_begin(&name, &lent), known, lent)
        });
        let (begin, known, back) = compare.await.map_err(|e| broken("loading", e))?;
        *schemas = back;
        Ok((known, begin.map_err(storage)?))
    }

    /// Finds out where Kafka says that this launch is, and makes that the place to begin at. Answers the topic of positions and the
    /// launch's id.
    async fn place_in_kafka(&mut self, topics: &mut Topics) -> Result<(String, String), EngineError> {
        let topic = topics.positions(&self.name).await?;
        let (store, name) = (Arc::clone(&self.store), self.name.clone());
        let launch =
            tokio::task::spawn_blocking(move || store.exactly_once_id(&name)).await.map_err(|e| broken("loading", e))?.map_err(storage)?;
        let (brokers, kafka, from, of) = (self.brokers.clone(), self.kafka.clone(), topic.clone(), launch.clone());
        let read = tokio::task::spawn_blocking(move || read_position(&brokers, &kafka, &from, &of));
        let kept = read.await.map_err(|e| broken("reading the position", e))??;
        let local = match &self.begin {
            Begin::Checkpoint { commit_ts, .. } => Some(*commit_ts),
            Begin::Fresh(_) => None,
        };
        // A later local one is from a time of at-least-once delivery in between.
        if let Some(kept) = kept.filter(|kept| local.is_none_or(|local| local <= kept.commit_ts)) {
            let (store, name, set) = (Arc::clone(&self.store), self.name.clone(), kept.schemas.clone());
            let schemas = tokio::task::spawn_blocking(move || store.definitions_named(&name, &set)).await;
            let schemas = schemas.map_err(|e| broken("loading", e))?.map_err(storage)?;
            self.figures.log(LogLevel::Info, format!("Kafka has committed everything up to {}", kept.position));
            self.begin = Begin::Checkpoint { position: kept.position, commit_ts: kept.commit_ts, schemas };
        }
        Ok((topic, launch))
    }
}

fn broken(part: &str, error: tokio::task::JoinError) -> EngineError {
    EngineError::new(ErrorKind::Internal, Finding::error("", "internal", format!("the part that was {part} broke down"))).caused_by(error)
}

struct Checkpoints {
    name: String,
    store: Arc<Store>,
    figures: Arc<Figures>,
    ledger: Arc<Ledger>,
    history: Arc<History>,
    last: Option<Mark>,
    epoch: Option<u64>,
}

impl Checkpoints {
    /// Writes the checkpoint whenever it moved, and a last time at the end.
    async fn keep(mut self, stop: CancellationToken, ended: CancellationToken) -> Result<(), EngineError> {
        let mut tick = tokio::time::interval(CHECKPOINT_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = ended.cancelled() => {
                    self.save().await?;
                    return Ok(());
                }
                _ = tick.tick() => {}
            }
            // The writer may be waiting for a source that has nothing to say: going down makes it look.
            if self.ledger.has_failed() {
                stop.cancel();
            }
            if let Err(error) = self.save().await {
                stop.cancel();
                return Err(error);
            }
        }
    }

    async fn save(&mut self) -> Result<(), EngineError> {
        self.figures.set_waiting(self.ledger.waiting());
        let Some(mark) = self.ledger.reached() else { return Ok(()) };
        if self.last.as_ref() == Some(&mark) {
            return Ok(());
        }
        let definitions = (self.epoch != Some(mark.schema_epoch)).then(|| self.history.take(mark.schema_epoch));
        let checkpoint = StoredCheckpoint { position: mark.position.clone(), commit_ts: mark.commit_ts, at_ms: now_ms() };
        let (store, name, saved) = (Arc::clone(&self.store), self.name.clone(), checkpoint.clone());
        let written = tokio::task::spawn_blocking(move || store.put_checkpoint(&name, &saved, definitions.as_ref()));
        written.await.map_err(|e| broken("saving", e))?.map_err(storage)?;
        self.figures.set_checkpoint(Checkpoint {
            commit_ts: checkpoint.commit_ts,
            position: checkpoint.position.to_string(),
            at_ms: checkpoint.at_ms,
        });
        self.epoch = Some(mark.schema_epoch);
        self.last = Some(mark);
        Ok(())
    }
}

/// A store's failure as the pipeline's: rows may have arrived in Kafka, but their place could not be kept.
pub(super) fn storage(error: StoreError) -> EngineError {
    let message = format!("the checkpoint cannot be kept: {error}");
    EngineError::new(
        ErrorKind::Storage,
        Finding::error("", "storage", message).hint("Free space or make the data directory writable; the pipeline goes on by itself."),
    )
    .caused_by(error)
}
