//! Fetches that answer as soon as there is something to read.
//!
//! The crate's own fetch sleeps for half the client's patience, even when it has found records. Ours asks it for
//! what is there, and otherwise waits until something was produced.

use std::time::Duration;

use rama::{Context, Service};
use tansu_sans_io::{FetchRequest, FetchResponse, ProduceRequest, ProduceResponse};
use tansu_storage::{FetchService, ProduceService, Storage};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};

/// A busy producer on another topic wakes every waiting fetch; none looks more often than this.
const SHORTEST_PAUSE: Duration = Duration::from_millis(10);

/// Tells waiting fetches that records were written.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals(watch::Sender<()>);

impl Arrivals {
    pub fn announcing_produce(self) -> AnnouncingProduce {
        AnnouncingProduce(self)
    }
}

pub(super) struct AnnouncingProduce(Arrivals);

impl<S: Storage> Service<S, ProduceRequest> for AnnouncingProduce {
    type Response = ProduceResponse;
    type Error = tansu_storage::Error;

    async fn serve(&self, ctx: Context<S>, request: ProduceRequest) -> Result<Self::Response, Self::Error> {
        let answer = ProduceService.serve(ctx, request).await;
        self.0.0.send_replace(());
        answer
    }
}

pub(super) struct WaitingFetch(Arrivals);

impl WaitingFetch {
    pub fn new(arrivals: Arrivals) -> Self {
        Self(arrivals)
    }
}

impl<S: Storage> Service<S, FetchRequest> for WaitingFetch {
    type Response = FetchResponse;
    type Error = tansu_storage::Error;

    async fn serve(&self, ctx: Context<S>, mut request: FetchRequest) -> Result<Self::Response, Self::Error> {
        let patience = Duration::from_millis(u64::try_from(request.max_wait_ms).unwrap_or_default());
        let deadline = Instant::now() + patience;
        // One look, no waiting in there.
        request.max_wait_ms = 0;
        let mut written = self.0.0.subscribe();
        loop {
            let answer = FetchService.serve(ctx.clone(), request.clone()).await?;
            if is_worth_sending(&answer) || Instant::now() >= deadline {
                return Ok(answer);
            }
            sleep(SHORTEST_PAUSE.min(deadline - Instant::now())).await;
            // At the deadline the loop looks once more and answers whatever it sees.
            let _ = timeout_at(deadline, written.changed()).await;
        }
    }
}

/// Records, or an error that the client should hear of now.
fn is_worth_sending(answer: &FetchResponse) -> bool {
    answer.error_code.unwrap_or_default() != 0
        || (answer.responses.iter().flatten())
            .flat_map(|topic| topic.partitions.iter().flatten())
            .any(|partition| partition.error_code != 0 || partition.records.is_some())
}
