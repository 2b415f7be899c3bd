//! `CREATE TABLE` statements.

use super::DdlError;
use super::column::{self, ColumnDef};
use super::cursor::{Cursor, TableName};
use super::draft::{Draft, IndexDef};
use sqlparser::tokenizer::Token;

pub(super) struct CreateTable {
    pub name: TableName,
    pub if_not_exists: bool,
    pub definition: Definition,
}

pub(super) enum Definition {
    Columns(Draft),
    Like(TableName),
    /// `CREATE TABLE … SELECT`: the columns come from a query.
    Query,
}

/// Reads what follows `CREATE [OR REPLACE] TABLE`.
pub(super) fn create_table(cursor: &mut Cursor<'_>, default_schema: &str) -> Result<CreateTable, DdlError> {
    let if_not_exists = cursor.take(&["IF", "NOT", "EXISTS"]);
    let name = cursor.table_name(default_schema)?;
    let definition = definition(cursor, default_schema, &name)?;
    Ok(CreateTable { name, if_not_exists, definition })
}

fn definition(cursor: &mut Cursor<'_>, default_schema: &str, name: &TableName) -> Result<Definition, DdlError> {
    if cursor.take(&["LIKE"]) {
        return Ok(Definition::Like(cursor.table_name(default_schema)?));
    }
    if cursor.peek() != Some(&Token::LParen) {
        return if cursor.at_end() { cursor.expected("`(` and the table's columns") } else { Ok(Definition::Query) };
    }
    cursor.skip(1);
    if cursor.take(&["LIKE"]) {
        return Ok(Definition::Like(cursor.table_name(default_schema)?));
    }
    if cursor.sees(&["SELECT"]) {
        return Ok(Definition::Query);
    }
    let mut draft = Draft::default();
    items(cursor, &mut draft)?;
    if draft.columns.is_empty() {
        return Err(cursor.error(format!("table `{}` has no column", name.name)));
    }
    if table_options(cursor, &mut draft)? {
        return Ok(Definition::Query);
    }
    draft.finish_create().map_err(|message| cursor.error(message))?;
    Ok(Definition::Columns(draft))
}

/// The columns and indexes up to the closing bracket.
pub(super) fn items(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<(), DdlError> {
    loop {
        if begins_key(cursor) {
            if let Some(index) = key_def(cursor)? {
                draft.pending.push(index);
            }
            cursor.skip_item();
        } else {
            let def = column::column_def(cursor)?;
            draft.push_column(def, None).map_err(|message| cursor.error(message))?;
        }
        if cursor.take_token(&Token::RParen) {
            return Ok(());
        }
        if !cursor.take_token(&Token::Comma) {
            return cursor.expected("`,` or `)`");
        }
    }
}

/// Whether an index, constraint or period is next, not a column.
pub(super) fn begins_key(cursor: &Cursor<'_>) -> bool {
    match cursor.word_at(0).as_deref() {
        Some("PRIMARY" | "KEY" | "INDEX" | "UNIQUE" | "FULLTEXT" | "SPATIAL" | "CONSTRAINT" | "FOREIGN" | "CHECK") => true,
        Some("VECTOR" | "COLUMNAR") => matches!(cursor.word_at(1).as_deref(), Some("INDEX" | "KEY")),
        Some("PERIOD") => cursor.sees(&["PERIOD", "FOR"]),
        _ => false,
    }
}

/// Reads an index; `None` for constraints that make none (foreign keys, checks, periods).
pub(super) fn key_def(cursor: &mut Cursor<'_>) -> Result<Option<IndexDef>, DdlError> {
    let mut constraint_name = None;
    if cursor.take(&["CONSTRAINT"]) && !matches!(cursor.word_at(0).as_deref(), Some("PRIMARY" | "UNIQUE" | "FOREIGN" | "CHECK")) {
        constraint_name = Some(cursor.name("a constraint name")?);
    }
    let (primary, unique) = match cursor.word_at(0).as_deref() {
        Some("PRIMARY") => (true, true),
        Some("UNIQUE") => (false, true),
        Some("KEY" | "INDEX" | "FULLTEXT" | "SPATIAL" | "VECTOR" | "COLUMNAR") => (false, false),
        _ => {
            cursor.skip_item();
            return Ok(None);
        }
    };
    cursor.skip(1);
    cursor.take_any(&["KEY", "INDEX"]);
    cursor.take(&["IF", "NOT", "EXISTS"]);
    let mut name = constraint_name;
    if cursor.peek() != Some(&Token::LParen) && !cursor.sees(&["USING"]) {
        name = Some(cursor.name("an index name or `(`")?);
    }
    if cursor.take_any(&["USING", "TYPE"]) {
        cursor.skip(1);
    }
    Ok(Some(IndexDef { name, columns: index_columns(cursor)?, unique, primary }))
}

/// The column names of an index; none when a part is an expression.
pub(super) fn index_columns(cursor: &mut Cursor<'_>) -> Result<Vec<String>, DdlError> {
    cursor.expect_token(&Token::LParen)?;
    let (mut columns, mut expression) = (Vec::new(), false);
    loop {
        if cursor.skip_group() {
            expression = true;
        } else {
            columns.push(cursor.name("a column name")?);
            // A prefix length.
            cursor.skip_group();
        }
        // ASC, DESC, and what MariaDB or TiDB add.
        cursor.skip_item();
        if cursor.take_token(&Token::RParen) {
            break;
        }
        cursor.expect_token(&Token::Comma)?;
    }
    Ok(if expression { Vec::new() } else { columns })
}

/// Reads the options after the columns. True when the rest is a query.
fn table_options(cursor: &mut Cursor<'_>, draft: &mut Draft) -> Result<bool, DdlError> {
    let mut collation = None;
    while let Some(word) = cursor.word_at(0) {
        match word.as_str() {
            "CHARSET" => {
                cursor.skip(1);
                draft.charset = Some(column::charset_name(cursor)?);
            }
            "CHARACTER" if cursor.take(&["CHARACTER", "SET"]) => draft.charset = Some(column::charset_name(cursor)?),
            "COLLATE" => {
                cursor.skip(1);
                collation = Some(column::charset_name(cursor)?);
            }
            // Nothing behind it says anything about columns, and expressions of partitions are beyond us.
            "PARTITION" => return Ok(false),
            "AS" | "SELECT" | "WITH" if word != "WITH" || !cursor.sees(&["WITH", "SYSTEM"]) => return Ok(true),
            _ => {
                cursor.skip(1);
                if cursor.take_token(&Token::Eq) && !cursor.skip_group() {
                    cursor.skip(1);
                }
            }
        }
        while !cursor.at_end() && cursor.word_at(0).is_none() {
            if !cursor.skip_group() {
                cursor.skip(1);
            }
        }
    }
    if draft.charset.is_none() {
        draft.charset = collation.as_deref().map(column::charset_of_collation);
    }
    Ok(false)
}

impl ColumnDef {
    /// The index that the column's own line makes.
    pub(super) fn own_index(&self) -> Option<IndexDef> {
        (self.primary || self.unique).then(|| IndexDef {
            name: None,
            columns: vec![self.column.name.clone()],
            unique: true,
            primary: self.primary,
        })
    }
}
