//! The thread that serves librdkafka's events: delivery reports, errors, log lines.

use super::context::DeliveryContext;
use rdkafka::producer::{BaseProducer, Producer};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// With few reports each is passed on at once, and the thread sleeps until the next.
const CALM: Duration = Duration::from_millis(100);
/// With many they are gathered for so long, which no reader of a checkpoint or of a lag notices.
const BUSY: Duration = Duration::from_millis(1);
/// Many: from this rate on, reports a millisecond, taking locks for each one costs.
const MANY: u128 = 64;

/// Serves a producer's events until dropped.
pub(super) struct Reporter {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Reporter {
    /// # Errors
    /// The system has no thread left.
    pub(super) fn start(producer: Arc<BaseProducer<DeliveryContext>>) -> std::io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::Builder::new().name("kafka-reports".to_owned()).spawn(move || serve(&producer, &stopped))?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It has nothing to answer; a panic in it has been told of already.
            let _ = thread.join();
        }
    }
}

fn serve(producer: &BaseProducer<DeliveryContext>, stop: &AtomicBool) {
    let context = producer.client().context();
    let mut patience = CALM;
    while !stop.load(Ordering::Relaxed) {
        // Comes back after that time, however much there was.
        producer.poll(patience);
        let busy = context.pass_on() as u128 > MANY * patience.as_millis();
        patience = if busy { BUSY } else { CALM };
        context.gather(busy);
    }
}
