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

/// The value in double quotes.
pub(crate) fn quoted(value: &str) -> String {
    format!("\"{}\"", write(value))
}

/// The value as it must stand between double quotes.
fn write(value: &str) -> String {
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
    let mut out = String::with_capacity(text.len());
    let mut expression = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '"' | '\r' | '\n' => return None,
            '\\' => {
                let escaped = rest.chars().next()?;
                rest = &rest[escaped.len_utf8()..];
                out.push(match escaped {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    '"' | '\\' => escaped,
                    'u' | 'U' => {
                        let count = if escaped == 'u' { 4 } else { 8 };
                        let digits: Vec<char> = rest.chars().take(count).collect();
                        let value = hex(&digits, count)?;
                        // digits are ASCII
                        rest = &rest[count..];
                        char::from_u32(value)?
                    }
                    _ => return None,
                });
            }
            '$' | '%' if rest.starts_with('{') => {
                expression = true;
                // quotes in it are its own
                rest = interpolation_length(&rest[1..], 0).map_or(rest, |length| &rest[length + 2..]);
            }
            '$' | '%' if rest.starts_with(c) && rest[1..].starts_with('{') => {
                out.extend([c, '{']);
                rest = &rest[2..];
            }
            c => out.push(c),
        }
    }
    Some(if expression { Template::Expression } else { Template::Text(out) })
}

/// Levels of quotes and interpolations in one another that are read.
const DEEPEST: usize = 16;

/// Bytes from behind a text's opening quote up to the one that closes it; what is quoted within an interpolation does not.
/// `None` when it is not closed on its line.
pub(crate) fn length(text: &str) -> Option<usize> {
    template_length(text, 0)
}

fn template_length(text: &str, depth: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(c) = text.get(at..)?.chars().next().filter(|_| depth < DEEPEST) {
        let rest = &text[at + c.len_utf8()..];
        at += c.len_utf8();
        match c {
            '"' => return Some(at - 1),
            '\n' => return None,
            '\\' => at += rest.chars().next()?.len_utf8(),
            '$' | '%' if rest.starts_with(c) && rest[1..].starts_with('{') => at += 2,
            '$' | '%' if rest.starts_with('{') => at += 1 + interpolation_length(&rest[1..], depth + 1)? + 1,
            _ => {}
        }
    }
    None
}

/// Bytes up to the closing brace.
fn interpolation_length(text: &str, depth: usize) -> Option<usize> {
    let mut at = 0;
    let mut open = 0;
    while let Some(c) = text.get(at..)?.chars().next() {
        at += c.len_utf8();
        match c {
            '"' => at += template_length(&text[at..], depth + 1)? + 1,
            '{' => open += 1,
            '}' if open == 0 => return Some(at - 1),
            '}' => open -= 1,
            '\n' => return None,
            _ => {}
        }
    }
    None
}

/// The expression, when the text is one interpolation and nothing else.
pub(crate) fn sole_expression(text: &str) -> Option<&str> {
    let inner = text.strip_prefix("${")?;
    let length = interpolation_length(inner, 0)?;
    (length + 1 == inner.len()).then(|| inner[..length].trim())
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
            (r#"a-${b["c"]}-d"#, Some(Template::Expression)),
            (r#"${b"#, Some(Template::Expression)),
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

    #[test]
    fn a_text_ends_at_its_own_quote() {
        for (text, expected) in [
            (r#"a" b"#, Some("a")),
            (r#"a\"b" c"#, Some(r#"a\"b"#)),
            (r#"${a["x"]}" c"#, Some(r#"${a["x"]}"#)),
            (r#"$${a" b}""#, Some("$${a")),
            (r#"${f("}", "${g("\"")}")}é" c"#, Some(r#"${f("}", "${g("\"")}")}é"#)),
            ("a\nb\"", None),
            ("${a\"", None),
            ("a\\", None),
        ] {
            assert_eq!(length(text).map(|end| &text[..end]), expected, "{text}");
        }
        assert_eq!(length(&"${\"".repeat(100_000)), None);
        assert_eq!(sole_expression(r#"${ f("}") }"#), Some(r#"f("}")"#));
        assert_eq!((sole_expression("${a}b"), sole_expression("${a}${b}"), sole_expression("$${a}")), (None, None, None));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(value in "(?s).{0,40}", hostile in r#"[${%}"\\\n]{0,12}"#) {
            for value in [value, hostile] {
                prop_assert_eq!(length(&quoted(&value)[1..]), Some(write(&value).len()));
                prop_assert_eq!(read(&write(&value)), Some(Template::Text(value)));
            }
        }
    }
}
