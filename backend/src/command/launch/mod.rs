//! `apply`, `status`, `pause`, `resume`, `remove`: launch and operate from a terminal or a script, with the same steps and findings
//! as the page. `docs/LAUNCH.md` lists the exit codes.

pub mod apply;
mod desk;
pub mod operate;
mod show;

use crate::{command::read_pipeline, settings::DataDir};
use anyhow::Context as _;
use desk::{Desk, Refusal};
use shared::config::{Pipeline, Target};
use std::{
    io::{BufRead as _, IsTerminal as _, Write as _},
    path::Path,
    process::ExitCode,
};

/// Findings that prevent it, or something failed.
const FAILED: u8 = 1;
/// As clap: the call itself is not right.
const USAGE: u8 = 2;
/// There is no such pipeline, it was not launched, or nothing of it is there.
const ABSENT: u8 = 3;
/// A person cancelled.
const CANCELLED: u8 = 4;

/// Which pipeline, and where the studio is that has it.
#[derive(clap::Args, Clone, Debug)]
pub struct Place {
    /// Pipeline document (TOML), or the name of a saved pipeline.
    pipeline: String,
    /// Let a running studio do it, e.g. `http://127.0.0.1:7070`, instead of this process on the data directory.
    /// A token is taken from the environment variable CHANGEFEED_STUDIO_TOKEN.
    #[arg(long, env = "CHANGEFEED_STUDIO_URL", value_name = "URL")]
    studio: Option<String>,
    /// Who runs the changefeed, whatever the document says.
    #[arg(long, value_enum)]
    target: Option<TargetWord>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum TargetWord {
    Native,
    Ticdc,
}

impl From<TargetWord> for Target {
    fn from(word: TargetWord) -> Self {
        match word {
            TargetWord::Native => Self::Native,
            TargetWord::Ticdc => Self::Ticdc,
        }
    }
}

impl Place {
    /// The document of the file, when it is one; else the argument is a saved pipeline's name.
    fn document(&self) -> anyhow::Result<Option<Pipeline>> {
        let path = Path::new(&self.pipeline);
        if !path.exists() && !self.pipeline.ends_with(".toml") {
            return Ok(None);
        }
        let mut document = read_pipeline(path)?;
        document.normalise();
        Ok(Some(document))
    }

    fn name(&self) -> anyhow::Result<String> {
        Ok(self.document()?.map_or_else(|| self.pipeline.clone(), |document| document.name))
    }

    async fn desk(&self, data_dir: &DataDir) -> anyhow::Result<Desk> {
        match &self.studio {
            Some(url) => Desk::there(url),
            None => Desk::here(&data_dir.path())
                .await
                .context("the data directory cannot be used; with a studio running, give its address as --studio"),
        }
    }
}

/// Tells why something was refused, and the exit code for it.
fn refused(refusal: &Refusal, json: bool) -> ExitCode {
    if json {
        println!("{}", serde_json::json!({ "error": refusal.message, "findings": refusal.findings }));
    } else {
        eprintln!("error: {}", refusal.message);
        refusal.findings.iter().for_each(|finding| eprintln!("{}", super::show_finding(finding)));
    }
    ExitCode::from(if refusal.is_absent { ABSENT } else { FAILED })
}

/// Asks a person; a script has to say `--yes`. `None`: there is nobody to ask.
fn confirmed(yes: bool, question: &str) -> Option<bool> {
    if yes {
        return Some(true);
    }
    if !std::io::stdin().is_terminal() {
        return None;
    }
    print!("{question} [y/N] ");
    std::io::stdout().flush().ok()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).ok()?;
    Some(matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn nobody_to_ask() -> ExitCode {
    eprintln!("error: there is no terminal to ask at; give --yes to go on without asking");
    ExitCode::from(USAGE)
}
