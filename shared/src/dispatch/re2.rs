//! RE2 as Go spells it, rewritten for the `regex` crate.
//!
//! The two agree on most of the syntax. They differ where a filter would notice: Perl classes and `\b` are ASCII in RE2,
//! `\Q…\E` and octal escapes exist only there, and set operations (`&&`, `--`, `~~`), nested classes and the `x` flag
//! only here. Source: golang.org/s/re2syntax.

use std::{iter::Peekable, str::Chars};

/// RE2's bound of `{n}`.
const MOST_REPETITIONS: u32 = 1000;

type Result<T> = std::result::Result<T, String>;

/// The same expression for the `regex` crate, or why RE2 would refuse it.
pub(super) fn translate(pattern: &str) -> Result<String> {
    let mut out = String::with_capacity(pattern.len() + 16);
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\\' => escape(&mut rest, &mut out)?,
            '[' => class(&mut rest, &mut out)?,
            '(' => group(&mut rest, &mut out)?,
            // `{` that opens no repetition is a literal in RE2
            '{' if !opens_repetition(rest.clone()) => out.push_str(r"\{"),
            '{' if repeats_too_often(rest.clone()) => return Err(format!("a repetition is above {MOST_REPETITIONS}")),
            c => out.push(c),
        }
    }
    Ok(out)
}

/// Whether RE2 takes an expression.
///
/// # Errors
/// Why it does not.
pub(crate) fn check(pattern: &str) -> Result<()> {
    let translated = translate(pattern)?;
    regex::bytes::Regex::new(&translated).map(drop).map_err(|_| "the regular expression does not compile".to_owned())
}

fn opens_repetition(rest: Peekable<Chars<'_>>) -> bool {
    let body: String = rest.take_while(|&c| c != '}').take(12).collect();
    let (low, high) = body.split_once(',').unwrap_or((&body, ""));
    !low.is_empty() && low.chars().chain(high.chars()).all(|c| c.is_ascii_digit())
}

fn repeats_too_often(rest: Peekable<Chars<'_>>) -> bool {
    let body: String = rest.take_while(|&c| c != '}').take(12).collect();
    body.split(',').any(|count| count.len() > 4 || count.parse::<u32>().is_ok_and(|count| count > MOST_REPETITIONS))
}

/// ASCII members of a Perl class, and whether the letter negates it.
fn perl_class(letter: char) -> Option<(&'static str, bool)> {
    let members = match letter.to_ascii_lowercase() {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => r"\t\n\x0C\r ",
        _ => return None,
    };
    Some((members, letter.is_ascii_uppercase()))
}

fn push_literal(c: char, out: &mut String) {
    out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
}

/// An escape outside a class, after its backslash.
fn escape(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<()> {
    let Some(&c) = rest.peek() else { return Err("the regular expression ends with a backslash".to_owned()) };
    if let Some((members, negated)) = perl_class(c) {
        rest.next();
        out.push_str(if negated { "[^" } else { "[" });
        out.push_str(members);
        out.push(']');
        return Ok(());
    }
    match c {
        'b' | 'B' => {
            rest.next();
            out.push_str(if c == 'b' { r"(?-u:\b)" } else { r"(?-u:\B)" });
        }
        'A' | 'z' => {
            rest.next();
            out.push('\\');
            out.push(c);
        }
        'p' | 'P' => return Err("Unicode classes (`\\p`) are not supported here".to_owned()),
        'Q' => {
            rest.next();
            quoted(rest, out);
        }
        _ => push_literal(character(rest)?, out),
    }
    Ok(())
}

/// `\Q…\E`; without an end it runs to the end of the expression.
fn quoted(rest: &mut Peekable<Chars<'_>>, out: &mut String) {
    while let Some(c) = rest.next() {
        if c == '\\' && rest.next_if_eq(&'E').is_some() {
            return;
        }
        push_literal(c, out);
    }
}

/// The code point that an escape stands for, after its backslash.
fn character(rest: &mut Peekable<Chars<'_>>) -> Result<char> {
    let Some(c) = rest.next() else { return Err("the regular expression ends with a backslash".to_owned()) };
    match c {
        'a' => Ok('\x07'),
        'f' => Ok('\x0C'),
        't' => Ok('\t'),
        'n' => Ok('\n'),
        'r' => Ok('\r'),
        'v' => Ok('\x0B'),
        'x' => hexadecimal(rest),
        '0'..='7' if c == '0' || rest.peek().is_some_and(|next| next.is_digit(8)) => {
            let mut code = c.to_digit(8).unwrap_or_default();
            for _ in 0..2 {
                let Some(digit) = rest.next_if(|next| next.is_digit(8)) else { break };
                code = code * 8 + digit.to_digit(8).unwrap_or_default();
            }
            char::from_u32(code).ok_or_else(|| "an octal escape is out of range".to_owned())
        }
        '1'..='9' => Err("back-references are not supported".to_owned()),
        c if c.is_ascii_alphabetic() => Err(format!("`\\{c}` has no meaning in RE2")),
        c => Ok(c),
    }
}

fn hexadecimal(rest: &mut Peekable<Chars<'_>>) -> Result<char> {
    let digits: String = if rest.next_if_eq(&'{').is_some() {
        let digits = std::iter::from_fn(|| rest.next_if(|&c| c != '}')).take(9).collect();
        rest.next_if_eq(&'}').ok_or("`\\x{` is not closed")?;
        digits
    } else {
        std::iter::from_fn(|| rest.next_if(char::is_ascii_hexdigit)).take(2).collect()
    };
    u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).ok_or_else(|| "a hexadecimal escape is not valid".to_owned())
}

/// After `(`: plain and named groups and the flags `imsU` pass, everything else of `(?` is refused.
fn group(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<()> {
    out.push('(');
    if rest.next_if_eq(&'?').is_none() {
        return Ok(());
    }
    out.push('?');
    let head: String = rest.clone().take_while(|&c| c != ')' && c != ':' && c != '>').collect();
    let named = head.strip_prefix("P<").or_else(|| head.strip_prefix('<'));
    let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if named.is_some_and(is_name) || head.chars().all(|c| "imsU-".contains(c)) {
        Ok(())
    } else {
        Err("look-around and other Perl extensions are not supported".to_owned())
    }
}

/// A class, after its opening bracket. Members are read one by one, so that no set operation of the other syntax arises.
fn class(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<()> {
    let unclosed = || "a character class is not closed".to_owned();
    out.push('[');
    if rest.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    let mut first = true;
    loop {
        match rest.peek().copied().ok_or_else(unclosed)? {
            ']' if !first => {
                rest.next();
                out.push(']');
                return Ok(());
            }
            '[' if posix_class(rest, out) => {}
            '\\' if perl_member(rest, out) => {}
            _ => range(rest, out)?,
        }
        first = false;
    }
}

/// `[:alpha:]` inside a class.
fn posix_class(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> bool {
    let text: String = rest.clone().take(12).collect();
    let Some(end) = text.strip_prefix("[:").and_then(|body| body.find(":]")) else { return false };
    let whole = &text[..end + 4];
    out.push_str(whole);
    for _ in whole.chars() {
        rest.next();
    }
    true
}

/// `\d` and its like inside a class.
fn perl_member(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> bool {
    let Some((members, negated)) = rest.clone().nth(1).and_then(perl_class) else { return false };
    rest.next();
    rest.next();
    if negated {
        out.push_str("[^");
        out.push_str(members);
        out.push(']');
    } else {
        out.push_str(members);
    }
    true
}

/// One member or a range of two.
fn range(rest: &mut Peekable<Chars<'_>>, out: &mut String) -> Result<()> {
    let mut member = || -> Result<char> {
        match rest.next() {
            Some('\\') => character(rest),
            Some(c) => Ok(c),
            None => Err("a character class is not closed".to_owned()),
        }
    };
    let low = member()?;
    push_member(low, out);
    let mut ahead = rest.clone();
    if ahead.next() == Some('-') && ahead.next().is_some_and(|c| c != ']') {
        rest.next();
        let high = match rest.next() {
            Some('\\') => character(rest)?,
            Some(c) => c,
            None => return Err("a character class is not closed".to_owned()),
        };
        if high < low {
            return Err("a range of a character class is reversed".to_owned());
        }
        out.push('-');
        push_member(high, out);
    }
    Ok(())
}

fn push_member(c: char, out: &mut String) {
    if c.is_ascii_punctuation() {
        out.push('\\');
    }
    out.push(c);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn matches(pattern: &str, text: &str) -> bool {
        regex::bytes::Regex::new(&translate(pattern).unwrap()).unwrap_or_else(|e| panic!("{pattern}: {e}")).is_match(text.as_bytes())
    }

    #[test]
    fn re2_expressions_mean_the_same_here() {
        for (pattern, yes, no) in [
            (r"^\d+$", "123", "١٢٣"),
            (r"^\w+$", "a_1", "é"),
            (r"^[\w-]+$", "a-1", "a.1"),
            (r"^[^\W_]+$", "a1", "a_1"),
            (r"\bcat\b", "a cat!", "concat"),
            (r"a\Bb", "ab", "a b"),
            (r"^\Qa.b\E$", "a.b", "axb"),
            (r"^[a&&b]+$", "a&b", "c"),
            (r"^[[:digit:]x]+$", "1x", "y"),
            (r"^[+--]+$", "+,-", "."),
            (r"^a{,2}$", "a{,2}", "aa"),
            (r"^a{2}$", "aa", "a"),
            (r"^(a{2}){1,1000}$", "aaaa", "a"),
            (r"^\x41\x{42}\103$", "ABC", "abc"),
            (r"^(?i:ab)(?P<n>c)$", "ABc", "ABC"),
            (r"^a\/b\<$", "a/b<", "ab"),
            (r"^[\]\\^]+$", r"]\^", "a"),
            (r"^[]a]+$", "]a", "b"),
        ] {
            assert!(matches(pattern, yes), "{pattern} should match {yes}");
            assert!(!matches(pattern, no), "{pattern} should not match {no}");
        }
    }

    #[test]
    fn what_re2_refuses_is_refused() {
        for pattern in
            ["(?=x)", "(?!x)", "(?<=x)", r"(a)\1", "(?x)a", "[a", r"\", r"\y", "[b-a]", r"\x{110000}", "(?P=n)", "a{1001}", "a{2,1001}"]
        {
            let accepted = translate(pattern).ok().and_then(|text| regex::bytes::Regex::new(&text).ok());
            assert!(accepted.is_none(), "{pattern}");
        }
    }
}
