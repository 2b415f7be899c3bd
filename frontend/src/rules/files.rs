//! The files and commands that a document becomes.

use shared::{
    config::Pipeline,
    render::{self, Secrets},
    sink_uri::SinkUri,
};

/// A file or command that the document becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefact {
    pub title: String,
    /// `None` for commands.
    pub file: Option<String>,
    pub text: String,
}

/// Everything that other tools want; secrets are references, placeholders or redacted.
pub fn artefacts(document: &Pipeline) -> Vec<Artefact> {
    let command = |title: &str, text: String| Artefact { title: title.to_owned(), file: None, text };
    let secrets = Secrets::placeholders();
    let commands = [
        command("Sink URI, secrets redacted", SinkUri::from_pipeline(document).redacted()),
        command("cdc cli", render::cdc_cli(document, secrets)),
        command("tiup ctl", render::tiup_ctl(document, secrets)),
    ];
    // The scripts hold the same commands again.
    let files = render::bundle(document, secrets).into_iter().filter(|(name, _)| !name.ends_with(".sh"));
    commands.into_iter().chain(files.map(|(name, text)| Artefact { title: name.clone(), file: Some(name), text })).collect()
}
