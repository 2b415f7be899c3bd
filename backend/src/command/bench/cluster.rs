//! Where the measurements' rows go, and the pipeline that takes them there.

use super::rows;
use crate::{
    clients::schema_registry,
    embedded::registry,
    engine::{
        error::EngineError,
        figures::Figures,
        pipeline::Run,
        sink::kafka::{MOST_BATCH_BYTES, Topics},
        source::{Begin, Source},
    },
    store::Store,
};
use anyhow::Context;
use rdkafka::{
    error::{KafkaError, RDKafkaErrorCode},
    mocking::MockCluster,
    producer::DefaultProducerContext,
};
use shared::{
    api::PipelineState,
    config::{Delivery, Pipeline, StartFrom},
};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Of each topic.
pub const PARTITIONS: u32 = 3;
/// For rows on their way: half before the writer, half in the Kafka client.
pub const MEMORY: usize = crate::studio::DEFAULT_MEMORY;

pub type Mock = MockCluster<'static, DefaultProducerContext>;

/// librdkafka's mock cluster of one broker, in this process.
pub fn mock() -> anyhow::Result<Mock> {
    Ok(MockCluster::new(1)?)
}

/// Topics of the mock cluster are not made by asking its broker.
pub fn make_mock_topic(mock: &Mock, topic: &str) -> anyhow::Result<()> {
    match mock.create_topic(topic, PARTITIONS.cast_signed(), 1) {
        // It may be there from the measurement before.
        Ok(()) | Err(KafkaError::MockCluster(RDKafkaErrorCode::TopicAlreadyExists)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// What every measurement shares.
pub struct Setting {
    directory: PathBuf,
    registry: registry::Handle,
    runs: AtomicU32,
}

/// A pipeline that runs.
pub struct Running {
    pub figures: Arc<Figures>,
    task: JoinHandle<Result<(), EngineError>>,
    stop: CancellationToken,
}

impl Setting {
    /// # Errors
    /// The registry does not start.
    pub async fn start(directory: &Path) -> anyhow::Result<Self> {
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let registry = registry::start(registry::Options { data_dir: directory.join("registry"), listen }).await?;
        Ok(Self { directory: directory.to_owned(), registry, runs: AtomicU32::new(0) })
    }

    pub async fn shutdown(self) {
        self.registry.shutdown().await;
    }

    /// A folder that no other run of this process has.
    pub fn new_directory(&self) -> PathBuf {
        self.directory.join(format!("run-{}", self.runs.fetch_add(1, Ordering::Relaxed)))
    }

    /// Starts a pipeline on this source into the brokers, as `run` and the studio do.
    ///
    /// # Errors
    /// A part of it cannot be made.
    pub fn run(&self, bootstrap: &str, document: &Pipeline, source: Box<dyn Source>) -> anyhow::Result<Running> {
        let url = format!("http://{}", self.registry.address());
        let registry = schema_registry::Options { url, user: String::new(), password: None };
        let figures = Arc::new(Figures::new(PipelineState::Starting, None));
        let run = Run {
            delivery: Delivery::AtLeastOnce,
            dead_letters: None,
            name: document.name.clone(),
            brokers: vec![bootstrap.to_owned()],
            default_topic: String::new(),
            router: rows::router(document)?,
            kafka: rows::options(document)?,
            registry: Arc::new(schema_registry::Client::new(registry).map_err(EngineError::from)?),
            source,
            begin: Begin::Fresh(StartFrom::Now),
            ignore_ineligible: false,
            batch_bytes: Arc::new(MOST_BATCH_BYTES.into()),
            memory: MEMORY,
            store: Arc::new(Store::open(&self.new_directory())?),
            figures: Arc::clone(&figures),
        };
        let stop = CancellationToken::new();
        Ok(Running { figures, task: tokio::spawn(run.run(stop.clone())), stop })
    }
}

impl Running {
    /// # Errors
    /// The pipeline has ended by itself.
    pub async fn check(&mut self) -> anyhow::Result<()> {
        anyhow::ensure!(!self.task.is_finished(), "the pipeline ended early: {:?}", (&mut self.task).await);
        Ok(())
    }

    /// # Errors
    /// What failed in the pipeline.
    pub async fn stop(self) -> anyhow::Result<()> {
        self.stop.cancel();
        self.task.await??;
        Ok(())
    }
}

/// The process's high-water mark so far, MiB.
///
/// # Errors
/// The system does not tell.
pub fn peak_memory_mib() -> anyhow::Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).context("no VmHWM in /proc/self/status")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").trim().parse()?;
    Ok(kib / 1024.0)
}

/// Makes a topic, unless it is there, as the pipeline would.
///
/// # Errors
/// The brokers refuse.
pub async fn ensure_topic(bootstrap: &str, topic: &str) -> anyhow::Result<()> {
    let options = rows::options(&rows::document("topics"))?;
    Topics::new(&[bootstrap.to_owned()], "", &options)?.ensure(topic).await?;
    Ok(())
}
