//! A pipeline in a few words.

use crate::{engine::figures::Figures, store::PipelineRecord};
use shared::{
    Finding,
    api::PipelineSummary,
    config::{Pipeline, SourceKind},
};

pub(super) fn summary(record: &PipelineRecord, figures: Option<&Figures>, degraded: Vec<Finding>) -> PipelineSummary {
    let (state, message) = figures.map_or((record.state, record.message.clone()), Figures::state);
    let (rows_per_second, lag_ms, spark) = figures.map(Figures::summary).unwrap_or_default();
    PipelineSummary {
        name: record.document.name.clone(),
        source: source(&record.document),
        target: target(&record.document),
        state,
        message,
        rows_per_second,
        lag_ms,
        spark,
        degraded,
    }
}

fn source(document: &Pipeline) -> String {
    let source = &document.source;
    match source.kind {
        SourceKind::Tpcc => match source.warehouses.unwrap_or(1) {
            1 => "TPC-C workload · 1 warehouse".to_owned(),
            n => format!("TPC-C workload · {n} warehouses"),
        },
        // The URL's user is no secret, but says nothing here; a password would have been moved out on save.
        SourceKind::Mysql => format!("MySQL {}", authority(&source.url)),
        SourceKind::Tidb => format!("TiDB {}", source.pd.first().map_or("", |url| authority(url))),
    }
}

fn authority(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    rest.split(['/', '?']).next().unwrap_or(rest)
}

fn target(document: &Pipeline) -> String {
    match document.kafka.brokers.as_slice() {
        [] => "no broker yet".to_owned(),
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}
