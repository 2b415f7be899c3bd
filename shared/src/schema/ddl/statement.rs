//! Which statement a text is, and which tables it is about.

use super::DdlError;
use super::alter::{self, Change};
use super::create::{self, CreateTable};
use super::cursor::{Cursor, TableName};
use super::draft::IndexDef;
use sqlparser::tokenizer::Token;

/// A statement as far as tables are concerned.
pub(super) enum Statement {
    Use(String),
    Create(CreateTable),
    Alter {
        table: TableName,
        changes: Vec<Change>,
    },
    Drop(Vec<TableName>),
    DropDatabase(String),
    Rename(Vec<(TableName, TableName)>),
    /// The definition of this table changed in a way that could not be understood.
    NotUnderstood {
        table: TableName,
        error: DdlError,
    },
    /// Nothing that changes a table's definition.
    Other,
}

/// Takes `CREATE TABLE` and the words that may stand between.
pub(super) fn take_create_table(cursor: &mut Cursor<'_>) -> bool {
    let start = cursor.position();
    if cursor.take(&["CREATE"]) {
        cursor.take(&["OR", "REPLACE"]);
        if cursor.take(&["TABLE"]) {
            return true;
        }
    }
    cursor.rewind(start);
    false
}

/// Reads a statement.
///
/// # Errors
/// When it is about a table, but about which one cannot be made out.
pub(super) fn statement(cursor: &mut Cursor<'_>, default_schema: &str) -> Result<Statement, DdlError> {
    // MariaDB: `SET STATEMENT variable=value FOR ALTER TABLE …`.
    if cursor.take(&["SET", "STATEMENT"]) {
        while !cursor.at_end() && !cursor.take(&["FOR"]) {
            cursor.skip(1);
        }
    }
    if cursor.take(&["USE"]) {
        return Ok(Statement::Use(cursor.name("a database name")?));
    }
    if take_create_table(cursor) {
        return create_statement(cursor, default_schema);
    }
    if cursor.take_any(&["CREATE"]) {
        return create_index(cursor, default_schema);
    }
    if cursor.take(&["ALTER"]) {
        while cursor.take_any(&["ONLINE", "OFFLINE", "IGNORE"]) {}
        return if cursor.take(&["TABLE"]) { alter_table(cursor, default_schema) } else { Ok(Statement::Other) };
    }
    if cursor.take(&["DROP"]) {
        return drop_statement(cursor, default_schema);
    }
    if cursor.take(&["RENAME"]) && cursor.take_any(&["TABLE", "TABLES"]) {
        return rename(cursor, default_schema);
    }
    Ok(Statement::Other)
}

fn create_statement(cursor: &mut Cursor<'_>, default_schema: &str) -> Result<Statement, DdlError> {
    let start = cursor.position();
    match create::create_table(cursor, default_schema) {
        Ok(create) => Ok(Statement::Create(create)),
        Err(error) => {
            cursor.rewind(start);
            cursor.take(&["IF", "NOT", "EXISTS"]);
            Ok(Statement::NotUnderstood { table: cursor.table_name(default_schema)?, error })
        }
    }
}

fn create_index(cursor: &mut Cursor<'_>, default_schema: &str) -> Result<Statement, DdlError> {
    cursor.take(&["OR", "REPLACE"]);
    while cursor.take_any(&["ONLINE", "OFFLINE"]) {}
    let unique = cursor.take(&["UNIQUE"]);
    cursor.take_any(&["FULLTEXT", "SPATIAL", "VECTOR", "COLUMNAR"]);
    if !cursor.take(&["INDEX"]) {
        return Ok(Statement::Other);
    }
    cursor.take(&["IF", "NOT", "EXISTS"]);
    let name = Some(cursor.name("an index name")?);
    if cursor.take_any(&["USING", "TYPE"]) {
        cursor.skip(1);
    }
    if !cursor.take(&["ON"]) {
        return cursor.expected("`ON` and a table name");
    }
    let table = cursor.table_name(default_schema)?;
    Ok(match create::index_columns(cursor) {
        Ok(columns) => Statement::Alter { table, changes: vec![Change::AddIndex(IndexDef { name, columns, unique, primary: false })] },
        Err(error) => Statement::NotUnderstood { table, error },
    })
}

fn alter_table(cursor: &mut Cursor<'_>, default_schema: &str) -> Result<Statement, DdlError> {
    cursor.take(&["IF", "EXISTS"]);
    let table = cursor.table_name(default_schema)?;
    Ok(match alter::changes(cursor, &table.schema) {
        Ok(changes) => Statement::Alter { table, changes },
        Err(error) => Statement::NotUnderstood { table, error },
    })
}

fn drop_statement(cursor: &mut Cursor<'_>, default_schema: &str) -> Result<Statement, DdlError> {
    if cursor.take_any(&["DATABASE", "SCHEMA"]) {
        cursor.take(&["IF", "EXISTS"]);
        return Ok(Statement::DropDatabase(cursor.name("a database name")?));
    }
    if cursor.take(&["INDEX"]) {
        cursor.take(&["IF", "EXISTS"]);
        let name = cursor.name("an index name")?;
        if !cursor.take(&["ON"]) {
            return cursor.expected("`ON` and a table name");
        }
        let table = cursor.table_name(default_schema)?;
        return Ok(Statement::Alter { table, changes: vec![Change::DropIndex(name)] });
    }
    if !cursor.take_any(&["TABLE", "TABLES"]) {
        return Ok(Statement::Other);
    }
    cursor.take(&["IF", "EXISTS"]);
    let mut tables = vec![cursor.table_name(default_schema)?];
    while cursor.take_token(&Token::Comma) {
        tables.push(cursor.table_name(default_schema)?);
    }
    Ok(Statement::Drop(tables))
}

fn rename(cursor: &mut Cursor<'_>, default_schema: &str) -> Result<Statement, DdlError> {
    cursor.take(&["IF", "EXISTS"]);
    let mut renames = Vec::new();
    loop {
        let from = cursor.table_name(default_schema)?;
        // MariaDB: `WAIT n`, `NOWAIT`.
        while !cursor.at_end() && !cursor.sees(&["TO"]) {
            cursor.skip(1);
        }
        if !cursor.take(&["TO"]) {
            return cursor.expected("`TO`");
        }
        renames.push((from, cursor.table_name(default_schema)?));
        if !cursor.take_token(&Token::Comma) {
            return Ok(Statement::Rename(renames));
        }
    }
}
