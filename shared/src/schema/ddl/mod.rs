//! `CREATE TABLE` text and later DDL to table models.
//!
//! Reads what people have: `SHOW CREATE TABLE` of MySQL 5.7 and 8, TiDB and MariaDB, dumps, hand-written files.
//! Lexing is `sqlparser`'s; its grammar is not used, because it refuses much of what servers print (partition clauses,
//! TiDB's attributes, `CHECK (json_valid(…))` beside `COLLATE`), and would make the page several hundred kilobytes larger.
//! Only names, types, nullability, defaults, keys and character sets are understood; everything else is passed over.

mod alter;
mod at_once;
mod catalog;
mod column;
mod create;
mod cursor;
mod draft;
mod lexing;
mod literal;
mod reader;
mod statement;
mod text;
mod types;

#[cfg(test)]
mod tests;

pub use catalog::{Catalog, DdlEffect};
pub use reader::DefinitionReader;

use super::TableModel;
use create::Definition;
use cursor::Cursor;

/// Text that is no table definition, with the place in the text that was given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct DdlError {
    /// 1-based.
    pub line: u64,
    /// 1-based, in characters.
    pub column: u64,
    pub message: String,
}

/// The version of a table that was read once, and never altered.
const FIRST_VERSION: u64 = 1;

/// Reads one `CREATE TABLE` statement, such as `SHOW CREATE TABLE` prints.
///
/// # Errors
/// When the text is something else, or its definition cannot be understood.
pub fn parse_create_table(sql: &str, default_schema: &str) -> Result<TableModel, DdlError> {
    let not_one = |message: &str| DdlError { line: 1, column: 1, message: message.to_owned() };
    let statements = text::statements(sql);
    let [only] = statements.as_slice() else {
        return Err(not_one("expected one CREATE TABLE statement"));
    };
    let mut cursor = Cursor::new(only)?;
    if !statement::take_create_table(&mut cursor) {
        return cursor.expected("CREATE TABLE");
    }
    let create = create::create_table(&mut cursor, default_schema)?;
    match create.definition {
        Definition::Columns(draft) => Ok(draft.into_model(create.name.schema, create.name.name, FIRST_VERSION)),
        Definition::Like(_) => Err(not_one("the definition refers to another table (LIKE)")),
        Definition::Query => Err(not_one("the columns come from a query; use the output of SHOW CREATE TABLE")),
    }
}

/// Reads a file of definitions: `USE` and later DDL are followed, comments and other statements passed over. Tables come
/// in the order of their creation.
///
/// # Errors
/// The first statement on tables that cannot be understood.
pub fn parse_create_tables(text: &str, default_schema: &str) -> Result<Vec<TableModel>, DdlError> {
    let mut catalog = Catalog::default();
    catalog.read_file(default_schema, text)?;
    Ok(catalog.into_tables())
}

/// What statements make of one table; `None` when they drop it.
///
/// # Errors
/// A statement that cannot be understood, or does not fit the table.
pub fn alter(table: &TableModel, sql: &str) -> Result<Option<TableModel>, DdlError> {
    let mut catalog = Catalog::default();
    catalog.insert(table.clone());
    catalog.read_file(&table.schema, sql)?;
    Ok(catalog.into_tables().into_iter().next())
}
