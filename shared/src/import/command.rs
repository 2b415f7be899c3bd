//! Commands that create a changefeed: `cdc cli`, `tiup cdc`, `tiup ctl`, `curl` to the Open API; and the files that a script writes.

use super::change::{Change, Slot};
use super::reading::Reading;
use super::shell::{Command, commands};
use super::understood::{Kind, Understood};
use super::{MOST_PARTS, client, document, json, sql, uri};
use crate::Finding;

/// The commands of a text that concern us, and the files in its here-documents.
pub(super) fn recognise(text: &str) -> Option<Vec<Understood>> {
    if !["changefeed", "curl"].iter().any(|word| text.contains(word)) {
        return None;
    }
    let commands = commands(text);
    let files: Vec<&str> =
        commands.iter().filter(|command| command.here.is_some()).filter_map(|command| command.output.as_deref()).collect();
    let mut found = Vec::new();
    let mut has_command = false;
    for command in &commands {
        if let Some(understood) = changefeed_command(command, &files).or_else(|| curl(command)) {
            has_command = true;
            found.push(understood);
        } else if let Some(text) = &command.here {
            found.extend(file(text).unwrap_or_default());
        }
        if found.len() > MOST_PARTS {
            break;
        }
    }
    has_command.then_some(found)
}

/// A file in a here-document.
fn file(text: &str) -> Option<Vec<Understood>> {
    json::recognise(text).or_else(|| document::recognise_toml(text)).or_else(|| sql::recognise(text)).or_else(|| client::recognise(text))
}

fn base_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// The arguments of `cdc`, however it is called, with the version that TiUP is asked for.
struct Call<'c> {
    kind: Kind,
    version: &'c str,
    arguments: &'c [String],
}

fn call(words: &[String]) -> Option<Call<'_>> {
    // `sudo`, `docker exec …`, `kubectl exec … --` may stand before
    let at = words.iter().position(|word| ["cdc", "tiup"].contains(&base_name(word)))?;
    let arguments = &words[at + 1..];
    if base_name(&words[at]) == "cdc" {
        return Some(Call { kind: Kind::CdcCli, version: "", arguments });
    }
    let at = arguments.iter().position(|word| ["ctl", "cdc"].contains(&word.split(':').next().unwrap_or_default()))?;
    let (component, version) = arguments[at].split_once(':').unwrap_or((&arguments[at], ""));
    let rest = &arguments[at + 1..];
    match component {
        "ctl" => {
            rest.split_first().filter(|(first, _)| *first == "cdc").map(|(_, rest)| Call { kind: Kind::TiupCtl, version, arguments: rest })
        }
        _ => Some(Call { kind: Kind::CdcCli, version, arguments: rest }),
    }
}

/// Options of `cdc cli changefeed create`, and whether a value follows. Source: `pingcap/ticdc` cmd/cdc/cli.
const OPTIONS: [(&str, bool); 27] = [
    ("changefeed-id", true),
    ("sink-uri", true),
    ("schema-registry", true),
    ("config", true),
    ("start-ts", true),
    ("target-ts", true),
    ("server", true),
    ("pd", true),
    ("upstream-pd", true),
    ("upstream-ca", true),
    ("upstream-cert", true),
    ("upstream-key", true),
    ("keyspace", true),
    ("namespace", true),
    ("tz", true),
    ("sort-engine", true),
    ("sort-dir", true),
    ("ca", true),
    ("cert", true),
    ("key", true),
    ("user", true),
    ("password", true),
    ("log-level", true),
    ("no-confirm", false),
    ("disable-gc-check", false),
    ("interact", false),
    ("verbose", false),
];

const SHORT: [(char, &str); 5] = [('c', "changefeed-id"), ('k', "keyspace"), ('n', "namespace"), ('i', "interact"), ('v', "verbose")];

/// Options of one command that are looked at.
const MOST_OPTIONS: usize = 64;

/// Options in order, and the words that are none.
#[derive(Default)]
struct Arguments {
    options: Vec<(String, String)>,
    words: Vec<String>,
}

impl Arguments {
    /// As Go's pflag reads them: `--name=value`, `--name value`, `-c value`, `-c=value`, `-cvalue`.
    fn of(words: &[String]) -> Self {
        let mut read = Self::default();
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            let (name, attached) = if let Some(long) = word.strip_prefix("--") {
                long.split_once('=').map_or((long.to_owned(), None), |(name, value)| (name.to_owned(), Some(value.to_owned())))
            } else if let Some(short) = word.strip_prefix('-').filter(|short| !short.is_empty()) {
                let mut chars = short.chars();
                let letter = chars.next().unwrap_or_default();
                let name = SHORT.iter().find(|(own, _)| *own == letter).map_or_else(|| letter.to_string(), |(_, name)| (*name).to_owned());
                let rest = chars.as_str();
                (name, (!rest.is_empty()).then(|| rest.strip_prefix('=').unwrap_or(rest).to_owned()))
            } else {
                read.words.push(word.clone());
                continue;
            };
            let known = OPTIONS.iter().find(|(own, _)| *own == name).map(|(_, takes)| *takes);
            // an option that nobody knows has a value when the next word could be one
            let takes = known.unwrap_or_else(|| words.peek().is_some_and(|next| !next.starts_with('-')));
            let value = attached.unwrap_or_else(|| if takes { words.next().cloned().unwrap_or_default() } else { String::new() });
            read.options.push((name, value));
        }
        read
    }
}

fn changefeed_command(command: &Command, files: &[&str]) -> Option<Understood> {
    let call = call(&command.words)?;
    let arguments = Arguments::of(call.arguments);
    let words: Vec<&str> = arguments.words.iter().map(String::as_str).filter(|word| *word != "cli").collect();
    let mut reading = Reading::default();
    let title = if call.kind == Kind::TiupCtl { "`tiup ctl` command" } else { "`cdc cli` command" };
    match words[..] {
        ["changefeed", "create" | "update", ..] => {}
        ["changefeed", other, ..] => {
            let shown = if is_word(other) { format!("`changefeed {other}`") } else { "The command".to_owned() };
            let message = format!("{shown} does not create a changefeed: only its id and server were taken.");
            reading.findings.push(Finding::info("", "import-command-other", message).hint("Paste the command with `changefeed create`."));
        }
        _ => return None,
    }
    if command.is_cut {
        let finding =
            Finding::warning("", "import-shell-unquoted", "The sink URI is not quoted: a shell cuts the command at its first `&`.");
        reading.findings.push(finding.hint("Put the whole URI in single quotes. It was read as it was meant."));
    }
    let version = call.version.trim_start_matches('v');
    if version.starts_with(|c: char| c.is_ascii_digit()) {
        reading.text(Slot::TicdcVersion, version);
    }
    for (name, value) in arguments.options.iter().take(MOST_OPTIONS) {
        option(name, value, files, &mut reading);
    }
    if arguments.options.len() > MOST_OPTIONS {
        let message = format!("The command has more than {MOST_OPTIONS} options: the rest was passed over.");
        reading.findings.push(Finding::warning("", "import-too-much", message));
    }
    reading.changes.push(Change::TidbSource);
    Some(reading.finish(call.kind, title))
}

/// Whether a word can be shown: anything else may be a value that came adrift.
fn is_word(text: &str) -> bool {
    text.len() <= 40 && text.chars().all(|c| c.is_ascii_lowercase() || c == '-')
}

fn option(name: &str, value: &str, files: &[&str], reading: &mut Reading) {
    match name {
        "changefeed-id" => reading.text(Slot::ChangefeedId, value),
        "sink-uri" => uri::sink_uri(value, reading),
        "schema-registry" => {
            reading.registry(value);
        }
        "start-ts" if value == "0" => {}
        "start-ts" => reading.text(Slot::Start, value),
        "server" => reading.text(Slot::TicdcServer, value),
        "pd" | "upstream-pd" => {
            let addresses: Vec<String> = value.split(',').map(str::trim).filter(|a| !a.is_empty()).map(str::to_owned).collect();
            if !addresses.is_empty() {
                reading.fact("PD addresses", addresses.join(", "), "source.pd");
                reading.changes.push(Change::Pd(addresses));
            }
        }
        "config" if files.contains(&value) => {}
        "config" => {
            reading.fact("Configuration file", value, "");
            let finding =
                Finding::info("changefeed.config", "import-config-file", "The command reads a configuration file that was not pasted.");
            reading.findings.push(finding.hint("Paste that file too: filter and dispatchers are in it."));
        }
        "no-confirm" => reading.not_taken(
            "--no-confirm",
            "it asks nothing, and leaves tables out that cannot be replicated; set `ignore-ineligible-table` for that.",
        ),
        "target-ts" if value == "0" => {}
        _ if OPTIONS.iter().any(|(own, _)| *own == name) => {
            reading.not_taken(&format!("--{name}"), "a pipeline document has no place for it.")
        }
        _ => {
            let shown =
                if name.chars().all(|c| c.is_ascii_lowercase() || c == '-') { format!("`--{name}`") } else { "An option".to_owned() };
            let finding = Finding::warning("", "import-option-unknown", format!("{shown} is no option of `cdc cli changefeed create`."));
            reading.findings.push(finding.hint(crate::spelling::did_you_mean(name, OPTIONS.iter().map(|(own, _)| *own))));
        }
    }
}

/// `curl … -d '{…}'`: what is sent, when it is known.
fn curl(command: &Command) -> Option<Understood> {
    const DATA: [&str; 5] = ["-d", "--data", "--data-raw", "--data-binary", "--json"];
    let (program, arguments) = command.words.split_first()?;
    if base_name(program) != "curl" {
        return None;
    }
    let body = arguments.iter().enumerate().find_map(|(i, word)| {
        let attached = DATA[1..].iter().find_map(|option| word.strip_prefix(option)?.strip_prefix('='));
        attached.or_else(|| DATA.contains(&word.as_str()).then(|| arguments.get(i + 1).map(String::as_str))?)
    });
    let body = body.filter(|body| *body != "@-").or(command.here.as_deref())?;
    let understood = json::of(&serde_json::from_str(body).ok()?)?;
    let server = arguments.iter().find_map(|word| word.find("/api/v2/changefeeds").map(|at| &word[..at]));
    let Some(server) = server.filter(|server| server.starts_with("http")) else { return Some(understood) };
    let mut reading = Reading::default();
    reading.text(Slot::TicdcServer, server);
    let mut understood = understood;
    understood.facts.extend(reading.facts);
    understood.changes.extend(reading.changes);
    Some(understood)
}

#[cfg(test)]
mod tests;
