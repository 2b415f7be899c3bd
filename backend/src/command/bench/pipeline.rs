//! The whole pipeline against plain librdkafka: the same rows, the same client settings, the same brokers, in turn.

use super::{
    Figure,
    cluster::{self, PARTITIONS, Setting, ensure_topic, make_mock_topic},
    distance::Distance,
    meter::Meter,
    plain::Messages,
    rows::{self, Canned, Rows},
};
use crate::engine::source::tpcc;
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

/// Rounds of each measurement. The best one counts, since other work on the machine only ever slows down; of ratios the median, since
/// the two sides of a round meet nearly the same machine.
const ROUNDS: usize = 5;
const ROUND_TRIP: Duration = Duration::from_millis(20);
/// Far more than the Kafka client queues: with few rows, those that were queued before the clock started would count.
const NARROW: u64 = 2_000_000;

/// What can be had without a broker of its own.
///
/// # Errors
/// A part of the set-up does not start; never a figure that is missed.
pub async fn into_mock(setting: &Setting) -> anyhow::Result<Vec<Figure>> {
    let mock = cluster::mock()?;
    let brokers = mock.bootstrap_servers();
    let (narrow, wide) = (Rows::narrow(NARROW)?, Rows::wide(150_000)?);
    for rows in [&narrow, &wide] {
        make_mock_topic(&mock, &rows.topic())?;
    }
    let near = against_plain(setting, &brokers, &narrow).await?;
    let wide = best(setting, &brokers, &wide).await?;
    let calm = workload(setting, &mock).await?;
    mock.broker_round_trip_time(1, ROUND_TRIP)?;
    let calm_far = workload(setting, &mock).await?;
    let far = against_plain(setting, &brokers, &narrow).await?;
    mock.broker_round_trip_time(1, Duration::ZERO)?;
    Ok(vec![
        Figure::new("librdkafka_rows_per_second", near.best_first(), "rows/s"),
        Figure::new("pipeline_rows_per_second", near.best_second(), "rows/s"),
        Figure::at_least("pipeline_vs_librdkafka", near.ratio(), "x", 0.9),
        Figure::at_least("pipeline_1kib_rows", wide * 1_024.0 / (1024.0 * 1024.0), "MiB/s", 190.0),
        Figure::at_most("lag_p99_at_10k_rows_per_second", calm.lag_ms, "ms", 100.0),
        Figure::at_least("rows_at_10k_with_20ms_round_trip", calm_far.rows_per_second / calm.rows_per_second, "x", 0.9),
        Figure::new("lag_p99_at_10k_with_20ms_round_trip", calm_far.lag_ms, "ms"),
        // As much as there is: an idempotent librdkafka has one batch of each partition under way, and no batch may be larger than brokers take.
        Figure::new("pipeline_with_20ms_round_trip", far.best_second() / near.best_second(), "x"),
        Figure::at_least("pipeline_with_20ms_round_trip_vs_librdkafka", far.ratio(), "x", 0.9),
    ])
}

/// Into Apache Kafka on the same machine.
///
/// # Errors
/// The broker cannot be reached.
pub async fn into_kafka(setting: &Setting, kafka: &str) -> anyhow::Result<Vec<Figure>> {
    let (narrow, wide) = (Rows::narrow(NARROW)?, Rows::wide(100_000)?);
    ensure_topic(kafka, &narrow.topic()).await?;
    let rounds = against_plain(setting, kafka, &narrow).await?;
    let wide = best(setting, kafka, &wide).await?;
    Ok(vec![
        Figure::new("kafka_librdkafka_rows_per_second", rounds.best_first(), "rows/s"),
        Figure::new("kafka_pipeline_rows_per_second", rounds.best_second(), "rows/s"),
        Figure::at_least("kafka_pipeline_vs_librdkafka", rounds.ratio(), "x", 0.9),
        Figure::new("kafka_pipeline_1kib_rows", wide * 1_024.0 / (1024.0 * 1024.0), "MiB/s"),
    ])
}

/// Into Apache Kafka through a proxy: one that delays nothing, and one that makes it a far broker.
///
/// # Errors
/// The broker cannot be reached.
pub async fn far_away(setting: &Setting, kafka: SocketAddr) -> anyhow::Result<Vec<Figure>> {
    let distance = Distance::to(kafka)?;
    let brokers = distance.address.to_string();
    let narrow = Rows::narrow(NARROW)?;
    let mut rounds = Rounds::default();
    for _ in 0..ROUNDS {
        distance.set_round_trip(Duration::ZERO);
        let near = rate(setting, &brokers, &narrow).await?;
        distance.set_round_trip(ROUND_TRIP);
        rounds.0.push((near, rate(setting, &brokers, &narrow).await?));
    }
    Ok(vec![
        Figure::new("kafka_pipeline_through_proxy", rounds.best_first(), "rows/s"),
        Figure::new("kafka_pipeline_with_20ms_round_trip", rounds.ratio(), "x"),
    ])
}

/// Rows a second of two sides, round by round.
#[derive(Default)]
struct Rounds(Vec<(f64, f64)>);

impl Rounds {
    fn best_first(&self) -> f64 {
        self.0.iter().map(|round| round.0).fold(0.0, f64::max)
    }

    fn best_second(&self) -> f64 {
        self.0.iter().map(|round| round.1).fold(0.0, f64::max)
    }

    /// The median of second to first.
    fn ratio(&self) -> f64 {
        let mut ratios: Vec<f64> = self.0.iter().map(|(first, second)| second / first).collect();
        ratios.sort_by(f64::total_cmp);
        ratios.get(ratios.len() / 2).copied().unwrap_or_default()
    }
}

/// Plain librdkafka and the pipeline, in turn.
async fn against_plain(setting: &Setting, brokers: &str, rows: &Rows) -> anyhow::Result<Rounds> {
    let messages = Arc::new(Messages::of(rows, PARTITIONS)?);
    let mut rounds = Rounds::default();
    for _ in 0..ROUNDS {
        let (messages, brokers_of_plain) = (Arc::clone(&messages), brokers.to_owned());
        let plain = tokio::task::spawn_blocking(move || messages.rate(&brokers_of_plain)).await??;
        rounds.0.push((plain, rate(setting, brokers, rows).await?));
    }
    Ok(rounds)
}

async fn best(setting: &Setting, brokers: &str, rows: &Rows) -> anyhow::Result<f64> {
    let mut best = 0_f64;
    for _ in 0..ROUNDS {
        best = best.max(rate(setting, brokers, rows).await?);
    }
    Ok(best)
}

/// Rows a second of the pipeline, from the source to the acknowledgement.
async fn rate(setting: &Setting, brokers: &str, rows: &Rows) -> anyhow::Result<f64> {
    let mut running = setting.run(brokers, &rows::document("bench"), Box::new(Canned::new(rows)))?;
    let meter = Meter::new(rows.count);
    let rate = loop {
        meter.set(running.figures.progress().rows_total);
        if let Some(rate) = meter.rate() {
            break rate;
        }
        running.check().await?;
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    running.stop().await?;
    Ok(rate)
}

/// The TPC-C workload at 10,000 rows/s.
struct Workload {
    /// The worst second's p99.
    lag_ms: f64,
    rows_per_second: f64,
}

/// Seconds of warming up: the mock cluster tells no topic's limit, which is waited for.
const WARM: u32 = 4;
const MEASURED: u32 = 8;

async fn workload(setting: &Setting, mock: &cluster::Mock) -> anyhow::Result<Workload> {
    for model in tpcc::models() {
        make_mock_topic(mock, &format!("tidb_{}_{}", model.schema, model.name))?;
    }
    let mut document = rows::document("lag");
    document.changefeed.config.filter.rules = vec!["tpcc.*".to_owned(), "!tpcc.history".to_owned()];
    let router = rows::router(&document)?;
    let source = Box::new(tpcc::TpccSource::new(tpcc::TpccOptions {
        warehouses: 1,
        seed: 1,
        state_dir: setting.new_directory(),
        rate: tpcc::RateControl::new(10_000),
        wanted: Arc::new(move |schema, table| router.wants(schema, table)),
    }));
    let mut running = setting.run(&mock.bootstrap_servers(), &document, source)?;
    let second = async |running: &mut cluster::Running| {
        tokio::time::sleep(Duration::from_secs(1)).await;
        running.check().await?;
        running.figures.sample();
        anyhow::Ok(running.figures.progress())
    };
    for _ in 0..WARM {
        second(&mut running).await?;
    }
    let (began, before) = (Instant::now(), running.figures.progress().rows_total);
    let (mut worst, mut rows) = (0, before);
    for _ in 0..MEASURED {
        let progress = second(&mut running).await?;
        worst = worst.max(progress.now.lag_p99_ms.unwrap_or(u64::MAX));
        rows = progress.rows_total;
    }
    let rows_per_second = (rows - before) as f64 / began.elapsed().as_secs_f64();
    running.stop().await?;
    Ok(Workload { lag_ms: worst as f64, rows_per_second })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_that_was_disturbed_does_not_count() {
        let rounds = Rounds(vec![(100.0, 90.0), (10.0, 95.0), (90.0, 81.0)]);
        assert_eq!((rounds.best_first(), rounds.best_second(), rounds.ratio()), (100.0, 95.0, 0.9));
    }
}
