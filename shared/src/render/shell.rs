//! Words of a shell command.

/// One word, whatever it holds: in single quotes where needed. Placeholders (`${NAME}`) are put in double quotes, so
/// that the shell fills them in.
pub(crate) fn word(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    let mut rest = text;
    while let Some((before, name, after)) = next_placeholder(rest) {
        if !before.is_empty() {
            out.push_str(&quoted(before));
        }
        out.push_str("\"${");
        out.push_str(name);
        out.push_str("}\"");
        rest = after;
    }
    if !rest.is_empty() || out.is_empty() {
        out.push_str(&quoted(rest));
    }
    out
}

/// One word that is never expanded.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._/:=,@%+".contains(c);
    match text {
        "" => "''".to_owned(),
        // zsh looks for a command behind a `=` at the beginning
        text if text.chars().all(plain) && !text.starts_with('=') => text.to_owned(),
        text => format!("'{}'", text.replace('\'', r"'\''")),
    }
}

/// One word in double quotes that is never expanded. An interactive bash would read `!` even there, and a backslash before
/// it would stay: it stands in single quotes.
pub(crate) fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '!' => out.push_str("\"'!'\""),
            '"' | '\\' | '$' | '`' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// The text before the first placeholder, its name, and the text after it.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let start = text.find("${")?;
    let (name, after) = text[start + 2..].split_once('}')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    is_name.then_some((&text[..start], name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_safe_and_placeholders_filled() {
        for (text, expected) in [
            ("orders", "orders"),
            ("", "''"),
            ("=ls", "'=ls'"),
            ("kafka://h/t?a=b&c=d", "'kafka://h/t?a=b&c=d'"),
            ("it's", r"'it'\''s'"),
            ("$(rm -rf)`x`", "'$(rm -rf)`x`'"),
            ("a?p=${PW}&x", r#"'a?p='"${PW}"'&x'"#),
            ("${bad name}", "'${bad name}'"),
        ] {
            assert_eq!(word(text), expected);
        }
    }

    #[test]
    fn double_quotes_keep_everything() {
        for (text, expected) in [("", r#""""#), ("a b", r#""a b""#), (r#"a$b`c"d\e"#, r#""a\$b\`c\"d\\e""#), ("a!b", r#""a"'!'"b""#)] {
            assert_eq!(double_quoted(text), expected);
        }
    }
}
