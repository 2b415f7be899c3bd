//! Quoted strings of HCL, Terraform's language.
//!
//! Source: the HCL native syntax specification, "Template Expressions" and "Quoted Templates".

use super::hex;

/// What stands between the quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Template {
    Text(String),
    /// `${…}` or `%{…}`: Terraform puts something else in its place.
    Expression,
}

/// The value as it must stand between double quotes.
pub(crate) fn write(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        let run = rest.chars().take_while(|&next| next == c).count();
        let opens = matches!(c, '$' | '%') && rest[run..].starts_with('{');
        match c {
            // a doubled sign escapes; what a longer row of them means is not specified
            _ if opens && run > 1 => out.push_str(&format!("\\u{:04x}", u32::from(c)).repeat(run)),
            _ if opens => out.extend([c, c]),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str(r"\\"),
            '\n' => out.push_str(r"\n"),
            '\r' => out.push_str(r"\r"),
            '\t' => out.push_str(r"\t"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
        rest = &rest[if opens { run } else { c.len_utf8() }..];
    }
    out
}

/// What Terraform reads from between the quotes; `None` when it refuses the file.
pub(crate) fn read(text: &str) -> Option<Template> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut expression = false;
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        at += 1;
        match c {
            '"' | '\r' | '\n' => return None,
            '\\' => {
                let escaped = *chars.get(at)?;
                at += 1;
                out.push(match escaped {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    '"' | '\\' => escaped,
                    'u' | 'U' => {
                        let count = if escaped == 'u' { 4 } else { 8 };
                        let value = hex(chars.get(at..)?, count)?;
                        at += count;
                        char::from_u32(value)?
                    }
                    _ => return None,
                });
            }
            '$' | '%' if chars.get(at) == Some(&'{') => expression = true,
            '$' | '%' if chars.get(at) == Some(&c) && chars.get(at + 1) == Some(&'{') => {
                out.extend([c, '{']);
                at += 2;
            }
            c => out.push(c),
        }
    }
    Some(if expression { Template::Expression } else { Template::Text(out) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn strings_are_read_as_terraform_does() {
        let text = |text: &str| Some(Template::Text(text.to_owned()));
        for (written, expected) in [
            ("k3+/x9Z== $ % {x}", text("k3+/x9Z== $ % {x}")),
            (r#"a\"b\\c\n\u00e9"#, text("a\"b\\c\né")),
            ("a$${b}%%{c}", text("a${b}%{c}")),
            ("a${b}", Some(Template::Expression)),
            ("%{if a}", Some(Template::Expression)),
            ("a\"b", None),
            (r"a\d", None),
            ("a\nb", None),
            ("a\\", None),
            (r"\uD800", None),
        ] {
            assert_eq!(read(written), expected, "{written:?}");
        }
        assert_eq!(write("${a} $${b}"), r"$${a} \u0024\u0024{b}");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in "(?s).{0,40}", hostile in r#"[${%}"\\\n]{0,12}"#) {
            for value in [value, hostile] {
                prop_assert_eq!(read(&write(&value)), Some(Template::Text(value)));
            }
        }
    }
}
