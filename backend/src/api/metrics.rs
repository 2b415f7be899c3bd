//! `/metrics`: the pipelines' figures in Prometheus' text format, read at each scrape.

use super::{AppState, error::Failure};
use ::metrics::{counter, gauge, with_local_recorder};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::PrometheusBuilder;
use shared::api::PipelineState;

pub(super) async fn show_metrics(State(state): State<AppState>) -> Result<Response, Failure> {
    let summaries = state.studio.summaries().await?;
    let mut pipelines = Vec::with_capacity(summaries.len());
    for summary in summaries {
        let figures = state.studio.figures(&summary.name).await?;
        pipelines.push((summary.name.clone(), figures.progress(), figures.series()));
    }
    // A recorder of its own for each scrape: a pipeline that was removed leaves no series behind.
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    with_local_recorder(&recorder, || {
        for (name, progress, series) in pipelines {
            let pipeline = || [("pipeline", name.clone())];
            let running = matches!(progress.state, PipelineState::Running);
            gauge!("changefeed_running", &pipeline()).set(if running { 1.0 } else { 0.0 });
            gauge!("changefeed_waiting_for_acks", &pipeline()).set(progress.waiting_for_acks as f64);
            counter!("changefeed_bytes_total", &pipeline()).absolute(progress.bytes_total);
            gauge!("changefeed_dead_letters_total", &pipeline()).set(progress.dead_letters as f64);
            gauge!("changefeed_errors_24h", &pipeline()).set(progress.errors_24h as f64);
            if let Some(lag) = progress.now.lag_p99_ms {
                gauge!("changefeed_lag_p99_seconds", &pipeline()).set(lag as f64 / 1000.0);
            }
            if let Some(checkpoint) = &progress.checkpoint {
                gauge!("changefeed_checkpoint_physical_seconds", &pipeline()).set(checkpoint.commit_ts.physical_ms() as f64 / 1000.0);
            }
            gauge!("changefeed_tables", &pipeline()).set(progress.tables_total as f64);
            for (table, rows, deletes) in series {
                let labels = [("pipeline", name.clone()), ("table", table)];
                counter!("changefeed_rows_total", &labels).absolute(rows);
                counter!("changefeed_deletes_total", &labels).absolute(deletes);
            }
        }
    });
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render()).into_response())
}
