//! `check PIPELINE [--connect]`: findings; exit 1 when any is an error.

use super::show_finding;
use crate::{settings::DataDir, store::Store, studio};
use anyhow::Context;
use std::{path::PathBuf, process::ExitCode, sync::Arc};

#[derive(clap::Args)]
pub struct Args {
    /// Pipeline document (TOML).
    pipeline: PathBuf,
    /// Also try source, brokers and registry for real.
    #[arg(long)]
    connect: bool,
    /// One JSON array of findings.
    #[arg(long)]
    json: bool,
}

/// # Errors
/// The file cannot be read, or (with `--connect`) the data directory not opened.
pub async fn run(args: Args, data_dir: &DataDir) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(&args.pipeline).with_context(|| format!("cannot read `{}`", args.pipeline.display()))?;
    let findings = match shared::config::parse(&text) {
        Err(error) => error.findings,
        Ok(document) if args.connect => {
            let store = Arc::new(Store::open(&data_dir.path())?);
            studio::check(&store, document, true).await
        }
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
