//! `/metrics`: the pipelines' figures in Prometheus' text format, read at each scrape.

use super::{AppState, error::Failure};
use ::metrics::{counter, gauge, with_local_recorder};
use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::PrometheusBuilder;
use shared::api::{PartStatus, PipelineState};

pub(super) async fn show_metrics(State(state): State<AppState>) -> Result<Response, Failure> {
    let summaries = state.studio.summaries().await?;
    let mut pipelines = Vec::with_capacity(summaries.len());
    for summary in summaries {
        let figures = state.studio.figures(&summary.name).await?;
        pipelines.push((summary, figures.progress(), figures.series()));
    }
    // A recorder of its own for each scrape: a pipeline that was removed leaves no series behind.
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    with_local_recorder(&recorder, || {
        for (summary, progress, series) in pipelines {
            let name = summary.name;
            let pipeline = || [("pipeline", name.clone())];
            let running = matches!(progress.state, PipelineState::Running);
            gauge!("changefeed_running", &pipeline()).set(if running { 1.0 } else { 0.0 });
            gauge!("changefeed_waiting_for_acks", &pipeline()).set(progress.waiting_for_acks as f64);
            counter!("changefeed_bytes_total", &pipeline()).absolute(progress.bytes_total);
            gauge!("changefeed_dead_letters_total", &pipeline()).set(progress.dead_letters as f64);
            gauge!("changefeed_errors_24h", &pipeline()).set(progress.errors_24h as f64);
            gauge!("changefeed_degraded", &pipeline()).set(if summary.degraded.is_empty() { 0.0 } else { 1.0 });
            state.studio.watched_parts(&name).iter().for_each(|part| record_part(&name, part));
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

/// A part of a launched pipeline as the watcher last saw it; figures that it could not get are left out.
fn record_part(pipeline: &str, part: &PartStatus) {
    let labels = || [("pipeline", pipeline.to_owned()), ("part", part.id.clone())];
    let state = serde_json::to_value(part.state).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
    let [of, which] = labels();
    gauge!("changefeed_part_state", &[of, which, ("state", state)]).set(1.0);
    if let Some(count) = part.dead_letters {
        gauge!("changefeed_part_dead_letters", &labels()).set(count as f64);
    }
    if let Some(count) = part.records_behind {
        gauge!("changefeed_part_records_behind", &labels()).set(count as f64);
    }
    for (name, lag) in
        [("changefeed_part_checkpoint_lag_seconds", part.checkpoint_lag_ms), ("changefeed_part_resolved_lag_seconds", part.resolved_lag_ms)]
    {
        if let Some(lag) = lag {
            gauge!(name, &labels()).set(lag as f64 / 1000.0);
        }
    }
}
