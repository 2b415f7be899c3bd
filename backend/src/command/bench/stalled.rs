//! Memory while Kafka stands still and the source does not: small rows and large ones.

use super::{
    Figure,
    cluster::{Setting, make_mock_topic, mock, peak_memory_mib},
    rows::document,
};
use crate::{
    engine::{
        error::EngineError,
        position::Position,
        source::{Begin, Source, SourceEvent, SourceSender},
    },
    studio::DEFAULT_MEMORY,
};
use shared::{
    row::{CommitTs, Datum, Row, RowChange},
    schema::ddl::parse_create_table,
};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// What the process may have besides the memory that is configured for rows: itself, the clients' buffers, the queue's own bytes for
/// small rows, what the allocator keeps, and here the mock cluster, too.
const OVERHEAD_MIB: f64 = 256.0;
const BATCH_BYTES: usize = 256 << 10;

/// Peak memory with rows of 64 bytes and of 1 MiB.
///
/// # Errors
/// A part of the set-up does not start, or the engine fails.
pub async fn figures() -> anyhow::Result<Vec<Figure>> {
    let directory = std::env::temp_dir().join(format!("changefeed-stalled-{}", std::process::id()));
    let result = measure(&directory).await;
    // A left-over directory is untidy, not wrong.
    let _ = std::fs::remove_dir_all(&directory);
    result
}

async fn measure(directory: &Path) -> anyhow::Result<Vec<Figure>> {
    let setting = Setting::start(directory).await?;
    let goal = DEFAULT_MEMORY as f64 / f64::from(1 << 20) + OVERHEAD_MIB;
    let mut figures = Vec::new();
    // Large rows first: the peak only grows.
    for (name, bytes) in [("stalled_peak_memory_1mib_rows", 1 << 20), ("stalled_peak_memory_64b_rows", 64)] {
        stall(&setting, bytes).await?;
        figures.push(Figure::at_most(name, peak_memory_mib()?, "MiB", goal));
    }
    setting.shutdown().await;
    Ok(figures)
}

/// Lets Kafka take rows, stops it, and waits until nothing moves any more.
async fn stall(setting: &Setting, bytes: usize) -> anyhow::Result<()> {
    let cluster = mock()?;
    make_mock_topic(&cluster, "tidb_bench_endless")?;
    let made = Arc::new(AtomicU64::new(0));
    let source = Box::new(Endless { bytes, made: Arc::clone(&made) });
    let mut running = setting.run(&cluster.bootstrap_servers(), &document("stalled"), source)?;
    while running.figures.progress().rows_total == 0 {
        running.check().await?;
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    cluster.broker_down(1)?;
    let mut before = 0;
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = made.load(Ordering::Relaxed);
        if now == before {
            break;
        }
        before = now;
    }
    running.stop().await
}

/// Makes rows as fast as they are taken.
struct Endless {
    bytes: usize,
    made: Arc<AtomicU64>,
}

#[async_trait::async_trait]
impl Source for Endless {
    async fn run(self: Box<Self>, _begin: Begin, out: SourceSender, _stop: CancellationToken) -> Result<(), EngineError> {
        let ddl = "CREATE TABLE bench.endless (id BIGINT NOT NULL PRIMARY KEY, body LONGTEXT)";
        let Ok(table) = parse_create_table(ddl, "bench").map(Arc::new) else { return Ok(()) };
        let text = "x".repeat(self.bytes);
        let _ = out.send(vec![SourceEvent::Table(Arc::clone(&table))]).await;
        let mut id = 0_u64;
        loop {
            let rows = (BATCH_BYTES / self.bytes).clamp(1, 1_000);
            let mut events = Vec::with_capacity(rows + 1);
            for _ in 0..rows {
                id += 1;
                let mut row = Row::with_capacity(2, self.bytes + 16);
                row.push(Datum::Int(id.cast_signed()));
                row.push(Datum::Bytes(text.as_bytes()));
                events.push(SourceEvent::Change(RowChange {
                    table: Arc::clone(&table),
                    before: None,
                    after: Some(row),
                    commit_ts: CommitTs(id),
                }));
            }
            events.push(SourceEvent::Resolved { position: Position::Tpcc { transaction: id, loaded: 0 }, commit_ts: CommitTs(id) });
            if out.send(events).await.is_err() {
                return Ok(());
            }
            self.made.store(id, Ordering::Relaxed);
        }
    }
}
