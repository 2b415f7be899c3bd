//! Lines of `key=value`, as librdkafka's tools and as Java read them.

/// Names and values in order.
pub(super) type Pairs = Vec<(String, String)>;

/// librdkafka's files: everything after the first `=` is the value, backslashes included.
pub(super) fn plain(text: &str) -> Pairs {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('=')).map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect()
}

/// `java.util.Properties`: `=`, `:` or white space ends a name, a backslash escapes or continues the line.
pub(super) fn java(text: &str) -> Pairs {
    logical_lines(text).iter().map(|line| pair(line)).collect()
}

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
    (unescape(name), unescape(value.trim_end()))
}

fn push(units: &mut Vec<u16>, c: char) {
    units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
}

/// Java's characters are 16 bits wide: one beyond that is two escapes. A half without its other half becomes U+FFFD.
fn unescape(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            push(&mut units, c);
            continue;
        }
        match chars.next() {
            Some('t') => push(&mut units, '\t'),
            Some('n') => push(&mut units, '\n'),
            Some('r') => push(&mut units, '\r'),
            Some('f') => push(&mut units, '\u{c}'),
            Some('u') => match chars.as_str().get(..4).and_then(|digits| u16::from_str_radix(digits, 16).ok()) {
                Some(unit) => {
                    units.push(unit);
                    chars = chars.as_str().get(4..).unwrap_or_default().chars();
                }
                None => push(&mut units, 'u'),
            },
            Some(other) => push(&mut units, other),
            None => {}
        }
    }
    String::from_utf16_lossy(&units)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(expected: &[(&str, &str)]) -> Pairs {
        expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn java_escapes_and_continues() {
        let text = "# c\n! c\na=1\nb : two words \nc\\=d\\ e = \\u00e9\\t|\\\\\nlong=a\\\n   b\nempty\nend=x\\";
        assert_eq!(java(text), pairs(&[("a", "1"), ("b", "two words"), ("c=d e", "é\t|\\"), ("long", "ab"), ("empty", ""), ("end", "x")]));
        assert_eq!(java(r"a=\uzz"), pairs(&[("a", "uzz")]));
    }

    #[test]
    fn librdkafka_takes_a_value_as_it_is() {
        assert_eq!(plain("# c\n a = b\\=#c \nno pair\n=x"), pairs(&[("a", "b\\=#c"), ("", "x")]));
    }
}
