//! ksqlDB's SQL as tokens, each with its place in the text.

use super::statement::ParseError;

/// A piece of SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A word without quotes: a keyword or a name. May begin with a digit, which ksqlDB itself refuses.
    Word(&'a str),
    /// A name in back-ticks or double quotes, taken out of them.
    Quoted(String),
    /// A text in single quotes, taken out of them.
    Text(String),
    Number(&'a str),
    Symbol(char),
}

/// A token and the bytes of the text that it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Placed<'a> {
    pub token: Token<'a>,
    pub start: usize,
    pub end: usize,
}

/// All tokens of a text, without white space and comments.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed<'_>>, ParseError> {
    let mut scanner = Scanner { text, at: 0 };
    let mut found = Vec::new();
    while let Some(placed) = scanner.next_token()? {
        found.push(placed);
    }
    Ok(found)
}

struct Scanner<'a> {
    text: &'a str,
    /// Always on a character's first byte.
    at: usize,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn next_token(&mut self) -> Result<Option<Placed<'a>>, ParseError> {
        self.skip_blank()?;
        let (start, rest) = (self.at, self.rest());
        let Some(first) = rest.chars().next() else { return Ok(None) };
        let token = match first {
            '`' | '"' => Token::Quoted(self.quoted(first, "name")?),
            '\'' => Token::Text(self.quoted(first, "text")?),
            c if is_word_char(c) => self.word(rest),
            c => {
                self.at += c.len_utf8();
                Token::Symbol(c)
            }
        };
        Ok(Some(Placed { token, start, end: self.at }))
    }

    /// White space, `-- …` and `/* … */`.
    fn skip_blank(&mut self) -> Result<(), ParseError> {
        loop {
            let rest = self.rest();
            if let Some(comment) = rest.strip_prefix("--") {
                self.at += 2 + comment.find('\n').unwrap_or(comment.len());
            } else if let Some(comment) = rest.strip_prefix("/*") {
                let length = comment.find("*/").ok_or_else(|| ParseError::at(self.text, self.at, "the comment has no end"))?;
                self.at += length + 4;
            } else {
                let blank = rest.len() - rest.trim_start().len();
                if blank == 0 {
                    return Ok(());
                }
                self.at += blank;
            }
        }
    }

    /// What stands between two quotes; a doubled quote is one of the content.
    fn quoted(&mut self, quote: char, what: &str) -> Result<String, ParseError> {
        let start = self.at;
        let mut content = String::new();
        self.at += 1;
        loop {
            let rest = self.rest();
            let length = rest.find(quote).ok_or_else(|| ParseError::at(self.text, start, format!("the {what} has no closing {quote}")))?;
            content.push_str(&rest[..length]);
            self.at += length + 1;
            if !self.rest().starts_with(quote) {
                return Ok(content);
            }
            content.push(quote);
            self.at += 1;
        }
    }

    fn word(&mut self, rest: &'a str) -> Token<'a> {
        let length = rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
        let mut word = &rest[..length];
        let is_number = word.bytes().all(|b| b.is_ascii_digit());
        if is_number && let Some(fraction) = rest[length..].strip_prefix('.') {
            let digits = fraction.len() - fraction.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            if digits > 0 {
                word = &rest[..length + 1 + digits];
            }
        }
        self.at += word.len();
        if is_number { Token::Number(word) } else { Token::Word(word) }
    }
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '@'
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn kinds(text: &str) -> Vec<Token<'_>> {
        tokens(text).unwrap().into_iter().map(|placed| placed.token).collect()
    }

    #[test]
    fn quotes_comments_and_numbers_are_told_apart() {
        use Token::{Number, Quoted, Symbol, Text, Word};
        assert_eq!(
            kinds("a -- it's; `\n `b``c` \"d\" /* ; ' */ 'it''s' 12 1.5 3rd x;ü"),
            [
                Word("a"),
                Quoted("b`c".to_owned()),
                Quoted("d".to_owned()),
                Text("it's".to_owned()),
                Number("12"),
                Number("1.5"),
                Word("3rd"),
                Word("x"),
                Symbol(';'),
                Word("ü"),
            ]
        );
        assert_eq!(kinds("-- no line break"), []);
        assert_eq!(kinds("1."), [Number("1"), Symbol('.')]);
    }

    #[test]
    fn what_is_not_closed_is_named_with_its_place() {
        for (text, expect) in [
            ("a\n  'b", "line 2, column 3: the text has no closing '"),
            ("ü `b", "line 1, column 3: the name has no closing `"),
            ("/* a", "line 1, column 1: the comment has no end"),
        ] {
            assert_eq!(tokens(text).unwrap_err().to_string(), expect);
        }
    }
}
