//! What is understood of a statement that people paste.

use super::generate::Object;
use super::types::SqlType;

/// Text that ksqlDB would not read either, with the place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ParseError {
    /// 1-based.
    pub line: usize,
    /// 1-based, in characters.
    pub column: usize,
    pub message: String,
}

impl ParseError {
    /// `at`: a byte offset into the text.
    pub(super) fn at(text: &str, at: usize, message: impl Into<String>) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        Self { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1, message: message.into() }
    }
}

/// One statement of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// As written, comments before it included, without the `;`.
    pub text: String,
    pub kind: StatementKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// `CREATE [OR REPLACE] [SOURCE] STREAM|TABLE`.
    Create(Create),
    /// Anything else; its first word in upper case.
    Other(String),
}

/// A stream or a table that a statement makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    pub object: Object,
    pub or_replace: bool,
    pub if_not_exists: bool,
    pub name: Name,
    /// In the order of the text. Empty: ksqlDB infers them, or they come from the query.
    pub columns: Vec<Column>,
    /// Of `WITH (…)`.
    pub properties: Vec<Property>,
    /// Whether it ends in `AS SELECT …`: then its topic is a new one.
    pub has_query: bool,
}

/// A name as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Without its quotes.
    pub text: String,
    pub quoted: bool,
}

impl Name {
    /// As ksqlDB stores it: in upper case, unless it is quoted.
    #[must_use]
    pub fn stored(&self) -> String {
        if self.quoted { self.text.clone() } else { self.text.to_uppercase() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: Name,
    pub ty: SqlType,
    pub role: Role,
}

/// Where in a message a column's value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Value,
    /// `KEY`: of a stream.
    Key,
    /// `PRIMARY KEY`: of a table.
    PrimaryKey,
    /// `HEADERS` and `HEADER('…')`.
    Header,
}

impl Role {
    #[must_use]
    pub fn is_key(self) -> bool {
        matches!(self, Self::Key | Self::PrimaryKey)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Property {
    /// In upper case: ksqlDB ignores case here.
    pub name: String,
    /// A text without its quotes; numbers and booleans as written.
    pub value: String,
}

impl Create {
    /// A property's value, named in upper case. The last one counts, as in ksqlDB.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&str> {
        self.properties.iter().rev().find(|property| property.name == name).map(|property| property.value.as_str())
    }

    /// The columns of the message's key.
    pub fn key_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.role.is_key())
    }

    /// The columns of the message's value.
    pub fn value_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.role == Role::Value)
    }
}
