//! `import FILE... [--out PIPELINE]`: recognises pasted material, says what it understood, and fills a document with it.

use super::{read_pipeline, show_finding};
use crate::{settings::DataDir, store::Store};
use anyhow::Context;
use serde_json::json;
use shared::{
    Finding,
    config::{self, Pipeline},
    finding::has_errors,
    import::{self, KeySlot, Kind, Understood},
    render,
};
use std::{
    fs::{self, OpenOptions},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

#[derive(clap::Args)]
pub struct Args {
    /// Key files, client.properties, sink URIs, commands, changefeed TOML, connector JSON, Terraform, SQL; `-` is the standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Document to fill; made when it is not there.
    #[arg(long)]
    out: Option<PathBuf>,
    /// `reference`: `env:NAME`, the names are printed. `seal`: into the studio's store. `inline`: the values, in a file readable by
    /// its owner only.
    #[arg(long, value_enum, default_value = "reference")]
    secrets: SecretsMode,
    /// What an API key opens of which the text does not say it.
    #[arg(long, value_enum)]
    slot: Option<Slot>,
    /// One JSON object: what was understood, and the findings.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Slot {
    Kafka,
    Registry,
    Cloud,
    Ksqldb,
}

impl From<Slot> for KeySlot {
    fn from(slot: Slot) -> Self {
        match slot {
            Slot::Kafka => Self::Kafka,
            Slot::Registry => Self::Registry,
            Slot::Cloud => Self::Cloud,
            Slot::Ksqldb => Self::Ksqldb,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum SecretsMode {
    Reference,
    Seal,
    Inline,
}

/// Prints what each file is. Exit 1 when one was not recognised or could not be applied; the document is then not written.
///
/// # Errors
/// A file cannot be read or written, or the studio's data is in use.
pub fn run(args: Args, data_dir: &DataDir) -> anyhow::Result<ExitCode> {
    let (mut names, mut understood) = (Vec::new(), Vec::new());
    for file in &args.files {
        for one in import::recognise_all(&read(file)?) {
            names.push(file.display().to_string());
            understood.push(one);
        }
    }
    let mut document = match &args.out {
        Some(out) if out.exists() => read_pipeline(out)?,
        out => import::fresh(&understood, &name_of(out.as_deref())),
    };
    let mut findings: Vec<Finding> = understood.iter().flat_map(|one| one.findings.iter().cloned()).collect();
    findings.extend(import::apply_all(&understood, args.slot.map(KeySlot::from), &mut document));
    let failed = has_errors(&findings) || understood.iter().any(|one| one.kind == Kind::Unknown);
    if args.json {
        println!("{}", as_json(&names, &understood, &findings));
    } else {
        names.iter().zip(&understood).for_each(|(file, one)| print!("{}", show(file, one)));
        findings.iter().for_each(|finding| eprintln!("{}", show_finding(finding)));
    }
    match &args.out {
        Some(out) if failed => eprintln!("`{}` was not written", out.display()),
        Some(out) => save(out, document, args.secrets, data_dir)?,
        None => {}
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A new document is called as its file.
fn name_of(out: Option<&Path>) -> String {
    out.and_then(Path::file_stem).map(|stem| stem.to_string_lossy().replace(['_', '.', ' '], "-")).unwrap_or_default()
}

fn read(file: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes).map(|_| ())
    } else {
        fs::read(file).map(|content| bytes = content)
    };
    read.with_context(|| format!("cannot read `{}`", file.display()))?;
    String::from_utf8(bytes).with_context(|| format!("`{}` is not text in UTF-8", file.display()))
}

fn show(file: &str, understood: &Understood) -> String {
    let mut text = format!("{file}: {}\n", understood.title);
    for fact in &understood.facts {
        let place = if fact.path.is_empty() { String::new() } else { format!("  -> {}", fact.path) };
        text.push_str(&format!("  {}: {}{place}\n", fact.label, fact.value));
    }
    text
}

fn as_json(names: &[String], understood: &[Understood], findings: &[Finding]) -> serde_json::Value {
    let part = |(file, one): (&String, &Understood)| json!({ "file": file, "kind": one.kind, "title": one.title, "facts": one.facts });
    let parts = names.iter().zip(understood).map(part);
    json!({ "understood": parts.collect::<Vec<_>>(), "findings": findings })
}

/// Through a temporary file, so that a full disk leaves the old document.
fn save(out: &Path, mut document: Pipeline, mode: SecretsMode, data_dir: &DataDir) -> anyhow::Result<()> {
    match mode {
        SecretsMode::Inline => {}
        SecretsMode::Seal => {
            Store::open(&data_dir.path())?.seal_inline(&mut document)?;
        }
        SecretsMode::Reference => {
            let named = render::with_references(&document);
            for (path, name) in render::new_references(&document) {
                eprintln!("{path}: set the environment variable {name}");
            }
            document = named;
        }
    }
    let temporary = out.with_extension("partial");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(if mode == SecretsMode::Inline { 0o600 } else { 0o644 });
    }
    let _ = fs::remove_file(&temporary);
    let written = options
        .open(&temporary)
        .and_then(|mut file| file.write_all(config::render(&document).as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, out));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.with_context(|| format!("cannot write `{}`", out.display()))?;
    eprintln!("wrote `{}`", out.display());
    Ok(())
}
