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
mod hcl;
mod json;
mod key_file;
mod pasted;
mod properties;
mod reading;
mod shell;
mod sql;
mod terraform;
mod understood;
mod uri;

pub use change::{apply, apply_to};
pub use understood::{Fact, KeySlot, Kind, Understood};

use crate::Finding;

/// Bytes of a text that is looked at at all; a TPC-C schema has 10 kB, a large one some 100 kB.
const MAX_BYTES: usize = 4 << 20;

/// Things in one text that are understood.
const MOST_PARTS: usize = 64;

/// Recognises a text. Several things in one paste are understood together: their facts and changes follow one another, and
/// the kind is that of the first.
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
    if text.trim().is_empty() {
        return vec![unknown("There is no text.")];
    }
    // the surest signs first: what parses as a whole, then what has a word of its own, then loose lines
    let found = json::recognise(&text)
        .or_else(|| document::recognise_toml(&text))
        .or_else(|| command::recognise(&text))
        .or_else(|| terraform::recognise(&text))
        .or_else(|| sql::recognise(&text))
        .or_else(|| client::recognise(&text))
        .or_else(|| key_file::recognise(&text))
        .or_else(|| json::recognise_broken(&text))
        .or_else(|| document::recognise_broken_toml(&text));
    let mut found = found.unwrap_or_else(|| vec![unknown("Nothing known was found in the text.")]);
    if found.len() > MOST_PARTS {
        found.truncate(MOST_PARTS);
        let message = format!("The text holds more than {MOST_PARTS} things: the rest was passed over.");
        if let Some(last) = found.last_mut() {
            last.findings.push(Finding::warning("", "import-too-much", message).hint("Paste it in pieces."));
        }
    }
    found
}

/// Line breaks as `\n`, no byte order mark, no fences of Markdown around the lines.
fn plain(text: &str) -> String {
    // files that were joined have a mark at the beginning of each
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n").replace("\n\u{feff}", "\n");
    if text.trim_start().starts_with("```") {
        text.lines().filter(|line| !line.trim_start().starts_with("```")).map(|line| format!("{line}\n")).collect()
    } else {
        text
    }
}

fn unknown(why: &str) -> Understood {
    let finding = Finding::warning("", "import-unknown", why).hint(
        "Paste a Confluent key file, client properties, a sink URI, a `cdc cli` command, a changefeed TOML, connector JSON, Terraform, \
         or `CREATE` statements.",
    );
    Understood::new(Kind::Unknown, "Not recognised", Vec::new(), vec![finding], Vec::new())
}
