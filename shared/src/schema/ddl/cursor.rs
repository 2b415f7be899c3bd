//! A reading position in the tokens of one statement.

use super::DdlError;
use super::lexing::Lexing;
use super::text::Statement;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer};

pub(super) struct Cursor<'a> {
    statement: &'a Statement,
    /// Without white space.
    tokens: Vec<TokenWithSpan>,
    at: usize,
}

/// A table's name with its database, when the text gives one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TableName {
    pub schema: String,
    pub name: String,
}

impl<'a> Cursor<'a> {
    pub fn new(statement: &'a Statement) -> Result<Self, DdlError> {
        let tokens = Tokenizer::new(&Lexing, &statement.text)
            .tokenize_with_location()
            .map_err(|error| error_at(statement, error.location, format!("the text cannot be read: {}", error.message)))?;
        let tokens = tokens.into_iter().filter(|t| !matches!(t.token, Token::Whitespace(_))).collect();
        Ok(Self { statement, tokens, at: 0 })
    }

    /// An error at the next token.
    pub fn error(&self, message: impl Into<String>) -> DdlError {
        let location = match self.tokens.get(self.at) {
            Some(token) => token.span.start,
            None => self.tokens.last().map_or(Location { line: 1, column: 1 }, |t| t.span.end),
        };
        error_at(self.statement, location, message.into())
    }

    /// An error that says what was expected, and what is there.
    pub fn expected<T>(&self, what: &str) -> Result<T, DdlError> {
        let found = match self.peek() {
            Some(token) => format!("`{token}`"),
            None => "the end of the statement".to_owned(),
        };
        Err(self.error(format!("expected {what}, found {found}")))
    }

    pub fn peek(&self) -> Option<&Token> {
        self.peek_at(0)
    }

    pub fn peek_at(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|t| &t.token)
    }

    pub fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at)?.token.clone();
        self.at += 1;
        Some(token)
    }

    pub fn skip(&mut self, tokens: usize) {
        self.at = (self.at + tokens).min(self.tokens.len());
    }

    pub fn at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The word `ahead` tokens on, in upper case, when it is not quoted.
    pub fn word_at(&self, ahead: usize) -> Option<String> {
        match self.peek_at(ahead)? {
            Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_uppercase()),
            _ => None,
        }
    }

    /// Whether the next unquoted words are these (upper case).
    pub fn sees(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(i, word)| match self.peek_at(i) {
            Some(Token::Word(found)) => found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word),
            _ => false,
        })
    }

    /// Takes these words when they are next.
    pub fn take(&mut self, words: &[&str]) -> bool {
        let seen = self.sees(words);
        if seen {
            self.at += words.len();
        }
        seen
    }

    /// Takes one of these words when it is next.
    pub fn take_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.take(&[word]))
    }

    pub fn take_token(&mut self, token: &Token) -> bool {
        let seen = self.peek() == Some(token);
        if seen {
            self.at += 1;
        }
        seen
    }

    pub fn expect_token(&mut self, token: &Token) -> Result<(), DdlError> {
        if self.take_token(token) { Ok(()) } else { self.expected(&format!("`{token}`")) }
    }

    /// A name: a word, back-quoted or double-quoted.
    pub fn name(&mut self, what: &str) -> Result<String, DdlError> {
        let name = match self.peek() {
            Some(Token::Word(word)) => word.value.clone(),
            Some(Token::DoubleQuotedString(text)) => text.clone(),
            _ => return self.expected(what),
        };
        if name.is_empty() {
            return self.expected(what);
        }
        self.at += 1;
        Ok(name)
    }

    /// `table` or `schema.table`.
    pub fn table_name(&mut self, default_schema: &str) -> Result<TableName, DdlError> {
        let first = self.name("a table name")?;
        if self.take_token(&Token::Period) {
            let name = self.name("a table name")?;
            return Ok(TableName { schema: first, name });
        }
        Ok(TableName { schema: default_schema.to_owned(), name: first })
    }

    /// A quoted string, or `None` when something else is next.
    pub fn string(&mut self) -> Option<String> {
        let text = match self.peek()? {
            Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) | Token::NationalStringLiteral(text) => text.clone(),
            _ => return None,
        };
        self.at += 1;
        Some(text)
    }

    /// Passes over a bracketed group when one is next; unbalanced groups end with the statement.
    pub fn skip_group(&mut self) -> bool {
        if self.peek() != Some(&Token::LParen) {
            return false;
        }
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            match token {
                Token::LParen => depth += 1,
                Token::RParen => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
        true
    }

    /// Whether a list item ends here: a comma, a closing bracket or the end.
    pub fn at_item_end(&self) -> bool {
        matches!(self.peek(), None | Some(Token::Comma | Token::RParen))
    }

    /// Passes over the rest of a list item.
    pub fn skip_item(&mut self) {
        while !self.at_item_end() {
            if !self.skip_group() {
                self.at += 1;
            }
        }
    }

    pub fn position(&self) -> usize {
        self.at
    }

    pub fn rewind(&mut self, position: usize) {
        self.at = position;
    }

    /// The text from token `start` to before the next one, as written.
    pub fn text_since(&self, start: usize) -> &'a str {
        let (Some(first), Some(last)) = (self.tokens.get(start), self.at.checked_sub(1).and_then(|i| self.tokens.get(i))) else {
            return "";
        };
        let text = &self.statement.text;
        let (from, to) = (byte_offset(text, first.span.start), byte_offset(text, last.span.end));
        text.get(from..to).unwrap_or("").trim()
    }
}

fn byte_offset(text: &str, location: Location) -> usize {
    let mut line = 1;
    let mut column = 1;
    for (offset, c) in text.char_indices() {
        if (line, column) == (location.line, location.column) {
            return offset;
        }
        (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
    }
    text.len()
}

fn error_at(statement: &Statement, location: Location, message: String) -> DdlError {
    let line = location.line.max(1);
    let column = if line == 1 { statement.column + location.column.max(1) - 1 } else { location.column };
    DdlError { line: statement.line + line - 1, column, message }
}
