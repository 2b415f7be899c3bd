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
    let chars: Vec<char> = text.bytes().map(char::from).collect();
    let mut units: Vec<u16> = Vec::with_capacity(chars.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        at += 1;
        match c {
            '\r' | '\n' => break,
            '\\' => {
                let Some(&escaped) = chars.get(at) else { break };
                at += 1;
                match escaped {
                    't' => units.push(9),
                    'n' => units.push(10),
                    'f' => units.push(12),
                    'r' => units.push(13),
                    'u' => {
                        units.push(u16::try_from(hex(chars.get(at..)?, 4)?).ok()?);
                        at += 4;
                    }
                    '\r' | '\n' => {
                        if escaped == '\r' && chars.get(at) == Some(&'\n') {
                            at += 1;
                        }
                        while chars.get(at).is_some_and(|c| BLANKS.contains(c)) {
                            at += 1;
                        }
                    }
                    other => units.push(other as u16),
                }
            }
            other => units.push(other as u16),
        }
    }
    Some(String::from_utf16_lossy(&units))
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
