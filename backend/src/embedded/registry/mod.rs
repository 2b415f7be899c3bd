//! A Schema Registry in this process, with the REST API of Confluent's: what TiCDC, Kafka clients, Kafka Connect, ksqlDB
//! and consoles ask of one, durable in a file of its own.
//!
//! # Where it is smaller than Confluent's
//! - Avro only is understood. JSON Schema and Protobuf are stored as they are, without validation and without compatibility check.
//! - Schema references are refused (42201); `metadata`, `ruleSet`, GUIDs and associations are unknown.
//! - One context: `:.name:subject` is an ordinary subject name, and ids are shared by all.
//! - Modes `READWRITE`, `READONLY` and `READONLY_OVERRIDE`; not `IMPORT` and `FORWARD`.
//! - No TLS and no authentication: credentials are accepted and ignored. Listen on loopback only.

mod avro;
mod error;
mod request;
mod router;
mod settings_api;
mod state;
mod store;
mod subjects;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

const DATABASE_FILE: &str = "registry.redb";
const PORT_FILE: &str = "registry.port";
/// How long requests under way may take to finish at shutdown; idle keep-alive connections are closed at once.
const DRAIN: Duration = Duration::from_secs(5);

/// Where the registry keeps its data and listens.
#[derive(Clone, Debug)]
pub struct Options {
    /// Created when missing. One process at a time.
    pub data_dir: PathBuf,
    /// A loopback address. Port 0 takes the port of the last run when it is free, else any.
    pub listen: SocketAddr,
}

/// Why the registry does not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the registry's data directory `{}` cannot be written", path.display())]
    DataDir { path: PathBuf, source: io::Error },
    #[error("port {} is in use by another program; stop it or give the registry another port", address.port())]
    PortInUse { address: SocketAddr, source: io::Error },
    #[error("the registry cannot listen on `{address}`")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("the registry's database `{}` cannot be opened; another process may have it open", path.display())]
    Storage { path: PathBuf, source: store::StoreError },
}

/// A running registry. Dropping the handle stops it too, without waiting for the end.
#[derive(Debug)]
pub struct Handle {
    address: SocketAddr,
    stop: DropGuard,
    stopped: watch::Receiver<bool>,
}

impl Handle {
    /// Where clients connect: `http://{address}`.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops accepting, answers the requests under way and returns when all is done.
    pub async fn shutdown(self) {
        let Self { stop, mut stopped, .. } = self;
        drop(stop);
        // An error means that the task is gone, which is as good.
        let _ = stopped.wait_for(|stopped| *stopped).await;
    }
}

/// Starts the registry and returns once clients can connect.
///
/// # Errors
/// See [`Error`].
pub async fn start(options: Options) -> Result<Handle, Error> {
    let Options { data_dir, listen } = options;
    let unwritable = |source| Error::DataDir { path: data_dir.clone(), source };
    std::fs::create_dir_all(&data_dir).map_err(unwritable)?;
    let path = data_dir.join(DATABASE_FILE);
    let store = store::Store::open(&path).map_err(|source| Error::Storage { path, source })?;
    let refused = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => Error::PortInUse { address: listen, source },
        _ => Error::Listen { address: listen, source },
    };
    let listener = super::listener::bind(listen, &data_dir.join(PORT_FILE)).map_err(refused)?;
    let listener = TcpListener::from_std(listener).map_err(refused)?;
    let address = listener.local_addr().map_err(refused)?;

    let cancel = CancellationToken::new();
    let (stopped, stopped_rx) = watch::channel(false);
    let stop = cancel.clone().drop_guard();
    tokio::spawn(async move {
        let serving = axum::serve(listener, router::router(store)).with_graceful_shutdown(cancel.clone().cancelled_owned());
        let patience = async {
            cancel.cancelled().await;
            tokio::time::sleep(DRAIN).await;
        };
        tokio::select! {
            _ = serving => {}
            () = patience => {}
        }
        stopped.send_replace(true);
    });
    tracing::info!(registry.address = %address, "playground schema registry is listening");
    Ok(Handle { address, stop, stopped: stopped_rx })
}
