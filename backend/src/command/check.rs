//! `check PIPELINE [--connect]`: findings, or a whole preflight; exit 1 when any is an error.

use super::show_finding;
use crate::{settings::DataDir, store::Store, studio};
use anyhow::Context;
use shared::{
    api::{CheckState, PreflightCheck, PreflightVerdict},
    config::Pipeline,
};
use std::{path::PathBuf, process::ExitCode, sync::Arc};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

#[derive(clap::Args)]
pub struct Args {
    /// Pipeline document (TOML).
    pipeline: PathBuf,
    /// Also try every system that the document names, step by step; Ctrl-C stops it.
    #[arg(long)]
    connect: bool,
    /// One JSON array of findings; with `--connect` one line `{"check":…}` for every change of a step, at last `{"verdict":…}`.
    #[arg(long)]
    json: bool,
}

/// # Errors
/// The file cannot be read, or (with `--connect`) the data directory not opened.
pub async fn run(args: Args, data_dir: &DataDir) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(&args.pipeline).with_context(|| format!("cannot read `{}`", args.pipeline.display()))?;
    let findings = match shared::config::parse(&text) {
        Err(error) => error.findings,
        Ok(document) if args.connect => return connect(document, args.json, data_dir).await,
        Ok(mut document) => {
            document.normalise();
            shared::config::validate(&document)
        }
    };
    if args.json {
        println!("{}", serde_json::to_string(&findings)?);
    } else {
        findings.iter().for_each(|f| println!("{}", show_finding(f)));
        if findings.is_empty() {
            println!("no findings");
        }
    }
    Ok(if shared::finding::has_errors(&findings) { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn connect(document: Pipeline, json: bool, data_dir: &DataDir) -> anyhow::Result<ExitCode> {
    let store = Arc::new(Store::open(&data_dir.path())?);
    let (out, mut lines) = mpsc::channel::<PreflightCheck>(studio::PREFLIGHT_QUEUE);
    let stop = CancellationToken::new();
    let print = async {
        while let Some(check) = lines.recv().await {
            if json {
                println!("{}", serde_json::json!({ "check": check }));
            } else if check.took_ms.is_some() {
                println!("{}", show_check(&check));
            }
        }
    };
    let work = async {
        let mut work = Box::pin(studio::preflight_sealed(&store, document, out, stop.clone()));
        tokio::select! {
            verdict = &mut work => verdict,
            _ = tokio::signal::ctrl_c() => {
                stop.cancel();
                work.await
            }
        }
    };
    let (verdict, ()) = tokio::join!(work, print);
    if json {
        println!("{}", serde_json::json!({ "verdict": verdict }));
    } else {
        println!("{}", show_verdict(&verdict));
    }
    Ok(if verdict.failed > 0 || verdict.cancelled { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A step that is over, its findings indented below it.
fn show_check(check: &PreflightCheck) -> String {
    let state = match check.state {
        CheckState::Ok => "ok",
        CheckState::Warning => "warning",
        CheckState::Failed => "failed",
        CheckState::Skipped => "skipped",
        CheckState::Waiting | CheckState::Running => "running",
    };
    let detail = if check.detail.is_empty() { String::new() } else { format!(": {}", check.detail) };
    let mut text = format!("{state:<8}{} · {}{detail}", check.subject, check.title);
    for finding in &check.findings {
        text.push_str("\n        ");
        text.push_str(&show_finding(finding).replace('\n', "\n        "));
    }
    text
}

fn show_verdict(verdict: &PreflightVerdict) -> String {
    let PreflightVerdict { ok, warnings, failed, skipped, cancelled } = verdict;
    let stopped = if *cancelled { ", stopped before its end" } else { "" };
    format!("{ok} ok, {warnings} with warnings, {failed} failed, {skipped} skipped{stopped}")
}
