//! One known error, and how it is found in a text.

use super::System;
use super::clean::Cleaned;

/// A system's own code for an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    None,
    /// Says by itself what is wrong.
    Exact(&'static str),
    /// Says only which step failed; whatever else is known in the text explains it better. Empty for a message without a
    /// code that is like that.
    Outer(&'static str),
}

impl Code {
    /// The code, or nothing.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Exact(code) | Self::Outer(code) => code,
        }
    }
}

/// A known error. It is recognised by its code, or by one of `seen`.
#[derive(Debug)]
pub struct Entry {
    pub code: Code,
    /// Unique among all entries.
    pub title: &'static str,
    /// Alternatives; of each, all fragments stand in one line. Lower case.
    pub seen: &'static [&'static [&'static str]],
    pub path: &'static str,
    pub cause: &'static str,
    pub fix: &'static str,
}

/// How exactly an entry was recognised, the least exact first; with the characters that fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// By a code that only says which step failed, or by its text. At this offset: what stands later was wrapped by it.
    Outer(usize),
    Fragments(usize),
    Code(usize),
}

/// Where in the cleaned text an entry was recognised.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub weight: Weight,
    /// Byte offset.
    pub at: usize,
}

impl Entry {
    /// The most exact way in which the text shows this entry.
    pub(super) fn find(&self, system: System, text: &Cleaned) -> Option<Found> {
        let (code, is_outer) = match self.code {
            Code::None => ("", false),
            Code::Exact(code) => (code, false),
            Code::Outer(code) => (code, true),
        };
        let weigh = |at: usize, exact: Weight| Found { weight: if is_outer { Weight::Outer(at) } else { exact }, at };
        let by_code = (!code.is_empty()).then(|| find_code(system, code, &text.lower)).flatten();
        if let Some(at) = by_code {
            return Some(weigh(at, Weight::Code(code.len())));
        }
        let by_fragments = self.seen.iter().filter_map(|fragments| {
            let characters = fragments.iter().map(|fragment| fragment.len()).sum();
            Some(weigh(find_line(fragments, &text.lower)?, Weight::Fragments(characters)))
        });
        by_fragments.max_by_key(|found| found.weight)
    }
}

/// Where the first line with all fragments has the first one of them. Reads every line once.
fn find_line(fragments: &[&str], text: &str) -> Option<usize> {
    let (first, others) = fragments.split_first()?;
    let mut from = 0;
    while let Some(at) = text[from..].find(first).map(|at| from + at) {
        let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
        if others.iter().all(|fragment| text[start..end].contains(fragment)) {
            return Some(at);
        }
        from = end;
    }
    None
}

/// Where a code stands as a word of its own; a number only where the system writes codes.
fn find_code(system: System, code: &str, text: &str) -> Option<usize> {
    // logs have some of TiCDC's names without the prefix
    let word = code.strip_prefix("CDC:").unwrap_or(code).to_ascii_lowercase();
    let is_number = word.bytes().all(|b| b.is_ascii_digit());
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(&word).map(|(at, _)| at).find(|&at| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part) && (!is_number || is_code_place(system, before, after))
    })
}

/// Whether a number here is a code and no amount: `"error_code":40401`, `error code: 0018`, `Msg 2627`, `390144 (08001)`.
fn is_code_place(system: System, before: &str, after: &str) -> bool {
    let (words, has_state): (&[&str], _) = match system {
        System::MySql => (&["errorcode", "error code", "error"], false),
        // `ERROR 1205 (HY000)` is MySQL's
        System::SqlServer if after.starts_with(" (") => return false,
        System::SqlServer => (&["errorcode", "error code", "error", "msg"], false),
        System::Snowflake => (&["code"], after.starts_with(" (")),
        _ => (&["code"], false),
    };
    let before = before.trim_end_matches([' ', ':', '"', '\'', '=', '[', '(', '#']);
    has_state || words.iter().any(|word| before.ends_with(word))
}
