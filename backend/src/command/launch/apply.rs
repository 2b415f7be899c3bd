//! `apply PIPELINE`: from a document to running, or back.

use super::{
    ABSENT, CANCELLED, FAILED, Place, confirmed,
    desk::{Answer, Desk},
    nobody_to_ask, refused, show,
};
use crate::{command::serve::interrupted, settings::DataDir};
use shared::{
    api::{LaunchReport, LaunchState, PipelineState},
    config::{Pipeline, Target},
    finding::has_errors,
};
use std::{process::ExitCode, time::Duration};

/// How often the launch is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(300);

#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    place: Place,
    /// Only print the steps, with the commands that do the same by hand.
    #[arg(long)]
    plan: bool,
    /// Take back what the last launch made.
    #[arg(long, conflicts_with = "plan")]
    undo: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// # Errors
/// The document cannot be read, or the data directory not be opened.
pub async fn run(args: Args, data_dir: &DataDir) -> anyhow::Result<ExitCode> {
    let document = args.place.document()?;
    if let (true, Some(document)) = (args.plan, &document) {
        return Ok(print_plan(aimed(document.clone(), &args), &args));
    }
    let desk = args.place.desk(data_dir).await?;
    let code = Box::pin(apply(&args, &desk, document)).await.unwrap_or_else(|refusal| refused(&refusal, args.place.json));
    desk.close().await;
    Ok(code)
}

fn aimed(mut document: Pipeline, args: &Args) -> Pipeline {
    if let Some(target) = args.place.target {
        document.changefeed.target = target.into();
    }
    document
}

fn print_plan(document: Pipeline, args: &Args) -> ExitCode {
    let plan = shared::launch::plan(&document, &[]);
    show::plan(&plan, args.place.json);
    if has_errors(&plan.findings) { ExitCode::from(FAILED) } else { ExitCode::SUCCESS }
}

async fn apply(args: &Args, desk: &Desk, document: Option<Pipeline>) -> Answer<ExitCode> {
    let name = document.as_ref().map_or(&args.place.pipeline, |document| &document.name).clone();
    let saved = desk.detail(&name).await?;
    if args.undo {
        desk.undo(&name).await?;
        return follow(args, desk, &name).await;
    }
    let Some(document) = document.or_else(|| saved.as_ref().map(|saved| saved.document.clone())) else {
        eprintln!("error: there is no file and no saved pipeline `{name}`");
        return Ok(ExitCode::from(ABSENT));
    };
    let document = aimed(document, args);
    let plan = shared::launch::plan(&document, &[]);
    if args.plan || has_errors(&plan.findings) {
        return Ok(print_plan(document, args));
    }
    if document.changefeed.target == Target::Native && !desk.has_engine() {
        desk.save(document, saved.is_none()).await?;
        eprintln!(
            "Saved as `{name}`, and not started: the engine needs a process that stays. `changefeed-studio serve` and then \
             `apply {name} --studio URL` launch it all; `changefeed-studio run` runs the changefeed alone."
        );
        return Ok(ExitCode::from(ABSENT));
    }
    if !args.place.json {
        plan.steps.iter().enumerate().for_each(|(i, step)| println!("{}. {} ({})", i + 1, step.title, step.place));
    }
    match confirmed(args.yes, "Launch?") {
        Some(true) => {}
        Some(false) => return Ok(ExitCode::from(CANCELLED)),
        None => return Ok(nobody_to_ask()),
    }
    let target = document.changefeed.target;
    let moves = saved.as_ref().is_some_and(|saved| {
        saved.summary.state != PipelineState::Draft
            && saved.document.changefeed.target != target
            && saved.document.changefeed.target != Target::Export
    });
    if moves {
        // the document is saved with its new target by the move itself, when the other engine has taken over
        desk.move_to(&name, target).await?;
    } else {
        desk.save(document, saved.is_none()).await?;
        desk.launch(&name).await?;
    }
    follow(args, desk, &name).await
}

/// Prints what happens until it is over. Ctrl-C cancels, and says what remains.
async fn follow(args: &Args, desk: &Desk, name: &str) -> Answer<ExitCode> {
    let mut last: Option<LaunchReport> = None;
    let mut interrupted = std::pin::pin!(interrupted());
    let mut is_cancelled = false;
    loop {
        let report = desk.report(name).await?;
        show::changes(last.as_ref(), &report, args.place.json);
        let state = report.state;
        last = Some(report);
        if !matches!(state, LaunchState::Running | LaunchState::Undoing) {
            break;
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = &mut interrupted, if !is_cancelled => {
                is_cancelled = true;
                if state == LaunchState::Undoing {
                    eprintln!("An undo is not cancelled: half of it would help nobody.");
                } else {
                    eprintln!("Cancelling; an act that is going on comes to its end first.");
                    // It may have ended by itself meanwhile, which the next look shows.
                    let _ = desk.cancel(name).await;
                }
            }
        }
    }
    let Some(report) = last else { return Ok(ExitCode::from(ABSENT)) };
    show::end(&report, &args.place.pipeline, args.place.json);
    Ok(match report.state {
        LaunchState::Done | LaunchState::Undone => ExitCode::SUCCESS,
        LaunchState::Cancelled => ExitCode::from(CANCELLED),
        _ => ExitCode::from(FAILED),
    })
}

/// For `remove`: the undo of its launch, printed.
pub(super) async fn undo(place: &Place, desk: &Desk, name: &str) -> Answer<ExitCode> {
    desk.undo(name).await?;
    let args = Args { place: place.clone(), plan: false, undo: true, yes: true };
    follow(&args, desk, name).await
}
