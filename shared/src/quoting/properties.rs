//! Values in Java properties files.
//!
//! Source: `java.util.Properties.load`. Kafka's tools load from a byte stream, which Java reads as ISO-8859-1.

use super::hex;

/// The value as it must stand in the file.
pub(crate) fn write(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for (i, c) in value.chars().enumerate() {
        match c {
            '\\' => out.push_str(r"\\"),
            '\n' => out.push_str(r"\n"),
            '\r' => out.push_str(r"\r"),
            '\t' => out.push_str(r"\t"),
            '\u{c}' => out.push_str(r"\f"),
            // white space at the beginning would be skipped
            ' ' if i == 0 => out.push_str(r"\ "),
            ' '..='~' => out.push(c),
            // a pair of escapes beyond 16 bits
            _ => c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    out
}

/// What Java takes for the value: the text begins behind `name=` and may hold more than one line. `None` when Java refuses the
/// file. Lone surrogates become U+FFFD.
pub(crate) fn read(text: &str) -> Option<String> {
    read_rest(text.trim_start_matches(BLANKS))
}

/// As [`read`], for the later part of a value: white space at its beginning counts.
pub(crate) fn read_rest(text: &str) -> Option<String> {
    // bytes of UTF-8, each taken for a character
    let (value, is_sound) = unescaped(text.bytes().map(char::from));
    is_sound.then_some(value)
}

/// Names and values of a text that was pasted, so that its characters are known; `=`, `:` or white space ends a name. Escapes
/// that Java refuses are taken without their backslash, white space behind a value goes.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    logical_lines(text).iter().map(|line| pair(line)).collect()
}

/// Lines without comments, continued ones joined.
fn logical_lines(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        let line = line.trim_start();
        if open.is_none() && (line.is_empty() || line.starts_with(['#', '!'])) {
            continue;
        }
        let continues = line.bytes().rev().take_while(|&b| b == b'\\').count() % 2 == 1;
        let mut logical = open.take().unwrap_or_default();
        logical.push_str(if continues { &line[..line.len() - 1] } else { line });
        if continues {
            open = Some(logical);
        } else {
            found.push(logical);
        }
    }
    found.extend(open);
    found
}

fn pair(line: &str) -> (String, String) {
    let mut escaped = false;
    let end = line.find(|c: char| {
        let ends = !escaped && (c == '=' || c == ':' || c.is_whitespace());
        escaped = !escaped && c == '\\';
        ends
    });
    let (name, rest) = line.split_at(end.unwrap_or(line.len()));
    let rest = rest.trim_start();
    let value = rest.strip_prefix(['=', ':']).unwrap_or(rest).trim_start();
    (unescaped(name.chars()).0, unescaped(value.trim_end().chars()).0)
}

/// A name or value up to the end of its line, and whether Java takes all its escapes. Java's characters are 16 bits wide: one
/// beyond that is two escapes, and a half without its other half becomes U+FFFD.
fn unescaped(chars: impl Iterator<Item = char>) -> (String, bool) {
    let chars: Vec<char> = chars.collect();
    let mut units: Vec<u16> = Vec::with_capacity(chars.len());
    let mut is_sound = true;
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        at += 1;
        match c {
            '\r' | '\n' => break,
            '\\' => {
                let Some(&escaped) = chars.get(at) else { break };
                at += 1;
                match escaped {
                    't' => push(&mut units, '\t'),
                    'n' => push(&mut units, '\n'),
                    'f' => push(&mut units, '\u{c}'),
                    'r' => push(&mut units, '\r'),
                    'u' => match chars.get(at..).and_then(|rest| hex(rest, 4)).and_then(|unit| u16::try_from(unit).ok()) {
                        Some(unit) => {
                            units.push(unit);
                            at += 4;
                        }
                        None => {
                            is_sound = false;
                            push(&mut units, 'u');
                        }
                    },
                    '\r' | '\n' => {
                        if escaped == '\r' && chars.get(at) == Some(&'\n') {
                            at += 1;
                        }
                        while chars.get(at).is_some_and(|c| BLANKS.contains(c)) {
                            at += 1;
                        }
                    }
                    other => push(&mut units, other),
                }
            }
            other => push(&mut units, other),
        }
    }
    (String::from_utf16_lossy(&units), is_sound)
}

fn push(units: &mut Vec<u16>, c: char) {
    units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
}

/// White space that does not end a line.
const BLANKS: [char; 3] = [' ', '\t', '\u{c}'];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_read_as_java_does() {
        for (text, expected) in [
            (r"a\b\\c", Some(r"ab\c")),
            (" \t a b ", Some("a b ")),
            ("=a:b#c!d", Some("=a:b#c!d")),
            ("a\nb=c", Some("a")),
            ("a\\\r\n   b", Some("ab")),
            (r"\u00e9\u20AC\ud83d\ude00", Some("é€😀")),
            ("é", Some("Ã©")),
            (r"\u12", None),
            (r"\u12g4", None),
            ("a\\", Some("a")),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text:?}");
        }
    }

    #[test]
    fn a_pasted_file_is_read_line_by_line() {
        let text = "# c\n! c\na=1\nb : two words \nc\\=d\\ e = \\u00e9\\té|\\\\\nlong=a\\\n   b\nempty\nend=x\\\\\\";
        let expected = [("a", "1"), ("b", "two words"), ("c=d e", "é\té|\\"), ("long", "ab"), ("empty", ""), ("end", "x\\")];
        let owned =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect::<Vec<_>>();
        assert_eq!(pairs(text), owned(&expected));
        assert_eq!(pairs(r"a=\uzz"), owned(&[("a", "uzz")]));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in "(?s).{0,40}", hostile in r#"[ \\\t\r\n\x0cu:=#!"'é€😀]{0,16}"#) {
            for value in [value, hostile] {
                let written = write(&value);
                prop_assert!(written.is_ascii() && !written.contains(['\r', '\n']));
                prop_assert_eq!(read(&written), Some(value));
            }
        }
    }
}
