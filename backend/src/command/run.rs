//! `run PIPELINE [--until-idle SECS]`: the engine, headless. Its checkpoint lives in the data directory under the
//! pipeline's name, so that a second call goes on where the first one ended.

use super::show_finding;
use crate::{
    engine::{
        figures::{Figures, Update},
        supervisor::Launch,
    },
    settings::DataDir,
    store::Store,
    studio::DEFAULT_MEMORY,
};
use shared::{
    api::{LogLevel, PipelineState, Progress},
    finding::has_errors,
};
use std::{io::Write, path::PathBuf, process::ExitCode, sync::Arc, time::Instant};
use tokio::sync::broadcast::error::RecvError;

#[derive(clap::Args)]
pub struct Args {
    /// Pipeline document (TOML).
    pipeline: PathBuf,
    /// End when nothing was acknowledged for this many seconds and nothing waits.
    #[arg(long, value_name = "SECS")]
    until_idle: Option<u64>,
    /// Progress and log as JSON, one object a line.
    #[arg(long)]
    json: bool,
}

/// # Errors
/// The document cannot be read, or the data directory not opened.
pub async fn run(args: Args, data_dir: &DataDir) -> anyhow::Result<ExitCode> {
    let mut document = super::read_pipeline(&args.pipeline)?;
    document.normalise();
    let findings = shared::config::validate(&document);
    if has_errors(&findings) {
        findings.iter().for_each(|f| eprintln!("{}", show_finding(f)));
        return Ok(ExitCode::FAILURE);
    }
    let store = Arc::new(Store::open(&data_dir.path())?);
    let figures = Arc::new(Figures::new(PipelineState::Starting, None));
    let mut updates = figures.subscribe();
    let launched = Launch { document, store, figures: Arc::clone(&figures), memory: DEFAULT_MEMORY }.start();

    // Nothing that was acknowledged before it ran tells of being idle.
    let mut running_since: Option<Instant> = None;
    let mut interrupted = std::pin::pin!(super::serve::interrupted());
    let failed = loop {
        let update = tokio::select! {
            update = updates.recv() => update,
            () = &mut interrupted => break false,
        };
        match update {
            Ok(Update::Log(entry)) => {
                if args.json {
                    say(&serde_json::json!({ "log": entry }));
                } else {
                    let level = match entry.level {
                        LogLevel::Info => "",
                        LogLevel::Warning => "warning: ",
                        LogLevel::Error => "error: ",
                    };
                    // As with `say`: nobody who hears us is no reason to stop.
                    let _ = writeln!(std::io::stderr(), "{level}{}", entry.text);
                }
            }
            Ok(Update::Progress(progress)) => {
                show(&progress, args.json);
                if progress.state == PipelineState::Failed {
                    if let Some(finding) = &progress.message {
                        let _ = writeln!(std::io::stderr(), "{}", show_finding(finding));
                    }
                    break true;
                }
                running_since = (progress.state == PipelineState::Running).then(|| running_since.unwrap_or_else(Instant::now));
                let runs_for = running_since.map_or(0, |since| since.elapsed().as_secs());
                let idle = args.until_idle.is_some_and(|limit| runs_for >= limit && figures.idle_for().as_secs() >= limit);
                if idle && progress.waiting_for_acks == 0 {
                    break false;
                }
            }
            Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => break false,
        }
    };
    launched.stop().await;
    show(&figures.progress(), args.json);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn show(progress: &Progress, json: bool) {
    if json {
        say(&serde_json::json!({ "progress": progress }));
        return;
    }
    let lag = progress.now.lag_p50_ms.map_or("-".to_owned(), |ms| format!("{ms} ms"));
    let checkpoint = progress.checkpoint.as_ref().map_or("-", |c| &c.position);
    say(&format_args!(
        "{:?}: {} rows, {:.0} rows/s, lag {lag}, {} waiting, checkpoint {checkpoint}",
        progress.state, progress.rows_total, progress.now.rows_per_second, progress.waiting_for_acks
    ));
}

/// A line of output. Unlike `println!` it does not panic when the output goes to a full disk: the rows matter more.
fn say(line: &dyn std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
