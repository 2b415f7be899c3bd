//! Logs. (Metrics are read from the pipelines' figures at each scrape: `api/metrics.rs`.)

use tracing_subscriber::EnvFilter;

/// What is logged unless `RUST_LOG` says otherwise: our own words, and only the trouble of others.
const DEFAULT_FILTER: &str = "warn,backend=info,changefeed_studio=info,tansu=error,tansu_broker=error,tansu_storage=error";

/// Logs go to standard error: standard output belongs to a command's answer.
pub fn init_logs() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(DEFAULT_FILTER));
    // A second call (tests) finds a subscriber in place, which is fine.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false).compact().try_init();
}
