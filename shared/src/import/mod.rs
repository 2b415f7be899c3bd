//! Paste anything: recognises the material that people have, shows what it understood, and puts it into a document.
//!
//! Each recogniser turns its own syntax into the same small set of [`change::Change`]s by way of a [`reading::Reading`], which
//! also writes the facts, so that what is shown and what is applied cannot differ. Texts come from anywhere: no recogniser
//! panics, and each looks at the text a bounded number of times.

mod change;
mod changefeed;
mod client;
mod command;
mod connector;
mod document;
mod fill;
mod hcl;
mod json;
mod key_file;
mod pasted;
mod reading;
mod shell;
mod sql;
mod terraform;
mod understood;
mod uri;

pub use change::{apply, apply_to};
pub use fill::{apply_all, fresh};
pub use understood::{Fact, KeySlot, Kind, Understood};

use crate::Finding;

/// Bytes of a text that is looked at at all; a TPC-C schema has 10 kB, a large one some 100 kB.
const MAX_BYTES: usize = 4 << 20;

/// Things in one text that are understood.
const MOST_PARTS: usize = 64;

/// Recognises a text. Several things in one paste are understood together: their facts and changes follow one another. The
/// kind is that of the command, when there is one, else of the first.
#[must_use]
pub fn recognise(text: &str) -> Understood {
    let mut parts = recognise_all(text).into_iter();
    let first = parts.next().unwrap_or_else(|| unknown("There is no text."));
    parts.fold(first, Understood::and)
}

/// Recognises each of several things in one paste (two key files, a script with a command and the file that it writes). At
/// least one, of [`Kind::Unknown`] when nothing is recognised.
#[must_use]
pub fn recognise_all(text: &str) -> Vec<Understood> {
    if text.len() > MAX_BYTES {
        return vec![unknown("The text is longer than 4 MiB.")];
    }
    let text = plain(text);
    let blocks = fenced(&text);
    let mut found: Vec<Understood> = blocks.iter().filter_map(|block| recognise_plain(block)).flatten().take(MOST_PARTS + 1).collect();
    if found.is_empty() {
        found = recognise_plain(&text).unwrap_or_else(|| vec![unknown("Nothing known was found in the text.")]);
    }
    if found.len() > MOST_PARTS {
        found.truncate(MOST_PARTS);
        let message = format!("The text holds more than {MOST_PARTS} things: the rest was passed over.");
        if let Some(last) = found.last_mut() {
            last.findings.push(Finding::warning("", "import-too-much", message).hint("Paste it in pieces."));
        }
    }
    found
}

/// The surest signs first: what parses as a whole, then what has a word of its own, then loose lines.
fn recognise_plain(text: &str) -> Option<Vec<Understood>> {
    json::recognise(text)
        .or_else(|| document::recognise_toml(text))
        .or_else(|| command::recognise(text))
        .or_else(|| terraform::recognise(text))
        .or_else(|| sql::recognise(text))
        .or_else(|| client::recognise(text))
        .or_else(|| key_file::recognise(text))
        .or_else(|| json::recognise_broken(text))
        .or_else(|| document::recognise_broken_toml(text))
}

/// Line breaks as `\n`, no byte order marks: files that were joined have one at the beginning of each.
fn plain(text: &str) -> String {
    text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n").replace("\n\u{feff}", "\n")
}

/// The blocks between Markdown's fences: a page's examples without its prose.
fn fenced(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match (line.trim_start().starts_with("```"), open.as_mut()) {
            (true, Some(_)) => blocks.extend(open.take()),
            (true, None) => open = Some(String::new()),
            (false, Some(block)) => {
                block.push_str(line);
                block.push('\n');
            }
            (false, None) => {}
        }
    }
    blocks.extend(open);
    blocks
}

fn unknown(why: &str) -> Understood {
    let finding = Finding::warning("", "import-unknown", why).hint(
        "Paste a Confluent key file, client properties, a sink URI, a `cdc cli` command, a changefeed TOML, connector JSON, Terraform, \
         or `CREATE` statements.",
    );
    Understood::new(Kind::Unknown, "Not recognised", Vec::new(), vec![finding], Vec::new())
}
