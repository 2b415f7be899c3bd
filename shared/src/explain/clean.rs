//! A pasted text made readable: without colours, escapes and secrets.

use super::redact::redact;

/// What is read of a text, in bytes.
const MAX_BYTES: usize = 128 << 10;
/// What a quote shows before and after the recognised place, in characters.
const BEFORE: usize = 60;
const AFTER: usize = 200;

pub(super) struct Cleaned {
    text: String,
    /// `text` with ASCII in lower case: offsets are the same.
    pub lower: String,
}

/// The order counts: a colour or an escape within `password=…` must not hide it, and a secret may hold a `\n` of its own.
pub(super) fn clean(text: &str) -> Cleaned {
    let mut read = &text[..text.floor_char_boundary(MAX_BYTES)];
    if read.len() < text.len() {
        // without the `@` that was cut off, credentials would not be known as such
        read = &read[..read.rfind(char::is_whitespace).unwrap_or(0)];
    }
    let text = unescape_lines(&redact(&without_colours(&unescape_letters(read))));
    Cleaned { lower: text.to_ascii_lowercase(), text }
}

impl Cleaned {
    /// The line at this offset, shortened around it.
    pub fn quote(&self, at: usize) -> String {
        let start = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = self.text[at..].find('\n').map_or(self.text.len(), |length| at + length);
        let (before, after) = (&self.text[start..at], &self.text[at..end]);
        let from = before.char_indices().rev().nth(BEFORE).map(|(from, _)| from);
        let to = after.char_indices().nth(AFTER).map(|(to, _)| to);
        let (head, tail) = (if from.is_some() { "…" } else { "" }, if to.is_some() { "…" } else { "" });
        let quote = format!("{head}{}{}{tail}", &before[from.unwrap_or(0)..], &after[..to.unwrap_or(after.len())]);
        quote.trim().to_owned()
    }
}

/// ASCII that JSON writers escape although they need not: `\u003d` is `=`.
fn unescape_letters(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\u00") {
        out.push_str(&rest[..at]);
        let letter = rest.get(at + 4..at + 6).and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(u8::is_ascii);
        match letter.filter(|letter| !letter.is_ascii_control() || *letter == 0x1b) {
            Some(letter) => {
                out.push(char::from(letter));
                rest = &rest[at + 6..];
            }
            None => {
                out.push_str("\\u00");
                rest = &rest[at + 4..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// Without terminal sequences (`ESC [ … letter`) and control characters; tabs are spaces.
fn without_colours(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' if chars.next_if_eq(&'[').is_some() => {
                while chars.next_if(|c| c.is_ascii_digit() || matches!(c, ';' | '?')).is_some() {}
                chars.next_if(char::is_ascii_alphabetic);
            }
            '\n' => out.push(c),
            '\t' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Line breaks, tabs and quotes of texts inside JSON or a log's quotes.
fn unescape_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let plain = match (c, chars.peek()) {
            ('\\', Some('n' | 'r')) => '\n',
            ('\\', Some('t')) => ' ',
            ('\\', Some('"')) => '"',
            // an escaped backslash may escape what follows, one level deeper
            ('\\', Some('\\')) => continue,
            _ => {
                out.push(c);
                continue;
            }
        };
        chars.next();
        out.push(plain);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(text: &str) -> String {
        clean(text).text
    }

    #[test]
    fn colours_and_escapes_go() {
        for (text, expected) in [
            ("\u{1b}[31mred\u{1b}[0m line", "red line"),
            ("\\u001b[1;31mred\\u001b[0m", "red"),
            ("a \\u003d b\\u0026c", "a = b&c"),
            ("first\\n\\tsecond \\\"q\\\"", "first\n second \"q\""),
            ("first\\\\nsecond", "first\nsecond"),
            ("\\u00e4 \\u00", "\\u00e4 \\u00"),
            ("\u{1b}", ""),
        ] {
            assert_eq!(cleaned(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_secret_is_not_cut_in_two() {
        let text = format!("{} https://user:{}@host/", "a".repeat(MAX_BYTES - 40), "s3cret".repeat(20));
        assert!(!cleaned(&text).contains("s3cret"));
    }

    #[test]
    fn a_quote_is_one_line_around_the_place() {
        let text = clean(&format!("one\n{}here{}\nthree", "a".repeat(300), "ü".repeat(300)));
        let quote = text.quote(text.lower.find("here").unwrap_or_default());
        assert!(quote.starts_with("…aaa") && quote.contains("here") && quote.ends_with("üü…") && quote.chars().count() < 300, "{quote}");
        assert_eq!(text.quote(0), "one");
    }
}
