//! `status`, `pause`, `resume`, `remove`.

use super::{
    ABSENT, CANCELLED, FAILED, Place, apply, confirmed,
    desk::{Answer, Desk},
    nobody_to_ask, refused,
};
use crate::{command::show_finding, settings::DataDir};
use serde_json::json;
use shared::{
    Finding,
    api::{LaunchState, PartState, PipelineSummary},
};
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
pub struct RemoveArgs {
    #[command(flatten)]
    place: Place,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// Each part with what it does now.
///
/// # Errors
/// The document cannot be read, or the data directory not be opened.
pub async fn status(args: Args, data_dir: &DataDir) -> anyhow::Result<ExitCode> {
    let (name, desk) = (args.place.name()?, args.place.desk(data_dir).await?);
    let code = show_status(&args.place, &desk, &name).await.unwrap_or_else(|refusal| refused(&refusal, args.place.json));
    desk.close().await;
    Ok(code)
}

async fn show_status(place: &Place, desk: &Desk, name: &str) -> Answer<ExitCode> {
    let parts = desk.parts(name).await?;
    for part in &parts {
        if place.json {
            println!("{}", json!(part));
            continue;
        }
        let word = if part.state_text.is_empty() { String::new() } else { format!(" ({})", part.state_text) };
        println!("{:<40} {:<9} {}{word}", part.id, format!("{:?}", part.state).to_lowercase(), part.place);
        part.findings.iter().for_each(|finding| eprintln!("{}", show_finding(finding)));
    }
    if !place.json {
        // what the running studio's watcher remembers, and one look cannot see: that a part was there before
        let watched = desk.detail(name).await?.map(|detail| detail.summary.degraded).unwrap_or_default();
        let is_told = |finding: &Finding| parts.iter().any(|part| part.findings.iter().any(|told| told.code == finding.code));
        watched.iter().filter(|finding| !is_told(finding)).for_each(|finding| eprintln!("{}", show_finding(finding)));
    }
    let is_fine = |state| matches!(state, PartState::Running | PartState::Paused | PartState::Pending | PartState::Finished);
    Ok(match () {
        () if parts.iter().all(|part| part.state == PartState::Absent) => ExitCode::from(ABSENT),
        () if parts.iter().all(|part| is_fine(part.state)) => ExitCode::SUCCESS,
        () => ExitCode::from(FAILED),
    })
}

/// Pauses the changefeed; what reads its topics then has nothing to do.
///
/// # Errors
/// As [`status`].
pub async fn pause(args: Args, data_dir: &DataDir) -> anyhow::Result<ExitCode> {
    let (name, desk) = (args.place.name()?, args.place.desk(data_dir).await?);
    let done = desk.pause(&name).await;
    desk.close().await;
    Ok(shown(&args.place, done))
}

/// Goes on from the checkpoint.
///
/// # Errors
/// As [`status`].
pub async fn resume(args: Args, data_dir: &DataDir) -> anyhow::Result<ExitCode> {
    let (name, desk) = (args.place.name()?, args.place.desk(data_dir).await?);
    let done = resume_at(&desk, &name).await;
    desk.close().await;
    match done {
        Some(done) => Ok(shown(&args.place, done)),
        None => {
            eprintln!("error: the engine needs a process that stays: give a running studio's address as --studio");
            Ok(ExitCode::from(FAILED))
        }
    }
}

/// `None`: our own engine would end with this process.
async fn resume_at(desk: &Desk, name: &str) -> Option<Answer<PipelineSummary>> {
    let is_native = match desk.detail(name).await {
        Ok(Some(saved)) => saved.document.changefeed.target == shared::config::Target::Native,
        Ok(None) => false,
        Err(refusal) => return Some(Err(refusal)),
    };
    if is_native && !desk.has_engine() { None } else { Some(desk.resume(name).await) }
}

fn shown(place: &Place, done: Answer<PipelineSummary>) -> ExitCode {
    match done {
        Ok(summary) if place.json => println!("{}", json!({ "name": summary.name, "state": summary.state })),
        Ok(summary) => println!("{}: {}", summary.name, format!("{:?}", summary.state).to_lowercase()),
        Err(refusal) => return refused(&refusal, place.json),
    }
    ExitCode::SUCCESS
}

/// Takes the launch back, then forgets the pipeline.
///
/// # Errors
/// As [`status`].
pub async fn remove(args: RemoveArgs, data_dir: &DataDir) -> anyhow::Result<ExitCode> {
    let (name, desk) = (args.place.name()?, args.place.desk(data_dir).await?);
    let code = remove_at(&args, &desk, &name).await.unwrap_or_else(|refusal| refused(&refusal, args.place.json));
    desk.close().await;
    Ok(code)
}

async fn remove_at(args: &RemoveArgs, desk: &Desk, name: &str) -> Answer<ExitCode> {
    if desk.detail(name).await?.is_none() {
        eprintln!("error: there is no saved pipeline `{name}`");
        return Ok(ExitCode::from(ABSENT));
    }
    let report = match desk.report(name).await {
        Ok(report) => Some(report).filter(|report| report.state != LaunchState::Undone),
        Err(refusal) if refusal.is_absent => None,
        Err(refusal) => return Err(refusal),
    };
    if !args.place.json {
        println!("This removes the pipeline `{name}`: its document, checkpoint and sealed secrets.");
        for step in report.iter().flat_map(|report| report.steps.iter().rev()) {
            println!("- {}: {}", step.step.title, step.step.undo);
        }
    }
    match confirmed(args.yes, "Remove?") {
        Some(true) => {}
        Some(false) => return Ok(ExitCode::from(CANCELLED)),
        None => return Ok(nobody_to_ask()),
    }
    if report.is_some() {
        let code = apply::undo(&args.place, desk, name).await?;
        if code != ExitCode::SUCCESS {
            eprintln!("The pipeline stays, so that the rest can be undone.");
            return Ok(code);
        }
    }
    desk.forget(name).await?;
    if !args.place.json {
        println!("Removed.");
    }
    Ok(ExitCode::SUCCESS)
}
