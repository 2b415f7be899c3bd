//! Reading statements that people paste. `CREATE STREAM` and `CREATE TABLE` are understood, everything else passed over.

use super::generate::Object;
use super::statement::{Column, Create, Name, ParseError, Property, Role, Statement, StatementKind};
use super::token::{Placed, Token, tokens};
use super::types::{PRIMITIVES, SqlType};

/// Deepest nesting of types. Nobody writes more by hand, and the recursion ends.
const MAX_DEPTH: usize = 32;

/// Reads the statements of a text, each ended by `;` or the end of the text. Linear in the text's length.
///
/// # Errors
/// The first quote, comment or `CREATE STREAM|TABLE` that cannot be understood. No message holds a text literal: one may
/// be a secret.
pub fn parse(sql: &str) -> Result<Vec<Statement>, ParseError> {
    let tokens = tokens(sql)?;
    let mut statements = Vec::new();
    let mut text_start = 0;
    for part in tokens.split_inclusive(|placed| placed.token == Token::Symbol(';')) {
        let (body, text_end) = match part {
            [body @ .., last] if last.token == Token::Symbol(';') => (body, last.start),
            body => (body, sql.len()),
        };
        let text = sql.get(text_start..text_end).unwrap_or("").trim();
        text_start = text_end + 1;
        if let Some(first) = body.first() {
            let kind = match (Cursor { sql, tokens: body, at: 0 }).create()? {
                Some(create) => StatementKind::Create(create),
                None => StatementKind::Other(match &first.token {
                    Token::Word(word) => word.to_uppercase(),
                    _ => String::new(),
                }),
            };
            statements.push(Statement { text: text.to_owned(), kind });
        }
    }
    Ok(statements)
}

struct Cursor<'t> {
    sql: &'t str,
    tokens: &'t [Placed<'t>],
    at: usize,
}

impl<'t> Cursor<'t> {
    /// `None`: some other statement.
    fn create(&mut self) -> Result<Option<Create>, ParseError> {
        if !self.take("CREATE") {
            return Ok(None);
        }
        let or_replace = self.take_all(&["OR", "REPLACE"]);
        // A source stream or table is a read-only one: the same columns and properties.
        self.take("SOURCE");
        let object = if self.take("STREAM") {
            Object::Stream
        } else if self.take("TABLE") {
            Object::Table
        } else {
            return Ok(None);
        };
        let if_not_exists = self.take_all(&["IF", "NOT", "EXISTS"]);
        let name = self.name("a name")?;
        let columns = if self.take_symbol('(') { self.list(Self::column)? } else { Vec::new() };
        let properties = if self.take("WITH") {
            self.expect('(')?;
            self.list(Self::property)?
        } else {
            Vec::new()
        };
        let has_query = self.take("AS");
        if has_query && self.at >= self.tokens.len() {
            return self.expected("a query");
        }
        if !has_query && self.at < self.tokens.len() {
            return self.expected("`WITH`, `AS` or `;`");
        }
        Ok(Some(Create { object, or_replace, if_not_exists, name, columns, properties, has_query }))
    }

    /// Items between commas up to the closing bracket; the opening one is behind. An empty list is ksqlDB's to refuse.
    fn list<T>(&mut self, item: fn(&mut Self) -> Result<T, ParseError>) -> Result<Vec<T>, ParseError> {
        let mut items = Vec::new();
        if self.take_symbol(')') {
            return Ok(items);
        }
        loop {
            items.push(item(self)?);
            if self.take_symbol(')') {
                return Ok(items);
            }
            if !self.take_symbol(',') {
                return self.expected("`,` or `)`");
            }
        }
    }

    fn column(&mut self) -> Result<Column, ParseError> {
        let name = self.name("a column's name")?;
        let ty = self.ty(0)?;
        let role = if self.take_all(&["PRIMARY", "KEY"]) {
            Role::PrimaryKey
        } else if self.take("KEY") {
            Role::Key
        } else if self.take("HEADERS") {
            Role::Header
        } else if self.take("HEADER") {
            self.expect('(')?;
            self.at += 1;
            self.expect(')')?;
            Role::Header
        } else {
            Role::Value
        };
        Ok(Column { name, ty, role })
    }

    fn ty(&mut self, depth: usize) -> Result<SqlType, ParseError> {
        if depth > MAX_DEPTH {
            return Err(self.error(format!("types are nested more than {MAX_DEPTH} deep")));
        }
        if let Some(Token::Quoted(name)) = self.peek() {
            self.at += 1;
            return Ok(SqlType::Other(format!("`{name}`")));
        }
        let Some(Token::Word(word)) = self.peek() else { return self.expected("a type") };
        self.at += 1;
        match word.to_uppercase().as_str() {
            "ARRAY" => {
                self.expect('<')?;
                let items = self.ty(depth + 1)?;
                self.expect('>')?;
                Ok(SqlType::Array(Box::new(items)))
            }
            "MAP" => {
                self.expect('<')?;
                let keys = self.ty(depth + 1)?;
                self.expect(',')?;
                let values = self.ty(depth + 1)?;
                self.expect('>')?;
                Ok(SqlType::Map(Box::new(keys), Box::new(values)))
            }
            "STRUCT" => self.structure(depth),
            "DECIMAL" => {
                self.expect('(')?;
                let precision = self.number()?;
                self.expect(',')?;
                let scale = self.number()?;
                self.expect(')')?;
                Ok(SqlType::Decimal { precision, scale })
            }
            upper => match PRIMITIVES.iter().find(|(name, _)| *name == upper) {
                Some((_, ty)) if !self.sees_symbol('(') => Ok(ty.clone()),
                _ => self.other_type(word),
            },
        }
    }

    fn structure(&mut self, depth: usize) -> Result<SqlType, ParseError> {
        self.expect('<')?;
        let mut fields = Vec::new();
        if self.take_symbol('>') {
            return Ok(SqlType::Struct(fields));
        }
        loop {
            let name = self.name("a field's name")?;
            fields.push((name.stored(), self.ty(depth + 1)?));
            if self.take_symbol('>') {
                return Ok(SqlType::Struct(fields));
            }
            if !self.take_symbol(',') {
                return self.expected("`,` or `>`");
            }
        }
    }

    /// A type that ksqlDB does not have, such as `VARCHAR(10)`.
    fn other_type(&mut self, word: &str) -> Result<SqlType, ParseError> {
        let mut text = word.to_owned();
        if self.take_symbol('(') {
            let mut numbers = vec![self.number()?.to_string()];
            while self.take_symbol(',') {
                numbers.push(self.number()?.to_string());
            }
            self.expect(')')?;
            text = format!("{word}({})", numbers.join(", "));
        }
        Ok(SqlType::Other(text))
    }

    fn property(&mut self) -> Result<Property, ParseError> {
        let name = self.name("a property")?.text.to_uppercase();
        self.expect('=')?;
        let sign = if self.take_symbol('-') { "-" } else { "" };
        let value = match self.peek() {
            Some(Token::Text(text)) => text.clone(),
            Some(Token::Number(text) | Token::Word(text)) => format!("{sign}{text}"),
            _ => return self.expected("a value"),
        };
        self.at += 1;
        Ok(Property { name, value })
    }

    fn name(&mut self, what: &str) -> Result<Name, ParseError> {
        let name = match self.peek() {
            Some(Token::Word(word)) => Name { text: (*word).to_owned(), quoted: false },
            Some(Token::Quoted(text)) if !text.is_empty() => Name { text: text.clone(), quoted: true },
            _ => return self.expected(what),
        };
        self.at += 1;
        Ok(name)
    }

    fn number(&mut self) -> Result<u32, ParseError> {
        let number = match self.peek() {
            Some(Token::Number(text)) => text.parse().ok(),
            _ => None,
        };
        match number {
            Some(number) => {
                self.at += 1;
                Ok(number)
            }
            None => self.expected("a whole number"),
        }
    }

    fn peek(&self) -> Option<&'t Token<'t>> {
        self.tokens.get(self.at).map(|placed| &placed.token)
    }

    fn sees(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word))
    }

    fn take(&mut self, word: &str) -> bool {
        let seen = self.sees(word);
        self.at += usize::from(seen);
        seen
    }

    /// Takes all of these words, or none.
    fn take_all(&mut self, words: &[&str]) -> bool {
        let start = self.at;
        let seen = words.iter().all(|word| self.take(word));
        if !seen {
            self.at = start;
        }
        seen
    }

    fn sees_symbol(&self, symbol: char) -> bool {
        self.peek() == Some(&Token::Symbol(symbol))
    }

    fn take_symbol(&mut self, symbol: char) -> bool {
        let seen = self.sees_symbol(symbol);
        self.at += usize::from(seen);
        seen
    }

    fn expect(&mut self, symbol: char) -> Result<(), ParseError> {
        if self.take_symbol(symbol) { Ok(()) } else { self.expected(&format!("`{symbol}`")) }
    }

    fn expected<T>(&self, what: &str) -> Result<T, ParseError> {
        let found = match self.peek() {
            Some(Token::Word(text) | Token::Number(text)) => format!("`{text}`"),
            Some(Token::Quoted(name)) => format!("`{name}`"),
            Some(Token::Text(_)) => "a text".to_owned(),
            Some(Token::Symbol(symbol)) => format!("`{symbol}`"),
            None => "the end of the statement".to_owned(),
        };
        Err(self.error(format!("expected {what}, found {found}")))
    }

    /// An error at the next token.
    fn error(&self, message: String) -> ParseError {
        let at = match self.tokens.get(self.at) {
            Some(placed) => placed.start,
            None => self.tokens.last().map_or(0, |placed| placed.end),
        };
        ParseError::at(self.sql, at, message)
    }
}

#[cfg(test)]
mod tests;
