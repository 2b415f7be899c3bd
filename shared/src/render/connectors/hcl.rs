//! Terraform's language: texts, and entries below each other.

/// A text in quotes. `${` and `%{` would begin an expression: doubled, they are themselves.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `key = value` lines with the equal signs below each other, as `terraform fmt` writes them.
pub(super) fn entries(indent: &str, entries: &[(String, String)]) -> String {
    let width = entries.iter().map(|(key, _)| key.chars().count()).max().unwrap_or_default();
    entries.iter().map(|(key, value)| format!("{indent}{key:width$} = {value}\n")).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// What Terraform reads: the reverse of `quoted`, by its manual.
    pub(in crate::render::connectors) fn read(quoted: &str) -> Option<String> {
        let text = quoted.strip_prefix('"')?.strip_suffix('"')?;
        let mut out = String::new();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("$${").or_else(|| rest.strip_prefix("%%{")) {
                out.push(c);
                out.push('{');
                rest = after;
                continue;
            }
            if rest.starts_with("${") || rest.starts_with("%{") || c == '"' || c == '\n' {
                return None;
            }
            rest = &rest[c.len_utf8()..];
            if c != '\\' {
                out.push(c);
                continue;
            }
            let escape = rest.chars().next()?;
            rest = &rest[1..];
            out.push(match escape {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => {
                    let code = u32::from_str_radix(rest.get(..4)?, 16).ok()?;
                    rest = &rest[4..];
                    char::from_u32(code)?
                }
                '"' | '\\' => escape,
                _ => return None,
            });
        }
        Some(out)
    }

    #[test]
    fn texts_are_quoted_so_that_nothing_is_an_expression() {
        for (text, expected) in [
            ("orders", r#""orders""#),
            ("${topic}", r#""$${topic}""#),
            ("%{ if x }", r#""%%{ if x }""#),
            ("$5 100% $ {", r#""$5 100% $ {""#),
            ("a$${b}", r#""a$$${b}""#),
            ("\"\\\n\r\t\u{1}é", r#""\"\\\n\r\t\u0001é""#),
            ("", r#""""#),
        ] {
            assert_eq!(quoted(text), expected);
            assert_eq!(read(&quoted(text)).as_deref(), Some(text));
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_quoted_reads_back(text in "[\\PC\n\t\"\\\\${}%]{0,24}") {
            proptest::prop_assert_eq!(read(&quoted(&text)), Some(text));
        }
    }
}
