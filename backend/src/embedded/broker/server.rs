//! Accepts connections, and keeps the storage engine alive behind them.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::time::{Duration, SystemTime};

use rama::{Context, Service as _};
use tansu_broker::coordinator::group::administrator::Controller;
use tansu_storage::{BrokerRegistrationRequest, Storage as _, StorageContainer};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, sleep, timeout};
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Uuid;

use super::fetch::Arrivals;
use super::routes::{self, Routes};

const CLUSTER_ID: &str = "changefeed-studio-playground";
const NODE_ID: i32 = tansu_broker::NODE_ID;

/// How soon a dead storage engine is noticed.
const HEALTH_INTERVAL: Duration = Duration::from_secs(1);
/// Between attempts to open the database again.
const REOPEN_DELAY: Duration = Duration::from_secs(1);
/// Retention and compaction.
const MAINTENANCE_INTERVAL: Duration = Duration::from_mins(10);
/// How long requests being stored may take to finish at shutdown.
const DRAIN: Duration = Duration::from_secs(5);

pub(super) struct Server {
    pub database: Url,
    /// What metadata tells clients to connect to.
    pub address: SocketAddr,
    pub listener: StdListener,
}

pub(super) enum OpenError {
    Runtime(io::Error),
    Storage(Box<tansu_storage::Error>),
}

/// Why accepting ended.
enum End {
    Stopped,
    StorageLost,
}

impl Server {
    /// Serves until cancelled. `opened` hears whether that began well.
    pub async fn run(self, cancel: CancellationToken, opened: oneshot::Sender<Result<(), OpenError>>) {
        let started = async {
            let listener = TcpListener::from_std(self.listener.try_clone().map_err(OpenError::Runtime)?).map_err(OpenError::Runtime)?;
            Ok((listener, self.open().await.map_err(|e| OpenError::Storage(Box::new(e)))?))
        };
        let (listener, mut storage) = match started.await {
            Ok(parts) => parts,
            Err(error) => return drop(opened.send(Err(error))),
        };
        if opened.send(Ok(())).is_err() {
            return;
        }
        tracing::info!(broker.address = %self.address, "playground broker is listening");
        while let End::StorageLost = serve(&listener, &storage, &cancel).await {
            tracing::warn!("the playground broker's storage stopped and is opened again; clients reconnect by themselves");
            let Some(reopened) = cancel.run_until_cancelled(self.reopen()).await else { break };
            storage = reopened;
        }
    }

    async fn reopen(&self) -> StorageContainer {
        loop {
            match self.open().await {
                Ok(storage) => return storage,
                Err(_) => sleep(REOPEN_DELAY).await,
            }
        }
    }

    async fn open(&self) -> Result<StorageContainer, tansu_storage::Error> {
        let advertised = Url::parse(&format!("tcp://{}", self.address)).expect("a socket address makes a URL");
        let storage = StorageContainer::builder()
            .cluster_id(CLUSTER_ID)
            .node_id(NODE_ID)
            .advertised_listener(advertised)
            .storage(self.database.clone())
            .silent(true)
            .build()
            .await?;
        let registration = BrokerRegistrationRequest {
            broker_id: NODE_ID,
            cluster_id: CLUSTER_ID.to_owned(),
            // Identifies a run of a broker among several; there is one.
            incarnation_id: Uuid::nil(),
            rack: None,
        };
        storage.register_broker(registration).await?;
        Ok(storage)
    }
}

/// Accepts until cancelled or until the storage engine is gone; every connection ends with it.
async fn serve(listener: &TcpListener, storage: &StorageContainer, cancel: &CancellationToken) -> End {
    let arrivals = Arrivals::default();
    let Ok(groups) = Controller::with_storage(storage.clone()) else { return End::StorageLost };
    // Dropping the set aborts what is left in it.
    let mut tasks = JoinSet::new();
    tasks.spawn(maintain(storage.clone()));
    let lost = storage_lost(storage);
    tokio::pin!(lost);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // Requests are small and wait for each other: never hold one back to fill a packet.
                    let _ = stream.set_nodelay(true);
                    match routes::build(CLUSTER_ID, groups.clone(), storage.clone(), arrivals.clone()) {
                        Ok(routes) => drop(tasks.spawn(connection(routes, stream))),
                        Err(error) => tracing::error!(%error, "the playground broker's routes do not fit together"),
                    }
                }
                // Out of file descriptors: closing connections will free some.
                Err(_) => sleep(Duration::from_millis(50)).await,
            },
            Some(_) = tasks.join_next() => {}
            () = &mut lost => return End::StorageLost,
            () = cancel.cancelled() => break,
        }
    }
    // The engine takes one request after the other, so this answer comes after those of all requests before it.
    let _ = timeout(DRAIN, storage.ping()).await;
    End::Stopped
}

async fn connection(routes: Routes, stream: tokio::net::TcpStream) {
    // An end of stream is the usual way out; what a client did wrong was answered with an error code or by hanging up.
    if let Err(error) = routes.serve(Context::default(), stream).await {
        tracing::debug!(%error, "a client's connection to the playground broker ended");
    }
}

/// The engine is one task behind a channel, and gaps in its features panic: then every request fails and only opening it
/// again helps.
async fn storage_lost(storage: &StorageContainer) {
    let mut ticks = interval(HEALTH_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if storage.ping().await.is_err() {
            return;
        }
    }
}

async fn maintain(storage: StorageContainer) {
    let mut ticks = interval(MAINTENANCE_INTERVAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = storage.maintain(SystemTime::now()).await {
            tracing::warn!(%error, "the playground broker could not apply retention and compaction");
        }
    }
}
