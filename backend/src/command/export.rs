//! `export PIPELINE --out DIR`: every file and command that the user's other tools want.

use crate::{
    settings::DataDir,
    store::{Store, resolve_outside},
};
use anyhow::{Context, bail};
use secrecy::ExposeSecret as _;
use shared::{config::Pipeline, render, secret::SecretRef};
use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    fs::{self, OpenOptions},
    io::Write as _,
    path::{Component, Path, PathBuf},
    process::ExitCode,
};

#[derive(clap::Args)]
pub struct Args {
    /// Pipeline document (TOML).
    pipeline: PathBuf,
    /// Directory for the files; made when it is not there.
    #[arg(long)]
    out: PathBuf,
    /// `reference`: placeholders, nothing secret in the files. `inline`: the values, files readable by their owner only.
    #[arg(long, value_enum, default_value = "reference")]
    secrets: SecretsMode,
    /// Replace files that are already there.
    #[arg(long)]
    overwrite: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum SecretsMode {
    Reference,
    Inline,
}

/// Writes the files and prints their names. Only inline export of a document with `store:` references opens the studio's data,
/// so that every other export works beside a running studio.
///
/// # Errors
/// The document cannot be read, a file is there already, the directory cannot be written, or the data is in use.
pub fn run(args: Args, data_dir: &DataDir) -> anyhow::Result<ExitCode> {
    let text = fs::read_to_string(&args.pipeline).with_context(|| format!("cannot read `{}`", args.pipeline.display()))?;
    let pipeline = match shared::config::parse(&text) {
        Ok(pipeline) => pipeline,
        Err(error) => {
            for finding in error.findings {
                eprintln!("error[{}] {}: {} {}", finding.code, finding.path, finding.message, finding.hint);
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    let store = (args.secrets == SecretsMode::Inline && needs_store(&pipeline)).then(|| Store::open(&data_dir.path())).transpose()?;
    let files = files(&pipeline, args.secrets, store.as_ref());
    write_all(&args.out, &files, args.secrets, args.overwrite)?;
    for (name, _) in &files {
        println!("{}", args.out.join(name).display());
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether a file holds a sealed secret. The source's password, say, is in none, and must not cost a running studio its data.
fn needs_store(pipeline: &Pipeline) -> bool {
    let needed = Cell::new(false);
    let ask = |_: &str, reference: &SecretRef| {
        needed.set(needed.get() || matches!(reference, SecretRef::Store(_)));
        None
    };
    let _ = render::bundle(pipeline, render::Secrets::inline(&ask));
    needed.get()
}

fn files(pipeline: &Pipeline, mode: SecretsMode, store: Option<&Store>) -> Vec<(String, String)> {
    // each file asks for its secrets anew; once is enough to be told
    let told = RefCell::new(BTreeSet::new());
    let resolve = |path: &str, reference: &SecretRef| {
        let value = store.map_or_else(|| resolve_outside(reference), |store| store.resolve(reference));
        if let Err(error) = &value
            && told.borrow_mut().insert(path.to_owned())
        {
            eprintln!("warning: {path}: {error}; a placeholder stands for the secret");
        }
        value.ok().map(|value| value.expose_secret().to_owned())
    };
    match mode {
        SecretsMode::Reference => render::bundle(pipeline, render::Secrets::placeholders()),
        SecretsMode::Inline => render::bundle(pipeline, render::Secrets::inline(&resolve)),
    }
}

/// All files or, when one is there already, none.
fn write_all(out: &Path, files: &[(String, String)], mode: SecretsMode, overwrite: bool) -> anyhow::Result<()> {
    fs::create_dir_all(out).with_context(|| format!("cannot make the directory `{}`", out.display()))?;
    if !overwrite && let Some((name, _)) = files.iter().find(|(name, _)| out.join(name).exists()) {
        bail!("`{}` is there already; give --overwrite to replace it, or another directory", out.join(name).display());
    }
    for (name, text) in files {
        write(out, name, text, mode).with_context(|| format!("cannot write `{}`", out.join(name).display()))?;
    }
    Ok(())
}

/// Through a temporary file beside it, so that nobody reads half a file and a full disk leaves the old one.
fn write(out: &Path, name: &str, text: &str, mode: SecretsMode) -> std::io::Result<()> {
    // Names in a document become names of files: none may lead out of the directory.
    if !Path::new(name).components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, "the name leads out of the directory"));
    }
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    fs::create_dir_all(out.join(folder))?;
    let temporary = out.join(folder).join(format!(".{file}.partial"));
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(permissions(name, mode));
    }
    // a left-over of an interrupted export would keep its own permissions
    let _ = fs::remove_file(&temporary);
    let written = options.open(&temporary).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let done = written.and_then(|()| fs::rename(&temporary, out.join(name)));
    if done.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    done
}

fn permissions(name: &str, mode: SecretsMode) -> u32 {
    let for_owner = if name.ends_with(".sh") { 0o700 } else { 0o600 };
    match mode {
        SecretsMode::Inline => for_owner,
        SecretsMode::Reference if name.ends_with(".sh") => 0o755,
        SecretsMode::Reference => 0o644,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn pipeline() -> Pipeline {
        shared::config::parse("version = 1\nname = \"p\"\n[kafka]\nbrokers = [\"h:1\"]\ntopic = \"t\"\n[kafka.params]\nsasl-mechanism = \"plain\"\nsasl-user = \"u\"\nsasl-password = \"hidden+1\"\n").unwrap()
    }

    #[test]
    fn references_leave_no_secret_in_any_file() {
        assert!(files(&pipeline(), SecretsMode::Reference, None).iter().all(|(_, text)| !text.contains("hidden")));
        let inline = files(&pipeline(), SecretsMode::Inline, None);
        assert!(inline.iter().any(|(_, text)| text.contains("sasl-password=hidden%2B1")));
    }

    #[test]
    fn inline_files_have_the_values_of_sealed_secrets_too() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        let mut sealed = pipeline();
        assert!(!needs_store(&sealed));
        sealed.source.password.0 = "store:in-no-file".to_owned();
        assert!(!needs_store(&sealed), "no file has the source's password");
        assert!(store.seal_inline(&mut sealed).unwrap() && needs_store(&sealed));
        let has_value = |files: &[(String, String)]| files.iter().any(|(_, text)| text.contains("sasl-password=hidden%2B1"));
        assert!(has_value(&files(&sealed, SecretsMode::Inline, Some(&store))));
        assert!(!has_value(&files(&sealed, SecretsMode::Inline, None)));
        assert!(files(&sealed, SecretsMode::Reference, Some(&store)).iter().all(|(_, text)| !text.contains("hidden")));
    }

    #[test]
    fn a_files_name_cannot_lead_out_of_the_directory() {
        let out = tempfile::tempdir().unwrap();
        write(out.path(), "connectors/a.json", "{}", SecretsMode::Inline).unwrap();
        assert_eq!(fs::read_to_string(out.path().join("connectors/a.json")).unwrap(), "{}");
        for name in ["../a", "/tmp/a", "connectors/../../a", ""] {
            assert!(write(out.path(), name, "", SecretsMode::Reference).is_err(), "{name}");
        }
    }

    #[test]
    fn files_are_not_replaced_silently() {
        let out = tempfile::tempdir().unwrap();
        let files = files(&pipeline(), SecretsMode::Inline, None);
        write_all(out.path(), &files, SecretsMode::Inline, false).unwrap();
        let refused = write_all(out.path(), &files, SecretsMode::Inline, false).unwrap_err();
        assert!(refused.to_string().contains("--overwrite"), "{refused}");
        write_all(out.path(), &files, SecretsMode::Inline, true).unwrap();
        let names: Vec<_> = fs::read_dir(out.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), files.len(), "no partial file is left: {names:?}");
    }

    #[cfg(unix)]
    #[test]
    fn files_with_secrets_are_for_their_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let out = tempfile::tempdir().unwrap();
        write_all(out.path(), &files(&pipeline(), SecretsMode::Inline, None), SecretsMode::Inline, false).unwrap();
        for entry in fs::read_dir(out.path()).unwrap() {
            let mode = entry.unwrap().metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{mode:o}");
        }
    }
}
