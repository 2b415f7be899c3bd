//! `explain [FILE]`: what an error or a log of TiCDC, Kafka, the registry, Connect or a sink means, and what to do about it.

use anyhow::Context;
use shared::explain::{self, Explanation};
use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

#[derive(clap::Args)]
pub struct Args {
    /// Text with the error; `-` is the standard input.
    #[arg(default_value = "-")]
    file: PathBuf,
    /// One JSON array.
    #[arg(long)]
    json: bool,
}

/// Prints what is known, best first. Exit 1 when nothing in the text is known.
///
/// # Errors
/// The text cannot be read.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    let explanations = explain::explain(&read(&args.file)?);
    if args.json {
        println!("{}", serde_json::Value::Array(explanations.iter().map(as_json).collect()));
    } else if explanations.is_empty() {
        eprintln!("nothing in the text is known");
    } else {
        explanations.iter().for_each(|one| print!("{}", show(one)));
    }
    Ok(if explanations.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Logs may hold any bytes.
fn read(file: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes).map(drop)
    } else {
        fs::read(file).map(|content| bytes = content)
    };
    read.with_context(|| format!("cannot read `{}`", file.display()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn show(one: &Explanation) -> String {
    let field = if one.path.is_empty() { String::new() } else { format!("  field  {}\n", one.path) };
    format!("{}: {}\n  said   {}\n  cause  {}\n  fix    {}\n{field}", one.system.name(), one.title, one.quote, one.cause, one.fix)
}

fn as_json(one: &Explanation) -> serde_json::Value {
    serde_json::json!({
        "system": one.system.name(),
        "title": one.title,
        "code": one.code,
        "cause": one.cause,
        "fix": one.fix,
        "path": one.path,
        "quote": one.quote,
    })
}
