//! Secrets in a text of which nothing is known: whatever may be one goes, and rather too much than too little.

use crate::secret::{REDACTED, is_secret_key};

/// From here on, letters and digits that look random are taken for a key.
const RANDOM_CHARS: usize = 40;

/// The text without credentials in URLs, values of names such as `sasl-password`, tokens and keys.
#[must_use]
pub fn redact(text: &str) -> String {
    without_random(&without_named(&without_userinfo(text)))
}

/// Credentials between `://` and `@`, percent-encoded URLs included. A URL ends at white space only: passwords may hold
/// anything else.
fn without_userinfo(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let lower = piece.to_ascii_lowercase();
        let word = piece.trim_end_matches(char::is_whitespace);
        let start = ["://", "%3a%2f%2f"].iter().filter_map(|sign| Some(lower.find(sign)? + sign.len())).min();
        let host = start.and_then(|start| ["@", "%40"].iter().filter_map(|sign| Some(start + lower[start..].rfind(sign)?)).max());
        let (Some(start), Some(host)) = (start, host) else {
            out.push_str(piece);
            continue;
        };
        out.push_str(&word[..start]);
        out.push_str(REDACTED);
        // an `@` of a named secret is no end of credentials: what follows is the rest of that secret
        let until_host = format!("{}@", &word[start..host]);
        out.push_str(if without_named(&until_host) == until_host { &word[host..] } else { "" });
        out.push_str(&piece[word.len()..]);
    }
    out
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._".contains(c)
}

/// Values after `name=`, `"name": `, `--name ` when the name says that they are secret.
fn without_named(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_name) {
        let (gap, named) = rest.split_at(start);
        let (name, after) = named.split_at(named.find(|c| !is_name(c)).unwrap_or(named.len()));
        out.push_str(gap);
        out.push_str(name);
        rest = after;
        let is_header = name.eq_ignore_ascii_case("authorization");
        if let Some(sign) = sign_length(name, after).filter(|sign| is_header || is_secret_key(name) && !is_prose(after, *sign)) {
            let (sign, value) = after.split_at(sign);
            let length = if is_header || name.to_ascii_lowercase().contains("jaas") {
                line_length(value)
            } else {
                value_length(value, sign.ends_with('\\'))
            };
            out.push_str(sign);
            out.push_str(if length > 0 { REDACTED } else { "" });
            rest = &value[length..];
        }
    }
    out.push_str(rest);
    out
}

/// Bytes between a name and its value; `None` when no value follows.
fn sign_length(name: &str, after: &str) -> Option<usize> {
    let unquoted = after.trim_start_matches(['"', '\'', '\\', ']']);
    let sign = unquoted.trim_start_matches(' ');
    let value = sign.strip_prefix([':', '=']).or_else(|| sign.strip_prefix("%3D")).or_else(|| sign.strip_prefix("%3d"));
    let value = match value {
        Some(value) => value.trim_start_matches(['=', '>']),
        None if name.starts_with('-') && sign.len() < unquoted.len() => sign,
        None => return None,
    };
    Some(after.len() - value.trim_start_matches([' ', '\\']).len())
}

/// Whether a colon after a name is a sentence's: `check user and secret: each service has keys of its own`.
fn is_prose(after: &str, sign: usize) -> bool {
    const NEXT_WORDS: [&str; 24] = [
        "a", "an", "are", "as", "both", "check", "do", "each", "every", "for", "give", "if", "in", "is", "it", "no", "not", "one", "set",
        "the", "they", "this", "use", "when",
    ];
    let (sign, value) = after.split_at(sign);
    // a word of the language, and the sentence goes on: with anything else it may be a secret
    value.split_once(' ').is_some_and(|(word, next)| {
        sign == ": " && NEXT_WORDS.contains(&word) && next.starts_with(|c: char| c.is_ascii_lowercase() || c == '`')
    })
}

fn line_length(value: &str) -> usize {
    value.find('\n').unwrap_or(value.len())
}

/// To the closing quote, or to white space where no quote opens. `in_text`: the quotes themselves are escaped.
fn value_length(value: &str, in_text: bool) -> usize {
    let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'' | '`')) else {
        return value.find(char::is_whitespace).unwrap_or(value.len());
    };
    let mut escaped = false;
    let close = value.char_indices().skip(1).find(|&(_, c)| {
        let closes = c == quote && (in_text || !escaped);
        escaped = c == '\\' && !escaped;
        closes || c == '\n'
    });
    let Some((close, _)) = close else { return value.len() };
    // other quotes than JSON's may be the secret's own, and so may what stands directly after any
    let ends = |c: char| c.is_whitespace() || (quote == '"' && ",;)}]&\\".contains(c));
    close + 1 + value[close + 1..].find(ends).unwrap_or(value.len() - close - 1)
}

/// Long runs of base64 with digits and both cases, and JSON web tokens.
fn without_random(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    while let Some(start) = rest.find(is_base64) {
        let (gap, run) = rest.split_at(start);
        let is_token = run.starts_with("eyJ");
        let length = run.find(|c: char| !(is_base64(c) || (is_token && "-_.".contains(c)))).unwrap_or(run.len());
        let (run, after) = run.split_at(length);
        let has = |is: fn(&u8) -> bool| run.as_bytes().iter().any(is);
        let is_random = length >= RANDOM_CHARS && has(u8::is_ascii_digit) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
        out.push_str(gap);
        out.push_str(if is_random { REDACTED } else { run });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        for (text, expected) in [
            ("GET https://K:s3c/r@et@h:8081/subjects: 401", "GET https://xxxxx@h:8081/subjects: 401"),
            ("schema-registry=https%3A%2F%2FK%3As3cret%40h", "schema-registry=https%3A%2F%2Fxxxxx%40h"),
            ("kafka://h:9092/t?sasl-user=K&sasl-password=s3c&ret x", "kafka://h:9092/t?sasl-user=K&sasl-password=xxxxx x"),
            ("kafka://h:9092/t?sasl-password=a@s3cret x", "kafka://xxxxx x"),
            ("kafka://h:9092/t?sasl-password=%40s3cret x", "kafka://xxxxx x"),
            ("{\"connection.password\": \"s3 \\\"cret\", \"a\": 1}", "{\"connection.password\": xxxxx, \"a\": 1}"),
            ("{\\\"connection.password\\\":\\\"s3cret\\\",\\\"a\\\":1}", "{\\\"connection.password\\\":\\xxxxx,\\\"a\\\":1}"),
            ("password = 's3'cret' user", "password = xxxxx user"),
            ("jdbc:sqlserver://h;password=s3cret;encrypt=true x", "jdbc:sqlserver://h;password=xxxxx x"),
            ("--sasl-password s3cret --x", "--sasl-password xxxxx --x"),
            ("sasl.jaas.config=a b c \"s3cret\";\nnext", "sasl.jaas.config=xxxxx\nnext"),
            ("Authorization: Basic czNjcmV0", "Authorization: xxxxx"),
            ("check user and secret: each service has keys of its own", "check user and secret: each service has keys of its own"),
            ("no password: the broker asks for one", "no password: the broker asks for one"),
            ("password: hunter is wrong", "password: xxxxx is wrong"),
            ("password: the", "password: xxxxx"),
            ("password=the one", "password=xxxxx one"),
            ("JWT token is invalid. [id]", "JWT token is invalid. [id]"),
            ("https://h:8081/subjects", "https://h:8081/subjects"),
        ] {
            assert_eq!(redact(text), expected, "{text}");
        }
        assert_eq!(redact(&format!("key MIIEvQ{}0A== end", "aZ9/".repeat(12))), "key xxxxx end");
        assert_eq!(redact(&format!("bearer eyJ{}.x-1_a end", "aZ9-".repeat(12))), "bearer xxxxx end");
    }

    proptest! {
        #[test]
        fn any_text_is_redacted_without_a_panic(text in "[a-z:/@%34=\"' \\\\\\nüé-]{0,80}") {
            let _ = redact(&text);
        }

        #[test]
        fn no_value_of_a_secret_name_survives(secret in "[A-Za-z0-9+/=&;,'@%.-]{8,40}Z9q", before in "[a-z ,]{0,12}") {
            for text in [
                format!("{before} sasl-password={secret} after"),
                format!("{before} https://user:{secret}@host/ after"),
                format!("{{\"connection.password\":\"{secret}\"}} after"),
                format!("{before} password: {secret}\nafter"),
            ] {
                prop_assert!(!redact(&text).contains("Z9q"), "{text}");
            }
        }
    }
}
