//! Logs. (Metrics are read from the pipelines' figures at each scrape: `api/metrics.rs`.)

use tracing_subscriber::EnvFilter;

/// What is logged unless `RUST_LOG` says otherwise: our own words, and only the trouble of others. Of the Kafka client,
/// whose faults we tell in our own words, nothing: it calls the end of a partition an error.
const DEFAULT_FILTER: &str = "warn,backend=info,changefeed_studio=info,rdkafka=off";

/// Logs go to standard error: standard output belongs to a command's answer.
pub fn init_logs() {
    // A log on a full disk must not take the pipelines along: telling of it on standard error would panic.
    let logs = tracing_subscriber::fmt().log_internal_errors(false);
    // A second call (tests) finds a subscriber in place, which is fine.
    let _ = logs.with_env_filter(filter()).with_writer(std::io::stderr).with_target(false).compact().try_init();
}

fn filter() -> EnvFilter {
    let chosen = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    // Whatever was chosen: the embedded broker's parts would write keys and values of records into the log.
    #[cfg(feature = "playground")]
    let chosen = crate::embedded::broker::LOG_DIRECTIVES
        .iter()
        .fold(chosen, |filter, directive| filter.add_directive(directive.parse().expect("the broker's directives are well formed")));
    chosen
}
