//! MySQL 5.7+ and MariaDB 10.5+ as a source: reads the row binlog as a replica does.
//!
//! ```text
//! connect  sessions                              tls         what makes them safe
//! start    where to begin, and the definitions that hold there
//! load     the rows that are there already
//! dump     the request; the driver frames events
//! event    an event's bytes, understood          table_map   how columns lie in row images
//! follow   transactions, definitions, rows       mount       row images to rows
//! xa       rows that are decided later
//! tables   definitions, kept right while DDL goes by
//! batch    what travels together, commit timestamps
//! ```
//!
//! Nothing here knows Kafka, and nothing is retried: an error ends the run, and its kind tells the engine what to do.

mod batch;
mod charset;
mod check;
mod connect;
mod decimal;
mod dump;
mod event;
mod failure;
mod follow;
mod gtid;
mod inspect;
mod json;
mod load;
mod mount;
mod start;
mod statement;
mod table_map;
mod tables;
mod temporal;
mod tls;
mod wire;
mod xa;

pub use inspect::MysqlInspect;
pub use tls::TlsOptions;

use super::{Begin, Source, SourceSender, Wanted};
use crate::engine::{error::EngineError, spill::SpillSpace};
use async_trait::async_trait;
use connect::Connector;
use follow::{Ended, Follower};
use load::Reading;
use secrecy::SecretString;
use start::Start;
use std::{path::PathBuf, pin::pin};
use tokio_util::sync::CancellationToken;

/// How to reach a server and what to read there.
pub struct MysqlOptions {
    /// `mysql://user@host:3306`.
    pub url: String,
    pub password: Option<SecretString>,
    pub tls: TlsOptions,
    /// The id under which we register as a replica: above 0, and no other replica's of that server.
    pub server_id: u32,
    pub wanted: Wanted,
}

/// The source; each run makes its own connections.
pub struct MysqlSource {
    options: MysqlOptions,
    spill: PathBuf,
    held_memory: usize,
}

/// Rows of undecided XA transactions take this much memory, bytes; more of them wait on disk.
pub const HELD_MEMORY: usize = 32 << 20;

impl MysqlSource {
    /// `spill` is a directory for this source alone, see [`SpillSpace::open`].
    #[must_use]
    pub fn new(options: MysqlOptions, spill: PathBuf) -> Self {
        Self { options, spill, held_memory: HELD_MEMORY }
    }

    /// With another bound than [`HELD_MEMORY`].
    #[must_use]
    pub fn with_held_memory(mut self, bytes: usize) -> Self {
        self.held_memory = bytes;
        self
    }
}

#[async_trait]
impl Source for MysqlSource {
    async fn run(self: Box<Self>, begin: Begin, out: SourceSender, stop: CancellationToken) -> Result<(), EngineError> {
        let MysqlOptions { url, password, tls, server_id, wanted } = self.options;
        let connector = Connector::new(&url, password.as_ref(), &tls)?;
        let (spill, held_memory) = (self.spill, self.held_memory);
        let space = follow::off_thread(move || SpillSpace::open(spill, held_memory)).await?;
        let reading = Reading::default();
        let mut work = pin!(async {
            let mut start = Start::find(&connector, wanted, begin).await?;
            if let Some(load) = start.load.take() {
                load.run(&connector, &start, &out, &reading).await?;
            }
            Follower::run(&connector, server_id, out, start, space).await
        });
        // Every wait inside may be given up: connections close when they are dropped, and nothing half-sent counts.
        let ended = tokio::select! {
            biased;
            () = stop.cancelled() => Ok(()),
            ended = &mut work => ended,
        };
        reading.give_up(&connector).await;
        match ended {
            Ok(()) | Err(Ended::Closed) => Ok(()),
            Err(Ended::Failed(error)) => Err(error),
        }
    }
}
