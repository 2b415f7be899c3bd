//! The TPC-C workload as a source: a little database in memory that changes by itself.
//!
//! Everything is a function of (seed, warehouses, transaction number), see `generator`; what never changes is not
//! kept at all, see `population` and `order`. So a place in the stream is a number, and a resume is a replay.

mod feed;
mod generator;
mod inspect;
mod load;
mod order;
mod population;
mod random;
mod rate;
mod rows;
mod snapshot;
mod state;
mod state_files;
mod tables;
#[cfg(test)]
mod tests;

pub use generator::{Changes, Generator, Nothing};
pub use inspect::TpccInspect;
pub use load::Load;
pub use population::Population;
pub use rate::{Pacer, RateControl};
pub use state::State;
pub use tables::{SCHEMA, Table, models};

use super::{Begin, Source, SourceEvent, SourceSender, Wanted};
use crate::engine::{
    error::{EngineError, ErrorKind},
    position::Position,
};
use async_trait::async_trait;
use feed::{Feed, Place, Portion};
use shared::{
    Finding,
    api::{LogEntry, LogLevel},
    config::StartFrom,
    row::CommitTs,
};
use state_files::StateFiles;
use std::{
    io,
    path::PathBuf,
    time::{Duration, SystemTime},
};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio_util::sync::CancellationToken;

/// Warehouses at most: about 4 MB of memory each.
pub const MOST_WAREHOUSES: u32 = 100;

/// How long a stop waits for a snapshot that is being written.
const LAST_SNAPSHOT: Duration = Duration::from_millis(500);

pub struct TpccOptions {
    /// 1 to 100.
    pub warehouses: u32,
    /// Two workloads with the same seed and warehouses make the same changes.
    pub seed: u64,
    /// For this source alone; made when it is not there. Losing it costs a replay, never a row.
    pub state_dir: PathBuf,
    pub rate: RateControl,
    pub wanted: Wanted,
}

pub struct TpccSource {
    options: TpccOptions,
}

impl TpccSource {
    #[must_use]
    pub fn new(options: TpccOptions) -> Self {
        Self { options }
    }
}

#[async_trait]
impl Source for TpccSource {
    async fn run(self: Box<Self>, begin: Begin, out: SourceSender, stop: CancellationToken) -> Result<(), EngineError> {
        let TpccOptions { warehouses, seed, state_dir, rate, wanted } = self.options;
        if let Some(finding) = inspect::wrong_size(warehouses) {
            return Err(EngineError::new(ErrorKind::Config, finding));
        }
        let place = place(&begin)?;
        let models: std::sync::Arc<[_]> = models().into();
        let wanted = std::array::from_fn(|at| wanted(SCHEMA, Table::ALL[at].name()));
        let opening = spawn_blocking({
            let (models, stop, population) = (models.clone(), stop.clone(), Population::new(seed, warehouses));
            move || {
                let files = StateFiles::open(&state_dir)?;
                match begin {
                    Begin::Fresh(_) => files.clear()?,
                    Begin::Checkpoint { .. } => files.prune(place.transaction)?,
                }
                Ok((Feed::open(population, &files, place, models, wanted, &stop)?, files))
            }
        });
        let (opened, files) = joined(opening.await)?.map_err(|error| storage(error, "read"))?;
        let Some((mut feed, passed_over)) = opened else { return Ok(()) };

        let mut first: Vec<SourceEvent> =
            models.iter().zip(wanted).filter(|(_, wanted)| *wanted).map(|(model, _)| SourceEvent::Table(model.clone())).collect();
        first.extend(passed_over.into_iter().map(|(file, reason)| {
            note(LogLevel::Warning, format!("snapshot {file} was passed over: {reason}; the state before it was replayed instead"))
        }));
        let nothing_wanted = first.is_empty();
        if nothing_wanted {
            first.push(note(LogLevel::Warning, "no table of the workload is wanted, so no row is made".to_owned()));
        }
        first.push(SourceEvent::Reads);
        if out.send(first).await.is_err() {
            return Ok(());
        }
        if nothing_wanted {
            stop.cancelled().await;
            return Ok(());
        }

        let mut pacer = rate.pacer();
        let mut saving = Saving { files, writing: None };
        let mut loading = place.loaded.is_some();
        let ended = loop {
            let rows = tokio::select! {
                () = stop.cancelled() => break Ok(()),
                rows = pacer.allowance() => rows,
            };
            let made = spawn_blocking(move || {
                let portion = feed.portion(rows);
                (feed, portion)
            });
            let (back, Portion { mut events, cost, snapshot, finished_load }) = joined(made.await)?;
            feed = back;
            pacer.spend(cost);
            if loading && finished_load {
                loading = false;
                events.push(note(LogLevel::Info, "the initial population is loaded; transactions begin".to_owned()));
            }
            if let Some((transaction, bytes)) = snapshot
                && let Err(error) = saving.start(transaction, bytes).await
            {
                break Err(error);
            }
            let sent = tokio::select! {
                () = stop.cancelled() => break Ok(()),
                sent = out.send(events) => sent,
            };
            if sent.is_err() {
                break Ok(());
            }
        };
        saving.finish().await;
        ended
    }
}

/// The snapshot that is being written beside the stream: one at a time.
struct Saving {
    files: StateFiles,
    writing: Option<JoinHandle<io::Result<()>>>,
}

impl Saving {
    async fn start(&mut self, transaction: u64, bytes: Vec<u8>) -> Result<(), EngineError> {
        if let Some(writing) = self.writing.take() {
            joined(writing.await)?.map_err(|error| storage(error, "written"))?;
        }
        let files = self.files.clone();
        self.writing = Some(spawn_blocking(move || files.write(transaction, &bytes)));
        Ok(())
    }

    /// A snapshot that could not be written now costs a longer replay later, nothing else.
    async fn finish(self) {
        if let Some(writing) = self.writing {
            let _ = tokio::time::timeout(LAST_SNAPSHOT, writing).await;
        }
    }
}

fn place(begin: &Begin) -> Result<Place, EngineError> {
    let refused = |message: String| {
        let finding = Finding::error("source.start", "start-not-possible", message);
        EngineError::new(ErrorKind::Config, finding.hint("The TPC-C workload starts from `now` or `snapshot`."))
    };
    match begin {
        Begin::Fresh(StartFrom::Now) => Ok(Place { transaction: 0, loaded: None, commit_ts: CommitTs(0) }),
        Begin::Fresh(StartFrom::Snapshot) => Ok(Place { transaction: 0, loaded: Some(0), commit_ts: CommitTs(0) }),
        Begin::Checkpoint { position: Position::Tpcc { transaction, loaded }, commit_ts, .. } => {
            Ok(Place { transaction: *transaction, loaded: (*loaded > 0).then_some(*loaded), commit_ts: *commit_ts })
        }
        Begin::Fresh(other) => Err(refused(format!("the TPC-C workload cannot start from `{other:?}`"))),
        Begin::Checkpoint { position, .. } => Err(refused(format!("the checkpoint `{position}` is of another kind of source"))),
    }
}

fn note(level: LogLevel, text: String) -> SourceEvent {
    let at_ms = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64);
    SourceEvent::Note(LogEntry { at_ms, level, text })
}

fn storage(error: io::Error, verb: &str) -> EngineError {
    let message = format!("the workload's state could not be {verb} in the data directory");
    let finding = Finding::error("", "workload-state-storage", message);
    EngineError::new(ErrorKind::Storage, finding.hint("Make room on its disk, and let the studio write there.")).caused_by(error)
}

fn joined<T>(result: Result<T, tokio::task::JoinError>) -> Result<T, EngineError> {
    result.map_err(|error| {
        EngineError::new(ErrorKind::Internal, Finding::error("", "internal", "the workload generator ended unexpectedly")).caused_by(error)
    })
}
