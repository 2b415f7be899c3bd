//! Paths into a document, as findings and fixes name places: `changefeed.config.sink.dispatchers[0].topic`.
//!
//! Keys are joined by dots, list items are `[index]` from 0. A key with anything but letters, digits, `_` and `-` is
//! quoted as in TOML, because connectors have dots in their keys: `connectors[0].config."insert.mode"`. Without quotes
//! `snowflake.private.key` would look like a place above `snowflake.private.key.passphrase`.

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    /// From 0.
    Index(usize),
}

/// The path of `key` in the table at `prefix`; an empty prefix is the whole document.
#[must_use]
pub fn join(prefix: &str, key: &str) -> String {
    let is_bare = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let dot = if prefix.is_empty() { "" } else { "." };
    if is_bare { format!("{prefix}{dot}{key}") } else { format!("{prefix}{dot}\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\"")) }
}

/// A path relative to `prefix`, from the top. Either may be empty; the path may begin with an index.
#[must_use]
pub fn below(prefix: &str, path: &str) -> String {
    match (prefix.is_empty(), path.is_empty()) {
        (true, _) => path.to_owned(),
        (false, true) => prefix.to_owned(),
        (false, false) if path.starts_with('[') => format!("{prefix}{path}"),
        (false, false) => format!("{prefix}.{path}"),
    }
}

/// The steps of a path; none for the whole document, `None` for a text that is no path.
#[must_use]
pub fn parse(path: &str) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('[') {
            let (index, after) = after.split_once(']')?;
            steps.push(Step::Index(index.parse().ok()?));
            rest = after;
            continue;
        }
        if !steps.is_empty() {
            rest = rest.strip_prefix('.')?;
        }
        let (key, after) = match rest.strip_prefix('"') {
            Some(quoted) => take_quoted(quoted)?,
            None => {
                let (key, after) = rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len()));
                (key.to_owned(), after)
            }
        };
        if key.is_empty() && !rest.starts_with('"') {
            return None;
        }
        steps.push(Step::Key(key));
        rest = after;
    }
    Some(steps)
}

/// A quoted key without its quotes, and what follows it; `text` begins after the opening quote.
fn take_quoted(text: &str) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((key, &text[at + 1..])),
            '\\' => key.push(chars.next()?.1),
            _ => key.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn key(text: &str) -> Step {
        Step::Key(text.to_owned())
    }

    #[test]
    fn paths_are_read_as_findings_write_them() {
        for (path, steps) in [
            ("", vec![]),
            ("name", vec![key("name")]),
            ("kafka.params.sasl-user", vec![key("kafka"), key("params"), key("sasl-user")]),
            ("kafka.brokers[12]", vec![key("kafka"), key("brokers"), Step::Index(12)]),
            (r#"connectors[0].config."insert.mode""#, vec![key("connectors"), Step::Index(0), key("config"), key("insert.mode")]),
        ] {
            assert_eq!(parse(path), Some(steps), "{path}");
        }
        for text in ["a..b", ".a", "a.", "a[", "a[x]", "a[0]b", "\"a", "a[-1]"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_keys_that_need_it_are_quoted() {
        assert_eq!(join("kafka.params", "sasl-user"), "kafka.params.sasl-user");
        assert_eq!(join("", "name"), "name");
        assert_eq!(join("c", "insert.mode"), r#"c."insert.mode""#);
        assert_eq!(join("c", ""), r#"c."""#);
    }

    proptest! {
        #[test]
        fn a_joined_path_is_read_back(first in ".{1,8}", second in ".{0,8}", index in 0_usize..9) {
            let path = join(&format!("{}[{index}]", join("", &first)), &second);
            prop_assert_eq!(parse(&path).unwrap(), [Step::Key(first), Step::Index(index), Step::Key(second)]);
        }

        #[test]
        fn any_text_is_a_path_or_none(text in ".{0,20}") {
            let _ = parse(&text);
        }
    }
}
