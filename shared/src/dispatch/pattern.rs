//! One half of a filter rule: a regular expression, a quoted name or a wildcard.

use super::filter::{Problem, lower};
use super::re2;
use std::str::Chars;

#[derive(Clone, Debug)]
pub(super) enum Pattern {
    /// `*`
    Everything,
    Literal(String),
    /// Anchored at both ends.
    Wildcard(Vec<Glob>),
    /// Not anchored. Over bytes because RE2's `\B` may fall inside a code point.
    Regex(regex::bytes::Regex),
}

#[derive(Clone, Debug)]
pub(super) enum Glob {
    Char(char),
    /// `?`
    One,
    /// `*`
    Run,
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
        fold: bool,
    },
}

impl Glob {
    fn accepts(&self, c: char) -> bool {
        match self {
            Self::Char(own) => *own == c,
            Self::One | Self::Run => true,
            Self::Class { negated, ranges, fold } => {
                let within = |c: char| ranges.iter().any(|&(low, high)| low <= c && c <= high);
                (within(c) || (*fold && c.to_uppercase().any(within))) != *negated
            }
        }
    }
}

impl Pattern {
    /// Reads one pattern off the front; answers it with what follows.
    pub(super) fn parse(text: &str, case_sensitive: bool) -> Result<(Self, &str), Problem> {
        match text.chars().next() {
            None => Err(Problem::new("a pattern is missing", "A rule is `schema.table`, for example `app.*`.")),
            Some('/') => regex(&text[1..], case_sensitive),
            Some(quote @ ('"' | '`')) => quoted(&text[1..], quote, case_sensitive),
            Some(_) => wildcard(text, case_sensitive),
        }
    }

    pub(super) fn matches(&self, name: &str) -> bool {
        match self {
            Self::Everything => true,
            Self::Literal(own) => own == name,
            Self::Wildcard(glob) => glob_matches(glob, name),
            Self::Regex(regex) => regex.is_match(name.as_bytes()),
        }
    }

    pub(super) fn is_literal(&self) -> bool {
        matches!(self, Self::Literal(_))
    }

    pub(super) fn is_everything(&self) -> bool {
        matches!(self, Self::Everything)
    }
}

fn fold_text(text: String, case_sensitive: bool) -> String {
    if case_sensitive { text } else { lower(&text).into_owned() }
}

/// `/re/`: ends at the first slash that no backslash escapes.
fn regex(body: &str, case_sensitive: bool) -> Result<(Pattern, &str), Problem> {
    let mut escaped = false;
    let end = body.find(|c| {
        let found = c == '/' && !escaped;
        escaped = c == '\\' && !escaped;
        found
    });
    let Some(end) = end.filter(|&end| end > 0) else {
        return Err(Problem::new("the regular expression is not closed or empty", "Write it between slashes: `/^db/.*`."));
    };
    let translated = re2::translate(&body[..end])
        .map_err(|cause| Problem::new(cause, "TiCDC uses RE2 expressions: no look-around and no back-references."))?;
    let regex = regex::bytes::RegexBuilder::new(&translated).case_insensitive(!case_sensitive).build().map_err(|error| {
        let cause = match error {
            regex::Error::CompiledTooBig(_) => "the regular expression is too big",
            _ => "the regular expression does not compile",
        };
        Problem::new(cause, "TiCDC uses RE2 expressions; test it with a smaller one first.")
    })?;
    Ok((Pattern::Regex(regex), &body[end + 1..]))
}

/// A name in quotes; the quote doubled stands for itself.
fn quoted(body: &str, quote: char, case_sensitive: bool) -> Result<(Pattern, &str), Problem> {
    let mut name = String::new();
    let mut chars = body.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if c != quote {
            name.push(c);
        } else if chars.next_if(|&(_, next)| next == quote).is_some() {
            name.push(quote);
        } else if name.is_empty() {
            break;
        } else {
            return Ok((Pattern::Literal(fold_text(name, case_sensitive)), &body[at + quote.len_utf8()..]));
        }
    }
    Err(Problem::new("the quoted name is not closed or empty", "Close the name with the same quote that opens it."))
}

fn wildcard(text: &str, case_sensitive: bool) -> Result<(Pattern, &str), Problem> {
    let mut glob = Vec::new();
    let mut rest = text.chars();
    loop {
        let before = rest.as_str();
        match rest.next() {
            None | Some('.') => {
                return if glob.is_empty() {
                    Err(Problem::new("a pattern is missing", "A rule is `schema.table`, for example `app.*`."))
                } else {
                    Ok((finish(glob, case_sensitive), before))
                };
            }
            Some('\\') => glob.push(Glob::Char(escaped(&mut rest)?)),
            Some('*') => glob.push(Glob::Run),
            Some('?') => glob.push(Glob::One),
            Some('[') => glob.push(class(&mut rest, case_sensitive)?),
            Some(c) if c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii() => glob.push(Glob::Char(c)),
            Some(c) => {
                return Err(Problem::new(
                    format!("`{}` cannot stand in a name as it is", c.escape_debug()),
                    "Put the name in back-ticks, or a backslash before the character.",
                ));
            }
        }
    }
}

fn escaped(rest: &mut Chars<'_>) -> Result<char, Problem> {
    match rest.next() {
        None => Err(Problem::new("a backslash ends the rule", "A backslash escapes the character after it.")),
        Some(c) if c.is_ascii_alphanumeric() => {
            Err(Problem::new("a backslash before a letter or digit has no meaning", "Only other characters can be escaped."))
        }
        Some(c) => Ok(c),
    }
}

/// `[a-z]` or `[!a-z]`, after its opening bracket. `^` is an ordinary member.
fn class(rest: &mut Chars<'_>, case_sensitive: bool) -> Result<Glob, Problem> {
    let bad = || Problem::new("the character class is empty, reversed or not closed", "A class is `[a-z]` or `[!a-z]`.");
    let negated = rest.as_str().starts_with('!');
    if negated {
        rest.next();
    }
    let mut members: Vec<(char, bool)> = Vec::new();
    loop {
        match rest.next().ok_or_else(bad)? {
            ']' => break,
            '\\' => members.push((escaped(rest)?, true)),
            c => members.push((c, false)),
        }
    }
    let mut ranges = Vec::new();
    let mut at = 0;
    while let Some(&(low, _)) = members.get(at) {
        match (members.get(at + 1), members.get(at + 2)) {
            (Some(('-', false)), Some(&(high, _))) => {
                if high < low {
                    return Err(bad());
                }
                ranges.push((low, high));
                at += 3;
            }
            _ => {
                ranges.push((low, low));
                at += 1;
            }
        }
    }
    if ranges.is_empty() { Err(bad()) } else { Ok(Glob::Class { negated, ranges, fold: !case_sensitive }) }
}

fn finish(glob: Vec<Glob>, case_sensitive: bool) -> Pattern {
    if let [Glob::Run] = glob[..] {
        return Pattern::Everything;
    }
    let literal: Option<String> = glob.iter().map(|g| if let Glob::Char(c) = g { Some(*c) } else { None }).collect();
    match literal {
        Some(name) => Pattern::Literal(fold_text(name, case_sensitive)),
        None if case_sensitive => Pattern::Wildcard(glob),
        None => Pattern::Wildcard(
            glob.into_iter()
                .flat_map(|g| match g {
                    Glob::Char(c) => c.to_lowercase().map(Glob::Char).collect(),
                    other => vec![other],
                })
                .collect(),
        ),
    }
}

/// Matches with one point of return: only the last `*` can need another try.
fn glob_matches(glob: &[Glob], text: &str) -> bool {
    let mut rest = text.chars();
    let mut at = 0;
    let mut retry: Option<(usize, Chars<'_>)> = None;
    loop {
        let mut ahead = rest.clone();
        match (glob.get(at), ahead.next()) {
            (Some(Glob::Run), _) => {
                at += 1;
                retry = Some((at, rest.clone()));
            }
            (Some(one), Some(c)) if one.accepts(c) => {
                at += 1;
                rest = ahead;
            }
            (None, None) => return true,
            (Some(_), None) => return false,
            _ => {
                let Some((after_run, from)) = &mut retry else { return false };
                from.next();
                at = *after_run;
                rest = from.clone();
            }
        }
    }
}
