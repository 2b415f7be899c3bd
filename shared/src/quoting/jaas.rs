//! Quoted values of a JAAS configuration (`sasl.jaas.config`).
//!
//! Source: Kafka's `JaasConfig` reads it with `java.io.StreamTokenizer`.

/// The value as it must stand between double quotes.
pub(crate) fn write(value: &str) -> String {
    value.chars().fold(String::with_capacity(value.len()), |mut out, c| {
        match c {
            '\\' => out.push_str(r"\\"),
            '"' => out.push_str("\\\""),
            // a line break ends the value, quotes or not
            '\n' => out.push_str(r"\n"),
            '\r' => out.push_str(r"\r"),
            c => out.push(c),
        }
        out
    })
}

/// What is read from between the quotes; `None` when the value ends earlier.
pub(crate) fn read(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let octal = |c: char| c.to_digit(8);
        match c {
            '"' | '\r' | '\n' => return None,
            '\\' => {
                // as the last one it would take the closing quote along
                let escaped = chars.next()?;
                out.push(match escaped {
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'v' => '\u{b}',
                    first if octal(first).is_some() => {
                        let mut value = octal(first)?;
                        // at most `\377`
                        for _ in 0..if first <= '3' { 2 } else { 1 } {
                            if let Some(digit) = chars.next_if(|c| octal(*c).is_some()).and_then(octal) {
                                value = value * 8 + digit;
                            }
                        }
                        char::from_u32(value)?
                    }
                    other => other,
                });
            }
            c => out.push(c),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_are_read_as_kafka_does() {
        for (text, expected) in [
            ("k3+/x9Z== #;", Some("k3+/x9Z== #;")),
            (r#"a\"b\\c\d"#, Some(r#"a"b\cd"#)),
            (r"\101\7\4012", Some("A\u{7} 12")),
            (r"a\n", Some("a\n")),
            ("a\"b", None),
            ("a\nb", None),
            ("a\\", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in "(?s).{0,40}") {
            prop_assert_eq!(read(&write(&value)), Some(value));
        }
    }
}
