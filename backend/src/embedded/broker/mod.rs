//! A Kafka-compatible broker in this process: `tansu-broker` over a SQLite file, reached through TCP like any other broker.
//!
//! It runs on a thread and runtime of its own, because its storage engine blocks while SQLite works and would hold up
//! the tasks of the replication engine.
//!
//! # What it does
//! Topics and partitions, idempotent producers with `acks=all`, every compression of Kafka, fetch by offset, watermarks,
//! offsets by time, consumer groups with committed offsets, transactions, topic configuration, metadata.
//! A record is in the SQLite write-ahead log before it is acknowledged: it survives the death of the process
//! (`kill -9`); a power cut may lose the last moments (`synchronous = normal`).
//!
//! # What it cannot do, and the way around
//! - One broker, no TLS, no SASL, no ACLs, no quotas: listen on loopback only. Rehearse security against a real broker.
//! - `replication.factor` is stored and has no effect; `max.message.bytes` and `min.insync.replicas` are answered, not enforced.
//! - `DeleteRecords` is missing: delete and create the topic instead.
//! - Retention and compaction run every ten minutes and only for topics whose `cleanup.policy` was set when they were
//!   created; others keep everything until the topic is deleted or the data directory removed.
//! - A topic is not created by producing to it: create it first (our sink does).
//! - A fetch looks at all records from its offset to the partition's end, so that reading a partition of millions of
//!   records from its start takes time that grows with its square. Read tails, or spread rows over partitions.
//! - A record larger than the consumer's `fetch.message.max.bytes` (librdkafka's default: 1 MiB) is never delivered; raise it.
//! - Every record is one SQL insert: tens of thousands of records a second, not millions.

mod configs;
mod create_topics;
mod fetch;
mod producer_ids;
mod routes;
mod server;
#[cfg(test)]
mod tests;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};

use tokio::sync::{oneshot, watch};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

/// Log targets of the broker's crates with the level that is worth showing. Below `error` they log each request with
/// costly spans; at `error` the storage crate shows keys and values of records, so it is silenced altogether.
pub const LOG_DIRECTIVES: &[&str] =
    &["tansu_storage=off", "tansu_service=off", "tansu_broker=error", "tansu_sans_io=off", "tansu_schema=off", "libsql=off", "rama=off"];

const DATABASE_FILE: &str = "broker.db";
const PORT_FILE: &str = "broker.port";

/// Where the broker keeps its data and listens.
#[derive(Clone, Debug)]
pub struct Options {
    /// Created when missing. One process at a time.
    pub data_dir: PathBuf,
    /// A loopback address. Port 0 takes the port of the last run when it is free, else any.
    pub listen: SocketAddr,
}

/// Why the broker does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the broker's data directory `{}` cannot be written", path.display())]
    DataDir { path: PathBuf, source: io::Error },
    #[error("the broker's data directory `{}` has a name that its storage cannot open; choose one of ASCII letters, without `?` and `#`", path.display())]
    DataDirName { path: PathBuf },
    #[error("port {} is in use by another program; stop it or give the broker another port", address.port())]
    PortInUse { address: SocketAddr, source: io::Error },
    #[error("the broker cannot listen on `{address}`")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("the broker's database `{}` cannot be opened; it may be damaged or of another version", path.display())]
    Storage { path: PathBuf, source: Box<tansu_storage::Error> },
    #[error("the broker's thread cannot be started")]
    Thread { source: io::Error },
}

/// A running broker. Dropping the handle stops it too, without waiting for the end.
#[derive(Debug)]
pub struct Handle {
    address: SocketAddr,
    stop: DropGuard,
    stopped: watch::Receiver<bool>,
}

impl Handle {
    /// Where clients connect: the bootstrap server.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops accepting, lets the requests being stored finish, closes connections and database, and returns when all is done.
    pub async fn shutdown(self) {
        let Self { stop, mut stopped, .. } = self;
        drop(stop);
        // An error means that the thread is gone, which is as good.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    }
}

/// Starts the broker and returns once clients can connect.
///
/// # Errors
/// See [`Error`].
pub async fn start(options: Options) -> Result<Handle, Error> {
    let Options { data_dir, listen } = options;
    let unwritable = |source| Error::DataDir { path: data_dir.clone(), source };
    std::fs::create_dir_all(&data_dir).map_err(unwritable)?;
    let data_dir = data_dir.canonicalize().map_err(unwritable)?;
    let listener = super::listener::bind(listen, &data_dir.join(PORT_FILE)).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => Error::PortInUse { address: listen, source },
        // Creating the directory succeeded, so only writing the port file can be refused for lack of rights or space.
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::StorageFull => Error::DataDir { path: data_dir.clone(), source },
        io::ErrorKind::PermissionDenied if listen.port() == 0 => Error::DataDir { path: data_dir.clone(), source },
        _ => Error::Listen { address: listen, source },
    })?;
    let address = advertised(listener.local_addr().map_err(|source| Error::Listen { address: listen, source })?);

    let database = data_dir.join(DATABASE_FILE);
    let server = server::Server { database: database_url(&database)?, address, listener };
    let cancel = CancellationToken::new();
    let (opened, opening) = oneshot::channel();
    let (stopped, stopped_rx) = watch::channel(false);
    let stop = cancel.clone().drop_guard();
    std::thread::Builder::new()
        .name("playground-broker".to_owned())
        .spawn(move || {
            run_on_own_runtime(server, cancel, opened);
            stopped.send_replace(true);
        })
        .map_err(|source| Error::Thread { source })?;
    match opening.await {
        Ok(Ok(())) => Ok(Handle { address, stop, stopped: stopped_rx }),
        Ok(Err(server::OpenError::Runtime(source))) => Err(Error::Thread { source }),
        Ok(Err(server::OpenError::Storage(source))) => Err(Error::Storage { path: database, source }),
        Err(_) => Err(Error::Thread { source: io::Error::other("the thread ended early") }),
    }
}

fn run_on_own_runtime(server: server::Server, cancel: CancellationToken, opened: oneshot::Sender<Result<(), server::OpenError>>) {
    // One worker moves records in and out of SQLite, the other keeps connections answering meanwhile.
    match tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("playground-broker").enable_all().build() {
        Ok(runtime) => runtime.block_on(server.run(cancel, opened)),
        Err(source) => drop(opened.send(Err(server::OpenError::Runtime(source)))),
    }
}

/// What clients are told to connect to: a wildcard address is no destination.
fn advertised(local: SocketAddr) -> SocketAddr {
    match local.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => SocketAddr::new(Ipv4Addr::LOCALHOST.into(), local.port()),
        IpAddr::V6(ip) if ip.is_unspecified() => SocketAddr::new(Ipv6Addr::LOCALHOST.into(), local.port()),
        _ => local,
    }
}

/// The storage crate appends the URL's path, as written in the URL, to the current directory. An opaque path (one that
/// does not begin with `/`) keeps blanks as they are, and enough `..` lead from any directory to the root.
fn database_url(database: &Path) -> Result<Url, Error> {
    let refused = || Error::DataDirName { path: database.parent().unwrap_or(database).to_owned() };
    let depth = std::env::current_dir().map_or(0, |dir| dir.components().count());
    let path = format!("{}{}", "../".repeat(depth), database.to_str().ok_or_else(refused)?.trim_start_matches('/'));
    let url = Url::parse(&format!("sqlite:{path}")).map_err(|_| refused())?;
    if url.path() == path { Ok(url) } else { Err(refused()) }
}
