//! A plain librdkafka producer with the pipeline's settings: the same keys, values and partitions, encoded before the clock starts.

use super::{cluster::MEMORY, meter::Meter, rows, rows::Rows};
use crate::engine::sink::kafka::{MOST_BATCH_BYTES, client_config, producer_settings};
use anyhow::{Context, ensure};
use rdkafka::{
    ClientContext,
    config::FromClientConfigAndContext,
    error::{KafkaError, RDKafkaErrorCode},
    message::DeliveryResult,
    producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer},
};
use shared::{avro::TablePlan, row::Op};
use std::{sync::Arc, time::Duration};

/// Rows as messages.
pub struct Messages {
    topic: String,
    /// Key, value, partition.
    messages: Vec<(Vec<u8>, Vec<u8>, i32)>,
}

impl Messages {
    /// # Errors
    /// A row has no Avro form.
    pub fn of(rows: &Rows, partitions: u32) -> anyhow::Result<Self> {
        let document = rows::document("plain");
        let route = rows::router(&document)?.route(&rows.table).map_err(|findings| anyhow::anyhow!("no route: {findings:?}"))?;
        let plan = TablePlan::new(&rows.table, &rows::options(&document)?.avro)?;
        let mut scratch = Vec::new();
        let message = |id| {
            let change = rows.change(id);
            let (mut key, mut value) = (Vec::new(), Vec::new());
            if let Some(row) = &change.after {
                plan.encode_key(row, 1, &mut key)?;
                plan.encode_value(Op::Insert, row, change.commit_ts, 2, &mut value)?;
            }
            let partition = route.partition.partition(&change, partitions, &mut scratch);
            Ok((key, value, partition.cast_signed()))
        };
        Ok(Self { topic: rows.topic(), messages: (0..rows.count).map(message).collect::<anyhow::Result<_>>()? })
    }

    /// Rows a second.
    ///
    /// # Errors
    /// A message is not delivered.
    pub fn rate(&self, bootstrap: &str) -> anyhow::Result<f64> {
        let options = rows::options(&rows::document("plain"))?;
        let mut config = client_config(&[bootstrap.to_owned()], &options);
        producer_settings(&mut config, &options, MEMORY / 2, MOST_BATCH_BYTES);
        let meter = Arc::new(Meter::new(self.messages.len() as u64));
        let producer = ThreadedProducer::from_config_and_context(&config, Delivered(Arc::clone(&meter)))?;
        producer.client().fetch_metadata(None, Duration::from_secs(10))?;
        for (key, value, partition) in &self.messages {
            let mut record = BaseRecord::<[u8], [u8]>::to(&self.topic).key(key).payload(value).partition(*partition);
            while let Err((error, same)) = producer.send(record) {
                ensure!(error == KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), "{error}");
                std::thread::sleep(Duration::from_millis(1));
                record = same;
            }
        }
        producer.flush(Duration::from_secs(60))?;
        meter.rate().context("librdkafka did not deliver all rows")
    }
}

struct Delivered(Arc<Meter>);

impl ClientContext for Delivered {}

impl ProducerContext for Delivered {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if result.is_ok() {
            self.0.count();
        }
    }
}
