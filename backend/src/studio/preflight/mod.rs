//! Preflight: everything that can be known of a launch before anything is changed.
//!
//! One file a system. Each adds its checks to a [`Plan`]: the document's own, the way to the system (name, port, TLS), the
//! login, and what the system says of what the document asks of it. Nothing is created, registered or written.

mod connectors;
mod document;
mod graph;
mod kafka;
mod ksqldb;
mod network;
mod registry;
mod scrub;
mod source;
mod ticdc;
mod tls;

use super::{Studio, StudioError, blocking};
use crate::{
    clients::{kafka_admin::TopicFacts, ksqldb as ksqldb_client, schema_registry},
    store::Store,
};
use graph::Plan;
use scrub::Scrub;
use shared::{
    Finding,
    api::{PreflightCheck, PreflightVerdict},
    config::Pipeline,
    schema::TableModel,
    sink_uri::KafkaOptions,
};
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Lines on their way to a reader.
pub const QUEUE: usize = 64;

/// What checks look at, and what they leave for those that build on them.
struct Site {
    /// Secrets are values.
    open: Pipeline,
    options: KafkaOptions,
    /// The source's tables; set by `source.login`.
    tables: OnceLock<Vec<TableModel>>,
    /// Topics of the changefeed and of all that reads from it, as they are now; set by `kafka.topics`.
    topics: OnceLock<HashMap<String, Option<TopicFacts>>>,
    registry: OnceLock<schema_registry::Client>,
    ksqldb: OnceLock<ksqldb_client::Client>,
}

impl Site {
    fn new(open: &Pipeline) -> Arc<Self> {
        Arc::new(Self {
            open: open.clone(),
            options: KafkaOptions::read(open).0,
            tables: OnceLock::new(),
            topics: OnceLock::new(),
            registry: OnceLock::new(),
            ksqldb: OnceLock::new(),
        })
    }

    fn tables(&self) -> &[TableModel] {
        self.tables.get().map_or(&[], Vec::as_slice)
    }
}

/// Runs all checks that the document calls for. `open` is the document with its secrets' values, `sealed` the same with
/// references; both normalised. A line is sent to `out` when the preflight begins (all of them, waiting), when its check
/// begins, while it goes on, and when it ends. Ends at once when `stop` is cancelled or `out` is closed.
pub async fn preflight(open: &Pipeline, sealed: &Pipeline, out: mpsc::Sender<PreflightCheck>, stop: CancellationToken) -> PreflightVerdict {
    let site = Site::new(open);
    let mut plan = Plan::default();
    document::add(&mut plan, &site, sealed);
    source::add(&mut plan, &site);
    kafka::add(&mut plan, &site);
    registry::add(&mut plan, &site);
    ticdc::add(&mut plan, &site);
    ksqldb::add(&mut plan, &site);
    connectors::add(&mut plan, &site);
    plan.run(&out, &Scrub::of(open), &stop).await
}

/// As [`preflight`], for a document whose secrets are not resolved. One that leads nowhere fails a check of its own, and no
/// system is asked anything.
pub async fn preflight_sealed(
    store: &Arc<Store>,
    mut sealed: Pipeline,
    out: mpsc::Sender<PreflightCheck>,
    stop: CancellationToken,
) -> PreflightVerdict {
    sealed.normalise();
    match super::check::unseal(store, sealed.clone()).await {
        Ok(open) => preflight(&open, &sealed, out, stop).await,
        Err(finding) => without_secrets(&sealed, finding, &out, &stop).await,
    }
}

async fn without_secrets(
    sealed: &Pipeline,
    finding: Finding,
    out: &mpsc::Sender<PreflightCheck>,
    stop: &CancellationToken,
) -> PreflightVerdict {
    let mut plan = Plan::default();
    document::add_alone(&mut plan, sealed);
    document::add_missing_secret(&mut plan, finding);
    plan.run(out, &Scrub::of(sealed), stop).await
}

impl Studio {
    /// The document of a saved pipeline, for [`preflight_sealed`].
    ///
    /// # Errors
    /// There is no such pipeline, or the store cannot be read.
    pub async fn document(&self, name: &str) -> Result<Pipeline, StudioError> {
        Ok(self.record(name).await?.document)
    }
}

/// A check's id at the front of what it is part of.
fn ids(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Runs the blocking part of a check off the async threads.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    blocking(work).await
}

/// `1 table`, `2 tables`.
fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// When a TSO was given out, for people.
fn time_of(tso: u64) -> String {
    let at = i64::try_from(tso >> 18).ok().and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok());
    at.map_or_else(|| tso.to_string(), |at| at.to_string())
}
